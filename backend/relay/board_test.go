package relay

import (
	"math/big"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// A task's events go on where they were when the relay lets go of what it has of them
// in memory, for those who watch already and for those who come later.
func TestWatchGoesOnWhenItsTaskIsLeftToTheStream(t *testing.T) {
	n := newNetwork(t)
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	early, err := creator.Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	count := uint64(0)
	send := func() {
		t.Helper()
		count++
		m := protocol.Commitment{TaskKey: n.key, Commitment: common.BigToHash(new(big.Int).SetUint64(count))}
		if err := node.SendMessage(n.ctx(), n.key, n.message(n.nodes[0], m)); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(events <-chan client.Event, from uint64) {
		t.Helper()
		for i := from; i <= count; i++ {
			m, err := next(t, events, client.EventMessage).Message.Open(n.key)
			if err != nil || m.(protocol.Commitment).Commitment.Big().Uint64() != i {
				t.Fatalf("message %+v, %v, want %d", m, err, i)
			}
		}
	}

	key, all := keyPart(n.key), n.relay.bus.boards
	send()
	expect(early, 1)
	board := all.of(key)
	if board == nil || len(board.events) != 1 {
		t.Fatal("the event is not in memory")
	}
	all.mu.Lock()
	all.sweep(time.Now().Add(2 * boardLife))
	all.mu.Unlock()
	if all.of(key) != nil || all.bytes != 0 {
		t.Fatalf("the task is in memory, with %d bytes", all.bytes)
	}
	send()
	expect(early, 2)
	late, err := n.dial(n.creator).Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	expect(late, 1)
	send()
	expect(late, 3)
	expect(early, 3)
}

func TestBoardsKeepNoMoreThanTheyMay(t *testing.T) {
	b := newBoards(map[string]uint64{"ev.old.env": 1})
	if b.of("old") != nil {
		t.Error("what is in the stream from before is not in memory")
	}
	task := b.of("new")
	m := &nats.Msg{Subject: "ev.new.chunk.x", Data: make([]byte, 100<<10), Header: nats.Header{}}
	b.post("new", task, m, 5)
	if events, _, ok := b.after(task, 4); !ok || len(events) != 1 {
		t.Errorf("%d events behind 4, %v", len(events), ok)
	}
	events, more, ok := b.after(task, 5)
	if !ok || len(events) != 0 {
		t.Errorf("%d events behind 5, %v", len(events), ok)
	}
	b.post("new", task, m, 7)
	<-more
	b.post("new", task, m, 9)
	if _, _, ok := b.after(task, 7); ok || b.of("new") != nil || b.bytes != 0 {
		t.Errorf("a task of %d bytes is still in memory: %d", 3*len(m.Data), b.bytes)
	}
	b.forget("new")
	if b.of("new") == nil {
		t.Error("a task that is gone from the stream begins anew")
	}
}
