package contracts_test

import (
	"crypto/ecdsa"
	"math/rand"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func status(c *contractstest.Chain, key *ecdsa.PrivateKey) protocol.NodeStatus {
	return protocol.NodeStatus(c.NodeInfo(contractstest.Address(key)).Status)
}

// TestEveryEdgeOfANodesStatus walks each status and each call.
func TestEveryEdgeOfANodesStatus(t *testing.T) {
	const illegal = protocol.NodeStatus(99)
	c := contractstest.New(t, nil)
	calls := map[string][]byte{"pause": c.Node.PackPause(), "resume": c.Node.PackResume(), "quit": c.Node.PackQuit()}
	table := map[protocol.NodeStatus]map[string]protocol.NodeStatus{
		protocol.NodeQuit:         {"pause": illegal, "resume": illegal, "quit": illegal},
		protocol.NodeAvailable:    {"pause": protocol.NodePaused, "resume": illegal, "quit": protocol.NodeQuit},
		protocol.NodePaused:       {"pause": illegal, "resume": protocol.NodeAvailable, "quit": protocol.NodeQuit},
		protocol.NodeBusy:         {"pause": protocol.NodePendingPause, "resume": illegal, "quit": protocol.NodePendingQuit},
		protocol.NodePendingPause: {"pause": illegal, "resume": protocol.NodeBusy, "quit": protocol.NodePendingQuit},
		protocol.NodePendingQuit:  {"pause": illegal, "resume": illegal, "quit": illegal},
	}
	reach := map[protocol.NodeStatus][]string{
		protocol.NodeQuit: {"quit"}, protocol.NodeAvailable: nil, protocol.NodePaused: {"pause"},
		protocol.NodeBusy: {}, protocol.NodePendingPause: {"pause"}, protocol.NodePendingQuit: {"quit"},
	}
	after := map[protocol.NodeStatus]protocol.NodeStatus{
		protocol.NodeBusy: protocol.NodeAvailable, protocol.NodePendingPause: protocol.NodePaused, protocol.NodePendingQuit: protocol.NodeQuit,
	}
	creator := c.Account()
	var everybody []*ecdsa.PrivateKey
	for from, row := range table {
		for call, to := range row {
			class := contractstest.Class{Card: from.String() + call, VRAMGB: 8, Runtime: "cpu/1"}
			nodes := c.Join(3, class)
			everybody = append(everybody, nodes...)
			node := nodes[0]
			var task *contractstest.Court
			if _, busy := after[from]; busy {
				task = c.Create(creator, contractstest.GPTRequest(), everybody)
				if common.Hash(task.Drawn.ClassId) != class.ID() {
					t.Fatal("another class was drawn; all others should be gone")
				}
			}
			for _, step := range reach[from] {
				c.Send(step, node, c.Deployment.Node, calls[step])
			}
			if got := status(c, node); got != from {
				t.Fatalf("got to %s, want %s", got, from)
			}
			_, err := c.Try(call, node, c.Deployment.Node, calls[call])
			if to == illegal {
				if !refused(err, "IllegalStatus") {
					t.Errorf("%s while %s: got %v, want IllegalStatus", call, from, err)
				}
				to = from
			} else if err != nil {
				t.Errorf("%s while %s: %v", call, from, err)
			}
			if got := status(c, node); got != to {
				t.Errorf("%s while %s: got %s, want %s", call, from, got, to)
			}
			if task != nil {
				finish(task)
				if got := status(c, node); got != after[to] {
					t.Errorf("%s after its task: got %s, want %s", to, got, after[to])
				}
			}
			for _, key := range nodes {
				if status(c, key) != protocol.NodeQuit {
					c.Send("quit", key, c.Deployment.Node, calls["quit"])
				}
			}
		}
	}
	c.CheckMoney(append(everybody, creator))
	counts := contractstest.View(c, c.Deployment.Node, c.Node.PackCounts(), c.Node.UnpackCounts)
	if counts.Joined.Sign() != 0 || counts.Available.Sign() != 0 || counts.Busy.Sign() != 0 {
		t.Errorf("counts are %v after all have quit, want 0", counts)
	}
}

func TestQuittingGivesTheStakeToThePayoutAddress(t *testing.T) {
	c := contractstest.New(t, nil)
	node, payout := c.Account(), contractstest.Address(c.Key())
	request := contractstest.SmallClass().JoinRequest(node)
	request.Payout = payout
	c.Send("join", node, c.Deployment.Node, c.Node.PackJoin(request))
	if got := c.NodeInfo(contractstest.Address(node)); got.Stake.Cmp(contractstest.CNX(400)) != 0 || got.Payout != payout || got.SealKey != request.SealKey {
		t.Errorf("got %+v", got)
	}
	c.Send("quit", node, c.Deployment.Node, c.Node.PackQuit())
	if got := c.Balance(payout); got.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("payout has %s, want 400 CNX", got)
	}
	c.JoinAs(node, contractstest.SmallClass())
	c.CheckMoney([]*ecdsa.PrivateKey{node})
}

func TestJoiningIsRefused(t *testing.T) {
	c := contractstest.New(t, nil)
	key := c.Account()
	long := make([]byte, 129)
	for i := range long {
		long[i] = 'x'
	}
	for _, bad := range []struct {
		name   string
		change func(*contracts.JoinRequest)
		err    string
	}{
		{"no card", func(r *contracts.JoinRequest) { r.Card = "" }, "InvalidClass"},
		{"a long card", func(r *contracts.JoinRequest) { r.Card = string(long) }, "InvalidClass"},
		{"no runtime", func(r *contracts.JoinRequest) { r.Runtime = "" }, "InvalidClass"},
		{"a long runtime", func(r *contracts.JoinRequest) { r.Runtime = string(long) }, "InvalidClass"},
		{"no memory", func(r *contracts.JoinRequest) { r.VramGB = 0 }, "InvalidClass"},
		{"no sealing key", func(r *contracts.JoinRequest) { r.SealKey = [32]byte{} }, "InvalidSealKey"},
		{"no payout", func(r *contracts.JoinRequest) { r.Payout = common.Address{} }, "InvalidPayout"},
		{"the token as payout", func(r *contracts.JoinRequest) { r.Payout = c.Deployment.Token }, "InvalidPayout"},
		{"Node as payout", func(r *contracts.JoinRequest) { r.Payout = c.Deployment.Node }, "InvalidPayout"},
		{"Task as payout", func(r *contracts.JoinRequest) { r.Payout = c.Deployment.Task }, "InvalidPayout"},
	} {
		request := contractstest.SmallClass().JoinRequest(key)
		bad.change(&request)
		if _, err := c.Try("join", key, c.Deployment.Node, c.Node.PackJoin(request)); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	poor := c.Key()
	_, err := c.Try("join", poor, c.Deployment.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(poor)))
	wantRefused(t, err, "ERC20InsufficientAllowance")
	c.JoinAs(key, contractstest.SmallClass())
	_, err = c.Try("join", key, c.Deployment.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(key)))
	wantRefused(t, err, "AlreadyJoined")
}

func TestNobodyButTheTaskContractTouchesNodes(t *testing.T) {
	c, nodes, creator := network(t, nil)
	trio := [3]common.Address{contractstest.Address(nodes[0]), contractstest.Address(nodes[1]), contractstest.Address(nodes[2])}
	draw := c.Node.PackDraw(common.Big1, common.Big1, common.Big1)
	settle := c.Node.PackSettle(common.Big0, trio, [3]uint8{4, 4, 4}, [3]uint8{})
	for _, who := range []*ecdsa.PrivateKey{creator, nodes[0], c.Owner} {
		_, err := c.Try("draw", who, c.Deployment.Node, draw)
		wantRefused(t, err, "OnlyTaskContract")
		_, err = c.Try("settle", who, c.Deployment.Node, settle)
		wantRefused(t, err, "OnlyTaskContract")
	}
	_, err := c.Try("setTaskContract", creator, c.Deployment.Node, c.Node.PackSetTaskContract(trio[0]))
	wantRefused(t, err, "OnlyDeployer")
	_, err = c.Try("setTaskContract", c.Owner, c.Deployment.Node, c.Node.PackSetTaskContract(trio[0]))
	wantRefused(t, err, "TaskContractAlreadySet")
}

// TestMoneyAddsUpAfterAnyOrderOfCalls drives nodes and tasks at random, with a
// fixed seed, and looks at the invariants after each step.
func TestMoneyAddsUpAfterAnyOrderOfCalls(t *testing.T) {
	const seed, steps = 7, 1000
	random := rand.New(rand.NewSource(seed))
	c := contractstest.New(t, nil)
	classes := []contractstest.Class{{Card: "Small", VRAMGB: 8, Runtime: "cpu/1"}, {Card: "Large", VRAMGB: 24, Runtime: "cpu/1"}}
	nodes := append(c.Join(4, classes[0]), c.Join(4, classes[1])...)
	creator := c.Account()
	everybody := append([]*ecdsa.PrivateKey{creator}, nodes...)
	var tasks []*contractstest.Court
	calls := [][]byte{c.Node.PackPause(), c.Node.PackResume(), c.Node.PackQuit()}
	words := []string{"A", "A", "A", "B", "D"}

	for step := range steps {
		node := nodes[random.Intn(len(nodes))]
		var task *contractstest.Court
		if len(tasks) > 0 {
			task = tasks[max(0, len(tasks)-1-random.Intn(3))]
		}
		seat := random.Intn(3)
		switch kind := random.Intn(30); {
		case kind == 0:
			_, _ = c.Try("node", node, c.Deployment.Node, calls[random.Intn(len(calls))])
		case kind <= 3:
			_, _ = c.Try("join", node, c.Deployment.Node, c.Node.PackJoin(classes[random.Intn(2)].JoinRequest(node)))
		case kind == 4 || task == nil:
			request := contractstest.GPTRequest()
			request.MinVramGB = uint16(random.Intn(25))
			request.Fee = contractstest.CNX(int64(1 + random.Intn(20)))
			receipt, err := c.Try("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request))
			if err != nil {
				continue
			}
			fresh := &contractstest.Court{Chain: c, ID: contractstest.Find[contracts.TaskTaskCreated](c, receipt).TaskId, Creator: creator, Fee: request.Fee}
			fresh.Seat(receipt, nodes)
			tasks = append(tasks, fresh)
		case task.Drawn == nil && kind <= 20:
			receipt, err := c.Try("dispatch", creator, c.Deployment.Task, c.Task.PackDispatch(task.ID))
			if err == nil {
				task.Seat(receipt, nodes)
			}
		case task.Drawn == nil:
			_, _ = c.Try("cancel", creator, c.Deployment.Task, c.Task.PackCancel(task.ID))
		case kind >= 24: // its nodes do what they should, as far as they still can
			for next := range 3 {
				answer := contractstest.Result("A")
				if _, err := task.TryCommit(next, task.Commitment(next, answer), task.Keys[next]); err == nil {
					task.Hold(next, answer)
				}
			}
			for next := range 3 {
				_, _ = task.TryReveal(next)
			}
		case kind <= 13:
			answer := contractstest.Result(words[random.Intn(len(words))])
			for i := range 3 {
				next := (seat + i) % 3
				if _, err := task.TryCommit(next, task.Commitment(next, answer), task.Keys[next]); err == nil {
					task.Hold(next, answer)
					break
				}
			}
		case kind <= 20:
			for i := range 3 {
				if _, err := task.TryReveal((seat + i) % 3); err == nil {
					break
				}
			}
		case kind <= 22:
			_, _ = task.TryClose()
		default:
			c.AdvanceTo(c.Now() + uint64(random.Intn(120)))
			if random.Intn(10) == 0 {
				c.AdvanceTo(c.Now() + 24*60*60)
			}
		}
		c.CheckMoney(everybody)
		if t.Failed() {
			t.Fatalf("after step %d of seed %d", step, seed)
		}
	}
	checkClasses(c, classes, nodes)
	counts := contractstest.View(c, c.Deployment.Task, c.Task.PackCounts(), c.Task.UnpackCounts)
	t.Logf("%d steps: %s tasks, %s running, %s settled, %s aborted", steps, counts.Created, counts.Running, counts.Settled, counts.Aborted)
	if counts.Settled.Int64() < 2 || counts.Aborted.Int64() < 2 {
		t.Error("too few tasks came to an end: the walk is too shallow to show anything")
	}
}

// checkClasses compares the counts of classes and totals with the nodes themselves.
func checkClasses(c *contractstest.Chain, classes []contractstest.Class, nodes []*ecdsa.PrivateKey) {
	c.TB.Helper()
	joined, available := map[[32]byte]uint32{}, map[[32]byte]uint32{}
	var busy int64
	for _, key := range nodes {
		info := c.NodeInfo(contractstest.Address(key))
		switch protocol.NodeStatus(info.Status) {
		case protocol.NodeQuit:
			continue
		case protocol.NodeAvailable:
			available[info.ClassId]++
		case protocol.NodeBusy, protocol.NodePendingPause, protocol.NodePendingQuit:
			busy++
		}
		joined[info.ClassId]++
	}
	for _, class := range classes {
		got := contractstest.View(c, c.Deployment.Node, c.Node.PackClassInfo(class.ID()), c.Node.UnpackClassInfo)
		if got.Joined != joined[class.ID()] || got.Available != available[class.ID()] {
			c.TB.Errorf("class %s has %d joined and %d available, want %d and %d", class.Card, got.Joined, got.Available, joined[class.ID()], available[class.ID()])
		}
	}
	counts := contractstest.View(c, c.Deployment.Node, c.Node.PackCounts(), c.Node.UnpackCounts)
	if counts.Busy.Int64() != busy {
		c.TB.Errorf("%s nodes are busy, want %d", counts.Busy, busy)
	}
}
