package creator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

const (
	// pushAgain is how often the queue is looked at though nothing was heard.
	pushAgain = 15 * time.Second
	// pushPause is between two looks, however much is heard.
	pushPause = 200 * time.Millisecond
)

// push starts queued tasks when nodes are free, and tells those that wait
// where they stand. It acts on what the watcher hears.
func (c *Creator) push(ctx context.Context) {
	tick := time.NewTicker(pushAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.pushes:
		case <-tick.C:
		}
		queued := c.queued()
		if len(queued) == 0 {
			continue
		}
		if err := c.pushOnce(ctx, queued); err != nil && ctx.Err() == nil {
			c.log.Warn("queued tasks could not be moved on", "err", err)
		}
		if !sleep(ctx, pushPause) {
			return
		}
	}
}

func (c *Creator) pushOnce(ctx context.Context, queued []*Task) error {
	l, err := c.network.line(ctx)
	if err != nil {
		return err
	}
	for _, t := range queued {
		t.showPlace(l)
	}
	if next := l.next(queued); next != 0 {
		return c.dispatch(ctx, next, l.after(next, queued, c.network.prices().candidates))
	}
	return nil
}

// queued are this creator's queued tasks.
func (c *Creator) queued() (all []*Task) {
	for _, t := range c.openTasks() {
		if t.Record().State == Queued {
			all = append(all, t)
		}
	}
	return all
}

// showPlace tells where the task stands, when that is news.
func (t *Task) showPlace(l *line) {
	r := t.Record()
	q, waits := l.find(r.Type, r.TaskID)
	if !waits {
		return
	}
	ahead := func(of protocol.TaskType) int { return l.before(of, q) }
	place := place{ahead(r.Type) + 1, roughly(l.wait(t.c.network.prices(), r.size(), &t.c.pace, ahead))}
	t.mu.Lock()
	news := t.place != place
	t.place = place
	t.mu.Unlock()
	if news {
		t.emit(Event{Stage: StageQueued, Position: place.position, Wait: place.wait})
	}
}

// Place is where the task stands in the queue, from 1, and roughly for how long;
// zero when it does not wait, or before that is known.
func (t *Task) Place() (position int, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.record.State != Queued {
		return 0, 0
	}
	return t.place.position, t.place.wait
}

// place is where a task stands in the queue, from 1, and for how long.
type place struct {
	position int
	wait     time.Duration
}

// roughly is a wait that does not pretend to be exact, rounded up.
func roughly(d time.Duration) time.Duration {
	step := time.Minute
	switch {
	case d <= 10*time.Second:
		step = time.Second
	case d <= time.Minute:
		step = 5 * time.Second
	case d <= 10*time.Minute:
		step = 30 * time.Second
	}
	return (d + step - 1).Truncate(step)
}

// next is the waiting task whose turn it is, anybody's, when the free nodes could
// run one of these; 0 when they could not.
func (l *line) next(queued []*Task) protocol.TaskID {
	best := l.best()
	ours := slices.ContainsFunc(queued, func(t *Task) bool {
		r := t.Record()
		_, waits := l.find(r.Type, r.TaskID)
		return waits && l.drawable(r.size())
	})
	if best == nil || !ours {
		return 0
	}
	id, err := protocol.TaskIDFromBig(best.TaskId)
	if err != nil {
		return 0
	}
	return id
}

// mostTurns is how many tasks are started in a block: their gas is a sixth of it.
const mostTurns = 40

// after are the tasks that could be drawn in the same block, behind the next one:
// those of queued that follow each other in the queue, as far as there are free
// nodes. Tasks of others are theirs to start, or two would pay for it.
func (l *line) after(next protocol.TaskID, queued []*Task, candidates int) (ids []protocol.TaskID) {
	ours := map[protocol.TaskID]bool{}
	for _, t := range queued {
		ours[t.Record().TaskID] = true
	}
	for i, t := range l.turns(mostTurns) {
		id, err := protocol.TaskIDFromBig(t.TaskId)
		left := int(from(l.free[t.typ], t.step)) - i*protocol.Seats
		switch {
		case i == 0 && id == next:
		case err != nil || !ours[id] || left < max(candidates, protocol.Seats):
			return ids
		default:
			ids = append(ids, id)
		}
	}
	return ids
}

// dispatch starts the task, or a better one that has come before it meanwhile, and
// behind it those that follow. It sends nothing that the contract would refuse now,
// but for what follows: whether its turn has come then shows only in the block.
func (c *Creator) dispatch(ctx context.Context, id protocol.TaskID, follow []protocol.TaskID) error {
	task := contracts.NewTask()
	// Each refusal may name a better task; two steps are as many as it takes.
	for range 2 {
		data := task.PackDispatch(id.Big())
		_, err := c.chain.CallContract(ctx, ethereum.CallMsg{
			From: c.sender.Address(), To: &c.profile.Contracts.Task, Data: data, Gas: contracts.TaskGas,
		}, nil)
		switch better, due, err := whyNot(err); {
		case err != nil:
			return fmt.Errorf("look at task %s: %w", id, err)
		case better != 0:
			id, follow = better, nil
			continue
		case !due:
			return nil
		}
		head, err := c.chain.BlockNumber(ctx)
		if err != nil {
			return fmt.Errorf("read chain head: %w", err)
		}
		return c.sendTurns(ctx, append([]protocol.TaskID{id}, follow...), head)
	}
	return nil
}

// sendTurns sends one transaction a task, which the chain executes in this order,
// and waits for all.
func (c *Creator) sendTurns(ctx context.Context, ids []protocol.TaskID, head uint64) error {
	var intents []chain.Intent
	for _, id := range ids {
		intents = append(intents, chain.Intent{
			// One try a block: the next may find other nodes free.
			Key: fmt.Sprintf("creator/dispatch/%s/%d", id, head),
			To:  c.profile.Contracts.Task, Data: contracts.NewTask().PackDispatch(id.Big()), GasLimit: contracts.TaskGas,
		})
	}
	if err := c.sender.Enqueue(intents...); err != nil {
		return fmt.Errorf("dispatch tasks: %w", err)
	}
	for i, in := range intents {
		if _, err := c.sender.Submit(ctx, in); err != nil && !isRevert(err) {
			return fmt.Errorf("dispatch task %s: %w", ids[i], err)
		}
	}
	return nil
}

func isRevert(err error) bool {
	var revert *chain.RevertError
	return errors.As(err, &revert)
}

// whyNot reads the answer to a dispatch that was only tried.
func whyNot(err error) (better protocol.TaskID, due bool, _ error) {
	if err == nil {
		return 0, true, nil
	}
	revert, refused := chain.AsRevert(err, contracts.DecodeError)
	if !refused {
		return 0, false, err
	}
	var why *contracts.Refusal
	if !errors.As(revert, &why) {
		return 0, false, nil
	}
	switch why.Name {
	case "DispatchTooEarly":
		return 0, true, nil // by the time it is mined it is not
	case "NotNext":
		better, err := taskIDArg(why.Args["better"])
		return better, false, err
	}
	return 0, false, nil
}
