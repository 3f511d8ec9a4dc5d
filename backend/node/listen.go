package node

import (
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
			if e.Kind == client.EventEnvelope {
				signal(r.wake) // one that can be opened, perhaps
			}
			if e.Kind != client.EventMessage || e.Message == nil {
				continue
			}
			if err := r.hear(job, *e.Message); err != nil {
				r.n.log.Warn("message of a node is of no use", "task", job.ID, "from", e.Message.From, "type", e.Message.Type, "err", err)
			}
		}
		if sleep(ctx, time.Second) != nil {
			return
		}
	}
}

// hear takes one message.
func (r *runner) hear(job Job, message client.Message) error {
	seat := slices.Index(job.Nodes[:], message.From)
	if seat < 0 {
		return fmt.Errorf("%s was not drawn", message.From)
	}
	opened, err := message.Verify(r.n.domain, job.Key)
	if err != nil {
		return err
	}
	now := r.n.cfg.Chain.Clock().Unix()
	var wrong error
	note := func(change func(*Job)) error {
		err := r.change(func(j *Job) {
			if j.Key == job.Key {
				change(j)
			}
		})
		signal(r.wake)
		signal(r.complaint)
		return err
	}
	switch m := opened.(type) {
	case protocol.Ready:
		r.setReady(seat)
		return nil
	case protocol.NoArguments:
		return note(func(j *Job) {
			j.Unread[seat] = message.Signature
			j.UnreadSent = j.UnreadSent || seat == int(j.Seat)
			j.accuse(seat)
		})
	case protocol.Commitment:
		return note(func(j *Job) { j.hearCommitment(seat, m.Commitment, message.Signature, now) })
	case protocol.Reveal:
		err := note(func(j *Job) {
			wrong = j.hearOpening(seat, Opening{Reveal: m, Signature: message.Signature, Proof: message.Proof}, now)
		})
		if err == nil {
			err = wrong
		}
		return err
	}
	return nil
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
