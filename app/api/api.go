// Package api is the agent's local API: the values that cross it and the
// methods that carry them, and nothing else.
//
// The agent serves JSON-RPC 2.0 over a WebSocket on 127.0.0.1 under the
// namespace "helium". Every client (the desktop window, a browser on a headless
// rig, a command, a test) speaks it with the same per-install token. A state is
// everything a screen shows, as of one moment; a client subscribes to it and
// never polls. TypeScript types are generated from this file.
package api

import (
	"context"
	"encoding/json"
	"time"

	"helium/backend/protocol"
	"helium/backend/yield"
)

// Namespace of the JSON-RPC methods: helium_state, helium_start, …
const Namespace = "helium"

// StateSubscription is what a client passes to helium_subscribe to be sent a
// State at once and again whenever it changes.
const StateSubscription = "state"

// NodeStatus is what the node is doing, in the words of the person who owns it.
type NodeStatus string

const (
	// NodeStarting: setting up wallet, hardware, engine and network.
	NodeStarting NodeStatus = "starting"
	// NodeStopped: not in the network, nothing is staked.
	NodeStopped NodeStatus = "stopped"
	// NodeJoining: self-test, stake and join are under way.
	NodeJoining NodeStatus = "joining"
	// NodeRunning: can be given tasks.
	NodeRunning NodeStatus = "running"
	// NodeWorking: a task is being worked on.
	NodeWorking NodeStatus = "working"
	// NodePausing: will pause when the task is done.
	NodePausing NodeStatus = "pausing"
	// NodePaused: staked, not given tasks.
	NodePaused NodeStatus = "paused"
	// NodeStopping: will leave and take the stake back when the task is done.
	NodeStopping NodeStatus = "stopping"
	// NodeBlocked: wants to earn and can't; State.Node.Reason says why.
	NodeBlocked NodeStatus = "blocked"
)

// State is everything a screen shows.
type State struct {
	// Version of the program.
	Version  string    `json:"version"`
	Now      time.Time `json:"now"`
	Node     Node      `json:"node"`
	Wallet   Wallet    `json:"wallet"`
	Hardware Hardware  `json:"hardware"`
	Engine   Engine    `json:"engine"`
	Network  Network   `json:"network"`
	Earnings Earnings  `json:"earnings"`
	// Task is what the node works on now.
	Task *Task `json:"task,omitempty"`
	// Recent holds the last tasks, newest first, 20 at most.
	Recent []TaskRecord `json:"recent"`
	// Models is what happens with the models.
	Models Models `json:"models"`
	// When holds the owner's choices of when to work.
	When When `json:"when"`
	// Desktop holds the choices of how Helium lives on this desktop.
	Desktop DesktopState `json:"desktop"`
	// Settings are the owner's other choices.
	Settings Preferences `json:"settings"`
	// Computer is what tasks may run on, and how hard.
	Computer Computer `json:"computer"`
	// Update is a newer Helium that the network's operators recommend; nil where
	// this one is the newest.
	Update *Update `json:"update,omitempty"`
	// Setup is the first run; nil once it is over.
	Setup *Setup `json:"setup,omitempty"`
}

// Update is a newer version of the program, and the page where it is.
type Update struct {
	Version string `json:"version"`
	Page    string `json:"page"`
}

// Node is where the node stands.
type Node struct {
	Status NodeStatus `json:"status"`
	// Chain is the status the contract has: quit, available, busy, …
	Chain string `json:"chain"`
	// Reason says why the node does not earn, when it does not.
	Reason *protocol.Reason `json:"reason,omitempty"`
	// Pause says for what the node makes room, by itself or for a while.
	Pause *Pause       `json:"pause,omitempty"`
	Stake protocol.Wei `json:"stake"`
	// StakeNeeded is what joining takes.
	StakeNeeded protocol.Wei `json:"stake_needed"`
	// StakeFrom is when the stake of a node that has left comes back, where it
	// does not at once.
	StakeFrom *time.Time `json:"stake_from,omitempty"`
	// StakeHoldSeconds is how long after the node's last task its stake is held.
	StakeHoldSeconds int `json:"stake_hold_seconds"`
	// RejoinFrom is when a node that was let go may join again.
	RejoinFrom *time.Time `json:"rejoin_from,omitempty"`
	// Payout is the address, with checksum, that gets what is earned, and the stake
	// when it comes back. PayoutNext gets it from the next join on.
	Payout     string `json:"payout"`
	PayoutNext string `json:"payout_next,omitempty"`
	// Standing of the node with the network; nil before it has joined once.
	Standing *Standing `json:"standing,omitempty"`
	// Score of the last task, 0 to 20; nil before the first.
	Score *int `json:"score,omitempty"`
	// Kept: what the person last asked for, true for start; survives a restart.
	WantRunning bool `json:"want_running"`
	// Progress is a step that takes long, in words, while there is one.
	Progress string `json:"progress,omitempty"`
}

// Pause is making room for the computer's owner. It ends by itself.
type Pause struct {
	Reason yield.Code  `json:"reason"`
	Facts  yield.Facts `json:"facts"`
	Since  time.Time   `json:"since"`
	// Over: its reason has ended, and the node waits until Until.
	Over bool `json:"over"`
	// Until is when it ends, where that is known.
	Until *time.Time `json:"until,omitempty"`
	// LingerSeconds is how long the node waits once the reason has ended.
	LingerSeconds int `json:"linger_seconds"`
	// CanStart: resume ends it.
	CanStart bool `json:"can_start"`
}

// When is when the node works.
type When struct {
	Settings yield.Settings `json:"settings"`
	// Unread are the reasons that can't be told here, because what they hang on
	// can't be read.
	Unread []Unread `json:"unread"`
	// Sensed is what is seen now.
	Sensed Sensed `json:"sensed"`
}

// Unread is a reason that can't be told here, and why.
type Unread struct {
	Reason  yield.Code       `json:"reason"`
	Why     string           `json:"why"`
	WhySaid protocol.Phrases `json:"why_said,omitempty"`
}

// PauseLength is how long a pause lasts that ends by itself.
type PauseLength string

const (
	PauseTenMinutes PauseLength = "ten_minutes"
	PauseHour       PauseLength = "hour"
	// PauseTomorrow: until six in the morning.
	PauseTomorrow PauseLength = "tomorrow"
)

// Wallet is the node's account.
type Wallet struct {
	// Address with checksum; empty until the wallet is made.
	Address string       `json:"address"`
	Balance protocol.Wei `json:"balance"`
	// Gas is the chain's own coin, in its smallest unit.
	Gas protocol.Wei `json:"gas"`
	// GasFor is for how many usual transactions the gas is enough at the price of
	// now; absent while that is unknown. Sponsored says that it is too little for
	// any, and that the network pays for the node's.
	GasFor    *int `json:"gas_for,omitempty"`
	Sponsored bool `json:"sponsored"`
	// Transfers are the last that the owner sent, newest first.
	Transfers []Transfer `json:"transfers"`
	// PassphraseIn is "keychain", "file" or, where its owner keeps it, "owner".
	PassphraseIn string `json:"passphrase_in"`
	// Notice explains a file fallback to the person; empty for the keychain.
	Notice string `json:"notice,omitempty"`
}

// Hardware is what the node runs tasks on.
type Hardware struct {
	// Name of the card, or of the processor where there is none that can be used.
	Name string `json:"name"`
	// Kind is "gpu" or "cpu".
	Kind   string `json:"kind"`
	VRAMGB int    `json:"vram_gb"`
	// Backend is "metal", "cuda", "cuda12", "vulkan" or "cpu"; Why says how it was chosen.
	Backend string `json:"backend"`
	Runtime string `json:"runtime"`
	Why     string `json:"why"`
	// WhySaid is Why for other languages, as everything named so is.
	WhySaid protocol.Phrases `json:"why_said,omitempty"`
}

// Engine is the child process that does the work.
type Engine struct {
	// Status is "stopped", "starting", "ready", "busy" or "failed".
	Status string `json:"status"`
	// Model that is loaded, if any, and the models that can be run.
	Model  string   `json:"model"`
	Models []string `json:"models"`
	// Restarts since the agent started.
	Restarts int `json:"restarts"`
}

// Network is the one the node is on.
type Network struct {
	Name      string `json:"name"`
	ChainID   uint64 `json:"chain_id"`
	Connected bool   `json:"connected"`
	Head      uint64 `json:"head"`
	// ChatURL opens the local network's chat page, which asks for nothing; empty on
	// other networks.
	ChatURL string `json:"chat_url,omitempty"`
	// HasFaucet says that the network gives test tokens.
	HasFaucet bool `json:"has_faucet"`
}

// Earnings of this node. Today starts at local midnight; Week is today and the six
// days before.
type Earnings struct {
	Today protocol.Wei `json:"today"`
	Week  protocol.Wei `json:"week"`
	Total protocol.Wei `json:"total"`
	// Credited is at the contract and can be withdrawn.
	Credited   protocol.Wei `json:"credited"`
	TasksToday int          `json:"tasks_today"`
	TasksTotal int          `json:"tasks_total"`
}

// Task is what the node works on now.
type Task struct {
	ID    protocol.TaskID `json:"id"`
	Model string          `json:"model"`
	// Stage is the state of the node's own table: fetching, running, committed, revealed, …
	Stage string `json:"stage"`
	// Tokens of a text so far; of images, the one at work, counted from 1, and the
	// steps of it that are done. All are 0 before the first.
	Tokens    int       `json:"tokens"`
	Image     int       `json:"image"`
	Images    int       `json:"images"`
	Step      int       `json:"step"`
	Steps     int       `json:"steps"`
	StartedAt time.Time `json:"started_at"`
}

// TaskRecord is a task that is over.
type TaskRecord struct {
	ID      protocol.TaskID `json:"id"`
	Model   string          `json:"model"`
	Outcome string          `json:"outcome"`
	Paid    protocol.Wei    `json:"paid"`
	Slashed bool            `json:"slashed"`
	EndedAt time.Time       `json:"ended_at"`
}

// Service is what the agent serves. Every method returns when the wish is
// recorded; the state then shows how it goes.
type Service interface {
	State(ctx context.Context) (State, error)
	// Start stakes and joins, and goes on doing so after a restart.
	Start(ctx context.Context) error
	// Stop leaves the network and takes the stake back, after the task at hand.
	Stop(ctx context.Context) error
	// PauseFor pauses for a while. SetWhen takes yield.Settings; what is missing
	// has its default.
	PauseFor(ctx context.Context, length PauseLength) error
	SetWhen(ctx context.Context, settings json.RawMessage) error
	// Pause keeps the stake and takes no tasks; Resume ends it, and any other pause
	// that CanStart says it may.
	Pause(ctx context.Context) error
	Resume(ctx context.Context) error
}
