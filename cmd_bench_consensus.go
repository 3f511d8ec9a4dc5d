//go:build !desktop

package main

import "helium/backend/devnet/bench/consensus"

// benchConsensusCmd needs no network: it reckons and simulates.
type benchConsensusCmd struct {
	Classes   []int                 `default:"10,30,100,1000,10000" help:"Sizes of classes, own nodes included."`
	Attackers []consensus.Attackers `default:"2,3,10%,30%" help:"Own nodes of the attacker: numbers, or parts of a class."`
	Stake     float64               `default:"400" help:"Stake of a node in CNX."`
	Fee       float64               `default:"10" help:"Fee of a task in CNX."`
	Cut       float64               `default:"0" help:"The pool's part of what nodes are paid, in percent."`
	Value     float64               `default:"0" help:"What one fraud is worth to the attacker outside the network, in CNX."`
	Units     int                   `default:"1" help:"Blocks of 256 tokens in a task."`
	Fast      float64               `default:"10" help:"Seconds that a task holds its nodes when all cooperate."`
	Idle      float64               `default:"0" help:"Seconds that a free node waits for a task, in the closed forms."`
	Elsewhere float64               `default:"5" help:"What the capital would return in a year otherwise, in percent."`
	Seed      uint64                `default:"1" help:"Of the simulations' dice."`
	Tasks     int                   `default:"50000" help:"Tasks of each simulation."`
	JSON      bool                  `name:"json" help:"Print one JSON object."`
}

func (c benchConsensusCmd) Run(env *environment) error {
	rules := consensus.DefaultRules()
	rules.Stake, rules.Fee, rules.Value, rules.Cut = c.Stake, c.Fee, c.Value, c.Cut/100
	rules.Units, rules.FastSeconds, rules.IdleSeconds = c.Units, c.Fast, c.Idle
	report, err := consensus.Run(env.ctx, consensus.Options{
		Rules: rules, Classes: c.Classes, Attackers: c.Attackers,
		Markets: consensus.DefaultMarkets(), Remedies: consensus.DefaultRemedies(),
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
