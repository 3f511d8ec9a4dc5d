package grammar

// Matcher follows one answer at a time. It is not for use by two goroutines.
//
// What may come next is the union of what each of its configurations lets pass,
// and what a configuration lets pass depends on the rules that wait only where a
// token ends its rule. So the tokens that a state takes are found once, with the
// places in the tree of tokens where its rule has ended; what comes after those
// is walked again for the rule that goes on.
type Matcher struct {
	grammar *Grammar
	tree    *Vocabulary

	live   []configuration
	ended  bool // the bytes so far are a whole value
	frames map[frame]*frame
	found  map[place]*local

	allowed TokenSet
	level   [][]configuration // buffers of a walk, by depth
	visited map[configuration]bool
}

// The bounds of a matcher. Fewer configurations than there are leave out ways to
// go on, all of which can be completed: never a wrong one, and the same everywhere.
const (
	maxLive   = 128     // configurations
	maxFound  = 1024    // states whose tokens are kept
	maxFrames = 1 << 16 // that are kept for reuse
)

// configuration is a state and what waits for its rule's end; nil is nothing.
type configuration struct {
	state int32
	above *frame
}

// frame is a rule that waits: equal ones are one frame.
type frame struct {
	ret    int32
	parent *frame
	depth  int
}

func (f *frame) height() int {
	if f == nil {
		return 0
	}
	return f.depth
}

// place is a state with room for so many rules that it may call.
type place struct {
	state int32
	room  int
}

// local is what a state lets pass whatever waits above it.
type local struct {
	few   []int32  // tokens, or
	many  TokenSet // the same where they are many
	leave []int32  // nodes at which its rule has ended, with tokens below
}

// TokenSet has a bit for every token.
type TokenSet []uint64

// Has tells whether a token is in the set.
func (s TokenSet) Has(token int) bool { return s[token>>6]>>(token&63)&1 != 0 }

func (s TokenSet) add(token int32) { s[token>>6] |= 1 << (token & 63) }

// NewMatcher makes a matcher at the beginning of an answer.
func NewMatcher(g *Grammar, v *Vocabulary) *Matcher {
	m := &Matcher{
		grammar: g, tree: v,
		frames: map[frame]*frame{}, found: map[place]*local{}, visited: map[configuration]bool{},
		allowed: make(TokenSet, (len(v.pieces)+63)/64),
	}
	m.Reset()
	return m
}

// Reset begins another answer.
func (m *Matcher) Reset() {
	m.live, m.ended = m.enter(nil, configuration{m.grammar.start, nil}, maxDepth)
}

// Complete tells whether the answer may end here.
func (m *Matcher) Complete() bool { return m.ended }

// Final tells whether the answer must end here.
func (m *Matcher) Final() bool { return m.ended && len(m.live) == 0 }

// Allowed are the tokens that may come next. The set is good until the next call.
func (m *Matcher) Allowed() TokenSet {
	clear(m.allowed)
	for _, c := range m.live {
		l := m.local(c)
		for _, t := range l.few {
			m.allowed.add(t)
		}
		for i, bits := range l.many {
			m.allowed[i] |= bits
		}
		if c.above == nil || len(l.leave) == 0 {
			continue
		}
		above, _ := m.leave(c.above)
		w := walk{m: m, add: m.allowed.add, room: maxDepth}
		for _, node := range l.leave {
			w.below(node, above, 0)
		}
	}
	return m.allowed
}

// Take goes on by a token. It is false for one that was not allowed, after which
// the matcher is good for a Reset only.
func (m *Matcher) Take(token int) bool {
	var next []configuration
	ended := false
	for _, c := range m.live {
		own, done := m.take(c, m.tree.pieces[token])
		next = join(next, own)
		ended = ended || done
	}
	m.live, m.ended = next, ended
	if len(m.frames) > maxFrames {
		clear(m.frames)
		for i := range m.live {
			m.live[i].above = m.rebase(m.live[i].above, nil)
		}
	}
	return len(next) > 0 || ended
}

// take goes on from one configuration, exactly as Allowed looks ahead: first in
// its own rule, then, from wherever that ended, in those above.
func (m *Matcher) take(c configuration, piece []byte) (next []configuration, ended bool) {
	if len(piece) == 0 {
		return nil, false
	}
	own := []configuration{{c.state, nil}}
	for i, b := range piece {
		var left bool
		own, left = m.step(nil, own, b, maxDepth-c.above.height())
		if !left {
			continue
		}
		if c.above == nil {
			ended = ended || i == len(piece)-1
			continue
		}
		above, done := m.leave(c.above)
		for _, b := range piece[i+1:] {
			above, done = m.step(nil, above, b, maxDepth)
		}
		next = join(next, above)
		ended = ended || done
	}
	for _, o := range own {
		next = join(next, []configuration{{o.state, m.rebase(o.above, c.above)}})
	}
	return next, ended
}

// leave are the configurations after the end of a rule.
func (m *Matcher) leave(f *frame) ([]configuration, bool) {
	return m.enter(nil, configuration{f.ret, f.parent}, maxDepth)
}

// rebase puts frames that had nothing above them on top of others.
func (m *Matcher) rebase(f, base *frame) *frame {
	if f == nil {
		return base
	}
	return m.frame(f.ret, m.rebase(f.parent, base))
}

// frame is the one with these values.
func (m *Matcher) frame(ret int32, parent *frame) *frame {
	key := frame{ret, parent, parent.height() + 1}
	f := m.frames[key]
	if f == nil {
		f = &key
		m.frames[key] = f
	}
	return f
}

// join adds configurations that are not there yet, within the bound.
func join(to, from []configuration) []configuration {
	for _, c := range from {
		to = insert(to, c)
	}
	return to
}

func insert(to []configuration, c configuration) []configuration {
	for _, have := range to {
		if have == c {
			return to
		}
	}
	if len(to) == maxLive {
		return to
	}
	return append(to, c)
}

// local finds what a state lets pass by itself, once.
func (m *Matcher) local(c configuration) *local {
	at := place{c.state, 0}
	if m.grammar.states[c.state].mayCall {
		at.room = maxDepth - c.above.height()
	}
	if l := m.found[at]; l != nil {
		return l
	}

	l := &local{}
	w := walk{m: m, add: func(t int32) { l.few = append(l.few, t) }, leave: &l.leave, room: at.room}
	w.below(0, []configuration{{c.state, nil}}, 0)
	if len(l.few) > len(m.tree.pieces)/32 {
		l.many = make(TokenSet, len(m.allowed))
		for _, t := range l.few {
			l.many.add(t)
		}
		l.few = nil
	}
	if len(m.found) >= maxFound {
		clear(m.found)
	}
	m.found[at] = l
	return l
}

// walk goes down the tree of tokens with configurations.
type walk struct {
	m     *Matcher
	add   func(token int32)
	leave *[]int32 // takes the nodes at which nothing waits any more; may be nil
	room  int
}

// below looks at what lies below a node that the configurations have come to.
func (w *walk) below(node int32, at []configuration, depth int) {
	tree := w.m.tree
	for len(w.m.level) <= depth {
		w.m.level = append(w.m.level, nil)
	}
	for child := node + 1; child < tree.end[node]; child = tree.end[child] {
		next, left := w.m.step(w.m.level[depth][:0], at, tree.label[child], w.room)
		w.m.level[depth] = next
		if len(next) == 0 && !left {
			continue
		}
		for _, t := range tree.tokens[child] {
			w.add(t)
		}
		if tree.isLeaf(child) {
			continue
		}
		if left && w.leave != nil {
			*w.leave = append(*w.leave, child)
		}
		if len(next) > 0 {
			w.below(child, next, depth+1)
		}
	}
}

// step reads a byte. ended tells whether the rules have ended with it, those
// above them too.
func (m *Matcher) step(to, from []configuration, b byte, room int) (next []configuration, ended bool) {
	for _, c := range from {
		for _, e := range m.grammar.states[c.state].edges {
			if b < e.low || b > e.high {
				continue
			}
			var done bool
			to, done = m.enter(to, configuration{e.to, c.above}, room)
			ended = ended || done
		}
	}
	return to, ended
}

// enter adds the configurations that are ready to read a byte once a state is
// entered, and leaves out those that could not end within the room.
func (m *Matcher) enter(to []configuration, c configuration, room int) (next []configuration, ended bool) {
	states := m.grammar.states
	if s := &states[c.state]; s.plain {
		if c.above.height()+s.need <= room {
			to = insert(to, c)
		}
		return to, false
	}

	clear(m.visited)
	todo := []configuration{c}
	for len(todo) > 0 {
		c := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		s := &states[c.state]
		if m.visited[c] || c.above.height()+s.need > room {
			continue
		}
		m.visited[c] = true
		if len(s.edges) > 0 {
			to = insert(to, c)
		}
		for _, j := range s.jumps {
			todo = append(todo, configuration{j, c.above})
		}
		for _, call := range s.calls {
			if c.above.height()+max(1+states[call.rule].need, states[call.ret].need) <= room {
				todo = append(todo, configuration{call.rule, m.frame(call.ret, c.above)})
			}
		}
		switch {
		case !s.accept:
		case c.above == nil:
			ended = true
		default:
			todo = append(todo, configuration{c.above.ret, c.above.parent})
		}
	}
	return to, ended
}
