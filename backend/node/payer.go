package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
)

// payer brings what the node wants to the chain: with the wallet's own gas where
// there is enough, and through the relay's sponsor where there is not. Own gas
// comes first, because it depends on nobody, and because what a sponsor gives is
// meant for those who have none. It is the node's Sender, so that no step in court
// has to know the difference.
type payer struct {
	own Sender
	// sponsor is nil where there is none.
	sponsor Sponsor
	chain   *chain.Chain
	store   *store.Store
	signed  store.Table[string, signedCall]
	now     func() time.Time

	// mu guards everything that follows.
	mu      sync.Mutex
	offer   client.Offer
	offered time.Time // when offer was asked for
	// refused are the sponsor's refusals that stand, by what the call does.
	refused map[[4]byte]refused
}

// signedCall is what the node signed for the sponsor to bring. It is kept before
// it is asked for: a node that dies asks for the same again, and is paid for once.
type signedCall struct {
	Call hexutil.Bytes `json:"call"`
	At   time.Time     `json:"at"`
}

// refused is a refusal of a call to a contract, and until when there is no use in
// asking again.
type refused struct {
	to    common.Address
	until time.Time
	why   *client.Error
}

func newPayer(c *Config) *payer {
	return &payer{
		own: c.Sender, sponsor: c.Sponsor, chain: c.Chain, store: c.Store, now: c.Now,
		signed: store.NewTable[string, signedCall]("node/signed call"), refused: map[[4]byte]refused{},
	}
}

// errand is something to bring to the chain.
type errand struct {
	// Intent is what the wallet sends itself.
	chain.Intent
	// rehearse it before it is sent, with its GasLimit. An outbox that estimates
	// finds out too what the contract refuses, but as of the newest block, which
	// won't do where it is the time that decides.
	rehearse bool
	// before is what the wallet has to have sent before; nil for nothing.
	before *chain.Intent
	// gas is the most that all of it takes; GasLimit where it is 0.
	gas uint64
	// sign makes the call that anybody may bring; nil where Intent's own is one.
	sign func(ctx context.Context) ([]byte, error)
}

// Address is the wallet's account.
func (p *payer) Address() common.Address { return p.own.Address() }

// Submit implements Sender. A sponsored call's receipt is the one of the
// sponsor's transaction.
func (p *payer) Submit(ctx context.Context, i chain.Intent) (*types.Receipt, error) {
	return p.bring(ctx, errand{Intent: i})
}

// Wait implements Sender.
func (p *payer) Wait(ctx context.Context, key string) (*types.Receipt, error) {
	return p.own.Wait(ctx, key)
}

// bring returns when the errand is in a block. The error is a *chain.RevertError
// when the contract refuses, and chain.ErrFunds is in it when neither the wallet
// nor a sponsor pays: then, as for a Sender, the errand's key is used up.
func (p *payer) bring(ctx context.Context, e errand) (*types.Receipt, error) {
	if e.gas == 0 {
		e.gas = e.GasLimit
	}
	if p.ownFirst(ctx, e) {
		receipt, err := p.send(ctx, e)
		if p.sponsor == nil || !errors.Is(err, chain.ErrFunds) {
			return receipt, err
		}
	}
	receipt, err := p.ask(ctx, e)
	var no *client.Error
	if !errors.As(err, &no) {
		return receipt, err
	}
	// What is less than a careful wallet wants may be enough.
	receipt, err = p.send(ctx, e)
	if errors.Is(err, chain.ErrFunds) {
		return nil, &unpaidError{p.Address(), no, p.now()}
	}
	return receipt, err
}

// ownFirst says whether the wallet sends the errand itself. Where that can't be
// found out now it does: its outbox keeps what it is given, and finds out.
func (p *payer) ownFirst(ctx context.Context, e errand) bool {
	if p.sponsor == nil || p.begun(e.Key) {
		return true
	}
	if kept, err := p.kept(e.Key); err != nil || kept != nil {
		return false // the sponsor may have brought it
	}
	price, err := p.chain.Client().SuggestGasPrice(ctx)
	if err != nil {
		return true
	}
	balance, err := p.chain.Client().BalanceAt(ctx, p.Address(), nil)
	if err != nil {
		return true
	}
	// A transaction offers room for the price to double.
	most := new(big.Int).Mul(price, new(big.Int).SetUint64(2*e.gas))
	return balance.Cmp(most) >= 0
}

// begun says whether the wallet has sent, or will send, what has this key.
func (p *payer) begun(key string) bool {
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // the outbox answers with what it knows
	_, err := p.own.Wait(ctx, key)
	return !errors.Is(err, chain.ErrUnknown) && !errors.Is(err, chain.ErrFunds)
}

// send sends the errand with own gas.
func (p *payer) send(ctx context.Context, e errand) (*types.Receipt, error) {
	if e.before != nil {
		if err := submit(ctx, p.own, *e.before); err != nil {
			return nil, err
		}
	}
	if e.rehearse && !p.begun(e.Key) {
		call := ethereum.CallMsg{From: p.Address(), To: &e.To, Data: e.Data, Gas: e.GasLimit}
		if err := chain.Rehearse(ctx, p.chain.Client(), call, contracts.DecodeError); err != nil {
			return nil, err
		}
	}
	receipt, err := p.own.Submit(ctx, e.Intent)
	if errors.Is(err, chain.ErrKeyReused) { // it was submitted before, in other words
		return p.own.Wait(ctx, e.Key)
	}
	return receipt, err
}

// askTimeout is how long the sponsor may take, blocks included.
const askTimeout = time.Minute

// ask has the sponsor bring the errand. The error is a *client.Error when it does
// not.
func (p *payer) ask(ctx context.Context, e errand) (*types.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	if no := p.refusedNow([4]byte(e.Data)); no != nil {
		return nil, no
	}
	call, err := p.callOf(ctx, e)
	if err != nil {
		return nil, err
	}
	brought, err := p.sponsor.Bring(ctx, e.Key, call)
	var no *client.Error
	if errors.As(err, &no) {
		return nil, p.take(e, no)
	}
	if err != nil {
		return nil, err
	}
	return p.receipt(ctx, brought.Transaction)
}

// take reads a refusal.
func (p *payer) take(e errand, no *client.Error) error {
	revert := &chain.RevertError{Data: no.Revert, Reason: contracts.DecodeError(no.Revert)}
	switch {
	case no.Code == "reverted" && !ofSponsor(revert):
		return revert
	case no.Code == "would_revert" && !ofSponsor(revert):
		return errors.Join(revert, p.drop(e.Key)) // nothing was sent: sign anew next time
	case no.Code == "expired", no.Code == "bad_signature":
		// Signed for another moment of the node's. The next try signs anew.
		return errors.Join(fmt.Errorf("the sponsor can't use what was signed before: %s", no.Message), p.drop(e.Key))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused[[4]byte(e.Data)] = refused{e.To, p.now().Add(max(no.RetryAfter, restAfterRefusal)), no}
	return no
}

// restAfterRefusal is the least time for which a sponsor that refused is left
// alone.
const restAfterRefusal = 10 * time.Second

// ofSponsor says whether a contract refuses the sponsor what it might take from
// the wallet itself.
func ofSponsor(revert *chain.RevertError) bool {
	var refusal *contracts.Refusal
	if !errors.As(revert, &refusal) {
		return false
	}
	switch refusal.Name {
	case "NotStored", "OnlyItsOwner", "OnlyPlainAccount", "TooLittleGas":
		return true
	}
	return false
}

func (p *payer) refusedNow(what [4]byte) *client.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, ok := p.refused[what]; ok && p.now().Before(r.until) {
		return r.why
	}
	return nil
}

// kept is what was signed for a key and is still good; nil if there is nothing.
func (p *payer) kept(key string) ([]byte, error) {
	var row signedCall
	err := p.store.View(func(tx *store.Tx) (err error) {
		row, err = p.signed.Get(tx, key)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && !row.At.After(p.now().Add(-signedFor*time.Second)) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read what was signed: %w", err)
	}
	return row.Call, nil
}

// callOf is the call that the sponsor is asked to bring: what was signed for this
// key before, or else what is signed now.
func (p *payer) callOf(ctx context.Context, e errand) ([]byte, error) {
	if e.sign == nil {
		return e.Data, nil
	}
	if call, err := p.kept(e.Key); err != nil || call != nil {
		return call, err
	}
	call, err := e.sign(ctx)
	if err != nil {
		return nil, err
	}
	old := p.now().Add(-signedFor * time.Second)
	err = p.store.Update(func(tx *store.Tx) error {
		err := p.signed.Scan(tx, func(key string, row signedCall) error {
			if row.At.After(old) {
				return nil
			}
			return p.signed.Delete(tx, key)
		})
		return errors.Join(err, p.signed.Put(tx, e.Key, signedCall{call, p.now()}))
	})
	if err != nil {
		return nil, fmt.Errorf("keep what was signed: %w", err)
	}
	return call, nil
}

func (p *payer) drop(key string) error {
	return p.store.Update(func(tx *store.Tx) error { return p.signed.Delete(tx, key) })
}

// receiptPatience is how long the chain may take to show what the sponsor says
// that it has brought.
const receiptPatience = 20 * time.Second

// receipt looks for the sponsor's transaction: a relay is believed to deliver, and
// not to say that it has.
func (p *payer) receipt(ctx context.Context, tx common.Hash) (*types.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, receiptPatience)
	defer cancel()
	for {
		receipt, err := p.chain.Client().TransactionReceipt(ctx, tx)
		switch {
		case err == nil && receipt.Status != types.ReceiptStatusSuccessful:
			return receipt, &chain.RevertError{}
		case err == nil:
			return receipt, nil
		case !errors.Is(err, ethereum.NotFound):
			return nil, fmt.Errorf("look for the sponsor's transaction: %w", err)
		}
		if sleep(ctx, 200*time.Millisecond) != nil {
			return nil, fmt.Errorf("the sponsor says that transaction %s is in a block, and the chain does not show it", tx)
		}
	}
}

// offerFor is how long an offer is believed.
const offerFor = 30 * time.Second

// offerTimeout is how long a relay may take to say what its sponsor gives.
const offerTimeout = 10 * time.Second

// serves says why no sponsor would pay for calls to a contract now; nil when one
// would.
func (p *payer) serves(ctx context.Context, to common.Address) (why protocol.Phrases) {
	if p.sponsor == nil {
		return protocol.Phrases{noSponsor()}
	}
	if no := p.standing(to); no != nil {
		return inWords(no, p.now())
	}
	offer, err := p.offerNow(ctx)
	switch {
	case err != nil:
		return protocol.Phrases{protocol.Say("sponsor_silent", "The network's sponsor can't be asked now.")}
	case !offer.On:
		return protocol.Phrases{noSponsor()}
	case offer.Left.IsZero():
		return inWords(&client.Error{Code: "sponsor_spent", RetryAfter: time.Unix(offer.ResetsAt, 0).Sub(p.now())}, p.now())
	}
	return nil
}

// standing is a refusal of a call to a contract that stands now.
func (p *payer) standing(to common.Address) *client.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.refused {
		if r.to == to && p.now().Before(r.until) {
			return r.why
		}
	}
	return nil
}

// offerNow is the sponsor's offer, which is believed for a while.
func (p *payer) offerNow(ctx context.Context) (client.Offer, error) {
	p.mu.Lock()
	offer, fresh := p.offer, p.now().Sub(p.offered) < offerFor
	p.mu.Unlock()
	if fresh {
		return offer, nil
	}
	ctx, cancel := context.WithTimeout(ctx, offerTimeout)
	defer cancel()
	offer, err := p.sponsor.Offer(ctx)
	if err != nil {
		return offer, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offer, p.offered = offer, p.now()
	return offer, nil
}

// unpaidError says that neither the wallet nor the sponsor pays.
type unpaidError struct {
	wallet common.Address
	why    *client.Error
	at     time.Time
}

func (e *unpaidError) Error() string { return e.phrases().String() }

func (e *unpaidError) phrases() protocol.Phrases {
	return append(inWords(e.why, e.at), protocol.Say("gas_send_some", "Or send some of the chain's own coin to {address}.", e.wallet.Hex()))
}

func (e *unpaidError) Unwrap() []error { return []error{chain.ErrFunds, e.why} }

func noSponsor() *protocol.Phrase {
	return protocol.Say("sponsor_none", "The network has no sponsor that pays a node's gas.")
}

// inWords is a sponsor's refusal for whoever owns the node.
func inWords(no *client.Error, now time.Time) protocol.Phrases {
	var why *protocol.Phrase
	switch no.Code {
	case "sponsor_off":
		return protocol.Phrases{noSponsor()}
	case "sponsor_account_limit":
		why = protocol.Say("sponsor_wallet", "The network's sponsor has paid all that it pays for one wallet in a day.")
	case "sponsor_ip_limit":
		why = protocol.Say("sponsor_address", "The network's sponsor has paid all that it pays for one internet connection in an hour.")
	case "sponsor_spent":
		why = protocol.Say("sponsor_spent", "The network's sponsor has paid all that it pays in a day.")
	case "sponsor_dear":
		return protocol.Phrases{protocol.Say("sponsor_dear", "The network's sponsor does not pay while gas is as dear as now.")}
	case "sponsor_empty":
		return protocol.Phrases{protocol.Say("sponsor_empty", "The network's sponsor has run out of coin.")}
	case "would_revert", "reverted":
		return protocol.Phrases{protocol.Say("sponsor_unable", "The network's sponsor can't bring this; only the wallet itself can.")}
	default:
		return protocol.Phrases{protocol.Say("sponsor_refuses", "The network's sponsor does not pay for this: {why}", fmt.Sprintf("%.200s", no.Message))}
	}
	if no.RetryAfter <= 0 {
		return protocol.Phrases{why}
	}
	return protocol.Phrases{why, protocol.Say("sponsor_again", "It pays again from {time}.", clockTime(now.Add(no.RetryAfter), now))}
}

// clockTime is a moment as the owner's clock shows it.
func clockTime(t, now time.Time) string {
	t, now = t.In(now.Location()), now.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("15:04 on 2 January")
}
