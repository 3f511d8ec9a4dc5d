package consensus

import (
	"fmt"
	"math/big"

	"helium/backend/contracts"
)

// What the contracts have no parameter for; the comments say where it stands.
const (
	// allShares is what a fee is divided by: the three scores of a task together
	// (Verdicts.sol ALL_REWARDS).
	allShares = 50
	// bestScore is also what a missing score counts (Standing.sol UNTRIED).
	bestScore = 20
	// lastPlaceScore is a decline's (Clerk.sol LAST_PLACE_SCORE).
	lastPlaceScore = 12
	// memory of a mean: an eighth of it is the newest score (Standing.sol MEMORY).
	memory = 8
	// meanParts to a point of score (Standing.sol BEST_MEAN).
	meanParts = 256
	// graceSeconds for bringing signed commitments (Books.sol COMMIT_GRACE).
	graceSeconds = 60
	// maxUnits of a task (Task.sol MAX_UNITS).
	maxUnits = 1024
	// drawTries for a seat, and how many of them pass over a node without the
	// task's model (Node.sol TRIES, MODEL_TRIES).
	drawTries  = 24
	modelTries = 2
	// trioSize, and the part of a class that must be free (Node.sol TRIO, TENTH).
	trioSize = 3
	tenth    = 10
	// blockSeconds between blocks at least (validator.MinBlockInterval).
	blockSeconds = 1
	// blockGas is a block's limit (validator.GasLimit).
	blockGas = 60_000_000
)

// Rules are the numbers of our network that an attack depends on, and a few
// that say under which circumstances it runs. Amounts in CNX, times in seconds.
type Rules struct {
	// From the network's parameters, but for the score of a decline.
	Stake          float64 `json:"stake_cnx"`
	MinFee         float64 `json:"min_fee_cnx"`
	SettleReward   float64 `json:"settle_reward_cnx"`
	DispatchReward float64 `json:"dispatch_reward_cnx"`
	// Cut is the pool's part of what nodes are paid, 0 to 1.
	Cut             float64 `json:"cut"`
	Overhead        float64 `json:"overhead_s"`
	PerUnit         float64 `json:"per_unit_s"`
	ArgumentSeconds float64 `json:"argument_s"`
	CommitSeconds   float64 `json:"commit_s"`
	RevealSeconds   float64 `json:"reveal_s"`
	OpenSeconds     float64 `json:"open_s"`
	// StakeSeconds after its last task a node that left has its stake back.
	StakeSeconds float64 `json:"stake_s"`
	// RejoinSeconds bind the address that was let go for its scores.
	RejoinSeconds float64 `json:"rejoin_s"`
	KickOutScore  int     `json:"kick_out_score"`
	MinClassNodes int     `json:"min_class_nodes"`
	Candidates    int     `json:"draw_candidates"`
	DrawSeconds   float64 `json:"draw_s"`
	DeclineScore  int     `json:"decline_score"`

	// The task, and what own nodes make of it.
	Fee   float64 `json:"fee_cnx"`
	Units int     `json:"units"`
	// Queued says that tasks wait, so that their dispatch is paid from the fee.
	Queued bool `json:"queued"`
	// Value is what one fraud is worth to the attacker outside the network.
	Value float64 `json:"value_cnx"`
	// FastSeconds is how long a task holds its nodes when nobody hinders it.
	FastSeconds float64 `json:"fast_s"`
	// DeclineSeconds is how long a node that declines is held.
	DeclineSeconds float64 `json:"decline_s"`
	// IdleSeconds a free node waits for its next task; 0 as the documents have it.
	IdleSeconds float64 `json:"idle_s"`
}

// RulesOf are a network's, for GPT tasks of one unit, a fee of 10 CNX and ten
// seconds of work.
func RulesOf(p contracts.Params) Rules {
	return Rules{
		Stake: inCNX(p.Stake), MinFee: inCNX(p.MinFee),
		SettleReward: inCNX(p.SettleReward), DispatchReward: inCNX(p.DispatchReward),
		Cut:      float64(p.CutPerMille) / 1000,
		Overhead: float64(p.Gpt.OverheadSeconds), PerUnit: float64(p.Gpt.SecondsPerUnit),
		ArgumentSeconds: float64(p.ArgumentSeconds), CommitSeconds: float64(p.CommitSeconds),
		RevealSeconds: float64(p.RevealSeconds), OpenSeconds: float64(p.OpenSeconds),
		StakeSeconds: float64(p.StakeSeconds), RejoinSeconds: float64(p.RejoinSeconds),
		KickOutScore: int(p.KickOutScore), MinClassNodes: int(p.MinClassNodes),
		Candidates: int(p.DrawCandidates), DrawSeconds: float64(p.DrawSeconds), DeclineScore: lastPlaceScore,

		Fee: 10, Units: 1, Queued: true, FastSeconds: 10, DeclineSeconds: 2,
	}
}

// DefaultRules are those of a public network.
func DefaultRules() Rules { return RulesOf(contracts.DefaultParams()) }

// inCNX rounds an amount of wei to the nearest that a float holds.
func inCNX(wei *big.Int) float64 {
	cnx, _ := new(big.Rat).SetFrac(wei, big.NewInt(1_000_000_000_000_000_000)).Float64()
	return cnx
}

// Check names the first number that makes no sense.
func (r Rules) Check() error {
	if r.Units < 1 || r.Units > maxUnits {
		return fmt.Errorf("check rules: units must be from 1 to %d", maxUnits)
	}
	if least := r.leastFee(r.Units); r.Fee < least {
		return fmt.Errorf("check rules: fee must be at least %s CNX for %d units", num(least), r.Units)
	}
	for _, c := range []struct {
		name string
		bad  bool
	}{
		{"stake must be above 0", r.Stake <= 0},
		{"rewards must be 0 or more and together below the least fee",
			r.SettleReward < 0 || r.DispatchReward < 0 || r.SettleReward+r.DispatchReward >= r.MinFee},
		{"cut must be from 0 to below 100 %", r.Cut < 0 || r.Cut >= 1},
		{"value must be 0 or more", r.Value < 0},
		{"seconds of a task must be at least 1", r.FastSeconds < 1},
		{"idle seconds must be 0 or more", r.IdleSeconds < 0},
	} {
		if c.bad {
			return fmt.Errorf("check rules: %s", c.name)
		}
	}
	return nil
}

// Duration is T, which prices a task and lengthens its deadlines.
func (r Rules) Duration() float64 { return r.durationOf(r.Units) }

func (r Rules) durationOf(units int) float64 { return r.Overhead + float64(units)*r.PerUnit }

// leastFee of a task grows with its T (Books.sol leastFeeRoundedUp).
func (r Rules) leastFee(units int) float64 { return r.MinFee * r.durationOf(units) / r.durationOf(1) }

// Timeout is how long a node that never commits holds its trio: until no signed
// commitment can come any more, when the other two open and are judged at once
// (Court.sol reveal).
func (r Rules) Timeout() float64 {
	return r.CommitSeconds + r.Duration() + graceSeconds + blockSeconds
}

// Away is how long a stake rests after a kick-out: the attacker takes its stake
// to a new address or joins again from the old one, whichever comes first.
func (r Rules) Away() float64 { return min(r.StakeSeconds, r.RejoinSeconds) }

// atOnce are the rules for tasks that are drawn in the transaction that creates
// them: nobody is paid for a dispatch.
func (r Rules) atOnce() Rules {
	r.Queued = false
	return r
}

// net is what is left of a fee for the trio.
func (r Rules) net() float64 {
	if r.Queued {
		return r.Fee - r.SettleReward - r.DispatchReward
	}
	return r.Fee - r.SettleReward
}

// score of the one at a place, 0 to 2, among those that agree; also its share
// (Verdicts.sol _reward).
func score(place int) int { return [3]int{20, 18, 12}[place] }

// Share is what the one at a place (0 to 2) is paid.
func (r Rules) Share(place int) float64 {
	return r.net() * (1 - r.Cut) * float64(score(place)) / allShares
}

// MeanShare is what an honest node is paid for a task on average.
func (r Rules) MeanShare() float64 { return r.net() * (1 - r.Cut) / 3 }

// OverheadPart is what trying is paid for. The cut does not touch it.
func (r Rules) OverheadPart() float64 { return r.net() * r.Overhead / r.Duration() }

// FraudPay is what own nodes are paid in a fraud in which so many of them are.
// Only those that agree are ranked.
func (r Rules) FraudPay(own int) float64 {
	pay := 0.0
	for place := range own {
		pay += r.Share(place)
	}
	return pay
}

// weight is how often a node with that mean score is drawn (Standing.sol accepts).
func weight(mean float64) float64 { return bestScore/2 + mean/2 }

// accepts says whether a draw with this roll, below 2·bestScore·meanParts, takes
// a node with that mean in parts of a point (Standing.sol accepts).
func accepts(mean, roll int) bool { return roll < bestScore*meanParts+mean }

// nextMean rounds down (Standing.sol meanRoundedDown).
func nextMean(mean, score int) int { return (mean*(memory-1) + score*meanParts) / memory }

// veteran is the mean score of a node that has long been honest: a third of its
// tasks at each place.
func veteran() float64 { return allShares / 3.0 }

// kicked says that these last three scores end a node's time (Node.sol _keepScore).
func (r Rules) kicked(recent [3]int) bool {
	return recent[0]+recent[1]+recent[2] <= r.KickOutScore
}

// needed is how many must be free for a draw at once, in a class of so many
// joined nodes, paused ones among them (Node.sol _setAvailable).
func (r Rules) needed(joined int) int { return max(r.Candidates, joined/tenth) }

// HonestPerDay is what an honest node is paid in a day, in CNX.
func (r Rules) HonestPerDay() float64 {
	return secondsPerDay / (r.FastSeconds + r.IdleSeconds) * r.MeanShare()
}
