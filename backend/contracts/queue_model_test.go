package contracts_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// waiter is a task that waits, in the model.
type waiter struct {
	id      *big.Int
	list    uint64
	value   *big.Int
	fee     *big.Int
	creator *ecdsa.PrivateKey
	since   uint64
}

// queueModel is what the queue should be: sorted slices. Its three nodes can run
// everything and are all free or all paused, so that every waiting task can be
// served or none.
type queueModel struct {
	*contractstest.Chain
	t        *testing.T
	random   *rand.Rand
	nodes    []*ecdsa.PrivateKey
	creators []*ecdsa.PrivateKey
	server   *ecdsa.PrivateKey
	free     bool
	lists    map[uint64][]*waiter
	credit   map[common.Address]*big.Int
	pool     *big.Int
	// done counts: created, settled, aborted.
	created, settled, aborted int64
	last                      string
	deepest                   int
}

// modelLists are three lists of both types: memory steps 4, 16 and 128 GB.
func modelLists() []uint64 {
	return []uint64{listOf(protocol.GPT, 2), listOf(protocol.GPT, 7), listOf(protocol.StableDiffusion, 14)}
}

func newQueueModel(t *testing.T, seed uint64, queuePer100 uint16) *queueModel {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		p.StableDiffusion.Served = true
		p.QueuePer100Nodes = queuePer100
		p.QueueSeconds = 1
	})
	m := &queueModel{
		Chain: c, t: t, random: rand.New(rand.NewPCG(seed, 0)), server: c.Account(), free: true,
		nodes:    c.Join(3, contractstest.Class{Card: "Large", VRAMGB: 128, Runtime: "cuda/1"}),
		creators: []*ecdsa.PrivateKey{c.Account(), c.Account()},
		lists:    map[uint64][]*waiter{}, credit: map[common.Address]*big.Int{}, pool: new(big.Int),
	}
	for _, key := range append(m.creators, m.server) {
		m.credit[contractstest.Address(key)] = c.Credit(contractstest.Address(key))
	}
	return m
}

// worth orders as the queue should.
func worth(a, b *waiter) int {
	if order := b.value.Cmp(a.value); order != 0 {
		return order
	}
	return a.id.Cmp(b.id) // the serial is the id's upper part
}

func (m *queueModel) best() (best *waiter) {
	for _, list := range m.lists {
		if len(list) > 0 && (best == nil || worth(list[0], best) < 0) {
			best = list[0]
		}
	}
	return best
}

func (m *queueModel) capacity() int64 {
	return max(50, int64(len(m.nodes))*int64(m.Params.QueuePer100Nodes)/100)
}

func (m *queueModel) add(key *ecdsa.PrivateKey, amount *big.Int) {
	m.credit[contractstest.Address(key)].Add(m.credit[contractstest.Address(key)], amount)
}

// request is a task of a list that is worth value, with a little more that the
// division drops.
func (m *queueModel) request(list uint64, value *big.Int) contracts.TaskRequest {
	request := contractstest.GPTRequest()
	seconds := int64(m.Params.Gpt.OverheadSeconds + m.Params.Gpt.SecondsPerUnit)
	if list>>4 == uint64(protocol.StableDiffusion) {
		request = contractstest.SDRequest(1)
		seconds = int64(m.Params.StableDiffusion.OverheadSeconds + m.Params.StableDiffusion.SecondsPerUnit)
	}
	request.MinVramGB = map[uint64]uint16{2: 4, 7: 16, 14: 128}[list&15]
	request.Fee = new(big.Int).Mul(value, big.NewInt(seconds))
	request.Fee.Add(request.Fee, big.NewInt(m.random.Int64N(seconds)))
	return request
}

// push creates a task, and the model says what must become of it.
func (m *queueModel) push(list uint64, value *big.Int) {
	m.t.Helper()
	m.last = fmt.Sprintf("push of %s to list %d", value, list)
	creator := m.creators[m.random.IntN(2)]
	request := m.request(list, value)
	line := m.lists[list]
	receipt, err := m.Try("createTask", creator, m.Deployment.Task, m.Task.PackCreateTask(request))
	best := m.best()
	starts := m.free && (best == nil || best.value.Cmp(value) < 0)
	full := !starts && int64(len(line)) >= m.capacity()
	if full && line[len(line)-1].value.Cmp(value) >= 0 {
		m.wantRefusal(err, "QueueFull", map[string]any{"capacity": big.NewInt(m.capacity()), "leastValue": line[len(line)-1].value})
		return
	}
	if err != nil {
		m.t.Fatalf("%s: %v", m.last, err)
	}
	m.created++
	id := contractstest.Find[contracts.TaskTaskCreated](m.Chain, receipt).TaskId
	if full {
		evicted := line[len(line)-1]
		m.end(evicted, protocol.TaskAborted, protocol.OutcomeEvicted, evicted.fee)
	}
	m.add(creator, new(big.Int).Neg(request.Fee))
	if drawn := contractstest.Find[contracts.TaskTaskDrawn](m.Chain, receipt) != nil; drawn != starts {
		m.t.Fatalf("%s: drawn is %v, want %v", m.last, drawn, starts)
	}
	task := &contractstest.Court{Chain: m.Chain, ID: id, Creator: creator}
	if starts {
		m.finish(task, list, func() { task.Seat(receipt, m.nodes) })
		return
	}
	w := &waiter{id, list, value, request.Fee, creator, m.Now()}
	i, _ := slices.BinarySearchFunc(m.lists[list], w, worth)
	m.lists[list] = slices.Insert(m.lists[list], i, w)
}

// finish runs a task that has just been drawn.
func (m *queueModel) finish(task *contractstest.Court, list uint64, seat func()) {
	m.t.Helper()
	seat()
	answers := sameResults()
	if list>>4 == uint64(protocol.StableDiffusion) {
		answers = closeImages(1, 0)
	}
	task.Settle(answers...)
	m.add(task.Creator, m.Params.SettleReward)
	m.settled++
}

// end takes a task out of the model that has left the queue unserved.
func (m *queueModel) end(w *waiter, status protocol.TaskStatus, outcome protocol.Outcome, refund *big.Int) {
	m.t.Helper()
	m.lists[w.list] = slices.DeleteFunc(m.lists[w.list], func(other *waiter) bool { return other == w })
	m.add(w.creator, refund)
	m.aborted++
	info := (&contractstest.Court{Chain: m.Chain, ID: w.id}).Info()
	if protocol.TaskStatus(info.Status) != status || protocol.Outcome(info.Outcome) != outcome {
		m.t.Fatalf("%s: task is %d, %d; want %s, %s", m.last, info.Status, info.Outcome, status, outcome)
	}
}

func (m *queueModel) cancel(w *waiter) {
	m.t.Helper()
	m.last = fmt.Sprintf("cancel of %s", w.id)
	m.Send("cancel", w.creator, m.Deployment.Task, m.Task.PackCancel(w.id))
	m.pool.Add(m.pool, m.Params.MinFee)
	m.end(w, protocol.TaskCancelled, protocol.OutcomeCancelled, new(big.Int).Sub(w.fee, m.Params.MinFee))
}

func (m *queueModel) expire(w *waiter) {
	m.t.Helper()
	m.last = fmt.Sprintf("expiry of %s", w.id)
	_, err := m.Try("close", m.server, m.Deployment.Task, m.Task.PackClose(w.id))
	if m.Now() <= w.since+uint64(m.Params.QueueSeconds) {
		m.wantRefusal(err, "CloseTooEarly", nil)
		return
	}
	if err != nil {
		m.t.Fatalf("%s: %v", m.last, err)
	}
	m.end(w, protocol.TaskAborted, protocol.OutcomeExpired, w.fee)
}

// dispatch tries to serve a task, which works if it is the best.
func (m *queueModel) dispatch(w *waiter) {
	m.t.Helper()
	m.last = fmt.Sprintf("dispatch of %s", w.id)
	receipt, err := m.Try("dispatch", m.server, m.Deployment.Task, m.Task.PackDispatch(w.id))
	if m.Now() <= w.since {
		m.t.Fatal("every transaction has a second of its own")
	}
	if !m.free {
		m.wantRefusal(err, "NoFreeNodes", nil)
		return
	}
	if best := m.best(); best != w {
		m.wantRefusal(err, "NotNext", map[string]any{"better": best.id})
		return
	}
	if err != nil {
		m.t.Fatalf("%s: %v", m.last, err)
	}
	m.lists[w.list] = m.lists[w.list][1:]
	m.add(m.server, m.Params.DispatchReward)
	task := &contractstest.Court{Chain: m.Chain, ID: w.id, Creator: w.creator}
	m.finish(task, w.list, func() { task.Seat(receipt, m.nodes) })
}

// toggle pauses all nodes or none.
func (m *queueModel) toggle() {
	m.t.Helper()
	m.last = "toggle"
	call := m.Node.PackPause()
	if !m.free {
		call = m.Node.PackResume()
	}
	for _, node := range m.nodes {
		m.Send("move", node, m.Deployment.Node, call)
	}
	m.free = !m.free
}

func (m *queueModel) wantRefusal(err error, name string, args map[string]any) {
	m.t.Helper()
	var refusal *contracts.Refusal
	if !errors.As(err, &refusal) || refusal.Name != name {
		m.t.Fatalf("%s: got %v, want %s", m.last, err, name)
	}
	for key, want := range args {
		if got := refusal.Args[key]; fmt.Sprint(got) != fmt.Sprint(want) {
			m.t.Fatalf("%s: %s says %s = %v, want %v", m.last, name, key, got, want)
		}
	}
}

// check compares the chain with the model: what lies in storage, and what views
// show where views is true.
func (m *queueModel) check(views bool) {
	m.t.Helper()
	waiting := int64(0)
	for _, list := range modelLists() {
		line := m.lists[list]
		waiting += int64(len(line))
		tree := readTreap(m.t, m.Chain, list)
		if len(tree.order) != len(line) {
			m.t.Fatalf("after %s: list %d holds %d tasks, want %d", m.last, list, len(tree.order), len(line))
		}
		for i, w := range line {
			if got := tree.order[i]; got.id().Cmp(w.id) != 0 || got.value.Cmp(w.value) != 0 {
				m.t.Fatalf("after %s: task %s of value %s is stored at %d of list %d, want %s of %s", m.last, got.id(), got.value, i, list, w.id, w.value)
			}
		}
		m.deepest = max(m.deepest, tree.depth)
		if views && len(line) > 0 {
			m.checkPage(list, line)
			m.checkPosition(line[m.random.IntN(len(line))])
		}
	}
	counts := contractstest.View(m.Chain, m.Deployment.Task, m.Task.PackCounts(), m.Task.UnpackCounts)
	got := []*big.Int{counts.Created, counts.Waiting, counts.Running, counts.Settled, counts.Aborted}
	want := []int64{m.created, waiting, 0, m.settled, m.aborted}
	for i := range want {
		if got[i].Int64() != want[i] {
			m.t.Fatalf("after %s: counts are %v, want %v", m.last, got, want)
		}
	}
	if got := contractstest.View(m.Chain, m.Deployment.Task, m.Task.PackQueueCapacity(), m.Task.UnpackQueueCapacity); got.Int64() != m.capacity() {
		m.t.Fatalf("capacity is %s, want %d", got, m.capacity())
	}
	for account, want := range m.credit {
		if got := m.Credit(account); got.Cmp(want) != 0 {
			m.t.Fatalf("after %s: %s is credited %s, want %s", m.last, account, got, want)
		}
	}
	if got := m.Pool(); got.Cmp(m.pool) != 0 {
		m.t.Fatalf("after %s: the pool is %s, want %s", m.last, got, m.pool)
	}
}

func (m *queueModel) checkPage(list uint64, line []*waiter) {
	m.t.Helper()
	page := contractstest.View(m.Chain, m.Deployment.Task, m.Task.PackQueued(uint8(list>>4), uint8(list&15), big.NewInt(10_000)), m.Task.UnpackQueued)
	if len(page) != len(line) {
		m.t.Fatalf("after %s: queued shows %d tasks of list %d, want %d", m.last, len(page), list, len(line))
	}
	for i, w := range line {
		if got := page[i]; got.TaskId.Cmp(w.id) != 0 || got.Value.Cmp(w.value) != 0 || got.Since != w.since {
			m.t.Fatalf("after %s: queued shows %v at %d of list %d, want %s of %s since %d", m.last, got, i, list, w.id, w.value, w.since)
		}
	}
}

// checkPosition compares the tasks of the same type that go before.
func (m *queueModel) checkPosition(w *waiter) {
	m.t.Helper()
	want := int64(0)
	for list, line := range m.lists {
		if list>>4 != w.list>>4 {
			continue
		}
		for _, other := range line {
			if worth(other, w) < 0 {
				want++
			}
		}
	}
	got := contractstest.View(m.Chain, m.Deployment.Task, m.Task.PackQueuePosition(w.id), m.Task.UnpackQueuePosition)
	if got.Int64() != want {
		m.t.Fatalf("after %s: task %s is at %s, want %d", m.last, w.id, got, want)
	}
}

// depthBound is what the path of a treap hardly ever exceeds: that of a random
// search tree has a mean of 4.3 ln n.
func depthBound(n int) int { return 8 + int(5*math.Log(float64(n+1))) }
