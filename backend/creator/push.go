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

// pushAgain is how often the queue is looked at though nothing was heard.
const pushAgain = 15 * time.Second

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
		for _, t := range queued {
			c.showPosition(ctx, t)
		}
		if err := c.dispatch(ctx, queued[0].Record().TaskID); err != nil && ctx.Err() == nil {
			c.log.Warn("queued task could not be dispatched", "err", err)
		}
	}
}

// queued are this creator's queued tasks, oldest first.
func (c *Creator) queued() (all []*Task) {
	for _, t := range c.openTasks() {
		if t.Record().State == Queued {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *Task) int { return int(a.Record().TaskID) - int(b.Record().TaskID) })
	return all
}

func (c *Creator) showPosition(ctx context.Context, t *Task) {
	n := c.network
	at, err := ask(ctx, c.chain, n.at.Task, n.task.PackQueuePosition(t.Record().TaskID.Big()), n.task.UnpackQueuePosition)
	if err != nil || !at.IsInt64() {
		return // not queued any more
	}
	position := int(at.Int64())
	t.mu.Lock()
	news := t.position != position
	t.position = position
	t.mu.Unlock()
	if news {
		t.emit(Event{Stage: StageQueued, Position: position})
	}
}

// dispatch starts the task, or the better one that goes before it. It sends
// nothing that the contract would refuse now.
func (c *Creator) dispatch(ctx context.Context, id protocol.TaskID) error {
	task := contracts.NewTask()
	// Each refusal may name a better task; two steps are as many as it takes.
	for range 2 {
		data := task.PackDispatch(id.Big())
		_, err := c.chain.CallContract(ctx, ethereum.CallMsg{
			From: c.sender.Address(), To: &c.profile.Contracts.Task, Data: data, Gas: contracts.DrawGas,
		}, nil)
		switch better, due, err := whyNot(err); {
		case err != nil:
			return fmt.Errorf("look at task %s: %w", id, err)
		case better != 0:
			id = better
			continue
		case !due:
			return nil
		}
		head, err := c.chain.BlockNumber(ctx)
		if err != nil {
			return fmt.Errorf("read chain head: %w", err)
		}
		_, err = c.sender.Submit(ctx, chain.Intent{
			// One try a block: the next may find other nodes free.
			Key: fmt.Sprintf("creator/dispatch/%s/%d", id, head),
			To:  c.profile.Contracts.Task, Data: data, GasLimit: contracts.DrawGas,
		})
		if err != nil && !isRevert(err) {
			return fmt.Errorf("dispatch task %s: %w", id, err)
		}
		return nil
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
