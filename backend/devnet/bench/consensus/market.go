package consensus

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Market is one class at work, second by second: tasks arrive, wait, are drawn
// from the nodes that are free, and hold their trios. It shows what the closed
// forms leave out: that a trio is drawn from who is free, not from who joined.
type Market struct {
	Rules
	Nodes, Own int
	Policy     Policy
	// Lacking are the honest nodes that have not announced the tasks' model.
	Lacking int
	// LurkAt keeps own nodes paused, and brings them back together when no more
	// honest ones than that are free and a draw can be made with them.
	// 0 for own nodes that never pause.
	LurkAt int
	// Looks has them come back only in a block whose dice draw two of them, as who
	// proposes every block can, so that none is ever alone.
	Looks bool
	// Delay is a rule that is not ours: a node that comes back can be drawn only
	// after a time of its own, up to so many seconds.
	Delay float64
	// Rest is another: a node that declined can't be drawn for so many seconds.
	Rest float64
	// Paused are further nodes that have joined and stay paused.
	Paused int
	// Load is the demand as a part of what the class could serve if all were
	// honest. From 1 on there is always a task waiting.
	Load float64
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
	// Kicked own nodes in a day, those that were let go for their scores.
	Kicked float64 `json:"own_kicked_per_day"`
	// OfHonest is an own node's pay over an honest one's.
	OfHonest float64 `json:"of_honest_pay"`
}

// Run goes on until about so many tasks are served, and for long enough that
// nodes which are kicked out have come back many times.
func (m Market) Run(tasks int, dice *rand.Rand) MarketResult {
	f := newFloor(m, dice)
	seconds := float64(tasks) / (min(m.Load, 1) * m.capacity())
	if m.Policy != Work {
		seconds = max(seconds, leastAways*m.Away())
	}
	batch := max(1, int(seconds/batches))
	f.run(batch * batches / 5)
	var shares ratio
	start := f.count
	for range batches {
		before := f.count
		f.run(batch)
		shares.add(float64(f.done-before.done), float64(f.frauds-before.frauds))
	}
	days := float64(batch*batches) / secondsPerDay
	perNode := func(points, nodes int) float64 { return float64(points) / float64(max(1, nodes)) }
	return MarketResult{
		Frauds:       shares.estimate(),
		FraudsPerDay: float64(f.frauds-start.frauds) / days,
		TasksPerDay:  float64(f.done-start.done) / days,
		Repeats:      float64(f.repeats-start.repeats) / float64(max(1, f.draws-start.draws)),
		Slashed:      float64(f.slashed-start.slashed) / days,
		Kicked:       float64(f.kicked-start.kicked) / days,
		OfHonest:     perNode(f.ownPoints-start.ownPoints, m.Own) / max(1e-9, perNode(f.points-start.points, m.Nodes-m.Own)),
	}
}

// leastAways is how often a run is longer than a kick-out.
const leastAways = 3

// capacity is how many tasks a second the class can serve.
func (m Market) capacity() float64 { return float64(m.Nodes) / trioSize / m.FastSeconds }

type count struct {
	done, frauds, draws, repeats, slashed, kicked int
	// Scores that were paid, to own nodes and to honest ones.
	ownPoints, points int
}

// node of a market. Own nodes are the first ones, then those that lack the model.
type node struct {
	// mean has meanParts to a point.
	mean   int
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
	// joined counts paused ones too, but not those that were let go.
	joined int
	free   []int
	// paused are own nodes that lurk.
	paused []int
	// fewDrawnAt is when a draw was last made from few.
	fewDrawnAt int
	// waiting tasks.
	waiting int
	due     map[int][]func()
}

func newFloor(m Market, dice *rand.Rand) *floor {
	f := &floor{
		Market: m, dice: dice, due: map[int][]func(){}, fewDrawnAt: math.MinInt / 2,
		nodes: make([]node, m.Nodes), joined: m.Nodes + m.Paused,
	}
	for i := range f.nodes {
		f.nodes[i] = newcomer()
		if i >= m.Own || m.Policy == Work {
			f.nodes[i].mean = int(veteran() * meanParts)
		}
		if i < m.Own && (m.Policy == Silent || m.Policy == Fault) && m.LurkAt == 0 {
			// Started together, they would be kicked out and be back together
			// for long. An attacker that arranges that is what Rates assumes.
			f.joined--
			f.after(f.dice.Float64()*m.Away(), func() { f.join(i) })
			continue
		}
		f.release(i)
	}
	return f
}

func newcomer() node { return node{recent: [3]int{bestScore, bestScore, bestScore}} }

func (f *floor) run(seconds int) {
	for range seconds {
		f.second()
	}
}

func (f *floor) isOwn(i int) bool { return i < f.Own }

// lacks says that the node has not announced the tasks' model.
func (f *floor) lacks(i int) bool {
	if f.isOwn(i) {
		return f.Policy == Decline
	}
	return i < f.Own+f.Lacking
}

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
	f.noteDraw()
	f.start(f.drawTrio())
}

// dispatchTo draws nodes that the dice are known to fall on.
func (f *floor) dispatchTo(nodes [trioSize]int) {
	f.noteDraw()
	f.free = slices.DeleteFunc(f.free, func(i int) bool { return slices.Contains(nodes[:], i) })
	f.drawn(nodes)
	f.start(nodes)
}

func (f *floor) noteDraw() {
	f.waiting--
	if f.isFew() {
		f.fewDrawnAt = f.clock
	}
}

// comeBack brings all own nodes back at the head of a block, before what the block
// itself sets free, and has them gone again after one draw. All three are calls
// that a node or anybody may make.
func (f *floor) comeBack() {
	if len(f.paused) < 2 || len(f.free) > f.LurkAt {
		return
	}
	if f.Delay > 0 {
		f.comeBackLate()
		return
	}
	if f.Looks {
		f.comeBackForMajority()
		return
	}
	honest := len(f.free)
	f.free = append(f.free, f.paused...)
	if !f.ready() {
		f.free = f.free[:honest]
		return
	}
	f.paused = f.paused[:0]
	f.dispatch()
	f.goAgain()
}

// goAgain has own nodes pause that are free.
func (f *floor) goAgain() {
	kept := f.free[:0]
	for _, i := range f.free {
		if f.isOwn(i) {
			f.paused = append(f.paused, i)
		} else {
			kept = append(kept, i)
		}
	}
	f.free = kept
}

// comeBackForMajority looks at the block's dice, and has as few own nodes come
// back as are drawn two together with them.
func (f *floor) comeBackForMajority() {
	all, honest := throw(f.dice, drawTries), len(f.free)
	mean := func(place int) int { return f.nodes[f.free[place]].mean }
	for back := 2; back <= len(f.paused); back++ {
		f.free = append(f.free[:honest], f.paused[:back]...)
		if !f.ready() {
			continue
		}
		var drawn [trioSize]int
		for seat, place := range all.drawn(len(f.free), mean) {
			drawn[seat] = f.free[place]
		}
		if own, _ := f.ownOf(drawn); len(own) < 2 {
			continue
		}
		f.paused = f.paused[back:]
		f.dispatchTo(drawn)
		f.goAgain()
		return
	}
	f.free = f.free[:honest]
}

// comeBackLate brings them back one by one; each stays until it is drawn.
func (f *floor) comeBackLate() {
	for _, i := range f.paused {
		f.after(f.dice.Float64()*f.Delay, func() { f.free = append(f.free, i) })
	}
	f.paused = f.paused[:0]
}

func (f *floor) after(seconds float64, do func()) {
	at := f.clock + max(1, int(math.Round(seconds)))
	f.due[at] = append(f.due[at], do)
}

// arrive adds a Poisson number of tasks. In a saturated market one always waits.
func (f *floor) arrive() {
	if f.Load >= 1 {
		f.waiting = math.MaxInt / 2
		return
	}
	mean := f.Load * f.capacity()
	for p := f.dice.Float64(); p > math.Exp(-mean); p *= f.dice.Float64() {
		f.waiting++
	}
}

// ready says that a waiting task may be drawn now (Node.sol _classByDraw).
func (f *floor) ready() bool {
	if f.waiting == 0 || len(f.free) < trioSize || f.joined < f.MinClassNodes {
		return false
	}
	return !f.isFew() || float64(f.clock-f.fewDrawnAt) >= f.DrawSeconds
}

// isFew says that only one draw in DrawSeconds may be made from those that are
// free (Node.sol _setAvailable).
func (f *floor) isFew() bool { return len(f.free) < f.needed(f.joined) }

func (f *floor) drawTrio() (nodes [trioSize]int) {
	for i := range nodes {
		nodes[i] = f.drawFree()
	}
	f.drawn(nodes)
	return nodes
}

// drawn marks a trio as one.
func (f *floor) drawn(nodes [trioSize]int) {
	first := f.nodes[nodes[0]].task
	if first > 0 && f.nodes[nodes[1]].task == first && f.nodes[nodes[2]].task == first {
		f.repeats++
	}
	f.draws++
	for _, i := range nodes {
		f.nodes[i].task = f.draws
	}
}

// drawFree takes a free node, as Node.sol _drawOne does.
func (f *floor) drawFree() int {
	var at int
	passes := modelTries
	for range drawTries {
		at = f.dice.IntN(len(f.free))
		i := f.free[at]
		if !accepts(f.nodes[i].mean, f.dice.IntN(2*bestScore*meanParts)) {
			continue
		}
		if passes == 0 || !f.lacks(i) {
			break
		}
		passes--
	}
	i, last := f.free[at], len(f.free)-1
	f.free[at] = f.free[last]
	f.free = f.free[:last]
	return i
}

func (f *floor) release(i int) {
	if f.LurkAt > 0 && f.isOwn(i) {
		f.paused = append(f.paused, i)
		return
	}
	f.free = append(f.free, i)
}

func (f *floor) join(i int) {
	f.joined++
	f.release(i)
}

// took is how long inference lasts this time: half to one and a half times the
// usual, so that trios don't march in step.
func (f *floor) took() float64 { return f.FastSeconds * (0.5 + f.dice.Float64()) }

func (f *floor) ownOf(nodes [trioSize]int) (own, honest []int) {
	for _, i := range nodes {
		if f.isOwn(i) {
			own = append(own, i)
		} else {
			honest = append(honest, i)
		}
	}
	return own, honest
}

func (f *floor) start(nodes [trioSize]int) {
	own, honest := f.ownOf(nodes)
	if len(own) == 1 && f.Policy == Decline {
		f.after(f.DeclineSeconds, func() { f.redraw(own[0], honest, f.clock+int(f.ArgumentSeconds)) })
		return
	}
	f.hold(own, honest)
}

// redraw replaces a node that declined. One free node is enough; without any it
// tries again until the time for the arguments is over.
func (f *floor) redraw(decliner int, honest []int, until int) {
	if len(f.free) == 0 && f.clock < until {
		f.after(blockSeconds, func() { f.redraw(decliner, honest, until) })
		return
	}
	if len(f.free) == 0 {
		f.hold([]int{decliner}, honest)
		return
	}
	fresh := f.drawFree()
	f.score(decliner, f.DeclineScore, f.Rest)
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

func (f *floor) agree(nodes []int) {
	f.done++
	for place, at := range f.dice.Perm(len(nodes)) {
		if f.isOwn(nodes[at]) {
			f.ownPoints += score(place)
		} else {
			f.points += score(place)
		}
		f.score(nodes[at], score(place), 0)
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
		f.nodes[i] = newcomer()
		f.release(i)
	}
}

// score ends a task for a node, which is free again, after a rest if there is one,
// or much later if it was let go for its scores. Its mean stays.
func (f *floor) score(i, score int, rest float64) {
	n := &f.nodes[i]
	n.mean = nextMean(n.mean, score)
	n.recent = [3]int{n.recent[1], n.recent[2], score}
	if f.Rules.kicked(n.recent) {
		f.count.kicked++
		n.recent = newcomer().recent
		f.joined--
		f.after(f.Away(), func() { f.join(i) })
		return
	}
	if rest > 0 {
		f.after(rest, func() { f.release(i) })
		return
	}
	f.release(i)
}
