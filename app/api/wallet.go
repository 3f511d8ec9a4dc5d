package api

import (
	"context"
	"time"

	"helium/backend/protocol"
)

// Standing is what the network keeps of a node's scores, each 0 to 20.
type Standing struct {
	// Recent are the last three scores, the newest first; 20 where there was none yet.
	Recent []int `json:"recent"`
	// LetGoAt is the sum of those three at which, or below which, the node is let go.
	LetGoAt int `json:"let_go_at"`
	// Margin is how many points the sum is above that.
	Margin int `json:"margin"`
	// Chances is after how many failed tasks in a row it is let go, 1 to 3.
	Chances int `json:"chances"`
	// Percent is the mean score in hundredths of the best. A new node begins at 0;
	// at 100 it is drawn twice as often.
	Percent int `json:"percent"`
}

// TransferState is how far CNX that was sent has come.
type TransferState string

const (
	// TransferSending: written down, and on its way.
	TransferSending TransferState = "sending"
	// TransferSent: in a block.
	TransferSent TransferState = "sent"
	// TransferFailed: it never left the wallet.
	TransferFailed TransferState = "failed"
)

// Transfer is CNX that its owner sent from the wallet.
type Transfer struct {
	ID     string        `json:"id"`
	To     string        `json:"to"`
	Amount protocol.Wei  `json:"amount"`
	At     time.Time     `json:"at"`
	State  TransferState `json:"state"`
	// Tx is the transaction's hash, once it is in a block.
	Tx string `json:"tx,omitempty"`
	// Problem says why it failed.
	Problem     string           `json:"problem,omitempty"`
	ProblemSaid protocol.Phrases `json:"problem_said,omitempty"`
}

// SendCNX sends CNX from the wallet.
type SendCNX struct {
	// ID is the caller's name for this wish: what is sent again under the same ID
	// goes once.
	ID string `json:"id"`
	// To with its checksum, or without capitals.
	To     string       `json:"to"`
	Amount protocol.Wei `json:"amount"`
	// Passphrase of the owner, where it is the owner who keeps it.
	Passphrase string `json:"passphrase"`
}

// SendCost is what sending would cost and leave.
type SendCost struct {
	// To with its checksum.
	To string `json:"to"`
	// Fee in the chain's own coin at the price of now, rounded up.
	Fee protocol.Wei `json:"fee"`
	// Payable says that the wallet has coin enough, should the price double.
	Payable bool `json:"payable"`
	// Left is the CNX that stay in the wallet.
	Left protocol.Wei `json:"left"`
	// Contract says that a program stands at the address, which may keep what it is
	// sent for ever.
	Contract bool `json:"contract"`
}

// SetPayout chooses who is paid.
type SetPayout struct {
	// Address with its checksum, or without capitals; empty for the wallet itself.
	Address string `json:"address"`
	// Passphrase of the owner, where it is the owner who keeps it.
	Passphrase string `json:"passphrase"`
}

// WalletService is the owner's money. Its errors are sentences for the person.
type WalletService interface {
	// CostOfSending checks a wish to send, and says what would come of it.
	CostOfSending(ctx context.Context, s SendCNX) (SendCost, error)
	// SendCNX returns when the wish is written down; State.Wallet.Transfers shows how
	// it goes.
	SendCNX(ctx context.Context, s SendCNX) error
	// Withdraw returns when what is credited at the contract is where it belongs.
	Withdraw(ctx context.Context) error
	// SetPayout counts from the next join on.
	SetPayout(ctx context.Context, s SetPayout) error
	// Retry does at once what Helium would try again later.
	Retry(ctx context.Context) error
}
