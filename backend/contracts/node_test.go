package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// TestEveryEdgeOfANodesStatus walks each status and each call.
func TestEveryEdgeOfANodesStatus(t *testing.T) {
	th := newTheatre(t, nil)
	th.Advance(time.Hour) // stakes are not held
	node := th.nodes[0]
	account := contractstest.Address(node)
	calls := map[string][]byte{
		"pause": th.Node.PackPause(), "resume": th.Node.PackResume(), "quit": th.Node.PackQuit(),
		"join":        th.Node.PackJoin(contractstest.SmallClass().JoinRequest(node)),
		"returnStake": th.Node.PackReturnStake(account), "announce": th.Node.PackAnnounce(1),
	}
	const illegal, joined, nothing = "IllegalStatus", "AlreadyJoined", "NothingStaked"
	table := []struct {
		from protocol.NodeStatus
		// by are the calls that lead there, in a task or not.
		by   []string
		busy bool
		// to is the status after a call, or why it is refused.
		to map[string]any
		// after is the status when the task has ended.
		after protocol.NodeStatus
	}{
		{protocol.NodeQuit, []string{"quit"}, false, map[string]any{"pause": illegal, "resume": illegal, "quit": illegal, "join": protocol.NodePaused, "returnStake": nothing, "announce": illegal}, 0},
		{protocol.NodeAvailable, nil, false, map[string]any{"pause": protocol.NodePaused, "resume": illegal, "quit": protocol.NodeQuit, "join": joined, "returnStake": illegal, "announce": protocol.NodeAvailable}, 0},
		{protocol.NodePaused, []string{"pause"}, false, map[string]any{"pause": illegal, "resume": protocol.NodeAvailable, "quit": protocol.NodeQuit, "join": joined, "returnStake": illegal, "announce": protocol.NodePaused}, 0},
		{protocol.NodePaused, []string{"quit", "join"}, false, map[string]any{"pause": illegal, "resume": protocol.NodeAvailable, "quit": protocol.NodeQuit, "join": joined, "returnStake": illegal, "announce": protocol.NodePaused}, 0},
		{protocol.NodeBusy, nil, true, map[string]any{"pause": protocol.NodePendingPause, "resume": illegal, "quit": protocol.NodePendingQuit, "join": joined, "returnStake": illegal, "announce": illegal}, protocol.NodeAvailable},
		{protocol.NodePendingPause, []string{"pause"}, true, map[string]any{"pause": illegal, "resume": protocol.NodeBusy, "quit": protocol.NodePendingQuit, "join": joined, "returnStake": illegal, "announce": illegal}, protocol.NodePaused},
		{protocol.NodePendingQuit, []string{"quit"}, true, map[string]any{"pause": illegal, "resume": illegal, "quit": illegal, "join": joined, "returnStake": illegal, "announce": illegal}, protocol.NodeQuit},
	}
	after := map[protocol.NodeStatus]protocol.NodeStatus{}
	for _, row := range table {
		after[row.from] = row.after
	}
	for _, row := range table {
		if len(row.to) != len(calls) {
			t.Fatalf("%s has %d edges, want %d", row.from, len(row.to), len(calls))
		}
		for call, to := range row.to {
			t.Run(fmt.Sprintf("%s while %s by %v", call, row.from, row.by), func(t *testing.T) {
				th := th.branch(t)
				var p *play
				if row.busy {
					p = th.begin(contractstest.GPTRequest())
				}
				for _, step := range row.by {
					th.Send(step, node, th.Deployment.Node, calls[step])
				}
				if got := statusOf(th.Chain, node); got != row.from {
					t.Fatalf("it is %s, want %s", got, row.from)
				}
				_, err := th.Try(call, node, th.Deployment.Node, calls[call])
				want, legal := to.(protocol.NodeStatus)
				if !legal {
					want = row.from
					wantRefused(t, err, to.(string))
				} else if err != nil {
					t.Error(err)
				}
				if got := statusOf(th.Chain, node); got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
				var newcomers []*ecdsa.PrivateKey
				if legal && call == "join" || slices.Contains(row.by, "join") {
					newcomers = append(newcomers, node)
				}
				wantCounts(t, th, newcomers...)
				if p != nil {
					p.fast(storyOf(cellOf("AAA")))
					if got := statusOf(th.Chain, node); got != after[want] {
						t.Errorf("after the task it is %s, want %s", got, after[want])
					}
					wantCounts(t, th)
				}
				th.CheckBooks()
			})
		}
	}
}

// wantCounts compares the counts of nodes with the nodes themselves. Newcomers
// have not resumed since they joined: they don't count yet.
func wantCounts(t *testing.T, th *theatre, newcomers ...*ecdsa.PrivateKey) {
	t.Helper()
	var joined, available int64
	for _, key := range th.nodes {
		switch statusOf(th.Chain, key) {
		case protocol.NodeQuit:
		case protocol.NodeAvailable:
			joined++
			available++
		default:
			if !slices.Contains(newcomers, key) {
				joined++
			}
		}
	}
	counts := contractstest.View(th.Chain, th.Deployment.Node, th.Node.PackCounts(), th.Node.UnpackCounts)
	class := th.class(contractstest.SmallClass().ID())
	if counts.Joined.Int64() != joined || counts.Available.Int64() != available || int64(class.Joined) != joined || int64(class.Available) != available {
		t.Errorf("counts are %s and %s, of the class %d and %d, want %d and %d", counts.Joined, counts.Available, class.Joined, class.Available, joined, available)
	}
}

func (th *theatre) class(id common.Hash) contracts.ClassInfo {
	th.TB.Helper()
	return contractstest.View(th.Chain, th.Deployment.Node, th.Node.PackClassInfo(id), th.Node.UnpackClassInfo)
}

func (th *theatre) quit(key *ecdsa.PrivateKey) []any {
	th.TB.Helper()
	return th.Logs(th.Send("quit", key, th.Deployment.Node, th.Node.PackQuit()))
}

func (th *theatre) returnStake(of *ecdsa.PrivateKey) error {
	th.TB.Helper()
	_, err := th.Try("returnStake", th.courier, th.Deployment.Node, th.Node.PackReturnStake(contractstest.Address(of)))
	return err
}

func TestQuittingGivesTheStakeToThePayoutAddress(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	node, payout := c.Account(), contractstest.Address(c.Key())
	request := contractstest.SmallClass().JoinRequest(node)
	request.Payout = payout
	c.Register(contractstest.SmallClass())
	c.Send("join", node, c.Deployment.Node, c.Node.PackJoin(request))
	from := c.Now() + uint64(c.Params.StakeSeconds)
	if got := c.NodeInfo(contractstest.Address(node)); got.Stake.Cmp(contractstest.CNX(400)) != 0 || got.Payout != payout || got.SealKey != request.SealKey {
		t.Errorf("got %+v", got)
	}
	c.Send("quit", node, c.Deployment.Node, c.Node.PackQuit()) // so soon that its stake stays for a while
	returns := c.Node.PackReturnStake(contractstest.Address(node))
	at(c, from-1)
	_, err := c.Try("returnStake", c.Key(), c.Deployment.Node, returns)
	wantRefused(t, err, "StakeNotDue")
	c.Send("returnStake", c.Key(), c.Deployment.Node, returns)
	if got := c.Balance(payout); got.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("payout has %s, want 400 CNX", got)
	}
	c.JoinAs(node, contractstest.SmallClass()) // another payout, now that nothing is left of the first
	c.CheckBooks()
}

func TestEarningsAndStakeGoToThePayoutAddress(t *testing.T) {
	th := newTheatre(t, nil)
	node, payout := th.nodes[0], contractstest.Address(th.Key())
	th.Advance(time.Hour)
	th.quit(node)
	request := contractstest.SmallClass().JoinRequest(node)
	request.Payout = payout
	th.Send("join", node, th.Deployment.Node, th.Node.PackJoin(request))
	th.Resume(node)
	p := th.give(node, 18)
	wantAmount(t, "credit of the payout address", p.Credit(payout), contractstest.CNX(18))
	for _, event := range p.ends {
		if e, ok := event.(*contracts.TaskNodePaid); ok && e.Node == contractstest.Address(node) && e.Payout != payout {
			t.Errorf("the event tells that %s was paid, want %s", e.Payout, payout)
		}
	}
	th.CheckBooks()
}

func TestAStakeStaysForAWhileAfterTheLastTask(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	from := th.Now() + uint64(th.Params.StakeSeconds) // its task has just ended
	balance := th.Balance(contractstest.Address(node))
	events := th.quit(node)
	held := false
	for _, event := range events {
		if e, ok := event.(*contracts.NodeStakeHeld); ok {
			held = e.Node == contractstest.Address(node) && e.From == from && e.Stake.Cmp(th.Params.Stake) == 0
		}
	}
	if info := th.NodeInfo(contractstest.Address(node)); !held || info.StakeFrom != from || info.Stake.Cmp(th.Params.Stake) != 0 {
		t.Errorf("got %+v and %v, want the stake held until %d", info, events, from)
	}
	wantRefused(t, th.returnStake(th.nodes[1]), "IllegalStatus")
	wantRefused(t, th.returnStake(th.courier), "NothingStaked")
	at(th.Chain, from-1)
	wantRefused(t, th.returnStake(node), "StakeNotDue")
	if err := th.returnStake(node); err != nil {
		t.Errorf("when it is due: %v", err)
	}
	wantAmount(t, "balance", th.Balance(contractstest.Address(node)), balance.Add(balance, th.Params.Stake))
	wantRefused(t, th.returnStake(node), "NothingStaked")
	if info := th.NodeInfo(contractstest.Address(node)); info.StakeFrom != 0 {
		t.Errorf("nothing is left, but due at %d", info.StakeFrom)
	}

	th.quit(th.nodes[1]) // long enough after its last task
	if info := th.NodeInfo(contractstest.Address(th.nodes[1])); info.Stake.Sign() != 0 {
		t.Errorf("got %+v, want the stake paid back at once", info)
	}
	th.CheckBooks()
}

func TestAHeldStakeCountsWhenItsNodeJoinsAgain(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	th.quit(node)
	request := contractstest.SmallClass().JoinRequest(node)
	request.Payout = contractstest.Address(th.Key())
	_, err := th.Try("join", node, th.Deployment.Node, th.Node.PackJoin(request))
	wantRefused(t, err, "StakeHasPayout") // or who stole the key would have it

	balance := th.Balance(contractstest.Address(node))
	th.JoinAs(node, contractstest.SmallClass())
	wantAmount(t, "balance", th.Balance(contractstest.Address(node)), balance)
	if info := th.NodeInfo(contractstest.Address(node)); info.StakeFrom != 0 || protocol.NodeStatus(info.Status) != protocol.NodeAvailable {
		t.Errorf("got %+v, want it available", info)
	}
	th.quit(node) // it has just joined
	wantRefused(t, th.returnStake(node), "StakeNotDue")
	th.Advance(time.Hour)
	if err := th.returnStake(node); err != nil {
		t.Error(err)
	}
	if _, err := th.Try("join", node, th.Deployment.Node, th.Node.PackJoin(request)); err != nil {
		t.Errorf("with another payout when nothing is left: %v", err)
	}
	th.CheckBooks()
}

func TestJoiningIsRefused(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	key := c.Account()
	long := strings.Repeat("x", 129)
	d := c.Deployment
	for _, bad := range []struct {
		name   string
		change func(*contracts.JoinRequest)
		err    string
	}{
		{"no card", func(r *contracts.JoinRequest) { r.Card = "" }, "InvalidClass"},
		{"a long card", func(r *contracts.JoinRequest) { r.Card = long }, "InvalidClass"},
		{"no runtime", func(r *contracts.JoinRequest) { r.Runtime = "" }, "InvalidClass"},
		{"a long runtime", func(r *contracts.JoinRequest) { r.Runtime = long }, "InvalidClass"},
		{"no memory", func(r *contracts.JoinRequest) { r.VramGB = 0 }, "InvalidClass"},
		{"no sealing key", func(r *contracts.JoinRequest) { r.SealKey = [32]byte{} }, "InvalidSealKey"},
		{"no payout", func(r *contracts.JoinRequest) { r.Payout = common.Address{} }, "InvalidPayout"},
		{"the token as payout", func(r *contracts.JoinRequest) { r.Payout = d.Token }, "InvalidPayout"},
		{"Node as payout", func(r *contracts.JoinRequest) { r.Payout = d.Node }, "InvalidPayout"},
		{"Task as payout", func(r *contracts.JoinRequest) { r.Payout = d.Task }, "InvalidPayout"},
		{"Rules as payout", func(r *contracts.JoinRequest) { r.Payout = d.Rules }, "InvalidPayout"},
		{"33 models' bits", func(r *contracts.JoinRequest) { r.Models = 1<<33 - 1 }, "TooManyModels"},
	} {
		request := contractstest.SmallClass().JoinRequest(key)
		bad.change(&request)
		if _, err := c.Try("join", key, d.Node, c.Node.PackJoin(request)); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	poor := c.Key()
	_, err := c.Try("join", poor, d.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(poor)))
	wantRefused(t, err, "ERC20InsufficientAllowance")
	c.Send("approve", poor, d.Token, c.Token.PackApprove(d.Node, contractstest.CNX(400)))
	_, err = c.Try("join", poor, d.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(poor)))
	wantRefused(t, err, "ERC20InsufficientBalance")
	long = long[1:]
	edge := contracts.JoinRequest{Card: long, VramGB: 65535, Runtime: long, SealKey: [32]byte{1}, Payout: contractstest.Address(key), Models: 1<<32 - 1}
	c.Send("join", key, d.Node, c.Node.PackJoin(edge))
	_, err = c.Try("join", key, d.Node, c.Node.PackJoin(edge))
	wantRefused(t, err, "AlreadyJoined")
}

func TestModelsAreAnnouncedWithin32Bits(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	announce := func(models uint64) error {
		_, err := th.Try("announce", node, th.Deployment.Node, th.Node.PackAnnounce(models))
		return err
	}
	for _, c := range []struct {
		models uint64
		taken  bool
	}{
		{0, true}, {1, true}, {1<<32 - 1, true}, {1<<33 - 1, false}, {1<<33 - 2, true}, {0xffffffff << 32, true}, {0x1ffffffff << 31, false},
		{0x5555555555555555, true}, {0xd555555555555555, false}, {^uint64(0), false}, {1 << 63, true},
	} {
		before := th.NodeInfo(contractstest.Address(node)).Models
		err := announce(c.models)
		want := c.models
		if !c.taken {
			wantRefused(t, err, "TooManyModels")
			want = before
		} else if err != nil {
			t.Errorf("%x: %v", c.models, err)
		}
		if got := th.NodeInfo(contractstest.Address(node)).Models; got != want {
			t.Errorf("announced %x: it holds %x, want %x", c.models, got, want)
		}
	}
	th.Send("pause", node, th.Deployment.Node, th.Node.PackPause())
	if err := announce(1); err != nil {
		t.Errorf("while paused: %v", err)
	}
	th.quit(node)
	wantRefused(t, announce(1), "IllegalStatus")
}

func TestNobodyButTaskAndRulesTouchesNodes(t *testing.T) {
	th := newTheatre(t, nil)
	q := contracts.DrawRequest{Place: common.Big1, TaskType: 1, Model: new(big.Int), Seed: common.Big1}
	for _, who := range []*ecdsa.PrivateKey{th.creator, th.nodes[0], th.Owner} {
		for _, c := range []struct {
			call []byte
			err  string
		}{
			{th.Node.PackDraw(q), "OnlyTaskContract"},
			{th.Node.PackRedraw(q, common.Big1, 0, 12), "OnlyTaskContract"},
			{th.Node.PackSettle(common.Big0, common.Big1, [3]uint8{4, 4, 4}, [3]uint8{}), "OnlyTaskContract"},
			{th.Node.PackSlash(contractstest.Address(th.nodes[0])), "OnlyTaskContract"},
			{th.Node.PackSetTaskContract(contractstest.Address(who)), "OnlyRules"},
			{th.Node.PackSetParams(th.Params), "OnlyRules"},
			{th.Node.PackSetClass("Card", 8, "cpu/1", [32]byte{}), "OnlyRules"},
			{th.Node.PackStrikeClass(contractstest.SmallClass().ID()), "OnlyRules"},
		} {
			_, err := th.Try("call", who, th.Deployment.Node, c.call)
			wantRefused(t, err, c.err)
		}
	}
}

// give runs a task in which a node of a network of three scores so.
func (th *theatre) give(key *ecdsa.PrivateKey, score int) *play {
	th.TB.Helper()
	p := th.begin(contractstest.GPTRequest())
	seat := slices.Index(p.task.Keys[:], key)
	s := storyOf(cellOf("AAA"))
	others := []uint8{uint8(seat+1) % 3, uint8(seat+2) % 3}
	order := slices.Insert(others, map[int]int{20: 0, 18: 1, 12: 2, 0: 2}[score], uint8(seat))
	for i := range s.views {
		s.views[i] = protocol.PackOrder([3]uint8(order))
	}
	if score == 0 {
		s.answers[seat] = answerOf('M')
	}
	p.fast(s)
	return p
}
