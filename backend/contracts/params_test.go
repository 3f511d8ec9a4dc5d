package contracts_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// others are params that differ from a devnet's in everything a task could feel.
func others(p contracts.Params) contracts.Params {
	return contracts.Params{
		Stake: contractstest.CNX(500), MinFee: contractstest.CNX(3), SettleReward: contractstest.MilliCNX(700), DispatchReward: contractstest.MilliCNX(900),
		CutPerMille: 500, MinClassNodes: p.MinClassNodes, KickOutScore: p.KickOutScore, RejoinSeconds: p.RejoinSeconds, StakeSeconds: p.StakeSeconds,
		ArgumentSeconds: 5, CommitSeconds: 6, RevealSeconds: 7, OpenSeconds: 8, QueueSeconds: 9, QueuePer100Nodes: 200,
		DrawCandidates: 3, DrawSeconds: 0, MatchDistance: 1, SlashDistance: 2,
		StableDiffusion: contracts.Pricing{OverheadSeconds: 3, SecondsPerUnit: 300, Served: true},
		Gpt:             contracts.Pricing{OverheadSeconds: 2, SecondsPerUnit: 200, Served: true},
	}
}

func (th *theatre) setParams(p contracts.Params) {
	th.TB.Helper()
	th.Enact(th.Rules.PackSetParams(p))
}

// TestATaskKeepsTheParamsItWasCreatedUnder changes all of them while it runs,
// and plays how it can end.
func TestATaskKeepsTheParamsItWasCreatedUnder(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, func(p *contracts.Params) { p.CutPerMille = 37 })
	for n, c := range []string{"AAA", "AAB", "AAc", "Acc", "AnA", "IIA", "ABD", "cnn", "nnn", "MMM"} {
		t.Run(c+" through the court", func(t *testing.T) {
			p := th.branch(t).begin(requestFor(n))
			before := p.task.Info().Deadlines
			p.setParams(others(p.Params))
			if now := p.task.Info().Deadlines; now != before || before.CommitBy != p.task.Info().Since+180+30+10*uint64(1+n%3) {
				t.Errorf("deadlines are %+v, were %+v", now, before)
			}
			s := storyOf(cellOf(c))
			p.inCourt(s, 0) // which closes no earlier than the old deadlines say
			p.compare(s.judge(p.bill))
			p.closeOut(s.judge(p.bill))
		})
	}
	for n, c := range []string{"AAB", "IIA", "ABD"} {
		t.Run(c+" fast", func(t *testing.T) {
			p := th.branch(t).begin(requestFor(n))
			p.setParams(others(p.Params))
			s := storyOf(cellOf(c))
			p.fast(s)
			p.compare(s.judge(p.bill))
		})
	}
	t.Run("without arguments", func(t *testing.T) {
		p := th.branch(t).begin(requestFor(1))
		p.setParams(others(p.Params))
		at(p.Chain, p.task.Drawn.ArgumentsBy)
		wantRefused(t, p.closeWithoutArguments(p.noArguments(3)), "CloseTooEarly")
		if err := p.closeWithoutArguments(p.noArguments(3)); err != nil {
			t.Fatal(err)
		}
		p.compare(judgeNoArguments(p.bill, [3]bool{true, true}))
	})
}

func TestTheNextTaskIsUnderTheNewParams(t *testing.T) {
	th := newTheatre(t, nil)
	next := others(th.Params)
	th.setParams(next)
	th.Params = next
	request := contractstest.GPTRequest()
	_, err := th.Try("createTask", th.creator, th.Deployment.Task, th.Task.PackCreateTask(contracts.TaskRequest{
		TaskType: request.TaskType, ArgsHash: request.ArgsHash, Units: 1, Fee: contractstest.MilliCNX(2999),
	}))
	wantRefused(t, err, "FeeTooLow")
	p := th.begin(request)
	if got, now := p.task.Info().Deadlines, th.Now(); got != (contracts.Deadlines{ArgumentsBy: now + 5, CommitBy: now + 6 + 202}) {
		t.Errorf("deadlines are %+v at %d", got, now)
	}
	s := storyOf(cellOf("AAB"))
	p.fast(s)
	p.compare(s.judge(p.bill))
}

func TestImagesKeepTheDistancesTheirTaskWasCreatedUnder(t *testing.T) {
	th := imagesTheatre(t)
	base := hashes(2)
	for _, c := range []struct {
		bits    int
		slashed bool
	}{{4, false}, {5, false}, {23, false}, {24, true}} {
		p := th.branch(t).begin(contractstest.SDRequest(2))
		p.setParams(others(p.Params))
		s := imageStory(base, flipped(base, 1, 0, c.bits), base)
		p.fast(s)
		p.compare(s.judge(p.bill))
		late := th.branch(t).begin(contractstest.SDRequest(2))
		late.endWithout([3]contractstest.Answer(s.answers), 0, 2)
		late.setParams(others(late.Params))
		late.task.Reveal(1)
		if got := statusOf(late.Chain, late.task.Keys[1]); (got == protocol.NodeQuit) != c.slashed {
			t.Errorf("%d bits, opened late: the node is %s, want it slashed %t", c.bits, got, c.slashed)
		}
	}
	th.setParams(others(th.Params))
	p := th.begin(contractstest.SDRequest(2))
	p.bill, p.Params = billOf(others(th.Params), contractstest.SDRequest(2)), others(th.Params)
	p.bill.fee = new(big.Int).Sub(p.task.Fee, p.Params.SettleReward)
	s := imageStory(base, flipped(base, 0, 0, 1), base)
	s.near, s.far = 1, 2
	p.fast(s)
	p.compare(s.judge(p.bill))
}

// TestATaskThatWaitsKeepsItsParams: when it expires, what cancelling takes, what
// its dispatch pays, and everything after.
func TestATaskThatWaitsKeepsItsParams(t *testing.T) {
	th := newTheatre(t, nil)
	running := th.begin(contractstest.GPTRequest())
	request := requestFor(3)
	waiting := th.Create(th.creator, request, th.nodes)
	old := th.Params
	th.setParams(others(old))

	cancelled, credit := th.branch(t), th.Credit(contractstest.Address(th.creator))
	cancelled.Send("cancel", th.creator, th.Deployment.Task, th.Task.PackCancel(waiting.ID))
	wantAmount(t, "credit after cancelling", cancelled.Credit(contractstest.Address(th.creator)), credit.Add(credit, new(big.Int).Sub(request.Fee, old.MinFee)))

	expiring := *waiting
	expiring.Chain = th.Branch()
	at(expiring.Chain, waiting.Info().Since+uint64(old.QueueSeconds))
	_, err := expiring.TryClose()
	wantRefused(t, err, "CloseTooEarly")
	expiring.Close()

	running.fast(storyOf(cellOf("AAA")))
	before := th.Credit(contractstest.Address(th.courier))
	receipt := th.Send("dispatch", th.courier, th.Deployment.Task, th.Task.PackDispatch(waiting.ID))
	wantAmount(t, "credit for the dispatch", th.Credit(contractstest.Address(th.courier)), before.Add(before, old.DispatchReward))
	waiting.Seat(receipt, th.nodes)
	p := &play{theatre: th, task: waiting, bill: billOf(old, request)}
	p.bill.fee.Sub(p.bill.fee, old.DispatchReward)
	p.was = p.balances()
	if got, now := waiting.Info().Deadlines, th.Now(); got != (contracts.Deadlines{ArgumentsBy: now + 60, CommitBy: now + 180 + 40}) {
		t.Errorf("deadlines are %+v at %d", got, now)
	}
	s := storyOf(cellOf("AAB"))
	p.fast(s)
	p.compare(s.judge(p.bill))
}

// TestAStakeStaysWhatItWas: only who joins from then on stakes the new amount.
func TestAStakeStaysWhatItWas(t *testing.T) {
	th := newTheatre(t, nil)
	stakes := func(th *theatre, amount *big.Int) {
		p := th.Params
		p.Stake = amount
		th.setParams(p)
	}
	balance := func(th *theatre, n int) *big.Int { return th.Balance(contractstest.Address(th.nodes[n])) }
	stake := func(th *theatre, n int) *big.Int { return th.NodeInfo(contractstest.Address(th.nodes[n])).Stake }
	for name, amount := range map[string]*big.Int{"more": contractstest.CNX(500), "less": contractstest.CNX(100)} {
		t.Run(name, func(t *testing.T) {
			th := th.branch(t)
			before := balance(th, 0)
			th.quit(th.nodes[1])
			stakes(th, amount)
			newcomer := th.Join(1, contractstest.SmallClass())[0]
			wantAmount(t, "stake of a newcomer", th.NodeInfo(contractstest.Address(newcomer)).Stake, amount)
			wantAmount(t, "stake of who was there", stake(th, 0), contractstest.CNX(400))
			wantAmount(t, "stake of who left", stake(th, 1), contractstest.CNX(400))

			held := balance(th, 1) // its 400 count when it comes again; what is more stays too
			th.JoinAs(th.nodes[1], contractstest.SmallClass())
			want := new(big.Int).Sub(amount, contractstest.CNX(400))
			if want.Sign() < 0 {
				want.SetInt64(0)
			}
			wantAmount(t, "taken of who came again", new(big.Int).Sub(held, balance(th, 1)), want)
			wantAmount(t, "its stake", stake(th, 1), want.Add(want, contractstest.CNX(400)))

			th.Advance(time.Hour)
			th.quit(th.nodes[0])
			wantAmount(t, "paid back", balance(th, 0), before.Add(before, contractstest.CNX(400)))
			th.CheckBooks()
		})
	}
	slashed := th.branch(t)
	stakes(slashed, contractstest.CNX(500))
	p := slashed.begin(contractstest.GPTRequest())
	s := storyOf(cellOf("AAB"))
	p.fast(s)
	p.compare(s.judge(p.bill)) // takes the 400 that are there
}

// TestANodeThatHasLeftHasItsStakeWhenItWasToldSo: the owner "can not … stop
// anybody from taking what is theirs" (IRules).
func TestANodeThatHasLeftHasItsStakeWhenItWasToldSo(t *testing.T) {
	th := newTheatre(t, nil)
	th.quit(th.nodes[0])
	from := th.NodeInfo(contractstest.Address(th.nodes[0])).StakeFrom
	p := th.Params
	p.StakeSeconds = 30 * 24 * 3600
	th.setParams(p)
	if got := th.NodeInfo(contractstest.Address(th.nodes[0])).StakeFrom; got != from {
		t.Errorf("the stake is due at %d, was at %d", got, from)
	}
	at(th.Chain, from)
	if err := th.returnStake(th.nodes[0]); err != nil {
		t.Error(err)
	}
	th.quit(th.nodes[1]) // from now on it counts for who leaves
	if got, want := th.NodeInfo(contractstest.Address(th.nodes[1])).StakeFrom, from-60+30*24*3600; got != want {
		t.Errorf("the stake of who leaves now is due at %d, want %d", got, want)
	}
}

// TestNoTaskOutlivesTheOwnersDelay: the delay stays longer than any task, or
// whoever has one could be surprised.
func TestNoTaskOutlivesTheOwnersDelay(t *testing.T) {
	c := slow(t)
	p := c.Params
	p.OpenSeconds = 30 * 24 * 3600
	var due *contracts.NotDueError
	if err := enact(c, c.Rules.PackSetParams(p)); !errors.As(err, &due) {
		t.Fatal(err)
	}
	c.Advance(48 * time.Hour)
	wantRefused(t, enact(c, c.Rules.PackSetParams(p)), "DelayTooShort")
}

// TestAChangeThatWasUndoneCanBeMadeAgain: strike a relay, and register it again.
func TestAChangeThatWasUndoneCanBeMadeAgain(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	relay := contractstest.Address(c.Key())
	for _, registered := range []bool{true, false, true, false} {
		if err := enact(c, c.Rules.PackSetRelay(relay, registered)); err != nil {
			t.Fatal(err)
		}
		if got := contractstest.View(c, c.Deployment.Task, c.Task.PackIsRelay(relay), c.Task.UnpackIsRelay); got != registered {
			t.Errorf("registered is %t, want %t", got, registered)
		}
	}
}
