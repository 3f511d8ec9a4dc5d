package node

import (
	"context"
	"errors"
	"time"

	"helium/backend/store"
)

// Work is time that the engine worked on tasks, and the energy of as much of it
// as was measured. All of it is exact: nothing is rounded before it is shown.
type Work struct {
	Millis uint64 `json:"millis"`
	// MeasuredMillis of Millis were measured, and took Microjoules.
	MeasuredMillis uint64 `json:"measured_millis,omitempty"`
	Microjoules    uint64 `json:"microjoules,omitempty"`
}

// Add is both together.
func (w Work) Add(o Work) Work {
	return Work{w.Millis + o.Millis, w.MeasuredMillis + o.MeasuredMillis, w.Microjoules + o.Microjoules}
}

// Meter measures what the hardware at work draws; *sense.Meter is one.
type Meter interface {
	// Measure begins, and does not block. done ends it and says what was drawn since;
	// false where it could not be measured from beginning to end.
	Measure(ctx context.Context) (done func() (microjoules uint64, ok bool))
}

// working begins to count work; what it returns ends that.
func (n *Node) working(ctx context.Context) (done func() Work) {
	began := time.Now()
	measured := func() (uint64, bool) { return 0, false }
	if n.cfg.Meter != nil {
		measured = n.cfg.Meter.Measure(ctx)
	}
	return func() Work {
		microjoules, ok := measured()
		w := Work{Millis: uint64(time.Since(began).Milliseconds())}
		if ok {
			w.MeasuredMillis, w.Microjoules = w.Millis, microjoules
		}
		return w
	}
}

// keepWork adds work to the quarter of an hour in which it ended. It was done
// whatever becomes of the task, so nothing takes it back.
func (n *Node) keepWork(tx *store.Tx, w Work) error {
	if w == (Work{}) {
		return nil
	}
	quarter := quarterOf(n.cfg.Now())
	row, err := n.rows.work.Get(tx, quarter)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return n.rows.work.Put(tx, quarter, row.Add(w))
}

// takeWork is what the runner's engine did since it was last taken.
func (r *runner) takeWork() Work {
	w := r.worked
	r.worked = Work{}
	return w
}

// leaveWork keeps work that led to no answer.
func (r *runner) leaveWork(job Job) {
	w := r.takeWork()
	if w == (Work{}) {
		return
	}
	err := r.n.updateJobs(func(tx *store.Tx) error {
		if err := r.n.keepWork(tx, w); err != nil {
			return err
		}
		return r.n.changeJob(tx, job.ID, func(j *Job) { j.Work = j.Work.Add(w) })
	})
	if err != nil {
		r.n.log.Warn("the work on a task was not counted", "task", job.ID, "err", err)
	}
}
