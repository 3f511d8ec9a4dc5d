package consensus

import "fmt"

// Policy is what an own node does when it is alone in a trio. With another own
// node beside it, every policy commits a fraud.
type Policy int

const (
	// Work computes honestly: it needs a GPU, and risks nothing.
	Work Policy = iota
	// Silent never commits. It holds the trio until the deadlines have passed.
	Silent
	// Fault commits a machine's error, which costs what silence costs, but lets
	// the others end the task as fast as ever.
	Fault
	// Decline announces no model, so that it may decline, and falls back to Fault
	// where the task's one redraw is gone. A draw passes over it where others have
	// announced the task's model.
	Decline
)

func (p Policy) String() string {
	return [...]string{"work", "silent", "fault", "decline"}[p]
}

// MarshalText prints the policy's name.
func (p Policy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText prints.
func (p *Policy) UnmarshalText(text []byte) error {
	for known := Work; known <= Decline; known++ {
		if known.String() == string(text) {
			*p = known
			return nil
		}
	}
	return fmt.Errorf("read policy: unknown %q", text)
}

// outcome is one way in which a draw can end for an own node.
type outcome struct {
	chance  float64
	score   int
	seconds float64
	win     float64
	// fraud is this seat's part of a fraud, so that a fraud counts once.
	fraud float64
	pay   float64
}

// outcomes of a draw for an own node of the class under the policy. Chances sum
// to 1.
func (r Rules) outcomes(c Class, policy Policy) []outcome {
	beside := c.Beside()
	var list []outcome
	for own := 2; own <= trioSize; own++ {
		for place := range own {
			list = append(list, outcome{
				chance: beside[own] / float64(own), score: score(place), seconds: r.FastSeconds,
				win: 1, fraud: 1 / float64(own), pay: r.Share(place) + r.Value/float64(own),
			})
		}
	}
	list = append(list, r.alone(policy, beside[1])...)
	for i := range list {
		list[i].seconds += r.IdleSeconds
	}
	if policy == Decline {
		list = r.withReplacements(c, list)
	}
	return list
}

// alone lists the ends of a draw without another own node, which has that chance.
func (r Rules) alone(policy Policy, chance float64) []outcome {
	switch policy {
	case Silent:
		return []outcome{{chance: chance, seconds: r.Timeout()}}
	case Fault:
		return []outcome{{chance: chance, seconds: r.FastSeconds}}
	case Decline:
		return []outcome{{chance: chance, score: r.DeclineScore, seconds: r.DeclineSeconds}}
	}
	var list []outcome
	for place := range trioSize {
		list = append(list, outcome{chance: chance / trioSize, score: score(place), seconds: r.FastSeconds, pay: r.Share(place)})
	}
	return list
}

// withReplacements adds the draws in which an own node is what replaces another
// that declined: it is alone too, and the redraw is gone.
func (r Rules) withReplacements(c Class, list []outcome) []outcome {
	drawn, replaced := ownDrawn(c.Seats()), c.replaced()
	for i := range list {
		list[i].chance *= drawn / (drawn + replaced)
	}
	return append(list, outcome{chance: replaced / (drawn + replaced), seconds: r.FastSeconds + r.IdleSeconds})
}

// class that the policy sees, when all honest nodes hold the task's model.
func (r Rules) class(honest, own int, policy Policy) Class {
	return r.classLacking(honest, own, 0, policy)
}

// classLacking is class with so many honest nodes without the model. Own nodes
// weigh what their scores make of them in the long run: a mean stays with the
// address.
func (r Rules) classLacking(honest, own, lack int, policy Policy) Class {
	c := newcomers(honest, own)
	c.Lacking, c.OwnLack = lack, policy == Decline
	const rounds = 50 // each brings the weight closer by half or more
	for range rounds {
		mean := 0.0
		for _, o := range r.outcomes(c, policy) {
			mean += o.chance * float64(o.score)
		}
		c.OwnWeight = weight(mean)
	}
	return c
}
