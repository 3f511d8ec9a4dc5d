package contracts

import (
	"math/big"
	"time"
)

// DefaultParams are what a public network starts with.
func DefaultParams() Params {
	return Params{
		Stake:            cnx(400),
		MinFee:           cnx(1),
		SettleReward:     milliCNX(100),
		DispatchReward:   milliCNX(100),
		CutPerMille:      0,
		MinClassNodes:    10,
		KickOutScore:     20,
		RejoinSeconds:    60 * 60,
		StakeSeconds:     60 * 60,
		ArgumentSeconds:  60,
		CommitSeconds:    180,
		RevealSeconds:    60,
		OpenSeconds:      24 * 60 * 60,
		QueueSeconds:     60 * 60,
		QueuePer100Nodes: 100,
		DrawCandidates:   6,
		DrawSeconds:      10,
		MatchDistance:    5,
		SlashDistance:    24,
		StableDiffusion:  Pricing{OverheadSeconds: 30, SecondsPerUnit: 20, Served: true},
		Gpt:              Pricing{OverheadSeconds: 30, SecondsPerUnit: 10, Served: true},
	}
}

// DevnetParams are DefaultParams for a network of three nodes, whose one owner
// does not want to wait.
func DevnetParams() Params {
	p := DefaultParams()
	p.MinClassNodes = 3
	p.DrawCandidates = 3
	p.DrawSeconds = 0
	p.RejoinSeconds = 60
	p.StakeSeconds = 60
	return p
}

// TimelockDelay is how long the owner of a public network announces a change
// before it counts: longer than a task of DefaultParams can live.
const TimelockDelay = 48 * time.Hour

// Gas limits of calls that change something in Task, and in Node. They need two
// million and half a million at hand, whatever they use, so that nobody makes one
// fail by what it costs. What is not used is not paid. Calldata of more than a few
// kilobytes is not in them.
const (
	TaskGas = 2_200_000
	NodeGas = 650_000
)

func cnx(n int64) *big.Int { return milliCNX(1000 * n) }

func milliCNX(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000))
}
