package consensus

import "math"

// Class is what a trio is drawn from: one after the other, each node with a
// chance proportional to its weight, except that a draw passes over those that
// have not announced the task's model, twice a seat (Node.sol _drawOne).
type Class struct {
	Honest, Own             int
	HonestWeight, OwnWeight float64
	// Lacking are the honest nodes without the task's model.
	Lacking int
	// OwnLack says that no own node has announced it.
	OwnLack bool
}

// evenClass has nodes of equal weight, which all hold the model.
func evenClass(honest, own int) Class {
	return Class{Honest: honest, Own: own, HonestWeight: 1, OwnWeight: 1}
}

// The kinds of nodes that a draw tells apart.
const (
	kindOwn = iota
	kindHolder
	kindLacking
	kinds
)

// without is the class when nodes have gone. All must hold the model.
func (c Class) without(honest, own int) Class {
	c.Honest, c.Own = c.Honest-honest, c.Own-own
	return c
}

// Nodes of the class.
func (c Class) Nodes() int { return c.Honest + c.Own }

// next is the chance of each kind to be drawn next, when so many are gone.
func (c Class) next(gone [kinds]int) (chance [kinds]float64) {
	left := [kinds]float64{
		kindOwn:     float64(c.Own-gone[kindOwn]) * c.OwnWeight,
		kindHolder:  float64(c.Honest-c.Lacking-gone[kindHolder]) * c.HonestWeight,
		kindLacking: float64(c.Lacking-gone[kindLacking]) * c.HonestWeight,
	}
	lack := left[kindLacking]
	if c.OwnLack {
		lack += left[kindOwn]
	}
	all := left[kindOwn] + left[kindHolder] + left[kindLacking]
	// A holder is taken at any try, another only when all tries are used up.
	last := math.Pow(lack/all, modelTries)
	sum := 0.0
	for try := range modelTries + 1 {
		sum += math.Pow(lack/all, float64(try))
	}
	for k := range kinds {
		chance[k] = max(0, left[k]) / all * sum
		if k == kindLacking || k == kindOwn && c.OwnLack {
			chance[k] = max(0, left[k]) / all * last
		}
	}
	return chance
}

// trios are the chances of what a trio is made of, by own nodes and holders.
func (c Class) trios() (trios [4][4]float64) {
	trios[0][0] = 1
	for drawn := range trioSize {
		var next [4][4]float64
		for o := 0; o <= drawn; o++ {
			for h := 0; o+h <= drawn; h++ {
				p := trios[o][h]
				if p == 0 {
					continue
				}
				chance := c.next([kinds]int{o, h, drawn - o - h})
				next[o+1][h] += p * chance[kindOwn]
				next[o][h+1] += p * chance[kindHolder]
				next[o][h] += p * chance[kindLacking]
			}
		}
		trios = next
	}
	return trios
}

// Seats is the chance that 0, 1, 2 and 3 of a trio are own.
func (c Class) Seats() (seats [4]float64) {
	for o, row := range c.trios() {
		for _, p := range row {
			seats[o] += p
		}
	}
	return seats
}

// Majority is the chance that at least two of a trio are own.
func (c Class) Majority() float64 {
	seats := c.Seats()
	return seats[2] + seats[3]
}

// Beside is, for an own node that is drawn, the chance that 1, 2 and 3 of its
// trio are own, itself included. It is not Seats: the documents' p is that of
// any task, an own node sees only tasks in which it is.
func (c Class) Beside() [4]float64 {
	seats := c.Seats()
	drawn := ownDrawn(seats)
	if drawn == 0 {
		return [4]float64{}
	}
	var beside [4]float64
	for own := 1; own < len(seats); own++ {
		beside[own] = seats[own] * float64(own) / drawn
	}
	return beside
}

// ownDrawn is how many of a trio are own on average.
func ownDrawn(seats [4]float64) float64 { return seats[1] + 2*seats[2] + 3*seats[3] }

// Redrawn is the chance of a fraud when every honest node without the task's
// model declines, and own nodes, which claim it, keep still. A task has one
// redraw (Clerk.sol decline); it matters where one of the trio is own.
func (c Class) Redrawn() float64 {
	p := c.Majority()
	for h := range trioSize - 1 { // two holders have nothing to decline for
		gone := [kinds]int{1, h, trioSize - 1 - h}
		p += c.trios()[1][h] * c.next(gone)[kindOwn]
	}
	return p
}

// replaced is the chance that an own node declines and another takes its seat.
func (c Class) replaced() float64 {
	p := 0.0
	for h := range trioSize {
		p += c.trios()[1][h] * c.next([kinds]int{1, h, trioSize - 1 - h})[kindOwn]
	}
	return p
}
