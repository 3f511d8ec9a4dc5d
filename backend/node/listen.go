package node

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// listen writes what the three nodes sign of a job into the journal, as it
// comes through the relay, until life ends. Whatever does not bear a drawn
// node's signature for this very task key is no message.
func (r *runner) listen(ctx context.Context, job Job) {
	var wait pause
	for ctx.Err() == nil {
		events, err := r.n.cfg.Relay.Watch(ctx, job.Key)
		r.n.relayAnswered(ctx, err)
		if err != nil {
			if ctx.Err() == nil {
				r.n.log.Warn("can't hear the other nodes, trying again", "task", job.ID, "err", err)
			}
			if wait.sleep(ctx, nil) != nil {
				return
			}
			continue
		}
		wait.reset()
		for e := range events {
			r.hear(job, append([]client.Event{e}, ready(events)...))
		}
		if sleep(ctx, time.Second) != nil {
			return
		}
	}
}

// mostAtOnce bounds what is written of a job in one go.
const mostAtOnce = 16

// ready are the events that have come already.
func ready(events <-chan client.Event) (all []client.Event) {
	for len(all) < mostAtOnce {
		select {
		case e, open := <-events:
			if !open {
				return all
			}
			all = append(all, e)
		default:
			return all
		}
	}
	return all
}

// hear takes what came at one time, and writes it down in one go.
func (r *runner) hear(job Job, events []client.Event) {
	var changes []func(*Job) error
	useless := func(m client.Message, err error) {
		r.n.log.Warn("message of a node is of no use", "task", job.ID, "from", m.From, "type", m.Type, "err", err)
	}
	for _, e := range events {
		if e.Kind == client.EventEnvelope {
			signal(r.wake) // one that can be opened, perhaps
		}
		if e.Kind != client.EventMessage || e.Message == nil {
			continue
		}
		change, err := r.read(job, *e.Message)
		if err != nil {
			useless(*e.Message, err)
		} else if change != nil {
			changes = append(changes, func(j *Job) error {
				err := change(j)
				if err != nil {
					useless(*e.Message, err)
				}
				return err
			})
		}
	}
	if len(changes) == 0 {
		return
	}
	err := r.change(func(j *Job) {
		if j.Key != job.Key {
			return
		}
		for _, change := range changes {
			_ = change(j) // it has been said
		}
	})
	if err != nil {
		r.n.log.Warn("what was heard can't be kept", "task", job.ID, "err", err)
	}
	signal(r.wake)
	signal(r.complaint)
}

// read checks one message, and says what it changes in the journal: nil when nothing.
func (r *runner) read(job Job, message client.Message) (change func(*Job) error, err error) {
	seat := slices.Index(job.Nodes[:], message.From)
	if seat < 0 {
		return nil, fmt.Errorf("%s was not drawn", message.From)
	}
	if r.heard(seat, job.Key, message) {
		return nil, nil
	}
	opened, err := message.Verify(r.n.domain, job.Key)
	if err != nil {
		return nil, err
	}
	now := r.n.cfg.Chain.Clock().Unix()
	switch m := opened.(type) {
	case protocol.Ready:
		r.setReady(seat)
	case protocol.NoArguments:
		return func(j *Job) error {
			j.Unread[seat] = message.Signature
			j.UnreadSent = j.UnreadSent || seat == int(j.Seat)
			j.accuse(seat)
			return nil
		}, nil
	case protocol.Commitment:
		return func(j *Job) error {
			j.hearCommitment(seat, m.Commitment, message.Signature, now)
			return nil
		}, nil
	case protocol.Reveal:
		return func(j *Job) error {
			return j.hearOpening(seat, Opening{Reveal: m, Signature: message.Signature, Proof: message.Proof}, now)
		}, nil
	}
	return nil, nil
}

// heard says that a message brings nothing that is not in the journal, as this
// node's own do when they come back from the relay.
func (r *runner) heard(seat int, key protocol.TaskKey, message client.Message) bool {
	now, err := r.job()
	if err != nil || now.Key != key {
		return false
	}
	opened, err := message.Open(key)
	if err != nil {
		return false
	}
	s := now.Signed[seat]
	switch m := opened.(type) {
	case protocol.Ready:
		return r.isReady(seat)
	case protocol.Commitment:
		return s.Commitment == m.Commitment && bytes.Equal(s.Signature, message.Signature)
	case protocol.Reveal:
		return s.Opening != nil && bytes.Equal(s.Opening.Signature, message.Signature)
	}
	return false
}

// hearCommitment keeps the first commitment that a seat signed.
func (j *Job) hearCommitment(seat int, commitment common.Hash, signature []byte, now uint64) {
	s := &j.Signed[seat]
	if s.Commitment != (common.Hash{}) {
		if s.Commitment != commitment {
			j.accuse(seat, Saying{Type: client.MessageCommitment, Commitment: commitment, Signature: signature})
		}
		return
	}
	s.Commitment, s.Signature = commitment, signature
	j.hear(seat)
	if seat == int(j.Seat) {
		j.Given = true // before the journal was lost, if not just now
	}
	if j.held() && j.HeldAt == 0 {
		j.HeldAt = now
	}
	j.accuse(seat)
}

// hearOpening keeps an opening that fits what its seat committed to, made with
// the same three commitments that this node holds.
func (j *Job) hearOpening(seat int, o Opening, now uint64) error {
	m := o.Reveal
	commitment := protocol.CommitmentHash(j.Key, j.Nodes[seat], m.Kind, m.Result, m.Nonce)
	switch {
	case commitment != j.Signed[seat].Commitment:
		return fmt.Errorf("it does not open what the node committed to")
	case !j.held() || m.CommitmentsHash != protocol.CommitmentsHash(j.signedCommitments()):
		return fmt.Errorf("it was made with other commitments than those that are here")
	case j.Signed[seat].Opening != nil:
		return nil
	}
	j.Signed[seat].Opening = &o
	if j.openings() && j.OpenAt == 0 {
		j.OpenAt = now
	}
	return nil
}

// setReady notes that a seat has the arguments.
func (r *runner) setReady(seat int) {
	r.readyMu.Lock()
	defer r.readyMu.Unlock()
	r.ready[seat] = true
	if !slices.Contains(r.ready[:], false) && !r.allReady {
		r.allReady = true
		close(r.readyAll)
	}
}

func (r *runner) isReady(seat int) bool {
	r.readyMu.Lock()
	defer r.readyMu.Unlock()
	return r.ready[seat]
}

// missingReady are the seats that have not said that they have the arguments.
func (r *runner) missingReady() (seats []int) {
	r.readyMu.Lock()
	defer r.readyMu.Unlock()
	for seat, ready := range r.ready {
		if !ready {
			seats = append(seats, seat)
		}
	}
	return seats
}
