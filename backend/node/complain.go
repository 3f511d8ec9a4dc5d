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

// complain does beside a job's own way what the rules give a node against
// others: it says so when the arguments never came, ends a task for which two
// nodes say so, and proves that a node has signed two commitments.
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
		t := time.NewTimer(checkClock)
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
	if late && job.unread() {
		if err := r.sayUnread(ctx, job); err != nil {
			return err
		}
	}
	turn := time.Duration(job.turn()) * bringTurn * time.Second
	if unread := job.saidUnread(); unread >= 2 && late && !job.givenUp("close unread") {
		if err := sleep(ctx, turn); err != nil {
			return err
		}
		if over, err := r.isOver(ctx, job); over || err != nil {
			return err
		}
		if err := r.attempted(r.n.court.closeWithoutArguments(ctx, job.ref(), job.Unread)); err != nil {
			return err
		}
	}
	if job.Clash != nil && !r.proved && !job.givenUp("clash") {
		return r.proveClash(ctx, job, turn)
	}
	return nil
}

// unread: this node has no arguments, and has not said so.
func (j *Job) unread() bool {
	return !j.Arguments && !j.Answered && len(j.Unread[j.Seat]) == 0 && j.Outcome == protocol.OutcomeNone
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

func (r *runner) sayUnread(ctx context.Context, job Job) error {
	m := protocol.NoArguments{TaskKey: job.Key}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	if err != nil {
		return err
	}
	if err := r.send(ctx, job, m, signature, nil); err != nil {
		return fmt.Errorf("say that the arguments never came: %w", err)
	}
	return r.change(func(j *Job) { j.Unread[j.Seat] = signature })
}

// proveClash brings both commitments of a node to the contract, which takes its
// stake. Each node waits for its turn, so that not all pay for it.
func (r *runner) proveClash(ctx context.Context, job Job, turn time.Duration) error {
	if err := sleep(ctx, turn); err != nil {
		return err
	}
	clash := *job.Clash
	client := r.n.cfg.Chain.Client()
	node := contracts.NewNode()
	info, err := ask(ctx, client, r.n.cfg.Profile.Contracts.Node, node.PackNodeInfo(clash.Node), node.UnpackNodeInfo)
	if err != nil {
		return fmt.Errorf("look for the stake of %s: %w", clash.Node, err)
	}
	if info.Stake.Sign() != 0 {
		if len(clash.Signatures[1]) == 0 {
			if clash.Signatures[1], err = committedBy(ctx, client, clash.Tx); err != nil {
				return err
			}
		}
		if err := r.attempted(r.n.court.slashClash(ctx, job.ref(), clash)); err != nil {
			return err
		}
		r.n.log.Warn("proved that a node signed two commitments", "task", job.ID, "node", clash.Node)
	}
	r.proved = true
	return nil
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
