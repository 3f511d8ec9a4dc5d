package netstats

import (
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func follow(t *testing.T, c *contractstest.Chain) *Follower {
	t.Helper()
	ch, err := chain.Open(t.Context(), c.Client, chain.Options{Poll: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.Close)
	f, err := Follow(ch, Options{Node: c.Deployment.Node, Task: c.Deployment.Task})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// upTo are the numbers as of the chain's head.
func upTo(t *testing.T, c *contractstest.Chain, f *Follower) Stats {
	t.Helper()
	for range 2000 {
		head, err := c.Client.HeaderByNumber(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		f.mu.Lock()
		f.when = time.Time{} // not those of a moment ago
		f.mu.Unlock()
		s, err := f.Stats()
		if err != nil {
			t.Fatal(err)
		}
		if s.Block == head.Number.Uint64() && s.At == int64(head.Time) && !s.CatchingUp {
			return s
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the follower does not arrive at the head")
	return Stats{}
}

// same compares numbers, but for the block.
func same(t *testing.T, name string, a, b Stats) {
	t.Helper()
	a.Block, a.At, b.Block, b.At = 0, 0, 0, 0
	if !reflect.DeepEqual(a, b) {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		t.Errorf("%s:\n%s\n%s", name, x, y)
	}
}

// checkNodes holds every number about nodes against the contract's word.
func checkNodes(t *testing.T, c *contractstest.Chain, s Stats, nodes []*ecdsa.PrivateKey) {
	t.Helper()
	joined, byStatus := uint64(0), map[protocol.NodeStatus]uint64{}
	for _, key := range nodes {
		if status := protocol.NodeStatus(c.NodeInfo(contractstest.Address(key)).Status); status != protocol.NodeQuit {
			joined++
			byStatus[status]++
		}
	}
	if s.Nodes.Joined != joined || s.Nodes.ByStatus["available"] != byStatus[protocol.NodeAvailable] ||
		s.Nodes.ByStatus["busy"] != byStatus[protocol.NodeBusy] || s.Nodes.ByStatus["paused"] != byStatus[protocol.NodePaused] ||
		s.Nodes.ByStatus["pending_pause"] != byStatus[protocol.NodePendingPause] || s.Nodes.ByStatus["pending_quit"] != byStatus[protocol.NodePendingQuit] {
		t.Errorf("nodes are %+v, and the contract says %d joined, %v", s.Nodes, joined, byStatus)
	}
}

func TestNumbersAreTheChains(t *testing.T) {
	c := contractstest.New(t, nil)
	large := contractstest.Class{Card: "Other Card", VRAMGB: 24, Runtime: "cpu-test/1"}
	small := c.Join(7, contractstest.SmallClass())
	nodes := append(small, c.Join(1, large)...)
	f := follow(t, c)
	checkNodes(t, c, upTo(t, c, f), nodes)

	creator := c.Account()
	credit := func() *big.Int {
		sum := new(big.Int)
		for _, key := range nodes {
			sum.Add(sum, c.Credit(contractstest.Address(key)))
		}
		return sum
	}
	had := credit()
	agreed := c.Create(creator, contractstest.GPTRequest(), nodes)
	started := c.Now()
	s := upTo(t, c, f)
	checkNodes(t, c, s, nodes)
	if s.Running.GPT != 1 || s.Queued.GPT != 0 || s.Today.Created.GPT != 1 {
		t.Errorf("one task runs: %+v %+v", s.Running, s.Today.Created)
	}
	second := c.Create(creator, contractstest.GPTRequest(), nodes)
	third := c.Create(creator, contractstest.GPTRequest(), nodes) // finds two nodes free
	if third.Drawn != nil {
		t.Fatal("a third task was drawn")
	}
	if s = upTo(t, c, f); s.Queued.GPT != 1 || s.Running.GPT != 2 {
		t.Errorf("queued %+v, running %+v, want 1 and 2", s.Queued, s.Running)
	}
	checkNodes(t, c, s, nodes)

	// One asks for a pause within its task, and one does not do as the others.
	c.Send("pause", second.Keys[0], c.Deployment.Node, c.Node.PackPause())
	c.Send("quit", second.Keys[1], c.Deployment.Node, c.Node.PackQuit())
	checkNodes(t, c, upTo(t, c, f), nodes)
	c.Advance(20 * time.Second)
	agreed.Settle(contractstest.Result("same"), contractstest.Result("same"), contractstest.Result("same"))
	took := int64(c.Now() - started)
	for seat, word := range []string{"same", "same", "else"} {
		second.Commit(seat, contractstest.Result(word))
	}
	for seat := range 3 {
		second.Reveal(seat)
	}
	if !protocol.TaskStatus(second.Info().Status).Final() {
		second.Close()
	}
	s = upTo(t, c, f)
	checkNodes(t, c, s, nodes)
	if got := s.Today.Ended["agreed"].GPT; got != 2 {
		t.Errorf("%d tasks agreed, want 2: %+v", got, s.Today.Ended)
	}
	if m := s.Today.Verified.GPT; m < took-1 || float64(m) > float64(took)*1.06+5 {
		t.Errorf("median to verified is %d s, want about %d", m, took)
	}
	if s.Today.Verified.StableDiffusion != -1 {
		t.Errorf("median of no images is %d", s.Today.Verified.StableDiffusion)
	}
	scored := uint64(0)
	for _, n := range s.Today.Scores {
		scored += n
	}
	if scored != 6 {
		t.Errorf("%d scores were given, want those of two tasks", scored)
	}
	// A node that ends a task is repaid for that on top.
	more := new(big.Int).Sub(new(big.Int).Sub(credit(), had), s.Month.Paid.Big())
	if most := new(big.Int).Mul(contracts.DefaultParams().SettleReward, big.NewInt(2)); s.Month.Paid.IsZero() || more.Sign() < 0 || more.Cmp(most) > 0 {
		t.Errorf("nodes were paid %s, which is %s less than their credit grew", s.Month.Paid, more)
	}
	if len(s.Days) != 30 || s.Days[29].Agreed.GPT != 2 || len(s.Nodes.Cards) != 2 || s.Nodes.Cards[0].Card != "Test Card" {
		t.Errorf("days %+v, cards %+v", s.Days[29], s.Nodes.Cards)
	}

	// Tomorrow today is yesterday; and who starts late counts the same.
	c.Advance(24 * time.Hour)
	c.Backend.Commit()
	s = upTo(t, c, f)
	if s.Today.Ended["agreed"].GPT != 0 || s.Week.Ended["agreed"].GPT != 2 || s.Days[28].Agreed.GPT != 2 {
		t.Errorf("a day later: today %+v, week %+v", s.Today.Ended, s.Week.Ended)
	}
	for range depth + 6 {
		c.Backend.Commit()
	}
	s = upTo(t, c, f)
	same(t, "early and late", s, upTo(t, c, follow(t, c)))
}

func TestNumbersAreThoseOfTheBranchWhichWon(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(6, contractstest.SmallClass())
	creator := c.Account()
	for range 2 * depth { // so that some of it is settled
		c.Backend.Commit()
	}
	f := follow(t, c)
	court := c.Create(creator, contractstest.GPTRequest(), nodes)
	upTo(t, c, f)
	before, err := c.Client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	court.Settle(contractstest.Result("same"), contractstest.Result("same"), contractstest.Result("same"))
	c.Create(creator, contractstest.GPTRequest(), nodes)
	if s := upTo(t, c, f); s.Today.Ended["agreed"].GPT != 1 || s.Today.Created.GPT != 2 {
		t.Fatalf("on the first branch: %+v", s.Today)
	}

	// The branch that wins is longer, and nobody settles on it; then once more.
	for range 2 {
		if err := c.Backend.Fork(before.Hash()); err != nil {
			t.Fatal(err)
		}
		c.Backend.Commit()
		c.Backend.Commit()
		c.Advance(time.Minute)
		for range 5 {
			c.Backend.Commit()
		}
		s := upTo(t, c, f)
		checkNodes(t, c, s, nodes)
		same(t, "after a fork", s, upTo(t, c, follow(t, c)))
	}
}

func TestDaysThatAreTooOldGo(t *testing.T) {
	events, err := contracts.NewEvents()
	if err != nil {
		t.Fatal(err)
	}
	f := newFold(events)
	for n := range int64(100) {
		f.day(n * daySeconds).created[protocol.GPT]++
	}
	if len(f.days) != keepDays {
		t.Errorf("%d days are kept, want %d", len(f.days), keepDays)
	}
	s, err := f.stats(time.Unix(99*daySeconds+1, 0))
	if err != nil || s.Today.Created.GPT != 1 || s.Week.Created.GPT != 7 || s.Month.Created.GPT != 30 {
		t.Errorf("today %d, week %d, month %d, %v", s.Today.Created.GPT, s.Week.Created.GPT, s.Month.Created.GPT, err)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		seconds []int64
		want    int64
	}{
		{nil, -1}, {[]int64{0}, 0}, {[]int64{1}, 1}, {[]int64{2}, 2}, {[]int64{7}, 7}, {[]int64{20}, 20},
		{[]int64{1, 2, 3}, 2}, {[]int64{1, 100, 100, 5}, 5}, {[]int64{3600}, 3600}, {[]int64{1 << 40}, -2},
	} {
		var h histogram
		for _, s := range c.seconds {
			h.note(s)
		}
		got := h.median()
		if c.want == -2 && got > 1<<21 || c.want >= 0 && float64(got) >= float64(c.want)*0.94 && float64(got) <= float64(c.want)*1.06 || got == c.want {
			continue
		}
		t.Errorf("median of %v is %d, want %d", c.seconds, got, c.want)
	}
}

func TestManyCardsAreOneRow(t *testing.T) {
	f := newFold(nil)
	for i := range 100 {
		class := common.BigToHash(big.NewInt(int64(i)))
		f.cards[class] = card{string(rune('A' + i)), 8}
		f.nodes[common.BigToAddress(big.NewInt(int64(i)))] = node{class, protocol.NodeAvailable}
	}
	n := f.nodeStats()
	if last := n.Cards[mostCards]; len(n.Cards) != mostCards+1 || last.Card != "other cards" || last.Joined != 60 || n.Joined != 100 {
		t.Errorf("%d rows, the last %+v", len(n.Cards), last)
	}
}
