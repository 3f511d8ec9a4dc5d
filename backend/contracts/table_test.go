package contracts_test

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// A theatre is a network on which stories are played, each on a branch of the
// chain. A task has ended before, so that each finds its storage used.
type theatre struct {
	*contractstest.Chain
	nodes   []*ecdsa.PrivateKey
	creator *ecdsa.PrivateKey
	// courier brings what others signed, and has the reward for it.
	courier *ecdsa.PrivateKey
}

func newTheatre(t *testing.T, change func(*contracts.Params)) *theatre {
	t.Helper()
	c := contractstest.NewEVM(t, change)
	th := &theatre{Chain: c, nodes: c.Join(3, contractstest.SmallClass()), creator: c.Account(), courier: c.Key()}
	first := c.Create(th.creator, contractstest.GPTRequest(), th.nodes)
	for seat := range 3 {
		first.Commit(seat, contractstest.Result("before"))
	}
	for seat := range 3 {
		first.Reveal(seat)
	}
	return th
}

// branch is the theatre as it stands, for one story.
func (th *theatre) branch(t *testing.T) *theatre {
	t.Helper()
	copied := *th
	copied.Chain = th.Branch()
	copied.TB = t
	return &copied
}

// A play is a task on which a story is played.
type play struct {
	*theatre
	task *contractstest.Court
	bill bill
	was  balances
	// ends are the events of the newest transaction, which sender sent.
	ends   []any
	sender *ecdsa.PrivateKey
}

// balances are what everybody has before a task ends.
type balances struct {
	nodes         [3]contracts.NodeInfo
	earned        [3]*big.Int
	creator, pool *big.Int
	courier       *big.Int
	tasks         contracts.TaskCountsOutput
}

func (th *theatre) begin(request contracts.TaskRequest) *play {
	th.TB.Helper()
	p := &play{theatre: th, task: th.Create(th.creator, request, th.nodes), bill: billOf(th.Params, request)}
	p.was = p.balances()
	return p
}

func (p *play) balances() (b balances) {
	for seat, key := range p.task.Keys {
		b.nodes[seat] = p.NodeInfo(contractstest.Address(key))
		b.earned[seat] = p.Credit(contractstest.Address(key))
	}
	b.creator, b.courier = p.Credit(contractstest.Address(p.creator)), p.Credit(contractstest.Address(p.courier))
	b.pool = p.Pool()
	b.tasks = contractstest.View(p.Chain, p.Deployment.Task, p.Task.PackCounts(), p.Task.UnpackCounts)
	return b
}

// inCourt plays a story through the court. Openings come in turn, from seat
// `first` on.
func (p *play) inCourt(s story, first int) {
	p.TB.Helper()
	complete, waiting := true, false
	for seat := range 3 {
		complete = complete && s.committed[seat]
		waiting = waiting || s.committed[seat] && !s.opened[seat]
		if s.committed[seat] {
			p.task.Commit(seat, s.answers[seat])
		}
	}
	if !complete {
		p.AdvanceTo(p.task.Drawn.CommitBy + 61)
	}
	for i := range 3 {
		if seat := (first + i) % 3; s.opened[seat] {
			p.open(s, seat)
		}
	}
	if waiting {
		if _, err := p.task.TryClose(); !refused(err, "CloseTooEarly") {
			p.TB.Errorf("closing while an opening can come: got %v, want CloseTooEarly", err)
		}
		p.AdvanceTo(p.task.Info().Deadlines.RevealBy + 1)
	}
	if waiting || s.committed == [3]bool{} {
		p.close()
	}
}

// open brings the opening of a seat; without a proof it comes from the node.
func (p *play) open(s story, seat int) {
	p.TB.Helper()
	sender, relay := p.courier, p.Relay
	if s.unproved[seat] {
		sender, relay = p.task.Keys[seat], nil
	}
	opening := p.task.Opening(seat)
	opening.Order = s.views[seat]
	receipt, err := p.task.Bring(seat, opening, p.task.Keys[seat], sender, relay)
	if err != nil {
		p.TB.Fatalf("open seat %d: %v", seat, err)
	}
	p.ends, p.sender = p.Logs(receipt), sender
}

func (p *play) close() {
	p.TB.Helper()
	p.ends, p.sender = p.Logs(p.Send("close", p.courier, p.Deployment.Task, p.Task.PackClose(p.task.ID))), p.courier
}

// fast plays a story through fast settlement.
func (p *play) fast(s story) {
	p.TB.Helper()
	receipt := p.Send("settle", p.courier, p.Deployment.Task, p.Task.PackSettle(p.task.ID, p.statements(s)))
	p.ends, p.sender = p.Logs(receipt), p.courier
}

// statements are what the nodes sign, each with its view, stored at the relay.
func (p *play) statements(s story) (all [3]contracts.Statement) {
	p.TB.Helper()
	for seat := range 3 {
		p.task.Hold(seat, s.answers[seat])
	}
	for seat := range 3 {
		opening := p.task.Opening(seat)
		opening.Order = s.views[seat]
		all[seat] = p.task.Statement(seat, opening, p.task.Keys[seat], p.Relay)
	}
	return all
}

// compare compares what became of the task and of everybody with the rules.
func (p *play) compare(want verdict) {
	p.TB.Helper()
	now := p.balances()
	p.compareTask(now, want)
	pool := new(big.Int).Add(p.was.pool, want.pool)
	for seat := range 3 {
		earned := new(big.Int).Add(p.was.earned[seat], want.pay[seat])
		if p.sender == p.task.Keys[seat] {
			earned.Add(earned, p.Params.SettleReward)
		}
		wantAmount(p.TB, fmt.Sprintf("credit of seat %d", seat), now.earned[seat], earned)
		p.compareNode(seat, now.nodes[seat], want)
		if want.slashed[seat] {
			pool.Add(pool, p.was.nodes[seat].Stake)
		}
	}
	wantAmount(p.TB, "pool", now.pool, pool)
	wantAmount(p.TB, "credit of the creator", now.creator, new(big.Int).Add(p.was.creator, want.refund))
	if p.sender == p.courier {
		wantAmount(p.TB, "credit of who ended it", now.courier, new(big.Int).Add(p.was.courier, p.Params.SettleReward))
	}
	p.compareEvents(want)
	p.CheckBooks(p.task)
}

func wantAmount(t testing.TB, what string, got, want *big.Int) {
	t.Helper()
	if got.Cmp(want) != 0 {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func (p *play) compareTask(now balances, want verdict) {
	p.TB.Helper()
	status, settled, aborted := protocol.TaskSettled, int64(1), int64(0)
	if want.kind == protocol.KindNone {
		status, settled, aborted = protocol.TaskAborted, 0, 1
	}
	ended := [3]int64{
		p.was.tasks.Running.Int64() - now.tasks.Running.Int64(),
		now.tasks.Settled.Int64() - p.was.tasks.Settled.Int64(), now.tasks.Aborted.Int64() - p.was.tasks.Aborted.Int64(),
	}
	if ended != [3]int64{1, settled, aborted} {
		p.TB.Errorf("ended, settled and aborted count %v more tasks, want %v", ended, [3]int64{1, settled, aborted})
	}
	info := p.task.Info()
	if protocol.TaskStatus(info.Status) != status || protocol.Outcome(info.Outcome) != want.outcome {
		p.TB.Errorf("ended as %s, %s, want %s, %s", protocol.TaskStatus(info.Status), protocol.Outcome(info.Outcome), status, want.outcome)
	}
}

func (p *play) compareNode(seat int, now contracts.NodeInfo, want verdict) {
	p.TB.Helper()
	was := p.was.nodes[seat]
	status, recent, mean, stake := protocol.NodeAvailable, was.Recent, was.Mean, was.Stake
	if score := want.score[seat]; score != unscored {
		recent = [3]uint8{uint8(score), was.Recent[0], was.Recent[1]}
		mean = uint16((7*int(was.Mean) + 256*score) / 8)
	}
	switch {
	case want.locked[seat]:
		status = protocol.NodeBusy
	case want.slashed[seat]:
		status, stake = protocol.NodeQuit, new(big.Int)
		recent, mean = now.Recent, now.Mean // nothing is said of them
	}
	if got := protocol.NodeStatus(now.Status); got != status || (now.Task.Sign() != 0) != want.locked[seat] {
		p.TB.Errorf("seat %d is %s in task place %s, want it %s", seat, got, now.Task, status)
	}
	if now.Recent != recent || now.Mean != mean {
		p.TB.Errorf("scores of seat %d: got %v, mean %d, want %v, mean %d", seat, now.Recent, now.Mean, recent, mean)
	}
	wantAmount(p.TB, fmt.Sprintf("stake of seat %d", seat), now.Stake, stake)
}

// compareEvents looks at what clients see of the end.
func (p *play) compareEvents(want verdict) {
	p.TB.Helper()
	told := map[string]string{}
	for _, event := range p.ends {
		switch e := event.(type) {
		case *contracts.TaskTaskEnded:
			if protocol.Outcome(e.Outcome) != want.outcome || protocol.ResultKind(e.Kind) != want.kind || !bytes.Equal(e.Result, want.result) {
				p.TB.Errorf("TaskEnded tells %+v, want %s, %s, %x", e, want.outcome, want.kind, want.result)
			}
			told["end"] = "told"
		case *contracts.TaskNodePaid:
			told[e.Node.Hex()] = fmt.Sprintf("paid %s, score %d", e.Amount, e.Score)
		case *contracts.TaskNodeReleased:
			told[e.Node.Hex()] = fmt.Sprintf("released, score %d", e.Score)
		case *contracts.TaskNodeDeviated:
			told[e.Node.Hex()] = fmt.Sprintf("slashed %s", e.Stake)
		case *contracts.TaskCreatorRefunded:
			told["refund"] = e.Amount.String()
		case *contracts.TaskRewarded:
			told["reward"] = e.Amount.String()
		}
	}
	expect := map[string]string{"end": "told", "reward": p.Params.SettleReward.String()}
	if want.refund.Sign() > 0 {
		expect["refund"] = want.refund.String()
	}
	for seat, key := range p.task.Keys {
		node, score := contractstest.Address(key).Hex(), max(0, want.score[seat])
		switch {
		case want.locked[seat]:
		case want.slashed[seat]:
			expect[node] = fmt.Sprintf("slashed %s", p.was.nodes[seat].Stake)
		case want.pay[seat].Sign() > 0:
			expect[node] = fmt.Sprintf("paid %s, score %d", want.pay[seat], score)
		default:
			expect[node] = fmt.Sprintf("released, score %d", score)
		}
	}
	if fmt.Sprint(told) != fmt.Sprint(expect) {
		p.TB.Errorf("events tell %v, want %v", told, expect)
	}
}

// closeOut slashes the nodes that are still locked, when their time is over.
func (p *play) closeOut(want verdict) {
	p.TB.Helper()
	if want.locked == [3]bool{} {
		if _, err := p.task.TryClose(); !refused(err, "WrongStatus") {
			p.TB.Errorf("closing an ended task: got %v, want WrongStatus", err)
		}
		return
	}
	if _, err := p.task.TryClose(); !refused(err, "CloseTooEarly") {
		p.TB.Errorf("closing out before a day has passed: got %v, want CloseTooEarly", err)
	}
	pool := p.Pool()
	p.Advance(24*time.Hour + time.Minute)
	p.task.Close()
	for seat, key := range p.task.Keys {
		if !want.locked[seat] {
			continue
		}
		pool.Add(pool, p.Params.Stake)
		if info := p.NodeInfo(contractstest.Address(key)); protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.Stake.Sign() != 0 {
			p.TB.Errorf("silent seat %d is %+v after a day, want it slashed", seat, info)
		}
	}
	wantAmount(p.TB, "pool after closing out", p.Pool(), pool)
	if _, err := p.task.TryClose(); !refused(err, "WrongStatus") {
		p.TB.Errorf("closing out twice: got %v, want WrongStatus", err)
	}
	p.CheckBooks(p.task)
}

// requestFor is a task whose fee 50 and 1,000 don't divide, another for each n.
func requestFor(n int) contracts.TaskRequest {
	request := contractstest.GPTRequest()
	request.Units = uint32(1 + n%3)
	request.Fee = contractstest.Paying(new(big.Int).Add(contractstest.CNX(50), big.NewInt(int64(n))))
	return request
}

// orders are all orders of the seats.
func orders() [6][3]uint8 {
	return [6][3]uint8{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
}

// viewsFor are views of the three seats, others for each n.
func viewsFor(n int) (views [3]uint8) {
	for seat := range 3 {
		views[seat] = protocol.PackOrder(orders()[(n/(1+5*seat)+seat)%6])
	}
	return views
}

func TestEveryCellOfTheSettlementTableThroughTheCourt(t *testing.T) {
	t.Parallel()
	playTable(t, letters, 365, func(p *play, s story, n int) { p.inCourt(s, n%3) })
}

func TestEveryCellOfTheSettlementTableThroughFastSettlement(t *testing.T) {
	t.Parallel()
	playTable(t, "ABDIMFC", 141, func(p *play, s story, _ int) { p.fast(s) })
}

// playTable plays all cells of some letters; those that agree on a result once
// more with a cut.
func playTable(t *testing.T, letters string, count int, stage func(p *play, s story, n int)) {
	t.Helper()
	all := cells(letters)
	if len(all) != count {
		t.Fatalf("got %d cells, want %d", len(all), count)
	}
	for _, cut := range []uint16{0, 37} {
		th := newTheatre(t, func(p *contracts.Params) { p.CutPerMille = cut })
		for n, c := range all {
			s := storyOf(c)
			s.views = viewsFor(n)
			if request := requestFor(n); cut == 0 || s.judge(billOf(th.Params, request)).outcome == protocol.OutcomeAgreed {
				t.Run(fmt.Sprintf("%s with a cut of %d", c, cut), func(t *testing.T) {
					p := th.branch(t).begin(request)
					stage(p, s, n)
					want := s.judge(p.bill)
					p.compare(want)
					p.closeOut(want)
				})
			}
		}
	}
}
