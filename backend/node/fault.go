package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/inference/imagehash"
	"helium/inference/worker"
)

// Fault is a way in which a node misbehaves, to show what becomes of one that
// does. It is put between the node and its engine, its relay and its outbox, so
// that what the others meet is the node that earners run. Most cost the stake.
type Fault string

const (
	// FaultNone is what earners want.
	FaultNone Fault = ""
	// FaultLie: its engine answers something else.
	FaultLie Fault = "lie"
	// FaultSilent: drawn, it does nothing at all.
	FaultSilent Fault = "silent"
	// FaultMute: it has the arguments and the answer, and signs neither
	// commitment nor opening.
	FaultMute Fault = "mute"
	// FaultDouble: it signs two commitments.
	FaultDouble Fault = "double"
	// FaultSwap: it opens something else than it committed to.
	FaultSwap Fault = "swap"
	// FaultCopy: it commits to anything, so that the others open, and brings a
	// copy of what it saw to the court.
	FaultCopy Fault = "copy"
	// FaultHold: it commits and never opens.
	FaultHold Fault = "hold"
	// FaultFail: its engine fails at every task, so that the network lets it go.
	FaultFail Fault = "fail"
	// FaultStray: it streams another text than its answer.
	FaultStray Fault = "stray"
	// FaultFront: it lies only as the first of the three, whose text is streamed.
	FaultFront Fault = "front"
)

// Faults are all there are.
func Faults() []Fault {
	return []Fault{FaultLie, FaultSilent, FaultMute, FaultDouble, FaultSwap, FaultCopy, FaultHold, FaultFail, FaultStray, FaultFront}
}

// ParseFault reads a fault's name; none is no fault.
func ParseFault(name string) (Fault, error) {
	if f := Fault(name); f == FaultNone || slices.Contains(Faults(), f) {
		return f, nil
	}
	return FaultNone, fmt.Errorf("%q is no fault; choose one of %v", name, Faults())
}

// into makes the node of a configuration faulty.
func (f Fault) into(c *Config) error {
	if f == FaultNone {
		return nil
	}
	parsed, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		return fmt.Errorf("make node faulty: %w", err)
	}
	methods := map[[4]byte]string{}
	for name, m := range parsed.Methods {
		methods[[4]byte(m.ID)] = name
	}
	bad := &faulty{Fault: f, cfg: *c, methods: methods, domain: c.Profile.Domain()}
	switch f {
	case FaultLie, FaultCopy:
		c.Engine = lyingEngine{c.Engine, func() bool { return true }}
	case FaultFront:
		c.Engine = lyingEngine{c.Engine, bad.first.Load}
	case FaultStray:
		c.Engine = strayingEngine{c.Engine}
	case FaultFail:
		c.Engine = failingEngine{c.Engine}
	}
	c.Relay = &faultyRelay{Relay: c.Relay, bad: bad}
	c.Sender = &faultySender{Sender: c.Sender, bad: bad}
	return nil
}

// faulty is what the parts of a faulty node share.
type faulty struct {
	Fault
	cfg     Config // as it is without the fault
	methods map[[4]byte]string
	domain  protocol.Domain

	// copied: FaultCopy has gone to court.
	copied sync.Map
	// first: FaultFront is the first of the three of its task.
	first atomic.Bool
}

// errFault is what a faulty node is told, by itself.
var errFault = errors.New("this node is faulty on purpose")

// keepsFrom says which messages and transactions a fault leaves out.
func (f *faulty) keepsFrom(what string) bool {
	return slices.Contains(map[Fault][]string{
		FaultSilent: {
			client.MessageReady, client.MessageNoArguments, client.MessageDecline, client.MessageCommitment, client.MessageReveal,
			"commit", "reveal", "settle", "close", "closeWithoutArguments", "decline",
		},
		FaultMute: {client.MessageCommitment, client.MessageReveal, "commit", "reveal", "settle"},
		FaultSwap: {"settle"}, // with what it should have opened
		FaultCopy: {client.MessageReveal, "reveal", "settle"},
		FaultHold: {client.MessageReveal, "reveal", "settle"},
	}[f.Fault], what)
}

// sign signs a message of the node that it did not mean.
func (f *faulty) sign(m protocol.Message) (client.Message, error) {
	signature, err := f.cfg.Wallet.SignMessage(f.domain, m)
	if err != nil {
		return client.Message{}, err
	}
	return client.NewMessage(f.cfg.Wallet.Address(), m, signature)
}

// swapped is a result that was not committed to.
func swapped(result []byte) []byte {
	other := bytes.Clone(result)
	if len(other) > 0 {
		other[0] ^= 1
	}
	return other
}

type lyingEngine struct {
	Engine
	lies func() bool
}

func (e lyingEngine) RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	if !e.lies() {
		return e.Engine.RunGPT(ctx, r, onDelta)
	}
	result, err := e.Engine.RunGPT(ctx, r, strayed(onDelta))
	result.Response = falsify(result.Response)
	return result, err
}

// RunAnew lies as RunGPT does, or the liar would find itself out.
func (e lyingEngine) RunAnew(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	result, err := e.Engine.RunAnew(ctx, r, onDelta)
	if e.lies() {
		result.Response = falsify(result.Response)
	}
	return result, err
}

func (e lyingEngine) RunSD(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error) {
	result, err := e.Engine.RunSD(ctx, r, onProgress)
	if e.lies() {
		result.Hashes = opposites(result.Hashes)
	}
	return result, err
}

func (e lyingEngine) RunSDAnew(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error) {
	result, err := e.Engine.RunSDAnew(ctx, r, onProgress)
	if e.lies() {
		result.Hashes = opposites(result.Hashes)
	}
	return result, err
}

type strayingEngine struct{ Engine }

func (e strayingEngine) RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	return e.Engine.RunGPT(ctx, r, strayed(onDelta))
}

// failingEngine passes the node's test of itself, which hears nothing of how it
// goes on, and fails at tasks.
type failingEngine struct{ Engine }

func (e failingEngine) RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	if onDelta != nil {
		return worker.Result{}, errFault
	}
	return e.Engine.RunGPT(ctx, r, nil)
}

func (e failingEngine) RunSD(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error) {
	if onProgress != nil {
		return worker.SDResult{}, errFault
	}
	return e.Engine.RunSD(ctx, r, nil)
}

// opposites are as far from the images' hashes as can be.
func opposites(hashes []imagehash.Hash) []imagehash.Hash {
	other := slices.Clone(hashes)
	for i := range other {
		other[i] = ^other[i]
	}
	return other
}

// lie is what the first text of a false answer begins with.
const lie = "No. "

func falsify(response []byte) []byte {
	mark := []byte(`"content": "`)
	if at := bytes.Index(response, mark); at >= 0 {
		at += len(mark)
		return bytes.Join([][]byte{response[:at], []byte(lie), response[at:]}, nil)
	}
	return append(bytes.Clone(response), ' ')
}

// strayed tells of a text what falsify makes of it; nil tells nobody.
func strayed(onDelta func(worker.Delta)) func(worker.Delta) {
	if onDelta == nil {
		return nil
	}
	begun := false
	return func(d worker.Delta) {
		if !begun && d.Choice == 0 && d.Text != "" {
			begun, d.Text = true, lie+d.Text
		}
		onDelta(d)
	}
}

type faultyRelay struct {
	Relay
	bad *faulty
}

func (r *faultyRelay) Envelope(ctx context.Context, key protocol.TaskKey) ([]byte, error) {
	switch r.bad.Fault {
	case FaultSilent:
		return nil, errFault
	case FaultFront:
		_, seat, err := r.bad.taskOf(ctx, key)
		if err != nil {
			return nil, err
		}
		r.bad.first.Store(seat == 0)
	}
	return r.Relay.Envelope(ctx, key)
}

func (r *faultyRelay) EnvelopeFrom(ctx context.Context, key protocol.TaskKey, from common.Address) ([]byte, error) {
	if r.bad.Fault == FaultSilent {
		return nil, errFault
	}
	return r.Relay.EnvelopeFrom(ctx, key, from)
}

func (r *faultyRelay) SendMessage(ctx context.Context, key protocol.TaskKey, m client.Message) error {
	if r.bad.keepsFrom(m.Type) {
		return nil // as far as the node knows it is sent
	}
	opened, err := m.Verify(r.bad.domain, key)
	if err != nil {
		return err
	}
	switch said := opened.(type) {
	case protocol.Commitment:
		if r.bad.Fault != FaultDouble {
			break
		}
		said.Commitment = crypto.Keccak256Hash(said.Commitment[:])
		other, err := r.bad.sign(said)
		if err != nil {
			return err
		}
		defer func() {
			if err := r.Relay.SendMessage(ctx, key, other); err != nil {
				r.bad.cfg.Log.Error("second commitment", "err", err)
			}
		}()
	case protocol.Reveal:
		if r.bad.Fault != FaultSwap {
			break
		}
		said.Result = swapped(said.Result)
		other, err := r.bad.sign(said)
		if err != nil {
			return err
		}
		other.Proof = m.Proof
		m = other
	}
	return r.Relay.SendMessage(ctx, key, m)
}

// Watch lets FaultCopy see what the others open.
func (r *faultyRelay) Watch(ctx context.Context, key protocol.TaskKey) (<-chan client.Event, error) {
	events, err := r.Relay.Watch(ctx, key)
	if err != nil || r.bad.Fault != FaultCopy {
		return events, err
	}
	seen := make(chan client.Event)
	go func() {
		defer close(seen)
		for e := range events {
			if e.Kind == client.EventMessage && e.Message.Type == client.MessageReveal {
				if err := r.bad.copyToCourt(ctx, key, *e.Message); err != nil {
					r.bad.cfg.Log.Warn("copy was not taken", "err", err)
				}
			}
			select {
			case seen <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return seen, nil
}

// copyToCourt commits, as this node, to the result that another opened.
func (f *faulty) copyToCourt(ctx context.Context, key protocol.TaskKey, m client.Message) error {
	opened, err := m.Verify(f.domain, key)
	if err != nil {
		return err
	}
	if _, done := f.copied.LoadOrStore(key, true); done {
		return nil
	}
	id, seat, err := f.taskOf(ctx, key)
	if err != nil {
		return err
	}
	said := opened.(protocol.Reveal)
	me := f.cfg.Wallet.Address()
	c := protocol.Commitment{TaskKey: key, Commitment: protocol.CommitmentHash(key, me, said.Kind, said.Result, [32]byte{1})}
	signature, err := f.cfg.Wallet.SignMessage(f.domain, c)
	if err != nil {
		return err
	}
	_, err = f.cfg.Sender.Submit(ctx, chain.Intent{
		Key: fmt.Sprintf("fault/copy/%x", key), To: f.cfg.Profile.Contracts.Task,
		Data:     contracts.NewTask().PackCommit(id.Big(), seat, c.Commitment, signature),
		GasLimit: contracts.TaskGas,
	})
	return err
}

// taskOf finds the draw of a task key among the chain's logs.
func (f *faulty) taskOf(ctx context.Context, key protocol.TaskKey) (id protocol.TaskID, seat uint8, err error) {
	events, err := contracts.NewEvents()
	if err != nil {
		return 0, 0, err
	}
	logs, err := f.cfg.Chain.Client().FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(f.cfg.Profile.StartBlock), Addresses: []common.Address{f.cfg.Profile.Contracts.Task},
	})
	if err != nil {
		return 0, 0, err
	}
	for _, l := range logs {
		parsed, err := events.Parse(&l)
		if drawn, ok := parsed.(*contracts.TaskTaskDrawn); err == nil && ok && drawn.TaskKey == key {
			id, err := protocol.TaskIDFromBig(drawn.TaskId)
			return id, uint8(slices.Index(drawn.Nodes[:], f.cfg.Wallet.Address())), err
		}
	}
	return 0, 0, fmt.Errorf("nobody was drawn for task key %s", key)
}

type faultySender struct {
	Sender
	bad *faulty
}

func (s *faultySender) Submit(ctx context.Context, i chain.Intent) (*types.Receipt, error) {
	if i.To != s.bad.cfg.Profile.Contracts.Task || len(i.Data) < 4 {
		return s.Sender.Submit(ctx, i)
	}
	method := s.bad.methods[[4]byte(i.Data)]
	if s.bad.keepsFrom(method) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if s.bad.Fault == FaultSwap && method == "reveal" {
		var err error
		if i.Data, err = s.bad.swapReveal(ctx, i.Data); err != nil {
			return nil, err
		}
	}
	return s.Sender.Submit(ctx, i)
}

// swapReveal opens something else in the court.
func (f *faulty) swapReveal(ctx context.Context, data []byte) ([]byte, error) {
	parsed, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	args, err := parsed.Methods["reveal"].Inputs.Unpack(data[4:])
	if err != nil {
		return nil, err
	}
	id, seat, s := args[0].(*big.Int), args[1].(uint8), *abi.ConvertType(args[2], new(contracts.Statement)).(*contracts.Statement)
	task := contracts.NewTask()
	info, err := ask(ctx, f.cfg.Chain.Client(), f.cfg.Profile.Contracts.Task, task.PackTask(id), task.UnpackTask)
	if err != nil {
		return nil, err
	}
	o := s.Opening
	m := protocol.Reveal{
		TaskKey: info.TaskKey, CommitmentsHash: o.CommitmentsHash, Order: o.Order, Kind: protocol.ResultKind(o.Kind),
		Result: swapped(o.Result), Nonce: o.Nonce, CiphertextHash: o.CiphertextHash,
	}
	signature, err := f.cfg.Wallet.SignMessage(f.domain, m)
	if err != nil {
		return nil, err
	}
	return task.PackReveal(id, seat, contracts.StatementOf(m, signature, s.Proof)), nil
}
