package relay

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

func TestTaskGoesThroughTheRelay(t *testing.T) {
	n := newNetwork(t)
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	ctx := n.ctx()
	domain := n.cfg.Profile.Domain()

	got := make(chan []byte, 1)
	go func() {
		b, err := node.Envelope(ctx, n.key)
		if err != nil {
			t.Error(err)
		}
		got <- b
	}()
	envelope := sealed(t, "the question", n.nodes[:]...)
	if err := creator.PutEnvelope(ctx, n.key, envelope); err != nil {
		t.Fatal(err)
	}
	if err := creator.PutEnvelope(ctx, n.key, envelope); err != nil {
		t.Errorf("again: %v", err)
	}
	if err := creator.PutEnvelope(ctx, n.key, sealed(t, "another", n.nodes[:]...)); !errors.Is(err, client.ErrDifferent) {
		t.Errorf("another envelope: %v, want ErrDifferent", err)
	}
	if b := <-got; !bytes.Equal(b, envelope) {
		t.Fatalf("the node got %d bytes, want the envelope", len(b))
	}

	events, err := creator.Watch(ctx, n.key)
	if err != nil {
		t.Fatal(err)
	}
	if ev := next(t, events, client.EventEnvelope); ev.CiphertextHash != crypto.Keccak256Hash(envelope) {
		t.Errorf("envelope event has hash %s", ev.CiphertextHash)
	}

	if err := node.SendMessage(ctx, n.key, n.message(n.nodes[0], protocol.Ready{TaskKey: n.key})); err != nil {
		t.Fatal(err)
	}
	ev := next(t, events, client.EventMessage)
	if m, err := ev.Message.Verify(domain, n.key); err != nil || m != (protocol.Ready{TaskKey: n.key}) {
		t.Errorf("message %+v, %v", m, err)
	}

	stream, err := seal.NewStreamSealer(n.creator.seal.Public(), n.key, n.nodes[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	opener := seal.NewStreamOpener(n.creator.seal, n.key, n.nodes[0].Address())
	for i, word := range []string{"the", " answer"} {
		seq, chunk, err := stream.Seal([]byte(word), i == 1)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // sending again is harmless
			if err := node.SendChunk(ctx, n.key, seq, chunk); err != nil {
				t.Fatal(err)
			}
		}
		ev := next(t, events, client.EventChunk)
		if text, _, err := opener.Open(ev.Sealed); err != nil || string(text) != word || ev.Node != n.nodes[0].Address() {
			t.Fatalf("chunk %d from %s: %q, %v", ev.Seq, ev.Node, text, err)
		}
	}

	if _, err := creator.Result(ctx, n.key, n.nodes[0].Address()); !errors.Is(err, client.ErrNotStored) {
		t.Errorf("result before it is there: %v, want ErrNotStored", err)
	}
	result := sealed(t, "the answer", n.creator)
	sig, err := node.PutResult(ctx, n.key, result)
	if err != nil {
		t.Fatal(err)
	}
	hash := crypto.Keccak256Hash(result)
	signer, err := domain.Signer(protocol.Stored{TaskKey: n.key, Node: n.nodes[0].Address(), CiphertextHash: hash}, sig)
	if err != nil || signer != n.relay.Address() {
		t.Errorf("storage signature by %s, %v, want the relay %s", signer, err, n.relay.Address())
	}
	if again, err := node.PutResult(ctx, n.key, result); err != nil || !bytes.Equal(again, sig) {
		t.Errorf("again: %x, %v", again, err)
	}
	if _, err := node.PutResult(ctx, n.key, sealed(t, "another", n.creator)); !errors.Is(err, client.ErrDifferent) {
		t.Errorf("another result: %v, want ErrDifferent", err)
	}
	if ev := next(t, events, client.EventResult); ev.CiphertextHash != hash || ev.Node != n.nodes[0].Address() {
		t.Errorf("result event %+v", ev)
	}
	for name, c := range map[string]*client.Client{"creator": creator, "the node itself": node} {
		if b, err := c.Result(ctx, n.key, n.nodes[0].Address()); err != nil || !bytes.Equal(b, result) {
			t.Errorf("%s got %d bytes, %v", name, len(b), err)
		}
	}
}

func TestEveryMessageTypeIsPassedOn(t *testing.T) {
	n := newNetwork(t)
	node := n.dial(n.nodes[1])
	events, err := n.dial(n.nodes[2]).Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []protocol.Message{
		protocol.Ready{TaskKey: n.key}, protocol.NoArguments{TaskKey: n.key}, protocol.Decline{TaskKey: n.key},
		protocol.Commitment{TaskKey: n.key, Commitment: common.Hash{1}},
		protocol.Reveal{TaskKey: n.key, CommitmentsHash: common.Hash{2}, Order: 36, Kind: protocol.KindResult,
			Result: []byte{3, 4}, Nonce: [32]byte{5}, CiphertextHash: common.Hash{6}},
	} {
		if err := node.SendMessage(n.ctx(), n.key, n.message(n.nodes[1], m)); err != nil {
			t.Fatal(err)
		}
		got, err := next(t, events, client.EventMessage).Message.Verify(n.cfg.Profile.Domain(), n.key)
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", m) {
			t.Errorf("got %+v, %v, want %+v", got, err, m)
		}
	}
}

func TestRequestsWaitForTheChain(t *testing.T) {
	n := newNetwork(t)
	creator := n.dial(n.creator)
	key := common.HexToHash("0x2222")
	done := make(chan error, 2)
	go func() { done <- creator.PutEnvelope(n.ctx(), key, sealed(t, "x", n.nodes[0])) }()
	go func() {
		_, err := creator.Watch(n.ctx(), key)
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("a request ended before the task was seen: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	roles := n.tasks.tasks[n.key]
	roles.ID = 2
	n.tasks.set(key, roles)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestUnknownTaskIsSaidToBe(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.TaskWait = 20 * time.Millisecond })
	creator := n.dial(n.creator)
	key := common.HexToHash("0x3333")
	if err := creator.PutEnvelope(n.ctx(), key, sealed(t, "x", n.nodes[0])); !errors.Is(err, client.ErrUnknownTask) {
		t.Errorf("put: %v, want ErrUnknownTask", err)
	}
	if _, err := creator.Watch(n.ctx(), key); !errors.Is(err, client.ErrUnknownTask) {
		t.Errorf("watch: %v, want ErrUnknownTask", err)
	}
	if err := n.dial(n.nodes[0]).SendMessage(n.ctx(), key, n.message(n.nodes[0], protocol.Ready{TaskKey: key})); !errors.Is(err, client.ErrUnknownTask) {
		t.Errorf("message: %v, want ErrUnknownTask", err)
	}
}

func TestNodeFollowsTheTasksItIsDrawnFor(t *testing.T) {
	n := newNetwork(t)
	creator := n.dial(n.creator)
	before := n.key
	if err := creator.PutEnvelope(n.ctx(), before, sealed(t, "x", n.nodes[0])); err != nil {
		t.Fatal(err)
	}
	events, err := n.dial(n.nodes[2]).WatchDrawn(n.ctx())
	if err != nil {
		t.Fatal(err)
	}
	others, err := n.dial(n.stranger).WatchDrawn(n.ctx())
	if err != nil {
		t.Fatal(err)
	}
	after := common.HexToHash("0x4444")
	n.tasks.set(after, n.tasks.tasks[n.key])
	if err := creator.PutEnvelope(n.ctx(), after, sealed(t, "y", n.nodes[0])); err != nil {
		t.Fatal(err)
	}
	for _, want := range []protocol.TaskKey{before, after} {
		if ev := next(t, events, client.EventEnvelope); ev.TaskKey != want {
			t.Errorf("envelope of %s, want %s", ev.TaskKey, want)
		}
	}
	select {
	case ev := <-others:
		t.Errorf("a stranger was told of %+v", ev)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestStreamSurvivesDroppedConnectionsWithoutGapsOrRepeats(t *testing.T) {
	n := newNetwork(t)
	p := newProxy(t, n.relay.listener.Addr().String())
	url := "http://" + p.Addr().String()
	n.relay.hosts[p.Addr().String()] = true
	creator, node := n.dialAt(n.creator, url), n.dialAt(n.nodes[0], url)
	ctx := n.ctx()
	events, err := creator.Watch(ctx, n.key)
	if err != nil {
		t.Fatal(err)
	}
	const chunks = 120
	stream, err := seal.NewStreamSealer(n.creator.seal.Public(), n.key, n.nodes[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() {
		for i := range chunks {
			seq, chunk, err := stream.Seal(big.NewInt(int64(i)).Bytes(), i == chunks-1)
			if err == nil {
				err = node.SendChunk(ctx, n.key, seq, chunk)
			}
			if err != nil {
				sent <- err
				return
			}
			if i%40 == 20 {
				p.cut()
			}
		}
		sent <- nil
	}()
	check := func(name string, events <-chan client.Event) {
		opener := seal.NewStreamOpener(n.creator.seal, n.key, n.nodes[0].Address())
		for i := range chunks {
			ev := next(t, events, client.EventChunk)
			text, end, err := opener.Open(ev.Sealed)
			if err != nil || ev.Seq != uint64(i) || new(big.Int).SetBytes(text).Int64() != int64(i) || end != (i == chunks-1) {
				t.Fatalf("%s: chunk %d has number %d and text %x, end %v, %v", name, i, ev.Seq, text, end, err)
			}
		}
	}
	check("who watched", events)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	late, err := n.dial(n.creator).Watch(ctx, n.key)
	if err != nil {
		t.Fatal(err)
	}
	check("who came late", late)
	nodes, err := n.dial(n.nodes[1]).Watch(ctx, n.key)
	if err != nil {
		t.Fatal(err)
	}
	if err := node.SendMessage(ctx, n.key, n.message(n.nodes[0], protocol.Ready{TaskKey: n.key})); err != nil {
		t.Fatal(err)
	}
	if ev := <-nodes; ev.Kind != client.EventMessage {
		t.Errorf("another node was sent a %s", ev.Kind)
	}
}

func TestWatchGoesOnOverARestart(t *testing.T) {
	n := newNetwork(t)
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	events, err := creator.Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	send := func(i uint64) {
		t.Helper()
		m := protocol.Commitment{TaskKey: n.key, Commitment: common.BigToHash(new(big.Int).SetUint64(i))}
		if err := node.SendMessage(n.ctx(), n.key, n.message(n.nodes[0], m)); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(i uint64) {
		t.Helper()
		m, err := next(t, events, client.EventMessage).Message.Open(n.key)
		if err != nil || m.(protocol.Commitment).Commitment.Big().Uint64() != i {
			t.Errorf("message %+v, %v, want %d", m, err, i)
		}
	}
	send(1)
	expect(1)
	n.stop()
	n.start()
	send(2)
	expect(2)
	select {
	case ev := <-events:
		t.Errorf("%+v came again", ev)
	case <-time.After(100 * time.Millisecond):
	}
}
