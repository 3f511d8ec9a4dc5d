package operator

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Params are contracts.Params as a file has them: amounts in CNX, times in
// seconds. What a file leaves out stays as it is.
type Params struct {
	Stake            string  `json:"stake"`
	MinFee           string  `json:"min_fee"`
	SettleReward     string  `json:"settle_reward"`
	DispatchReward   string  `json:"dispatch_reward"`
	CutPerMille      uint16  `json:"cut_per_mille"`
	MinClassNodes    uint16  `json:"min_class_nodes"`
	KickOutScore     uint16  `json:"kick_out_score"`
	RejoinSeconds    uint32  `json:"rejoin_seconds"`
	StakeSeconds     uint32  `json:"stake_seconds"`
	ArgumentSeconds  uint16  `json:"argument_seconds"`
	CommitSeconds    uint16  `json:"commit_seconds"`
	RevealSeconds    uint16  `json:"reveal_seconds"`
	OpenSeconds      uint32  `json:"open_seconds"`
	QueueSeconds     uint16  `json:"queue_seconds"`
	QueuePer100Nodes uint16  `json:"queue_per_100_nodes"`
	DrawCandidates   uint16  `json:"draw_candidates"`
	DrawSeconds      uint16  `json:"draw_seconds"`
	MatchDistance    uint8   `json:"match_distance"`
	SlashDistance    uint8   `json:"slash_distance"`
	StableDiffusion  Pricing `json:"stable_diffusion"`
	GPT              Pricing `json:"gpt"`
}

// Pricing is how much time a task of a type nominally takes.
type Pricing struct {
	OverheadSeconds uint16 `json:"overhead_seconds"`
	SecondsPerUnit  uint16 `json:"seconds_per_unit"`
	Served          bool   `json:"served"`
}

// ParamsOf puts p the way a file has it.
func ParamsOf(p contracts.Params) Params {
	return Params{
		Stake: decimal(p.Stake), MinFee: decimal(p.MinFee), SettleReward: decimal(p.SettleReward), DispatchReward: decimal(p.DispatchReward),
		CutPerMille: p.CutPerMille, MinClassNodes: p.MinClassNodes, KickOutScore: p.KickOutScore,
		RejoinSeconds: p.RejoinSeconds, StakeSeconds: p.StakeSeconds, ArgumentSeconds: p.ArgumentSeconds,
		CommitSeconds: p.CommitSeconds, RevealSeconds: p.RevealSeconds, OpenSeconds: p.OpenSeconds,
		QueueSeconds: p.QueueSeconds, QueuePer100Nodes: p.QueuePer100Nodes, DrawCandidates: p.DrawCandidates, DrawSeconds: p.DrawSeconds,
		MatchDistance: p.MatchDistance, SlashDistance: p.SlashDistance,
		StableDiffusion: Pricing(p.StableDiffusion), GPT: Pricing(p.Gpt),
	}
}

// Contracts puts p the way the contracts take it. An error names the field.
func (p Params) Contracts() (contracts.Params, error) {
	c := contracts.Params{
		CutPerMille: p.CutPerMille, MinClassNodes: p.MinClassNodes, KickOutScore: p.KickOutScore,
		RejoinSeconds: p.RejoinSeconds, StakeSeconds: p.StakeSeconds, ArgumentSeconds: p.ArgumentSeconds,
		CommitSeconds: p.CommitSeconds, RevealSeconds: p.RevealSeconds, OpenSeconds: p.OpenSeconds,
		QueueSeconds: p.QueueSeconds, QueuePer100Nodes: p.QueuePer100Nodes, DrawCandidates: p.DrawCandidates, DrawSeconds: p.DrawSeconds,
		MatchDistance: p.MatchDistance, SlashDistance: p.SlashDistance,
		StableDiffusion: contracts.Pricing(p.StableDiffusion), Gpt: contracts.Pricing(p.GPT),
	}
	for _, each := range []struct {
		name, text string
		to         **big.Int
	}{
		{"stake", p.Stake, &c.Stake}, {"min_fee", p.MinFee, &c.MinFee},
		{"settle_reward", p.SettleReward, &c.SettleReward}, {"dispatch_reward", p.DispatchReward, &c.DispatchReward},
	} {
		amount, err := protocol.ParseCNX(each.text)
		if err != nil {
			return c, fmt.Errorf("%s: %w", each.name, err)
		}
		*each.to = amount.Big()
	}
	return c, nil
}

// ReadParams reads the params of a file, which changes base.
func ReadParams(path string, base contracts.Params) (contracts.Params, error) {
	p := ParamsOf(base)
	if err := readJSON(path, &p); err != nil {
		return contracts.Params{}, fmt.Errorf("read params: %w", err)
	}
	c, err := p.Contracts()
	if err != nil {
		return c, fmt.Errorf("read params %s: %w", path, err)
	}
	return c, nil
}

// decimal is an amount of wei in CNX. The contracts' amounts are never negative.
func decimal(n *big.Int) string {
	amount, err := protocol.WeiOf(n)
	if err != nil {
		return "0"
	}
	return amount.Decimal()
}

// ReadClasses reads files of classes, such as computers print of themselves. A
// class that several files have alike counts once.
func ReadClasses(paths []string) (all []contracts.RegisteredClass, err error) {
	seen := map[common.Hash]common.Hash{}
	for _, path := range paths {
		var some []contracts.RegisteredClass
		if err := readJSON(path, &some); err != nil {
			return nil, fmt.Errorf("read classes: %w", err)
		}
		for _, c := range some {
			fingerprint, known := seen[c.ID()]
			if known && fingerprint != c.Fingerprint {
				return nil, fmt.Errorf("read classes %s: %s has two fingerprints: its computers don't compute the same", path, c.GPUClass)
			}
			if !known {
				seen[c.ID()] = c.Fingerprint
				all = append(all, c)
			}
		}
	}
	return all, nil
}
