package relay

import (
	"math"
	"net/http"
	"net/netip"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/relay/internal/wire"
	"helium/backend/relay/sponsor"
)

// noSponsor is what a relay without a sponsor says.
const noSponsor = "this relay has no sponsor"

// sponsorOffer is GET /v1/sponsor: what is sponsored, and what is left of today.
func (r *Relay) sponsorOffer(w http.ResponseWriter, _ *http.Request) error {
	offer := wire.SponsorOffer{Why: noSponsor}
	if r.cfg.Sponsor != nil {
		var err error
		if offer, err = r.cfg.Sponsor.Offer(); err != nil {
			return err
		}
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	r.answer(w, http.StatusOK, offer)
	return nil
}

// sponsorCall is POST /v1/sponsor: brings a call to the chain for whoever is
// signed in, and waits a while for its block. Asking again tells what became of it.
func (r *Relay) sponsorCall(w http.ResponseWriter, req *http.Request, who *account) error {
	if !r.askers.of(placeOf(req.RemoteAddr), common.Address{}).rate.Allow() {
		return tooOften()
	}
	var in wire.SponsorRequest
	if err := body(w, req, &in); err != nil {
		return err
	}
	if r.cfg.Sponsor == nil {
		return refuse(http.StatusNotFound, "sponsor_off", noSponsor, "send the transaction yourself, or use another relay")
	}
	from, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return refuse(http.StatusBadRequest, "no_address", "the request comes from no IP address", "")
	}
	reply, err := r.cfg.Sponsor.Bring(req.Context(), sponsor.Request{
		Account: who.address, From: from.Addr(), Key: in.Key, Call: in.Call,
	})
	if err != nil {
		return err
	}
	r.answer(w, http.StatusOK, reply)
	return nil
}

// unsponsored puts a sponsor's refusal into an answer.
func unsponsored(no *sponsor.Refusal) *refusal {
	return &refusal{no.Status, wire.ErrorBody{
		Code: no.Code, Message: no.Message, Hint: no.Hint,
		RetryAfter: int64(math.Ceil(no.RetryAfter.Seconds())), Revert: no.Revert,
	}}
}
