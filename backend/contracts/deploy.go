package contracts

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/protocol"
)

// Deployment says where a network's contracts are. A zero address is a
// contract that is not there yet.
type Deployment struct {
	Token    common.Address `json:"token"`
	Rules    common.Address `json:"rules"`
	Node     common.Address `json:"node"`
	Task     common.Address `json:"task"`
	Timelock common.Address `json:"timelock"`
	// Parts are code of Task that is deployed beside it.
	Parts Parts `json:"parts"`
	// Block is where Token was deployed: no event is older.
	Block uint64 `json:"block"`
}

// Parts run on Task's storage. Task passes on what it does not know itself to
// Court, and Court to Clerk; TaskQueue is a library.
type Parts struct {
	TaskQueue common.Address `json:"task_queue"`
	Clerk     common.Address `json:"clerk"`
	Court     common.Address `json:"court"`
}

// Network is what a network starts with.
type Network struct {
	Params Params
	// Relays are registered, unless they are zero.
	Relays []common.Address
	// Classes take GPT tasks.
	Classes []RegisteredClass
	// Delay is that of the timelock that owns the rules. Zero is for a network of
	// one's own; otherwise it must be longer than a task can live.
	Delay time.Duration
}

// RegisteredClass is a class with what its nodes' numeric probe must give.
type RegisteredClass struct {
	protocol.GPUClass
	Fingerprint common.Hash `json:"fingerprint"`
}

// Sender sends a transaction from the account that deploys and waits until it
// is in a block. A nil to makes a contract. It fails when the transaction did.
type Sender interface {
	Address() common.Address
	Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error)
}

// Reader is what Deploy looks at to see what is already done.
type Reader interface {
	CodeAt(ctx context.Context, account common.Address, block *big.Int) ([]byte, error)
	CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error)
}

// Deploy brings a network's contracts to the state in which they serve: all
// there, knowing each other, relays and classes registered, and the rules owned
// by the timelock, in which the sender proposes and carries out. It starts from
// what have records and skips what is done, so calling it again after a success
// changes nothing; relays and classes that are new by then go through the
// timelock, see Enact. save is called each time a contract is there, with what to
// pass as have when a run was cut short; a contract whose save was lost is left
// behind unused and deployed again.
func Deploy(ctx context.Context, r Reader, s Sender, n Network, have Deployment, save func(Deployment) error) (Deployment, error) {
	d := deployer{r: r, s: s, at: have, save: save}
	if err := d.contracts(ctx, n); err != nil {
		return d.at, err
	}
	if err := d.checkTogether(ctx); err != nil {
		return d.at, err
	}
	if err := d.wire(ctx, n.Params); err != nil {
		return d.at, err
	}
	calls, err := d.missing(ctx, n)
	if err != nil {
		return d.at, err
	}
	owner, err := view(ctx, r, d.at.Rules, NewRules().PackOwner(), NewRules().UnpackOwner)
	if err != nil {
		return d.at, fmt.Errorf("read owner of Rules: %w", err)
	}
	if owner == d.at.Timelock {
		return d.at, Enact(ctx, r, s, d.at, calls)
	}
	for _, call := range calls {
		if err := d.send(ctx, "register", d.at.Rules, call); err != nil {
			return d.at, err
		}
	}
	return d.at, d.send(ctx, "hand the rules to the timelock", d.at.Rules, NewRules().PackTransferOwnership(d.at.Timelock))
}

type deployer struct {
	r    Reader
	s    Sender
	at   Deployment
	save func(Deployment) error
}

// contracts deploys those that are not there, each after what it is linked to.
func (d *deployer) contracts(ctx context.Context, n Network) error {
	me := []common.Address{d.s.Address()}
	seconds := big.NewInt(int64(n.Delay / time.Second))
	parts := &d.at.Parts
	for _, c := range []struct {
		name      string
		where     *common.Address
		meta      *bind.MetaData
		arguments func() []byte
	}{
		{"Token", &d.at.Token, &TokenMetaData, nil},
		{"Rules", &d.at.Rules, &RulesMetaData, nil},
		{"Node", &d.at.Node, &NodeMetaData, func() []byte { return NewNode().PackConstructor(d.at.Token, d.at.Rules) }},
		{"TaskQueue", &parts.TaskQueue, &TaskQueueMetaData, nil},
		{"Clerk", &parts.Clerk, &ClerkMetaData, func() []byte { return NewClerk().PackConstructor(d.at.Token, d.at.Node, d.at.Rules) }},
		{"Court", &parts.Court, &CourtMetaData, func() []byte { return NewCourt().PackConstructor(d.at.Token, d.at.Node, d.at.Rules, parts.Clerk) }},
		{"Task", &d.at.Task, &TaskMetaData, func() []byte { return NewTask().PackConstructor(d.at.Token, d.at.Node, d.at.Rules, parts.Court) }},
		{"Timelock", &d.at.Timelock, &TimelockMetaData, func() []byte { return NewTimelock().PackConstructor(seconds, me, me) }},
	} {
		if err := d.contract(ctx, c.name, c.where, c.meta, c.arguments); err != nil {
			return err
		}
	}
	return nil
}

// contract deploys name unless its recorded address has code.
func (d *deployer) contract(ctx context.Context, name string, where *common.Address, meta *bind.MetaData, arguments func() []byte) error {
	if *where != (common.Address{}) {
		code, err := d.r.CodeAt(ctx, *where, nil)
		if err != nil {
			return fmt.Errorf("look for %s: %w", name, err)
		}
		if len(code) == 0 {
			return fmt.Errorf("no %s at %s, where it was recorded: this is another chain, or its data is gone; remove the record to deploy anew", name, where)
		}
		return nil
	}
	data := common.FromHex(link(meta, d.at.Parts.TaskQueue))
	if arguments != nil {
		data = append(data, arguments()...)
	}
	receipt, err := d.s.Send(ctx, nil, data)
	if err != nil {
		return fmt.Errorf("deploy %s: %w", name, err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful || receipt.ContractAddress == (common.Address{}) {
		return fmt.Errorf("deploy %s: the transaction %s made no contract", name, receipt.TxHash)
	}
	*where = receipt.ContractAddress
	if name == "Token" {
		d.at.Block = receipt.BlockNumber.Uint64()
	}
	if err := d.save(d.at); err != nil {
		return fmt.Errorf("record %s: %w", name, err)
	}
	return nil
}

// link puts the library's address where the compiler left room for it.
func link(meta *bind.MetaData, queue common.Address) string {
	return strings.ReplaceAll(meta.Bin, "__$"+TaskQueueMetaData.ID+"$__", common.Bytes2Hex(queue[:]))
}

// checkTogether catches a record whose contracts belong to different deployments.
func (d *deployer) checkTogether(ctx context.Context) error {
	node, task := NewNode(), NewTask()
	for _, q := range []struct {
		name string
		at   common.Address
		call []byte
		read func([]byte) (common.Address, error)
		want common.Address
	}{
		{"token of Node", d.at.Node, node.PackToken(), node.UnpackToken, d.at.Token},
		{"rules of Node", d.at.Node, node.PackRules(), node.UnpackRules, d.at.Rules},
		{"token of Task", d.at.Task, task.PackToken(), task.UnpackToken, d.at.Token},
		{"nodes of Task", d.at.Task, task.PackNodes(), task.UnpackNodes, d.at.Node},
		{"rules of Task", d.at.Task, task.PackRules(), task.UnpackRules, d.at.Rules},
	} {
		got, err := view(ctx, d.r, q.at, q.call, q.read)
		if err != nil {
			return fmt.Errorf("read %s: %w", q.name, err)
		}
		if got != q.want {
			return fmt.Errorf("%s is %s, recorded is %s: these contracts don't belong together; remove the record to deploy anew", q.name, got, q.want)
		}
	}
	return nil
}

func (d *deployer) wire(ctx context.Context, p Params) error {
	rules := NewRules()
	got, err := view(ctx, d.r, d.at.Rules, rules.PackTask(), rules.UnpackTask)
	if err != nil {
		return fmt.Errorf("read task contract of Rules: %w", err)
	}
	switch got {
	case d.at.Task:
		return nil
	case common.Address{}:
		return d.send(ctx, "wire the contracts", d.at.Rules, rules.PackWire(d.at.Node, d.at.Task, p))
	default:
		return fmt.Errorf("contract Rules rules %s, not the recorded Task %s: remove the record to deploy anew", got, d.at.Task)
	}
}

// missing are the calls of Rules that register what is not registered.
func (d *deployer) missing(ctx context.Context, n Network) (calls [][]byte, err error) {
	rules, node, task := NewRules(), NewNode(), NewTask()
	for _, relay := range n.Relays {
		if relay == (common.Address{}) {
			continue
		}
		registered, err := view(ctx, d.r, d.at.Task, task.PackIsRelay(relay), task.UnpackIsRelay)
		if err != nil {
			return nil, fmt.Errorf("read relays: %w", err)
		}
		if !registered {
			calls = append(calls, rules.PackSetRelay(relay, true))
		}
	}
	for _, c := range n.Classes {
		info, err := view(ctx, d.r, d.at.Node, node.PackClassInfo(c.ID()), node.UnpackClassInfo)
		if err != nil {
			return nil, fmt.Errorf("read class %s: %w", c, err)
		}
		if !info.Gpt || info.Fingerprint != c.Fingerprint {
			calls = append(calls, rules.PackSetClass(c.Card, c.VRAMGB, c.Runtime, c.Fingerprint))
		}
	}
	return calls, nil
}

func (d *deployer) send(ctx context.Context, what string, to common.Address, data []byte) error {
	return send(ctx, d.s, what, to, data)
}

func send(ctx context.Context, s Sender, what string, to common.Address, data []byte) error {
	receipt, err := s.Send(ctx, &to, data)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return fmt.Errorf("%s: the transaction %s failed", what, receipt.TxHash)
	}
	return nil
}

func view[T any](ctx context.Context, r Reader, to common.Address, call []byte, read func([]byte) (T, error)) (T, error) {
	var zero T
	answer, err := r.CallContract(ctx, ethereum.CallMsg{To: &to, Data: call}, nil)
	if err != nil {
		return zero, err
	}
	if len(answer) == 0 {
		return zero, errors.New("the contract gave no answer")
	}
	return read(answer)
}

// Backend is what BoundSender needs of a chain's client; ethclient.Client is one.
type Backend interface {
	bind.ContractBackend
	bind.DeployBackend
}

// BoundSender is a Sender for programs that hold go-ethereum's bind options.
type BoundSender struct {
	Backend Backend
	Opts    *bind.TransactOpts
}

// Address implements Sender.
func (b BoundSender) Address() common.Address { return b.Opts.From }

// Send implements Sender.
func (b BoundSender) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	opts := *b.Opts
	opts.Context = ctx
	tx, err := b.transact(&opts, to, data)
	if err != nil {
		return nil, err
	}
	receipt, err := bind.WaitMined(ctx, b.Backend, tx.Hash())
	if err != nil {
		return nil, fmt.Errorf("wait for transaction %s: %w", tx.Hash(), err)
	}
	return receipt, nil
}

func (b BoundSender) transact(opts *bind.TransactOpts, to *common.Address, data []byte) (*types.Transaction, error) {
	if to == nil {
		_, tx, err := bind.DeployContract(opts, data, b.Backend, nil)
		return tx, err
	}
	abi, err := TokenMetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	return bind.NewBoundContract(*to, *abi, b.Backend, b.Backend, b.Backend).RawTransact(opts, data)
}
