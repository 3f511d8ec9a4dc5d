package creator

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// crowd is a chain on the bare EVM whose nodes and queue are moved by chance.
type crowd struct {
	*contractstest.Chain
	t       *testing.T
	random  *rand.Rand
	nodes   []*ecdsa.PrivateKey
	creator *ecdsa.PrivateKey
	waiting []*contractstest.Court
	running []*contractstest.Court
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		p.StableDiffusion.Served = true
		p.DrawCandidates, p.DrawSeconds = 5, 4
		p.KickOutScore = 0
		p.QueueSeconds = 30_000
	})
	w := &crowd{Chain: c, t: t, random: rand.New(rand.NewPCG(seed, 1)), creator: c.Account()}
	c.Fund(w.creator, contractstest.CNX(1_000_000_000))
	c.Deposit(w.creator, contractstest.CNX(1_000_000_000))
	for _, class := range []struct {
		n  int
		gb uint16
	}{{7, 4}, {3, 8}, {4, 24}} {
		w.nodes = append(w.nodes, c.Join(class.n, contractstest.Class{Card: fmt.Sprintf("Card %d", class.gb), VRAMGB: class.gb, Runtime: "cuda/1"})...)
	}
	return w
}

// ahead reads a chain as it will be in its next block, as a node's pending block
// does.
type ahead struct {
	*contractstest.Chain
	// mu guards the chain, which is not made for many goroutines.
	mu sync.Mutex
}

func (a *ahead) CallContract(ctx context.Context, call ethereum.CallMsg, _ *big.Int) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Reader().CallContract(ctx, call, nil)
}

func (w *crowd) network() *network {
	w.t.Helper()
	next := w.Branch()
	next.Advance(time.Second)
	at := protocol.Contracts{Token: w.Deployment.Token, Node: w.Deployment.Node, Task: w.Deployment.Task}
	n := newNetwork(&ahead{Chain: next}, at)
	if err := n.load(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *crowd) size() Size {
	gb := []uint16{1, 4, 4, 4, 8, 24, 48, 200}[w.random.IntN(8)]
	s := Size{protocol.GPT, 1 + w.random.Uint32N(4), gb}
	if w.random.IntN(3) == 0 {
		s.Type = protocol.StableDiffusion
	}
	return s
}

func (w *crowd) request(s Size, fee *big.Int) contracts.TaskRequest {
	r := contractstest.GPTRequest()
	if s.Type == protocol.StableDiffusion {
		r = contractstest.SDRequest(1)
	}
	r.Units, r.MinVramGB, r.Fee = s.Units, s.MinVRAMGB, fee
	return r
}

// try makes the task and reports what became of it.
func (w *crowd) try(s Size, fee *big.Int) (task *contractstest.Court, queued *contracts.TaskTaskQueued, refusal string) {
	w.t.Helper()
	receipt, err := w.Try("createTask", w.creator, w.Deployment.Task, w.Task.PackCreateTask(w.request(s, fee)))
	if err != nil {
		var why *contracts.Refusal
		if !errors.As(err, &why) {
			w.t.Fatal(err)
		}
		return nil, nil, why.Name
	}
	task = &contractstest.Court{Chain: w.Chain, ID: contractstest.Find[contracts.TaskTaskCreated](w.Chain, receipt).TaskId, Creator: w.creator, Fee: fee}
	task.Seat(receipt, w.nodes)
	queued = contractstest.Find[contracts.TaskTaskQueued](w.Chain, receipt)
	if queued == nil {
		w.running = append(w.running, task)
	} else {
		w.waiting = append(w.waiting, task)
	}
	return task, queued, ""
}

// move changes who is free and what waits.
func (w *crowd) move() {
	w.t.Helper()
	switch w.random.IntN(8) {
	case 0, 1: // a node pauses or comes back; refused while it is in a task
		node, data := w.nodes[w.random.IntN(len(w.nodes))], w.Node.PackPause()
		if w.random.IntN(2) == 0 {
			data = w.Node.PackResume()
		}
		_, _ = w.Try("move", node, w.Deployment.Node, data)
	case 2, 3, 4: // a task ends
		if len(w.running) > 0 {
			i := w.random.IntN(len(w.running))
			w.end(w.running[i])
			w.running = append(w.running[:i], w.running[i+1:]...)
		}
	case 5: // somebody dispatches; refused unless it is that task's turn
		if len(w.waiting) > 0 {
			i := w.random.IntN(len(w.waiting))
			if _, err := w.waiting[i].Dispatch(w.nodes); err == nil {
				w.running = append(w.running, w.waiting[i])
				w.waiting = append(w.waiting[:i], w.waiting[i+1:]...)
			}
		}
	case 6:
		w.Advance(time.Duration(w.random.IntN(6)) * time.Second)
	}
}

func (w *crowd) end(task *contractstest.Court) {
	w.t.Helper()
	result := contractstest.Result("the same")
	if task.Drawn.ClassId == [32]byte{} {
		result.Result = make([]byte, 8)
	}
	task.Settle(result, result, result)
}

// flood makes a queue long.
func (w *crowd) flood(s Size) {
	w.t.Helper()
	r := w.network().prices()
	for range 52 {
		fee := leastFeeAbove(big.NewInt(w.random.Int64N(1_000_000)), r.seconds(s))
		fee.Add(fee, r.leastFeeRoundedUp(s))
		w.try(s, fee)
	}
}

// TestEstimatesAgreeWithTheContract makes tasks in many states of the network,
// at fees on both sides of every border that the estimate names, and compares
// what it said with what the contract did.
func TestEstimatesAgreeWithTheContract(t *testing.T) {
	outcomes := map[Start]int{}
	for seed := range uint64(3) {
		w := newCrowd(t, seed)
		for step := range 300 {
			w.move()
			if step == 150 {
				w.flood(text(1))
			}
			s := w.size()
			n := w.network()
			l, err := n.line(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r := n.prices()
			fee := w.fee(l.estimate(r, s, r.leastFeeRoundedUp(s), &pace{}))
			want := l.estimate(r, s, fee, &pace{})
			outcomes[want.Start]++
			if !w.agrees(s, fee, want) {
				t.Fatalf("seed %d, step %d: %+v for %s was estimated %+v", seed, step, s, wei(fee), want)
			}
		}
	}
	t.Logf("seen: %v", outcomes)
	for _, start := range []Start{StartNow, StartQueued, StartFull, StartNever} {
		if outcomes[start] < 10 {
			t.Errorf("%s was seen %d times only", start, outcomes[start])
		}
	}
}

// fee is one that is interesting: at a border, or just below it.
func (w *crowd) fee(e Estimate) *big.Int {
	border := []protocol.Wei{e.Least, e.AtOnce, e.Enter, e.AtOnce, e.Enter, protocol.CNX(uint64(2 + w.random.IntN(20)))}[w.random.IntN(6)].Big()
	below := new(big.Int).Sub(border, big.NewInt(1))
	if w.random.IntN(2) == 0 && below.Cmp(e.Least.Big()) >= 0 {
		border = below
	}
	return maxOf(border, e.Least.Big())
}

func (w *crowd) agrees(s Size, fee *big.Int, want Estimate) bool {
	w.t.Helper()
	tooLow := new(big.Int).Sub(want.Least.Big(), big.NewInt(1))
	if _, _, refusal := w.try(s, tooLow); refusal != "FeeTooLow" && want.Start != StartNever {
		w.t.Errorf("one wei less than the least: %q", refusal)
	}
	task, queued, refusal := w.try(s, fee)
	switch {
	case refusal == "NoClassFits":
		return want.Start == StartNever && want.Enter.IsZero()
	case refusal == "QueueFull":
		return want.Start == StartFull && want.Enter.Big().Cmp(fee) > 0
	case refusal != "":
		return false
	case queued == nil:
		return want.Start == StartNow && want.AtOnce.Big().Cmp(fee) <= 0 && task.Drawn != nil
	}
	before := contractstest.View(w.Chain, w.Deployment.Task, w.Task.PackQueuePosition(task.ID), w.Task.UnpackQueuePosition)
	return want.Start == StartQueued && want.Enter.Big().Cmp(fee) <= 0 && (want.AtOnce.IsZero() || want.AtOnce.Big().Cmp(fee) > 0) &&
		queued.Value.Cmp(want.Value.Big()) == 0 && int(before.Int64())+1 == want.Place
}
