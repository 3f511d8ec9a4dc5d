package relay

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/natstest"
	"helium/backend/seal"
)

// natsCluster is three servers on this machine.
type natsCluster struct {
	urls []string
	kill []func()
}

func startCluster(t *testing.T) *natsCluster {
	t.Helper()
	c := &natsCluster{}
	for _, s := range natstest.Three(t, t.TempDir()) {
		_, kill := child(t, "HELIUM_NATS_CHILD", s)
		c.urls, c.kill = append(c.urls, s.URL()), append(c.kill, kill)
	}
	return c
}

// leader is the number of the server that leads a stream.
func (c *natsCluster) leader(t *testing.T, stream string) int {
	t.Helper()
	nc, err := nats.Connect(strings.Join(c.urls, ","))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.Stream(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscanf(s.CachedInfo().Cluster.Leader, "n%d", &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// work is a task as its parties see it: what they were told is done.
type work struct {
	key      protocol.TaskKey
	envelope []byte
	results  [3][]byte
	chunks   int
	done     bool // all of it was acknowledged
}

// fakeNodes do tasks through whatever relay they reach.
type fakeNodes struct {
	t       *testing.T
	domain  protocol.Domain
	creator *party
	nodes   [3]*party
	asOwner *client.Client
	asNode  [3]*client.Client
}

func (f *fakeNodes) message(seat int, m protocol.Message) client.Message {
	sig, err := f.domain.Sign(m, f.nodes[seat].key)
	if err != nil {
		f.t.Error(err)
	}
	out, err := client.NewMessage(f.nodes[seat].Address(), m, sig)
	if err != nil {
		f.t.Error(err)
	}
	return out
}

// do does a task whole.
func (f *fakeNodes) do(ctx context.Context, w *work) error {
	if err := f.asOwner.PutEnvelope(ctx, w.key, w.envelope); err != nil {
		return fmt.Errorf("put envelope: %w", err)
	}
	failed := make(chan error, 3)
	for seat := range 3 {
		go func() { failed <- f.answer(ctx, w, seat) }()
	}
	var all error
	for range 3 {
		all = errors.Join(all, <-failed)
	}
	w.done = all == nil
	return all
}

func (f *fakeNodes) answer(ctx context.Context, w *work, seat int) error {
	c := f.asNode[seat]
	if got, err := c.Envelope(ctx, w.key); err != nil || !bytes.Equal(got, w.envelope) {
		return fmt.Errorf("envelope of %d bytes: %w", len(got), err)
	}
	if err := c.SendMessage(ctx, w.key, f.message(seat, protocol.Ready{TaskKey: w.key})); err != nil {
		return fmt.Errorf("ready: %w", err)
	}
	stream, err := seal.NewStreamSealer(f.creator.seal.Public(), w.key, f.nodes[seat].Address())
	if err != nil {
		return err
	}
	for i := range w.chunks {
		seq, chunk, err := stream.Seal([]byte{byte(i)}, i == w.chunks-1)
		if err != nil {
			return err
		}
		if err := c.SendChunk(ctx, w.key, seq, chunk); err != nil {
			return fmt.Errorf("chunk: %w", err)
		}
	}
	if _, err := c.PutResult(ctx, w.key, w.results[seat]); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	return nil
}

// check reads everything of a task back.
func (f *fakeNodes) check(ctx context.Context, w *work, events <-chan client.Event) {
	f.t.Helper()
	for seat, want := range w.results {
		if got, err := f.asOwner.Result(ctx, w.key, f.nodes[seat].Address()); err != nil || !bytes.Equal(got, want) {
			f.t.Fatalf("task %s, seat %d: a result of %d bytes, %v, want %d", w.key, seat, len(got), err, len(want))
		}
	}
	chunks, ready, results := map[common.Address]int{}, 0, 0
	for len(chunks) < 3 || ready < 3 || results < 3 || chunks[f.nodes[0].Address()]+chunks[f.nodes[1].Address()]+chunks[f.nodes[2].Address()] < 3*w.chunks {
		select {
		case ev, ok := <-events:
			switch {
			case !ok:
				f.t.Fatalf("task %s: the watch ended", w.key)
			case ev.Kind == client.EventMessage:
				ready++
			case ev.Kind == client.EventResult:
				results++
			case ev.Kind == client.EventChunk && ev.Seq != uint64(chunks[ev.Node]):
				f.t.Fatalf("task %s: chunk %d of %s, want %d", w.key, ev.Seq, ev.Node, chunks[ev.Node])
			case ev.Kind == client.EventChunk:
				chunks[ev.Node]++
			}
		case <-ctx.Done():
			f.t.Fatalf("task %s: %v chunks, %d messages and %d results came", w.key, chunks, ready, results)
		}
	}
}

// Two relays before three NATS servers. While tasks go on, the server that leads
// both streams' writes and then one relay are killed: every task is finished, and
// all that was acknowledged can be read through the relay that is left.
func TestTwoRelaysBeforeOneCluster(t *testing.T) {
	cluster := startCluster(t)
	f := &fakeNodes{t: t, domain: testProfile().Domain(), creator: newParty(t)}
	var seats [3]common.Address
	for i := range f.nodes {
		f.nodes[i] = newParty(t)
		seats[i] = f.nodes[i].Address()
	}
	const tasks = 60
	setup := childSetup{
		Listen: "127.0.0.1:0", Key: hex.EncodeToString(crypto.FromECDSA(newParty(t).key)), Tasks: map[protocol.TaskKey]TaskRoles{},
		Cluster: &Cluster{URLs: cluster.urls},
	}
	works := make([]*work, tasks)
	for i := range works {
		w := &work{key: crypto.Keccak256Hash([]byte{byte(i), 99}), envelope: sealed(t, "question", f.nodes[:]...), chunks: 5}
		for seat := range w.results {
			w.results[seat] = sealed(t, strings.Repeat("answer", 1+i), f.creator)
		}
		if i%15 == 7 {
			w.results[1] = images(partBytes+100, uint64(i))
		}
		works[i] = w
		setup.Tasks[w.key] = TaskRoles{ID: protocol.TaskID(i + 1), Creator: f.creator.Address(), Nodes: seats}
	}
	race := crypto.Keccak256Hash([]byte("race"))
	setup.Tasks[race] = TaskRoles{ID: 1000, Creator: f.creator.Address(), Nodes: seats}

	first, killFirst := startChild(t, setup)
	second, _ := startChild(t, setup)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dial := func(p *party, at string, others ...string) *client.Client {
		c, err := client.Dial(ctx, client.Options{URL: at, Others: others, Signer: p, Domain: f.domain})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	// Clients know both, all but one of them the one first that is killed.
	f.asOwner, f.asNode[0], f.asNode[1] = dial(f.creator, first, second), dial(f.nodes[0], first, second), dial(f.nodes[1], first, second)
	f.asNode[2] = dial(f.nodes[2], second, first)

	oneOfTwoWins(ctx, t, race, f, [2]*client.Client{dial(f.nodes[0], first), dial(f.nodes[0], second)})

	watches := make([]<-chan client.Event, tasks)
	for i, w := range works {
		var err error
		if watches[i], err = f.asOwner.Watch(ctx, w.key); err != nil {
			t.Fatal(err)
		}
	}
	var finished sync.WaitGroup
	queue, third, half := make(chan *work), make(chan struct{}), make(chan struct{})
	for range 4 {
		finished.Go(func() {
			for w := range queue {
				if err := f.do(ctx, w); err != nil {
					t.Errorf("task %s: %v", w.key, err)
				}
			}
		})
	}
	finished.Go(func() {
		defer close(queue)
		for i, w := range works {
			switch i {
			case tasks / 3:
				close(third)
			case 2 * tasks / 3:
				close(half)
			}
			queue <- w
		}
	})
	<-third
	cluster.kill[cluster.leader(t, "HELIUM_BLOBS")]()
	<-half
	killFirst()
	finished.Wait()

	for i, w := range works {
		if w.done {
			f.check(ctx, w, watches[i]) // what was watched all the time, over both relays
		}
	}
	late, err := dial(f.creator, second).Watch(ctx, works[0].key)
	if err != nil {
		t.Fatal(err)
	}
	f.check(ctx, works[0], late)
	// One who begins while the first relay is gone gets to the second.
	if _, err := dial(f.creator, first, second).Result(ctx, works[1].key, seats[0]); err != nil {
		t.Error(err)
	}
}

// oneOfTwoWins stores different results of one node at two relays at a time.
func oneOfTwoWins(ctx context.Context, t *testing.T, key protocol.TaskKey, f *fakeNodes, at [2]*client.Client) {
	t.Helper()
	results := [2][]byte{sealed(t, "one", f.creator), sealed(t, "two", f.creator)}
	var errs [2]error
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { _, errs[i] = at[i].PutResult(ctx, key, results[i]) })
	}
	wg.Wait()
	won := 0
	if errs[0] != nil {
		won = 1
	}
	if errs[won] != nil || !errors.Is(errs[1-won], client.ErrDifferent) {
		t.Fatalf("results of one node at two relays: %v and %v, want one taken and one refused", errs[0], errs[1])
	}
	for i := range 2 {
		if got, err := at[i].Result(ctx, key, f.nodes[0].Address()); err != nil || !bytes.Equal(got, results[won]) {
			t.Errorf("relay %d has another result than the one that was taken, %v", i, err)
		}
	}
}
