package api

import (
	"context"
	"time"

	"helium/backend/protocol"
)

// EarningsRange is a time to look at.
type EarningsRange string

const (
	// RangeDay: the last 24 hours, by the hour.
	RangeDay EarningsRange = "day"
	// RangeWeek: today and the six days before, by the day.
	RangeWeek EarningsRange = "week"
	// RangeMonth: today and the 29 days before, by the day.
	RangeMonth EarningsRange = "month"
	// RangeAll: from the first task on, by the day, the week or the month.
	RangeAll EarningsRange = "all"
)

// EarningsStep is how long a bar of the chart is.
type EarningsStep string

const (
	StepHour  EarningsStep = "hour"
	StepDay   EarningsStep = "day"
	StepWeek  EarningsStep = "week"
	StepMonth EarningsStep = "month"
)

// TaskKind is what a task makes.
type TaskKind string

const (
	KindText   TaskKind = "text"
	KindImages TaskKind = "images"
	// KindUnknown: of a task that ended before kinds were kept.
	KindUnknown TaskKind = "unknown"
)

// EarnedShare is a part of what tasks brought.
type EarnedShare struct {
	Paid  protocol.Wei `json:"paid"`
	Tasks int          `json:"tasks"`
}

// EarningsBar is one bar of the chart. Its times are those of the agent's clock.
type EarningsBar struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Texts, Images and Other, whose kind was not kept, make up what tasks brought.
	Texts  EarnedShare `json:"texts"`
	Images EarnedShare `json:"images"`
	Other  EarnedShare `json:"other"`
}

// Electricity is what the owner says of power and money. What is 0 was not given.
// Money is in millionths of the currency.
type Electricity struct {
	// Currency is its code of three letters: EUR.
	Currency string `json:"currency"`
	PerKWh   int64  `json:"per_kwh"`
	// Watts are drawn at work, where that can't be measured.
	Watts int64 `json:"watts"`
	// PerCNX is what the owner takes a CNX to be worth.
	PerCNX int64 `json:"per_cnx"`
}

// Energy is what work took and what that cost. Money is in millionths of the
// currency, as decimal digits; empty where the owner has not said enough.
type Energy struct {
	WorkedSeconds int64 `json:"worked_seconds"`
	// MeasuredSeconds of them were measured, UncountedSeconds neither that nor given
	// any watts.
	MeasuredSeconds  int64 `json:"measured_seconds"`
	UncountedSeconds int64 `json:"uncounted_seconds"`
	// WattSeconds, rounded up, are those that were measured and those that follow from
	// the owner's watts.
	WattSeconds int64 `json:"watt_seconds"`
	// Cost is rounded up, and Value, what tasks brought at the owner's price, down. Net
	// is Value less Cost and may be negative.
	Cost  string `json:"cost"`
	Value string `json:"value"`
	Net   string `json:"net"`
}

// EarningsReport is what a time brought.
type EarningsReport struct {
	Range EarningsRange `json:"range"`
	Step  EarningsStep  `json:"step"`
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Bars  []EarningsBar `json:"bars"`
	// Paid by tasks in that time, and its parts; Rewards, for bringing settlements to
	// the chain, come on top.
	Paid    EarnedShare  `json:"paid"`
	Texts   EarnedShare  `json:"texts"`
	Images  EarnedShare  `json:"images"`
	Other   EarnedShare  `json:"other"`
	Rewards protocol.Wei `json:"rewards"`
	Energy  Energy       `json:"energy"`
	// Credited at the contract, to be withdrawn, and tasks that are not settled yet, are
	// what is pending.
	Credited protocol.Wei `json:"credited"`
	AtWork   int          `json:"at_work"`
	// Withdrawn from the contract in all, and all rewards; known from Since on, or from
	// the first.
	Withdrawn    protocol.Wei `json:"withdrawn"`
	RewardsTotal protocol.Wei `json:"rewards_total"`
	Since        *time.Time   `json:"since,omitempty"`
	Electricity  Electricity  `json:"electricity"`
}

// TasksQuery says which tasks are wanted.
type TasksQuery struct {
	Range EarningsRange `json:"range"`
	// Kind that is wanted; empty for all.
	Kind TaskKind `json:"kind"`
	// Before is the task that those wanted come before; 0 begins with the newest.
	Before protocol.TaskID `json:"before"`
}

// EarningsTask is a task in the list.
type EarningsTask struct {
	ID      protocol.TaskID `json:"id"`
	Kind    TaskKind        `json:"kind"`
	Model   string          `json:"model"`
	Outcome string          `json:"outcome"`
	Paid    protocol.Wei    `json:"paid"`
	Reward  protocol.Wei    `json:"reward"`
	Score   int             `json:"score"`
	Slashed bool            `json:"slashed"`
	Missed  bool            `json:"missed"`
	EndedAt time.Time       `json:"ended_at"`
}

// TasksPage is part of the list, newest first.
type TasksPage struct {
	Tasks []EarningsTask `json:"tasks"`
	// Next is what to ask for Before to get those that follow; 0 after the last. A page
	// may have none and be followed by some.
	Next protocol.TaskID `json:"next"`
}

// ReceiptSeat is one of the three nodes of a task.
type ReceiptSeat struct {
	Address string `json:"address"`
	// You: it is this node.
	You bool `json:"you"`
	// Place in which its answer came here, from 1; 0 where none was seen.
	Place int `json:"place"`
	// Found is what it opened: "result", an error's name, or "none" for nothing that
	// was seen here; Digest is of a result.
	Found  string `json:"found"`
	Digest string `json:"digest"`
	// Agrees with what the network took; missing where there is nothing to compare.
	Agrees *bool `json:"agrees,omitempty"`
	// Distance of its images in bits, the worst of them; missing for texts.
	Distance *int         `json:"distance,omitempty"`
	Paid     protocol.Wei `json:"paid"`
	Score    int          `json:"score"`
	Slashed  bool         `json:"slashed"`
}

// TaskReceipt is all that is kept of a task that is over. It holds nothing of what
// was asked or answered.
type TaskReceipt struct {
	ID      protocol.TaskID `json:"id"`
	Kind    TaskKind        `json:"kind"`
	Model   string          `json:"model"`
	Outcome string          `json:"outcome"`
	Paid    protocol.Wei    `json:"paid"`
	Score   int             `json:"score"`
	Slashed bool            `json:"slashed"`
	Missed  bool            `json:"missed"`
	EndedAt time.Time       `json:"ended_at"`
	// Proof is missing of a task that ended before it was kept.
	Proof *ReceiptProof `json:"proof,omitempty"`
}

// ReceiptProof is what was checked, with whom, and where it stands.
type ReceiptProof struct {
	ChainID  uint64 `json:"chain_id"`
	Contract string `json:"task_contract"`
	Key      string `json:"task_key"`
	Units    uint32 `json:"units"`
	Images   int    `json:"images"`
	Creator  string `json:"creator"`
	// Fee of the whole task; missing where it was not seen.
	Fee    *protocol.Wei `json:"fee,omitempty"`
	Payout string        `json:"payout"`
	Reward protocol.Wei  `json:"reward"`
	Nodes  []ReceiptSeat `json:"nodes"`
	// Result is what the network took, Digest of it.
	Result string `json:"result"`
	Digest string `json:"digest"`
	// MatchBelow is from how many bits on two images are not alike.
	MatchBelow int  `json:"match_below"`
	Declined   bool `json:"declined"`
	// Court: the answers went on chain one by one.
	Court    bool      `json:"court"`
	DrawnAt  time.Time `json:"drawn_at"`
	DrawTx   string    `json:"draw_tx"`
	EndTx    string    `json:"end_tx"`
	EndBlock uint64    `json:"end_block"`
	// WorkedMillis is how long the engine worked.
	WorkedMillis int64  `json:"worked_millis"`
	Energy       Energy `json:"energy"`
}

// CSVPart is part of a file.
type CSVPart struct {
	Text string `json:"text"`
	// Next is what to ask for Before to get the part that follows; 0 after the last.
	Next protocol.TaskID `json:"next"`
}

// EarningsService is what the page of earnings asks. Its errors are sentences for
// the person. Amounts are exact.
type EarningsService interface {
	Earnings(ctx context.Context, r EarningsRange) (EarningsReport, error)
	EarningsTasks(ctx context.Context, q TasksQuery) (TasksPage, error)
	TaskReceipt(ctx context.Context, id protocol.TaskID) (TaskReceipt, error)
	// EarningsCSV is the tasks of a range as a file, part by part; only the first has
	// the line of names.
	EarningsCSV(ctx context.Context, q TasksQuery) (CSVPart, error)
	SetElectricity(ctx context.Context, e Electricity) error
}
