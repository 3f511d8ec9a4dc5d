//go:build !desktop

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/operator"
	"helium/backend/protocol"
)

// chainCmd: a chain of one's own.
type chainCmd struct {
	Init chainInitCmd `cmd:"" help:"Write the file that a chain begins with."`
	Run_ chainRunCmd  `cmd:"" name:"run" help:"Run a chain of one validator."`
}

type chainInitCmd struct {
	Out     string   `default:"genesis.json" help:"File to write." placeholder:"FILE"`
	ChainID uint64   `name:"chain-id" required:"" help:"The chain's id: a number that no other chain has, since it keeps transactions of one out of the other." placeholder:"N"`
	Alloc   []string `required:"" help:"Who begins with how much of the chain's coin. May be repeated." placeholder:"ADDRESS=AMOUNT"`
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
	if err := operator.WriteGenesis(c.Out, g); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "The beginning of chain %d is %s.\n", c.ChainID, c.Out)
	return nil
}

type chainRunCmd struct {
	Data    string        `required:"" help:"Folder of the chain." placeholder:"DIR"`
	Genesis string        `required:"" help:"File that helium chain init wrote." placeholder:"FILE"`
	HTTP    string        `name:"http" default:"127.0.0.1:8545" help:"Where to serve JSON-RPC over HTTP." placeholder:"ADDRESS:PORT"`
	WS      string        `name:"ws" default:"127.0.0.1:8546" help:"Where to serve it over WebSocket." placeholder:"ADDRESS:PORT"`
	Host    []string      `help:"Name by which programs reach it, beside localhost and IP addresses. May be repeated; * for any, behind a proxy." placeholder:"NAME"`
	Block   time.Duration `default:"1s" help:"Shortest time between blocks."`
}

// Help is what the command says of itself beyond one line.
func (chainRunCmd) Help() string {
	return "One validator makes every block, and could choose the randomness of its draws: such a chain is for a network whose nodes trust its operator. " +
		"Everything that must not be lost is in the folder: stop the chain before it is copied."
}

func (c chainRunCmd) Run(env *environment) error {
	genesis, err := operator.ReadGenesis(c.Genesis)
	if err != nil {
		return err
	}
	return operator.Chain{
		DataDir: c.Data, Genesis: genesis, HTTP: c.HTTP, WS: c.WS, Hosts: c.Host, Block: c.Block, Out: env.stdout, Log: env.log,
	}.Run(env.ctx)
}
