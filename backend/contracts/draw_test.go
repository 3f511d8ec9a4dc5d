package contracts_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// These tests draw thousands of times from one state, each with another
// prevrandao, through createTask, and take each draw back. Scores are written
// into Node's storage, and who holds a model is announced.

// urn is a state to draw from.
type urn struct {
	*contractstest.Chain
	t       *testing.T
	seed    uint64
	creator common.Address
}

func newUrn(t *testing.T, seed uint64) *urn {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) { p.StableDiffusion.Served = true })
	c.EVM.Randao = func(number uint64) common.Hash {
		return crypto.Keccak256Hash(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, seed), number))
	}
	return &urn{c, t, seed, contractstest.Address(c.Account())}
}

// join joins nodes of a registered class.
func (u *urn) join(n int, card string, gb uint16) []common.Address {
	u.t.Helper()
	class := contractstest.Class{Card: card, VRAMGB: gb, Runtime: "cuda/1"}
	u.Register(class)
	return u.JoinMany(n, class)
}

// draw draws n times.
func (u *urn) draw(n int, request contracts.TaskRequest, see func(*contracts.TaskTaskDrawn)) {
	u.t.Helper()
	call := u.Task.PackCreateTask(request)
	for range n {
		receipt := u.EVM.Try(u.creator, u.Deployment.Task, call)
		drawn := contractstest.Find[contracts.TaskTaskDrawn](u.Chain, receipt)
		if drawn == nil {
			u.t.Fatal("no nodes were drawn")
		}
		see(drawn)
	}
}

// fits fails unless counts fit the weights by Pearson's test. What has no weight
// must not be counted at all.
func (u *urn) fits(what string, counts []int, weights []float64) {
	u.t.Helper()
	const oneInTenThousand = 3.719 // deviations of the normal distribution
	var n, sum float64
	for i := range counts {
		n += float64(counts[i])
		sum += weights[i]
	}
	freedom, statistic := -1.0, 0.0
	for i, weight := range weights {
		expected := n * weight / sum
		if expected == 0 {
			if counts[i] != 0 {
				u.t.Errorf("%s: cell %d was drawn %d times, want never (seed %d)", what, i, counts[i], u.seed)
			}
			continue
		}
		freedom++
		statistic += (float64(counts[i]) - expected) * (float64(counts[i]) - expected) / expected
	}
	// Wilson and Hilferty: the cube root of a chi-square is nearly normal.
	h := 2 / (9 * freedom)
	most := freedom * math.Pow(1-h+oneInTenThousand*math.Sqrt(h), 3)
	u.t.Logf("%s: chi-square %.1f with %.0f degrees of freedom in %.0f draws, seed %d; %.1f is one in 10,000", what, statistic, freedom, n, u.seed, most)
	if statistic > most {
		u.t.Errorf("%s: got %v, want in proportion to %.3v", what, counts, weights)
	}
}

// weigh gives nodes scores from 0 to 20 points and returns their weights.
func (u *urn) weigh(nodes []common.Address) []float64 {
	u.t.Helper()
	weights := make([]float64, len(nodes))
	for i, node := range nodes {
		mean := uint16(20 * 256 * i / (len(nodes) - 1))
		u.SetMean(node, mean)
		weights[i] = 10 + float64(mean)/256/2
	}
	return weights
}

func indexOf(nodes []common.Address) map[common.Address]int {
	index := map[common.Address]int{}
	for i, node := range nodes {
		index[node] = i
	}
	return index
}

func ones(n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = 1
	}
	return all
}

func TestNodesAreDrawnByTheirScores(t *testing.T) {
	t.Parallel()
	const draws, n = 6000, 12
	for name, c := range map[string]struct {
		request contracts.TaskRequest
		classes int
	}{
		"text, one class":       {contractstest.GPTRequest(), 1},
		"images, seven classes": {contractstest.SDRequest(1), 7},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUrn(t, 21)
			var nodes []common.Address
			for class := range c.classes {
				size := n / c.classes
				if class < n%c.classes {
					size++
				}
				nodes = append(nodes, u.join(size, fmt.Sprint("Card ", class), uint16(8+4*(class%3)))...)
			}
			weights, index := u.weigh(nodes), indexOf(nodes)
			sum := 0.0
			for _, weight := range weights {
				sum += weight
			}
			first, pairs := make([]int, n), make([]int, n*n)
			u.draw(draws, c.request, func(drawn *contracts.TaskTaskDrawn) {
				a, b := index[drawn.Nodes[0]], index[drawn.Nodes[1]]
				first[a]++
				pairs[n*a+b]++
			})
			u.fits("the first seat", first, weights)
			chances := make([]float64, n*n)
			for a := range n {
				for b := range n {
					if a != b {
						chances[n*a+b] = weights[a] * weights[b] / (sum - weights[a])
					}
				}
			}
			u.fits("the first two seats", pairs, chances)
		})
	}
}

func TestEachOrderOfThreeIsDrawn(t *testing.T) {
	t.Parallel()
	const draws = 3000
	for name, c := range map[string]struct {
		request contracts.TaskRequest
		means   [3]uint16
	}{
		"text":                   {contractstest.GPTRequest(), [3]uint16{0, 0, 0}},
		"text, unequal scores":   {contractstest.GPTRequest(), [3]uint16{0, 2560, 5120}},
		"images":                 {contractstest.SDRequest(1), [3]uint16{5120, 5120, 5120}},
		"images, unequal scores": {contractstest.SDRequest(1), [3]uint16{5120, 5120, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUrn(t, 22)
			nodes := u.join(3, "Card", 8)
			weights := make([]float64, 3)
			for i, node := range nodes {
				u.SetMean(node, c.means[i])
				weights[i] = 10 + float64(c.means[i])/512
			}
			counts, chances := make([]int, 27), make([]float64, 27)
			index := indexOf(nodes)
			u.draw(draws, c.request, func(drawn *contracts.TaskTaskDrawn) {
				counts[9*index[drawn.Nodes[0]]+3*index[drawn.Nodes[1]]+index[drawn.Nodes[2]]]++
			})
			for a := range 3 {
				for b := range 3 {
					if a != b {
						chances[9*a+3*b+3-a-b] = weights[a] * weights[b] / (weights[0] + weights[1] + weights[2] - weights[a])
					}
				}
			}
			u.fits("six orders", counts, chances)
		})
	}
}

func TestTextDrawsClassesByTheirFreeNodes(t *testing.T) {
	t.Parallel()
	u := newUrn(t, 23)
	type class struct {
		joined, paused int
		gb             uint16
		weight         float64
	}
	classes := []class{
		{3, 0, 8, 3}, {4, 0, 8, 4}, {12, 0, 8, 12}, {30, 0, 12, 30}, {9, 2, 16, 7}, {6, 1, 16, 5}, {8, 0, 24, 8},
		{5, 0, 300, 5},  // more memory than there are steps
		{3, 1, 12, 0},   // two free
		{10, 0, 6, 0},   // too small
		{10, 10, 24, 0}, // none free
		{2, 0, 24, 0},   // fewer than make a class
		{20, 0, 24, 0},  // struck
		{20, 0, 32, 0},  // unknown
	}
	counts, weights := make([]int, len(classes)), make([]float64, len(classes))
	index := map[common.Hash]int{}
	for i, c := range classes {
		card := contractstest.Class{Card: fmt.Sprint("Card ", i), VRAMGB: c.gb, Runtime: "cuda/1"}
		if c.gb != 32 {
			u.Register(card)
		}
		nodes := u.JoinMany(c.joined, card)
		for _, node := range nodes[:c.paused] {
			u.SendFrom("pause", node, u.Deployment.Node, u.Node.PackPause())
		}
		weights[i] = c.weight
		index[card.ID()] = i
		if c.joined == 20 && c.gb == 24 {
			u.Enact(u.Rules.PackStrikeClass(card.ID()))
		}
	}
	request := contractstest.GPTRequest()
	request.MinVramGB = 8
	u.draw(6000, request, func(drawn *contracts.TaskTaskDrawn) {
		i, ok := index[drawn.ClassId]
		if !ok {
			t.Fatalf("drew from class %x, which takes no text", drawn.ClassId)
		}
		counts[i]++
	})
	u.fits("classes", counts, weights)
}

func TestImagesDrawAllNodesAlike(t *testing.T) {
	t.Parallel()
	const draws = 8000
	u := newUrn(t, 24)
	var nodes []common.Address
	var weights []float64
	add := func(weight float64, more []common.Address) {
		for _, node := range more {
			nodes, weights = append(nodes, node), append(weights, weight)
		}
	}
	// Steps with one class, more than 4, more than 16 and more than 64: one to four
	// levels of the tree.
	for _, c := range []struct {
		gb      uint16
		classes int
		weight  float64
	}{{6, 3, 0}, {8, 70, 1}, {10, 18, 1}, {12, 6, 1}, {16, 1, 1}} {
		for i := range c.classes {
			add(c.weight, u.join(1+i%2, fmt.Sprint("Card ", i), c.gb))
		}
	}
	add(1, u.JoinMany(4, contractstest.Class{Card: "Unknown", VRAMGB: 9, Runtime: "x"}))
	add(1, u.JoinMany(5, contractstest.Class{Card: "Unknown", VRAMGB: 200, Runtime: "x"}))
	index := indexOf(nodes)
	var seats [3][]int
	for seat := range seats {
		seats[seat] = make([]int, len(nodes))
	}
	request := contractstest.SDRequest(1)
	request.MinVramGB = 7
	u.draw(draws, request, func(drawn *contracts.TaskTaskDrawn) {
		a, b, c := drawn.Nodes[0], drawn.Nodes[1], drawn.Nodes[2]
		if a == b || b == c || a == c {
			t.Fatal("a node was drawn twice for one task")
		}
		for seat, node := range drawn.Nodes {
			seats[seat][index[node]]++
		}
	})
	for seat, counts := range seats {
		u.fits(fmt.Sprintf("seat %d of %d nodes", seat, len(nodes)), counts, weights)
	}
}

// modelSet is the set of one model, as INode says.
func modelSet(key common.Hash) uint64 {
	m := key.Big()
	set := uint64(0)
	for shift := uint(0); shift <= 12; shift += 6 {
		set |= 1 << (new(big.Int).Rsh(m, shift).Uint64() & 63)
	}
	return set
}

func TestHoldersOfTheModelArePreferred(t *testing.T) {
	t.Parallel()
	const draws, n = 2000, 12
	key := protocol.ModelKey("a model")
	text, images := contractstest.GPTRequest(), contractstest.SDRequest(1)
	for name, c := range map[string]struct {
		request contracts.TaskRequest
		holders int
		scored  bool
	}{
		"nobody":                   {text, 0, false},
		"one of twelve":            {text, 1, false},
		"a quarter":                {text, 3, false},
		"the worst quarter":        {text, 3, true},
		"a quarter, images":        {images, 3, false},
		"half":                     {text, 6, false},
		"everybody, unlike scores": {images, 12, true},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUrn(t, 25)
			nodes := u.join(n, "Card", 8)
			weights := ones(n)
			if c.scored {
				weights = u.weigh(nodes) // the first ones have the worst scores
			}
			var holding, all float64
			for i, node := range nodes {
				all += weights[i]
				if i < c.holders {
					holding += weights[i]
					u.SendFrom("announce", node, u.Deployment.Node, u.Node.PackAnnounce(modelSet(key)))
				}
			}
			request := c.request
			request.ModelKey = key
			index, counts := indexOf(nodes), make([]int, n)
			u.draw(draws, request, func(drawn *contracts.TaskTaskDrawn) { counts[index[drawn.Nodes[0]]]++ })

			// Two others are passed over at most, so another has the seat only if three
			// in a row would have had it.
			others := math.Pow(1-holding/all, 3)
			chances := make([]float64, n)
			for i, weight := range weights {
				if i < c.holders {
					chances[i] = (1 - others) * weight / holding
				} else {
					chances[i] = others * weight / (all - holding)
				}
			}
			u.fits("the first seat", counts, chances)
			if c.holders > 0 && c.holders < n {
				t.Logf("holders have %.1f %% of the weight and %.1f %% of the seats: each has %.2f times what it had without the model, another %.2f times",
					100*holding/all, 100*(1-others), (1-others)/(holding/all), others/(1-holding/all))
			}
		})
	}
}
