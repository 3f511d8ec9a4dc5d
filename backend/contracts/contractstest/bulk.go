package contractstest

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
)

// Where Solidity keeps what tests read or write behind the contracts' backs.
// Who writes checks by a view that it was the right place.
const (
	tokenBalances   = 0
	tokenAllowances = 1
	nodeRecords     = 11
	nodeNumbers     = 12
	meanBit         = 88
)

// Shared makes a chain that build builds once, on the bare EVM, of which each
// test gets a branch of its own.
func Shared(build func(tb testing.TB) *Chain) func(tb testing.TB) *Chain {
	built := sync.OnceValue(func() *Chain { return build(noTest{}) })
	var mu sync.Mutex // guards the copying
	return func(tb testing.TB) *Chain {
		mu.Lock()
		defer mu.Unlock()
		return built().BranchFor(tb)
	}
}

// noTest stands for the test while a chain that belongs to none is built.
type noTest struct{ testing.TB }

func (noTest) Helper()                           {}
func (noTest) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }
func (noTest) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Try is a transaction in a block of its own that is taken back afterwards: its
// receipt says what it would have done, and only the block remains.
func (e *EVM) Try(from common.Address, to common.Address, data []byte) *types.Receipt {
	e.tb.Helper()
	e.next()
	hash := crypto.Keccak256Hash([]byte("try"), binary.BigEndian.AppendUint64(nil, e.number))
	e.state.SetTxContext(hash, 0, 0)
	before := e.state.Snapshot()
	result, err := core.ApplyMessage(e.vm(e.number, e.time), e.message(from, &to, data, e.state.GetNonce(from)), nil)
	if err != nil {
		e.tb.Fatalf("transaction of %s: %v", from, err)
	}
	receipt := &types.Receipt{
		Status: types.ReceiptStatusSuccessful, GasUsed: result.UsedGas, TxHash: hash,
		BlockNumber: new(big.Int).SetUint64(e.number), Logs: e.state.GetLogs(hash, e.number, hash, e.time),
	}
	if result.Failed() {
		receipt.Status = types.ReceiptStatusFailed
	}
	e.state.RevertToSnapshot(before)
	e.finalise()
	return receipt
}

// Slot is a number as a place in storage, or as a key of a mapping.
func Slot(n uint64) common.Hash { return common.BigToHash(new(big.Int).SetUint64(n)) }

// SlotOf is the place of a mapping's value.
func SlotOf(mapping, key common.Hash) common.Hash { return crypto.Keccak256Hash(key[:], mapping[:]) }

// SlotAfter is a place so many words behind another.
func SlotAfter(slot common.Hash, words uint64) common.Hash {
	return common.BigToHash(new(big.Int).Add(slot.Big(), new(big.Int).SetUint64(words)))
}

// Give moves CNX from the owner to accounts and lets spender take them, by
// writing Token's storage: tests of many nodes have no time for so many
// transfers.
func (c *Chain) Give(accounts []common.Address, amount *big.Int, spender common.Address) {
	c.TB.Helper()
	balance := func(a common.Address) common.Hash { return SlotOf(Slot(tokenBalances), common.BytesToHash(a[:])) }
	value := common.BigToHash(amount)
	for _, a := range accounts {
		c.EVM.state.SetState(c.Deployment.Token, balance(a), value)
		allowance := SlotOf(SlotOf(Slot(tokenAllowances), common.BytesToHash(a[:])), common.BytesToHash(spender[:]))
		c.EVM.state.SetState(c.Deployment.Token, allowance, value)
	}
	owner := Address(c.Owner)
	left := new(big.Int).Sub(c.Balance(owner), new(big.Int).Mul(amount, big.NewInt(int64(len(accounts)))))
	c.EVM.SetStorage(c.Deployment.Token, balance(owner), common.BigToHash(left))

	if got := c.Balance(owner); got.Cmp(left) != 0 {
		c.TB.Fatalf("wrote a balance of %s, Token says %s: its storage is not where it was", left, got)
	}
}

// JoinMany joins n new accounts to a class and has them resume, each with
// transactions of its own. They have no keys, and their CNX by Give. The class is
// "other" unless it is registered.
func (c *Chain) JoinMany(n int, class Class) []common.Address {
	c.TB.Helper()
	nodes := make([]common.Address, n)
	for i := range nodes {
		c.keys++
		nodes[i] = common.BytesToAddress(crypto.Keccak256(fmt.Appendf(nil, "contractstest node %d", c.keys)))
	}
	c.Give(nodes, c.Params.Stake, c.Deployment.Node)
	request := contracts.JoinRequest{
		Card: class.Card, VramGB: class.VRAMGB, Runtime: class.Runtime, Fingerprint: fingerprint(),
	}
	for _, node := range nodes {
		request.SealKey, request.Payout = crypto.Keccak256Hash(node[:]), node
		c.SendFrom("join", node, c.Deployment.Node, c.Node.PackJoin(request))
		c.SendFrom("resume", node, c.Deployment.Node, c.Node.PackResume())
	}
	return nodes
}

// SendFrom is Send for an account whose key is not needed, on the bare EVM.
func (c *Chain) SendFrom(what string, from, to common.Address, data []byte) *types.Receipt {
	c.TB.Helper()
	receipt, reverted := c.EVM.TransactFrom(from, &to, data)
	if receipt.Status != types.ReceiptStatusSuccessful {
		c.TB.Fatalf("%s: %v (%x)", what, contracts.DecodeError(reverted), reverted)
	}
	return receipt
}

// SetCode gives an account code: a delegation (EIP-7702) to a plain one, for what
// its owner would sign.
func (e *EVM) SetCode(account common.Address, code []byte) {
	e.state.SetCode(account, code, tracing.CodeChangeUnspecified)
	e.finalise()
}

// SetMean gives a node a mean score in 256ths of a point, by writing Node's
// storage.
func (c *Chain) SetMean(node common.Address, mean uint16) {
	c.TB.Helper()
	number := c.EVM.Storage(c.Deployment.Node, SlotOf(Slot(nodeNumbers), common.BytesToHash(node[:])))
	c.setMean(SlotOf(Slot(nodeRecords), number), mean)
	if got := c.NodeInfo(node).Mean; got != mean {
		c.TB.Fatalf("wrote a mean of %d, Node says %d: its storage is not where it was", mean, got)
	}
}

// SetMeans is SetMean for every node that ever joined.
func (c *Chain) SetMeans(mean uint16) {
	c.TB.Helper()
	var last common.Address
	for n := uint64(1); ; n++ {
		record := SlotOf(Slot(nodeRecords), Slot(n))
		account := c.EVM.Storage(c.Deployment.Node, SlotAfter(record, 1))
		if account == (common.Hash{}) {
			break
		}
		last = common.BytesToAddress(account[12:])
		c.setMean(record, mean)
	}
	c.SetMean(last, mean)
}

func (c *Chain) setMean(record common.Hash, mean uint16) {
	word := c.EVM.Storage(c.Deployment.Node, record).Big()
	mask := new(big.Int).Lsh(big.NewInt(0xffff), meanBit)
	word.AndNot(word, mask).Or(word, new(big.Int).Lsh(big.NewInt(int64(mean)), meanBit))
	c.EVM.SetStorage(c.Deployment.Node, record, common.BigToHash(word))
}
