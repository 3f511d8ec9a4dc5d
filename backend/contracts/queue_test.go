package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// line is a chain on which tasks of both types wait for nodes that a test lets in.
type line struct {
	*contractstest.Chain
	creator *ecdsa.PrivateKey
	all     []*ecdsa.PrivateKey
}

func newLine(t *testing.T, change func(*contracts.Params)) *line {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		p.StableDiffusion.Served = true
		if change != nil {
			change(p)
		}
	})
	return &line{Chain: c, creator: c.Account()}
}

// trio joins three nodes of a card of their own, paused.
func (l *line) trio(gb uint16) []*ecdsa.PrivateKey {
	l.TB.Helper()
	nodes := l.Join(3, contractstest.Class{Card: fmt.Sprintf("Card %d", gb), VRAMGB: gb, Runtime: "cuda/1"})
	l.all = append(l.all, nodes...)
	l.pause(nodes...)
	return nodes
}

func (l *line) pause(nodes ...*ecdsa.PrivateKey) {
	l.TB.Helper()
	for _, node := range nodes {
		l.Send("pause", node, l.Deployment.Node, l.Node.PackPause())
	}
}

func (l *line) resume(nodes ...*ecdsa.PrivateKey) {
	l.TB.Helper()
	for _, node := range nodes {
		l.Send("resume", node, l.Deployment.Node, l.Node.PackResume())
	}
}

// create creates a task of milli CNX per second, rewards included.
func (l *line) create(taskType protocol.TaskType, gb uint16, milli int64) *contractstest.Court {
	l.TB.Helper()
	request := contractstest.GPTRequest()
	seconds := int64(40)
	if taskType == protocol.StableDiffusion {
		request, seconds = contractstest.SDRequest(1), 50
	}
	request.MinVramGB, request.Fee = gb, contractstest.MilliCNX(milli*seconds)
	return l.Create(l.creator, request, l.all)
}

// serve dispatches a task, which must be its turn, and settles it.
func (l *line) serve(task *contractstest.Court, taskType protocol.TaskType) {
	l.TB.Helper()
	if _, err := task.Dispatch(l.all); err != nil {
		l.TB.Fatalf("dispatch of %s: %v", task.ID, err)
	}
	if taskType == protocol.StableDiffusion {
		task.Settle(closeImages(1, 0)...)
	} else {
		task.Settle(sameResults()...)
	}
}

func wantQueued(t *testing.T, tasks ...*contractstest.Court) {
	t.Helper()
	for i, task := range tasks {
		if task.Drawn != nil || protocol.TaskStatus(task.Info().Status) != protocol.TaskQueued {
			t.Fatalf("task %d of %d does not wait", i, len(tasks))
		}
	}
}

// wantNext fails unless better goes before the others.
func (l *line) wantNext(better *contractstest.Court, others ...*contractstest.Court) {
	l.TB.Helper()
	for _, other := range others {
		_, err := other.Dispatch(l.all)
		wantRefused(l.TB, err, "NotNext")
		if r, ok := err.(*contracts.Refusal); ok && r.Args["better"].(*big.Int).Cmp(better.ID) != 0 {
			l.TB.Errorf("%s is said to go before %s, want %s", r.Args["better"], other.ID, better.ID)
		}
	}
}

func TestTheBestOfAllListsIsServedFirst(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.trio(24)
	const gpt, sd = protocol.GPT, protocol.StableDiffusion
	type kind struct {
		taskType protocol.TaskType
		gb       uint16
		milli    int64
	}
	kinds := []kind{{gpt, 4, 300}, {sd, 24, 500}, {gpt, 24, 500}, {sd, 1, 300}, {gpt, 4, 900}, {sd, 8, 100}, {gpt, 24, 500}}
	var tasks []*contractstest.Court
	for _, k := range kinds {
		tasks = append(tasks, l.create(k.taskType, k.gb, k.milli))
	}
	wantQueued(t, tasks...)
	_, err := tasks[4].Dispatch(l.all)
	wantRefused(t, err, "NoFreeNodes")

	l.resume(nodes...)
	order := []int{4, 1, 2, 6, 0, 3, 5}
	for i, best := range order {
		for _, other := range order[i+1:] {
			l.wantNext(tasks[best], tasks[other])
		}
		l.serve(tasks[best], kinds[best].taskType)
		_, err := tasks[best].Dispatch(l.all)
		wantRefused(t, err, "WrongStatus")
	}
	l.CheckBooks(tasks...)
}

func TestATaskThatNothingFreeCanServeHoldsUpNobody(t *testing.T) {
	for _, taskType := range []protocol.TaskType{protocol.GPT, protocol.StableDiffusion} {
		l := newLine(t, nil)
		small, large := l.trio(8), l.trio(48)
		dear := l.create(taskType, 48, 2000)
		cheap := l.create(protocol.GPT, 8, 100)
		images := l.create(protocol.StableDiffusion, 8, 50)
		wantQueued(t, dear, cheap, images)

		l.resume(small...)
		l.resume(large[:2]...) // two are no trio
		_, err := dear.Dispatch(l.all)
		wantRefused(t, err, "NoFreeNodes")
		l.serve(cheap, protocol.GPT)
		l.pause(large[:2]...)
		l.serve(images, protocol.StableDiffusion)
		if newcomer := l.create(protocol.GPT, 8, 100); newcomer.Drawn == nil {
			t.Errorf("type %d: a newcomer waits behind a task that no free node can serve", taskType)
		}
		l.resume(large...)
		l.serve(dear, taskType)
	}
}

func TestTextTakesOneClassAndImagesTakeAny(t *testing.T) {
	l := newLine(t, nil)
	eight, twelve, large := l.trio(8), l.trio(12), l.trio(24)
	text, images := l.create(protocol.GPT, 8, 900), l.create(protocol.StableDiffusion, 8, 100)
	wantQueued(t, text, images)

	l.resume(eight[0], twelve[0])
	_, err := images.Dispatch(l.all)
	wantRefused(t, err, "NoFreeNodes")
	l.resume(large[0])
	_, err = text.Dispatch(l.all) // three are free, of three classes
	wantRefused(t, err, "NoFreeNodes")
	l.serve(images, protocol.StableDiffusion)

	small := l.create(protocol.StableDiffusion, 12, 100) // the node of 8 GB is free
	wantQueued(t, small)
	_, err = small.Dispatch(l.all)
	wantRefused(t, err, "NoFreeNodes")
	l.resume(twelve[1:]...)
	l.serve(text, protocol.GPT)
	if class := (contractstest.Class{Card: "Card 12", VRAMGB: 12, Runtime: "cuda/1"}).ID(); text.Drawn.ClassId != class {
		t.Errorf("text was drawn from class %x, want %x", text.Drawn.ClassId, class)
	}
	l.serve(small, protocol.StableDiffusion)
	if images.Drawn.ClassId != [32]byte{} {
		t.Errorf("images were drawn from class %x, want none", images.Drawn.ClassId)
	}
}

func TestAQueuedTaskIsNotDrawnInItsOwnSecond(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.trio(8)
	task := l.create(protocol.GPT, 8, 100)
	since := task.Info().Since
	l.resume(nodes...)
	l.Advance(-time.Duration(l.Now()-since+1) * time.Second)
	_, err := task.Dispatch(l.all)
	if now := l.Now(); now != since {
		t.Fatalf("it is %d, want %d", now, since)
	}
	wantRefused(t, err, "DispatchTooEarly")
	l.serve(task, protocol.GPT)
}

// Whoever sees the block's dice before it decides has no part in any draw: not as
// the creator of a task, and not as who lets one out of the queue.
func TestContractsNeitherCreateNorDispatch(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.trio(8)
	forwarder, request := contractstest.Forwarder, contractstest.GPTRequest()
	asContract := func(what string, call []byte) error {
		_, err := l.Try(what, l.creator, forwarder, contractstest.Forward(l.Deployment.Task, call))
		return err
	}
	l.Send("transfer", l.creator, l.Deployment.Token, l.Token.PackTransfer(forwarder, request.Fee))
	l.Send("approve", l.creator, forwarder, contractstest.Forward(l.Deployment.Token, l.Token.PackApprove(l.Deployment.Task, request.Fee)))
	wantRefused(t, asContract("deposit", l.Task.PackDeposit(request.Fee)), "OnlyPlainAccount")
	wantRefused(t, asContract("createTask", l.Task.PackCreateTask(request)), "OnlyPlainAccount")

	task := l.create(protocol.GPT, 8, 100)
	wantQueued(t, task)
	l.resume(nodes...)
	wantRefused(t, asContract("dispatch", l.Task.PackDispatch(task.ID)), "OnlyPlainAccount")
	if _, err := task.Dispatch(l.all); err != nil {
		t.Errorf("a plain account can't dispatch it: %v", err)
	}
}

func TestWhoDispatchesIsPaidFromTheFee(t *testing.T) {
	l := newLine(t, nil)
	nodes := l.trio(8)
	task := l.create(protocol.GPT, 8, 1000)
	l.resume(nodes...)
	stranger := l.Key()
	receipt := l.Send("dispatch", stranger, l.Deployment.Task, l.Task.PackDispatch(task.ID))
	reward := contractstest.Find[contracts.TaskRewarded](l.Chain, receipt)
	if reward == nil || reward.Account != contractstest.Address(stranger) || reward.Amount.Cmp(l.Params.DispatchReward) != 0 {
		t.Errorf("the event says %v, want %s for %s", reward, l.Params.DispatchReward, contractstest.Address(stranger))
	}
	if got := l.Credit(contractstest.Address(stranger)); got.Cmp(l.Params.DispatchReward) != 0 {
		t.Errorf("who dispatched is credited %s, want %s", got, l.Params.DispatchReward)
	}
	left := new(big.Int).Sub(contractstest.CNX(40), l.Params.DispatchReward)
	if got := task.Info().Fee; got.Cmp(left) != 0 {
		t.Errorf("%s of the fee is left, want %s", got, left)
	}
	task.Seat(receipt, l.all)
	paid := new(big.Int)
	for _, node := range nodes {
		paid.Sub(paid, l.Credit(contractstest.Address(node)))
	}
	task.Settle(sameResults()...)
	for _, node := range nodes {
		paid.Add(paid, l.Credit(contractstest.Address(node)))
	}
	if want := left.Sub(left, l.Params.SettleReward); paid.Cmp(want) != 0 {
		t.Errorf("the nodes earn %s, want %s", paid, want)
	}
	l.CheckBooks(task)
}

func TestANewcomerStartsOnlyIfNothingThatFitsIsWorthAsMuch(t *testing.T) {
	const gpt, sd = protocol.GPT, protocol.StableDiffusion
	for _, c := range []struct {
		name          string
		waits, comes  protocol.TaskType
		gb            uint16
		milli         int64
		millionthsOff int64
		starts        bool
	}{
		{"worth more", gpt, gpt, 8, 500, 1, true},
		{"worth as much", gpt, gpt, 8, 500, 0, false},
		{"worth less", gpt, gpt, 8, 500, -1, false},
		{"text behind dear images", sd, gpt, 8, 500, -1, false},
		{"images behind dear text", gpt, sd, 8, 500, -1, false},
		{"images before cheap text", gpt, sd, 8, 500, 1, true},
		{"worth less than one that nobody free can run", gpt, gpt, 48, 500, -1, true},
		{"worth less than images that nobody free can run", sd, gpt, 48, 500, -1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLine(t, nil)
			small := l.trio(8)
			l.trio(48)
			wantQueued(t, l.create(c.waits, c.gb, c.milli))
			l.resume(small...)
			request, seconds := contractstest.GPTRequest(), int64(40)
			if c.comes == sd {
				request, seconds = contractstest.SDRequest(1), 50
			}
			value := new(big.Int).Add(contractstest.MilliCNX(c.milli), big.NewInt(c.millionthsOff))
			request.Fee = value.Mul(value, big.NewInt(seconds))
			if task := l.Create(l.creator, request, l.all); (task.Drawn != nil) != c.starts {
				t.Errorf("it starts: %v, want %v", task.Drawn != nil, c.starts)
			}
		})
	}
}

// The seed's example: 10 CNX for one image are 0.2 CNX per second, 15 CNX for two
// are 0.214, so the second goes first, whatever rewards come off the fees.
func TestValueIsFeePerSecond(t *testing.T) {
	for _, rewards := range []int64{0, 100, 2000} {
		l := newLine(t, func(p *contracts.Params) {
			p.MinFee = contractstest.CNX(5)
			p.SettleReward, p.DispatchReward = contractstest.MilliCNX(rewards), contractstest.MilliCNX(rewards)
		})
		nodes := l.trio(8)
		one, two := contractstest.SDRequest(1), contractstest.SDRequest(2)
		one.Fee, two.Fee = contractstest.CNX(10), contractstest.CNX(15)
		first, second := l.Create(l.creator, one, nil), l.Create(l.creator, two, nil)
		page := contractstest.View(l.Chain, l.Deployment.Task, l.Task.PackQueued(uint8(protocol.StableDiffusion), 2, big.NewInt(2)), l.Task.UnpackQueued)
		for i, want := range []struct {
			id    *big.Int
			value int64
		}{{second.ID, 214_285_714_285_714_285}, {first.ID, 200_000_000_000_000_000}} {
			if page[i].TaskId.Cmp(want.id) != 0 || page[i].Value.Int64() != want.value {
				t.Errorf("rewards %d: place %d is %v, want %s of %d", rewards, i, page[i], want.id, want.value)
			}
		}
		l.resume(nodes...)
		l.wantNext(second, first)
		if _, err := second.Dispatch(l.all); err != nil {
			t.Fatal(err)
		}
		second.Settle(closeImages(2, 1)...)
		l.serve(first, protocol.StableDiffusion)
	}
}

// network-protocol.md §14.5.
func TestQueueExamplesOfTheProtocol(t *testing.T) {
	for _, c := range []struct {
		name   string
		gb     uint16
		absent bool
		want   string
	}{
		{"three of 12 GB", 12, false, "SD8"},
		{"three of 24 GB", 24, false, "SD8"},
		{"three of 24 GB, SD8 absent", 24, true, "GPT24"},
		{"three of 12 GB, SD8 absent", 12, true, "SD12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLine(t, nil)
			nodes := map[uint16][]*ecdsa.PrivateKey{12: l.trio(12), 24: l.trio(24)}
			tasks := map[string]*contractstest.Court{
				"GPT24": l.create(protocol.GPT, 24, 500),
				"SD12":  l.create(protocol.StableDiffusion, 12, 400),
			}
			if !c.absent {
				tasks["SD8"] = l.create(protocol.StableDiffusion, 8, 600)
			}
			l.resume(nodes[c.gb]...)
			for name, task := range tasks {
				if name == "GPT24" && c.gb == 12 {
					_, err := task.Dispatch(l.all)
					wantRefused(t, err, "NoFreeNodes")
				} else if name != c.want {
					l.wantNext(tasks[c.want], task)
				}
			}
			if _, err := tasks[c.want].Dispatch(l.all); err != nil {
				t.Errorf("%s: %v", c.want, err)
			}
		})
	}
}
