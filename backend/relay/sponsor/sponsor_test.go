package sponsor

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/wallet"
)

func TestAnEarnerIsBroughtThroughWithoutATransactionOfItsOwn(t *testing.T) {
	w := newWorld(t)
	e := w.earner(400)
	full := w.balanceOf(w.purse)
	e.must("join", e.joinCall())
	if got := protocol.NodeStatus(e.info().Status); got != protocol.NodePaused {
		t.Fatalf("after joining it is %s", got)
	}
	e.must("resume", e.moveCall(protocol.MoveResume))
	e.must("pause", e.moveCall(protocol.MovePause))
	e.must("announce", e.moveCall(protocol.MoveAnnounce, func(m *protocol.Move) { m.Models = 7 }))
	if got := e.info(); got.Models != 7 || got.Nonce != 4 {
		t.Errorf("got %+v, want its models and four messages used", got)
	}
	reply := e.must("quit", e.moveCall(protocol.MoveQuit))
	receipt, err := w.sim.Client.TransactionReceipt(t.Context(), reply.Transaction)
	if err != nil || receipt.BlockNumber.Uint64() != reply.Block || receipt.Status != types.ReceiptStatusSuccessful {
		t.Errorf("the reply names %+v, the chain has %+v, %v", reply, receipt, err)
	}
	if w.sentBy(e.key) != 0 {
		t.Error("it sent something itself")
	}
	w.with(func(c *contractstest.Chain) { c.AdvanceTo(e.info().StakeFrom) })
	e.must("stake", contracts.NewNode().PackReturnStake(e.me))
	if got := w.sim.Balance(e.me); got.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("it has %s after leaving", got)
	}
	w.awaitClosed()
	if day := w.spentToday(); day.total().Cmp(w.paid(full)) != 0 || day.standing().Cmp(day.total()) != 0 || day.joins().Sign() == 0 {
		t.Errorf("booked %s, of it %s standing and %s joins; paid %s", day.total(), day.standing(), day.joins(), w.paid(full))
	}
	if c := w.sponsor.Counts(); c.Sent != 6 || c.Reverted != 0 {
		t.Errorf("counts %+v", c)
	}
}

func (w *world) balanceOf(key *ecdsa.PrivateKey) *big.Int {
	w.Helper()
	n, err := w.sim.Client.BalanceAt(w.Context(), contractstest.Address(key), nil)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

func TestARequestMadeAgainIsNotSentAgain(t *testing.T) {
	w := newWorld(t)
	e := w.earner(1000)
	call := e.joinCall()
	replies := make([]wire.SponsorReply, 8)
	var all sync.WaitGroup
	for i := range replies {
		all.Go(func() {
			var err error
			if replies[i], err = e.bring("join", call); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	w.restart()
	again := e.must("join", call)
	for i, r := range replies {
		if r.Transaction != again.Transaction || r.State != wire.SponsorDone {
			t.Errorf("request %d got %+v, a later one %+v", i, r, again)
		}
	}
	if got := w.sentBy(w.purse); got != 1 {
		t.Errorf("%d transactions were sent for one request", got)
	}
	// The same call under another key is another request, and would be refused.
	_, err := e.bring("join once more", call)
	wantRefusal(t, "the same join under another key", err, "bad_signature")
	// Another's key of the same name is another's.
	other := w.earner(1000)
	if reply := other.must("join", other.joinCall()); reply.Transaction == again.Transaction {
		t.Error("somebody else's request was answered with this one's outcome")
	}
}

// TestTwoSignaturesUnderOneNonceAreSentOnce: both would do when they are looked
// at, and only one when it is brought.
func TestTwoSignaturesUnderOneNonceAreSentOnce(t *testing.T) {
	w := newWorld(t)
	e := w.earner(1000)
	calls := [][]byte{e.joinCall(), e.joinCall(func(m *protocol.Join) { m.Deadline += 7 })}
	errs := make([]error, len(calls))
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(func() { _, errs[i] = e.bring(fmt.Sprint("join ", i), call) })
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("got %v and %v, want one of them brought", errs[0], errs[1])
	}
	if got := w.sentBy(w.purse); got != 1 {
		t.Errorf("%d transactions were sent", got)
	}
}

// TestWhatIsUnderWayOutlivesTheSponsor: it dies with a call written down, and its
// next life sends it, answers with it and books it.
func TestWhatIsUnderWayOutlivesTheSponsor(t *testing.T) {
	w := newWorld(t)
	e := w.earner(1000)
	full := w.balanceOf(w.purse)
	call := e.joinCall()
	w.block.Lock() // no blocks
	done := make(chan error, 1)
	go func() {
		_, err := e.bring("join", call)
		done <- err
	}()
	for range 1000 {
		if under, err := w.sponsor.underWay(); err == nil && len(under) == 1 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.sponsor.Close()
	if err := <-done; err != nil {
		t.Errorf("whoever waited was told %v, want that it is on its way", err)
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	if day := w.spentToday(); day.total().Cmp(new(big.Int).Mul(big.NewInt(contracts.NodeGas), w.limits.GasPrice)) != 0 {
		t.Errorf("while it is under way %s is booked", day.total())
	}
	w.block.Unlock()
	e.must("join", call)
	w.awaitClosed()
	if got := w.sentBy(w.purse); got != 1 {
		t.Errorf("%d transactions were sent for one request", got)
	}
	if day := w.spentToday(); day.total().Cmp(w.paid(full)) != 0 {
		t.Errorf("booked %s, paid %s", day.total(), w.paid(full))
	}
}

// TestWhatIsNotToBeSponsoredIsNotSent goes through the reasons.
func TestWhatIsNotToBeSponsoredIsNotSent(t *testing.T) {
	w := newWorld(t)
	poor, e, stranger := w.earner(399), w.earner(1000), w.earner(1000)
	node, task, token := contracts.NewNode(), contracts.NewTask(), contracts.NewToken()
	for _, c := range []struct {
		what string
		who  *earner
		call []byte
		code string
	}{
		{"nothing", e, nil, "bad_call"},
		{"a transfer", e, token.PackTransfer(e.me, common.Big1), "bad_call"},
		{"a permit alone", e, token.PackPermit(e.me, e.me, common.Big1, common.Big1, 27, [32]byte{1}, [32]byte{1}), "bad_call"},
		{"a join of the sponsor's own", e, node.PackJoin(e.joinRequest()), "bad_call"},
		{"a task", e, task.PackCreateTask(contractstest.GPTRequest()), "bad_call"},
		{"a call with more behind it", e, append(e.joinCall(), 0), "bad_call"},
		{"a join of somebody else", stranger, e.joinCall(), "not_yours"},
		{"a join paid elsewhere", e, e.joinCall(func(m *protocol.Join) { m.Payout = stranger.me }), "payout_elsewhere"},
		{"a join that expires", e, e.joinCall(func(m *protocol.Join) { m.Deadline = w.chain.Clock().Unix() + 1 }), "expired"},
		{"a join under another nonce", e, e.joinCall(func(m *protocol.Join) { m.Nonce++ }), "bad_signature"},
		{"a join with too little CNX", poor, poor.joinCall(), "would_revert"},
		{"a move before joining", e, e.moveCall(protocol.MovePause), "would_revert"},
		{"a stake that is not there", e, node.PackReturnStake(e.me), "would_revert"},
		{"a withdrawal of who never was a node", e, task.PackWithdraw(e.me), "not_yours"},
		{"a task that is not", e, task.PackClose(big.NewInt(1 << 20)), "not_yours"},
		{"task 0", e, task.PackClose(new(big.Int)), "bad_call"},
		{"a task out of range", e, task.PackClose(new(big.Int).Lsh(common.Big1, 200)), "bad_call"},
		{"a proof of who has not joined", e, task.PackSlashRefusal(e.me, [32]byte{1}, [32]byte{2}, true, [2][]byte{{1}, {2}}), "not_yours"},
	} {
		_, err := c.who.bring("some key", c.call)
		no := wantRefusal(t, c.what, err, c.code)
		if no.Message == "" || no.Hint == "" && no.Revert == nil {
			t.Errorf("%s: the refusal %+v does not say what to do", c.what, no)
		}
	}
	_, err := e.bring("", e.joinCall())
	wantRefusal(t, "no key", err, "bad_key")

	e.must("join", e.joinCall())
	_, err = e.bring("withdraw", task.PackWithdraw(e.me))
	wantRefusal(t, "a withdrawal of nothing", err, "too_little")
	_, err = e.bring("join twice", e.joinCall())
	no := wantRefusal(t, "joining twice", err, "would_revert")
	var named *contracts.Refusal
	if !errors.As(contracts.DecodeError(no.Revert), &named) || named.Name != "AlreadyJoined" {
		t.Errorf("joining twice would revert with %x", no.Revert)
	}
	if got := w.sentBy(w.purse); got != 1 {
		t.Errorf("%d transactions were sent, want the one join", got)
	}
}

func TestASeatIsBroughtToCourtAndNobodyElse(t *testing.T) {
	w := newWorld(t)
	earners := make([]*earner, 3)
	var keys []*ecdsa.PrivateKey
	for i := range earners {
		earners[i] = w.earner(1000)
		earners[i].must("join", earners[i].joinCall())
		earners[i].must("resume", earners[i].moveCall(protocol.MoveResume))
		keys = append(keys, earners[i].key)
	}
	stranger := w.earner(1000)
	stranger.must("join", stranger.joinCall())
	stranger.must("resume", stranger.moveCall(protocol.MoveResume))
	keys = append(keys, stranger.key)
	var court *contractstest.Court
	w.with(func(c *contractstest.Chain) {
		court = c.Create(c.Account(), contractstest.GPTRequest(), keys)
	})
	seatOf := map[common.Address]int{}
	for seat, a := range court.Drawn.Nodes {
		seatOf[a] = seat
	}
	by := map[int]*earner{}
	for _, e := range append(earners, stranger) {
		if seat, ok := seatOf[e.me]; ok {
			by[seat] = e
		} else {
			stranger = e
		}
	}
	task := contracts.NewTask()
	commit := func(seat int) []byte {
		m := protocol.Commitment{TaskKey: court.Drawn.TaskKey, Commitment: court.Commitment(seat, contractstest.Result("yes"))}
		return task.PackCommit(court.ID, uint8(seat), m.Commitment, by[seat].sign(m))
	}
	for seat := range by {
		court.Hold(seat, contractstest.Result("yes"))
	}

	_, err := stranger.bring("commit", commit(0))
	wantRefusal(t, "a node without a seat", err, "not_yours")
	by[0].must("commit", commit(0))
	by[0].must("commit of another", commit(1)) // who holds another's signature may bring it
	_, err = by[1].bring("commit", commit(1))
	no := wantRefusal(t, "what stands already", err, "would_revert")
	var named *contracts.Refusal
	if !errors.As(contracts.DecodeError(no.Revert), &named) || named.Name != "AlreadyCommitted" {
		t.Errorf("it would revert with %x", no.Revert)
	}
	by[2].must("commit", commit(2))
	reveal := func(seat int) []byte {
		return task.PackReveal(court.ID, uint8(seat), court.Statement(seat, court.Opening(seat), by[seat].key, w.sim.Relay))
	}
	for seat := range by {
		by[seat].must("reveal", reveal(seat))
	}
	if got := court.Info(); protocol.Outcome(got.Outcome) != protocol.OutcomeAgreed {
		t.Fatalf("the task ended %s", protocol.Outcome(got.Outcome))
	}
	// Whoever sends the step that ends a task has the reward for it.
	if got := w.sim.Credit(contractstest.Address(w.purse)); got.Cmp(w.sim.Params.SettleReward) != 0 {
		t.Errorf("the sponsor is credited %s", got)
	}

	first := by[0]
	before := w.sim.Balance(first.me)
	first.must("withdraw", task.PackWithdraw(first.me))
	if got := new(big.Int).Sub(w.sim.Balance(first.me), before); got.Cmp(contractstest.CNX(1)) < 0 {
		t.Errorf("it was paid out %s", got)
	}
	first.must("quit", first.moveCall(protocol.MoveQuit))
	_, err = first.bring("stake", contracts.NewNode().PackReturnStake(first.me))
	wantRefusal(t, "a stake that is not due", err, "would_revert")

	// A node proves that another has signed two commitments.
	guilty := by[1]
	said := [2]protocol.Commitment{
		{TaskKey: court.Drawn.TaskKey, Commitment: common.Hash{1}}, {TaskKey: court.Drawn.TaskKey, Commitment: common.Hash{2}},
	}
	proof := task.PackSlashDoubleCommitment(guilty.me, court.Drawn.TaskKey,
		[2][32]byte{said[0].Commitment, said[1].Commitment}, [2][]byte{guilty.sign(said[0]), guilty.sign(said[1])})
	by[2].must("proof", proof)
	if got := guilty.info().Stake; got.Sign() != 0 {
		t.Errorf("it still has a stake of %s", got)
	}
	w.awaitClosed()
	if day := w.spentToday(); day.standing().Cmp(day.total()) >= 0 {
		t.Errorf("booked %s, of it %s for others than the court", day.total(), day.standing())
	}
}

func TestLimitsHoldAndOutliveTheSponsor(t *testing.T) {
	w := newWorld(t)
	w.setClock(time.Date(2026, 3, 10, 22, 15, 0, 0, time.UTC))
	w.limits.Moves, w.limits.Hour = 3, 6
	w.restart()
	e := w.earner(1000)
	e.must("join", e.joinCall())
	for i := range 3 {
		e.must(fmt.Sprint("move ", i), e.moveCall([]protocol.NodeMove{protocol.MoveResume, protocol.MovePause}[i%2]))
	}
	w.restart()
	_, err := e.bring("one more", e.moveCall(protocol.MovePause))
	no := wantRefusal(t, "a fourth move", err, "sponsor_account_limit")
	if want := 105 * time.Minute; no.RetryAfter != want {
		t.Errorf("it says to wait %s, want %s", no.RetryAfter, want)
	}

	// Others behind the same IP address have the rest of its hour.
	neighbour := w.earner(1000)
	neighbour.must("join", neighbour.joinCall())
	neighbour.must("resume", neighbour.moveCall(protocol.MoveResume))
	_, err = neighbour.bring("pause", neighbour.moveCall(protocol.MovePause))
	no = wantRefusal(t, "a seventh call from one address", err, "sponsor_ip_limit")
	if want := 45 * time.Minute; no.RetryAfter != want {
		t.Errorf("it says to wait %s, want %s", no.RetryAfter, want)
	}
	neighbour.from = netip.MustParseAddr("192.0.2.2")
	neighbour.must("pause", neighbour.moveCall(protocol.MovePause))

	w.setClock(w.now().Add(2 * time.Hour)) // tomorrow
	e.must("one more tomorrow", e.moveCall(protocol.MovePause))
}

func TestADayIsSharedSoThatJoinsLeaveTheRestToOthers(t *testing.T) {
	w := newWorld(t)
	// Room for one join under way, which must fit a quarter.
	w.limits.Day = new(big.Int).Mul(big.NewInt(4*contracts.NodeGas), w.limits.GasPrice)
	w.restart()
	e, late := w.earner(1000), w.earner(1000)
	e.must("join", e.joinCall())
	w.awaitClosed()
	_, err := late.bring("join", late.joinCall())
	wantRefusal(t, "a join beyond the share", err, "sponsor_spent")
	e.must("resume", e.moveCall(protocol.MoveResume))
	w.awaitClosed()
	offer, err := w.sponsor.Offer()
	if err != nil || !offer.On || offer.LeftForJoins.Cmp(offer.LeftForNodes) >= 0 || offer.LeftForNodes.Cmp(offer.Left) >= 0 {
		t.Errorf("offers %+v, %v", offer, err)
	}
	if offer.Address != contractstest.Address(w.purse) || len(offer.Kinds) != 12 || offer.JoinsPerAccount != w.limits.Joins {
		t.Errorf("offers %+v", offer)
	}
}

func TestASponsorThatCannotOrMayNotPaySaysSo(t *testing.T) {
	w := newWorld(t)
	e := w.earner(1000)

	w.limits.GasPrice = big.NewInt(1)
	w.restart()
	_, err := e.bring("join", e.joinCall())
	if no := wantRefusal(t, "dear gas", err, "sponsor_dear"); no.RetryAfter == 0 {
		t.Error("it does not say when to ask again")
	}

	w.limits = DefaultLimits()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	empty, err := wallet.FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	w.sponsor.Close()
	w.sponsor, err = Open(Config{Profile: w.profile, Chain: w.chain, Store: w.store, Signer: empty, Limits: w.limits})
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.bring("join", e.joinCall())
	wantRefusal(t, "an empty account", err, "sponsor_empty")

	w.limits = Limits{}
	w.restart()
	_, err = e.bring("join", e.joinCall())
	wantRefusal(t, "no limits", err, "sponsor_off")
	if offer, err := w.sponsor.Offer(); err != nil || offer.On || offer.Why == "" {
		t.Errorf("offers %+v, %v", offer, err)
	}
	if got := w.sentBy(w.purse); got != 0 {
		t.Errorf("%d transactions were sent", got)
	}
}

func TestOldRowsAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.setClock(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	e := w.earner(1000)
	e.must("join", e.joinCall())
	w.awaitClosed()
	w.setClock(w.now().AddDate(0, 0, 2))
	w.restart()
	for range 100 {
		var rows int
		if err := w.store.View(w.countRows(&rows)); err != nil {
			t.Fatal(err)
		}
		if rows == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("rows of two days ago are still there")
}

func TestAnAddressOfVersionSixIsItsNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "::1": "::/64",
	} {
		if got := placeOf(netip.MustParseAddr(in)); got != want {
			t.Errorf("%s counts as %s, want %s", in, got, want)
		}
	}
	if placeOf(netip.Addr{}) == "" {
		t.Error("nowhere counts as no place")
	}
}
