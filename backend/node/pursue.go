package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
)

// pursue brings a job from its answer to its end: it does what is due, and then
// waits for what is heard or for the next thing to be due. It returns when the
// job is over, drawn anew, or has lost its answer.
func (r *runner) pursue(ctx context.Context) error {
	blocked := map[step]uint64{}
	waits := map[step]*pause{}
	for {
		job, err := r.job()
		if err != nil || !pursued(job.State) || job.Key != r.key {
			return err
		}
		r.n.changed()
		r.n.at(stepOf(job.State))
		if job.Answered {
			r.startStoring(job)
		}
		if r.n.cfg.Chain.Clock().Until(windowEnd(job)) == 0 && !job.WindowOver {
			if err := r.windowOver(); err != nil {
				return err
			}
			continue
		}
		now := r.n.cfg.Chain.Clock().Unix()
		due, again := job.next(now, r.n.patience(), blocked)
		if due.duty == dutyNone {
			if err := r.rest(ctx, now, again); err != nil {
				return err
			}
			continue
		}
		err = r.perform(ctx, job, due)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait := waits[due]
		if wait == nil {
			wait = &pause{}
			waits[due] = wait
		}
		var later *notYet
		switch {
		case errors.As(err, &later):
			blocked[due] = later.until
		case err != nil:
			r.n.log.Warn("task step failed, trying again", "task", r.id, "step", due.duty, "err", err)
			blocked[due] = now + uint64(wait.grow()/time.Second) + 1
		default:
			// Done; the facts that end it are on their way.
			blocked[due] = now + factPatience
		}
	}
}

// factPatience is how long the facts of what was done may take, in seconds,
// before it is done again: which is harmless, but costs a request.
const factPatience = 15

// pursued: the job has an answer, or has missed its time.
func pursued(s JobState) bool {
	switch s {
	case JobCommitting, JobCommitted, JobRevealing, JobRevealed, JobMissed:
		return true
	}
	return false
}

// rest waits until something is heard, or until it is time to look again.
func (r *runner) rest(ctx context.Context, now, again uint64) error {
	for {
		r.n.at("rest")
		left := r.n.every
		if again != 0 {
			left = min(left, r.n.cfg.Chain.Clock().Until(again))
		}
		t := time.NewTimer(max(left, 10*time.Millisecond))
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-r.wake:
			t.Stop()
			return nil
		case <-t.C:
		}
		if again != 0 && r.n.cfg.Chain.Clock().Unix() >= again {
			return nil
		}
	}
}

// notYet: the step can't be taken before a time of the chain.
type notYet struct {
	until uint64
	why   string
}

func (e *notYet) Error() string { return e.why }

// relayTimeout is how long a relay may take for one message before what is due
// next is looked at: a relay that does not answer must not keep a node from the
// court.
const relayTimeout = 10 * time.Second

// perform takes one step.
func (r *runner) perform(ctx context.Context, job Job, s step) error {
	if job.givenUp(s.String()) {
		return &notYet{until: never, why: "given up"}
	}
	switch s.duty {
	case dutyGive:
		return r.give(ctx, job)
	case dutyOpen:
		return r.open(ctx, job)
	case dutySettle:
		return r.settleFast(ctx, job)
	case dutyCommit:
		return r.commit(ctx, job, s.seat)
	case dutyReveal:
		return r.reveal(ctx, job)
	case dutyClose:
		return r.close(ctx, job)
	}
	return fmt.Errorf("no such duty %q", s.duty)
}

// never is later than any job lives.
const never = 1 << 40

// give leaves the signed commitment at the relay.
func (r *runner) give(ctx context.Context, job Job) error {
	signed, err := r.ownCommitment(job)
	if err != nil {
		return err
	}
	r.n.at("committing")
	m := protocol.Commitment{TaskKey: job.Key, Commitment: signed.Commitment}
	if err := r.send(ctx, job, m, signed.Signature, nil); err != nil {
		return err
	}
	now := r.n.cfg.Chain.Clock().Unix()
	return r.change(func(j *Job) { j.hearCommitment(int(j.Seat), signed.Commitment, signed.Signature, now) })
}

func (r *runner) ownCommitment(job Job) (Signed, error) {
	answer, err := r.n.answer(job.Key)
	if err != nil {
		return Signed{}, err
	}
	m := protocol.Commitment{TaskKey: job.Key, Commitment: answer.Commitment}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	return Signed{Commitment: answer.Commitment, Signature: signature}, err
}

// send leaves a signed message at the relay.
func (r *runner) send(ctx context.Context, job Job, m protocol.Message, signature, proof []byte) error {
	message, err := client.NewMessage(r.n.me, m, signature)
	if err != nil {
		return err
	}
	message.Proof = proof
	sending, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	err = r.n.cfg.Relay.SendMessage(sending, job.Key, message)
	r.n.relayAnswered(ctx, err)
	return err
}

// open leaves the signed opening at the relay, when its sealed answer is stored.
func (r *runner) open(ctx context.Context, job Job) error {
	opening, err := r.opening(job, job.signedCommitments(), false)
	if err != nil {
		return err
	}
	r.n.at("revealing")
	if err := r.send(ctx, job, opening.Reveal, opening.Signature, opening.Proof); err != nil {
		return err
	}
	now := r.n.cfg.Chain.Clock().Unix()
	var wrong error
	if err := r.change(func(j *Job) {
		j.Opened = true
		wrong = j.hearOpening(int(j.Seat), opening, now)
	}); err != nil {
		return err
	}
	return wrong
}

// opening is this node's answer opened, with the commitments that it holds. For
// the court it has a proof, whatever it takes: there only a proof is paid.
func (r *runner) opening(job Job, commitments [protocol.Seats]common.Hash, court bool) (Opening, error) {
	answer, err := r.n.answer(job.Key)
	if err != nil {
		return Opening{}, err
	}
	m := protocol.Reveal{
		TaskKey: job.Key, CommitmentsHash: protocol.CommitmentsHash(commitments), Order: job.order(court),
		Kind: answer.Kind, Result: answer.Result, Nonce: r.n.nonce(job.Key), CiphertextHash: answer.CiphertextHash,
	}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	o := Opening{Reveal: m, Signature: signature, Proof: answer.StorageSignature}
	if court && err == nil && len(o.Proof) == 0 {
		o.Proof, err = r.sealedAnswer(job.Key)
	}
	return o, err
}

// maxProof is the size of a sealed answer that a node pays to bring to the
// court, where no relay vouches for it.
const maxProof = 32 << 10

// sealedAnswer is the sealed answer itself, as proof that the creator can have
// it; empty when it is too large, or there is none.
func (r *runner) sealedAnswer(key protocol.TaskKey) (sealed []byte, err error) {
	err = r.n.cfg.Store.View(func(tx *store.Tx) error { sealed, err = r.n.rows.sealed.Get(tx, key); return err })
	if errors.Is(err, store.ErrNotFound) || len(sealed) > maxProof {
		return nil, nil
	}
	return sealed, err
}

// settleFast brings the three openings to the contract, when the creator did
// not.
func (r *runner) settleFast(ctx context.Context, job Job) error {
	var openings [protocol.Seats]*Opening
	for seat, s := range job.Signed {
		if s.Opening.Reveal.Kind == protocol.KindResult && len(s.Opening.Proof) == 0 {
			return &notYet{until: never, why: fmt.Sprintf("seat %d has no proof that its response is stored", seat)}
		}
		openings[seat] = s.Opening
	}
	if over, err := r.isOver(ctx, job); over || err != nil {
		return err
	}
	return r.attempted(r.n.court.settle(ctx, job.ref(), openings))
}

// isOver asks whether the task has ended already, so that no transaction is
// wasted on it.
func (r *runner) isOver(ctx context.Context, job Job) (bool, error) {
	info, err := taskInfo(ctx, r.n.cfg.Chain.Client(), r.n.cfg.Profile.Contracts.Task, job.ID)
	if err != nil {
		return false, err
	}
	return protocol.TaskStatus(info.Status).Final(), nil
}

// commit brings a seat's signed commitment to the court.
func (r *runner) commit(ctx context.Context, job Job, seat int) error {
	signed := job.Signed[seat]
	if seat == int(job.Seat) {
		own, err := r.ownCommitment(job)
		if err != nil {
			return err
		}
		signed = own
		r.n.at("committing")
	}
	return r.attempted(r.n.court.commit(ctx, job.ref(), seat, signed))
}

// reveal opens in the court.
func (r *runner) reveal(ctx context.Context, job Job) error {
	commitments := job.Commitments
	if !job.Complete { // the last one may be in a block that is not followed yet
		info, err := taskInfo(ctx, r.n.cfg.Chain.Client(), r.n.cfg.Profile.Contracts.Task, job.ID)
		if err != nil {
			return err
		}
		for i, c := range info.Commitments {
			commitments[i] = c
		}
	}
	opening, err := r.opening(job, commitments, true)
	if err != nil {
		return err
	}
	r.n.at("revealing")
	return r.attempted(r.n.court.reveal(ctx, job.ref(), int(job.Seat), opening))
}

// close ends a task whose other nodes are silent. Anybody may, and a node wants
// to be free.
func (r *runner) close(ctx context.Context, job Job) error {
	info, err := taskInfoNow(ctx, r.n.cfg.Chain.Client(), r.n.cfg.Profile.Contracts.Task, job.ID)
	if err != nil {
		return err
	}
	if protocol.TaskStatus(info.Status).Final() {
		return nil // the facts are on their way
	}
	due := info.Deadlines.RevealBy
	if info.Commitments == ([protocol.Seats][32]byte{}) {
		due = info.Deadlines.CommitBy + protocol.CommitGraceSeconds
	}
	now := r.n.cfg.Chain.Clock().Unix()
	if due == 0 || now <= due { // or the chain that was asked does not see that the window is over
		return &notYet{until: max(due, now) + 2, why: "the deadline has not passed"}
	}
	return r.attempted(r.n.court.close(ctx, job.ref()))
}
