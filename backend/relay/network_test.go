package relay

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/natstest"
	"helium/backend/seal"
)

func TestMain(m *testing.M) {
	if os.Getenv("HELIUM_RELAY_CHILD") != "" {
		runChild()
		return
	}
	if setup := os.Getenv("HELIUM_NATS_CHILD"); setup != "" {
		fmt.Fprintln(os.Stderr, natstest.Serve(setup))
		os.Exit(1)
		return
	}
	code := m.Run()
	if left := leaked(); left != "" && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines left behind:\n"+left)
		code = 1
	}
	os.Exit(code)
}

// leaked describes the goroutines of the relay, its engine and its connections

// that run after everything was closed.

func leaked() string {
	var left string
	for range 100 {
		left = ""
		buf := make([]byte, 4<<20)
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			for _, name := range []string{"helium/backend", "nats-io", "coder/websocket", "net/http."} {
				if strings.Contains(stack, name) && !strings.Contains(stack, "relay.leaked") {
					left += stack + "\n\n"
					break
				}
			}
		}
		if left == "" {
			return ""
		}
		time.Sleep(50 * time.Millisecond)
	}
	return left
}

// fakeTasks is a chain that the test writes by hand.

type fakeTasks struct {
	mu    sync.Mutex
	tasks map[protocol.TaskKey]TaskRoles
	added chan struct{}
}

func newFakeTasks() *fakeTasks {
	return &fakeTasks{tasks: make(map[protocol.TaskKey]TaskRoles), added: make(chan struct{})}
}

func (f *fakeTasks) set(key protocol.TaskKey, t TaskRoles) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tasks[key] = t
	close(f.added)
	f.added = make(chan struct{})
}

func (f *fakeTasks) Task(ctx context.Context, key protocol.TaskKey) (TaskRoles, error) {
	for {
		f.mu.Lock()
		t, ok := f.tasks[key]
		added := f.added
		f.mu.Unlock()
		if ok {
			return t, nil
		}
		select {
		case <-added:
		case <-ctx.Done():
			return TaskRoles{}, ctx.Err()
		}
	}
}

// party is somebody with a wallet and a seal key.

type party struct {
	key  *ecdsa.PrivateKey
	seal seal.Key
}

func newParty(t testing.TB) *party {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	k, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return &party{key, k}
}

func (p *party) Address() common.Address { return crypto.PubkeyToAddress(p.key.PublicKey) }

func (p *party) SignText(text []byte) ([]byte, error) {
	sig, err := crypto.Sign(accounts.TextHash(text), p.key)
	if err != nil {
		return nil, err
	}
	sig[64] += 27
	return sig, nil
}

// network is a relay, a fake chain with one task, and its parties.

type network struct {
	t        testing.TB
	cfg      Config
	tasks    *fakeTasks
	relay    *Relay
	creator  *party
	nodes    [3]*party
	stranger *party
	key      protocol.TaskKey
}

func newNetwork(t testing.TB, change ...func(*Config)) *network {
	t.Helper()
	n := &network{t: t, tasks: newFakeTasks(), creator: newParty(t), stranger: newParty(t), key: common.HexToHash("0xfeed")}
	roles := TaskRoles{ID: 1, Creator: n.creator.Address()}
	for i := range n.nodes {
		n.nodes[i] = newParty(t)
		roles.Nodes[i] = n.nodes[i].Address()
	}
	n.tasks.set(n.key, roles)
	n.cfg = Config{
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Profile: testProfile(), Key: newParty(t).key, Tasks: n.tasks,
		Log: slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, c := range change {
		c(&n.cfg)
	}
	n.start()
	t.Cleanup(n.stop)
	return n
}

func testProfile() protocol.Profile {
	return protocol.Profile{Version: 1, Name: "test", ChainID: 4242, HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:1",
		Contracts: protocol.Contracts{Token: common.Address{1}, Node: common.Address{2}, Task: common.Address{3}}}
}

func (n *network) start() {
	n.t.Helper()
	r, err := Start(context.Background(), n.cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	n.relay = r
	n.cfg.Listen = r.listener.Addr().String() // stays where it was
}

func (n *network) stop() {
	if n.relay == nil {
		return
	}
	if err := n.relay.Close(); err != nil {
		n.t.Error(err)
	}
	n.relay = nil
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(bytes.TrimSpace(b)))
	return len(b), nil
}

func (n *network) dial(p *party) *client.Client {
	n.t.Helper()
	return n.dialAt(p, n.relay.URL())
}

func (n *network) dialAt(p *party, url string) *client.Client {
	n.t.Helper()
	c, err := client.Dial(n.ctx(), client.Options{URL: url, Signer: p, Domain: n.cfg.Profile.Domain(), Log: n.cfg.Log})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() {
		if err := c.Close(); err != nil {
			n.t.Error(err)
		}
	})
	return c
}

func (n *network) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	n.t.Cleanup(cancel)
	return ctx
}

func sealed(t testing.TB, text string, to ...*party) []byte {
	t.Helper()
	keys := make([][32]byte, len(to))
	for i, p := range to {
		keys[i] = p.seal.Public()
	}
	b, err := seal.Seal([]byte(text), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (n *network) message(p *party, m protocol.Message) client.Message {
	n.t.Helper()
	sig, err := n.cfg.Profile.Domain().Sign(m, p.key)
	if err != nil {
		n.t.Fatal(err)
	}
	out, err := client.NewMessage(p.Address(), m, sig)
	if err != nil {
		n.t.Fatal(err)
	}
	return out
}

// next reads events until one is of the kind.

func next(t testing.TB, events <-chan client.Event, kind client.EventKind) client.Event {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				t.Fatalf("events ended before a %s", kind)
			}
			if ev.Kind == kind {
				return ev
			}
		case <-timeout:
			t.Fatalf("no %s came", kind)
		}
	}
}

// proxy is a wire that can be cut.

type proxy struct {
	net.Listener
	mu     sync.Mutex
	target string
	conns  map[net.Conn]struct{}
	wg     sync.WaitGroup
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, target: target, conns: make(map[net.Conn]struct{})}
	p.wg.Go(p.serve)
	t.Cleanup(func() {
		l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		out, err := net.Dial("tcp", target)
		if err != nil {
			in.Close()
			continue
		}
		p.mu.Lock()
		p.conns[in], p.conns[out] = struct{}{}, struct{}{}
		p.mu.Unlock()
		pipe := func(to, from net.Conn) {
			buf := make([]byte, 32<<10)
			for {
				k, err := from.Read(buf)
				if k > 0 {
					if _, err := to.Write(buf[:k]); err != nil {
						break
					}
				}
				if err != nil {
					break
				}
			}
			to.Close()
			from.Close()
		}
		p.wg.Go(func() { pipe(in, out) })
		p.wg.Go(func() { pipe(out, in) })
	}
}

// aim makes new connections lead to the relay at url.
func (p *proxy) aim(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = strings.TrimPrefix(url, "http://")
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}
