package consensus

import (
	"math"
	"math/rand/v2"
)

// Market is one class at work, second by second: tasks arrive, wait, are drawn
// from the nodes that are free, and hold their trios. It shows what the closed
// forms leave out: that a trio is drawn from who is free, not from who joined.
type Market struct {
	Rules
	Nodes, Own int
	Policy     Policy
	// Lurk keeps own nodes paused while many honest ones are free, and brings
	// them back together when few are.
	Lurk bool
	// Load is the demand as a part of what the class could serve if all were
	// honest. From 1 on there is always a task waiting.
	Load float64
	// SinceQueued counts DispatchSeconds from when the task was queued, as the
	// contract's interface words it, instead of from when a node was last drawn
	// or set free.
	SinceQueued bool
}

// MarketResult of a run.
type MarketResult struct {
	// Frauds is the part of all tasks that are frauds.
	Frauds Estimate `json:"frauds_per_task"`
	// FraudsPerDay and TasksPerDay are of the class.
	FraudsPerDay float64 `json:"frauds_per_day"`
	TasksPerDay  float64 `json:"tasks_per_day"`
	// Repeats is the part of all draws that take the three nodes which were in
	// their last task together.
	Repeats float64 `json:"repeated_trios"`
	// Slashed honest nodes in a day.
	Slashed float64 `json:"honest_slashed_per_day"`
	// Kicked own nodes in a day.
	Kicked float64 `json:"own_kicked_per_day"`
}

// Run goes on until about so many tasks are served, and for long enough that
// nodes which are kicked out have come back many times.
func (m Market) Run(tasks int, dice *rand.Rand) MarketResult {
	f := newFloor(m, dice)
	perSecond := min(m.Load, 1) * m.capacity()
	batch := int(max(float64(tasks)/perSecond, leastAways*m.Away()) / batches)
	f.run(batch * batches / 5)
	var shares ratio
	start := f.count
	for range batches {
		before := f.count
		f.run(batch)
		shares.add(float64(f.done-before.done), float64(f.frauds-before.frauds))
	}
	days := float64(batch*batches) / secondsPerDay
	return MarketResult{
		Frauds:       shares.estimate(),
		FraudsPerDay: float64(f.frauds-start.frauds) / days,
		TasksPerDay:  float64(f.done-start.done) / days,
		Repeats:      float64(f.repeats-start.repeats) / float64(f.draws-start.draws),
		Slashed:      float64(f.slashed-start.slashed) / days,
		Kicked:       float64(f.kicked-start.kicked) / days,
	}
}

// leastAways is how often a run is longer than a kick-out.
const leastAways = 3

// capacity is how many tasks a second the class can serve.
func (m Market) capacity() float64 { return float64(m.Nodes) / 3 / m.FastSeconds }

type count struct{ done, frauds, draws, repeats, slashed, kicked int }

// node of a market. Own nodes are the first ones.
type node struct {
	mean   float64
	recent [3]int
	// task is the number of the last draw that took it.
	task int
}

// floor is where a market's nodes are.
type floor struct {
	Market
	count
	dice  *rand.Rand
	clock int
	nodes []node
	free  []int
	// paused are own nodes that lurk.
	paused []int
	// changed is when a node was last drawn or set free.
	changed int
	// queue holds when each waiting task was queued.
	queue []int
	due   map[int][]func()
}

func newFloor(m Market, dice *rand.Rand) *floor {
	f := &floor{Market: m, dice: dice, due: map[int][]func(){}}
	for i := range m.Nodes {
		f.nodes = append(f.nodes, f.newcomer())
		if i >= m.Own || m.Policy == Work {
			f.nodes[i].mean = m.veteran()
		}
		if i < m.Own && !m.Lurk && (m.Policy == Silent || m.Policy == Fault) {
			// Started together, they would be kicked out and be back together
			// for long. An attacker that arranges that is what Rates assumes.
			f.after(f.dice.Float64()*m.Away(), func() { f.release(i) })
			continue
		}
		f.release(i)
	}
	return f
}

func (f *floor) run(seconds int) {
	for range seconds {
		f.second()
	}
}

func (f *floor) newcomer() node {
	return node{recent: [3]int{f.untried(), f.untried(), f.untried()}}
}

func (f *floor) isOwn(i int) bool { return i < f.Own }

// second is one block: what is due happens, tasks come, trios are drawn.
func (f *floor) second() {
	f.clock++
	f.comeBack()
	for _, do := range f.due[f.clock] {
		do()
	}
	delete(f.due, f.clock)
	f.arrive()
	for f.ready() {
		f.dispatch()
	}
}

func (f *floor) dispatch() {
	if len(f.queue) > 0 {
		f.queue = f.queue[1:]
	}
	f.start(f.drawTrio())
}

// comeBack brings all own nodes back at the head of a block, before what the block
// itself sets free, if that makes enough candidates; and has them gone again
// after one draw. All three are calls that a node or anybody may make.
func (f *floor) comeBack() {
	if !f.Lurk || len(f.paused) < 2 {
		return
	}
	f.free = append(f.free, f.paused...)
	f.paused = f.paused[:0]
	if f.ready() {
		f.dispatch()
	}
	honest := f.free[:0]
	for _, i := range f.free {
		if f.isOwn(i) {
			f.paused = append(f.paused, i)
		} else {
			honest = append(honest, i)
		}
	}
	f.free = honest
}

func (f *floor) after(seconds float64, do func()) {
	at := f.clock + max(1, int(math.Round(seconds)))
	f.due[at] = append(f.due[at], do)
}

// arrive adds a Poisson number of tasks. A saturated market needs none.
func (f *floor) arrive() {
	if f.Load >= 1 {
		return
	}
	mean := f.Load * f.capacity()
	for p := f.dice.Float64(); p > math.Exp(-mean); p *= f.dice.Float64() {
		f.queue = append(f.queue, f.clock)
	}
}

// ready says that a waiting task may be drawn now.
func (f *floor) ready() bool {
	saturated := f.Load >= 1
	if len(f.free) < 3 || !saturated && len(f.queue) == 0 {
		return false
	}
	if len(f.free) >= f.Candidates {
		return true
	}
	since := f.changed
	switch {
	case f.SinceQueued && saturated:
		return true // whoever waits in a backlog has waited long
	case f.SinceQueued:
		since = f.queue[0]
	case !saturated:
		since = max(since, f.queue[0])
	}
	return float64(f.clock-since) >= f.DispatchSeconds
}

func (f *floor) drawTrio() (trio [3]int) {
	for i := range trio {
		trio[i] = f.drawFree()
	}
	first := f.nodes[trio[0]].task
	if first > 0 && f.nodes[trio[1]].task == first && f.nodes[trio[2]].task == first {
		f.repeats++
	}
	f.draws++
	f.changed = f.clock
	for _, i := range trio {
		f.nodes[i].task = f.draws
	}
	return trio
}

// drawFree takes a free node by its weight.
func (f *floor) drawFree() int {
	most := f.Weight(float64(f.Scores[0]))
	for {
		at := f.dice.IntN(len(f.free))
		i := f.free[at]
		if f.dice.Float64()*most >= f.Weight(f.nodes[i].mean) {
			continue
		}
		last := len(f.free) - 1
		f.free[at] = f.free[last]
		f.free = f.free[:last]
		return i
	}
}

func (f *floor) release(i int) {
	if f.Lurk && f.isOwn(i) {
		f.paused = append(f.paused, i)
		return
	}
	f.free = append(f.free, i)
	f.changed = f.clock
}

// took is how long inference lasts this time: half to one and a half times the
// usual, so that trios don't march in step.
func (f *floor) took() float64 { return f.FastSeconds * (0.5 + f.dice.Float64()) }

func (f *floor) ownOf(trio [3]int) (own, honest []int) {
	for _, i := range trio {
		if f.isOwn(i) {
			own = append(own, i)
		} else {
			honest = append(honest, i)
		}
	}
	return own, honest
}

func (f *floor) start(trio [3]int) {
	own, honest := f.ownOf(trio)
	if len(own) == 1 && f.Policy == Decline {
		f.after(f.DeclineSeconds, func() { f.redraw(own[0], honest, f.clock) })
		return
	}
	f.hold(own, honest)
}

// redraw replaces a node that declined, as soon as there are candidates enough
// or the wait is over.
func (f *floor) redraw(decliner int, honest []int, since int) {
	waited := float64(f.clock-since) >= f.DispatchSeconds
	if len(f.free) == 0 || len(f.free) < f.Candidates && !waited {
		f.after(1, func() { f.redraw(decliner, honest, since) })
		return
	}
	fresh := f.drawFree()
	f.score(decliner, f.DeclineScore, f.DeclineCooldown)
	if f.isOwn(fresh) {
		f.hold([]int{fresh}, honest)
		return
	}
	f.hold(nil, append(honest, fresh))
}

// hold keeps a trio until its task ends, and ends it.
func (f *floor) hold(own, honest []int) {
	switch {
	case len(own) >= 2:
		f.after(f.took(), func() { f.fraud(own, honest) })
	case len(own) == 0 || f.Policy == Work:
		f.after(f.took(), func() { f.agree(append(own, honest...)) })
	case f.Policy == Silent:
		f.after(f.Timeout(), func() { f.fail(own[0], honest) })
	default:
		f.after(f.took(), func() { f.fail(own[0], honest) })
	}
}

func (f *floor) agree(trio []int) {
	f.done++
	for place, at := range f.dice.Perm(len(trio)) {
		f.score(trio[at], f.Scores[place], 0)
	}
}

func (f *floor) fail(own int, honest []int) {
	f.agree(honest)
	f.score(own, 0, 0)
}

func (f *floor) fraud(own, honest []int) {
	f.frauds++
	f.agree(own)
	for _, i := range honest {
		// Somebody else takes the slashed one's place, or there would soon be
		// no class to attack.
		f.slashed++
		f.nodes[i] = f.newcomer()
		f.release(i)
	}
}

// score ends a task for a node, which is free again, later if it must cool down
// and much later if it was kicked out.
func (f *floor) score(i, score int, cooldown float64) {
	n := &f.nodes[i]
	n.mean += (float64(score) - n.mean) / f.Memory
	n.recent = [3]int{n.recent[1], n.recent[2], score}
	if f.Rules.kicked(n.recent) {
		f.count.kicked++
		*n = f.newcomer()
		f.after(f.Away(), func() { f.release(i) })
		return
	}
	if cooldown > 0 {
		f.after(cooldown, func() { f.release(i) })
		return
	}
	f.release(i)
}
