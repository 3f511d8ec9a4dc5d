package node

import (
	"errors"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/store"
)

// A chain that takes blocks back leaves a node that knows nothing of them, at
// whatever log it turns around; and what it then brings again counts once.
func TestWhatTheChainTakesBackIsForgotten(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	asked := w.creator.ask("What is Helium?", nil).send()
	asked.ended()
	me := hosts[0]
	want := me.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Task == nil })
	me.shutDown()

	at := w.profile.Contracts
	logs, err := w.sim.Client.FilterLogs(t.Context(), ethereum.FilterQuery{
		Addresses: []common.Address{at.Task, at.Node}, FromBlock: new(big.Int).SetUint64(w.profile.StartBlock),
	})
	if err != nil {
		t.Fatal(err)
	}
	me.dir = t.TempDir()
	me.prepare() // and not run: the logs come from here
	learn := func(i int, undo bool) {
		t.Helper()
		if err := me.store.Update(func(tx *store.Tx) error { return me.learn(tx, logs[i], undo) }); err != nil {
			t.Fatal(err)
		}
	}
	for turn := range logs {
		for i := range turn + 1 {
			learn(i, false)
		}
		for i := turn; i >= 0; i-- {
			learn(i, true)
		}
		s, err := me.State()
		if err != nil {
			t.Fatal(err)
		}
		if s.Task != nil || len(s.Recent) != 0 || !s.Earnings.Total.IsZero() || !s.Earnings.Today.IsZero() || s.Earnings.TasksTotal != 0 {
			t.Fatalf("after %d logs were taken back, the node still knows %+v", turn+1, s)
		}
	}
	for i := range logs {
		learn(i, false)
	}
	s, err := me.State()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s.Earnings, want.Earnings) || len(s.Recent) != 1 || s.Recent[0].Paid.Cmp(want.Recent[0].Paid) != 0 {
		t.Errorf("got %+v and %+v, want %+v and %+v", s.Earnings, s.Recent, want.Earnings, want.Recent)
	}
	me.relay.Close()
	me.out.Close()
	me.store.Close()
}

func TestEarningsAreCountedByTheOwnersDay(t *testing.T) {
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	zone := time.FixedZone("half an hour off", 5*3600+30*60)
	now := time.Date(2026, 3, 10, 0, 20, 0, 0, zone)
	n := &Node{cfg: Config{Store: st, Now: func() time.Time { return now }}, rows: newTables()}
	for at, cnx := range map[time.Time]uint64{
		now.Add(-5 * time.Minute):  1,  // today
		now.Add(-21 * time.Minute): 2,  // yesterday, by a minute
		now.AddDate(0, 0, -6):      4,  // this week
		now.AddDate(0, 0, -8):      8,  // before
		now.Add(-20 * time.Minute): 16, // midnight itself is today
	} {
		err := st.Update(func(tx *store.Tx) error { return n.earn(tx, income{amount: protocol.CNX(cnx), task: true}, at, false) })
		if err != nil {
			t.Fatal(err)
		}
	}
	var s State
	err = st.View(func(tx *store.Tx) error {
		me, err := n.rows.getSelf(tx)
		s.Earnings.Total = me.Total
		return errors.Join(err, n.readEarnings(tx, &s))
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		got  protocol.Wei
		want uint64
	}{"today": {s.Earnings.Today, 17}, "week": {s.Earnings.Week, 23}, "total": {s.Earnings.Total, 31}} {
		if c.got.Cmp(protocol.CNX(c.want)) != 0 {
			t.Errorf("%s: got %s, want %d CNX", what, c.got, c.want)
		}
	}
	if s.Earnings.TasksToday != 2 {
		t.Errorf("%d tasks today", s.Earnings.TasksToday)
	}
}
