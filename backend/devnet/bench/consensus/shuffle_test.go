package consensus

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// roster is a class's list as the contract keeps it: those that can be drawn
// first (Node.sol _swap, _offer, _withhold).
type roster struct {
	nodes     []int
	available int
}

func newRoster(nodes int, dice *rand.Rand) *roster { return &roster{dice.Perm(nodes), nodes} }

func (l *roster) swap(a, b int) { l.nodes[a], l.nodes[b] = l.nodes[b], l.nodes[a] }

func (l *roster) pause(node int) {
	l.available--
	l.swap(slices.Index(l.nodes, node), l.available)
}

func (l *roster) resume(node int) {
	l.swap(slices.Index(l.nodes, node), l.available)
	l.available++
}

// draw takes three nodes as Node.sol _drawOne does, and leaves the list as it is.
func (l *roster) draw(all rolls) (drawn []int) {
	nodes := slices.Clone(l.nodes)
	for seat := range trioSize {
		last := l.available - 1 - seat
		place := 0
		for _, roll := range all[seat] {
			if place = int(roll.place % uint64(last+1)); accepts(int(veteran()*meanParts), roll.score) {
				break
			}
		}
		drawn = append(drawn, nodes[place])
		nodes[place] = nodes[last]
	}
	return drawn
}

// own are the places of the nodes below a number.
func (l *roster) own(below int) (places []int) {
	for place, node := range l.nodes {
		if node < below {
			places = append(places, place)
		}
	}
	return places
}

// carryOut makes the moves of a plan; step is told of each.
func (p plan) carryOut(l *roster, own int, step func(node int, back bool)) {
	keep := map[int]bool{}
	for _, place := range p.keep {
		keep[l.nodes[place]] = true
	}
	var paused []int
	for range p.paused + p.resumed {
		// One that stands at the end already, or any other that need not stay.
		node := l.nodes[l.available-1]
		if node >= own || keep[node] {
			node = slices.IndexFunc(l.nodes, func(n int) bool { return n < own && !keep[n] && !slices.Contains(paused, n) && !p.within(l, n) })
			node = l.nodes[node]
		}
		l.pause(node)
		step(node, false)
		paused = append(paused, node)
	}
	for _, node := range paused[:p.resumed] {
		l.resume(node)
		step(node, true)
	}
}

// within says that a node stands where the end will reach down to: its turn
// comes.
func (p plan) within(l *roster, node int) bool {
	return slices.Index(l.nodes, node) >= len(l.nodes)-p.paused-p.resumed
}

func ownAmong(drawn []int, own int) (n int) {
	for _, node := range drawn {
		if node < own {
			n++
		}
	}
	return n
}

func TestPlansOfMovesWork(t *testing.T) {
	dice := Dice(seed, 1)
	planned := 0
	for range 3000 {
		nodes := 6 + dice.IntN(30)
		own := 2 + dice.IntN(nodes/2)
		l, all := newRoster(nodes, dice), throw(dice, veteranTries)
		p, ok := best(all, nodes, l.own(own))
		if !ok {
			continue
		}
		planned++
		if p.moves() == 0 != (ownAmong(l.draw(all), own) >= 2) {
			t.Fatalf("%d moves before a draw that is %v (seed %d)", p.moves(), l.draw(all), seed)
		}
		moves := 0
		p.carryOut(l, own, func(int, bool) { moves++ })
		if n := ownAmong(l.draw(all), own); n < 2 || moves != p.moves() {
			t.Fatalf("plan %+v for %d of %d nodes: %d moves, %d own drawn (seed %d)", p, own, nodes, moves, n, seed)
		}
	}
	if planned < 1000 {
		t.Errorf("only %d draws had a plan", planned)
	}
}

// No other moves reach a majority with fewer, as far as all are tried.
func TestPlansAreAsShortAsCanBe(t *testing.T) {
	dice := Dice(seed, 2)
	const most = 5
	for range 400 {
		nodes, own := 6+dice.IntN(5), 2+dice.IntN(2)
		l, all := newRoster(nodes, dice), throw(dice, veteranTries)
		p, ok := best(all, nodes, l.own(own))
		got := most + 1
		if ok {
			got = min(got, p.moves())
		}
		if want := shortest(l, all, own, most); got != want {
			t.Fatalf("%d of %d nodes, %v: want %d moves, got %d (seed %d)", own, nodes, l.nodes, want, got, seed)
		}
	}
}

// shortest tries all moves, up to most.
func shortest(l *roster, all rolls, own, most int) int {
	for moves := range most + 1 {
		if l.reaches(all, own, moves) {
			return moves
		}
	}
	return most + 1
}

func (l *roster) reaches(all rolls, own, moves int) bool {
	if moves == 0 {
		return ownAmong(l.draw(all), own) >= 2
	}
	for node := range own {
		next := &roster{slices.Clone(l.nodes), l.available}
		if slices.Index(l.nodes, node) < l.available {
			next.pause(node)
		} else {
			next.resume(node)
		}
		if next.available >= trioSize && next.reaches(all, own, moves-1) {
			return true
		}
	}
	return false
}
