// Package contractstest runs the network's contracts on a chain, for the tests
// of everything that speaks to them. The chain has the network's own forks
// (through Osaka), so gas is what the network charges; go-ethereum's own default
// turns on a later fork that triples it.
//
// An engine is what runs transactions: go-ethereum's simulated backend, with a
// client that programs can speak to, or the bare EVM, which is fifty times as
// fast and charges the same gas. Time moves only when a test moves it, or by a
// second a block; every transaction has a block of its own.
package contractstest

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// ChainID is the chain's id.
const ChainID = 1337

// gasLimit is what the network's forks allow one transaction.
const gasLimit = params.MaxTxGas

// Config is the fork set of the network's own chain: everything through Osaka
// from the first block, nothing later.
func Config() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.ChainID = big.NewInt(ChainID)
	c.BogotaTime = nil
	c.AmsterdamTime = nil
	return &c
}

// engine runs transactions, each in a block of its own.
type engine interface {
	contracts.Reader
	// transact tells the revert's data when the receipt says that it failed.
	transact(from *ecdsa.PrivateKey, to *common.Address, data []byte) (r *types.Receipt, reverted []byte)
	now() uint64
	advance(d time.Duration)
}

// Chain is a chain with the contracts on it and one registered relay.
type Chain struct {
	TB testing.TB
	// Backend and Client are nil on the bare EVM.
	Backend    *simulated.Backend
	Client     simulated.Client
	EVM        *EVM
	Deployment contracts.Deployment
	Domain     protocol.Domain
	Params     contracts.Params
	Events     *contracts.Events
	Token      *contracts.Token
	Rules      *contracts.Rules
	Node       *contracts.Node
	Task       *contracts.Task
	// Owner deployed everything and holds the CNX; Relay is registered.
	Owner, Relay *ecdsa.PrivateKey
	// Gas of the transactions sent so far, newest last.
	Gas []GasUse

	engine  engine
	keys    int
	classes map[common.Hash]bool
}

// GasUse is what one transaction cost.
type GasUse struct {
	What string
	Gas  uint64
}

// New starts a simulated chain with DevnetParams, changed by change (nil for no
// change). It ends with the test.
func New(tb testing.TB, change func(*contracts.Params)) *Chain {
	tb.Helper()
	return Bare(tb).deploy(change)
}

// NewEVM is New on the bare EVM.
func NewEVM(tb testing.TB, change func(*contracts.Params)) *Chain {
	tb.Helper()
	return BareEVM(tb).deploy(change)
}

// Bare starts a simulated chain without contracts. Use names them.
func Bare(tb testing.TB) *Chain {
	tb.Helper()
	c := newChain(tb)
	s := newSimulated(tb)
	c.engine, c.Backend, c.Client = s, s.backend, s.client
	return c
}

// BareEVM is Bare on the bare EVM.
func BareEVM(tb testing.TB) *Chain {
	tb.Helper()
	c := newChain(tb)
	c.EVM = newEVM(tb)
	c.engine = c.EVM
	return c
}

func newChain(tb testing.TB) *Chain {
	tb.Helper()
	events, err := contracts.NewEvents()
	if err != nil {
		tb.Fatal(err)
	}
	c := &Chain{
		TB: tb, Events: events, classes: map[common.Hash]bool{},
		Token: contracts.NewToken(), Rules: contracts.NewRules(), Node: contracts.NewNode(), Task: contracts.NewTask(),
	}
	c.Owner, c.Relay = c.Key(), c.Key()
	return c
}

func (c *Chain) deploy(change func(*contracts.Params)) *Chain {
	c.TB.Helper()
	c.Params = contracts.DevnetParams()
	if change != nil {
		change(&c.Params)
	}
	save := func(contracts.Deployment) error { return nil }
	at, err := contracts.Deploy(context.Background(), c.engine, Sender{c, c.Owner}, c.Network(), contracts.Deployment{}, save)
	if err != nil {
		c.TB.Fatalf("deploy: %v", err)
	}
	c.Use(at)
	return c
}

// Network is what New deploys.
func (c *Chain) Network() contracts.Network {
	return contracts.Network{Params: c.Params, Relays: []common.Address{Address(c.Relay)}}
}

// Use makes c speak to the contracts of a deployment.
func (c *Chain) Use(at contracts.Deployment) {
	c.Deployment = at
	c.Domain = protocol.Domain{ChainID: ChainID, Task: at.Task, Node: at.Node, Token: at.Token}
}

// Reader looks at the chain.
func (c *Chain) Reader() contracts.Reader { return c.engine }

// Enact makes calls of Rules, as its owner does.
func (c *Chain) Enact(calls ...[]byte) {
	c.TB.Helper()
	if err := contracts.Enact(context.Background(), c.engine, Sender{c, c.Owner}, c.Deployment, calls); err != nil {
		c.TB.Fatalf("enact: %v", err)
	}
}

// Key makes a key with coins for gas and no CNX, the same ones in the same
// order in every run.
func (c *Chain) Key() *ecdsa.PrivateKey {
	c.keys++
	return nthKey(c.keys)
}

func nthKey(i int) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(fmt.Sprintf("contractstest %d", i))))
	if err != nil {
		panic(err) // a hash is a key, but for one in 2^128
	}
	return key
}

// Account makes a key with coins for gas, 100,000 CNX of credit to spend on
// tasks, and as many that Node and Task may take.
func (c *Chain) Account() *ecdsa.PrivateKey {
	c.TB.Helper()
	key := c.Key()
	c.Fund(key, ether(200_000))
	c.Deposit(key, ether(100_000))
	return key
}

// Deposit makes credit of CNX that Task may take.
func (c *Chain) Deposit(key *ecdsa.PrivateKey, amount *big.Int) {
	c.TB.Helper()
	c.Send("deposit", key, c.Deployment.Task, c.Task.PackDeposit(amount))
}

// Fund gives CNX to a key, and lets Node and Task take them.
func (c *Chain) Fund(key *ecdsa.PrivateKey, amount *big.Int) {
	c.TB.Helper()
	c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(Address(key), amount))
	c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Node, amount))
	c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Task, amount))
}

// Now is the time of the newest block.
func (c *Chain) Now() uint64 { return c.engine.now() }

// Advance makes a block d later than the newest.
func (c *Chain) Advance(d time.Duration) {
	c.TB.Helper()
	c.engine.advance(d)
}

// AdvanceTo makes a block at a time of the chain, unless that is past.
func (c *Chain) AdvanceTo(unix uint64) {
	c.TB.Helper()
	if now := c.Now(); unix > now {
		c.Advance(time.Duration(unix-now) * time.Second)
	}
}

// Send sends a transaction that must succeed, and makes its block.
func (c *Chain) Send(what string, from *ecdsa.PrivateKey, to common.Address, data []byte) *types.Receipt {
	c.TB.Helper()
	receipt, err := c.Try(what, from, to, data)
	if err != nil {
		c.TB.Fatalf("%s: %v", what, err)
	}
	return receipt
}

// Try is Send for a transaction that may be refused. A refusal by one of our
// contracts comes as *contracts.Refusal.
func (c *Chain) Try(what string, from *ecdsa.PrivateKey, to common.Address, data []byte) (*types.Receipt, error) {
	c.TB.Helper()
	receipt, reverted := c.engine.transact(from, &to, data)
	if receipt.Status == types.ReceiptStatusSuccessful {
		c.Gas = append(c.Gas, GasUse{what, receipt.GasUsed})
		return receipt, nil
	}
	if refusal := contracts.DecodeError(reverted); refusal != nil {
		return nil, refusal
	}
	return nil, fmt.Errorf("failed after %d gas with %x", receipt.GasUsed, reverted)
}

// Logs are the events of Task and Node in a receipt, in order.
func (c *Chain) Logs(receipt *types.Receipt) []any {
	c.TB.Helper()
	var all []any
	for _, log := range receipt.Logs {
		if log.Address != c.Deployment.Task && log.Address != c.Deployment.Node {
			continue
		}
		event, err := c.Events.Parse(log)
		if err != nil {
			c.TB.Fatalf("event %s: %v", hexutil.Encode(log.Topics[0][:]), err)
		}
		all = append(all, event)
	}
	return all
}

// Find is the first event of type E in a receipt; nil if there is none.
func Find[E any](c *Chain, receipt *types.Receipt) *E {
	c.TB.Helper()
	for _, event := range c.Logs(receipt) {
		if found, ok := event.(*E); ok {
			return found
		}
	}
	return nil
}

// View calls a contract without a transaction.
func View[T any](c *Chain, to common.Address, call []byte, read func([]byte) (T, error)) T {
	c.TB.Helper()
	answer, err := c.engine.CallContract(context.Background(), ethereum.CallMsg{To: &to, Data: call}, nil)
	if err != nil {
		c.TB.Fatalf("call contract: %v", err)
	}
	value, err := read(answer)
	if err != nil {
		c.TB.Fatalf("read answer: %v", err)
	}
	return value
}

// Sender sends from one account and makes a block for each transaction.
type Sender struct {
	Chain *Chain
	Key   *ecdsa.PrivateKey
}

// Address implements contracts.Sender.
func (s Sender) Address() common.Address { return Address(s.Key) }

// Send implements contracts.Sender.
func (s Sender) Send(_ context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	receipt, reverted := s.Chain.engine.transact(s.Key, to, data)
	if refusal := contracts.DecodeError(reverted); refusal != nil {
		return nil, refusal
	}
	return receipt, nil
}

// Address is the account of a key.
func Address(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func ether(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether))
}

// CNX is n whole CNX in wei.
func CNX(n int64) *big.Int { return ether(n) }

// MilliCNX is n thousandths of a CNX in wei.
func MilliCNX(n int64) *big.Int { return new(big.Int).Div(ether(n), big.NewInt(1000)) }
