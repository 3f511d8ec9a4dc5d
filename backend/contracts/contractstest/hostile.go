package contractstest

import (
	"crypto/ecdsa"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"helium/backend/contracts"
)

// BranchFor is Branch for another test, or a part of one.
func (c *Chain) BranchFor(tb testing.TB) *Chain {
	branch := c.Branch()
	branch.TB, branch.EVM.tb = tb, tb
	return branch
}

// TryWithGas is Try for a transaction that brings only so much gas: who sends it
// can so take back what costs more.
func (c *Chain) TryWithGas(gas uint64, warm types.AccessList, from *ecdsa.PrivateKey, to common.Address, data []byte) (*types.Receipt, error) {
	c.TB.Helper()
	return c.tryMessage(from, to, data, func(m *core.Message) { m.GasLimit, m.AccessList = gas, warm })
}

// TryDelegating is Try for a transaction that first changes whose code accounts
// run (EIP-7702).
func (c *Chain) TryDelegating(from *ecdsa.PrivateKey, to common.Address, data []byte, changes ...types.SetCodeAuthorization) (*types.Receipt, error) {
	c.TB.Helper()
	return c.tryMessage(from, to, data, func(m *core.Message) { m.SetCodeAuthorizations = changes })
}

// Delegate makes an account run the code of another, or no code for the zero
// address. Somebody else brings what it signs.
func (c *Chain) Delegate(key *ecdsa.PrivateKey, code common.Address) {
	c.TB.Helper()
	change := c.SignDelegation(key, code, c.EVM.Nonce(Address(key)))
	if _, err := c.TryDelegating(c.Key(), common.Address{1}, nil, change); err != nil {
		c.TB.Fatalf("delegate: %v", err)
	}
}

// SignDelegation signs that an account runs the code of another.
func (c *Chain) SignDelegation(key *ecdsa.PrivateKey, code common.Address, nonce uint64) types.SetCodeAuthorization {
	c.TB.Helper()
	signed, err := types.SignSetCode(key, types.SetCodeAuthorization{ChainID: *uint256.NewInt(ChainID), Address: code, Nonce: nonce})
	if err != nil {
		c.TB.Fatal(err)
	}
	return signed
}

// Nonce is how many transactions an account has sent.
func (e *EVM) Nonce(account common.Address) uint64 { return e.state.GetNonce(account) }

func (c *Chain) tryMessage(from *ecdsa.PrivateKey, to common.Address, data []byte, change func(*core.Message)) (*types.Receipt, error) {
	c.TB.Helper()
	e := c.EVM
	e.next()
	hash := crypto.Keccak256Hash(binary.BigEndian.AppendUint64(nil, e.number))
	e.state.SetTxContext(hash, 0, 0)
	message := e.message(Address(from), &to, data, e.state.GetNonce(Address(from)))
	change(message)
	result, err := core.ApplyMessage(e.vm(e.number, e.time), message, nil)
	if err != nil {
		return nil, fmt.Errorf("transaction of %s: %w", message.From, err)
	}
	receipt := &types.Receipt{
		Status: types.ReceiptStatusSuccessful, GasUsed: result.UsedGas, TxHash: hash,
		Logs: e.state.GetLogs(hash, e.number, hash, e.time),
	}
	e.finalise()
	if !result.Failed() {
		return receipt, nil
	}
	if refusal := contracts.DecodeError(result.Revert()); refusal != nil {
		return nil, refusal
	}
	return nil, fmt.Errorf("failed after %d gas: %w", result.UsedGas, result.Err)
}

// SameBlock makes the next transaction one of the newest block: it sees the same
// time and the same dice as the one before.
func (c *Chain) SameBlock() { c.EVM.number, c.EVM.time = c.EVM.number-1, c.EVM.time-1 }

// BlockNumber is that of the newest block.
func (c *Chain) BlockNumber() uint64 { return c.EVM.number }

// Deploy makes a contract of somebody's.
func (e *EVM) Deploy(from *ecdsa.PrivateKey, code string, arguments []byte) common.Address {
	e.tb.Helper()
	receipt, reverted := e.transact(from, nil, append(common.FromHex(code), arguments...))
	if receipt.Status != types.ReceiptStatusSuccessful {
		e.tb.Fatalf("deploy: %x", reverted)
	}
	return receipt.ContractAddress
}
