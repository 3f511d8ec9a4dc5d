//go:build !desktop

package main

import "helium/backend/devnet/bench/consensus"

// benchConsensusCmd needs no network: it reckons and simulates.
type benchConsensusCmd struct {
	Classes   []int                 `default:"10,100,1000,10000" help:"Sizes of classes, own nodes included."`
	Attackers []consensus.Attackers `default:"3,10%,30%" help:"Own nodes of the attacker: numbers, or parts of a class."`
	Fee       float64               `default:"10" help:"Fee of a task in CNX."`
	Units     int                   `default:"1" help:"Blocks of 256 tokens in a task."`
	Stake     *float64              `help:"Stake of a node in CNX, where it is not the contracts' default." placeholder:"CNX"`
	Cut       *float64              `help:"The pool's part of what nodes are paid, in percent, where it is not the contracts' default." placeholder:"PERCENT"`
	Value     float64               `default:"0" help:"What one fraud is worth to the attacker outside the network, in CNX."`
	Fast      float64               `default:"10" help:"Seconds that a task holds its nodes when all cooperate."`
	Idle      float64               `default:"0" help:"Seconds that a free node waits for a task, in the closed forms."`
	Elsewhere float64               `default:"5" help:"What the capital would return in a year otherwise, in percent."`
	Seed      uint64                `default:"1" help:"Of the simulations' dice."`
	Tasks     int                   `default:"20000" help:"Tasks of each simulation."`
	JSON      bool                  `name:"json" help:"Print one JSON object."`
}

func (c benchConsensusCmd) Run(env *environment) error {
	rules := consensus.DefaultRules()
	rules.Fee, rules.Units, rules.Value = c.Fee, c.Units, c.Value
	rules.FastSeconds, rules.IdleSeconds = c.Fast, c.Idle
	if c.Stake != nil {
		rules.Stake = *c.Stake
	}
	if c.Cut != nil {
		rules.Cut = *c.Cut / 100
	}
	report, err := consensus.Run(env.ctx, consensus.Options{
		Rules: rules, Classes: c.Classes, Attackers: c.Attackers,
		Markets: consensus.DefaultMarkets(), Lurkers: consensus.DefaultLurkers(),
		Seed: c.Seed, Tasks: c.Tasks, Elsewhere: c.Elsewhere / 100,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return report.WriteJSON(env.stdout)
	}
	return report.WriteTable(env.stdout)
}
