package creator

import (
	"context"
	"errors"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

// talk brings the envelope to the drawn nodes and listens to them.
func (w *walker) talk(ctx context.Context, key protocol.TaskKey, nodes [protocol.Seats]common.Address, sealed bool) {
	if !sealed {
		w.helpers.Go(func() { w.t.putEnvelope(ctx, key, nodes) })
	}
	l := &listener{w: w, key: key, nodes: nodes}
	w.helpers.Go(func() { l.run(ctx) })
}

// putEnvelope seals to the three nodes and leaves it at the relay. Sealing
// anew after a restart is harmless: what the relay has stays.
func (t *Task) putEnvelope(ctx context.Context, key protocol.TaskKey, nodes [protocol.Seats]common.Address) {
	t.mu.Lock()
	envelope := t.record.Envelope
	t.mu.Unlock()
	err := retry(ctx, t.c.log, "bring the envelope to the relay", func(ctx context.Context) error {
		keys, err := t.c.network.sealKeys(ctx, nodes)
		if err != nil {
			return err
		}
		sealed, err := seal.Seal(envelope, keys...)
		if err != nil {
			return err
		}
		err = t.c.relay.PutEnvelope(ctx, key, sealed)
		if errors.Is(err, client.ErrDifferent) {
			return nil
		}
		return err
	})
	if err != nil {
		return
	}
	t.mu.Lock()
	t.sealed = true
	t.mu.Unlock()
	t.emit(Event{Stage: StageSealed})
	t.poke()
}

// listener follows one draw's events at the relay.
type listener struct {
	w     *walker
	key   protocol.TaskKey
	nodes [protocol.Seats]common.Address

	opener *seal.StreamOpener
	next   uint64 // chunk of the stream
	broken bool
	ready  map[common.Address]bool
}

// run watches until ctx ends; a watch that is closed is opened again.
func (l *listener) run(ctx context.Context) {
	t := l.w.t
	key, err := t.replyKey()
	if err != nil {
		t.c.log.Error("reply key can't be read", "request", t.ID(), "err", err)
		return
	}
	l.opener = seal.NewStreamOpener(key, l.key, l.nodes[0])
	l.ready = map[common.Address]bool{}
	retry(ctx, t.c.log, "hear from the relay", func(ctx context.Context) error {
		events, err := t.c.relay.Watch(ctx, l.key)
		if err != nil {
			return err
		}
		for e := range events {
			l.hear(e)
		}
		return errors.New("the relay ended the watch")
	})
}

func (l *listener) hear(e client.Event) {
	switch e.Kind {
	case client.EventMessage:
		l.hearMessage(e)
	case client.EventChunk:
		l.hearChunk(e)
	case client.EventResult:
		// Fetched before it is needed: what it is worth, the chain will say.
		l.w.t.wantResult(e.Node)
	}
}

// hearMessage takes what a drawn node's own signature says.
func (l *listener) hearMessage(e client.Event) {
	if e.Message == nil {
		return
	}
	seat := slices.Index(l.nodes[:], e.Message.From)
	opened, err := e.Message.Verify(l.w.t.c.domain, l.key)
	if seat < 0 || err != nil {
		return
	}
	switch m := opened.(type) {
	case protocol.Ready:
		if l.ready[e.Message.From] {
			return
		}
		l.ready[e.Message.From] = true
		l.w.t.emit(Event{Stage: StageReady, Count: len(l.ready), Nodes: []common.Address{e.Message.From}})
	case protocol.Commitment:
		l.w.t.sign(l.key, func(all *[protocol.Seats]signed) {
			if all[seat].commitment == (common.Hash{}) {
				all[seat].commitment = m.Commitment
			}
		})
	case protocol.Reveal:
		l.w.t.sign(l.key, func(all *[protocol.Seats]signed) {
			if opens(*all, l.key, seat, l.nodes[seat], m) {
				all[seat].opening = &opening{m, e.Message.Signature, e.Message.Proof}
			}
		})
	}
}

// opens reports whether a reveal fits what its seat committed to, and was made
// with the three commitments that are at hand.
func opens(all [protocol.Seats]signed, key protocol.TaskKey, seat int, node common.Address, m protocol.Reveal) bool {
	var commitments [protocol.Seats]common.Hash
	for i, s := range all {
		if s.commitment == (common.Hash{}) {
			return false
		}
		commitments[i] = s.commitment
	}
	return all[seat].opening == nil &&
		protocol.CommitmentHash(key, node, m.Kind, m.Result, m.Nonce) == commitments[seat] &&
		m.CommitmentsHash == protocol.CommitmentsHash(commitments)
}

// sign notes what nodes of a draw have signed.
func (t *Task) sign(key protocol.TaskKey, change func(*[protocol.Seats]signed)) {
	t.mu.Lock()
	if t.signedOf != key {
		t.signedOf, t.signed = key, [protocol.Seats]signed{}
	}
	change(&t.signed)
	t.mu.Unlock()
	t.poke()
}

// hearChunk passes on the first node's text. A stream that does not open ends
// here: the answer still comes with the result.
func (l *listener) hearChunk(e client.Event) {
	if l.broken || e.Node != l.nodes[0] || e.Seq != l.next {
		return // another node's, or again after a new watch
	}
	text, _, err := l.opener.Open(e.Sealed)
	if err != nil {
		l.broken = true
		l.w.t.c.log.Warn("stream can't be opened, waiting for the result", "request", l.w.t.ID(), "err", err)
		return
	}
	l.next++
	pieces, err := protocol.DecodeStream(text)
	if err != nil {
		l.broken = true
		l.w.t.c.log.Warn("stream can't be read, waiting for the result", "request", l.w.t.ID(), "err", err)
		return
	}
	for _, p := range pieces {
		l.w.t.emit(Event{
			Stage: StageDelta, Choice: p.Choice, Text: p.Text, Tokens: p.Tokens, Step: p.Step, Steps: p.Steps, Preview: p.Preview, Nodes: l.nodes[:1],
		})
	}
}

func (t *Task) replyKey() (seal.Key, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var secret [32]byte
	copy(secret[:], t.record.ReplySecret)
	return seal.KeyFromSecret(secret)
}

// wantResult asks the task's goroutine to fetch a node's result.
func (t *Task) wantResult(node common.Address) {
	t.mu.Lock()
	t.wanted = append(t.wanted, node)
	t.mu.Unlock()
	t.poke()
}

// prefetch fetches the first result that is there; the others only when it
// turns out not to be the one.
func (w *walker) prefetch(key protocol.TaskKey) {
	w.t.mu.Lock()
	wanted := w.t.wanted
	w.t.wanted = nil
	w.t.mu.Unlock()
	if len(wanted) > 0 && len(w.fetching) == 0 {
		w.fetch(key, wanted[0])
	}
}

// fetch brings a node's result, once.
func (w *walker) fetch(key protocol.TaskKey, node common.Address) {
	if w.fetching[node] {
		return
	}
	if w.fetching == nil {
		w.fetching = map[common.Address]bool{}
	}
	w.fetching[node] = true
	t := w.t
	w.helpers.Go(func() {
		ctx, stop := context.WithTimeout(w.ctx, t.c.fetch)
		defer stop()
		var response []byte
		err := retry(ctx, t.c.log, "fetch a result", func(ctx context.Context) error {
			sealed, err := t.c.relay.Result(ctx, key, node)
			if err != nil {
				return err
			}
			reply, err := t.replyKey()
			if err != nil {
				return err
			}
			response, err = seal.Open(sealed, reply)
			return err
		})
		if w.ctx.Err() != nil {
			return
		}
		var read answer
		if err == nil {
			if read, err = t.read(response); err != nil {
				t.c.log.Warn("a node's response is none", "request", t.ID(), "node", node, "err", err)
			}
		}
		t.mu.Lock()
		if err != nil {
			t.lost[node] = true
		} else {
			t.answers[node] = read
		}
		t.mu.Unlock()
		t.poke()
	})
}
