package contracts_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// Where Task keeps its queue (Docket: two words of EIP712, then Books.State).
const (
	queueListsSlot = 4
	queueLinksSlot = 5
)

// listOf is the number of the list of a type and memory step.
func listOf(taskType protocol.TaskType, step uint8) uint64 { return uint64(taskType)<<4 | uint64(step) }

// treapLink is one task of a list, as TaskQueue keeps it.
type treapLink struct {
	place, serial       uint64
	left, right, parent uint64
	// leaning is 1 where the longer path leads to the left, 2 where to the right.
	leaning uint64
	value   *big.Int
	depth   int
}

func (l treapLink) id() *big.Int {
	return new(big.Int).Or(new(big.Int).Lsh(bigOf(l.serial), 20), bigOf(l.place))
}

// treap is a list as it lies in storage.
type treap struct {
	// order is from left to right, so best first.
	order []treapLink
	depth int
}

// wordBits are some bits of a word of storage.
func wordBits(word *big.Int, from, width uint) *big.Int {
	mask := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), width), big.NewInt(1))
	return mask.And(mask, new(big.Int).Rsh(word, from))
}

// readTreap walks through a list in storage and fails unless it is a search tree
// by value and age, balanced as it says, and its ends and length are as noted.
func readTreap(t *testing.T, c *contractstest.Chain, list uint64) (tree treap) {
	t.Helper()
	head := c.EVM.Storage(c.Deployment.Task, contractstest.SlotOf(contractstest.Slot(queueListsSlot), contractstest.Slot(list))).Big()
	field := func(i uint) uint64 { return wordBits(head, 24*i, 24).Uint64() }
	root, best, worst, length := field(0), field(1), field(2), field(3)
	if length == 0 {
		return tree // what else the list says has no meaning
	}
	var walk func(place, parent uint64, depth int) (height int)
	walk = func(place, parent uint64, depth int) int {
		if place == 0 || t.Failed() {
			return 0
		}
		link := readLink(c, place)
		link.depth = depth
		left := walk(link.left, place, depth+1)
		tree.order = append(tree.order, link)
		right := walk(link.right, place, depth+1)
		tree.depth = max(tree.depth, depth)
		if want := map[int]uint64{0: 0, 1: 1, -1: 2}[left-right]; link.parent != parent || link.leaning != want || left-right > 1 || right-left > 1 {
			t.Errorf("list %d: the task at %d has parent %d and leans %d, below %d with paths of %d and %d", list, place, link.parent, link.leaning, parent, left, right)
		}
		return 1 + max(left, right)
	}
	walk(root, 0, 1)
	if uint64(len(tree.order)) != length {
		t.Fatalf("list %d holds %d tasks, says %d", list, len(tree.order), length)
	}
	first, last := tree.order[0], tree.order[length-1]
	if first.place != best || last.place != worst || first.value.Cmp(wordBits(head, 96, 96)) != 0 {
		t.Errorf("list %d says best %d of value %s, worst %d; want %d of value %s, %d", list, best, wordBits(head, 96, 96), worst, first.place, first.value, last.place)
	}
	for i := 1; i < len(tree.order); i++ {
		a, b := tree.order[i-1], tree.order[i]
		if order := a.value.Cmp(b.value); order < 0 || (order == 0 && a.serial > b.serial) {
			t.Errorf("list %d: value %s, serial %d stands before value %s, serial %d", list, a.value, a.serial, b.value, b.serial)
		}
	}
	return tree
}

func readLink(c *contractstest.Chain, place uint64) treapLink {
	slot := contractstest.SlotOf(contractstest.Slot(queueLinksSlot), contractstest.Slot(place))
	word := c.EVM.Storage(c.Deployment.Task, slot).Big()
	return treapLink{
		place: place, value: wordBits(word, 0, 96), serial: wordBits(word, 96, 40).Uint64(),
		left: wordBits(word, 136, 24).Uint64(), right: wordBits(word, 160, 24).Uint64(), parent: wordBits(word, 184, 24).Uint64(),
		leaning: wordBits(word, 208, 8).Uint64(),
	}
}

// deepest is the task that the longest path leads to, and its place in the order.
func (tree treap) deepest() (i int) {
	for j, link := range tree.order {
		if link.depth > tree.order[i].depth {
			i = j
		}
	}
	return i
}

// besides is a value that puts a newcomer next to the task that lies deepest, on
// the side where fewer of those above it stand, which the newcomer may part from
// it: whoever wants long paths knows all priorities but the newcomer's.
func (tree treap) besides() *big.Int {
	const apart = 1_000_000_000_000
	if len(tree.order) == 0 {
		return valueOf(1_000_000)
	}
	i := tree.deepest()
	places := map[uint64]int{}
	for j, link := range tree.order {
		places[link.place] = j
	}
	balance := 0
	for up := tree.order[i].parent; up != 0; up = tree.order[places[up]].parent {
		if places[up] < i {
			balance++
		} else {
			balance--
		}
	}
	value := tree.order[i].value
	switch after := balance > 0; {
	case after && i+1 == len(tree.order):
		return new(big.Int).Sub(value, big.NewInt(apart))
	case after:
		return halfway(value, tree.order[i+1].value)
	case i == 0:
		return new(big.Int).Add(value, big.NewInt(apart))
	default:
		return halfway(value, tree.order[i-1].value)
	}
}

func halfway(a, b *big.Int) *big.Int {
	sum := new(big.Int).Add(a, b)
	return sum.Rsh(sum, 1)
}

// valueOf are values that every task may have, in order, far apart.
func valueOf(n int64) *big.Int {
	return new(big.Int).Add(big.NewInt(30_000_000_000_000_000), new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000)))
}

// valueKinds are ways to choose the value of the nth task. list reads the list
// that it joins.
func valueKinds() map[string]func(random *rand.Rand, n int64, list func() treap) *big.Int {
	type read = func() treap
	return map[string]func(*rand.Rand, int64, read) *big.Int{
		"any":         func(random *rand.Rand, _ int64, _ read) *big.Int { return valueOf(random.Int64N(1_000_000)) },
		"few":         func(random *rand.Rand, _ int64, _ read) *big.Int { return valueOf(random.Int64N(4)) },
		"all equal":   func(*rand.Rand, int64, read) *big.Int { return valueOf(1) },
		"rising":      func(_ *rand.Rand, n int64, _ read) *big.Int { return valueOf(n) },
		"falling":     func(_ *rand.Rand, n int64, _ read) *big.Int { return valueOf(1_000_000 - n) },
		"adversarial": func(_ *rand.Rand, _ int64, list read) *big.Int { return list().besides() },
	}
}

func TestTheQueueIsASortedList(t *testing.T) {
	t.Parallel()
	const full, steps, seed = 210, 250, 7
	for name, next := range valueKinds() {
		t.Run(name, func(t *testing.T) {
			m := newQueueModel(t, seed, 100*full/3)
			n := int64(0)
			push := func() {
				list := modelLists()[m.random.IntN(3)]
				n++
				m.push(list, next(m.random, n, func() treap { return readTreap(t, m.Chain, list) }))
			}
			m.toggle()
			for range 3 * full {
				push()
				if n%25 == 0 {
					m.check(n%100 == 0)
				}
			}
			for step := range steps {
				w := m.any()
				switch dice := m.random.IntN(20); {
				case dice < 8 || w == nil:
					push()
				case dice < 12:
					m.cancel(w)
				case dice < 14:
					m.expire(w)
				case dice < 18:
					m.dispatch(m.best())
				case dice < 19:
					m.dispatch(w)
				default:
					m.toggle()
				}
				m.check(step%10 == 0)
			}
			m.check(true)
			if most := depthBound(full + 1); m.deepest > most {
				t.Errorf("seed %d: a path of %d tasks, want %d at most", seed, m.deepest, most)
			}
			t.Logf("seed %d: %d created, %d settled, %d aborted, deepest path %d", seed, m.created, m.settled, m.aborted, m.deepest)
		})
	}
}

// any is some task that waits.
func (m *queueModel) any() *waiter {
	line := m.lists[modelLists()[m.random.IntN(3)]]
	if len(line) == 0 {
		return nil
	}
	return line[m.random.IntN(len(line))]
}

func TestPathsThroughAQueueStayShort(t *testing.T) {
	t.Parallel()
	const most = 1000
	list := listOf(protocol.GPT, 2)
	for _, name := range []string{"any", "all equal", "rising", "adversarial"} {
		t.Run(name, func(t *testing.T) {
			m := newQueueModel(t, 11, 60_000)
			m.toggle()
			read := func() treap { return readTreap(t, m.Chain, list) }
			next, text := valueKinds()[name], ""
			for n := int64(1); n <= most; n++ {
				m.push(list, next(m.random, n, read))
				if n&(n-1) != 0 && n != most {
					continue
				}
				tree := read()
				text += fmt.Sprintf(" %d:%d", n, tree.depth)
				if bound := depthBound(int(n)); tree.depth > bound {
					t.Errorf("%d tasks lie %d deep, want %d at most", n, tree.depth, bound)
				}
			}
			t.Logf("tasks:depth%s; 2 log2 n is %.0f", text, 2*math.Log2(most))
		})
	}
}
