package relay

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// TaskRoles is what a relay must know of a task, all of it from the chain.
type TaskRoles struct {
	ID      protocol.TaskID
	Type    protocol.TaskType
	Creator common.Address
	Nodes   [protocol.Seats]common.Address
	// Ended is the chain time of the task's end; zero while it runs.
	Ended time.Time
}

func (t TaskRoles) isNode(a common.Address) bool { return slices.Contains(t.Nodes[:], a) }

// Tasks knows the chain's tasks.
type Tasks interface {
	// Task waits until the task is seen on chain or ctx ends. With a ctx that
	// has ended already it answers from what it knows.
	Task(ctx context.Context, key protocol.TaskKey) (TaskRoles, error)
}

// role is a set of parts in a task.
type role uint8

const (
	roleCreator role = 1 << iota
	roleNode
)

// roles answers what who is in the task, when that is one of want. It waits a
// bounded time for the relay to see the task.
func (r *Relay) roles(ctx context.Context, key protocol.TaskKey, who *account, want role) (TaskRoles, error) {
	known, cancel := context.WithCancel(ctx)
	cancel()
	t, err := r.cfg.Tasks.Task(known, key)
	if err != nil {
		if !who.waits.take() {
			return TaskRoles{}, refuse(429, "too_many_waits", "too many requests wait for tasks that the chain has not shown", "check the task keys")
		}
		defer who.waits.give()
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.cfg.Limits.TaskWait)
		defer cancel()
		t, err = r.cfg.Tasks.Task(ctx, key)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return TaskRoles{}, refuse(404, "unknown_task", "the chain has not shown this task", "check the task key and the network")
	case err != nil:
		return TaskRoles{}, err
	}

	var have role
	if t.Creator == who.address {
		have |= roleCreator
	}
	if t.isNode(who.address) {
		have |= roleNode
	}
	if have&want == 0 {
		return TaskRoles{}, refuse(403, "not_yours", "the chain gives "+who.address.Hex()+" no such part in this task", "sign in with the wallet that created the task or was drawn for it")
	}
	if !t.Ended.IsZero() && r.cfg.Now().After(t.Ended.Add(r.cfg.Retention)) {
		return TaskRoles{}, refuse(410, "expired", "the task ended so long ago that the relay keeps nothing of it", "")
	}
	return t, nil
}
