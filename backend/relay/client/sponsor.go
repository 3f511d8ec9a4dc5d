package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/relay/internal/wire"
)

// Offer is what a relay's sponsor pays for; On is false where there is none.
type Offer = wire.SponsorOffer

// Offer asks what the relay's sponsor pays for now.
func (c *Client) Offer(ctx context.Context) (Offer, error) {
	var offer Offer
	err := c.once(ctx, c.here(), http.MethodGet, sponsorPath, nil, "", &offer)
	var no *Error
	if errors.As(err, &no) && no.Code == "no_such_path" {
		return Offer{Why: "this relay knows nothing of sponsors"}, nil
	}
	if err != nil {
		return offer, fmt.Errorf("ask for the sponsor's offer: %w", err)
	}
	return offer, nil
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
// The error is an *Error when the sponsor does not pay (see OfSponsor), when the
// contract would refuse or has refused (Revert says why), or when something is
// wrong with the call.
func (c *Client) Bring(ctx context.Context, key string, call []byte) (Brought, error) {
	request, err := encode(wire.SponsorRequest{Key: key, Call: call})
	if err != nil {
		return Brought{}, err
	}
	var wait backoff
	for {
		began := time.Now()
		var reply wire.SponsorReply
		err := c.doJSON(ctx, http.MethodPost, sponsorPath, request, &reply)
		var no *Error
		switch {
		case errors.As(err, &no) && no.Code == "sponsor_busy":
		case err != nil:
			return Brought{}, fmt.Errorf("ask sponsor: %w", err)
		case reply.State == wire.SponsorDone:
			return Brought{reply.Transaction, reply.Block}, nil
		case reply.State == wire.SponsorReverted:
			return Brought{reply.Transaction, reply.Block}, fmt.Errorf("ask sponsor: %w", &Error{
				Status: http.StatusConflict, Code: "reverted", Revert: reply.Revert,
				Message: fmt.Sprintf("the contract refused in block %d", reply.Block),
			})
		case reply.State != wire.SponsorSent:
			return Brought{}, fmt.Errorf("ask sponsor: it answers with the state %.40q", reply.State)
		}
		if time.Since(began) > time.Second {
			wait = 0 // the relay waited itself
		}
		if err := c.pause(ctx, &wait); err != nil {
			return Brought{}, fmt.Errorf("wait for sponsor: %w", err)
		}
	}
}

const sponsorPath = "/v1/sponsor"
