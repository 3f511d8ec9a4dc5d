package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/store"
)

var onlyCounter = Filter{Addresses: []common.Address{counter}}

// bump sends n calls to the counter, from the world's key, without waiting.
func (w *world) bump(n int) {
	w.t.Helper()
	id, err := w.Client().ChainID(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for range n {
		// Just after a block the pool may still name a nonce that is used up.
		for tries := 0; ; tries++ {
			nonce, err := w.Client().PendingNonceAt(w.t.Context(), w.key.Address())
			if err != nil {
				w.t.Fatal(err)
			}
			tx, err := w.key.SignTx(types.NewTx(&types.DynamicFeeTx{
				ChainID: id, Nonce: nonce, To: &counter, Gas: 90_000,
				GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(20 * params.GWei),
			}), id)
			if err != nil {
				w.t.Fatal(err)
			}
			err = w.Client().SendTransaction(w.t.Context(), tx)
			if err == nil {
				break
			}
			if tries == 100 || err.Error() != txpool.ErrAlreadyKnown.Error() {
				w.t.Fatal(err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func id(l types.Log) string { return fmt.Sprintf("%d/%s/%d", l.BlockNumber, l.BlockHash, l.Index) }

// logs are the counter's on the canonical chain.
func (w *world) logs() []types.Log {
	w.t.Helper()
	logs, err := w.Client().FilterLogs(context.Background(), ethereum.FilterQuery{FromBlock: new(big.Int), Addresses: []common.Address{counter}})
	if err != nil {
		w.t.Fatal(err)
	}
	return logs
}

// truth names them.
func (w *world) truth() (ids []string) {
	w.t.Helper()
	for _, l := range w.logs() {
		ids = append(ids, id(l))
	}
	return ids
}

// ledger is a projection: the logs applied and not undone, in order.
type ledger struct {
	rows store.Table[uint64, string]
	st   *store.Store
}

func (l ledger) read(tx *store.Tx) (ids []string, err error) {
	err = l.rows.Scan(tx, func(_ uint64, s string) error { ids = append(ids, s); return nil })
	return ids, err
}

func (l ledger) all(t *testing.T) (ids []string) {
	t.Helper()
	err := l.st.View(func(tx *store.Tx) (err error) { ids, err = l.read(tx); return err })
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func (l ledger) handler() Handler {
	return Handler{
		Apply: func(tx *store.Tx, log types.Log) error {
			ids, err := l.read(tx)
			if err != nil {
				return err
			}
			if slices.Contains(ids, id(log)) {
				return errors.New("applied twice: " + id(log))
			}
			return l.rows.Put(tx, uint64(len(ids)), id(log))
		},
		Undo: func(tx *store.Tx, log types.Log) error {
			ids, err := l.read(tx)
			if err != nil {
				return err
			}
			if len(ids) == 0 || ids[len(ids)-1] != id(log) {
				return fmt.Errorf("undo %s, but the newest of %d is another", id(log), len(ids))
			}
			return l.rows.Delete(tx, uint64(len(ids)-1))
		},
	}
}

func (w *world) ledger() ledger { return ledger{store.NewTable[uint64, string]("ledger"), w.store()} }

// following starts Follow; stop ends it and fails the test on its error.
func following(t *testing.T, c *Chain, st *store.Store, f Filter, h Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Follow(ctx, c, st, "test", f, h) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("follow ended with %v", err)
		}
	}
}

func eventually(t *testing.T, want func() []string, got func() []string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !slices.Equal(want(), got()) {
		if time.Now().After(deadline) {
			t.Fatalf("got  %v\nwant %v", got(), want())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestLogsComeOnceInOrderAcrossRestarts(t *testing.T) {
	w := newWorld(t)
	c, l := w.open(w.Client()), w.ledger()
	for range 5 {
		stop := following(t, c, l.st, onlyCounter, l.handler())
		for range 4 {
			w.bump(2)
			w.Commit()
			w.Commit()
		}
		eventually(t, w.truth, func() []string { return l.all(t) })
		stop()
		w.bump(3) // while nobody looks
		w.Commit()
	}
	stop := following(t, c, l.st, onlyCounter, l.handler())
	eventually(t, w.truth, func() []string { return l.all(t) })
	stop()
	if got := len(l.all(t)); got != 5*(4*2+3) {
		t.Errorf("%d logs, want %d", got, 5*(4*2+3))
	}
}

func TestALongAbsenceIsCaughtUpByRange(t *testing.T) {
	w := newWorld(t)
	c, l := w.open(w.Client()), w.ledger()
	for i := range 120 {
		if i%7 == 0 {
			w.bump(2)
		}
		w.Commit()
	}
	f := onlyCounter
	f.Start, f.Depth = 9, 20
	stop := following(t, c, l.st, f, l.handler())
	want := func() (ids []string) {
		for _, s := range w.truth() {
			if n := s[:len(s)-len("/0x")-64-2]; len(n) > 0 {
				if number, _ := strconv.Atoi(n); number >= 9 {
					ids = append(ids, s)
				}
			}
		}
		return ids
	}
	eventually(t, want, func() []string { return l.all(t) })
	stop()
	if len(want()) == 0 || len(want()) == len(w.truth()) {
		t.Fatalf("the start block left out nothing: %d of %d", len(want()), len(w.truth()))
	}
	at, err := (&stored{store: l.st, name: "test", tables: cursorTables()}).load()
	if err != nil || at.Next != 121 || at.Marks[0].Number < 100 {
		t.Errorf("cursor is at %d and remembers from %d on, %v", at.Next, at.Marks[0].Number, err)
	}
}

// TestReorganisationsAreUndone makes a long random history of blocks, forks and
// restarts, and compares what the handler holds with the chain after each.
func TestReorganisationsAreUndone(t *testing.T) {
	some := onlyCounter
	some.Wants = func(l types.Log) bool { return l.BlockNumber%3 == 0 }
	for name, filter := range map[string]Filter{"every log": onlyCounter, "some logs": some} {
		t.Run(name, func(t *testing.T) { testReorganisations(t, filter) })
	}
}

func testReorganisations(t *testing.T, filter Filter) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	w := newWorld(t)
	c, l, beside := w.open(w.Client()), w.ledger(), w.ledger()
	stopBeside := following(t, c, beside.st, onlyCounter, beside.handler()) // with the logs of the same blocks
	stop := following(t, c, l.st, filter, l.handler())
	wanted := func() (ids []string) {
		for _, log := range w.logs() {
			if filter.Wants == nil || filter.Wants(log) {
				ids = append(ids, id(log))
			}
		}
		return ids
	}
	forks := 0
	for range 40 {
		switch rng.IntN(5) {
		case 0, 1, 2:
			w.bump(rng.IntN(3))
			w.Commit()
		case 3:
			if w.fork(1 + rng.IntN(6)) {
				forks++
			}
		case 4:
			stop()
			stop = following(t, c, l.st, filter, l.handler())
		}
		eventually(t, wanted, func() []string { return l.all(t) })
		eventually(t, w.truth, func() []string { return beside.all(t) })
	}
	stop()
	stopBeside()
	t.Logf("%d forks, %d logs of %d", forks, len(wanted()), len(w.truth()))
	if forks == 0 {
		t.Skip("chance made no fork")
	}
}

// A follower remembers nothing of what it does not want, and writes nothing for a
// block that has no more, but now and then.
func TestWhatIsNotWantedIsNotWritten(t *testing.T) {
	w := newWorld(t)
	c, st := w.open(w.Client()), w.store()
	filter := onlyCounter
	filter.Wants = func(l types.Log) bool { return l.BlockNumber == 3 }
	passed := make(chan uint64, 1000)
	stop := following(t, c, st, filter, Handler{
		Apply:     func(*store.Tx, types.Log) error { return nil },
		Committed: func(h Head) { passed <- h.Number },
	})
	j := &stored{store: st, name: "test", tables: cursorTables()}
	for number := uint64(1); number <= 3+lag; number++ {
		w.bump(1)
		w.Commit()
		for <-passed < number {
		}
		at, err := j.load()
		if err != nil {
			t.Fatal(err)
		}
		want, logs := uint64(0), 0
		switch {
		case number >= 3+lag:
			want = 4 + lag
		case number >= 3:
			want, logs = 4, 1
		}
		if at.Next != want {
			t.Fatalf("after block %d the next is %d, want %d", number, at.Next, want)
		}
		for _, m := range at.Marks {
			if m.Number == 3 && len(m.Logs) != logs && number < 3+lag || m.Number != 3 && len(m.Logs) != 0 {
				t.Fatalf("of block %d it keeps %d logs", m.Number, len(m.Logs))
			}
		}
	}
	stop()
}

// A follower forgets, on disk too, what no reorganisation that it follows reaches, also
// where it passed blocks in between without writing, and where it was started again.
func TestMarksBelowTheDepthAreForgotten(t *testing.T) {
	w := newWorld(t)
	c, st := w.open(w.Client()), w.store()
	filter := onlyCounter
	filter.Depth = 4
	filter.Wants = func(l types.Log) bool { return l.BlockNumber%3 == 0 }
	passed := make(chan uint64, 1000)
	handler := Handler{
		Apply:     func(*store.Tx, types.Log) error { return nil },
		Committed: func(h Head) { passed <- h.Number },
	}
	j := &stored{store: st, name: "test", tables: cursorTables()}
	stop := following(t, c, st, filter, handler)
	for number := uint64(1); number <= 30; number++ {
		if number == 17 {
			stop()
			stop = following(t, c, st, filter, handler)
		}
		w.bump(1)
		w.Commit()
		for <-passed < number {
		}
		if number%3 != 0 {
			continue
		}
		at, err := j.load()
		if err != nil {
			t.Fatal(err)
		}
		var kept, want []uint64
		for _, m := range at.Marks {
			kept = append(kept, m.Number)
		}
		for n := uint64(3); n <= number; n += 3 {
			if n+filter.Depth >= number+1 {
				want = append(want, n)
			}
		}
		if !slices.Equal(kept, want) {
			t.Fatalf("after block %d it keeps %v, want %v", number, kept, want)
		}
	}
	stop()
}

// fork replaces the last depth blocks by depth+1 others.
func (w *world) fork(depth int) bool {
	w.t.Helper()
	head, err := w.Client().BlockNumber(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if head < uint64(depth)+1 {
		return false
	}
	parent, err := w.Client().HeaderByNumber(w.t.Context(), new(big.Int).SetUint64(head-uint64(depth)))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Rollback()
	if err := w.Fork(parent.Hash()); err != nil {
		w.t.Fatal(err)
	}
	for i := range depth + 1 {
		if i == depth/2 {
			w.bump(1)
		}
		w.Commit()
	}
	return true
}

func TestAnErrorOfTheHandlerEndsFollowAndMovesNothing(t *testing.T) {
	w := newWorld(t)
	c, l := w.open(w.Client()), w.ledger()
	w.bump(1)
	w.Commit()
	boom := errors.New("boom")
	err := Follow(within(t), c, l.st, "test", onlyCounter, Handler{Apply: func(*store.Tx, types.Log) error { return boom }})
	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	stop := following(t, c, l.st, onlyCounter, l.handler())
	eventually(t, w.truth, func() []string { return l.all(t) })
	stop()
}

func TestHeadsFollowTheLogsTheyCover(t *testing.T) {
	w := newWorld(t)
	c, l := w.open(w.Client()), w.ledger()
	h := l.handler()
	heads := make(chan Head, 64)
	var covered int
	h.Head = func(tx *store.Tx, _ Head) error {
		ids, err := l.read(tx)
		covered = len(ids)
		return err
	}
	h.Committed = func(head Head) {
		if got := len(l.all(t)); got != covered {
			t.Errorf("block %d is announced with %d logs on disk, %d in its transaction", head.Number, got, covered)
		}
		heads <- head
	}
	stop := following(t, c, l.st, onlyCounter, h)
	defer stop()
	for n := uint64(1); n <= 5; n++ {
		w.bump(1)
		hash := w.Commit()
		for head := range heads {
			if head.Number < n {
				continue
			}
			if head.Number != n || head.Hash != hash || !head.Live || covered != int(n) {
				t.Fatalf("head is %+v with %d logs, want block %d %s", head, covered, n, hash)
			}
			break
		}
	}
}

func TestWatchTellsWhatIsNoLongerTrue(t *testing.T) {
	w := newWorld(t)
	c := w.open(w.Client())
	type event struct {
		id      string
		removed bool
	}
	events := make(chan event, 64)
	next := func() event {
		t.Helper()
		select {
		case e := <-events:
			return e
		case <-time.After(30 * time.Second):
			t.Fatal("nothing came")
			return event{}
		}
	}
	w.Commit()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- Watch(ctx, c, onlyCounter, func(l types.Log, removed bool) error {
			events <- event{id(l), removed}
			return nil
		})
	}()
	w.bump(2)
	w.Commit()
	first, second := next(), next()
	if first.removed || second.removed {
		t.Fatal("removed before it was there")
	}
	w.Commit()
	if !w.fork(2) {
		t.Fatal("no fork was made")
	}
	if e := next(); !e.removed || e.id != second.id {
		t.Errorf("got %+v, want %s removed first", e, second.id)
	}
	if e := next(); !e.removed || e.id != first.id {
		t.Errorf("got %+v, want %s removed", e, first.id)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("watch ended with %v", err)
	}
}

// TestLostConnectionsAreMended runs sender and follower over a real WebSocket
// that is cut again and again.
func TestLostConnectionsAreMended(t *testing.T) {
	port := freePort(t)
	w := newWorld(t, func(n *node.Config, _ *ethconfig.Config) {
		n.WSHost, n.WSPort, n.WSModules = "127.0.0.1", port, []string{"eth"}
	})
	w.run()
	p := newProxy(t, fmt.Sprint("127.0.0.1:", port))
	client, err := Dial(within(t), nil, "ws://"+p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, l := w.open(client), w.ledger()
	s := openSender(t, c, l.st, w.key, SenderOptions{})
	stop := following(t, c, l.st, onlyCounter, l.handler())
	const n = 30
	for i := range n {
		if err := s.Enqueue(Intent{Key: fmt.Sprint(i), To: counter}); err != nil {
			t.Fatal(err)
		}
		if i%6 == 0 {
			p.cut()
		}
		time.Sleep(10 * time.Millisecond)
	}
	for i := range n {
		if _, err := s.Wait(within(t), fmt.Sprint(i)); err != nil {
			t.Fatalf("intent %d: %v", i, err)
		}
	}
	w.halt()
	eventually(t, w.truth, func() []string { return l.all(t) })
	stop()
	if w.count() != n || len(l.all(t)) != n {
		t.Errorf("counted %d, followed %d, want %d", w.count(), len(l.all(t)), n)
	}
}

func TestDialGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, nil, fmt.Sprint("ws://127.0.0.1:", freePort(t))); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestChainTimeIsTheLaterOfHeadAndWall(t *testing.T) {
	head := uint64(1000)
	for _, c := range []struct {
		wall float64
		unix uint64
		left time.Duration // until 1010
	}{
		{900, 1000, 110 * time.Second},
		{1000, 1000, 10 * time.Second},
		{1004.5, 1004, 5500 * time.Millisecond},
		{1010, 1010, 0},
		{2000, 2000, 0},
	} {
		clock := &Clock{
			wall: func() time.Time { return time.UnixMilli(int64(c.wall * 1000)) },
			head: func() *types.Header { return &types.Header{Time: head} },
		}
		if clock.Unix() != c.unix || clock.Until(1010) != c.left {
			t.Errorf("at %v: %d and %s, want %d and %s", c.wall, clock.Unix(), clock.Until(1010), c.unix, c.left)
		}
	}
	clock := &Clock{wall: func() time.Time { return time.Unix(0, 0) }, head: func() *types.Header { return &types.Header{Time: head} }}
	if clock.Until(999) != 0 {
		t.Error("a time before the head has come, whatever the wall clock says")
	}
}
