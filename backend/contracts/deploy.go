package contracts

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Deployment says where a network's contracts are. A zero address is a
// contract that is not there yet.
type Deployment struct {
	Token common.Address `json:"token"`
	Node  common.Address `json:"node"`
	Task  common.Address `json:"task"`
	// Block is where Token was deployed: no event is older.
	Block uint64 `json:"block"`
}

// Sender sends a transaction from the account that deploys and waits until it
// is in a block. A nil to makes a contract. It fails when the transaction did.
// Every transaction must come from one account: it owns the Task contract.
type Sender interface {
	Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error)
}

// Reader is what Deploy looks at to see what is already done.
type Reader interface {
	CodeAt(ctx context.Context, account common.Address, block *big.Int) ([]byte, error)
	CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error)
}

// Deploy brings a network's contracts to the state in which they serve: all
// three there, Node and Task knowing each other, relay registered (unless it is
// zero). It starts from what have records and skips what is done, so calling it
// again after a success changes nothing. save is called each time a contract is
// there, with what to pass as have when a run was cut short; a contract whose
// save was lost is left behind unused and deployed again.
func Deploy(ctx context.Context, r Reader, s Sender, p Params, relay common.Address, have Deployment, save func(Deployment) error) (Deployment, error) {
	d := deployer{r: r, s: s, at: have, save: save}
	node, task := NewNode(), NewTask()

	if err := d.contract(ctx, "Token", &d.at.Token, TokenMetaData.Bin, nil); err != nil {
		return d.at, err
	}
	if err := d.contract(ctx, "Node", &d.at.Node, NodeMetaData.Bin, node.PackConstructor(d.at.Token, p)); err != nil {
		return d.at, err
	}
	if err := d.contract(ctx, "Task", &d.at.Task, TaskMetaData.Bin, task.PackConstructor(d.at.Token, d.at.Node, p)); err != nil {
		return d.at, err
	}
	if err := d.checkTogether(ctx, node, task); err != nil {
		return d.at, err
	}
	if err := d.wire(ctx, node); err != nil {
		return d.at, err
	}
	if relay == (common.Address{}) {
		return d.at, nil
	}
	return d.at, d.register(ctx, task, relay)
}

type deployer struct {
	r    Reader
	s    Sender
	at   Deployment
	save func(Deployment) error
}

// contract deploys name unless its recorded address has code.
func (d *deployer) contract(ctx context.Context, name string, where *common.Address, bin string, arguments []byte) error {
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
	receipt, err := d.s.Send(ctx, nil, append(common.FromHex(bin), arguments...))
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

// checkTogether catches a record whose contracts belong to different deployments.
func (d *deployer) checkTogether(ctx context.Context, node *Node, task *Task) error {
	for _, q := range []struct {
		name string
		at   common.Address
		call []byte
		read func([]byte) (common.Address, error)
		want common.Address
	}{
		{"token of Node", d.at.Node, node.PackToken(), node.UnpackToken, d.at.Token},
		{"token of Task", d.at.Task, task.PackToken(), task.UnpackToken, d.at.Token},
		{"nodes of Task", d.at.Task, task.PackNodes(), task.UnpackNodes, d.at.Node},
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

func (d *deployer) wire(ctx context.Context, node *Node) error {
	got, err := view(ctx, d.r, d.at.Node, node.PackTaskContract(), node.UnpackTaskContract)
	if err != nil {
		return fmt.Errorf("read task contract of Node: %w", err)
	}
	switch got {
	case d.at.Task:
		return nil
	case common.Address{}:
		return d.send(ctx, "name the Task contract to Node", d.at.Node, node.PackSetTaskContract(d.at.Task))
	default:
		return fmt.Errorf("contract Node obeys %s, not the recorded Task %s: remove the record to deploy anew", got, d.at.Task)
	}
}

func (d *deployer) register(ctx context.Context, task *Task, relay common.Address) error {
	registered, err := view(ctx, d.r, d.at.Task, task.PackIsRelay(relay), task.UnpackIsRelay)
	if err != nil {
		return fmt.Errorf("read relays: %w", err)
	}
	if registered {
		return nil
	}
	return d.send(ctx, "register relay", d.at.Task, task.PackSetRelay(relay, true))
}

func (d *deployer) send(ctx context.Context, what string, to common.Address, data []byte) error {
	receipt, err := d.s.Send(ctx, &to, data)
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
