package consensus

import "math"

// Farm is a creator that pays itself to raise the scores of its nodes, with
// tasks of the least fee. Amounts in CNX; gas is not counted.
type Farm struct {
	Cut float64 `json:"cut"`
	// OwnClass is the cost of a score where every trio is own.
	OwnClass float64 `json:"own_class_cnx_score"`
	// Shared is the cost of one in a class shared with honest nodes, Looking if
	// the creator proposes the blocks and looks at the dice first.
	Shared  float64 `json:"shared_class_cnx_score"`
	Looking float64 `json:"looking_cnx_score"`
	// Tasks until one favoured newcomer's mean is a veteran's, and their cost
	// with own trios.
	Tasks int     `json:"tasks_to_veteran"`
	Cost  float64 `json:"cost_to_veteran_cnx"`
	// Best is how much oftener the best mean is drawn than an honest veteran's;
	// Newcomer, how much oftener than a newcomer's.
	Best     float64 `json:"best_over_veteran"`
	Newcomer float64 `json:"best_over_newcomer"`
	// Washed is what it costs to have a score of 0 not count: the scores that must
	// stand between it and the next one, from own trios.
	Washed int     `json:"scores_to_wash_a_zero"`
	Wash   float64 `json:"wash_cnx"`
}

// The class that farming is reckoned for where honest nodes share it.
const farmHonest, farmOwn = 90, 10

// farmCut is a cut that makes farming cost, beside the network's own.
const farmCut = 0.05

// Farm is the closed form for tasks of the least fee under the cut.
func (r Rules) Farm(c Class, cut float64) Farm {
	r = r.smallest()
	r.Cut = cut
	seats := c.Seats()
	// A task without own nodes is thrown away; the others run.
	cost := seats[0] * r.Creator(0).cheapest()
	for own := 1; own <= trioSize; own++ {
		cost -= seats[own] * r.Creator(own).Work
	}
	// With two of three, a lie costs the cut alone: the third is slashed.
	two, three := r.Creator(2), r.Creator(3)
	looking := (-seats[2]*max(two.Lie, two.Work) - seats[3]*three.Work) / (2*seats[2] + 3*seats[3])
	own := -three.Work / trioSize
	// The mean after n tasks is best·(1−(1−1/memory)^n).
	tasks := math.Ceil(math.Log(1-veteran()/bestScore) / math.Log(1-1.0/memory))
	washed := r.scoresToWash()
	return Farm{
		Cut: cut, OwnClass: own, Shared: cost / ownDrawn(seats), Looking: looking,
		Tasks: int(tasks), Cost: -three.Work * tasks,
		Best:     weight(bestScore) / weight(veteran()),
		Newcomer: weight(bestScore) / weight(0),
		Washed:   washed, Wash: float64(washed) * own,
	}
}

// scoresToWash is how many scores of a last place must stand between two zeros
// for ever, so that the node is never let go.
func (r Rules) scoresToWash() int {
	for n := 0; ; n++ {
		cycle := append(make([]int, n), 0)
		for i := range n {
			cycle[i] = lastPlaceScore
		}
		safe := true
		for i := range cycle {
			at := func(k int) int { return cycle[(i+k)%len(cycle)] }
			safe = safe && !r.kicked([3]int{at(0), at(1), at(2)})
		}
		if safe || n == 3 {
			return n
		}
	}
}

// Alone is what opening an answer alone pays, when the openings of the two
// others are kept out. Amounts in CNX.
type Alone struct {
	Units int `json:"units"`
	// First and Last are the shares of agreement.
	First float64 `json:"first_cnx"`
	Last  float64 `json:"last_cnx"`
	// One, Two and Three are what each of so many that open and don't agree has.
	One   float64 `json:"alone_cnx"`
	Two   float64 `json:"each_of_two_cnx"`
	Three float64 `json:"each_of_three_cnx"`
	// Creator is the balance of a creator whose node it is that opens alone, and
	// Lawful what its task costs it when it runs.
	Creator float64 `json:"creator_cnx"`
	Lawful  float64 `json:"creator_runs_cnx"`
	// Blocks that must be filled in a row, and their Gas.
	Blocks float64 `json:"blocks"`
	Gas    float64 `json:"gas"`
	// WithThirds is One if an opening paid a third of the overhead part, whoever
	// else opens.
	WithThirds float64 `json:"with_thirds_cnx"`
}

// Alone is the closed form for tasks of so many units at the same fee for the
// second of T (Verdicts.sol _noAgreement).
func (r Rules) Alone(units int) Alone {
	r = r.atOnce().sized(units)
	part := r.OverheadPart()
	returned := r.net() - part
	blocks := r.RevealSeconds / blockSeconds
	return Alone{
		Units: units, First: r.Share(0), Last: r.Share(trioSize - 1),
		One: part, Two: part / 2, Three: part / trioSize,
		Creator: returned + part - r.net(), Lawful: r.Creator(1).Work,
		Blocks: blocks, Gas: blocks * blockGas,
		WithThirds: part / trioSize,
	}
}

// sized are the rules for a task of so many units at the same fee for the second
// of T, which takes as much longer to compute.
func (r Rules) sized(units int) Rules {
	before := r.Duration()
	r.FastSeconds *= float64(units) / float64(r.Units)
	r.Units = units
	r.Fee *= r.Duration() / before
	return r
}
