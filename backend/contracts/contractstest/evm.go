package contractstest

import (
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// EVM runs transactions as a chain does, without one: no blocks are kept, no
// roots computed, no signatures of transactions checked.
type EVM struct {
	tb     testing.TB
	config *params.ChainConfig
	state  *state.StateDB
	number uint64
	time   uint64
	// Randao is the prevrandao of a block, by its number.
	Randao func(number uint64) common.Hash
	// Tracer may be set to look on.
	Tracer *tracing.Hooks
	jumps  *jumpCache
}

// jumpCache keeps what was found in code, for all transactions of a chain and
// of its copies: finding it anew each time costs a third of a test.
type jumpCache struct{ found sync.Map }

func (j *jumpCache) Load(code common.Hash) (vm.BitVec, bool) {
	found, ok := j.found.Load(code)
	if !ok {
		return nil, false
	}
	return found.(vm.BitVec), true
}

func (j *jumpCache) Store(code common.Hash, found vm.BitVec) { j.found.Store(code, found) }

// genesisTime is any time, the same in every run.
const genesisTime = 1_767_225_600

func newEVM(tb testing.TB) *EVM {
	tb.Helper()
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		tb.Fatal(err)
	}
	db.SetCode(Forwarder, forwarderCode(), tracing.CodeChangeUnspecified)
	e := &EVM{tb: tb, config: Config(), state: db, time: genesisTime, jumps: &jumpCache{}, Randao: func(n uint64) common.Hash {
		return crypto.Keccak256Hash(binary.BigEndian.AppendUint64([]byte("randao"), n))
	}}
	e.finalise()
	return e
}

// Copy is the chain as it stands, to go on with in another direction.
func (e *EVM) Copy() *EVM {
	copied := *e
	copied.state = e.state.Copy()
	return &copied
}

// Branch is the chain as it stands, on the bare EVM, to go on with in another
// direction.
func (c *Chain) Branch() *Chain {
	branch := *c
	branch.EVM = c.EVM.Copy()
	branch.engine = branch.EVM
	branch.Gas = nil
	branch.classes = map[common.Hash]bool{}
	for id := range c.classes {
		branch.classes[id] = true
	}
	return &branch
}

func (e *EVM) rules() params.Rules {
	return e.config.Rules(new(big.Int).SetUint64(e.number), true, e.time)
}

func (e *EVM) finalise() { e.state.Finalise(e.rules()) }

// next begins the block of a transaction.
func (e *EVM) next() { e.number, e.time = e.number+1, e.time+1 }

func (e *EVM) vm(number, at uint64) *vm.EVM {
	random := e.Randao(number)
	machine := vm.NewEVM(vm.BlockContext{
		CanTransfer: core.CanTransfer, Transfer: core.Transfer,
		GetHash:     func(n uint64) common.Hash { return crypto.Keccak256Hash(binary.BigEndian.AppendUint64(nil, n)) },
		GasLimit:    60_000_000,
		BlockNumber: new(big.Int).SetUint64(number), Time: at,
		Difficulty: new(big.Int), BaseFee: new(big.Int), BlobBaseFee: big.NewInt(1), Random: &random,
	}, e.state, e.config, vm.Config{NoBaseFee: true, Tracer: e.Tracer})
	machine.SetJumpDestCache(e.jumps)
	return machine
}

func (e *EVM) transact(from *ecdsa.PrivateKey, to *common.Address, data []byte) (*types.Receipt, []byte) {
	return e.TransactFrom(Address(from), to, data)
}

// TransactFrom is a transaction of an account whose key is not needed.
func (e *EVM) TransactFrom(from common.Address, to *common.Address, data []byte) (*types.Receipt, []byte) {
	e.tb.Helper()
	e.next()
	nonce := e.state.GetNonce(from)
	hash := crypto.Keccak256Hash(binary.BigEndian.AppendUint64(nil, e.number))
	e.state.SetTxContext(hash, 0, 0)
	result, err := core.ApplyMessage(e.vm(e.number, e.time), e.message(from, to, data, nonce), nil)
	if err != nil {
		e.tb.Fatalf("transaction of %s: %v", from, err)
	}
	receipt := &types.Receipt{
		Status: types.ReceiptStatusSuccessful, GasUsed: result.UsedGas, TxHash: hash,
		BlockNumber: new(big.Int).SetUint64(e.number), Logs: e.state.GetLogs(hash, e.number, hash, e.time),
	}
	if result.Failed() {
		receipt.Status = types.ReceiptStatusFailed
	} else if to == nil {
		receipt.ContractAddress = crypto.CreateAddress(from, nonce)
	}
	e.finalise()
	return receipt, result.Revert()
}

func (e *EVM) message(from common.Address, to *common.Address, data []byte, nonce uint64) *core.Message {
	return &core.Message{
		From: from, To: to, Data: data, Nonce: nonce, Value: new(uint256.Int), GasLimit: gasLimit,
		GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int),
	}
}

// CodeAt implements contracts.Reader; the block is always the newest.
func (e *EVM) CodeAt(_ context.Context, account common.Address, _ *big.Int) ([]byte, error) {
	return e.state.GetCode(account), nil
}

// CallContract implements contracts.Reader; the block is always the newest, and
// nothing can be changed.
func (e *EVM) CallContract(_ context.Context, call ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	e.state.Prepare(e.rules(), call.From, common.Address{}, call.To, vm.ActivePrecompiles(e.rules()), nil)
	defer e.finalise()
	answer, _, err := e.vm(e.number, e.time).StaticCall(call.From, *call.To, call.Data, vm.NewGasBudget(viewGas, 0))
	if errors.Is(err, vm.ErrExecutionReverted) {
		return nil, &RevertedError{answer}
	}
	return answer, err
}

// viewGas is more than the views that walk through a queue take.
const viewGas = 1 << 40

// RevertedError is a call that reverted with data.
type RevertedError struct{ Data []byte }

func (e *RevertedError) Error() string { return "reverted with " + common.Bytes2Hex(e.Data) }

func (e *EVM) now() uint64 { return e.time }

func (e *EVM) advance(d time.Duration) {
	e.number++
	e.time += uint64(d / time.Second)
}
