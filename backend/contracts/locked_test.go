package contracts_test

import (
	"math/big"
	"testing"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// endWithout commits all answers, opens some seats in court and closes, so that
// the others stay locked.
func (p *play) endWithout(answers [3]contractstest.Answer, opens ...int) {
	p.TB.Helper()
	for seat, answer := range answers {
		p.task.Commit(seat, answer)
	}
	for _, seat := range opens {
		p.task.Reveal(seat)
	}
	p.AdvanceTo(p.task.Info().Deadlines.RevealBy + 1)
	p.close()
	p.was = p.balances()
}

// TestALockedNodeThatOpensLateIsJudged walks what a silent node had committed
// to against how the task ended.
func TestALockedNodeThatOpensLateIsJudged(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	for _, c := range []struct {
		// others is how the task ended, late what the third had committed to.
		others, late string
		slashed      bool
	}{
		{"AA", "A", false},
		{"AA", "B", true},
		{"AA", "I", true},
		{"AA", "M", false},
		{"AA", "F", false},
		{"AA", "C", false},
		{"II", "I", false},
		{"II", "A", true},
		{"II", "M", false},
		{"II", "F", false},
		{"II", "C", false},
		{"AB", "A", false},
		{"AB", "D", false},
		{"AB", "I", false},
		{"AB", "C", false},
		{"AI", "A", false},
		{"AI", "B", false},
		{"MM", "A", false},
		{"MM", "I", false},
		{"FC", "M", false},
		{"cc", "A", false},
		{"cc", "I", false},
		{"cc", "M", false},
	} {
		t.Run(c.late+" after "+c.others, func(t *testing.T) {
			p := th.branch(t).begin(contractstest.GPTRequest())
			answers := [3]contractstest.Answer{answerOf(c.others[0]), answerOf(c.others[1]), answerOf(c.late[0])}
			opens := []int{0, 1}
			if c.others == "cc" {
				opens = nil
			}
			p.endWithout(answers, opens...)
			want := p.NodeInfo(contractstest.Address(p.task.Keys[2]))
			if protocol.NodeStatus(want.Status) != protocol.NodeBusy {
				t.Fatalf("got %+v, want the silent node locked", want)
			}
			// Nothing is paid, so anybody may bring it, and without a proof.
			if _, err := p.task.Bring(2, p.task.Opening(2), p.task.Keys[2], p.courier, nil); err != nil {
				t.Fatal(err)
			}
			pool := p.was.pool
			want.Status, want.Task = uint8(protocol.NodeAvailable), new(big.Int)
			want.Recent = [3]uint8{0, want.Recent[0], want.Recent[1]}
			want.Mean = uint16(7 * int(want.Mean) / 8)
			got := p.NodeInfo(contractstest.Address(p.task.Keys[2]))
			if c.slashed {
				pool = new(big.Int).Add(pool, p.Params.Stake)
				want.Status, want.Stake = uint8(protocol.NodeQuit), new(big.Int)
				want.Recent, want.Mean = got.Recent, got.Mean
			}
			if got.Status != want.Status || got.Task.Sign() != 0 || got.Stake.Cmp(want.Stake) != 0 || got.Recent != want.Recent || got.Mean != want.Mean {
				t.Errorf("the late node is %+v, want %+v", got, want)
			}
			now := p.balances()
			wantAmount(t, "credit of the late node", now.earned[2], p.was.earned[2])
			wantAmount(t, "credit of who brought it", now.courier, p.was.courier)
			wantAmount(t, "pool", now.pool, pool)
			if _, err := p.task.TryReveal(2); err == nil {
				t.Error("opened twice")
			}
			p.CheckBooks(p.task)
		})
	}
}

// TestALateOpeningIsNotJudgedByWhatAnotherTaskLeft: the entry's words still hold
// the results of the task before, one of them the very same lie.
func TestALateOpeningIsNotJudgedByWhatAnotherTaskLeft(t *testing.T) {
	th := newTheatre(t, nil)
	for late := range 3 {
		th := th.branch(t)
		th.begin(contractstest.GPTRequest()).inCourt(storyOf(cellOf("BBB")), late) // its opening is kept, not the last
		p := th.begin(contractstest.GPTRequest())
		answers := [3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('A')}
		answers[late] = contractstest.Result("B")
		p.endWithout(answers, (late+1)%3, (late+2)%3)
		p.task.Reveal(late)
		if got := statusOf(p.Chain, p.task.Keys[late]); got != protocol.NodeQuit {
			t.Errorf("seat %d, which opened another result late, is %s, want it slashed", late, got)
		}
	}
}

func TestLockedNodesAreLetGoOneByOne(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('A')}, 1)
	wantOutcome(t, p.task, protocol.OutcomeSilent)
	by := p.task.Info().Deadlines.RevealBy

	p.task.Reveal(2)
	if got := statusOf(p.Chain, p.task.Keys[2]); got != protocol.NodeAvailable {
		t.Errorf("who opened late is %s, want available", got)
	}
	if got := statusOf(p.Chain, p.task.Keys[0]); got != protocol.NodeBusy {
		t.Errorf("who has not opened is %s, want busy", got)
	}
	_, err := p.task.TryReveal(2)
	wantRefused(t, err, "AlreadyRevealed")
	_, err = p.task.TryReveal(1)
	wantRefused(t, err, "AlreadyRevealed")

	at(p.Chain, by+uint64(p.Params.OpenSeconds))
	_, err = p.task.TryClose()
	wantRefused(t, err, "CloseTooEarly")
	p.close()
	for seat, want := range []protocol.NodeStatus{protocol.NodeQuit, protocol.NodeAvailable, protocol.NodeAvailable} {
		if got := statusOf(p.Chain, p.task.Keys[seat]); got != want {
			t.Errorf("seat %d is %s after the time to open, want %s", seat, got, want)
		}
	}
	wantAmount(t, "pool", p.Pool(), new(big.Int).Add(p.was.pool, p.Params.Stake))
	_, err = p.task.TryReveal(0)
	wantRefused(t, err, "WrongStatus")
	p.CheckBooks(p.task)
}

func TestALockedNodeOpensUntilSomebodyClosesItOut(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('A')}, 0, 1)
	p.AdvanceTo(p.Now() + 30*24*60*60)
	p.task.Reveal(2)
	if got := statusOf(p.Chain, p.task.Keys[2]); got != protocol.NodeAvailable {
		t.Errorf("it is %s, want available", got)
	}
	_, err := p.task.TryClose()
	wantRefused(t, err, "WrongStatus")
}

func TestANodeCannotLeaveATaskThatHoldsIt(t *testing.T) {
	th := newTheatre(t, nil)
	for _, c := range []struct {
		call  []byte
		while protocol.NodeStatus
		then  protocol.NodeStatus
	}{
		{th.Node.PackPause(), protocol.NodePendingPause, protocol.NodePaused},
		{th.Node.PackQuit(), protocol.NodePendingQuit, protocol.NodeQuit},
	} {
		t.Run(c.then.String(), func(t *testing.T) {
			p := th.branch(t).begin(contractstest.GPTRequest())
			p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('A')}, 0, 1)
			late := p.task.Keys[2]
			p.Send("move", late, p.Deployment.Node, c.call)
			if got := statusOf(p.Chain, late); got != c.while {
				t.Errorf("it is %s, want %s", got, c.while)
			}
			next := p.Create(p.creator, contractstest.GPTRequest(), p.nodes)
			if next.Drawn != nil {
				t.Error("a task was drawn although two nodes are free only")
			}
			p.task.Reveal(2)
			if got := p.NodeInfo(contractstest.Address(late)); protocol.NodeStatus(got.Status) != c.then || got.Stake.Sign() == 0 {
				t.Errorf("it is %+v after opening, want it %s, its stake kept", got, c.then)
			}
			p.CheckBooks(p.task, next)
		})
	}
}

// A node of an ended task whose storage serves another task now must not reach
// into that one.
func TestAnEndedTaskNeverTouchesTheTaskThatTookItsPlace(t *testing.T) {
	th := newTheatre(t, nil)
	first := th.begin(contractstest.GPTRequest()).task
	first.Commit(0, contractstest.Result("A"))
	first.AdvanceTo(first.Drawn.CommitBy + 61)
	first.Reveal(0) // seats 1 and 2 never came
	second := th.begin(contractstest.GPTRequest()).task
	if placeOf(first.ID) != placeOf(second.ID) {
		t.Fatalf("task %s has another place than %s", second.ID, first.ID)
	}
	if info := second.Info(); info.Commitments != [3][32]byte{} || info.Revealed != [3]bool{} || info.Deadlines.RevealBy != 0 {
		t.Errorf("a fresh task shows %+v, want nothing of the task before", info)
	}
	wantGone(t, th, first)

	// The other way round: what the new task has in court is not the old one's.
	for seat := range 3 {
		second.Commit(seat, contractstest.Result("B"))
	}
	wantGone(t, th, first)
	for seat := range 3 {
		second.Reveal(seat)
	}
	wantOutcome(t, second, protocol.OutcomeAgreed)
	th.CheckBooks(first, second)
}

// wantGone wants every call about a task refused.
func wantGone(t *testing.T, th *theatre, task *contractstest.Court) {
	t.Helper()
	if info := task.Info(); protocol.TaskStatus(info.Status) != protocol.TaskGone || info.Fee.Sign() != 0 || info.Nodes != (contracts.TaskInfo{}).Nodes {
		t.Errorf("an old task shows %+v, want it gone", info)
	}
	var signatures [3][]byte
	for seat := range 3 {
		task.Hold(seat, contractstest.Result("B"))
		signatures[seat] = th.Sign(protocol.NoArguments{TaskKey: task.Drawn.TaskKey}, task.Keys[seat])
	}
	decline := th.Sign(protocol.Decline{TaskKey: task.Drawn.TaskKey}, task.Keys[0])
	commitment := th.Sign(protocol.Commitment{TaskKey: task.Drawn.TaskKey, Commitment: task.Commitments[1]}, task.Keys[1])
	calls := th.Task
	for name, call := range map[string][]byte{
		"commit":                calls.PackCommit(task.ID, 1, task.Commitments[1], commitment),
		"reveal":                calls.PackReveal(task.ID, 1, task.Statement(1, task.Opening(1), task.Keys[1], th.Relay)),
		"close":                 calls.PackClose(task.ID),
		"cancel":                calls.PackCancel(task.ID),
		"dispatch":              calls.PackDispatch(task.ID),
		"settle":                calls.PackSettle(task.ID, task.Statements(th.Relay)),
		"closeWithoutArguments": calls.PackCloseWithoutArguments(task.ID, signatures),
		"decline":               calls.PackDecline(task.ID, 0, decline, task.Drawn.ArgsHash, task.Drawn.Prevrandao),
	} {
		_, err := th.Try(name, th.creator, th.Deployment.Task, call)
		refusal, ok := err.(*contracts.Refusal)
		if !ok || refusal.Name != "WrongStatus" || refusal.Args["status"] != uint8(protocol.TaskGone) {
			t.Errorf("%s of an old task: got %v, want WrongStatus, gone", name, err)
		}
	}
}

func placeOf(id *big.Int) uint64 { return id.Uint64() & (1<<20 - 1) }

func TestIdsCountTasksAndPlacesServeAgain(t *testing.T) {
	th := newTheatre(t, nil)
	for serial := int64(2); serial <= 4; serial++ {
		p := th.begin(contractstest.GPTRequest())
		if want := serial<<20 | 1; p.task.ID.Int64() != want {
			t.Errorf("task %d has id %s, want %d", serial, p.task.ID, want)
		}
		p.fast(storyOf(cellOf("AAA")))
	}
	for name, c := range map[string]struct {
		id   int64
		want protocol.TaskStatus
	}{
		"no id":                          {0, protocol.TaskNone},
		"a place only":                   {1, protocol.TaskNone},
		"the first task":                 {1<<20 | 1, protocol.TaskGone},
		"the newest":                     {4<<20 | 1, protocol.TaskSettled},
		"the next":                       {5<<20 | 1, protocol.TaskNone},
		"a place that was never used":    {5<<20 | 2, protocol.TaskNone},
		"the first task's id, high bits": {1<<60 | 1<<20 | 1, protocol.TaskNone},
	} {
		task := &contractstest.Court{Chain: th.Chain, ID: big.NewInt(c.id)}
		if got := protocol.TaskStatus(task.Info().Status); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestThePlaceOfATaskThatHoldsANodeIsNotUsedAgain(t *testing.T) {
	th := newTheatre(t, nil)
	th.nodes = append(th.nodes, th.Join(3, contractstest.SmallClass())...)
	p := th.begin(contractstest.GPTRequest())
	p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('B')}, 0, 1)

	for range 2 {
		other := th.begin(contractstest.GPTRequest())
		if placeOf(other.task.ID) == placeOf(p.task.ID) {
			t.Fatalf("task %s took the place of %s, which holds a node", other.task.ID, p.task.ID)
		}
		other.inCourt(storyOf(cellOf("DDD")), 0)
	}
	p.task.Reveal(2) // B is judged against A, not against D
	if got := statusOf(p.Chain, p.task.Keys[2]); got != protocol.NodeQuit {
		t.Errorf("who opened another result late is %s, want it slashed", got)
	}
	next := th.begin(contractstest.GPTRequest())
	if placeOf(next.task.ID) != placeOf(p.task.ID) {
		t.Errorf("task %s did not take the place of %s, which is free", next.task.ID, p.task.ID)
	}
	next.fast(storyOf(cellOf("AAA")))
	th.CheckBooks(p.task)
}
