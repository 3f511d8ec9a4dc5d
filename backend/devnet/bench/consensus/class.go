package consensus

// Class is what a trio is drawn from: one after the other, each node with a
// chance proportional to its weight.
type Class struct {
	Honest, Own             int
	HonestWeight, OwnWeight float64
}

// evenClass has nodes of equal weight.
func evenClass(honest, own int) Class { return Class{honest, own, 1, 1} }

// Nodes of the class.
func (c Class) Nodes() int { return c.Honest + c.Own }

// Seats is the chance that 0, 1, 2 and 3 of a trio are own.
func (c Class) Seats() [4]float64 {
	seats := [4]float64{1}
	for drawn := range 3 {
		var next [4]float64
		for own, p := range seats {
			if p == 0 {
				continue
			}
			q := c.nextOwn(drawn-own, own)
			next[own] += p * (1 - q)
			if q > 0 {
				next[own+1] += p * q
			}
		}
		seats = next
	}
	return seats
}

// nextOwn is the chance that the next node drawn is own, when so many of both
// kinds are gone.
func (c Class) nextOwn(honestGone, ownGone int) float64 {
	own := float64(c.Own-ownGone) * c.OwnWeight
	honest := float64(c.Honest-honestGone) * c.HonestWeight
	if own <= 0 {
		return 0
	}
	return own / (own + honest)
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

// Redrawn is the chance of a fraud when each honest node of the trio declines
// with that chance, for want of the model or because the creator arranged it,
// and own nodes keep still. A task has one redraw; it matters where one is own.
// An own node that declines only makes room: it can't bring a second one in.
func (c Class) Redrawn(declines float64) float64 {
	seats := c.Seats()
	redraw := 1 - (1-declines)*(1-declines)
	return seats[2] + seats[3] + seats[1]*redraw*c.nextOwn(2, 1)
}
