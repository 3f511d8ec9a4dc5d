package consensus

import "math"

// Preferred is the chance of a fraud in a task that names a model which only
// some of the honest nodes hold, while every own node says that it does. The
// draw passes over others up to ModelTries times for each seat.
func (r Rules) Preferred(honest, own, holders int) float64 {
	// kinds: own, honest holders, other honest ones.
	left := [3]float64{float64(own), float64(holders), float64(honest - holders)}
	return preferred(left, 0, 0, r.ModelTries)
}

func preferred(left [3]float64, drawn, ownDrawn, tries int) float64 {
	if drawn == 3 {
		if ownDrawn >= 2 {
			return 1
		}
		return 0
	}
	all := left[0] + left[1] + left[2]
	pass := left[2] / all
	// A holder is taken at any try, another only when all tries are used up.
	last := math.Pow(pass, float64(tries))
	more := float64(tries + 1)
	if pass < 1 {
		more = (1 - last*pass) / (1 - pass)
	}
	p := 0.0
	for kind, n := range left {
		if n <= 0 {
			continue
		}
		chance := n / all * more
		next, mine := left, ownDrawn
		next[kind]--
		switch kind {
		case 0:
			mine++
		case 2:
			chance = last * pass
		}
		p += chance * preferred(next, drawn+1, mine, tries)
	}
	return p
}
