package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"helium/backend/chain"
	"helium/backend/protocol"
	"helium/backend/store"
)

// runner takes one job through its states.
type runner struct {
	n    *Node
	id   protocol.TaskID
	wake chan struct{} // holds an element when facts came in
	// args are the task's arguments, once they were fetched.
	args *arguments
	// begun: the engine had the task in this process already, or in the one before.
	begun bool

	// life ends with the runner.
	life context.Context
	// storing keeps the sealed answer at the relay, beside everything else.
	storing sync.Once
	stored  chan struct{}
	own     sync.WaitGroup
}

// resume finds the jobs that the last run left.
func (n *Node) resume() error {
	return n.cfg.Store.View(func(tx *store.Tx) error {
		return n.rows.jobs.Scan(tx, func(id uint64, j Job) error {
			if j.State != JobEnded {
				n.mu.Lock()
				n.waiting[protocol.TaskID(id)] = true
				n.mu.Unlock()
				signal(n.starting)
			}
			return nil
		})
	})
}

// runJobs keeps a runner for each job that is not over.
func (n *Node) runJobs(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.starting:
		}
		n.mu.Lock()
		for id := range n.waiting {
			if n.runners[id] != nil {
				continue
			}
			r := &runner{n: n, id: id, wake: make(chan struct{}, 1), stored: make(chan struct{})}
			n.runners[id] = r
			all.Go(func() { n.runJob(ctx, r) })
		}
		clear(n.waiting)
		n.mu.Unlock()
	}
}

// runJob ends with the job, or with ctx.
func (n *Node) runJob(ctx context.Context, r *runner) {
	life, cancel := context.WithCancel(ctx)
	r.life = life
	if err := r.run(life); err != nil && ctx.Err() == nil {
		n.log.Error("task stopped", "task", r.id, "err", err)
	}
	cancel()
	r.own.Wait()

	n.mu.Lock()
	delete(n.runners, r.id)
	delete(n.tokens, r.id)
	n.mu.Unlock()
	// The chain may have taken the task back and drawn it anew meanwhile.
	if job, err := r.job(); err == nil && job.State != JobEnded && ctx.Err() == nil {
		n.mu.Lock()
		n.waiting[r.id] = true
		n.mu.Unlock()
		signal(n.starting)
	}
	n.changed()
}

// acts is what a runner does in each state.
func (r *runner) acts() map[JobState]func(context.Context, Job) error {
	return map[JobState]func(context.Context, Job) error{
		JobFetching:   r.fetch,
		JobRunning:    r.compute,
		JobCommitting: r.commit,
		JobCommitted:  r.keepStored,
		JobRevealing:  r.reveal,
		JobRevealed:   r.closeWhenDue,
		JobMissed:     r.closeWhenDue,
	}
}

func (r *runner) run(ctx context.Context) error {
	var wait pause
	for {
		job, err := r.job()
		if errors.Is(err, store.ErrNotFound) || err == nil && job.State == JobEnded {
			return nil
		}
		if err != nil {
			r.n.log.Error("journal can't be read, trying again", "task", r.id, "err", err)
			if err := wait.sleep(ctx, nil); err != nil {
				return err
			}
			continue
		}
		r.n.changed()
		r.n.at(stepOf(job.State))
		moved, err := r.during(ctx, job, r.acts()[job.State])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if moved {
			wait.reset()
			continue
		}
		if err != nil {
			r.n.log.Warn("task step failed, trying again", "task", r.id, "state", job.State, "err", err)
		}
		if err := wait.sleep(ctx, r.wake); err != nil {
			return err
		}
	}
}

// stepOf names the beginning of a state, for tests that stop there.
func stepOf(s JobState) string {
	return map[JobState]string{
		JobFetching: "drawn", JobRunning: "arguments", JobCommitted: "committed", JobRevealed: "revealed",
	}[s]
}

func (r *runner) job() (job Job, err error) {
	err = r.n.cfg.Store.View(func(tx *store.Tx) error {
		job, err = r.n.rows.jobs.Get(tx, uint64(r.id))
		return err
	})
	return job, err
}

// during acts until the act has failed or the job's state has changed; an act
// that is done waits for the change. The end of the commit window changes the
// state by itself.
func (r *runner) during(ctx context.Context, job Job, act func(context.Context, Job) error) (moved bool, err error) {
	actCtx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- act(actCtx, job) }()
	acting := true
	defer func() {
		cancel()
		if acting {
			<-done
		}
	}()

	window := r.window(job)
	defer window.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-window.C:
			if left := r.n.cfg.Chain.Clock().Until(job.CommitBy + 1); left > 0 {
				window.Reset(min(left, checkClock))
			} else if err := r.windowOver(); err != nil {
				return false, err
			}
		case err := <-done:
			done, acting = nil, false
			if err != nil {
				return r.movedFrom(job), err
			}
		case <-r.wake:
		}
		if r.movedFrom(job) {
			return true, nil
		}
	}
}

func (r *runner) movedFrom(job Job) bool {
	now, err := r.job()
	return err != nil || now.State != job.State || now.Key != job.Key
}

// checkClock is how often a deadline is compared with the clock while a job
// waits for it: a timer alone stands still while a computer sleeps.
const checkClock = 2 * time.Second

// window fires to see whether no commitment can come any more.
func (r *runner) window(job Job) *time.Timer {
	left := r.n.cfg.Chain.Clock().Until(job.CommitBy + 1)
	t := time.NewTimer(min(left, checkClock))
	switch job.State {
	case JobFetching, JobRunning, JobCommitting, JobCommitted:
	default:
		t.Stop()
	}
	return t
}

func (r *runner) windowOver() error {
	return r.change(func(j *Job) {
		if j.Commitments[j.Seat] == (protocol.TaskKey{}) {
			j.Missed = true
		}
		j.WindowOver = true
	})
}

// change writes what this node did.
func (r *runner) change(change func(*Job)) error {
	err := r.n.cfg.Store.Update(func(tx *store.Tx) error { return r.n.changeJob(tx, r.id, change) })
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	r.n.changed()
	return nil
}

// maxRefusals bounds what a job may spend on transactions that the contract
// refuses.
const maxRefusals = 5

// attempted takes the outcome of an attempt: what failed for good is tried anew,
// what came too late is left to the facts.
func (r *runner) attempted(err error) error {
	var failed *attemptError
	if errors.Is(err, errOver) {
		r.n.log.Info("too late for the task", "task", r.id, "err", err)
		return nil
	}
	if !errors.As(err, &failed) {
		return err
	}
	poor := errors.Is(err, chain.ErrFunds)
	if poor { // not refused: it works as soon as there is gas
		r.n.health.raise(ReasonNoGas, failed.err.Error())
	}
	given := false
	if err := r.change(func(j *Job) {
		j.Attempts = counted(j.Attempts, failed.what)
		if !poor {
			j.Refusals = counted(j.Refusals, failed.what)
		}
		given = j.givenUp(failed.what)
	}); err != nil {
		return err
	}
	if given {
		r.n.log.Error("giving up on a transaction", "task", r.id, "what", failed.what, "err", failed.err)
		return nil
	}
	return err
}

func counted(m map[string]int, what string) map[string]int {
	if m == nil {
		m = map[string]int{}
	}
	m[what]++
	return m
}

// givenUp: the contract has refused this often enough.
func (j *Job) givenUp(what string) bool { return j.Refusals[what] >= maxRefusals }

// commit brings the commitment to the exchange. That it stands comes back as a fact.
func (r *runner) commit(ctx context.Context, job Job) error {
	answer, err := r.n.answer(job.Key)
	if err != nil {
		return err
	}
	if job.givenUp("commit") {
		return nil
	}
	r.startStoring(job)
	m := protocol.Commitment{TaskKey: job.Key, Commitment: answer.Commitment}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	if err != nil {
		return err
	}
	r.n.at("committing")
	return r.attempted(r.n.exchange.Commit(ctx, job.ref(), m, signature))
}

// reveal opens the commitment, when its sealed answer is stored.
func (r *runner) reveal(ctx context.Context, job Job) error {
	if job.givenUp("reveal") {
		return nil
	}
	if err := r.awaitStored(ctx, job); err != nil {
		return err
	}
	answer, err := r.n.answer(job.Key)
	if err != nil {
		return err
	}
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
	m := protocol.Reveal{
		TaskKey: job.Key, CommitmentsHash: protocol.CommitmentsHash(commitments), Order: packOrder(job.Order),
		Kind: answer.Kind, Result: answer.Result, Nonce: r.n.nonce(job.Key), CiphertextHash: answer.CiphertextHash,
	}
	signature, err := r.n.cfg.Wallet.SignMessage(r.n.domain, m)
	if err != nil {
		return err
	}
	r.n.at("revealing")
	return r.attempted(r.n.exchange.Reveal(ctx, job.ref(), m, signature, answer.StorageSignature))
}

// packOrder packs the seats by arrival; those that never came are last.
func packOrder(came []int) uint8 {
	var order [protocol.Seats]uint8
	var seen [protocol.Seats]bool
	at := 0
	for _, seat := range came {
		order[at], seen[seat] = uint8(seat), true
		at++
	}
	for seat := range protocol.Seats {
		if !seen[seat] {
			order[at] = uint8(seat)
			at++
		}
	}
	return protocol.PackOrder(order)
}

// closeStagger is by how much each seat waits longer than the one before, so
// that not all three pay for closing a task.
const closeStagger = 8 * time.Second

// closeWhenDue ends a task whose other nodes are silent. Anybody may, and a
// node wants to be free.
func (r *runner) closeWhenDue(ctx context.Context, job Job) error {
	if job.givenUp("close") {
		return nil
	}
	due := max(job.CommitBy, job.RevealBy)
	for waited := false; ; waited = true {
		if err := r.n.waitUntil(ctx, due+1); err != nil {
			return err
		}
		if err := sleep(ctx, time.Duration(job.Seat)*closeStagger); err != nil {
			return err
		}
		info, err := taskInfoNow(ctx, r.n.cfg.Chain.Client(), r.n.cfg.Profile.Contracts.Task, job.ID)
		if err != nil {
			return err
		}
		if protocol.TaskStatus(info.Status).Final() {
			return nil // the facts are on their way
		}
		now := info.Deadlines.RevealBy
		if info.Commitments == ([protocol.Seats][32]byte{}) {
			now = info.Deadlines.CommitBy
		}
		switch {
		case now != 0 && now <= due:
			return r.attempted(r.n.exchange.Close(ctx, job.ref()))
		case now != 0:
			due = now
		case waited: // the chain that was asked does not see that the window is over
			due = r.n.cfg.Chain.Clock().Unix() + 10
		}
	}
}

// waitUntil returns when the chain's time is t.
func (n *Node) waitUntil(ctx context.Context, t uint64) error {
	for {
		left := n.cfg.Chain.Clock().Until(t)
		if left == 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, min(left, checkClock)); err != nil {
			return err
		}
	}
}

// pause spaces out tries: from a quarter of a second, doubling, to a minute.
type pause struct{ next time.Duration }

// sleep ends early when something happened.
func (p *pause) sleep(ctx context.Context, early <-chan struct{}) error {
	p.next = min(max(2*p.next, 250*time.Millisecond), time.Minute)
	t := time.NewTimer(p.next)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-early:
		return nil
	case <-t.C:
		return nil
	}
}

func (p *pause) reset() { p.next = 0 }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
