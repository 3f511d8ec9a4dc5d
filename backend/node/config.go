package node

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
	"helium/inference/worker"
)

// Engine runs tasks; *worker.Engine is one.
type Engine interface {
	Info(ctx context.Context) (worker.Info, error)
	RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error)
	// RunAnew is RunGPT in a new process.
	RunAnew(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error)
	RunSD(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error)
	// RunSDAnew is RunSD in a new process.
	RunSDAnew(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error)
	// Memory of the device that models run on.
	Memory(ctx context.Context) (worker.Memory, error)
	// Yield frees everything that the engine holds, at once; a task in work fails.
	// The next call starts it again.
	Yield(ctx context.Context) error
}

// Models says what models are here; *models.Library does.
type Models interface {
	// Get's error is models.ErrNotHere when the model is not.
	Get(id string) (models.File, error)
	// Use is Get that keeps the model from being removed until release.
	Use(id string) (f models.File, release func(), err error)
	List() []models.File
}

// Relay is what a node asks of a relay; *client.Client is one.
type Relay interface {
	Envelope(ctx context.Context, key protocol.TaskKey) ([]byte, error)
	// PutEnvelopeFor leaves the arguments for one other node, EnvelopeFrom takes
	// what another node left for this one.
	PutEnvelopeFor(ctx context.Context, key protocol.TaskKey, to common.Address, sealed []byte) error
	EnvelopeFrom(ctx context.Context, key protocol.TaskKey, from common.Address) ([]byte, error)
	PutResult(ctx context.Context, key protocol.TaskKey, sealed []byte) (storageSignature []byte, err error)
	Result(ctx context.Context, key protocol.TaskKey, node common.Address) ([]byte, error)
	SendChunk(ctx context.Context, key protocol.TaskKey, seq uint64, sealed []byte) error
	SendMessage(ctx context.Context, key protocol.TaskKey, m client.Message) error
	Watch(ctx context.Context, key protocol.TaskKey) (<-chan client.Event, error)
}

// reader is what a node asks of the chain.
type reader interface {
	ethereum.ChainStateReader
	ethereum.ContractCaller
	ethereum.PendingContractCaller
	ethereum.TransactionReader
	ethereum.GasPricer
}

// Sender is the account's outbox; *chain.Sender is one.
type Sender interface {
	Address() common.Address
	Submit(ctx context.Context, i chain.Intent) (*types.Receipt, error)
	// Wait is the outcome of what was submitted before.
	Wait(ctx context.Context, key string) (*types.Receipt, error)
}

// Sponsor pays a node's gas where the wallet can't; *client.Client is one.
type Sponsor interface {
	Offer(ctx context.Context) (client.Offer, error)
	// Bring brings a call that anybody may bring to the chain, once for a key.
	Bring(ctx context.Context, key string, call []byte) (client.Brought, error)
}

// Options adjust a node. The zero value is right for earning.
type Options struct {
	// Fault makes the node misbehave. Only for tests and demonstrations.
	Fault Fault
}

// Config is what a node is made of. All but Sponsor, Options, Meter, HTTP, Log and
// Now are needed.
type Config struct {
	Profile protocol.Profile
	Wallet  *wallet.Wallet
	// Store may be shared with other packages: the node keeps to its own tables.
	Store  *store.Store
	Engine Engine
	Models Models
	Relay  Relay
	Chain  *chain.Chain
	// Sender is Wallet's outbox on Chain, opened with contracts.DecodeError.
	Sender Sender
	// Sponsor is the relay's; nil means that the wallet pays for everything.
	Sponsor Sponsor
	// Class is what the node joins as: its hardware under its engine.
	Class   protocol.GPUClass
	Options Options
	// Meter measures what tasks take; nil measures nothing.
	Meter Meter
	// HTTP asks the faucet; nil means a client with a timeout.
	HTTP *http.Client
	Log  *slog.Logger
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
}

func (c *Config) check() error {
	if err := c.Profile.Check(); err != nil {
		return err
	}
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"Wallet", c.Wallet == nil}, {"Store", c.Store == nil}, {"Engine", c.Engine == nil}, {"Models", c.Models == nil},
		{"Relay", c.Relay == nil}, {"Chain", c.Chain == nil}, {"Sender", c.Sender == nil},
		{"Class", c.Class.Card == "" || c.Class.Runtime == ""},
	} {
		if need.missing {
			return errors.New(need.name + " is missing")
		}
	}
	if c.Sender.Address() != c.Wallet.Address() {
		return errors.New("Sender sends from another account than Wallet's")
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}
