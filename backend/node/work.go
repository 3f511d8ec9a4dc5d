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

// runner takes one draw of a job through its states.
type runner struct {
	n    *Node
	id   protocol.TaskID
	key  protocol.TaskKey
	wake chan struct{} // holds an element when facts came in
	// complaint holds an element when there may be something to complain of.
	complaint chan struct{}
	// args are the task's arguments, once they were fetched.
	args *arguments
	// begun: the engine had the task in this process already, or in the one before.
	begun bool
	// worked is what the engine did that is not in the journal yet.
	worked Work

	// life ends with the runner.
	life context.Context
	// storing keeps the sealed answer at the relay, beside everything else.
	storing sync.Once
	own     sync.WaitGroup

	// lastMu guards the job as it was last read, or why it could not be, when so much
	// had been written.
	lastMu      sync.Mutex
	last        Job
	lastErr     error
	lastVersion uint64
	lastWrites  uint64
	lastKnown   bool

	// readyAll is closed when all three have the arguments.
	readyAll chan struct{}
	// readyMu guards everything that follows.
	readyMu  sync.Mutex
	ready    [protocol.Seats]bool
	allReady bool
}

func (n *Node) newRunner(id protocol.TaskID) *runner {
	return &runner{
		n: n, id: id, wake: make(chan struct{}, 1), complaint: make(chan struct{}, 1),
		readyAll: make(chan struct{}),
	}
}

// resume finds the jobs that the last run left, before the chain is followed.
func (n *Node) resume() error {
	return n.cfg.Store.View(func(tx *store.Tx) error {
		return n.rows.jobs.Scan(tx, func(id uint64, j Job) error {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.mine[protocol.TaskID(id)] = true
			if j.State != JobEnded {
				n.waiting[protocol.TaskID(id)] = true
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
			r := n.newRunner(id)
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
	delete(n.doing, r.id)
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

// run takes the job to its end, or to where it is drawn anew.
func (r *runner) run(ctx context.Context) error {
	job, err := r.job()
	if err != nil {
		return ignoreMissing(err)
	}
	r.key = job.Key
	r.own.Go(func() { r.listen(ctx, job) })
	r.own.Go(func() { r.complain(ctx) })
	var wait pause
	for {
		job, err := r.job()
		if errors.Is(err, store.ErrNotFound) || err == nil && (job.State == JobEnded || job.Key != r.key) {
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
		moved, err := r.act(ctx, job)
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

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// act does what a state is for. moved says that the state has changed.
func (r *runner) act(ctx context.Context, job Job) (moved bool, err error) {
	switch job.State {
	case JobFetching:
		return r.during(ctx, job, r.fetch)
	case JobRunning:
		return r.during(ctx, job, r.compute)
	}
	err = r.pursue(ctx)
	return err == nil, err
}

// stepOf names the beginning of a state, for tests that stop there.
func stepOf(s JobState) string {
	return map[JobState]string{
		JobFetching: "drawn", JobRunning: "arguments", JobCommitted: "committed", JobRevealed: "revealed",
	}[s]
}

// job is the job as the journal has it. What it points to is shared: change a job
// with change alone. It is read when something was written since it was last read:
// whoever is woken by a write comes after it was counted.
func (r *runner) job() (Job, error) {
	r.lastMu.Lock()
	defer r.lastMu.Unlock()
	writes := r.n.writes.Load()
	if r.lastKnown && writes == r.lastWrites && !r.n.rewound.Load() {
		return r.last, r.lastErr
	}
	r.lastErr = r.n.cfg.Store.View(func(tx *store.Tx) error {
		job, version, fresh, err := r.n.rows.jobs.Fresh(tx, uint64(r.id), r.lastVersion)
		if err == nil && fresh {
			r.last, r.lastVersion = job, version
		}
		return err
	})
	r.lastWrites, r.lastKnown = writes, r.lastErr == nil || errors.Is(r.lastErr, store.ErrNotFound)
	return r.last, r.lastErr
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
			if left := r.n.cfg.Chain.Clock().Until(windowEnd(job)); left > 0 {
				window.Reset(min(left, r.n.every))
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
	return time.NewTimer(min(r.n.cfg.Chain.Clock().Until(windowEnd(job)), r.n.every))
}

// windowEnd is when no commitment is taken any more.
func windowEnd(job Job) uint64 { return job.CommitBy + protocol.CommitGraceSeconds + 1 }

func (r *runner) windowOver() error {
	return r.change(func(j *Job) {
		j.Missed = j.Missed || !j.given()
		j.WindowOver = true
	})
}

// change writes what this node did.
func (r *runner) change(change func(*Job)) error {
	err := r.n.updateJobs(func(tx *store.Tx) error { return r.n.changeJob(tx, r.id, change) })
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
		r.n.health.raise(ReasonNoGas, protocol.Quote(failed.err.Error()))
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

// pause spaces out tries: from a quarter of a second, doubling, to a minute.
type pause struct{ next time.Duration }

// sleep ends early when something happened.
func (p *pause) sleep(ctx context.Context, early <-chan struct{}) error {
	t := time.NewTimer(p.grow())
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

// grow is the next pause.
func (p *pause) grow() time.Duration {
	p.next = min(max(2*p.next, 250*time.Millisecond), time.Minute)
	return p.next
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
