package contractstest

import (
	"crypto/ecdsa"
	"math/big"
)

// Everybody are all keys that the chain has made so far: whoever could have a
// stake or a credit, as far as keys go.
func (c *Chain) Everybody() []*ecdsa.PrivateKey {
	all := make([]*ecdsa.PrivateKey, c.keys)
	for i := range all {
		all[i] = nthKey(i + 1)
	}
	return all
}

// CheckBooks is CheckMoney for everybody. open are the tasks that could be open.
func (c *Chain) CheckBooks(open ...*Court) {
	c.TB.Helper()
	ids := make([]*big.Int, len(open))
	for i, task := range open {
		ids[i] = task.ID
	}
	c.CheckMoney(c.Everybody(), ids...)
}
