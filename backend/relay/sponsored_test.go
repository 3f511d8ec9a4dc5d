package relay

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
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

// TestASponsorServesOverTheNetwork joins a node through a relay's front door, and
// passes on to the client what it needs to decide.
func TestASponsorServesOverTheNetwork(t *testing.T) {
	sim := contractstest.New(t, nil)
	sim.Register(contractstest.SmallClass())
	node := &party{key: sim.Key()}
	sim.Send("transfer", sim.Owner, sim.Deployment.Token, sim.Token.PackTransfer(node.Address(), contractstest.CNX(1000)))
	profile := testProfile()
	profile.ChainID = contractstest.ChainID
	profile.Contracts = protocol.Contracts{Token: sim.Deployment.Token, Node: sim.Deployment.Node, Task: sim.Deployment.Task}
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
