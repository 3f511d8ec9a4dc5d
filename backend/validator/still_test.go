//go:build unix

package validator

import (
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"helium/backend/chain"
)

// passage is a way to a machine's peers that can be cut.
type passage struct {
	net.Listener
	// mu guards everything that follows.
	mu    sync.Mutex
	conns []net.Conn
}

func openPassage(t *testing.T, to string) *passage {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &passage{Listener: l}
	t.Cleanup(p.cut)
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			go func() { io.Copy(in, out); in.Close() }()
			go func() { io.Copy(out, in); out.Close() }()
		}
	}()
	return p
}

func (p *passage) cut() {
	p.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
}

// standLimit is how long a chain may stand in these tests.
const standLimit = 3 * time.Second

func openChain(t *testing.T, urls ...string) (*chain.Endpoints, *chain.Chain) {
	t.Helper()
	e, err := chain.Dial(t.Context(), testConfig("").Log, urls...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	c, err := chain.Open(t.Context(), e, chain.Options{Still: standLimit, Poll: time.Second, Log: testConfig("").Log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return e, c
}

// eventually waits for what is to come about.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	end := time.Now().Add(patience)
	for !is() {
		if time.Now().After(end) {
			t.Fatalf("%s never came about", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestAMachineThatIsCutOffIsLeftForAnother has a machine that follows a chain and
// answers, and is cut off from the one that makes blocks.
func TestAMachineThatIsCutOffIsLeftForAnother(t *testing.T) {
	c := &cluster{genesis: testConfig("").Genesis}
	c.votes.seen = map[voteSlot]string{}
	maker := newMachine(t, "maker")
	way := openPassage(t, maker.p2p)
	c.genesis.Validators = append(c.genesis.Validators, maker.member)
	c.start(t, maker)

	far := c.genesis
	far.Validators = []Member{maker.member}
	far.Validators[0].Address = strings.Replace(maker.member.Address, maker.p2p, way.Addr().String(), 1)
	follower := newMachine(t, "follower")
	(&cluster{genesis: far}).start(t, follower)
	await(t, follower, c.pay(t, maker))

	e, link := openChain(t, follower.ws, maker.ws)
	if e.URL() != follower.ws {
		t.Fatalf("%s is in use, want the follower", e.URL())
	}
	// An idle chain stands still by right, however long.
	idle := time.Now().Add(2 * standLimit)
	for time.Now().Before(idle) {
		if since, still := link.Still(); still || e.URL() != follower.ws {
			t.Fatalf("an idle chain is said to stand still since %s", since)
		}
		time.Sleep(50 * time.Millisecond)
	}

	way.cut()
	tx := c.pay(t, maker)
	await(t, maker, tx)
	if r, err := follower.client.TransactionReceipt(t.Context(), tx.Hash()); err == nil {
		t.Fatalf("the machine that is cut off has block %d", r.BlockNumber)
	}
	began := time.Now()
	eventually(t, "going on with the other machine", func() bool { return e.URL() == maker.ws })
	eventually(t, "its newest block", func() bool {
		head, err := maker.client.BlockNumber(t.Context())
		return err == nil && link.Head().Number.Uint64() == head && !link.Lost()
	})
	t.Logf("it took %s, with a limit of %s", time.Since(began).Round(100*time.Millisecond), standLimit)
	if _, still := link.Still(); still {
		t.Error("the chain is said to stand still, and does not")
	}
}

// TestAChainWithTooFewValidatorsStandsStill stops two of four: the others answer and
// take transactions, which come into no block.
func TestAChainWithTooFewValidatorsStandsStill(t *testing.T) {
	c := startCluster(t, 4)
	v := c.machines
	for _, m := range v {
		await(t, m, c.pay(t, v[0]))
	}
	e, link := openChain(t, v[0].ws, v[1].ws)
	wake, stop := link.Wake()
	defer stop()
	signal := func(s syscall.Signal) {
		for _, m := range v[2:] {
			if err := m.child.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
		}
	}
	signal(syscall.SIGSTOP)
	t.Cleanup(func() { signal(syscall.SIGCONT) })
	began := time.Now()
	tx := c.pay(t, v[0])
	until := func(still bool) (since time.Time) {
		t.Helper()
		for end := time.After(patience); ; {
			at, is := link.Still()
			if is == still && link.Lost() == still {
				return at
			}
			select {
			case <-wake:
			case <-end:
				t.Fatalf("still is %t, and nobody was woken", is)
			}
		}
	}
	since := until(true)
	if since.Before(began.Add(-time.Second)) || time.Since(began) < standLimit {
		t.Errorf("after %s it is said to stand still since %s before", time.Since(began), time.Since(since))
	}
	if text := chain.StillText(since); !strings.Contains(text, since.UTC().Format("15:04:05")) {
		t.Errorf("it is told as %q", text)
	}
	if e.URL() != v[0].ws {
		t.Errorf("%s is in use, which stands still as well", e.URL())
	}

	signal(syscall.SIGCONT)
	await(t, v[0], tx)
	until(false)
}

// TestAStoppedValidatorIsLeftForAnother stops the one in use: its port is open, and it
// says nothing.
func TestAStoppedValidatorIsLeftForAnother(t *testing.T) {
	c := startCluster(t, 4)
	v := c.machines
	await(t, v[0], c.pay(t, v[0]))
	e, link := openChain(t, v[3].ws, v[0].ws)
	if err := v[3].child.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v[3].child.Process.Signal(syscall.SIGCONT) })
	tx := c.pay(t, v[1])
	block := await(t, v[0], tx).BlockNumber
	eventually(t, "its block", func() bool { return link.Head().Number.Cmp(block) >= 0 })
	if e.URL() != v[0].ws {
		t.Errorf("%s is in use, and stopped", e.URL())
	}
}
