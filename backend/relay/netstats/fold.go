package netstats

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

const (
	taskTypes = 2  // as protocol.TaskType numbers them
	outcomes  = 9  // as protocol.Outcome numbers them
	scores    = 21 // 0 to 20
	// keepDays is how many days have a row: thirty, and today.
	keepDays = 31
)

type card struct {
	name   string
	vramGB uint16
}

type node struct {
	class  common.Hash
	status protocol.NodeStatus
}

type task struct {
	kind    protocol.TaskType
	created int64
	queued  bool
}

// day is what happened in a day (UTC).
type day struct {
	created [taskTypes]uint64
	ended   [taskTypes][outcomes]uint64
	scores  [scores]uint64
	paid    *big.Int // to nodes, in wei of CNX
	took    [taskTypes]histogram
}

func newDay() *day { return &day{paid: new(big.Int)} }

func (d *day) clone() *day {
	c := *d
	c.paid = new(big.Int).Set(d.paid)
	return &c
}

func (d *day) add(o *day) {
	for t := range taskTypes {
		d.created[t] += o.created[t]
		for i := range outcomes {
			d.ended[t][i] += o.ended[t][i]
		}
		d.took[t].add(&o.took[t])
	}
	for i := range scores {
		d.scores[i] += o.scores[i]
	}
	d.paid.Add(d.paid, o.paid)
}

// histogram counts seconds in steps of 5 %, which is finer than the chain's clock
// below 20 s.
type histogram [320]uint32

const step = 1.05

func (h *histogram) note(seconds int64) {
	i := 0
	if seconds > 0 {
		i = min(1+int(math.Log(float64(seconds))/math.Log(step)+1e-9), len(h)-1)
	}
	h[i]++
}

func (h *histogram) add(o *histogram) {
	for i := range h {
		h[i] += o[i]
	}
}

// median is -1 where nothing was counted.
func (h *histogram) median() int64 {
	total := uint64(0)
	for _, n := range h {
		total += uint64(n)
	}
	if total == 0 {
		return -1
	}
	seen := uint64(0)
	for i, n := range h {
		if seen += uint64(n); seen*2 >= total {
			if i == 0 {
				return 0
			}
			return int64(math.Ceil(math.Pow(step, float64(i-1)) - 1e-6))
		}
	}
	return -1
}

// fold is what the logs so far amount to.
type fold struct {
	events *contracts.Events
	cards  map[common.Hash]card
	nodes  map[common.Address]node
	tasks  map[protocol.TaskID]task
	days   map[int64]*day // by Unix time over a day's seconds
}

func newFold(events *contracts.Events) *fold {
	return &fold{
		events: events, cards: map[common.Hash]card{}, nodes: map[common.Address]node{},
		tasks: map[protocol.TaskID]task{}, days: map[int64]*day{},
	}
}

func (f *fold) clone() *fold {
	c := &fold{events: f.events, cards: maps.Clone(f.cards), nodes: maps.Clone(f.nodes), tasks: maps.Clone(f.tasks), days: map[int64]*day{}}
	for n, d := range f.days {
		c.days[n] = d.clone()
	}
	return c
}

// daySeconds are those of a day.
const daySeconds = int64(24 * time.Hour / time.Second)

// day is the row of a time; those that are too old go.
func (f *fold) day(at int64) *day {
	n := at / daySeconds
	if d := f.days[n]; d != nil {
		return d
	}
	f.days[n] = newDay()
	for old := range f.days {
		if old <= n-keepDays {
			delete(f.days, old)
		}
	}
	return f.days[n]
}

// apply takes a log. A log that a newer contract may write says nothing.
func (f *fold) apply(l *types.Log, at int64) error {
	event, err := f.events.Parse(l)
	if errors.Is(err, contracts.ErrUnknownEvent) {
		return nil
	}
	if err != nil {
		return err
	}
	switch e := event.(type) {
	case *contracts.NodeClassAdded:
		f.cards[e.ClassId] = card{e.Card, e.VramGB}
	case *contracts.NodeNodeJoined:
		f.nodes[e.Node] = node{e.ClassId, protocol.NodePaused}
	case *contracts.NodeNodeStatusChanged:
		f.move(e.Node, protocol.NodeStatus(e.Status))
	case *contracts.NodeNodeSlashed:
		if f.nodes[e.Node].status != protocol.NodePendingQuit { // else a task holds it still
			delete(f.nodes, e.Node)
		}
	case *contracts.TaskTaskCreated:
		return f.created(e, at)
	case *contracts.TaskTaskQueued:
		return f.change(e.TaskId, func(t *task) { t.queued = true })
	case *contracts.TaskTaskDrawn:
		for _, n := range e.Nodes {
			if f.nodes[n].status == protocol.NodeAvailable {
				f.move(n, protocol.NodeBusy)
			}
		}
		return f.change(e.TaskId, func(t *task) { t.queued = false })
	case *contracts.TaskTaskEnded:
		return f.end(e, at)
	case *contracts.TaskNodePaid:
		f.release(e.Node)
		f.score(e.Score, at)
		d := f.day(at)
		d.paid.Add(d.paid, e.Amount)
	case *contracts.TaskNodeReleased:
		f.release(e.Node)
		f.score(e.Score, at)
	case *contracts.TaskNodeDeviated:
		f.release(e.Node)
		f.score(0, at)
	}
	return nil
}

func (f *fold) move(a common.Address, to protocol.NodeStatus) {
	n, joined := f.nodes[a]
	switch {
	case to == protocol.NodeQuit:
		delete(f.nodes, a)
	case joined:
		n.status = to
		f.nodes[a] = n
	}
}

// release is what a task's end does to a node that it held.
func (f *fold) release(a common.Address) {
	switch f.nodes[a].status {
	case protocol.NodeBusy:
		f.move(a, protocol.NodeAvailable)
	case protocol.NodePendingPause:
		f.move(a, protocol.NodePaused)
	case protocol.NodePendingQuit:
		f.move(a, protocol.NodeQuit)
	}
}

func (f *fold) score(score uint8, at int64) {
	f.day(at).scores[min(int(score), scores-1)]++
}

func (f *fold) created(e *contracts.TaskTaskCreated, at int64) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	if e.TaskType >= taskTypes {
		return fmt.Errorf("task %s has the unknown type %d", id, e.TaskType)
	}
	f.tasks[id] = task{kind: protocol.TaskType(e.TaskType), created: at}
	f.day(at).created[e.TaskType]++
	return nil
}

func (f *fold) change(id *big.Int, how func(*task)) error {
	key, err := protocol.TaskIDFromBig(id)
	if err != nil {
		return err
	}
	if t, ok := f.tasks[key]; ok {
		how(&t)
		f.tasks[key] = t
	}
	return nil
}

func (f *fold) end(e *contracts.TaskTaskEnded, at int64) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	t, ok := f.tasks[id]
	if !ok {
		return nil
	}
	delete(f.tasks, id)
	d := f.day(at)
	if int(e.Outcome) < outcomes {
		d.ended[t.kind][e.Outcome]++
	}
	if protocol.Outcome(e.Outcome) == protocol.OutcomeAgreed {
		d.took[t.kind].note(at - t.created)
	}
	return nil
}
