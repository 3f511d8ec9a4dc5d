package relay

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/internal/wire"
	"helium/backend/relay/sponsor"
	"helium/backend/store"
	"helium/backend/wallet"
)

func TestARelayWithoutASponsorSaysSo(t *testing.T) {
	n := newNetwork(t)
	c := n.dial(n.nodes[0])
	offer, err := c.Offer(n.ctx())
	if err != nil || offer.On || offer.Why == "" {
		t.Errorf("offers %+v, %v", offer, err)
	}
	_, err = c.Bring(n.ctx(), "key", []byte{1, 2, 3, 4})
	var no *client.Error
	if !errors.As(err, &no) || no.Code != "sponsor_off" || !no.OfSponsor() || no.Hint == "" {
		t.Errorf("got %v", err)
	}
	if status, _, _ := n.raw("POST", "/v1/sponsor", "", []byte(`{}`)); status != http.StatusUnauthorized {
		t.Errorf("who is not signed in gets %d", status)
	}
	for _, bad := range []string{``, `{`, `{"key":"a","call":"xyz"}`, `{"key":"a","call":"0x","more":1}`, `[]`} {
		if status, _, _ := n.raw("POST", "/v1/sponsor", n.bearerOf(n.nodes[0]), []byte(bad)); status != http.StatusBadRequest {
			t.Errorf("%q gets %d", bad, status)
		}
	}
	if status, _, _ := n.raw("POST", "/v1/sponsor", n.bearerOf(n.nodes[0]), []byte(`{"key":"`+strings.Repeat("a", 20<<10)+`"}`)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 20 KB gets %d", status)
	}
}

// sponsored is a chain with a network on it, a node of it that holds CNX and none of
// the chain's coin, and the network's profile.
func sponsored(t *testing.T) (*contractstest.Chain, *party, protocol.Profile) {
	t.Helper()
	sim := contractstest.New(t, nil)
	sim.Register(contractstest.SmallClass())
	node := &party{key: sim.Key()}
	sim.Send("transfer", sim.Owner, sim.Deployment.Token, sim.Token.PackTransfer(node.Address(), contractstest.CNX(1000)))
	profile := testProfile()
	profile.ChainID = contractstest.ChainID
	profile.Contracts = protocol.Contracts{Token: sim.Deployment.Token, Node: sim.Deployment.Node, Task: sim.Deployment.Task}
	return sim, node, profile
}

// TestASponsorServesOverTheNetwork joins a node through a relay's front door, and
// passes on to the client what it needs to decide.
func TestASponsorServesOverTheNetwork(t *testing.T) {
	sim, node, profile := sponsored(t)
	limits := sponsor.DefaultLimits()
	limits.Moves = 1
	s, blocks := openSponsor(t, sim, profile, limits)
	n := newNetwork(t, func(c *Config) { c.Profile, c.Sponsor = profile, s })
	c := n.dial(node)

	offer, err := c.Offer(n.ctx())
	if err != nil || !offer.On || offer.Address != s.Address() || offer.Left.Big().Cmp(limits.Day) != 0 || offer.ResetsAt == 0 {
		t.Errorf("offers %+v, %v", offer, err)
	}
	request := contractstest.SmallClass().JoinRequest(node.key)
	deadline := uint64(time.Now().Add(time.Hour).Unix())
	call := sim.Node.PackJoinFor(node.Address(), request, deadline,
		sim.SignJoin(node.key, request, 0, deadline), sim.SignPermit(node.key, sim.Params.Stake, 0, deadline))
	brought, err := c.Bring(n.ctx(), "join", call)
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Bring(n.ctx(), "join", call)
	if err != nil || again != brought {
		t.Errorf("asked again: %+v, %v; the first time %+v", again, err, brought)
	}

	move := func(m protocol.NodeMove, nonce uint32) []byte {
		return sim.Node.PackMoveFor(node.Address(), uint8(m), 0, deadline, sim.SignMove(node.key, uint8(m), 0, nonce, deadline))
	}
	var no *client.Error
	_, err = c.Bring(n.ctx(), "pause", move(protocol.MovePause, 1))
	if !errors.As(err, &no) || no.Code != "would_revert" || no.OfSponsor() || contracts.DecodeError(no.Revert) == nil {
		t.Errorf("what the contract would refuse: %v", err)
	}
	if _, err := c.Bring(n.ctx(), "resume", move(protocol.MoveResume, 1)); err != nil {
		t.Fatal(err)
	}
	_, err = c.Bring(n.ctx(), "pause again", move(protocol.MovePause, 2))
	if !errors.As(err, &no) || no.Code != "sponsor_account_limit" || no.RetryAfter <= 0 || no.RetryAfter > 24*time.Hour {
		t.Errorf("beyond the limit: %v", err)
	}
	status, code, body := n.raw("POST", "/v1/sponsor", n.bearerOf(node), encodeJSON(t, wire.SponsorRequest{Key: "pause again", Call: move(protocol.MovePause, 2)}))
	if status != http.StatusTooManyRequests || code != no.Code || !strings.Contains(string(body), `"retry_after":`) {
		t.Errorf("over HTTP: %d, %s, %s", status, code, body)
	}
	_, _, raw := n.raw("GET", "/v1/stats", "", nil)
	var stats Stats
	if err := json.Unmarshal(raw, &stats); err != nil || stats.Sponsored == nil || stats.Sponsored.Sent != 2 || stats.Sponsored.Refused != 3 {
		t.Errorf("statistics are %s, %v", raw, err)
	}
	blocks()
}

// TestACallGoesToTheRelayWhoseSponsorPays has three relays of one network: the first
// stops answering, the second's sponsor has nothing left for the day, and the third's
// pays.
func TestACallGoesToTheRelayWhoseSponsorPays(t *testing.T) {
	sim, node, profile := sponsored(t)
	poor := sponsor.DefaultLimits()
	poor.Day = big.NewInt(1)
	spent, _ := openSponsor(t, sim, profile, poor)
	pays, _ := openSponsor(t, sim, profile, sponsor.DefaultLimits())

	var mute atomic.Bool
	over := make(chan struct{})
	var behind *httputil.ReverseProxy
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mute.Load() {
			<-over // a server notices that a caller has gone only when it has read the request
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close) // after the clients, whose sockets it waits for
	t.Cleanup(func() { close(over) })
	at := strings.TrimPrefix(front.URL, "http://")
	first := newNetwork(t, func(c *Config) { c.Profile, c.Sponsor, c.Hosts = profile, pays, []string{at} })
	second := newNetwork(t, func(c *Config) { c.Profile, c.Sponsor = profile, spent })
	third := newNetwork(t, func(c *Config) { c.Profile, c.Sponsor = profile, pays })
	bare := newNetwork(t, func(c *Config) { c.Profile = profile })
	behind = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", strings.TrimPrefix(first.relay.URL(), "http://"), at
	}}
	dial := func(urls ...string) *client.Client {
		t.Helper()
		c, err := client.Dial(first.ctx(), client.Options{URL: urls[0], Others: urls[1:], Signer: node, Domain: profile.Domain(), Bringing: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	deadline := uint64(time.Now().Add(time.Hour).Unix())
	nonce := uint32(0)
	move := func(m protocol.NodeMove) []byte {
		return sim.Node.PackMoveFor(node.Address(), uint8(m), 0, deadline, sim.SignMove(node.key, uint8(m), 0, nonce, deadline))
	}

	c := dial(front.URL, second.relay.URL(), third.relay.URL())
	mute.Store(true)
	if offer, err := c.Offer(first.ctx()); err != nil || !offer.On || offer.Address != pays.Address() || offer.LeftForNodes.IsZero() {
		t.Errorf("offers %+v, %v", offer, err)
	}
	request := contractstest.SmallClass().JoinRequest(node.key)
	join := sim.Node.PackJoinFor(node.Address(), request, deadline,
		sim.SignJoin(node.key, request, 0, deadline), sim.SignPermit(node.key, sim.Params.Stake, 0, deadline))
	if _, err := c.Bring(first.ctx(), "join", join); err != nil {
		t.Fatalf("past one that is silent and one that has nothing left: %v", err)
	}
	nonce++
	if counts := spent.Counts(); counts.Refused != 1 {
		t.Errorf("the second sponsor refused %d calls", counts.Refused)
	}

	// A relay that is gone, and one without a sponsor.
	first.relay.Close()
	if _, err := dial(bare.relay.URL(), third.relay.URL()).Bring(first.ctx(), "resume", move(protocol.MoveResume)); err != nil {
		t.Errorf("past one without a sponsor: %v", err)
	}
	nonce++

	// What nobody would pay for is told with the refusal that ends, and what the
	// contract refuses is asked of one alone.
	var no *client.Error
	_, err := dial(bare.relay.URL(), second.relay.URL()).Bring(first.ctx(), "pause", move(protocol.MovePause))
	if !errors.As(err, &no) || no.Code != "sponsor_spent" || no.RetryAfter <= 0 {
		t.Errorf("where no sponsor pays: %v", err)
	}
	before := spent.Counts().Refused
	_, err = dial(third.relay.URL(), second.relay.URL()).Bring(first.ctx(), "resume again", move(protocol.MoveResume))
	if !errors.As(err, &no) || no.Code != "would_revert" || spent.Counts().Refused != before {
		t.Errorf("what the contract would refuse: %v, and the other sponsor refused %d more", err, spent.Counts().Refused-before)
	}
}

// openSponsor opens one on a chain that makes a block when it has sent something.
func openSponsor(t *testing.T, sim *contractstest.Chain, profile protocol.Profile, limits sponsor.Limits) (s *sponsor.Sponsor, stop func()) {
	t.Helper()
	purse := sim.Key()
	c, err := chain.Open(t.Context(), sim.Client, chain.Options{Poll: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	signer, err := wallet.FromKey(purse)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = sponsor.Open(sponsor.Config{Profile: profile, Chain: c, Store: st, Signer: signer, Limits: limits}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		makeBlocks(ctx, sim, purse)
	}()
	stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(stop)
	return s, stop
}

func makeBlocks(ctx context.Context, sim *contractstest.Chain, purse *ecdsa.PrivateKey) {
	var mined uint64
	for ctx.Err() == nil {
		time.Sleep(3 * time.Millisecond)
		next, err := sim.Client.PendingNonceAt(context.Background(), contractstest.Address(purse))
		if err != nil || next <= mined {
			continue
		}
		sim.Backend.Commit()
		mined = next
	}
}
