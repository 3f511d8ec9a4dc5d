package creator

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// steps is how many memory steps there are, see INode.
const steps = 15

// stepGB are the steps' sizes.
var stepGB = [steps]uint16{1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 128}

// stepRoundedUp is the smallest step that holds a task; steps when none does.
func stepRoundedUp(gb uint16) int {
	for step, size := range stepGB {
		if size >= gb {
			return step
		}
	}
	return steps
}

// line is the queue, and the nodes that it waits for, as of one moment.
type line struct {
	// capacity is how many tasks of one type and step may wait.
	capacity int
	// lists are the waiting tasks by type and step, best first.
	lists [2][steps][]contracts.QueuedTask
	// reach is one more than the highest step from which nodes of a type could be
	// drawn now; they could be drawn for all steps below it too.
	reach [2]int
	// joined are the nodes of each step that could run a task of a type, free or not.
	joined [2][steps]uint32
	// free are those of them that could be drawn now.
	free [2][steps]uint32
}

// longestLook bounds what is read of one list. What stands behind it does not
// count: nobody who stands there waits for an exact place.
const longestLook = 2000

// askComing calls a view as of the block that is being made: whether nodes may be
// drawn depends on its time, and the newest block's may be long past. Where the
// chain's node knows of no such block, the newest has to do.
func askComing[T any](ctx context.Context, n *network, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	answer, err := askAt(ctx, n.chain, big.NewInt(int64(rpc.PendingBlockNumber)), to, data, unpack)
	if err != nil && ctx.Err() == nil {
		return ask(ctx, n.chain, to, data, unpack)
	}
	return answer, err
}

// line looks at the queue and the nodes.
func (n *network) line(ctx context.Context) (*line, error) {
	l := &line{}
	waiting := false
	reads, here := errgroup.WithContext(ctx)
	reads.Go(func() error {
		counts, err := askComing(here, n, n.at.Task, n.task.PackCounts(), n.task.UnpackCounts)
		waiting = err == nil && counts.Waiting.Sign() > 0
		return err
	})
	reads.Go(func() error {
		capacity, err := askComing(here, n, n.at.Task, n.task.PackQueueCapacity(), n.task.UnpackQueueCapacity)
		if err == nil {
			l.capacity = int(capacity.Int64())
		}
		return err
	})
	reads.Go(func() error {
		reach, err := askComing(here, n, n.at.Node, n.node.PackReach(), n.node.UnpackReach)
		l.reach = [2]int{protocol.StableDiffusion: int(reach.StableDiffusion), protocol.GPT: int(reach.Gpt)}
		return err
	})
	reads.Go(func() error {
		nodes, err := askComing(here, n, n.at.Node, n.node.PackSteps(), n.node.UnpackSteps)
		l.joined = [2][steps]uint32{protocol.StableDiffusion: nodes.Joined, protocol.GPT: nodes.JoinedGPT}
		l.free = [2][steps]uint32{protocol.StableDiffusion: nodes.Free, protocol.GPT: nodes.FreeGPT}
		return err
	})
	if err := reads.Wait(); err != nil {
		return nil, fmt.Errorf("look at the queue: %w", err)
	}
	if !waiting {
		return l, nil
	}
	if err := n.readLists(ctx, l); err != nil {
		return nil, fmt.Errorf("look at the queue: %w", err)
	}
	return l, nil
}

func (n *network) readLists(ctx context.Context, l *line) error {
	length := big.NewInt(longestLook)
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(8)
	for t := range l.lists {
		for step := range l.lists[t] {
			reads.Go(func() (err error) {
				call := n.task.PackQueued(uint8(t), uint8(step), length)
				l.lists[t][step], err = askComing(ctx, n, n.at.Task, call, n.task.UnpackQueued)
				return err
			})
		}
	}
	return reads.Wait()
}

// could reports whether joined nodes could ever run a task of that size.
func (l *line) could(s Size) bool { return l.able(s) >= protocol.Seats }

// able is how many joined nodes could run a task of that size, free or not.
func (l *line) able(s Size) uint32 { return from(l.joined[s.Type], stepRoundedUp(s.MinVRAMGB)) }

// from counts the nodes of a step and those above it.
func from(nodes [steps]uint32, step int) (n uint32) {
	for ; step < steps; step++ {
		n += nodes[step]
	}
	return n
}

// drawable reports whether nodes for a task of that size could be drawn now.
func (l *line) drawable(s Size) bool { return stepRoundedUp(s.MinVRAMGB) < l.reach[s.Type] }

// best is the most valuable of the waiting tasks that the free nodes could run,
// the older of equals; nil when none of them could be run.
func (l *line) best() (best *contracts.QueuedTask) {
	for t := range l.lists {
		for step := range l.reach[t] {
			if list := l.lists[t][step]; len(list) > 0 && (best == nil || before(list[0], *best)) {
				best = &list[0]
			}
		}
	}
	return best
}

// turn is a waiting task that the free nodes could run, with where it stands.
type turn struct {
	contracts.QueuedTask
	typ  protocol.TaskType
	step int
}

// turns are the tasks that the free nodes could run, in the order in which they
// can be drawn, at most so many.
func (l *line) turns(most int) (all []turn) {
	for t := range l.lists {
		for step := range l.reach[t] {
			for _, q := range l.lists[t][step][:min(most, len(l.lists[t][step]))] {
				all = append(all, turn{q, protocol.TaskType(t), step})
			}
		}
	}
	slices.SortFunc(all, func(a, b turn) int {
		if before(a.QueuedTask, b.QueuedTask) {
			return -1
		}
		return 1
	})
	return all[:min(most, len(all))]
}

// before is the order of the queue. An id's upper part counts tasks, so the
// older has the lower one.
func before(a, b contracts.QueuedTask) bool {
	if order := a.Value.Cmp(b.Value); order != 0 {
		return order > 0
	}
	return a.TaskId.Cmp(b.TaskId) < 0
}

// ahead counts the waiting tasks of a type that go before a newcomer of that
// value: those that are worth as much.
func (l *line) ahead(t protocol.TaskType, value *big.Int) (n int) {
	for _, list := range l.lists[t] {
		for _, q := range list {
			if q.Value.Cmp(value) < 0 {
				break
			}
			n++
		}
	}
	return n
}

// before counts the waiting tasks of a type that go before one of them.
func (l *line) before(t protocol.TaskType, q contracts.QueuedTask) (n int) {
	for _, list := range l.lists[t] {
		for _, other := range list {
			if !before(other, q) {
				break
			}
			n++
		}
	}
	return n
}

// waiting counts the tasks of a type.
func (l *line) waiting(t protocol.TaskType) (n int) {
	for _, list := range l.lists[t] {
		n += len(list)
	}
	return n
}

// find is a waiting task by its id.
func (l *line) find(t protocol.TaskType, id protocol.TaskID) (q contracts.QueuedTask, ok bool) {
	for _, list := range l.lists[t] {
		for _, q := range list {
			if q.TaskId.Cmp(id.Big()) == 0 {
				return q, true
			}
		}
	}
	return q, false
}

// full is the value that a newcomer must be worth more than to get into the list
// of its type and step; nil while the list has room.
func (l *line) full(s Size) *big.Int {
	step := stepRoundedUp(s.MinVRAMGB)
	if step == steps || len(l.lists[s.Type][step]) < max(l.capacity, 1) {
		return nil
	}
	list := l.lists[s.Type][step]
	return list[len(list)-1].Value
}

// look is a line that was read a moment ago, for many who ask at once.
type look struct {
	// mu guards everything that follows, and lets one ask the chain for all.
	mu   sync.Mutex
	seen *line
	at   time.Time
}

// freshLook is how old what is read may be.
const freshLook = time.Second

func (k *look) line(ctx context.Context, n *network, now time.Time) (*line, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen != nil && now.Sub(k.at) < freshLook {
		return k.seen, nil
	}
	l, err := n.line(ctx)
	if err != nil {
		return nil, err
	}
	k.seen, k.at = l, now
	return l, nil
}
