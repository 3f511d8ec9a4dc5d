package consensus

import "slices"

// Place is where in a network of several classes an attacker puts its nodes. A
// class is drawn in proportion to its free nodes (Node.sol _classByDraw), which
// are in proportion to its nodes where all are as busy. All figures are frauds
// for each task of the whole network.
type Place struct {
	Own int `json:"own"`
	// Spread is the documents' p for the whole network as one class.
	Spread float64 `json:"spread"`
	// Smallest: all in the smallest class that takes GPT tasks.
	Smallest float64 `json:"smallest_class"`
	// OwnClass: all in a registered class that nobody else is in. 0 if they are
	// too few to open one.
	OwnClass float64 `json:"own_class"`
	// Each is how often an own node's draw is a win, at the best place.
	Each float64 `json:"wins_per_draw"`
}

// Place is the closed form for classes of so many honest nodes.
func (r Rules) Place(classes []int, own int) Place {
	honest := 0
	for _, n := range classes {
		honest += n
	}
	smallest := slices.Min(classes)
	all := float64(honest + own)
	p := Place{
		Own:      own,
		Spread:   MajorityProbability(honest, own),
		Smallest: float64(smallest+own) / all * MajorityProbability(smallest, own),
	}
	beside := evenClass(smallest, own).Beside()
	p.Each = beside[2] + beside[3]
	if own >= r.MinClassNodes {
		p.OwnClass = float64(own) / all
		p.Each = 1
	}
	return p
}
