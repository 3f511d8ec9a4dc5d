package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/rpc"
)

// TestEndpointsGoOnWithTheNextNode runs sender and follower over three ways to a
// chain, of which one dies, the next falls silent, and the first comes back.
func TestEndpointsGoOnWithTheNextNode(t *testing.T) {
	port := freePort(t)
	w := newWorld(t, func(n *node.Config, _ *ethconfig.Config) {
		n.WSHost, n.WSPort, n.WSModules = "127.0.0.1", port, []string{"eth"}
	})
	w.run()
	at := fmt.Sprint("127.0.0.1:", port)
	dying, falling, last := newProxy(t, at), newProxy(t, at), newProxy(t, at)
	url := func(p *proxy) string { return "ws://" + p.Addr().String() }
	e, err := Dial(within(t), nil, url(dying), url(falling), url(last))
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.wait = time.Second
	c, l := w.open(e), w.ledger()
	s := openSender(t, c, l.st, w.key, SenderOptions{})
	stop := following(t, c, l.st, onlyCounter, l.handler())
	const n = 30
	for i := range n {
		if err := s.Enqueue(Intent{Key: fmt.Sprint(i), To: counter}); err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 { // all so far went out, over the node of that time
			if _, err := s.Wait(within(t), fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		switch i {
		case 12:
			dying.die()
		case 22:
			falling.mute.Store(true)
		}
	}
	for i := range n {
		if _, err := s.Wait(within(t), fmt.Sprint(i)); err != nil {
			t.Fatalf("intent %d: %v", i, err)
		}
	}
	if e.URL() != url(last) {
		t.Errorf("%s is in use, want %s", e.URL(), url(last))
	}
	w.halt()
	eventually(t, w.truth, func() []string { return l.all(t) })
	stop()
	if w.count() != n || len(l.all(t)) != n {
		t.Errorf("counted %d, followed %d, want %d", w.count(), len(l.all(t)), n)
	}
}

// What the chain says no to is asked of no other node, and nothing is asked of a
// node of another chain.
func TestEndpointsTakeNoForAnAnswer(t *testing.T) {
	port := freePort(t)
	w := newWorld(t, func(n *node.Config, _ *ethconfig.Config) {
		n.WSHost, n.WSPort, n.WSModules = "127.0.0.1", port, []string{"eth"}
	})
	w.Commit()
	first, second := newProxy(t, fmt.Sprint("127.0.0.1:", port)), newProxy(t, fmt.Sprint("127.0.0.1:", port))
	e, err := Dial(within(t), nil, "ws://"+first.Addr().String(), "ws://"+second.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx := within(t)
	if _, err := e.TransactionReceipt(ctx, common.Hash{1}); !errors.Is(err, ethereum.NotFound) {
		t.Errorf("a receipt that is not there: %v", err)
	}
	var said rpc.Error
	if _, err := e.EstimateGas(ctx, ethereum.CallMsg{To: &common.Address{}, Value: new(big.Int).Lsh(common.Big1, 200), From: common.Address{1}}); !errors.As(err, &said) {
		t.Errorf("a call that can't be paid: %v", err)
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.BlockNumber(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a question that is taken back: %v", err)
	}
	if e.URL() != "ws://"+first.Addr().String() {
		t.Error("a node that answers was left")
	}
	e.id = big.NewInt(7)
	first.die()
	if _, err := e.BlockNumber(ctx); err == nil || e.id.Int64() != 7 {
		t.Errorf("a node of another chain is asked: %v", err)
	}
	e.Close()
	if _, err := e.BlockNumber(ctx); !errors.Is(err, rpc.ErrClientQuit) {
		t.Errorf("after Close: %v", err)
	}
}

// TestALostChainIsSaidToBeLost cuts the only way to a chain, and opens it again.
func TestALostChainIsSaidToBeLost(t *testing.T) {
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
	c := w.open(client)
	wake, stop := c.Wake()
	defer stop()
	until := func(lost bool) {
		t.Helper()
		for c.Lost() != lost {
			select {
			case <-wake:
			case <-within(t).Done():
				t.Fatalf("lost is %t, and nobody was woken", !lost)
			}
		}
	}
	until(false)
	p.shut.Store(true) // so that the next try does not come through unseen
	p.cut()
	until(true)
	p.shut.Store(false)
	until(false)
}

// TestNoQuestionIsForgottenWhenTheConnectionBreaks asks without pause while the
// connection is cut again and again. The rpc library alone loses a question that is
// written at the moment of a cut: whoever asked it waits for as long as he may.
func TestNoQuestionIsForgottenWhenTheConnectionBreaks(t *testing.T) {
	port := freePort(t)
	newWorld(t, func(n *node.Config, _ *ethconfig.Config) {
		n.WSHost, n.WSPort, n.WSModules = "127.0.0.1", port, []string{"eth"}
	})
	p := newProxy(t, fmt.Sprint("127.0.0.1:", port))
	e, err := Dial(within(t), nil, "ws://"+p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	asking, stop := context.WithCancel(t.Context())
	defer stop()
	var askers sync.WaitGroup
	for range 8 {
		askers.Go(func() {
			for asking.Err() == nil {
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				if _, err := e.BlockNumber(ctx); errors.Is(err, context.DeadlineExceeded) {
					t.Error("a question got neither an answer nor an error")
				}
				cancel()
			}
		})
	}
	for range 400 {
		time.Sleep(5 * time.Millisecond)
		p.cut()
	}
	stop()
	askers.Wait()
}
