package contractstest

import (
	"github.com/ethereum/go-ethereum/common"
)

// Storage is a word of an account.
func (e *EVM) Storage(account common.Address, slot common.Hash) common.Hash {
	return e.state.GetState(account, slot)
}

// SetStorage changes a word of an account, for what no test can bring about.
func (e *EVM) SetStorage(account common.Address, slot, word common.Hash) {
	e.state.SetState(account, slot, word)
	e.finalise()
}

// Blocks is how many there are: one for each transaction, and one each time that
// a test moves the time.
func (e *EVM) Blocks() uint64 { return e.number }
