package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/seal"
)

// complain does beside a job's own way what the rules give a node against a
// creator: it says so when the arguments never came, and ends a task for which
// two nodes say so.
func (r *runner) complain(ctx context.Context) {
	var wait pause
	for {
		job, err := r.job()
		if err != nil || job.Key != r.key || job.State == JobEnded {
			return
		}
		err = r.complainOnce(ctx, job)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			r.n.log.Warn("complaint failed, trying again", "task", r.id, "err", err)
			if wait.sleep(ctx, nil) != nil {
				return
			}
			continue
		}
		t := time.NewTimer(r.n.every)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-r.complaint:
		case <-t.C:
		}
		t.Stop()
	}
}

func (r *runner) complainOnce(ctx context.Context, job Job) error {
	late := r.n.cfg.Chain.Clock().Until(job.ArgumentsBy+1) == 0
	if late && !job.UnreadSent {
		if err := r.sayUnread(ctx, job); err != nil {
			return err
		}
	}
	turn := r.n.cfg.Chain.Clock().Until(job.ArgumentsBy+1+job.turn()*bringTurn) == 0
	if job.saidUnread() < 2 || !turn || job.givenUp("close unread") {
		return nil
	}
	if over, err := r.isOver(ctx, job); over || err != nil {
		return err
	}
	return r.attempted(r.n.court.closeWithoutArguments(ctx, job.ref(), job.Unread))
}

// saidUnread counts those that say that they have no arguments, unless the task
// is over.
func (j *Job) saidUnread() (n int) {
	if j.Outcome != protocol.OutcomeNone {
		return 0
	}
	for _, s := range j.Unread {
		if len(s) > 0 {
			n++
		}
	}
	return n
}

// sayUnread says that the arguments never came, if they did not. That it does is
// in the journal first: from then on the node must not answer.
func (r *runner) sayUnread(ctx context.Context, job Job) error {
	m := protocol.NoArguments{TaskKey: job.Key}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	if err != nil {
		return err
	}
	unread := false
	if err := r.change(func(j *Job) {
		if unread = !j.Arguments && !j.Answered && !j.given() && j.Outcome == protocol.OutcomeNone; unread {
			j.Unread[j.Seat] = signature
		}
	}); err != nil || !unread {
		return err
	}
	if err := r.send(ctx, job, m, signature, nil); err != nil {
		return fmt.Errorf("say that the arguments never came: %w", err)
	}
	return r.change(func(j *Job) { j.UnreadSent = true })
}

// resealAfter is how long the others may take to say that they have the
// arguments before this node seals them anew.
const resealAfter = 5 * time.Second

// reseal seals the arguments to those that have not said that they could open
// them: a creator that sealed garbage to one node must not cost that node its
// pay.
func (r *runner) reseal(ctx context.Context, job Job, envelope []byte) {
	if sleep(ctx, resealAfter) != nil {
		return
	}
	node := contracts.NewNode()
	for _, seat := range r.missingReady() {
		if seat == int(job.Seat) {
			continue
		}
		to := job.Nodes[seat]
		info, err := ask(ctx, r.n.cfg.Chain.Client(), r.n.cfg.Profile.Contracts.Node, node.PackNodeInfo(to), node.UnpackNodeInfo)
		if err == nil {
			var sealed []byte
			if sealed, err = seal.Seal(envelope, info.SealKey); err == nil {
				err = r.n.cfg.Relay.PutEnvelopeFor(ctx, job.Key, to, sealed)
			}
		}
		if err != nil && ctx.Err() == nil {
			r.n.log.Warn("arguments could not be sealed anew", "task", job.ID, "to", to, "err", err)
		}
	}
}

// errUnreadable: none of the envelopes at the relay can be used.
var errUnreadable = errors.New("no envelope can be used")

// openAny opens the first of the envelopes whose hash is the chain's: the
// creator's, or one that another node sealed anew.
func (r *runner) openAny(ctx context.Context, job Job) ([]byte, error) {
	sealed, err := r.n.cfg.Relay.Envelope(ctx, job.Key)
	r.n.relayAnswered(ctx, err)
	if err != nil {
		return nil, err
	}
	plain, wrong := openEnvelope(sealed, r.n.sealKey, job)
	if wrong == nil {
		return plain, nil
	}
	for _, from := range job.Nodes {
		if from == r.n.me {
			continue
		}
		sealed, err := r.n.cfg.Relay.EnvelopeFrom(ctx, job.Key, from)
		if err != nil {
			continue // not there yet
		}
		if plain, err := openEnvelope(sealed, r.n.sealKey, job); err == nil {
			return plain, nil
		}
	}
	return nil, fmt.Errorf("%w: %w", errUnreadable, wrong)
}

func openEnvelope(sealed []byte, key seal.Key, job Job) ([]byte, error) {
	plain, err := seal.Open(sealed, key)
	if err != nil {
		return nil, fmt.Errorf("open envelope: %w", err)
	}
	if protocol.ArgsHash(plain) != job.ArgsHash {
		return nil, errors.New("check envelope: its hash is not the chain's")
	}
	return plain, nil
}
