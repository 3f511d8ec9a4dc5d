package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// Plan is a network that is to be, or to be changed.
type Plan struct {
	// Name of the network, for people.
	Name string
	// HTTP and WS are the chain's addresses, as everybody reaches them.
	HTTP, WS string
	// AlsoWS are those of other nodes of the chain.
	AlsoWS  []string
	Owner   *wallet.Wallet
	Params  contracts.Params
	Relays  []protocol.RelayInfo
	Classes []contracts.RegisteredClass
	// Delay of the timelock; zero for a network of one's own.
	Delay time.Duration
	// Block is the shortest time between the chain's blocks.
	Block time.Duration
	// Release and Downloads are the program's newest version and its page, as in a
	// profile.
	Release, Downloads string
	// Profile and Record are files; an existing record is gone on with.
	Profile, Record string
	// DryRun says what it would cost and sends nothing.
	DryRun bool
	Out    io.Writer
}

// record is what is on the chain already, and whose it is.
type record struct {
	Version    int                  `json:"version"`
	ChainID    uint64               `json:"chain_id"`
	Owner      common.Address       `json:"owner"`
	Deployment contracts.Deployment `json:"deployment"`
}

// recordVersion rises with contracts that this program can't take over.
const recordVersion = 1

// dialTimeout is how long a chain may take to answer.
const dialTimeout = 20 * time.Second

// Init deploys a network's contracts, or goes on deploying them, registers the
// relays and classes of the plan and writes the profile. For a network that
// stands already it registers what is new, through the timelock; the error is a
// *contracts.NotDueError while that is waiting.
func Init(ctx context.Context, p Plan) error {
	rpc, id, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer rpc.Close()
	profile := protocol.Profile{
		Version: protocol.ProfileVersion, Name: p.Name, ChainID: id, HTTP: p.HTTP, WS: p.WS, AlsoWS: p.AlsoWS,
		Relays: p.Relays, BlockIntervalMS: p.Block.Milliseconds(), Release: p.Release, Downloads: p.Downloads,
	}
	if err := checkPlan(profile, p); err != nil {
		return err
	}
	have, err := p.loadRecord(id)
	if err != nil {
		return err
	}
	network := contracts.Network{Params: p.Params, Classes: p.Classes, Delay: p.Delay}
	for _, r := range p.Relays {
		network.Relays = append(network.Relays, r.Address)
	}
	if err := p.reckon(ctx, rpc, network, have.Deployment); err != nil || p.DryRun {
		return err
	}
	at, err := p.deploy(ctx, rpc, network, have)
	if err != nil {
		return err
	}
	profile.StartBlock = at.Block
	profile.Contracts = protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task}
	if err := writeJSON(p.Profile, profile, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(p.Out, "\nThe network's profile is %s: give it to everybody. %s says what is where on the chain: keep it,\nchanges of the network start from it. The owner %s holds all CNX there is.\n", p.Profile, p.Record, p.Owner.Address())
	return nil
}

// checkPlan catches what makes a profile that nobody can open, before it costs.
func checkPlan(profile protocol.Profile, p Plan) error {
	somewhere := common.Address{1}
	profile.Contracts = protocol.Contracts{Token: somewhere, Node: somewhere, Task: somewhere}
	if err := profile.Check(); err != nil {
		return fmt.Errorf("check the network: %w", err)
	}
	for _, r := range p.Relays {
		if r.Address == (common.Address{}) {
			return fmt.Errorf("check the network: the relay %s has no address: helium relay key prints it", r.URL)
		}
	}
	for i, c := range p.Classes {
		if c.Card == "" || c.VRAMGB == 0 || c.Runtime == "" || c.Fingerprint == (common.Hash{}) {
			return fmt.Errorf("check the network: class %d (%s) needs card, vram_gb, runtime and fingerprint: helium network class prints them", i+1, c.GPUClass)
		}
	}
	if p.Profile == "" || p.Record == "" {
		return errors.New("check the network: name the files of the profile and of the record")
	}
	return nil
}

// connect opens the chain at all addresses, which must be of the same.
func (p Plan) connect(ctx context.Context) (*ethclient.Client, uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	rpc, id, err := dialChain(ctx, p.HTTP)
	if err != nil {
		return nil, 0, err
	}
	for _, url := range append([]string{p.WS}, p.AlsoWS...) {
		ws, other, err := dialChain(ctx, url)
		if err != nil {
			rpc.Close()
			return nil, 0, err
		}
		ws.Close()
		if id != other {
			rpc.Close()
			return nil, 0, fmt.Errorf("%s is chain %d and %s is chain %d: give addresses of one chain", p.HTTP, id, url, other)
		}
	}
	return rpc, id, nil
}

// dialChain opens an address once, without trying again: it may be mistyped.
func dialChain(ctx context.Context, url string) (*ethclient.Client, uint64, error) {
	rpc, err := ethclient.DialContext(ctx, url)
	if err != nil {
		return nil, 0, fmt.Errorf("no chain answers at %s: %w", url, err)
	}
	id, err := rpc.ChainID(ctx)
	if err != nil {
		rpc.Close()
		return nil, 0, fmt.Errorf("no chain answers at %s: %w", url, err)
	}
	if !id.IsUint64() {
		rpc.Close()
		return nil, 0, fmt.Errorf("the chain at %s has the id %s, which is too large", url, id)
	}
	return rpc, id.Uint64(), nil
}

func (p Plan) loadRecord(chainID uint64) (record, error) {
	r := record{Version: recordVersion, ChainID: chainID, Owner: p.Owner.Address()}
	err := readJSON(p.Record, &r)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(p.Profile); err == nil {
			return r, fmt.Errorf("%s is there, and its record %s is not: choose another name for the profile, or put the record back", p.Profile, p.Record)
		}
		return r, nil
	case err != nil:
		return r, err
	case r.Version != recordVersion:
		return r, fmt.Errorf("the record %s is of another version of Helium", p.Record)
	case r.ChainID != chainID:
		return r, fmt.Errorf("the record %s is of chain %d, and this is chain %d: choose other files, or the other chain", p.Record, r.ChainID, chainID)
	case r.Owner != p.Owner.Address():
		return r, fmt.Errorf("the network of %s belongs to %s, and the key is that of %s", p.Record, r.Owner, p.Owner.Address())
	}
	return r, nil
}

// reckon says what is left to pay and refuses to begin what the owner can't.
func (p Plan) reckon(ctx context.Context, rpc *ethclient.Client, n contracts.Network, have contracts.Deployment) error {
	costs, err := rehearse(ctx, n)
	if err != nil {
		return fmt.Errorf("try the deployment in this process: %w", err)
	}
	price, err := rpc.SuggestGasPrice(ctx)
	if err != nil {
		return fmt.Errorf("ask the chain what gas costs: %w", err)
	}
	balance, err := rpc.BalanceAt(ctx, p.Owner.Address(), nil)
	if err != nil {
		return fmt.Errorf("read what the owner has: %w", err)
	}
	left := costs.left(have)
	total := new(big.Int).Mul(new(big.Int).SetUint64(left.gas()), price)
	fmt.Fprintf(p.Out, "At most %d transactions are left, of about %d gas: %s of the chain's coin at %s a unit of gas now.\nThe owner %s has %s.\n",
		len(left), left.gas(), coins(total), gwei(price), p.Owner.Address(), coins(balance))
	if p.DryRun {
		for _, c := range left {
			fmt.Fprintf(p.Out, "  %-18s %10d gas\n", c.name, c.gas)
		}
		return nil
	}
	if balance.Cmp(total) < 0 {
		return fmt.Errorf("the owner %s has %s and needs about %s: send it the rest", p.Owner.Address(), coins(balance), coins(total))
	}
	return nil
}

func (p Plan) deploy(ctx context.Context, rpc *ethclient.Client, n contracts.Network, have record) (contracts.Deployment, error) {
	sender := telling{out: p.Out, Sender: contracts.BoundSender{Backend: rpc, Opts: ownerOpts(p.Owner, have.ChainID)}}
	at, err := contracts.Deploy(ctx, rpc, sender, n, have.Deployment, func(at contracts.Deployment) error {
		fmt.Fprintf(p.Out, "  %s\n", newPart(have.Deployment, at))
		have.Deployment = at
		return writeJSON(p.Record, have, 0o600)
	})
	var later *contracts.NotDueError
	if errors.As(err, &later) {
		return at, fmt.Errorf("%w; call the same command again then", err)
	}
	if err != nil {
		return at, fmt.Errorf("deploy the contracts: %w", err)
	}
	return at, nil
}

// telling says of each transaction what it does and what became of it.
type telling struct {
	contracts.Sender
	out io.Writer
}

func (t telling) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	fmt.Fprintf(t.out, "· %s\n", nameOf(to, data))
	receipt, err := t.Sender.Send(ctx, to, data)
	if err == nil {
		fmt.Fprintf(t.out, "  block %d, %d gas, %s\n", receipt.BlockNumber, receipt.GasUsed, receipt.TxHash)
	}
	return receipt, err
}

// nameOf says what a transaction of a deployment does.
func nameOf(to *common.Address, data []byte) string {
	if to == nil {
		return "a contract"
	}
	if len(data) < 4 {
		return "a transfer"
	}
	for _, meta := range []*bind.MetaData{&contracts.RulesMetaData, &contracts.TimelockMetaData} {
		abi, err := meta.ParseABI()
		if err != nil {
			continue
		}
		if m, err := abi.MethodById(data[:4]); err == nil {
			return m.Name
		}
	}
	return "a call"
}

// parts are the contracts of a deployment by name.
func parts(d contracts.Deployment) []struct {
	name string
	at   common.Address
} {
	return []struct {
		name string
		at   common.Address
	}{
		{"Token", d.Token}, {"Rules", d.Rules}, {"Node", d.Node}, {"TaskQueue", d.Parts.TaskQueue},
		{"Clerk", d.Parts.Clerk}, {"Court", d.Parts.Court}, {"Task", d.Task}, {"Timelock", d.Timelock},
	}
}

// newPart names what is in now and was not before.
func newPart(before, now contracts.Deployment) string {
	was := parts(before)
	for i, part := range parts(now) {
		if part.at != was[i].at {
			return fmt.Sprintf("%s is at %s", part.name, part.at)
		}
	}
	return "recorded"
}

// coins is an amount of a chain's own coin, which has 18 decimals as CNX has.
func coins(wei *big.Int) string { return decimal(wei) }

func gwei(wei *big.Int) string {
	return new(big.Rat).SetFrac(wei, big.NewInt(params.GWei)).FloatString(3) + " gwei"
}
