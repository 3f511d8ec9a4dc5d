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

// A cell of the settlement table is what the three seats did: n never
// committed, c committed and stayed silent, A B D opened one of three different
// results, I opened "invalid arguments", F opened a machine's error.
type cell [3]byte

func (c cell) String() string { return string(c[:]) }

// cells are all there are, but for the names of the results.
func cells() []cell {
	const states = "ncABDIF"
	var all []cell
	for i := range len(states) * len(states) * len(states) {
		c := cell{states[i%7], states[i/7%7], states[i/49]}
		if canonical(c) {
			all = append(all, c)
		}
	}
	return all
}

func canonical(c cell) bool {
	next := 0
	for _, s := range c {
		at := -1
		for i, name := range "ABD" {
			if s == byte(name) {
				at = i
			}
		}
		if at > next {
			return false
		}
		if at == next {
			next++
		}
	}
	return true
}

func (c cell) opened(seat int) bool { return c[seat] != 'n' && c[seat] != 'c' }

func (c cell) answers(seat int) bool { return c.opened(seat) && c[seat] != 'F' }

func (c cell) answer(seat int) contractstest.Answer {
	switch c[seat] {
	case 'I':
		return contractstest.Failure(protocol.KindInvalidArguments)
	case 'F':
		return contractstest.Failure(protocol.KindCannotRun)
	case 'c':
		return contractstest.Result("A")
	default:
		return contractstest.Result(string(c[seat]))
	}
}

// agreed is what at least two seats said; 0 when none did.
func (c cell) agreed() byte {
	for i := range 3 {
		for j := range i {
			if c[i] == c[j] && c.answers(i) {
				return c[i]
			}
		}
	}
	return 0
}

// expectation is what the rules say of a cell, in words of their own.
type expectation struct {
	outcome      protocol.Outcome
	pay          [3]*big.Int
	refund, pool *big.Int
	slashed      [3]bool
	locked       [3]bool
}

func expect(c cell, fee, overhead *big.Int) expectation {
	e := expectation{refund: new(big.Int), pool: new(big.Int)}
	reward := []int64{10, 9, 6}
	var rewards [3]int64
	committed, opened := 0, 0
	for i := range 3 {
		e.pay[i] = new(big.Int)
		e.locked[i] = c[i] == 'c'
		if c[i] != 'n' {
			rewards[i] += reward[committed]
			committed++
		}
		if c.opened(i) {
			rewards[i] += reward[opened]
			opened++
		}
	}
	part := func(of *big.Int, n int64) *big.Int {
		return new(big.Int).Div(new(big.Int).Mul(of, big.NewInt(n)), big.NewInt(50))
	}
	letter := c.agreed()
	switch {
	case letter == 0:
		e.outcome = protocol.OutcomeNoAgreement
		if opened < 2 {
			e.outcome = protocol.OutcomeSilent
		}
		sharers := int64(0)
		for i := range 3 {
			if c.answers(i) {
				sharers++
			}
		}
		e.refund.Set(fee)
		for i := range 3 {
			if c.answers(i) {
				e.pay[i].Div(overhead, big.NewInt(sharers))
				e.refund.Sub(e.refund, e.pay[i])
			}
		}
	case letter == 'I':
		e.outcome = protocol.OutcomeInvalidArguments
		e.refund.Set(fee)
		for i := range 3 {
			e.slashed[i] = c.answers(i) && c[i] != 'I'
			if c[i] == 'I' {
				e.pay[i] = part(overhead, rewards[i])
				e.refund.Sub(e.refund, e.pay[i])
			}
		}
	default:
		e.outcome = protocol.OutcomeAgreed
		left, rewardsLeft, last := new(big.Int).Set(fee), int64(50), 0
		for i := range 3 {
			if c[i] == letter {
				e.pay[i] = part(fee, rewards[i])
				left.Sub(left, e.pay[i])
				rewardsLeft -= rewards[i]
				last = i
			}
		}
		other := part(fee, rewardsLeft)
		for i := range 3 {
			if c[i] == letter {
				continue
			}
			left.Sub(left, other)
			e.slashed[i] = c.answers(i)
			if e.slashed[i] {
				e.refund.Add(e.refund, other)
			} else {
				e.pool.Add(e.pool, other)
			}
		}
		e.pay[last].Add(e.pay[last], left)
	}
	return e
}

func TestEveryCellOfTheSettlementTable(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	everybody := append([]*ecdsa.PrivateKey{creator}, nodes...)
	all := cells()
	if len(all) != 141 {
		t.Fatalf("got %d cells, want 141", len(all))
	}
	for i, cell := range all {
		t.Run(cell.String(), func(t *testing.T) {
			c.TB = t
			playCell(c, cell, creator, nodes, int64(i))
			c.CheckMoney(everybody)
		})
		if t.Failed() {
			return
		}
		for _, key := range nodes {
			if protocol.NodeStatus(c.NodeInfo(contractstest.Address(key)).Status) == protocol.NodeQuit {
				c.JoinAs(key, contractstest.SmallClass())
			}
		}
	}
}

// playCell plays a cell and compares every party's money and fate with the rules.
func playCell(c *contractstest.Chain, cell cell, creator *ecdsa.PrivateKey, nodes []*ecdsa.PrivateKey, i int64) {
	request := contractstest.GPTRequest()
	request.Fee = new(big.Int).Add(contractstest.CNX(50), big.NewInt(i)) // fees that 50 doesn't divide
	overhead := new(big.Int).Div(new(big.Int).Mul(request.Fee, big.NewInt(30)), big.NewInt(40))
	want := expect(cell, request.Fee, overhead)
	poolBefore, balanceBefore := c.Pool(), c.Balance(contractstest.Address(creator))

	task := c.Create(creator, request, nodes)
	var earnedBefore [3]*big.Int
	for seat := range 3 {
		earnedBefore[seat] = c.Earned(contractstest.Address(task.Keys[seat]))
	}
	play(task, cell)

	info := task.Info()
	status := protocol.TaskSettled
	if cell.agreed() == 0 {
		status = protocol.TaskAborted
	}
	if protocol.TaskStatus(info.Status) != status || protocol.Outcome(info.Outcome) != want.outcome {
		c.TB.Fatalf("ended as %s, %s, want %s, %s", protocol.TaskStatus(info.Status), protocol.Outcome(info.Outcome), status, want.outcome)
	}
	pool := new(big.Int).Add(poolBefore, want.pool)
	for seat := range 3 {
		node := contractstest.Address(task.Keys[seat])
		if got := new(big.Int).Sub(c.Earned(node), earnedBefore[seat]); got.Cmp(want.pay[seat]) != 0 {
			c.TB.Errorf("seat %d earned %s, want %s", seat, got, want.pay[seat])
		}
		wantStatus := protocol.NodeAvailable
		if want.locked[seat] {
			wantStatus = protocol.NodeBusy
		}
		if want.slashed[seat] {
			wantStatus = protocol.NodeQuit
			pool.Add(pool, c.Params.Stake)
		}
		if got := protocol.NodeStatus(c.NodeInfo(node).Status); got != wantStatus {
			c.TB.Errorf("seat %d is %s, want %s", seat, got, wantStatus)
		}
	}
	if got := c.Pool(); got.Cmp(pool) != 0 {
		c.TB.Errorf("pool is %s, want %s", got, pool)
	}
	spent := new(big.Int).Sub(balanceBefore, c.Balance(contractstest.Address(creator)))
	if got := new(big.Int).Sub(request.Fee, spent); got.Cmp(want.refund) != 0 {
		c.TB.Errorf("creator had %s back, want %s", got, want.refund)
	}
	closeOut(task, want)
}

// play acts as the cell says until the task has ended.
func play(task *contractstest.Court, cell cell) {
	silent, absent := false, false
	for seat := range 3 {
		if cell[seat] == 'n' {
			absent = true
			continue
		}
		silent = silent || cell[seat] == 'c'
		task.Commit(seat, cell.answer(seat))
	}
	if absent {
		task.AdvanceTo(task.Drawn.CommitBy + 1)
	}
	for seat := range 3 {
		if cell.opened(seat) {
			task.Reveal(seat)
		}
	}
	if silent {
		if _, err := task.TryClose(); err == nil {
			task.TB.Error("closed before the reveal deadline")
		}
		task.AdvanceTo(task.Info().Deadlines.RevealBy + 1)
	}
	if silent || cell == (cellOf("nnn")) {
		task.Close()
	}
}

// closeOut slashes the nodes that are still locked, a day later.
func closeOut(task *contractstest.Court, want expectation) {
	locked := want.locked[0] || want.locked[1] || want.locked[2]
	if !locked {
		if _, err := task.TryClose(); !refused(err, "WrongStatus") {
			task.TB.Errorf("closing an ended task: got %v, want WrongStatus", err)
		}
		return
	}
	if _, err := task.TryClose(); !refused(err, "CloseTooEarly") {
		task.TB.Errorf("closing out before a day has passed: got %v, want CloseTooEarly", err)
	}
	pool := task.Pool()
	task.Advance(24*time.Hour + time.Minute)
	task.Close()
	for seat := range 3 {
		if !want.locked[seat] {
			continue
		}
		pool.Add(pool, task.Params.Stake)
		if got := protocol.NodeStatus(task.NodeInfo(contractstest.Address(task.Keys[seat])).Status); got != protocol.NodeQuit {
			task.TB.Errorf("silent seat %d is %s after a day, want it slashed", seat, got)
		}
	}
	if got := task.Pool(); got.Cmp(pool) != 0 {
		task.TB.Errorf("pool is %s after closing out, want %s", got, pool)
	}
}

func refused(err error, name string) bool {
	refusal, ok := err.(*contracts.Refusal)
	return ok && refusal.Name == name
}

// TestALockedNodeThatOpensLateIsJudged walks what a silent node had committed
// to against what the others agreed on.
func TestALockedNodeThatOpensLateIsJudged(t *testing.T) {
	result, other := contractstest.Result("A"), contractstest.Result("B")
	invalid, fault := contractstest.Failure(protocol.KindInvalidArguments), contractstest.Failure(protocol.KindModelNotFound)
	for _, c := range []struct {
		name          string
		first, second contractstest.Answer
		late          contractstest.Answer
		slashed       bool
	}{
		{"the agreed result", result, result, result, false},
		{"another result", result, result, other, true},
		{"invalid arguments against a result", result, result, invalid, true},
		{"a machine's error", result, result, fault, false},
		{"invalid arguments as agreed", invalid, invalid, invalid, false},
		{"a result against invalid arguments", invalid, invalid, result, true},
		{"a machine's error against invalid arguments", invalid, invalid, fault, false},
		{"a result where nothing was agreed", result, other, contractstest.Result("D"), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain := contractstest.New(t, nil)
			nodes := chain.Join(3, contractstest.SmallClass())
			creator := chain.Account()
			task := chain.Create(creator, contractstest.GPTRequest(), nodes)
			for seat, answer := range []contractstest.Answer{c.first, c.second, c.late} {
				task.Commit(seat, answer)
			}
			task.Reveal(0)
			task.Reveal(1)
			task.AdvanceTo(task.Info().Deadlines.RevealBy + 1)
			task.Close()
			late := contractstest.Address(task.Keys[2])
			pool, earned := chain.Pool(), chain.Earned(late)

			task.Reveal(2)
			status, want := protocol.NodeStatus(chain.NodeInfo(late).Status), protocol.NodeAvailable
			if c.slashed {
				want = protocol.NodeQuit
				pool.Add(pool, chain.Params.Stake)
			}
			if status != want {
				t.Errorf("node is %s, want %s", status, want)
			}
			if got := chain.Earned(late); got.Cmp(earned) != 0 {
				t.Errorf("opening late earned %s, want nothing", new(big.Int).Sub(got, earned))
			}
			if got := chain.Pool(); got.Cmp(pool) != 0 {
				t.Errorf("pool is %s, want %s", got, pool)
			}
			if _, err := task.TryReveal(2); err == nil {
				t.Error("opened twice")
			}
			chain.CheckMoney(append(nodes, creator))
		})
	}
}

func TestArrivalDecidesPayWhateverTheSeat(t *testing.T) {
	chain := contractstest.New(t, nil)
	nodes := chain.Join(3, contractstest.SmallClass())
	creator := chain.Account()
	reward := []int64{10, 9, 6}
	orders := [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for _, commits := range orders {
		for _, reveals := range orders {
			task := chain.Create(creator, contractstest.GPTRequest(), nodes)
			var want, before [3]int64
			for place, seat := range commits {
				task.Commit(seat, contractstest.Result("A"))
				want[seat] += reward[place]
			}
			for seat := range 3 {
				before[seat] = whole(chain.Earned(contractstest.Address(task.Keys[seat])))
			}
			for place, seat := range reveals {
				task.Reveal(seat)
				want[seat] += reward[place]
			}
			for seat := range 3 {
				if got := whole(chain.Earned(contractstest.Address(task.Keys[seat]))) - before[seat]; got != want[seat] {
					t.Errorf("commits %v, reveals %v: seat %d earned %d, want %d", commits, reveals, seat, got, want[seat])
				}
			}
		}
	}
	chain.CheckMoney(append(nodes, creator))
}

func whole(wei *big.Int) int64 { return new(big.Int).Div(wei, contractstest.CNX(1)).Int64() }

func cellOf(s string) cell { return cell{s[0], s[1], s[2]} }
