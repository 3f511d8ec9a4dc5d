// Package contractstest runs the network's contracts on a simulated chain, for
// the tests of everything that speaks to them. Its chain has the network's own
// forks (through Osaka), so gas is what the network charges; go-ethereum's own
// default turns on a later fork that triples it. Time moves only when a test
// moves it, or by a second a block.
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
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// ChainID is the simulated chain's id.
const ChainID = 1337

const (
	gasLimit = 10_000_000
	maxKeys  = 256
)

// Config is the fork set of the network's own chain: everything through Osaka
// from the first block, nothing later.
func Config() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.ChainID = big.NewInt(ChainID)
	c.BogotaTime = nil
	c.AmsterdamTime = nil
	return &c
}

// Chain is a simulated chain with the contracts on it, Task owning CNX
// allowances of nobody, and one registered relay.
type Chain struct {
	TB         testing.TB
	Backend    *simulated.Backend
	Client     simulated.Client
	Deployment contracts.Deployment
	Domain     protocol.Domain
	Params     contracts.Params
	Events     *contracts.Events
	Token      *contracts.Token
	Node       *contracts.Node
	Task       *contracts.Task
	// Owner deployed everything and holds the CNX; Relay is registered.
	Owner, Relay *ecdsa.PrivateKey
	// Gas of the transactions sent so far, newest last.
	Gas []GasUse

	keys   int
	nonces map[common.Address]uint64
}

// GasUse is what one transaction cost.
type GasUse struct {
	What string
	Gas  uint64
}

// New starts a chain with DevnetParams, changed by change (nil for no change).
// It ends with the test.
func New(tb testing.TB, change func(*contracts.Params)) *Chain {
	tb.Helper()
	p := contracts.DevnetParams()
	if change != nil {
		change(&p)
	}
	c := Bare(tb)
	c.Params = p
	relay := crypto.PubkeyToAddress(c.Relay.PublicKey)
	save := func(contracts.Deployment) error { return nil }
	at, err := contracts.Deploy(context.Background(), c.Client, Sender{c, c.Owner}, p, relay, contracts.Deployment{}, save)
	if err != nil {
		tb.Fatalf("deploy: %v", err)
	}
	c.Use(at)
	return c
}

// Bare starts a chain without contracts. Use names them.
func Bare(tb testing.TB) *Chain {
	tb.Helper()
	c := &Chain{TB: tb, nonces: map[common.Address]uint64{}, Token: contracts.NewToken(), Node: contracts.NewNode(), Task: contracts.NewTask()}
	c.Owner, c.Relay = c.Key(), c.Key()
	alloc := types.GenesisAlloc{Forwarder: {Code: forwarderCode(), Balance: new(big.Int)}}
	for i := range maxKeys {
		alloc[Address(c.key(i+1))] = types.Account{Balance: ether(1_000_000)}
	}
	c.Backend = simulated.NewBackend(alloc, func(_ *node.Config, eth *ethconfig.Config) {
		eth.Genesis.Config = Config()
		eth.Genesis.GasLimit = 60_000_000
		eth.Miner.GasCeil = 60_000_000
	})
	tb.Cleanup(func() { _ = c.Backend.Close() })
	c.Client = c.Backend.Client()
	events, err := contracts.NewEvents()
	if err != nil {
		tb.Fatal(err)
	}
	c.Events = events
	return c
}

// Use makes c speak to the contracts of a deployment.
func (c *Chain) Use(at contracts.Deployment) {
	c.Deployment = at
	c.Domain = protocol.Domain{ChainID: ChainID, Task: at.Task}
}

// Key makes a key with coins for gas and no CNX, the same ones in the same
// order in every run.
func (c *Chain) Key() *ecdsa.PrivateKey {
	c.TB.Helper()
	c.keys++
	if c.keys > maxKeys {
		c.TB.Fatalf("a test uses more than %d keys", maxKeys)
	}
	return c.key(c.keys)
}

func (c *Chain) key(i int) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(fmt.Sprintf("contractstest %d", i))))
	if err != nil {
		c.TB.Fatal(err)
	}
	return key
}

// Account makes a key with coins for gas and 100,000 CNX, which Node and Task
// may take.
func (c *Chain) Account() *ecdsa.PrivateKey {
	c.TB.Helper()
	key := c.Key()
	address := Address(key)
	c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(address, ether(100_000)))
	c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Node, ether(100_000)))
	c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Task, ether(100_000)))
	return key
}

// Now is the time of the newest block.
func (c *Chain) Now() uint64 {
	head, err := c.Client.HeaderByNumber(context.Background(), nil)
	if err != nil {
		c.TB.Fatal(err)
	}
	return head.Time
}

// Advance makes a block d later than the newest.
func (c *Chain) Advance(d time.Duration) {
	c.TB.Helper()
	var err error
	for range 2000 { // the pool forgets the transactions of a block a moment after it
		if err = c.Backend.AdjustTime(d); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	c.TB.Fatalf("advance time: %v", err)
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
	receipt := c.transact(from, &types.DynamicFeeTx{To: &to, Data: data, Gas: gasLimit})
	if receipt.Status == types.ReceiptStatusSuccessful {
		c.Gas = append(c.Gas, GasUse{what, receipt.GasUsed})
		return receipt, nil
	}
	return nil, c.why(from, to, data, receipt)
}

// why runs a failed call again, on the state it failed on, for its reason.
func (c *Chain) why(from *ecdsa.PrivateKey, to common.Address, data []byte, receipt *types.Receipt) error {
	call := ethereum.CallMsg{From: Address(from), To: &to, Data: data, Gas: gasLimit}
	_, err := c.Client.CallContract(context.Background(), call, receipt.BlockNumber)
	refused, ok := err.(rpc.DataError)
	if !ok {
		return fmt.Errorf("failed in block %s, and then: %w", receipt.BlockNumber, err)
	}
	text, _ := refused.ErrorData().(string)
	if refusal := contracts.DecodeError(common.FromHex(text)); refusal != nil {
		return refusal
	}
	return fmt.Errorf("refused with %s: %w", text, err)
}

func (c *Chain) transact(from *ecdsa.PrivateKey, tx *types.DynamicFeeTx) *types.Receipt {
	c.TB.Helper()
	ctx := context.Background()
	tx.ChainID, tx.Nonce = big.NewInt(ChainID), c.nonces[Address(from)]
	c.nonces[Address(from)]++
	tx.GasTipCap, tx.GasFeeCap = big.NewInt(params.GWei), big.NewInt(100*params.GWei)
	signed, err := types.SignNewTx(from, types.LatestSignerForChainID(tx.ChainID), tx)
	if err != nil {
		c.TB.Fatal(err)
	}
	if err := c.Client.SendTransaction(ctx, signed); err != nil {
		c.TB.Fatalf("send transaction: %v", err)
	}
	c.Backend.Commit()
	return c.receipt(signed.Hash())
}

// receipt waits for the index of transactions, which follows the block.
func (c *Chain) receipt(hash common.Hash) *types.Receipt {
	c.TB.Helper()
	for range 2000 {
		receipt, err := c.Client.TransactionReceipt(context.Background(), hash)
		if err == nil {
			return receipt
		}
		time.Sleep(time.Millisecond)
	}
	c.TB.Fatalf("transaction %s is in no block", hash)
	return nil
}

// Logs are the events of Task and Node in a receipt, in order.
func (c *Chain) Logs(receipt *types.Receipt) []any {
	c.TB.Helper()
	var all []any
	for _, log := range receipt.Logs {
		if log.Address == c.Deployment.Token {
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
	answer, err := c.Client.CallContract(context.Background(), ethereum.CallMsg{To: &to, Data: call}, nil)
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

// Send implements contracts.Sender.
func (s Sender) Send(_ context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	return s.Chain.transact(s.Key, &types.DynamicFeeTx{To: to, Data: data, Gas: gasLimit}), nil
}

// Address is the account of a key.
func Address(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

func ether(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(params.Ether))
}

// CNX is n whole CNX in wei.
func CNX(n int64) *big.Int { return ether(n) }
