package api

import (
	"context"

	"helium/backend/protocol"
)

// SetupStep is where the first run of a person stands.
type SetupStep string

const (
	// SetupComputer: what this computer can do is shown.
	SetupComputer SetupStep = "computer"
	// SetupWallet: a wallet is made or imported.
	SetupWallet SetupStep = "wallet"
	// SetupNetwork: a network is chosen, and the stake is sent or asked for.
	SetupNetwork SetupStep = "network"
	// SetupModel: a first model is chosen and fetched.
	SetupModel SetupStep = "model"
	// SetupTest: the self-test is run and the node joins.
	SetupTest SetupStep = "test"
	// SetupDone: there is nothing left to set up.
	SetupDone SetupStep = "done"
)

// Setup is what the first run shows beside the rest of the state. It holds no
// secret.
type Setup struct {
	Step SetupStep `json:"step"`
	// Network is where the chosen network's profile comes from: "local", "kept", a
	// copy of a link's or a file's, or "given" by whoever started the agent; empty
	// before one is chosen.
	Network string `json:"network"`
	// Models are those to begin with, the smallest first.
	Models []FirstModel `json:"models"`
	// Model that was chosen; empty before.
	Model string `json:"model"`
	// Download of it, while there is one.
	Download *Download `json:"download,omitempty"`
	// Reason says why the last download ended early.
	Reason *protocol.Reason `json:"reason,omitempty"`
}

// FirstModel is a model to begin with.
type FirstModel struct {
	// ID as tasks name it.
	ID string `json:"id"`
	// Bytes to fetch; 0 for the built-in model.
	Bytes int64 `json:"bytes"`
	// Here says that it need not be fetched.
	Here bool `json:"here"`
	// Fits says that this computer has the memory for it.
	Fits bool `json:"fits"`
	// Recommended is the one to begin with here.
	Recommended bool `json:"recommended"`
}

// Download is a model on its way.
type Download struct {
	// Stage is "waiting", "fetching" or "checking".
	Stage string `json:"stage"`
	Done  int64  `json:"done"`
	// Total is 0 while it is unknown.
	Total int64 `json:"total"`
	// SecondsLeft at the present speed; 0 while it is unknown.
	SecondsLeft int `json:"seconds_left"`
}

// DraftPhrase is a recovery phrase that no wallet is made of yet.
type DraftPhrase struct {
	Words []string `json:"words"`
	// Ask are the two words, counted from 1, that CreateWallet wants to see.
	Ask []int `json:"ask"`
}

// CreateWallet makes a wallet of the draft.
type CreateWallet struct {
	// Words are those that DraftPhrase.Ask asks for, in its order.
	Words []string `json:"words"`
	// Passphrase of the owner; empty lets Helium make one and keep it.
	Passphrase string `json:"passphrase"`
}

// ImportWallet makes a wallet of what another wallet gave.
type ImportWallet struct {
	// Kind is "phrase", "key" or "keystore".
	Kind string `json:"kind"`
	// Text is the words, the key in hexadecimal, or the file's JSON.
	Text string `json:"text"`
	// FilePassphrase opens the keystore file.
	FilePassphrase string `json:"file_passphrase"`
	// Passphrase of the owner; empty lets Helium make one and keep it.
	Passphrase string `json:"passphrase"`
}

// ChooseNetwork says which network to join.
type ChooseNetwork struct {
	// Kind is "local", "link" or "file".
	Kind string `json:"kind"`
	// Text is the link, or the file's JSON.
	Text string `json:"text"`
	// LeaveStake lets the deposit stay behind with a network that is left, where it
	// can't be taken back before.
	LeaveStake bool `json:"leave_stake,omitempty"`
}

// SetupService is the first run and the wallet. Its errors are sentences for the
// person. What these methods take and give may be secret: nothing of it is logged.
type SetupService interface {
	// SetupNext and SetupBack go to another step where the present one allows it.
	SetupNext(ctx context.Context) error
	SetupBack(ctx context.Context) error

	// DraftPhrase makes a phrase and holds it in memory, the same until a wallet is
	// made of it or the agent ends.
	DraftPhrase(ctx context.Context) (DraftPhrase, error)
	// CreateWallet and ImportWallet make the wallet, of which there is one.
	CreateWallet(ctx context.Context, c CreateWallet) error
	ImportWallet(ctx context.Context, i ImportWallet) error
	// UnlockWallet opens a wallet whose passphrase its owner keeps.
	UnlockWallet(ctx context.Context, passphrase string) error
	// ShowPhrase gives the words again. The passphrase is the owner's, where it is
	// the owner who keeps it.
	ShowPhrase(ctx context.Context, passphrase string) ([]string, error)
	// ExportWallet gives a keystore file under a passphrase, which is the owner's
	// where the owner keeps one.
	ExportWallet(ctx context.Context, passphrase string) (string, error)

	// ChooseNetwork returns when the network has answered. After the first run it
	// changes to another network, which the node begins stopped: it refuses while a
	// task is at work, or a deposit would stay behind unless LeaveStake allows it.
	ChooseNetwork(ctx context.Context, c ChooseNetwork) error
	// AskFaucet returns when the faucet has given something.
	AskFaucet(ctx context.Context) error
	// ChooseModel begins to fetch a model, if it is not here, in place of another.
	ChooseModel(ctx context.Context, id string) error
}
