package grammar

import (
	"fmt"
	"slices"
)

// finish works out what matching needs to know of each state, and refuses what
// no value fits.
func (b *builder) finish(start int32) (*Grammar, error) {
	g := &Grammar{states: b.states, start: start}
	for i := range g.states {
		s := &g.states[i]
		s.plain = len(s.jumps)+len(s.calls) == 0 && !s.accept
		s.need = never
	}
	g.settle()
	if g.states[start].need > maxDepth {
		return nil, &Error{nil, "no value fits the schema", fmt.Sprintf("it must end somewhere, within %d objects and lists inside one another", maxDepth)}
	}
	return g, nil
}

// settle carries what is known of states back to those that lead to them, until
// nothing changes.
func (g *Grammar) settle() {
	before := make([][]int32, len(g.states))
	queue := make([]int32, 0, len(g.states))
	for i := range g.states {
		g.states[i].next(func(to int32) { before[to] = append(before[to], int32(i)) })
		queue = append(queue, int32(i)) // later ones first, as states lead to later ones mostly
	}
	waits := slices.Repeat([]bool{true}, len(g.states))
	for len(queue) > 0 {
		i := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		waits[i] = false
		s := &g.states[i]
		need, mayCall := g.after(s)
		if need == s.need && mayCall == s.mayCall {
			continue
		}
		s.need, s.mayCall = need, mayCall
		for _, from := range before[i] {
			if !waits[from] {
				waits[from] = true
				queue = append(queue, from)
			}
		}
	}
}

// next names the states that one leads to.
func (s *state) next(name func(to int32)) {
	for _, e := range s.edges {
		name(e.to)
	}
	for _, to := range s.jumps {
		name(to)
	}
	for _, c := range s.calls {
		name(c.rule)
		name(c.ret)
	}
}

func (g *Grammar) after(s *state) (need int, calls bool) {
	need, calls = s.need, len(s.calls) > 0
	if s.accept {
		need = 0
	}
	for _, e := range s.edges {
		need = min(need, g.states[e.to].need)
		calls = calls || g.states[e.to].mayCall
	}
	for _, to := range s.jumps {
		need = min(need, g.states[to].need)
		calls = calls || g.states[to].mayCall
	}
	for _, c := range s.calls {
		need = min(need, max(1+g.states[c.rule].need, g.states[c.ret].need))
	}
	return need, calls
}
