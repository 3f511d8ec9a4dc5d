package node

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/sponsor"
	"helium/backend/store"
)

// sponsoredBy makes the relay of a world sponsor, within the default limits
// unless they are changed.
func sponsoredBy(change ...func(*sponsor.Limits)) func(*world) {
	return func(w *world) {
		w.limits = sponsor.DefaultLimits()
		for _, c := range change {
			c(&w.limits)
		}
	}
}

// noFaucet leaves a node with what its wallet has.
func noFaucet(c *Config) { c.Profile.Faucet = "" }

// give gives CNX and nothing else.
func (w *world) give(to common.Address, cnx int64) {
	w.Helper()
	w.block.Lock()
	defer w.block.Unlock()
	w.sim.Send("transfer", w.sim.Owner, w.profile.Contracts.Token, contracts.NewToken().PackTransfer(to, contractstest.CNX(cnx)))
}

// giveGas gives the chain's own coin.
func (w *world) giveGas(to common.Address, wei *big.Int) {
	w.Helper()
	i := chain.Intent{Key: "gas for " + to.Hex(), To: to, ValueWei: wei, GasLimit: 21_000}
	if _, err := w.creator.out.Submit(w.Context(), i); err != nil {
		w.Fatal(err)
	}
}

// threeWithoutGas are three nodes that have a stake in CNX, and never a coin.
func (w *world) threeWithoutGas() []*host {
	w.Helper()
	for _, name := range []string{"n0", "n1", "n2"} {
		w.give(w.newHost(name, nil).address(), 1000)
	}
	return w.three(noFaucet, noFaucet, noFaucet)
}

// neverHadGas checks that an account has no coin and sent no transaction.
func (w *world) neverHadGas(a common.Address) {
	w.Helper()
	balance, err := w.sim.Client.BalanceAt(w.Context(), a, nil)
	if err != nil || balance.Sign() != 0 {
		w.Errorf("%s has %s of gas, %v", a, balance, err)
	}
	if nonce, err := w.sim.Client.NonceAt(w.Context(), a, nil); err != nil || nonce != 0 {
		w.Errorf("%s sent %d transactions, %v", a, nonce, err)
	}
}

func TestAnEarnerNeedsNoGas(t *testing.T) {
	w := newWorld(t, sponsoredBy())
	hosts := w.threeWithoutGas()
	me := hosts[0]
	for _, s := range []struct {
		do   func(context.Context) error
		want Status
	}{{me.Pause, StatusPaused}, {me.Resume, StatusRunning}} {
		if err := s.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		me.await(string(s.want), func(got State) bool { return got.Status == s.want })
	}

	asked := w.creator.ask("What does a node earn?", nil).send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", outcome)
	}
	asked.checkShares(pay)
	me.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Status == StatusRunning })

	if err := me.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	earned, err := protocol.ParseCNX(pay[me.address()])
	if err != nil {
		t.Fatal(err)
	}
	// What it earned comes home at once, the stake when the contract lets it go.
	s := me.await("its earnings", func(s State) bool { return s.Balance.Cmp(protocol.CNX(600).Add(earned)) == 0 && s.Credited.IsZero() })
	if s.Status != StatusStopped || s.Stake.Cmp(protocol.CNX(400)) != 0 || s.StakeFrom.IsZero() || s.Reason != nil {
		t.Errorf("after leaving its state is %+v", s)
	}
	w.advanceTo(uint64(s.StakeFrom.Unix()) + 1)
	me.wake() // which waits for that time on its own clock
	s = me.await("its stake", func(s State) bool { return s.Balance.Cmp(protocol.CNX(1000).Add(earned)) == 0 })
	if !s.Stake.IsZero() || !s.StakeFrom.IsZero() {
		t.Errorf("with its stake back its state is %+v", s)
	}
	for _, h := range hosts {
		w.neverHadGas(h.address())
	}
}

// Two nodes go to court for a third that sleeps, and one of them ends the task:
// all of it at the sponsor's expense.
func TestACourtNeedsNoGasOfANode(t *testing.T) {
	w := newWorld(t, sponsoredBy())
	hosts := w.threeWithoutGas()
	hosts[0].shutDown()
	outcome, pay := w.courtOf(hosts[1:], "What is a relay?")
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s, paid %v", outcome, pay)
	}
	for _, h := range hosts {
		w.neverHadGas(h.address())
	}
	if calls := w.calls(w.sponsor.Address()); calls["commit"] != 2 || calls["reveal"] != 2 {
		t.Errorf("the sponsor made the calls %v", calls)
	}
}

// stepped is a sponsor between whom and the node a test may step.
type stepped struct {
	Sponsor
	before, after func(key string, call []byte)
}

func (c *stepped) Bring(ctx context.Context, key string, call []byte) (client.Brought, error) {
	if c.before != nil {
		c.before(key, call)
	}
	if ctx.Err() != nil {
		return client.Brought{}, ctx.Err()
	}
	b, err := c.Sponsor.Bring(ctx, key, call)
	if c.after != nil {
		c.after(key, call)
	}
	return b, err
}

// A node dies with its join signed and not sent, or sent and not heard of: it
// joins once, and with what it signed then.
func TestANodeKilledWhileItIsSponsoredJoinsOnce(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			w := newWorld(t, sponsoredBy())
			var h *host
			var once sync.Once
			var calls [][]byte
			died := make(chan struct{})
			note := func(_ string, call []byte) { calls = append(calls, call) }
			die := func(_ string, call []byte) {
				once.Do(func() {
					note("", call)
					h.die()
					close(died)
				})
			}
			h = w.newHost("mortal", func(c *Config) {
				noFaucet(c)
				select {
				case <-died:
					c.Sponsor = &stepped{Sponsor: c.Sponsor, before: note}
				default:
					step := &stepped{Sponsor: c.Sponsor}
					if c.Sponsor = step; when == "before" {
						step.before = die
					} else {
						step.after = die
					}
				}
			})
			w.give(h.address(), 1000)
			h.boot()
			if err := h.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			select {
			case <-died:
			case <-time.After(time.Minute):
				t.Fatal("it never came to ask the sponsor")
			}
			<-h.done
			h.stop = nil
			h.store.Close()
			h.boot()
			h.await("running", func(s State) bool { return s.Status == StatusRunning && s.Stake.Cmp(protocol.CNX(400)) == 0 })
			if info := w.sim.NodeInfo(h.address()); info.Nonce != 2 { // join, resume
				t.Errorf("it signed %d messages that counted", info.Nonce)
			}
			nonce, err := w.sim.Client.NonceAt(t.Context(), w.sponsor.Address(), nil)
			if err != nil || nonce != 2 {
				t.Errorf("the sponsor sent %d transactions, %v", nonce, err)
			}
			for _, call := range calls {
				if again := bytes.Equal(call[:4], calls[0][:4]); again && !bytes.Equal(call, calls[0]) {
					t.Error("it signed anew, though it had signed")
				}
			}
			w.neverHadGas(h.address())
		})
	}
}

// Own gas comes first: a sponsor is for those who have none.
func TestOwnGasComesBeforeTheSponsors(t *testing.T) {
	w := newWorld(t, sponsoredBy())
	h := w.newHost("rich", noFaucet)
	w.give(h.address(), 1000)
	w.giveGas(h.address(), big.NewInt(params.Ether))
	h.boot().join()
	nonce, err := w.sim.Client.NonceAt(t.Context(), h.address(), nil)
	if err != nil || nonce != 3 { // approve, join, resume
		t.Errorf("it sent %d transactions, %v", nonce, err)
	}
	if c := w.sponsor.Counts(); c.Sent != 0 {
		t.Errorf("the sponsor sent %d", c.Sent)
	}
}

// A sponsor that refuses leaves the owner with both ways out, and a wallet that
// gets gas goes on by itself.
func TestASponsorThatRefusesIsNamedAndOwnGasStepsIn(t *testing.T) {
	w := newWorld(t, sponsoredBy(func(l *sponsor.Limits) { l.Joins = 0 }))
	h := w.newHost("refused", noFaucet)
	w.give(h.address(), 1000)
	h.boot()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
	if s.Reason.Code != ReasonNoGas || !strings.Contains(s.Reason.Detail, "sponsor has paid all that it pays for one wallet in a day. It pays again from ") ||
		!strings.Contains(s.Reason.Detail, "send some of the chain's own coin to "+h.address().Hex()) {
		t.Errorf("the reason is %+v", s.Reason)
	}
	w.giveGas(h.address(), big.NewInt(params.Ether))
	h.await("running", func(s State) bool { return s.Status == StatusRunning })
}

func TestWithoutASponsorLowGasIsInTheWay(t *testing.T) {
	w := newWorld(t) // its relay sponsors nothing
	h := w.newHost("poor", noFaucet)
	w.give(h.address(), 1000)
	h.boot()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
	if s.Reason.Code != ReasonNoGas || !strings.Contains(s.Reason.Detail, "no sponsor") || !strings.Contains(s.Reason.Detail, h.address().Hex()) {
		t.Errorf("the reason is %+v", s.Reason)
	}
}

// fakeSender is the outbox of an empty wallet, with what a test puts there.
type fakeSender struct {
	outcomes map[string]error
	sent     []string
}

func (f *fakeSender) Address() common.Address { return common.Address{1} }

func (f *fakeSender) Submit(_ context.Context, i chain.Intent) (*types.Receipt, error) {
	if err, ok := f.outcomes[i.Key]; ok {
		f.sent = append(f.sent, i.Key)
		return &types.Receipt{}, err
	}
	return nil, chain.ErrFunds
}

func (f *fakeSender) Wait(_ context.Context, key string) (*types.Receipt, error) {
	err, ok := f.outcomes[key]
	if !ok {
		return nil, chain.ErrUnknown
	}
	return nil, err
}

// fakeSponsor answers with what a test puts there.
type fakeSponsor struct {
	answer error
	asked  []string
	offer  client.Offer
}

func (f *fakeSponsor) Offer(context.Context) (client.Offer, error) { return f.offer, nil }

func (f *fakeSponsor) Bring(_ context.Context, key string, _ []byte) (client.Brought, error) {
	f.asked = append(f.asked, key)
	return client.Brought{}, f.answer
}

// revertData is what the Task contract reverts with.
func revertData(t *testing.T, name string, args ...any) []byte {
	t.Helper()
	parsed, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		t.Fatal(err)
	}
	packed, err := parsed.Errors[name].Inputs.Pack(args...)
	if err != nil {
		t.Fatal(err)
	}
	id := parsed.Errors[name].ID
	return append(id[:4:4], packed...)
}

func TestRefusalsOfASponsorAreReadForWhatTheyAre(t *testing.T) {
	w := newWorld(t)
	at := w.profile.Contracts
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	committed := revertData(t, "AlreadyCommitted", big.NewInt(1<<20), uint8(0))
	unstored := revertData(t, "NotStored", big.NewInt(1<<20), uint8(0))
	for name, c := range map[string]struct {
		answer         *client.Error
		revert, unpaid bool
	}{
		"a limit":                 {&client.Error{Code: "sponsor_spent", RetryAfter: time.Hour}, false, true},
		"what would be refused":   {&client.Error{Code: "would_revert", Revert: committed}, true, false},
		"what was refused":        {&client.Error{Code: "reverted"}, true, false},
		"what only the node may":  {&client.Error{Code: "would_revert", Revert: unstored}, false, true},
		"a call that is too long": {&client.Error{Code: "bad_call", Message: "it has too many bytes"}, false, true},
		"an old signature":        {&client.Error{Code: "expired"}, false, false},
	} {
		own, from := &fakeSender{outcomes: map[string]error{}}, &fakeSponsor{answer: c.answer}
		p := newPayer(&Config{Sender: own, Sponsor: from, Chain: w.chain, Now: time.Now, Store: st})
		_, err := p.Submit(t.Context(), chain.Intent{Key: "a", To: at.Task, Data: []byte{1, 2, 3, 4}, GasLimit: 100_000})
		var revert *chain.RevertError
		if errors.As(err, &revert) != c.revert || errors.Is(err, chain.ErrFunds) != c.unpaid || err == nil {
			t.Errorf("%s: got %v", name, err)
		}
		if len(own.sent) != 0 {
			t.Errorf("%s: an empty wallet sent %v", name, own.sent)
		}
		p.Submit(t.Context(), chain.Intent{Key: "b", To: at.Task, Data: []byte{1, 2, 3, 4}, GasLimit: 100_000})
		if again := len(from.asked) == 2; again == c.unpaid {
			t.Errorf("%s: asked %v: a sponsor that does not pay is left alone for a while", name, from.asked)
		}
	}

	// What the wallet has begun, it ends.
	own, from := &fakeSender{outcomes: map[string]error{"begun": nil}}, &fakeSponsor{answer: &client.Error{Code: "sponsor_off"}}
	p := newPayer(&Config{Sender: own, Sponsor: from, Chain: w.chain, Now: time.Now, Store: st})
	for _, key := range []string{"begun", "starved"} {
		p.Submit(t.Context(), chain.Intent{Key: key, To: at.Task, Data: []byte{1, 2, 3, 4}, GasLimit: 100_000})
	}
	if len(own.sent) != 1 || own.sent[0] != "begun" || len(from.asked) != 1 || from.asked[0] != "starved" {
		t.Errorf("the wallet sent %v, the sponsor was asked for %v", own.sent, from.asked)
	}
}
