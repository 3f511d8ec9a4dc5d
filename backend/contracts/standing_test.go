package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func TestTheMeanFollowsTheScores(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, func(p *contracts.Params) { p.KickOutScore = 0 })
	fresh := th.Join(1, contractstest.SmallClass())[0]
	if info := th.NodeInfo(contractstest.Address(fresh)); info.Mean != 0 || info.Recent != [3]uint8{20, 20, 20} {
		t.Errorf("a newcomer is %+v, want a mean of 0 and nothing held against it", info)
	}
	th.quit(th.nodes[0])
	th.nodes[0] = fresh

	recent, mean := [3]uint8{20, 20, 20}, 0
	for n, score := range []int{20, 18, 12, 0, 12, 12, 20, 0, 0, 18, 18, 18} {
		th.give(fresh, score)
		recent, mean = [3]uint8{uint8(score), recent[0], recent[1]}, (7*mean+256*score)/8
		if info := th.NodeInfo(contractstest.Address(fresh)); info.Recent != recent || int(info.Mean) != mean {
			t.Errorf("after score %d, its number %d: got %v, mean %d, want %v, mean %d", score, n+1, info.Recent, info.Mean, recent, mean)
		}
	}
	for range 100 {
		th.give(fresh, 20)
	}
	if got := th.NodeInfo(contractstest.Address(fresh)).Mean; got > 20*256 || got < 19*256 {
		t.Errorf("the mean of a hundred first places is %d, want nearly %d and no more", got, 20*256)
	}
}

// TestANodeIsLetGoWhenItsLastThreeScoresSumTo20OrLess walks scores of a newcomer.
func TestANodeIsLetGoWhenItsLastThreeScoresSumTo20OrLess(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	fresh := th.Join(1, contractstest.SmallClass())[0]
	th.quit(th.nodes[0])
	th.nodes[0] = fresh
	for _, c := range []struct {
		scores []int
		// kicked is the number of the score that was too much, 0 for none.
		kicked int
	}{
		{[]int{0}, 0},
		{[]int{0, 20}, 0},
		{[]int{0, 0}, 2}, // 0 + 0 + 20
		{[]int{0, 12, 12}, 0},
		{[]int{12, 12, 0}, 0},
		{[]int{0, 12, 0}, 3},
		{[]int{12, 0, 12, 0}, 4},
		{[]int{20, 0, 0}, 3},
		{[]int{0, 20, 0}, 3},
		{[]int{0, 18, 12, 0, 12}, 0},
		{[]int{18, 0, 20, 18, 0, 0}, 6},
		{[]int{12, 12, 12, 12}, 0},
	} {
		t.Run(fmt.Sprint(c.scores), func(t *testing.T) {
			th := th.branch(t)
			for n, score := range c.scores {
				p := th.give(fresh, score)
				want := protocol.NodeAvailable
				if n+1 == c.kicked {
					want = protocol.NodeQuit
				}
				if got := statusOf(th.Chain, fresh); got != want {
					t.Fatalf("after score %d, its number %d, it is %s, want %s", score, n+1, got, want)
				}
				if want == protocol.NodeQuit {
					wantLetGo(t, th, fresh, p.ends)
				}
				wantCounts(t, th)
			}
		})
	}
}

// wantLetGo wants a node that was just let go for its scores to have its stake
// after a while, and to wait before it joins again.
func wantLetGo(t *testing.T, th *theatre, node *ecdsa.PrivateKey, ends []any) {
	t.Helper()
	account, now := contractstest.Address(node), th.Now()
	rejoin, due := now+uint64(th.Params.RejoinSeconds), now+uint64(th.Params.StakeSeconds)
	told := false
	for _, event := range ends {
		if e, ok := event.(*contracts.NodeNodeKickedOut); ok {
			told = e.Node == account && e.RejoinFrom == rejoin
		}
	}
	info := th.NodeInfo(account)
	if !told || info.RejoinFrom != rejoin || info.StakeFrom != due || info.Stake.Cmp(th.Params.Stake) != 0 {
		t.Errorf("it is %+v and events tell %v, want its stake back from %d and a wait until %d", info, ends, due, rejoin)
	}
	join := th.Node.PackJoin(contractstest.SmallClass().JoinRequest(node))
	at(th.Chain, rejoin-1)
	_, err := th.Try("join", node, th.Deployment.Node, join)
	wantRefused(t, err, "RejoinTooEarly")
	if err := th.returnStake(node); err != nil {
		t.Errorf("its stake: %v", err)
	}
	th.Send("join", node, th.Deployment.Node, join)
	th.Resume(node)
	if got := th.NodeInfo(account); got.Mean != info.Mean || got.RejoinFrom != 0 {
		t.Errorf("after joining again it is %+v, want the mean of %d that it had", got, info.Mean)
	}
	th.give(node, 0) // its first score since
	if got := statusOf(th.Chain, node); got != protocol.NodeAvailable {
		t.Errorf("one zero after joining again it is %s, want available", got)
	}
	th.CheckBooks()
	// Go on as it was: out.
	th.Advance(time.Hour)
	th.quit(node)
}

func TestWhoIsLetGoWhileItWantsToPauseOrQuitIsGone(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	th.give(node, 0)
	for name, call := range map[string][]byte{"pause": th.Node.PackPause(), "quit": th.Node.PackQuit()} {
		th := th.branch(t)
		p := th.begin(contractstest.GPTRequest())
		th.Send(name, node, th.Deployment.Node, call)
		s := storyOf(cellOf("AAA"))
		for seat, key := range p.task.Keys {
			if key == node {
				s.answers[seat] = answerOf('F')
			}
		}
		p.fast(s)
		info := th.NodeInfo(contractstest.Address(node))
		if protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.RejoinFrom == 0 {
			t.Errorf("after %s and a second zero it is %+v, want it let go", name, info)
		}
		th.CheckBooks()
	}
}

// TestALateOpeningCanCostANodeItsPlaceByItsScores: it counts as a zero.
func TestALateOpeningCanCostANodeItsPlaceByItsScores(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	th.give(node, 0)
	p := th.begin(contractstest.GPTRequest())
	var opens []int
	seat := 0
	for other, key := range p.task.Keys {
		if key == node {
			seat = other
		} else {
			opens = append(opens, other)
		}
	}
	p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('A')}, opens...)
	p.task.Reveal(seat)
	info := p.NodeInfo(contractstest.Address(node))
	if protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.RejoinFrom == 0 || info.Stake.Sign() == 0 {
		t.Errorf("it is %+v, want it let go with its stake", info)
	}
	p.CheckBooks(p.task)
}

// TestHistoryStaysWithTheAddress: leaving and joining again washes nothing off.
func TestHistoryStaysWithTheAddress(t *testing.T) {
	th := newTheatre(t, nil)
	node := th.nodes[0]
	th.give(node, 20)
	th.give(node, 0)
	before := th.NodeInfo(contractstest.Address(node))
	th.Advance(time.Hour)
	th.quit(node)
	th.JoinAs(node, contractstest.Class{Card: "Another Card", VRAMGB: 24, Runtime: "cpu-test/2"})
	after := th.NodeInfo(contractstest.Address(node))
	if after.Recent != before.Recent || after.Mean != before.Mean {
		t.Errorf("after joining anew its scores are %v, mean %d, were %v, mean %d", after.Recent, after.Mean, before.Recent, before.Mean)
	}
}
