package consensus

import "fmt"

// allShares is what a fee is divided by: the three scores of a task together.
const allShares = 50

// Rules are the numbers of our network that an attack depends on, and a few
// that say under which circumstances it runs. Amounts in CNX, times in seconds.
type Rules struct {
	Stake        float64 `json:"stake_cnx"`
	Fee          float64 `json:"fee_cnx"`
	MinFee       float64 `json:"min_fee_cnx"`
	SettleReward float64 `json:"settle_reward_cnx"`
	// Cut is the pool's part of what nodes are paid, 0 to 1.
	Cut float64 `json:"cut"`
	// Value is what one fraud is worth to the attacker outside the network.
	Value float64 `json:"value_cnx"`

	Overhead float64 `json:"overhead_s"`
	PerUnit  float64 `json:"per_unit_s"`
	Units    int     `json:"units"`
	MaxUnits int     `json:"max_units"`

	ArgumentSeconds float64 `json:"argument_s"`
	CommitSeconds   float64 `json:"commit_s"`
	GraceSeconds    float64 `json:"grace_s"`
	RevealSeconds   float64 `json:"reveal_s"`
	// FastSeconds is how long a task holds its nodes when nobody hinders it.
	FastSeconds float64 `json:"fast_s"`
	// DeclineSeconds is how long a node that declines is held.
	DeclineSeconds float64 `json:"decline_s"`
	// DeclineCooldown is for how long it isn't drawn afterwards. Not a rule yet.
	DeclineCooldown float64 `json:"decline_cooldown_s"`
	// IdleSeconds a free node waits for its next task; 0 as the documents have it.
	IdleSeconds float64 `json:"idle_s"`
	// StakeSeconds after its last task a node that left has its stake back.
	StakeSeconds float64 `json:"stake_s"`
	// RejoinSeconds bind the address that was kicked out.
	RejoinSeconds float64 `json:"rejoin_s"`

	// Scores of the first, second and third that agree; also their shares.
	Scores       [3]int  `json:"scores"`
	DeclineScore int     `json:"decline_score"`
	KickOutScore int     `json:"kick_out_score"`
	BaseWeight   float64 `json:"base_weight"`
	MeanWeight   float64 `json:"mean_weight"`
	// Memory is how many tasks the mean score remembers, roughly.
	Memory float64 `json:"memory"`

	MinClassNodes   int     `json:"min_class_nodes"`
	Candidates      int     `json:"dispatch_candidates"`
	DispatchSeconds float64 `json:"dispatch_s"`
	// ModelTries is how often a draw passes over a node without the task's model.
	ModelTries int `json:"model_tries"`
}

// DefaultRules are those of a public network, for GPT tasks of one unit.
func DefaultRules() Rules {
	return Rules{
		Stake: 400, Fee: 10, MinFee: 1, SettleReward: 0.1,
		Overhead: 30, PerUnit: 10, Units: 1, MaxUnits: 1024,
		ArgumentSeconds: 60, CommitSeconds: 180, GraceSeconds: 60, RevealSeconds: 60,
		FastSeconds: 10, DeclineSeconds: 2, StakeSeconds: 3600, RejoinSeconds: 3600,
		Scores: [3]int{20, 18, 12}, DeclineScore: 12, KickOutScore: 20,
		BaseWeight: 10, MeanWeight: 0.5, Memory: 8,
		MinClassNodes: 10, Candidates: 6, DispatchSeconds: 10, ModelTries: 4,
	}
}

// Check names the first number that makes no sense.
func (r Rules) Check() error {
	for _, c := range []struct {
		name string
		bad  bool
	}{
		{"stake must be above 0", r.Stake <= 0},
		{"fee must be at least the least fee", r.Fee < r.MinFee},
		{"settle reward must be 0 or more and below the least fee", r.SettleReward < 0 || r.SettleReward >= r.MinFee},
		{"cut must be from 0 to below 100 %", r.Cut < 0 || r.Cut >= 1},
		{"value must be 0 or more", r.Value < 0},
		{"units must be from 1 to the most allowed", r.Units < 1 || r.Units > r.MaxUnits},
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
func (r Rules) Duration() float64 { return r.Overhead + float64(r.Units)*r.PerUnit }

// Timeout is how long a node that never commits holds its trio.
func (r Rules) Timeout() float64 {
	return r.CommitSeconds + r.Duration() + r.GraceSeconds + r.RevealSeconds
}

// Away is how long a stake rests after a kick-out. RejoinSeconds don't count:
// the attacker joins from a new address, with the stake it has back and with a
// history as clean as anybody's.
func (r Rules) Away() float64 { return r.StakeSeconds }

// net is what is left of a fee for the trio.
func (r Rules) net() float64 { return r.Fee - r.SettleReward }

// Share is what the one at a place (0 to 2) is paid.
func (r Rules) Share(place int) float64 {
	return r.net() * float64(r.Scores[place]) / allShares * (1 - r.Cut)
}

// MeanShare is what an honest node is paid for a task on average.
func (r Rules) MeanShare() float64 { return r.net() * (1 - r.Cut) / 3 }

// OverheadPart is what trying is paid for.
func (r Rules) OverheadPart() float64 { return r.net() * r.Overhead / r.Duration() }

// FraudPay is what own nodes are paid in a fraud in which so many of them are.
// They need not compute, so they come first.
func (r Rules) FraudPay(own int) float64 {
	pay := 0.0
	for place := range own {
		pay += r.Share(place)
	}
	return pay
}

// Weight is how often a node with that mean score is drawn.
func (r Rules) Weight(mean float64) float64 { return r.BaseWeight + r.MeanWeight*mean }

// veteran is the mean score of a node that has long been honest: a third of its
// tasks at each place.
func (r Rules) veteran() float64 {
	return float64(r.Scores[0]+r.Scores[1]+r.Scores[2]) / 3
}

// kicked says that these last three scores end a node's time.
func (r Rules) kicked(recent [3]int) bool {
	return recent[0]+recent[1]+recent[2] <= r.KickOutScore
}

// untried stands for a score that is missing.
func (r Rules) untried() int { return r.Scores[0] }

// HonestPerDay is what an honest node is paid in a day, in CNX.
func (r Rules) HonestPerDay() float64 {
	return secondsPerDay / (r.FastSeconds + r.IdleSeconds) * r.MeanShare()
}
