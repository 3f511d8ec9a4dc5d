package consensus

import (
	"math/rand/v2"
	"slices"
)

// Shuffle is a proposer that moves its own nodes in front of a draw in its block,
// anybody's: it knows the dice, pauses some and has some come back, so that the draw
// falls on its nodes. Nobody else can: a move is signed before the block.
type Shuffle struct {
	Nodes int     `json:"nodes"`
	Own   int     `json:"own"`
	Share float64 `json:"share"`
	// Fair is the chance of a majority without a move; the others with up to so
	// many, and with any number.
	Fair  Estimate `json:"fair"`
	Three Estimate `json:"three_moves"`
	Ten   Estimate `json:"ten_moves"`
	Any   Estimate `json:"any_moves"`
	// Moves of one that needs any, on average, and their Gas.
	Moves float64 `json:"moves"`
	Gas   float64 `json:"gas"`
}

// roll of a draw's dice, for a seat and a try: which place, and which means are
// taken there.
type roll struct {
	place uint64
	score int
}

// rolls of one draw. What is moved in front of it does not change them.
type rolls [trioSize][]roll

// throw rolls so many times for each seat.
func throw(dice *rand.Rand, tries int) (all rolls) {
	for seat := range all {
		for range tries {
			all[seat] = append(all[seat], roll{dice.Uint64(), dice.IntN(2 * bestScore * meanParts)})
		}
	}
	return all
}

// veteranTries are enough for veterans: of 10^8 draws one needs more.
const veteranTries = 8

// drawn are the places in the class's list, before the draw, of the three nodes
// that it takes when the first so many can be drawn (Node.sol _drawOne: a drawn
// node changes places with the last one).
func (all rolls) drawn(available int, mean func(place int) int) (places [trioSize]int) {
	moved := map[int]int{} // who stands at a place, if it is not who stood there
	at := func(place int) int {
		if from, ok := moved[place]; ok {
			return from
		}
		return place
	}
	for seat := range trioSize {
		last := available - 1 - seat
		place := 0
		for _, roll := range all[seat] {
			place = int(roll.place % uint64(last+1))
			if accepts(mean(at(place)), roll.score) {
				break
			}
		}
		places[seat] = at(place)
		moved[place] = at(last)
	}
	return places
}

// plan is what an account does in front of a draw.
type plan struct {
	// paused stay so, behind resumed, which pause and come back: so they stand at
	// the end of those that can be drawn.
	paused, resumed int
	// keep are places at which own nodes must stay.
	keep []int
}

func (p plan) moves() int { return p.paused + 2*p.resumed }

// best is the plan with the fewest moves that has two own nodes drawn, when own
// ones stand at these places of the list and all are veterans.
func best(all rolls, nodes int, own []int) (plan, bool) {
	mean := func(int) int { return int(veteran() * meanParts) }
	var least plan
	found := false
	for paused := 0; paused+2 <= len(own); paused++ {
		places := all.drawn(nodes-paused, mean)
		for skipped := range places {
			pair := slices.Delete(slices.Clone(places[:]), skipped, skipped+1)
			p, ok := cover(pair, nodes, paused, own)
			if ok && (!found || p.moves() < least.moves()) {
				least, found = p, true
			}
		}
	}
	return least, found
}

// cover has own nodes at both places: those that stand there stay; for others
// so many pause and come back that the end of the list reaches down to there.
func cover(pair []int, nodes, paused int, own []int) (plan, bool) {
	p := plan{paused: paused}
	for _, place := range pair {
		if !slices.Contains(own, place) {
			p.resumed = max(p.resumed, nodes-paused-place)
		}
	}
	end := nodes - paused - p.resumed
	within := 0 // own nodes that stand at the end already
	for _, place := range own {
		if place >= end {
			within++
		}
	}
	for _, place := range pair {
		if place < end {
			p.keep = append(p.keep, place)
		}
	}
	return p, nodes-end <= len(own)-len(p.keep)
}

// simulate plays so many draws.
func (s *Shuffle) simulate(times int, dice *rand.Rand) {
	var fair, three, ten, unbound, moves tally
	for range times {
		own := dice.Perm(s.Nodes)[:s.Own]
		p, ok := best(throw(dice, veteranTries), s.Nodes, own)
		count := func(t *tally, most int) {
			if ok && p.moves() <= most {
				t.add(1)
			} else {
				t.add(0)
			}
		}
		count(&fair, 0)
		count(&three, 3)
		count(&ten, 10)
		count(&unbound, 2*s.Own)
		if ok && p.moves() > 0 {
			moves.add(float64(p.moves()))
		}
	}
	s.Fair, s.Three, s.Ten, s.Any = fair.estimate(), three.estimate(), ten.estimate(), unbound.estimate()
	s.Moves = moves.estimate().Mean
	s.Gas = s.Moves * moveGas
}
