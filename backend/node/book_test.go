package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // zones are the same wherever this is tested

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/store"
)

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// keeper is a node that only keeps its books.
func keeper(t *testing.T) *Node {
	t.Helper()
	return &Node{
		cfg: Config{Store: openStore(t), Now: time.Now}, rows: newTables(), me: common.Address{1},
		created: map[protocol.TaskID]types.Log{}, mine: map[protocol.TaskID]bool{}, touched: map[protocol.TaskID]bool{},
	}
}

func (n *Node) inTx(t *testing.T, do func(tx *store.Tx) error) {
	t.Helper()
	if err := n.cfg.Store.Update(do); err != nil {
		t.Fatal(err)
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestADayStartsAtItsFirstMoment(t *testing.T) {
	for _, c := range []struct{ zone, moment, want string }{
		{"UTC", "2026-03-10T00:00:00Z", "2026-03-10T00:00:00Z"},
		{"UTC", "2026-03-10T23:59:59Z", "2026-03-10T00:00:00Z"},
		{"Asia/Kolkata", "2026-03-10T18:30:00Z", "2026-03-11T00:00:00+05:30"},
		{"Pacific/Chatham", "2026-07-10T11:14:59Z", "2026-07-10T00:00:00+12:45"},
		{"Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T00:00:00+01:00"},            // 23 hours long
		{"Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:00:00+02:00"},            // 25 hours long
		{"America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T01:00:00-02:00"},        // no midnight
		{"America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03T00:00:00-03:00"},        // a second before
		{"Asia/Beirut", "2022-03-27T12:00:00Z", "2022-03-27T01:00:00+03:00"},              // no midnight
		{"America/Havana", "2018-11-04T12:00:00Z", "2018-11-04T00:00:00-04:00"},           // midnight twice
		{"America/Havana", "2018-11-04T05:30:00Z", "2018-11-04T00:00:00-04:00"},           // after the second
		{"Australia/Lord_Howe", "2026-10-04T12:00:00+11:00", "2026-10-04T00:00:00+10:30"}, // by half an hour
	} {
		moment, err := time.Parse(time.RFC3339, c.moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := StartOfDay(moment.In(zone(t, c.zone))).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s: the day starts at %s, want %s", c.moment, c.zone, got, c.want)
		}
	}
}

func TestSumsAreExactAndEachQuarterCountsOnce(t *testing.T) {
	n := keeper(t)
	berlin := zone(t, "Europe/Berlin")
	start := time.Date(2026, 10, 24, 0, 0, 0, 0, berlin) // the next day has 25 hours
	bounds := []time.Time{start}
	for day := 1; day <= 3; day++ {
		bounds = append(bounds, time.Date(2026, 10, 24+day, 0, 0, 0, 0, berlin))
	}
	texts, images := protocol.GPT, protocol.StableDiffusion
	random := rand.New(rand.NewPCG(1, 2))
	want := make([]Sum, 3)
	for range 400 {
		at := start.Add(time.Duration(random.Int64N(int64(73*time.Hour))) - 30*time.Minute)
		wei := new(big.Int).Mul(new(big.Int).SetUint64(random.Uint64()), new(big.Int).SetUint64(random.Uint64()>>40))
		amount, err := protocol.WeiOf(wei)
		if err != nil {
			t.Fatal(err)
		}
		in := []income{{amount: amount, task: true, kind: &texts}, {amount: amount, task: true, kind: &images}, {amount: amount, task: true}, {amount: amount}}[random.IntN(4)]
		n.inTx(t, func(tx *store.Tx) error { return n.earn(tx, in, at, false) })
		for i := range want {
			if at.Before(bounds[i]) || !at.Before(bounds[i+1]) {
				continue
			}
			if !in.task {
				want[i].Rewards = want[i].Rewards.Add(amount)
				continue
			}
			want[i].Share = want[i].Share.add(Share{amount, 1})
			switch in.kind {
			case &texts:
				want[i].Texts = want[i].Texts.add(Share{amount, 1})
			case &images:
				want[i].Images = want[i].Images.add(Share{amount, 1})
			}
		}
	}
	got, err := NewBook(n.cfg.Store).Sums(bounds)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if a, b := asJSON(t, got[i]), asJSON(t, want[i]); a != b {
			t.Errorf("day %d: got %s, want %s", i, a, b)
		}
		rest, err := want[i].Paid.Sub(want[i].Texts.Paid.Add(want[i].Images.Paid))
		if err != nil || got[i].Other().Paid.Cmp(rest) != 0 {
			t.Errorf("day %d: %s of no known kind, want %s", i, got[i].Other().Paid, rest)
		}
	}
}

func TestWhatTheChainTakesBackLeavesTheSums(t *testing.T) {
	n := keeper(t)
	texts := protocol.GPT
	at := time.Unix(1_790_000_000, 0)
	one := income{amount: protocol.CNX(20), task: true, kind: &texts}
	other := income{amount: protocol.CNX(3), task: true, kind: &texts}
	reward := income{amount: protocol.CNX(1)}
	for _, in := range []income{one, other, reward} {
		n.inTx(t, func(tx *store.Tx) error { return n.earn(tx, in, at, false) })
	}
	for _, in := range []income{reward, one} {
		n.inTx(t, func(tx *store.Tx) error { return n.earn(tx, in, at, true) })
	}
	book := NewBook(n.cfg.Store)
	first, err := book.First()
	if err != nil || first.Unix() != at.Unix()-at.Unix()%quarterSeconds {
		t.Errorf("the book begins at %s, error %v", first, err)
	}
	sums, err := book.Sums([]time.Time{first, first.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	totals, err := book.Totals()
	if err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]Share{"sum": sums[0].Share, "texts": sums[0].Texts, "total": totals.Share} {
		if got.Paid.Cmp(other.amount) != 0 || got.Tasks != 1 {
			t.Errorf("%s is %+v", what, got)
		}
	}
	if !sums[0].Rewards.IsZero() || !totals.Rewards.IsZero() {
		t.Errorf("rewards are %s and %s", sums[0].Rewards, totals.Rewards)
	}
}

// oldRows are rows as they were written before kinds, receipts, rewards and
// withdrawals were kept.
var oldRows = struct{ earned, record, self, job string }{
	`{"paid":"38000000000000000001","tasks":2}`,
	`{"id":7,"model":"helium/demo","outcome":1,"paid":"20000000000000000000","score":20,"slashed":false,"missed":false,"ended_at":"2026-09-20T10:00:00Z"}`,
	`{"wish":"run","seq":4,"total":"38000000000000000001","tasks":2,"newest":7}`,
	`{"id":8,"key":"0x0100000000000000000000000000000000000000000000000000000000000000","seat":1,"nodes":["0x0a00000000000000000000000000000000000000","0x0200000000000000000000000000000000000000","0x0300000000000000000000000000000000000000"],"state":"running","drawn_at":"2026-09-20T10:00:00Z","type":1,"args_hash":"0x0000000000000000000000000000000000000000000000000000000000000000","prevrandao":"0x0000000000000000000000000000000000000000000000000000000000000000","units":1,"arguments_by":1,"commit_by":2,"signed":[{"commitment":"0x0000000000000000000000000000000000000000000000000000000000000000"},{"commitment":"0x0000000000000000000000000000000000000000000000000000000000000000"},{"commitment":"0x0000000000000000000000000000000000000000000000000000000000000000"}],"unread":["0x","0x","0x"],"commitments":["0x0000000000000000000000000000000000000000000000000000000000000000","0x0000000000000000000000000000000000000000000000000000000000000000","0x0000000000000000000000000000000000000000000000000000000000000000"],"commit_txs":["0x0000000000000000000000000000000000000000000000000000000000000000","0x0000000000000000000000000000000000000000000000000000000000000000","0x0000000000000000000000000000000000000000000000000000000000000000"],"revealed":[false,false,false],"paid":"0"}`,
}

func TestAFolderFromBeforeIsReadAndGoesOn(t *testing.T) {
	n := keeper(t)
	ended := time.Date(2026, 9, 20, 10, 0, 0, 0, time.UTC)
	raw := store.Raw{}
	n.inTx(t, func(tx *store.Tx) error {
		return errors.Join(
			store.NewTableWith[uint64]("node/earned", raw).Put(tx, quarterOf(ended), []byte(oldRows.earned)),
			store.NewTableWith[uint64]("node/record", raw).Put(tx, 7, []byte(oldRows.record)),
			store.NewTableWith[string]("node/self", raw).Put(tx, selfKey, []byte(oldRows.self)),
			store.NewTableWith[uint64]("node/job", raw).Put(tx, 8, []byte(oldRows.job)),
		)
	})
	n.cfg.Now = func() time.Time { return ended.Add(time.Hour) }
	if err := errors.Join(n.openBooks(), n.openBooks()); err != nil {
		t.Fatal(err)
	}
	n.cfg.Now = func() time.Time { return ended.Add(2 * time.Hour) }
	if err := n.openBooks(); err != nil { // the next start
		t.Fatal(err)
	}

	book := NewBook(n.cfg.Store)
	totals, err := book.Totals()
	if err != nil || totals.Paid.Big().String() != "38000000000000000001" || totals.Tasks != 2 || totals.AtWork != 1 {
		t.Errorf("totals are %+v, error %v", totals, err)
	}
	if want := ended.Add(time.Hour); !totals.Since.Equal(want) {
		t.Errorf("withdrawals are known since %s, want %s", totals.Since, want)
	}
	sums, err := book.Sums([]time.Time{ended.Add(-time.Hour), ended.Add(time.Hour)})
	if err != nil || sums[0].Other().Paid.Cmp(totals.Paid) != 0 || sums[0].Other().Tasks != 2 {
		t.Errorf("sums are %+v, error %v", sums, err)
	}
	r, err := book.Record(7)
	if err != nil || r.Details != nil || r.Paid.Cmp(protocol.CNX(20)) != 0 || !r.EndedAt.Equal(ended) {
		t.Errorf("the record is %+v, error %v", r, err)
	}
	if _, err := book.Record(8); !errors.Is(err, ErrNoRecord) {
		t.Errorf("a record that isn't there: %v", err)
	}

	// The task at work ends under the new program, in the same quarter.
	id, me := big.NewInt(8), n.me
	result := bytes.Repeat([]byte{5}, 32)
	n.log = testLog("")
	log := types.Log{BlockNumber: 77, TxHash: common.Hash{9}}
	n.inTx(t, func(tx *store.Tx) error {
		return errors.Join(
			n.changeJob(tx, 8, func(j *Job) { j.Nodes[1] = me }),
			n.paid(tx, &contracts.TaskNodePaid{TaskId: id, Node: me, Payout: me, Amount: protocol.CNX(18).Big(), Score: 18}, ended, false),
			n.paid(tx, &contracts.TaskNodePaid{TaskId: id, Node: common.Address{3}, Payout: common.Address{3}, Amount: protocol.CNX(20).Big(), Score: 20}, ended, false),
			n.ended(tx, &contracts.TaskTaskEnded{TaskId: id, Outcome: 1, Kind: 1, Result: result}, log, ended, false),
		)
	})
	sums, err = book.Sums([]time.Time{ended, ended.Add(time.Hour)})
	if err != nil || sums[0].Texts.Tasks != 1 || sums[0].Texts.Paid.Cmp(protocol.CNX(18)) != 0 || sums[0].Other().Tasks != 2 {
		t.Errorf("sums are %+v, error %v", sums, err)
	}
	r, err = book.Record(8)
	if err != nil || r.Details == nil || r.Details.EndBlock != 77 || !bytes.Equal(r.Details.Result, result) ||
		r.Details.Ends[2].Paid.Cmp(protocol.CNX(20)) != 0 || r.Details.Ends[1].Score != 18 {
		t.Errorf("the record is %+v, error %v", r.Details, err)
	}
}

func TestWithdrawalsAndRewardsOfThisNodeAreKept(t *testing.T) {
	n := keeper(t)
	if err := n.openBooks(); err != nil {
		t.Fatal(err)
	}
	cold := common.Address{0xc0}
	at := time.Now()
	withdrew := func(index uint, account common.Address, cnx uint64, undo bool) {
		t.Helper()
		l := types.Log{BlockNumber: 5, Index: index, TxHash: common.Hash{byte(index)}}
		n.inTx(t, func(tx *store.Tx) error {
			return n.withdrew(tx, &contracts.TaskWithdrawn{Account: account, Amount: protocol.CNX(cnx).Big()}, l, at, undo)
		})
	}
	want := func(withdrawn, rewards uint64) {
		t.Helper()
		totals, err := NewBook(n.cfg.Store).Totals()
		if err != nil || totals.Withdrawn.Cmp(protocol.CNX(withdrawn)) != 0 || totals.Rewards.Cmp(protocol.CNX(rewards)) != 0 || !totals.Since.IsZero() {
			t.Errorf("totals are %+v, error %v, want %d withdrawn and %d of rewards", totals, err, withdrawn, rewards)
		}
	}
	withdrew(0, n.me, 30, false)
	withdrew(1, cold, 50, false) // nothing of this node's yet
	want(30, 0)
	n.inTx(t, func(tx *store.Tx) error { return n.notePayout(tx, cold) })
	withdrew(2, cold, 8, false)
	withdrew(3, common.Address{7}, 100, false)
	want(38, 0)
	withdrew(2, cold, 8, true)
	withdrew(1, cold, 50, true) // was not counted, so nothing is taken back
	want(30, 0)
	for _, account := range []common.Address{n.me, {7}} {
		n.inTx(t, func(tx *store.Tx) error {
			return n.rewarded(tx, &contracts.TaskRewarded{TaskId: big.NewInt(1), Account: account, Amount: protocol.CNX(1).Big()}, at, false)
		})
	}
	want(30, 1)
}

func TestRecordsComeNewestFirstPageByPage(t *testing.T) {
	n := keeper(t)
	start := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	n.inTx(t, func(tx *store.Tx) error {
		var all []error
		for i := range 200 {
			r := Record{ID: protocol.TaskID(3*i + 1), EndedAt: start.Add(time.Duration(i) * 6 * time.Hour), Slashed: i%5 == 0}
			all = append(all, n.rows.records.Put(tx, uint64(r.ID), r))
		}
		return errors.Join(all...)
	})
	book := NewBook(n.cfg.Store)
	var seen []protocol.TaskID
	q := Query{Limit: 7, Look: 8, From: start.Add(24 * time.Hour), To: start.Add(30 * 24 * time.Hour), Keep: func(r Record) bool { return !r.Slashed }}
	for {
		page, next, err := book.Records(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			seen = append(seen, r.ID)
		}
		if len(page) > q.Limit {
			t.Fatalf("a page of %d", len(page))
		}
		if q.Before = next; next == 0 {
			break
		}
	}
	var want []protocol.TaskID
	for i := 119; i >= 4; i-- {
		if i%5 != 0 {
			want = append(want, protocol.TaskID(3*i+1))
		}
	}
	if asJSON(t, seen) != asJSON(t, want) {
		t.Errorf("got %v, want %v", seen, want)
	}
}

// steady draws as much as it is told, for as long as it is asked.
type steady struct{ microjoules uint64 }

func (s steady) Measure(context.Context) func() (uint64, bool) {
	return func() (uint64, bool) { return s.microjoules, true }
}

func TestTheRecordOfATaskSaysWhatStandsOnChain(t *testing.T) {
	w := newWorld(t)
	hosts := w.three(func(c *Config) { c.Meter = steady{1_500_000} })
	asked := w.creator.ask("What is Helium?", nil).send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", outcome)
	}
	for i, h := range hosts {
		h.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Status == StatusRunning })
		book := NewBook(h.store)
		r, err := book.Record(asked.id)
		if err != nil {
			t.Fatal(err)
		}
		d := r.Details
		answer, err := h.answer(asked.key)
		if err != nil {
			t.Fatal(err)
		}
		if d == nil || d.Key != asked.key || d.Nodes != asked.nodes || d.Nodes[d.Seat] != h.address() || d.Kind != protocol.KindResult ||
			!bytes.Equal(d.Result, answer.Result) || d.Payout != h.address() || d.Court || d.Declined || len(d.Heard) != 3 {
			t.Fatalf("node %s: the details are %+v", h.name, d)
		}
		for seat, node := range d.Nodes {
			if !bytes.Equal(d.Found[seat].Result, d.Result) || d.Ends[seat].Paid.Decimal() != pay[node] || d.Ends[seat].Score == 0 {
				t.Errorf("node %s: of seat %d it kept %+v and %+v, paid %s", h.name, seat, d.Found[seat], d.Ends[seat], pay[node])
			}
		}
		ended, err := w.sim.Client.TransactionReceipt(t.Context(), d.EndTx)
		if err != nil || ended.BlockNumber.Uint64() != d.EndBlock {
			t.Errorf("node %s: the transaction %s is in block %v, not %d, error %v", h.name, d.EndTx, ended, d.EndBlock, err)
		}
		if e := contractstest.Find[contracts.TaskTaskEnded](w.sim, ended); e == nil || e.TaskId.Uint64() != uint64(asked.id) {
			t.Errorf("node %s: the transaction %s ends %+v", h.name, d.EndTx, e)
		}
		if creator := w.creator.out.Address(); d.Creator != creator || d.Fee.IsZero() {
			t.Errorf("node %s: created by %s for %s", h.name, d.Creator, d.Fee)
		}
		measured := uint64(0)
		if i == 0 {
			measured = 1_500_000
		}
		if d.Work.Microjoules != measured || (d.Work.MeasuredMillis > 0) != (measured > 0) || d.Work.Millis > 60_000 {
			t.Errorf("node %s worked %+v", h.name, d.Work)
		}
		sums, err := book.Sums([]time.Time{r.EndedAt.Add(-time.Hour).Truncate(time.Hour), time.Now().Add(2 * time.Hour).Truncate(time.Hour)})
		if err != nil || sums[0].Texts.Paid.Decimal() != pay[h.address()] || sums[0].Texts.Tasks != 1 || sums[0].Work != d.Work {
			t.Errorf("node %s: sums are %+v, error %v", h.name, sums, err)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
