package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/relay/internal/wire"
)

// Offer is what a relay's sponsor pays for; On is false where there is none.
type Offer = wire.SponsorOffer

// Offer asks what the relay's sponsor pays for now: of several relays, the first one
// whose sponsor still pays for nodes.
func (c *Client) Offer(ctx context.Context) (Offer, error) {
	var best *Offer
	var failures []error
	for _, base := range c.inTurn() {
		offer, err := c.offerOf(ctx, base)
		switch {
		case err != nil:
			failures = append(failures, err)
		case offer.On && !offer.LeftForNodes.IsZero():
			return offer, nil
		case best == nil || offer.On && !best.On:
			best = &offer
		}
	}
	if best != nil {
		return *best, nil
	}
	return Offer{}, fmt.Errorf("ask for the sponsor's offer: %w", errors.Join(failures...))
}

func (c *Client) offerOf(ctx context.Context, base *url.URL) (offer Offer, err error) {
	ctx, cancel := c.turn(ctx, offerPatience)
	defer cancel()
	err = c.once(ctx, base, http.MethodGet, sponsorPath, nil, "", &offer)
	var no *Error
	if errors.As(err, &no) && no.Code == "no_such_path" {
		return Offer{Why: "this relay knows nothing of sponsors"}, nil
	}
	return offer, err
}

const (
	// offerPatience and bringPatience are how long one of several relays may take to
	// answer. A relay waits for a block for 20 seconds before it says that a call is
	// on its way.
	offerPatience = 4 * time.Second
	bringPatience = 25 * time.Second
)

// turn bounds what one of several relays may take.
func (c *Client) turn(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if len(c.bases) == 1 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, most)
}

// inTurn are all relays, the one in use first.
func (c *Client) inTurn() []*url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(append([]*url.URL{}, c.bases[c.at:]...), c.bases[:c.at]...)
}

// Brought is a sponsored call that is in a block.
type Brought struct {
	Transaction common.Hash
	Block       uint64
}

// Bring has the relay's sponsor bring a call to the chain, and waits for its
// block. call is calldata of joinFor, moveFor or returnStake of the Node contract,
// or of withdraw, commit, reveal, settle, close, closeWithoutArguments, decline,
// slashDoubleCommitment or slashRefusal of the Task contract. key names the request
// for ever: the same call under the same key is paid for once, however often it is
// asked for.
//
// Each relay has a sponsor of its own. One that does not answer, or does not pay while
// nothing is wrong with the call, leaves it to the next; what a contract takes once it
// refuses when a second one brings it.
//
// The error is an *Error when no sponsor pays (see OfSponsor), when the
// contract would refuse or has refused (Revert says why), or when something is
// wrong with the call.
func (c *Client) Bring(ctx context.Context, key string, call []byte) (Brought, error) {
	request, err := encode(wire.SponsorRequest{Key: key, Call: call})
	if err != nil {
		return Brought{}, err
	}
	var wait backoff
	for {
		brought, err := c.bringAny(ctx, request)
		if err == nil {
			return brought, nil
		}
		if !transient(err) || ctx.Err() != nil {
			return brought, fmt.Errorf("ask sponsor: %w", err)
		}
		if ended := c.pause(ctx, &wait); ended != nil {
			return Brought{}, fmt.Errorf("ask sponsor: %w; the last try: %v", ended, err)
		}
	}
}

// bringAny asks each relay once. Of those that do not pay it gives the refusal that
// ends first.
func (c *Client) bringAny(ctx context.Context, request []byte) (Brought, error) {
	var refusal *Error
	var failure error
	for _, base := range c.inTurn() {
		brought, err := c.bringAt(ctx, base, request)
		var no *Error
		switch {
		case err == nil:
			return brought, nil
		case errors.As(err, &no) && no.OfSponsor():
			if refusal == nil || no.sooner(refusal) {
				refusal = no
			}
		case transient(err):
			failure = err
		default:
			return brought, err
		}
		if ctx.Err() != nil {
			break
		}
		if len(c.bases) > 1 {
			c.log.Info("a relay's sponsor does not bring a call, asking the next", "relay", base.Host, "error", err)
		}
	}
	if refusal != nil {
		return Brought{}, refusal
	}
	return Brought{}, failure
}

// sooner says that one refusal ends before another.
func (e *Error) sooner(than *Error) bool {
	return e.RetryAfter > 0 && (than.RetryAfter == 0 || e.RetryAfter < than.RetryAfter)
}

// bringAt has one relay bring a call, and stays with it once it has begun to.
func (c *Client) bringAt(ctx context.Context, base *url.URL, request []byte) (Brought, error) {
	var wait backoff
	for {
		began := time.Now()
		reply, err := c.askSponsor(ctx, base, request)
		var no *Error
		switch {
		case errors.As(err, &no) && no.Code == "sponsor_busy":
		case err != nil:
			return Brought{}, err
		case reply.State == wire.SponsorDone:
			return Brought{reply.Transaction, reply.Block}, nil
		case reply.State == wire.SponsorReverted:
			return Brought{reply.Transaction, reply.Block}, &Error{
				Status: http.StatusConflict, Code: "reverted", Revert: reply.Revert,
				Message: fmt.Sprintf("the contract refused in block %d", reply.Block),
			}
		case reply.State != wire.SponsorSent:
			return Brought{}, fmt.Errorf("it answers with the state %.40q", reply.State)
		}
		if time.Since(began) > time.Second {
			wait = 0 // the relay waited itself
		}
		if err := c.pause(ctx, &wait); err != nil {
			return Brought{}, fmt.Errorf("wait for it: %w", err)
		}
	}
}

// askSponsor puts the question once, and once more where the token was too old.
func (c *Client) askSponsor(ctx context.Context, base *url.URL, request []byte) (reply wire.SponsorReply, err error) {
	ctx, cancel := c.turn(ctx, c.bringing)
	defer cancel()
	for stale := ""; ; {
		signing, cancel := c.turn(ctx, c.openTimeout())
		s, err := c.signIn(signing, base, stale)
		cancel()
		if err != nil {
			return reply, err
		}
		err = c.once(ctx, base, http.MethodPost, sponsorPath, request, s.token, &reply)
		if statusOf(err) == http.StatusUnauthorized && stale == "" {
			stale = s.token
			continue
		}
		return reply, err
	}
}

const sponsorPath = "/v1/sponsor"
