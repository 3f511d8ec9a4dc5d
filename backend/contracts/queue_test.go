package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func dispatch(c *contractstest.Chain, from *ecdsa.PrivateKey, id *big.Int) error {
	_, err := c.Try("dispatch", from, c.Deployment.Task, c.Task.PackDispatch(id))
	return err
}

func finish(task *contractstest.Court) {
	task.TB.Helper()
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	for seat := range 3 {
		task.Reveal(seat)
	}
}

func queued(c *contractstest.Chain) []int64 {
	page := contractstest.View(c, c.Deployment.Task, c.Task.PackQueue(new(big.Int), big.NewInt(1000)), c.Task.UnpackQueue)
	ids := make([]int64, len(page))
	for i, id := range page {
		ids[i] = id.Int64()
	}
	return ids
}

func wantQueue(t *testing.T, c *contractstest.Chain, want ...int64) {
	t.Helper()
	got := queued(c)
	if len(got) != len(want) {
		t.Fatalf("queue is %v, want %v", got, want)
	}
	for i := range want {
		position := contractstest.View(c, c.Deployment.Task, c.Task.PackQueuePosition(big.NewInt(want[i])), c.Task.UnpackQueuePosition)
		if got[i] != want[i] || position.Int64() != int64(i) {
			t.Fatalf("queue is %v with %d at %s, want %v", got, want[i], position, want)
		}
	}
}

func TestTheQueueIsServedInOrder(t *testing.T) {
	c, nodes, creator := network(t, nil)
	running := c.Create(creator, contractstest.GPTRequest(), nodes)
	request := contractstest.GPTRequest()
	second := c.Create(creator, request, nodes)
	request.MinVramGB = 8
	third := c.Create(creator, request, nodes)
	request.MinVramGB = 0
	fourth := c.Create(creator, request, nodes)
	for _, task := range []*contractstest.Court{second, third, fourth} {
		if task.Drawn != nil {
			t.Fatalf("task %s was drawn although no node is free", task.ID)
		}
	}
	wantQueue(t, c, 2, 3, 4)
	wantRefused(t, dispatch(c, creator, second.ID), "NoFreeNodes")

	finish(running)
	wantRefused(t, dispatch(c, creator, third.ID), "NotNext")
	wantRefused(t, dispatch(c, creator, fourth.ID), "NotNext")
	newcomer := c.Create(creator, contractstest.GPTRequest(), nodes)
	if newcomer.Drawn != nil {
		t.Error("a newcomer was drawn before those who wait")
	}
	wantQueue(t, c, 2, 3, 4, 5)

	stranger := c.Key()
	for _, task := range []*contractstest.Court{second, third, fourth, newcomer} {
		receipt := c.Send("dispatch", stranger, c.Deployment.Task, c.Task.PackDispatch(task.ID))
		task.Seat(receipt, nodes)
		finish(task)
	}
	wantQueue(t, c)
	wantRefused(t, dispatch(c, creator, second.ID), "WrongStatus")
	for _, key := range nodes {
		if c.Earned(contractstest.Address(key)).Sign() == 0 {
			t.Error("a node was not paid")
		}
	}
}

func TestATaskForALargeCardDoesNotHoldUpOthers(t *testing.T) {
	c := contractstest.New(t, nil)
	small := c.Join(3, contractstest.Class{Card: "Small", VRAMGB: 8, Runtime: "cpu/1"})
	large := c.Join(3, contractstest.Class{Card: "Large", VRAMGB: 24, Runtime: "cpu/1"})
	all := append(small, large...)
	creator := c.Account()
	request := contractstest.GPTRequest()
	request.MinVramGB = 24
	running := c.Create(creator, request, all)
	waiting := c.Create(creator, request, all)
	if running.Drawn == nil || waiting.Drawn != nil {
		t.Fatal("want one task to run and one to wait")
	}
	request.MinVramGB = 8
	other := c.Create(creator, request, all)
	if other.Drawn == nil {
		t.Fatal("a task for a small card waits behind one for a large card")
	}
	another := c.Create(creator, request, all)
	finish(other)
	wantRefused(t, dispatch(c, creator, waiting.ID), "NoFreeNodes")
	another.Seat(c.Send("dispatch", creator, c.Deployment.Task, c.Task.PackDispatch(another.ID)), all)
	c.CheckMoney(append(all, creator))
}

func TestNoSmallerCardIsEverDrawn(t *testing.T) {
	c := contractstest.New(t, nil)
	var all []*ecdsa.PrivateKey
	classes := map[[32]byte]uint16{}
	for _, gb := range []uint16{6, 8, 12, 24, 300} {
		class := contractstest.Class{Card: "Card", VRAMGB: gb, Runtime: "cpu/1"}
		classes[class.ID()] = gb
		all = append(all, c.Join(3, class)...)
	}
	creator := c.Account()
	seen := map[uint16]bool{}
	for range 40 {
		request := contractstest.GPTRequest()
		request.MinVramGB = 8
		task := c.Create(creator, request, all)
		gb := classes[task.Drawn.ClassId]
		if gb < 8 {
			t.Fatalf("a card of %d GB was drawn for a task of 8", gb)
		}
		for _, node := range task.Drawn.Nodes {
			if info := c.NodeInfo(node); info.ClassId != task.Drawn.ClassId {
				t.Fatalf("node %s is not of the drawn class", node)
			}
		}
		seen[gb] = true
		finish(task)
	}
	for _, gb := range []uint16{8, 12, 24, 300} {
		if !seen[gb] {
			t.Errorf("the class of %d GB was never drawn in 40 tasks", gb)
		}
	}
}

func TestEveryNodeOfAClassIsDrawn(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(7, contractstest.SmallClass())
	creator := c.Account()
	drawn := map[string]int{}
	for range 60 {
		task := c.Create(creator, contractstest.GPTRequest(), nodes)
		for _, node := range task.Drawn.Nodes {
			drawn[node.Hex()]++
		}
		if task.Drawn.Nodes[0] == task.Drawn.Nodes[1] || task.Drawn.Nodes[1] == task.Drawn.Nodes[2] || task.Drawn.Nodes[0] == task.Drawn.Nodes[2] {
			t.Fatal("a node was drawn twice for one task")
		}
		finish(task)
	}
	// 180 draws among 7: 26 each; fewer than 8 or more than 50 is beyond four deviations.
	for _, key := range nodes {
		if n := drawn[contractstest.Address(key).Hex()]; n < 8 || n > 50 {
			t.Errorf("a node was drawn %d times in 60 tasks", n)
		}
	}
}

func TestAContractIsQueuedNotDrawn(t *testing.T) {
	c, nodes, creator := network(t, nil)
	forward := contractstest.Forwarder
	c.Send("transfer", creator, c.Deployment.Token, c.Token.PackTransfer(forward, contractstest.CNX(100)))
	c.Send("approve", creator, forward, contractstest.Forward(c.Deployment.Token, c.Token.PackApprove(c.Deployment.Task, contractstest.CNX(100))))
	call := contractstest.Forward(c.Deployment.Task, c.Task.PackCreateTask(contractstest.GPTRequest()))
	receipt := c.Send("createTask", creator, forward, call)
	if contractstest.Find[contracts.TaskTaskDrawn](c, receipt) != nil {
		t.Fatal("a contract drew nodes")
	}
	created := contractstest.Find[contracts.TaskTaskQueued](c, receipt)
	if created == nil {
		t.Fatal("a contract's task was not queued")
	}
	_, err := c.Try("dispatch", creator, forward, contractstest.Forward(c.Deployment.Task, c.Task.PackDispatch(created.TaskId)))
	wantRefused(t, err, "OnlyPlainAccount")
	task := &contractstest.Court{Chain: c, ID: created.TaskId, Creator: creator, Fee: contractstest.CNX(50)}
	task.Seat(c.Send("dispatch", creator, c.Deployment.Task, c.Task.PackDispatch(created.TaskId)), nodes)
	finish(task)
}

func TestA6_6_AFullQueueRefusesTheNewcomerAndKeepsEveryFee(t *testing.T) {
	c, nodes, creator := network(t, nil)
	c.Create(creator, contractstest.GPTRequest(), nodes)
	for range 50 {
		if c.Create(creator, contractstest.GPTRequest(), nodes).Drawn != nil {
			t.Fatal("want every task to wait")
		}
	}
	balance := c.Balance(contractstest.Address(creator))
	rich := contractstest.GPTRequest()
	rich.Fee = contractstest.CNX(1000)
	_, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(rich))
	wantRefused(t, err, "QueueFull")
	if got := c.Balance(contractstest.Address(creator)); got.Cmp(balance) != 0 {
		t.Error("a refused task was paid for")
	}
	for id := int64(2); id <= 51; id++ { // every queued fee can be had back
		c.Send("cancel", creator, c.Deployment.Task, c.Task.PackCancel(big.NewInt(id)))
	}
	wantQueue(t, c)
	if got := c.Pool(); got.Cmp(contractstest.CNX(50)) != 0 {
		t.Errorf("pool is %s, want the least fee of 50 cancels", got)
	}
}

func TestA6_8_OnlyTheCreatorCancels(t *testing.T) {
	c, nodes, creator := network(t, nil)
	running := c.Create(creator, contractstest.GPTRequest(), nodes)
	c.Create(creator, contractstest.GPTRequest(), nodes)
	middle := c.Create(creator, contractstest.GPTRequest(), nodes)
	c.Create(creator, contractstest.GPTRequest(), nodes)
	for _, other := range []*ecdsa.PrivateKey{c.Key(), nodes[0], c.Owner} {
		_, err := c.Try("cancel", other, c.Deployment.Task, c.Task.PackCancel(middle.ID))
		wantRefused(t, err, "NotCreator")
	}
	_, err := c.Try("cancel", creator, c.Deployment.Task, c.Task.PackCancel(running.ID))
	wantRefused(t, err, "WrongStatus")

	before := c.Balance(contractstest.Address(creator))
	c.Send("cancel", creator, c.Deployment.Task, c.Task.PackCancel(middle.ID))
	if got := new(big.Int).Sub(c.Balance(contractstest.Address(creator)), before); got.Cmp(contractstest.CNX(49)) != 0 {
		t.Errorf("had %s back, want 49 CNX: all but the least fee", got)
	}
	wantQueue(t, c, 2, 4)
	if got := protocol.TaskStatus(middle.Info().Status); got != protocol.TaskCancelled {
		t.Errorf("got %s, want cancelled", got)
	}
}

func TestA6_9_NothingIsFreeAndNothingHasNoSize(t *testing.T) {
	c, _, creator := network(t, nil)
	for _, bad := range []struct {
		name   string
		change func(*contracts.TaskRequest)
		err    string
	}{
		{"no fee", func(r *contracts.TaskRequest) { r.Fee = new(big.Int) }, "FeeTooLow"},
		{"less than the least fee", func(r *contracts.TaskRequest) { r.Fee = big.NewInt(1) }, "FeeTooLow"},
		{"more than there is", func(r *contracts.TaskRequest) { r.Fee = new(big.Int).Lsh(big.NewInt(1), 96) }, "FeeTooLow"},
		{"more than the creator has", func(r *contracts.TaskRequest) { r.Fee = contractstest.CNX(100_001) }, "ERC20InsufficientAllowance"},
		{"no units", func(r *contracts.TaskRequest) { r.Units = 0 }, "InvalidUnits"},
		{"endless units", func(r *contracts.TaskRequest) { r.Units = 1025 }, "InvalidUnits"},
		{"images of text", func(r *contracts.TaskRequest) { r.Images = 1 }, "InvalidUnits"},
		{"a type not served", func(r *contracts.TaskRequest) { r.TaskType = uint8(protocol.StableDiffusion) }, "TaskTypeNotServed"},
		{"more memory than anybody has", func(r *contracts.TaskRequest) { r.MinVramGB = 9 }, "NoClassFits"},
		{"more memory than there can be", func(r *contracts.TaskRequest) { r.MinVramGB = 256 }, "NoClassFits"},
	} {
		request := contractstest.GPTRequest()
		bad.change(&request)
		if _, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request)); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	wantQueue(t, c)
}

func TestAClassTooSmallTakesNoTasks(t *testing.T) {
	c, _, creator := network(t, func(p *contracts.Params) { p.MinClassNodes = 4 })
	_, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(contractstest.GPTRequest()))
	wantRefused(t, err, "NoClassFits")
}

func TestAQueuedTaskExpiresAndIsRefunded(t *testing.T) {
	c, nodes, creator := network(t, nil)
	c.Create(creator, contractstest.GPTRequest(), nodes)
	waiting := c.Create(creator, contractstest.GPTRequest(), nodes)
	_, err := waiting.TryClose()
	wantRefused(t, err, "CloseTooEarly")
	c.Advance(time.Hour + time.Minute)
	before := c.Balance(contractstest.Address(creator))
	c.Send("close", c.Key(), c.Deployment.Task, c.Task.PackClose(waiting.ID))
	if got := new(big.Int).Sub(c.Balance(contractstest.Address(creator)), before); got.Cmp(contractstest.CNX(50)) != 0 {
		t.Errorf("had %s back, want all 50 CNX", got)
	}
	if got := protocol.Outcome(waiting.Info().Outcome); got != protocol.OutcomeExpired {
		t.Errorf("got %s, want expired", got)
	}
	wantQueue(t, c)
}
