package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/internal/wire"
	"helium/backend/seal"
)

// startWatch begins a watch beside the socket's other work, since it may wait
// for the chain.
func (s *socket) startWatch(f wire.Frame) {
	ctx, cancel := context.WithCancel(s.ctx)
	s.mu.Lock()
	_, taken := s.watches[f.ID]
	var no *refusal
	switch {
	case taken:
		no = refuse(409, "id_taken", "a watch with this id is running", "choose another id")
	case !s.who.watches.take():
		no = refuse(429, "too_many_watches", "this address has too many watches", "end some")
	case !s.relay.watches.take():
		s.who.watches.give()
		no = refuse(429, "too_many_watches", "the relay has too many watches", "try again, or use another relay")
	default:
		s.watches[f.ID] = cancel
	}
	s.mu.Unlock()
	if no != nil {
		cancel()
		s.reply(f.ID, no)
		return
	}
	s.wg.Go(func() {
		defer s.relay.watches.give()
		defer s.who.watches.give()
		defer cancel()
		defer s.stopWatch(f.ID)
		err := s.relay.watch(ctx, s, f)
		if ctx.Err() != nil {
			return
		}
		s.stopWatch(f.ID) // first, so that the client can ask again at once
		no := s.relay.asRefusal(err).body
		s.send(wire.Frame{Op: wire.OpEnd, ID: f.ID, Error: &no})
	})
}

func (s *socket) stopWatch(id uint64) {
	s.mu.Lock()
	cancel := s.watches[id]
	delete(s.watches, id)
	s.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// watch sends the events that f asks for until ctx ends.
func (r *Relay) watch(ctx context.Context, s *socket, f wire.Frame) error {
	filters := []string{"drawn." + nodePart(s.who.address) + ".>"}
	if f.Epoch != r.epoch {
		f.After = 0
	}
	begun := false
	if !f.Drawn {
		t, err := r.roles(ctx, f.TaskKey, s.who, roleCreator|roleNode)
		if err != nil {
			return err
		}
		base := "ev." + keyPart(f.TaskKey)
		filters = []string{base + ".>"}
		if t.Creator != s.who.address {
			// A node has no use for streams that are sealed to the creator.
			filters = []string{base + ".env", base + ".env.*." + nodePart(s.who.address), base + ".res.*", base + ".msg.>"}
		}
		if f.After, begun, err = r.watchBoard(ctx, s, f, t.Creator == s.who.address); err != nil {
			return err
		}
	}
	c := jetstream.OrderedConsumerConfig{FilterSubjects: filters, DeliverPolicy: jetstream.DeliverAllPolicy, InactiveThreshold: time.Minute}
	if f.After > 0 {
		c.DeliverPolicy, c.OptStartSeq = jetstream.DeliverByStartSequencePolicy, f.After+1
	}
	consumer, err := r.bus.events.OrderedConsumer(ctx, c)
	if err != nil {
		return fmt.Errorf("watch task: %w", err)
	}
	defer r.bus.forget(consumer)
	messages, err := consumer.Messages(r.bus.quick.watchOptions()...)
	if err != nil {
		return fmt.Errorf("watch task: %w", err)
	}
	defer messages.Stop()
	if !begun {
		s.send(wire.Frame{Op: wire.OpOK, ID: f.ID})
	}
	for {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("read task's events: %w", err)
		}
		meta, err := m.Metadata()
		if err != nil {
			return fmt.Errorf("read task's events: %w", err)
		}
		s.send(wire.Frame{Op: wire.OpEvent, ID: f.ID, N: meta.Sequence.Stream, Event: m.Data()})
	}
}

// watchBoard sends a task's events from its board, until ctx ends or they are to be
// read from the stream: then it says behind which number, and whether the watch has
// begun.
func (r *Relay) watchBoard(ctx context.Context, s *socket, f wire.Frame, creator bool) (after uint64, begun bool, err error) {
	after = f.After
	t := r.bus.boards.of(keyPart(f.TaskKey))
	if t == nil {
		return after, false, nil
	}
	for {
		events, more, ok := r.bus.boards.after(t, after)
		if !ok {
			return after, begun, nil
		}
		if !begun {
			begun = true
			s.send(wire.Frame{Op: wire.OpOK, ID: f.ID})
		}
		for _, e := range events {
			if after = e.seq; creator || forNode(e.subject, s.who.address) {
				s.send(wire.Frame{Op: wire.OpEvent, ID: f.ID, N: e.seq, Event: e.data})
			}
		}
		if len(events) > 0 {
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return after, begun, ctx.Err()
		}
	}
}

// forNode says whether an event is for a node of its task: not the streams, which are
// sealed to the creator, nor what is sealed for another.
func forNode(subject string, node common.Address) bool {
	parts := strings.Split(subject, ".") // ev.KEY.KIND.…
	switch parts[2] {
	case "env":
		return len(parts) == 3 || len(parts) == 5 && parts[4] == nodePart(node)
	case "res":
		return len(parts) == 4
	case "msg":
		return true
	}
	return false
}

// takeChunk appends a chunk to its node's stream.
func (r *Relay) takeChunk(ctx context.Context, who *account, f wire.Frame) error {
	if !seal.IsSealedChunk(f.Sealed) || len(f.Sealed) > seal.MaxSealedChunk {
		return refuse(400, "not_sealed", "this is not a sealed chunk; a relay passes on ciphertext only", "seal it to the creator")
	}
	if err := who.spend(int64(len(f.Sealed))); err != nil {
		return err
	}
	if _, err := r.roles(ctx, f.TaskKey, who, roleNode); err != nil {
		return err
	}
	raw, err := json.Marshal(wire.Event{Kind: string(client.EventChunk), TaskKey: f.TaskKey, Node: who.address, Seq: f.Seq, Sealed: f.Sealed})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	subject := "ev." + keyPart(f.TaskKey) + ".chunk." + nodePart(who.address)
	return r.extend(ctx, subject, raw, func(at row) (bool, error) {
		switch {
		case f.Seq+1 == at.number && string(at.data) == string(raw):
			return false, nil
		case f.Seq < at.number:
			return false, refuse(409, "different", fmt.Sprintf("chunk %d is there already, and %d is the next", f.Seq, at.number), "")
		case f.Seq > at.number:
			return false, refuse(409, "gap", fmt.Sprintf("chunk %d came, but %d is the next", f.Seq, at.number), "send chunks one after the other")
		case at.bytes+uint64(len(raw)) > r.cfg.Limits.MaxStream:
			return false, refuse(413, "too_large", "the stream is over its limit", "send the result")
		}
		return true, nil
	})
}

// takeMessage passes on a message that the client signed.
func (r *Relay) takeMessage(ctx context.Context, who *account, f wire.Frame) error {
	var m client.Message
	if err := wire.DecodeStrict(f.Message, &m); err != nil {
		return refuse(400, "bad_message", "the message can't be read: "+err.Error(), "")
	}
	if m.From != who.address {
		return refuse(403, "not_yours", "the message is from "+m.From.Hex()+", and you are "+who.address.Hex(), "")
	}
	if _, err := m.Verify(r.domain, f.TaskKey); err != nil {
		return refuse(400, "bad_message", err.Error(), "")
	}
	if _, err := r.roles(ctx, f.TaskKey, who, roleNode); err != nil {
		return err
	}
	raw, err := encodeMessage(f.TaskKey, who.address, m)
	if err != nil {
		return err
	}
	subject := "ev." + keyPart(f.TaskKey) + ".msg." + nodePart(who.address) + "." + m.Type
	return r.extend(ctx, subject, raw, func(at row) (bool, error) {
		if string(at.data) == string(raw) {
			return false, nil
		}
		if at.number >= r.cfg.Limits.MaxMessages {
			return false, refuse(409, "different", "too many different messages of this type", "")
		}
		return true, nil
	})
}

func encodeMessage(key protocol.TaskKey, from common.Address, m client.Message) ([]byte, error) {
	// Encoding it again gives every message one spelling.
	inner, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	raw, err := json.Marshal(wire.Event{Kind: string(client.EventMessage), TaskKey: key, Node: from, Message: inner})
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	return raw, nil
}

var errBusy = errors.New("somebody else was faster, again and again")

// extend appends data to a row when decide says so, looking again when another
// connection of the same node was faster.
func (r *Relay) extend(ctx context.Context, subject string, data []byte, decide func(at row) (bool, error)) error {
	for range 8 {
		at, err := r.bus.row(ctx, subject)
		if err != nil {
			return err
		}
		add, err := decide(at)
		if err != nil || !add {
			return err
		}
		if done, err := r.bus.appendTo(ctx, subject, data, at); err != nil || done {
			return err
		}
	}
	return fmt.Errorf("write %s: %w", subjectKind(subject), errBusy)
}
