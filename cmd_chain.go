//go:build !desktop

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/operator"
	"helium/backend/protocol"
	"helium/backend/validator"
)

// chainCmd: a chain of one's own, on one machine or several.
type chainCmd struct {
	Key  chainKeyCmd  `cmd:"" help:"Make the keys of a validator, and print the line that the others must know."`
	Init chainInitCmd `cmd:"" help:"Write the file that a chain begins with."`
	Run_ chainRunCmd  `cmd:"" name:"run" help:"Run a validator, or a machine that follows a chain."`

	Validators chainValidatorsCmd `cmd:"" help:"List a chain's validators, and what each votes for."`
	Vote       chainVoteCmd       `cmd:"" help:"Vote for adding a validator, removing one or changing its power."`
}

type chainKeyCmd struct {
	Data string `required:"" help:"Folder of the chain on this machine." placeholder:"DIR"`
	Name string `required:"" help:"What to call this validator: letters, digits, dots, dashes, underscores." placeholder:"NAME"`
	At   string `required:"" help:"Where the other validators reach this machine." placeholder:"HOST:PORT"`
}

// Help is what the command says of itself beyond one line.
func (chainKeyCmd) Help() string {
	return "The keys are in chain/agreement/config of the folder: keep a copy of it, where nobody else can read it, and never run two machines with it. " +
		"The line is public. Called again it prints the same."
}

func (c chainKeyCmd) Run(env *environment) error {
	member, err := operator.ChainKey(c.Data, c.Name, c.At)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, member)
	return nil
}

type chainInitCmd struct {
	Out     string   `default:"genesis.json" help:"File to write." placeholder:"FILE"`
	ChainID uint64   `name:"chain-id" required:"" help:"The chain's id: a number that no other chain has, since it keeps transactions of one out of the other." placeholder:"N"`
	Alloc   []string `required:"" help:"Who begins with how much of the chain's coin. May be repeated." placeholder:"ADDRESS=AMOUNT"`

	Validator []string `help:"Line that helium chain key printed on a machine that is to be a validator. May be repeated; without any, whoever runs the chain is its only validator." placeholder:"LINE"`
}

func (c chainInitCmd) Run(env *environment) error {
	g := operator.Genesis{ChainID: c.ChainID, Time: uint64(time.Now().Unix()), Alloc: map[common.Address]protocol.Wei{}}
	for _, text := range c.Alloc {
		address, amount, ok := strings.Cut(text, "=")
		if !ok || !common.IsHexAddress(address) {
			return fmt.Errorf("--alloc %s: it must be like 0x…=1000000", text)
		}
		coins, err := amountFlag("--alloc", amount)
		if err != nil {
			return err
		}
		account := common.HexToAddress(address)
		g.Alloc[account] = g.Alloc[account].Add(coins)
	}
	for _, line := range c.Validator {
		member, err := validator.ParseMember(line)
		if err != nil {
			return fmt.Errorf("--validator %s: %w", line, err)
		}
		g.Validators = append(g.Validators, member)
	}
	hash, err := operator.WriteGenesis(c.Out, g)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "The beginning of chain %d is %s. Its hash is %s.\n", c.ChainID, c.Out, hash)
	return nil
}

type chainRunCmd struct {
	Data    string        `required:"" help:"Folder of the chain." placeholder:"DIR"`
	Genesis string        `required:"" help:"File that helium chain init wrote." placeholder:"FILE"`
	HTTP    string        `name:"http" default:"127.0.0.1:8545" help:"Where to serve JSON-RPC over HTTP." placeholder:"ADDRESS:PORT"`
	WS      string        `name:"ws" default:"127.0.0.1:8546" help:"Where to serve it over WebSocket." placeholder:"ADDRESS:PORT"`
	Host    []string      `help:"Name by which programs reach it, beside localhost and IP addresses. May be repeated; * for any, behind a proxy." placeholder:"NAME"`
	P2P     string        `name:"p2p" help:"Where other machines of the chain call; a validator's port of the genesis if left out, on every address of this machine." placeholder:"ADDRESS:PORT"`
	Peer    []string      `help:"Machine to call, beside the validators whose addresses are in the genesis. May be repeated." placeholder:"ID@HOST:PORT"`
	Block   time.Duration `default:"1s" help:"Shortest time between blocks."`

	SignedThrough *int64 `help:"For a validator whose record of what it signed is lost, on a chain that can't go on without it: it signed nothing above this height." placeholder:"HEIGHT"`
}

// Help is what the command says of itself beyond one line.
func (chainRunCmd) Help() string {
	return "All machines of a chain start from one genesis file. The one whose key it names is a validator; any other follows the chain and takes transactions too. " +
		"A chain goes on while more than two thirds of its validators run: four bear the loss of one. " +
		"With a genesis that names no validators the machine makes every block alone, and could choose the randomness of its draws: such a chain is for a network whose nodes trust its operator. " +
		"Everything that must not be lost is in the folder: stop the chain before it is copied, and never start two copies. " +
		"A validator that lost its folder but for chain/agreement/config catches up, and signs again once the chain has gone on without it."
}

func (c chainRunCmd) Run(env *environment) error {
	genesis, err := operator.ReadGenesis(c.Genesis)
	if err != nil {
		return err
	}
	return operator.Chain{
		DataDir: c.Data, Genesis: genesis, HTTP: c.HTTP, WS: c.WS, Hosts: c.Host, P2P: c.P2P, Peers: c.Peer,
		Block: c.Block, SignedThrough: c.SignedThrough, Out: env.stdout, Log: env.log,
	}.Run(env.ctx)
}

type chainValidatorsCmd struct {
	RPC string `default:"http://127.0.0.1:8545" help:"JSON-RPC of the chain, any machine's." placeholder:"URL"`
}

func (c chainValidatorsCmd) Run(env *environment) error {
	return operator.ShowValidators(env.ctx, c.RPC, env.stdout)
}

type chainVoteCmd struct {
	Who   string `arg:"" help:"Name or key of a validator, or the line that helium chain key printed on a machine that is to become one."`
	Power uint64 `arg:"" help:"What its vote is to count: 10, if all count alike; 0 removes it."`
	Data  string `required:"" help:"Folder of the chain on this machine, a validator's." placeholder:"DIR"`
	RPC   string `default:"http://127.0.0.1:8545" help:"JSON-RPC of the chain, any machine's." placeholder:"URL"`
}

// Help is what the command says of itself beyond one line.
func (chainVoteCmd) Help() string {
	return "A change is made when validators with more than two thirds of the power vote alike. Each has one vote: the last one counts. " +
		"Start the machine that is to be added first and let it catch up, since from then on its voice is needed. A removed one goes on as one that follows."
}

func (c chainVoteCmd) Run(env *environment) error {
	return operator.Vote(env.ctx, c.Data, c.RPC, c.Who, c.Power, env.stdout)
}
