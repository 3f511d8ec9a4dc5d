package node

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"helium/backend/protocol"
	"helium/backend/store"
	"helium/inference/worker"
)

// Yielding is making room for the computer's owner: the engine ends and gives its
// memory back, and comes again when it is over. The owner's wish stays what it is.
//
// No task is lost needlessly. One that was answered needs no engine: its
// signatures go on. One in work is finished where its grace allows; otherwise it
// waits to be run anew, and when the network is told of the pause and it still
// waits, it is handed back: declined where the contract lets a node go, and else
// answered with "cannot run", which frees the other nodes at once, is never
// slashed, is not paid and scores 0, as being late would.
type Yielding struct {
	// Since is when the owner came.
	Since time.Time
	// Grace is how long from then on a task in work may keep the engine.
	Grace time.Duration
	// Leave is when the network is told. A pause that is shorter takes no
	// transaction.
	Leave time.Time
}

// beginGrace is what must be left of the grace for a task to be begun at all.
const beginGrace = time.Minute

func (y *Yielding) left(now time.Time) time.Duration { return y.Since.Add(y.Grace).Sub(now) }

// Yield makes room as y says until Yield is called with nil.
func (n *Node) Yield(y *Yielding) {
	n.mu.Lock()
	n.yielding = y
	n.mu.Unlock()
	n.gate.allow(n.mayEnter)
	signal(n.making)
	n.wake()
	n.changed()
}

func (n *Node) yieldingNow() *Yielding {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.yielding
}

// mayEnter says whether the engine may be used: for a task that was drawn, or for
// anything else.
func (n *Node) mayEnter(task bool) bool {
	y := n.yieldingNow()
	return y == nil || task && y.left(n.cfg.Now()) >= beginGrace
}

// lookForEnd is how often a task in its grace is looked at.
const lookForEnd = 200 * time.Millisecond

// makeRoom ends the engine whenever the node yields, when the task in work is
// done or its grace is over, and tells steering when the network is to be told.
func (n *Node) makeRoom(ctx context.Context) error {
	var told *Yielding
	for {
		y := n.yieldingNow()
		if y != nil && y != told && !n.cfg.Now().Before(y.Leave) {
			told = y
			n.wake()
		}
		wait, err := n.makeRoomOnce(ctx, y)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("could not free the engine, trying again", "err", err)
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-n.making:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (n *Node) makeRoomOnce(ctx context.Context, y *Yielding) (again time.Duration, err error) {
	if y == nil {
		return lookAgain, nil
	}
	now := n.cfg.Now()
	again = lookAgain
	if left := y.Leave.Sub(now); left > 0 {
		again = min(again, left)
	}
	left := y.left(now)
	working, began := n.gate.working()
	waits := left >= beginGrace && n.unanswered()
	if left > 0 && (waits || working && n.endsWithin(left, now.Sub(began))) {
		return min(again, lookForEnd), nil
	}
	if err := n.gate.clear(ctx); err != nil {
		return again, err
	}
	n.changed()
	return again, nil
}

// unanswered says whether a task is here that needs the engine.
func (n *Node) unanswered() (is bool) {
	n.cfg.Store.View(func(tx *store.Tx) error {
		return n.rows.jobs.Scan(tx, func(_ uint64, j Job) error {
			is = is || j.State == JobFetching || j.State == JobRunning
			return nil
		})
	})
	return is
}

// endsWithin says whether the task in work could be done in the time that is left.
// Nobody knows beforehand how long a text becomes; images show it by their steps.
func (n *Node) endsWithin(left, spent time.Duration) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.doing {
		done, all := max(p.Image-1, 0)*p.Steps+p.Step, p.Images*p.Steps
		if done > 0 && all > done && spent/time.Duration(done)*time.Duration(all-done) > left {
			return false
		}
	}
	return true
}

// makeWay waits while the node yields. A task that waits when the network is told
// is handed back.
func (r *runner) makeWay(ctx context.Context, job Job) (handed bool, err error) {
	n := r.n
	for {
		y := n.yieldingNow()
		if y == nil || n.mayEnter(true) {
			return false, nil
		}
		left := y.Leave.Sub(n.cfg.Now())
		if left <= 0 {
			break
		}
		if err := sleep(ctx, min(left, lookForEnd)); err != nil {
			return false, err
		}
	}
	if !r.begun {
		if handled, err := r.decline(ctx, job); handled || err != nil {
			return true, err
		}
	}
	return true, r.giveUp(ctx, job, &verdict{protocol.KindCannotRun, errors.New("the computer's owner needs it")})
}

// heeding is the wish as long as nobody needs the computer, and to pause once
// somebody has needed it for a while.
func (n *Node) heeding(wish Wish, s protocol.NodeStatus) Wish {
	y := n.yieldingNow()
	if y == nil || wish != WishRun {
		return wish
	}
	switch s {
	case protocol.NodeAvailable, protocol.NodeBusy:
		if n.cfg.Now().Before(y.Leave) {
			return wish
		}
	}
	return WishPause
}

// shown is the status of a node that yields, as its owner sees it.
func (y *Yielding) shown(w Wish, s protocol.NodeStatus, as Status) Status {
	switch {
	case y == nil || w != WishRun || s == protocol.NodePendingQuit, as == StatusStarting, as == StatusBlocked:
		return as
	case s == protocol.NodeBusy:
		return StatusPausing
	}
	return StatusPaused
}

// errYields: the engine can't be used now.
var errYields = errors.New("the computer's owner needs it")

// gate stands before the engine, so that nothing starts it while the node yields.
type gate struct {
	Engine

	// mu guards everything that follows.
	mu      sync.Mutex
	allowed func(task bool) bool
	inside  map[*visit]bool
	freed   bool
}

// visit is one call to the engine.
type visit struct {
	cancel func()
	task   bool
	began  time.Time
}

func newGate(e Engine) *gate {
	return &gate{Engine: e, allowed: func(bool) bool { return true }, inside: map[*visit]bool{}}
}

func (g *gate) allow(allowed func(task bool) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.allowed = allowed
}

// through makes a call, unless the gate is shut; clearing the gate ends it.
func through[T any](outer context.Context, g *gate, task bool, call func(context.Context) (T, error)) (got T, err error) {
	ctx, cancel := context.WithCancel(outer)
	defer cancel()
	v := &visit{cancel, task, time.Now()}
	g.mu.Lock()
	if !g.allowed(task) {
		g.mu.Unlock()
		return got, errYields
	}
	g.inside[v], g.freed = true, false
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		delete(g.inside, v)
		g.mu.Unlock()
	}()
	got, err = call(ctx)
	if err != nil && ctx.Err() != nil && outer.Err() == nil {
		return got, errYields // whatever an engine says that is being ended
	}
	return got, err
}

// working says whether the engine has a task, and since when.
func (g *gate) working() (is bool, began time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for v := range g.inside {
		if v.task {
			return true, v.began
		}
	}
	return false, began
}

// isFree says whether the engine has ended, and nothing has started it since.
func (g *gate) isFree() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.freed
}

// clear ends every call and the engine.
func (g *gate) clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		g.mu.Lock()
		free, calls := g.freed, len(g.inside)
		for v := range g.inside {
			v.cancel()
		}
		g.mu.Unlock()
		if free {
			return nil
		}
		// A call that was about to start an engine may have done so meanwhile.
		if err := g.Engine.Yield(ctx); err != nil {
			return fmt.Errorf("end the engine: %w", err)
		}
		if calls == 0 {
			g.mu.Lock()
			g.freed = len(g.inside) == 0
			g.mu.Unlock()
			continue
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("end the engine: %w", err)
		}
	}
}

// rest ends the engine if nobody uses it.
func (g *gate) rest(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.freed || len(g.inside) > 0 {
		return nil
	}
	if err := g.Engine.Yield(ctx); err != nil {
		return fmt.Errorf("end the engine: %w", err)
	}
	g.freed = true
	return nil
}

// Info implements Engine.
func (g *gate) Info(ctx context.Context) (worker.Info, error) {
	return through(ctx, g, false, g.Engine.Info)
}

// Memory implements Engine.
func (g *gate) Memory(ctx context.Context) (worker.Memory, error) {
	return through(ctx, g, false, g.Engine.Memory)
}

// RunGPT implements Engine.
func (g *gate) RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	return through(ctx, g, true, func(ctx context.Context) (worker.Result, error) { return g.Engine.RunGPT(ctx, r, onDelta) })
}

// RunAnew implements Engine: the probe of a node that joins.
func (g *gate) RunAnew(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	return through(ctx, g, false, func(ctx context.Context) (worker.Result, error) { return g.Engine.RunAnew(ctx, r, onDelta) })
}

// RunSD implements Engine.
func (g *gate) RunSD(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error) {
	return through(ctx, g, true, func(ctx context.Context) (worker.SDResult, error) { return g.Engine.RunSD(ctx, r, onProgress) })
}

// RunSDAnew implements Engine.
func (g *gate) RunSDAnew(ctx context.Context, r worker.SDRequest, onProgress func(worker.ImageProgress)) (worker.SDResult, error) {
	return through(ctx, g, false, func(ctx context.Context) (worker.SDResult, error) { return g.Engine.RunSDAnew(ctx, r, onProgress) })
}
