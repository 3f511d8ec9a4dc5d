package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
)

// heliumOptions are what this network adds to a request. Amounts are in CNX, as
// strings of decimals; numbers are taken too.
type heliumOptions struct {
	// MaxFee refuses the request, before anything is sent, when it costs more.
	MaxFee json.RawMessage `json:"max_fee"`
	// Fee is offered in place of the bridge's own price: more goes first when tasks wait.
	Fee json.RawMessage `json:"fee"`
	// Retries is how often a request is sent again when the network failed at it.
	// MaxFee is then for all attempts together.
	Retries *int `json:"retries"`
	// DeadlineSeconds is how long after the request another attempt may still begin.
	DeadlineSeconds *int `json:"deadline_seconds"`
	// OnDisconnect is "continue", which is usual, or "cancel".
	OnDisconnect string `json:"on_disconnect"`
}

const (
	maxRetries      = 5
	usualDeadline   = 10 * time.Minute
	longestDeadline = 24 * time.Hour
)

// offer is what a caller says of price and time; zero where it says nothing.
type offer struct {
	fee, maxFee protocol.Wei
	// retries are how many the caller asked for, if asked; otherwise there is one
	// where no node was paid.
	retries  int
	asked    bool
	deadline time.Duration
}

func (h *heliumOptions) offer() (o offer, err error) {
	o = offer{retries: 1, deadline: usualDeadline}
	if h == nil {
		return o, nil
	}
	if h.Retries != nil {
		o.retries, o.asked = *h.Retries, true
	}
	if h.DeadlineSeconds != nil {
		o.deadline = time.Duration(min(max(*h.DeadlineSeconds, 0), 1<<30)) * time.Second
	}
	switch {
	case o.retries < 0 || o.retries > maxRetries:
		return o, badField("helium.retries", fmt.Sprintf("is %d: it must be 0 to %d", o.retries, maxRetries))
	case o.deadline < time.Second || o.deadline > longestDeadline:
		return o, badField("helium.deadline_seconds", fmt.Sprintf("must be 1 to %d", longestDeadline/time.Second))
	case h.OnDisconnect != "" && h.OnDisconnect != "cancel" && h.OnDisconnect != "continue":
		return o, badField("helium.on_disconnect", fmt.Sprintf("is %.40q: it must be cancel or continue", h.OnDisconnect))
	}
	if o.fee, err = amountField("helium.fee", h.Fee); err != nil {
		return o, err
	}
	o.maxFee, err = amountField("helium.max_fee", h.MaxFee)
	return o, err
}

// amountField reads an amount of CNX; zero where there is none.
func amountField(name string, raw json.RawMessage) (protocol.Wei, error) {
	text := string(bytes.TrimSpace(raw))
	if text == "" || text == "null" {
		return protocol.Wei{}, nil
	}
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		text = quoted
	}
	amount, err := protocol.ParseCNX(text)
	if err != nil || amount.IsZero() {
		return amount, badField(name, fmt.Sprintf("is %s: it must be an amount of CNX above 0 with at most %d decimals, such as \"2.5\"", raw, protocol.Decimals))
	}
	return amount, nil
}

// limit is the most that one request may cost; zero for no limit.
type limit struct {
	most protocol.Wei
	// whose it is: request, key or bridge.
	whose string
}

// limitOf is the tightest limit on a request.
func (b *Bridge) limitOf(who caller, o offer) (tightest limit) {
	for _, l := range []limit{{o.maxFee, "request"}, {who.maxFee, "key"}, {b.maxFee, "bridge"}} {
		if !l.most.IsZero() && (tightest.most.IsZero() || l.most.Cmp(tightest.most) < 0) {
			tightest = l
		}
	}
	return tightest
}

func (l limit) allows(fee protocol.Wei) bool { return l.most.IsZero() || fee.Cmp(l.most) <= 0 }

// price is what a request costs, if the caller may offer it.
func (b *Bridge) price(ctx context.Context, who caller, o offer, s creator.Size) (protocol.Wei, error) {
	if who.page && !o.fee.IsZero() {
		return protocol.Wei{}, badField("helium.fee", "can't be offered by the chat page, whose operator pays: use an API key")
	}
	fee, err := b.creator.Fee(ctx, s, o.fee)
	var reason protocol.Reason
	if errors.As(err, &reason) && reason.Code == "fee_too_low" {
		low := badField("helium.fee", "is too low: "+reason.Detail+"; offer at least that much, or leave it out")
		low.Code = reason.Code
		return fee, low
	}
	return fee, err
}

// errPriceCap refuses a price, and says whose limit it is over.
func errPriceCap(fee protocol.Wei, l limit) *apiError {
	e := &apiError{status: http.StatusPaymentRequired, Type: invalidRequest, Code: "price_cap"}
	const less = "ask for less (max_tokens, or fewer and smaller images)"
	switch l.whose {
	case "request":
		e.Param = "helium.max_fee"
		e.Message = fmt.Sprintf("this request costs %s and its helium.max_fee is %s, so nothing was sent: raise it, or %s", fee, l.most, less)
	case "key":
		e.Message = fmt.Sprintf("this request costs %s and this API key may spend %s on one, so nothing was sent: %s, or ask the operator for a higher limit", fee, l.most, less)
	default:
		e.Message = fmt.Sprintf("this request costs %s and this bridge spends %s on one at most, so nothing was sent: %s", fee, l.most, less)
	}
	return e
}

// Amount is a sum of money, for people and for programs.
type Amount struct {
	// CNX is the exact amount in decimals: "0.25".
	CNX string `json:"cnx"`
	// Wei is the same in 10^-18 CNX.
	Wei protocol.Wei `json:"wei"`
}

func amountOf(w protocol.Wei) Amount { return Amount{w.Decimal(), w} }

// someAmount is nil for nothing.
func someAmount(w protocol.Wei) *Amount {
	if w.IsZero() {
		return nil
	}
	a := amountOf(w)
	return &a
}

// Estimate is what a request costs, and when its task would start if it were
// sent now. Nobody is held to it.
//
// Its amounts: fee would be offered; least_fee is the least that the network
// takes for a task of this size; value is the fee for each second, by which the
// queue is ordered; fee_at_once is the least that starts now, and fee_to_enter
// the least that is not refused, each left out where no fee does; max_fee is the
// tightest limit on the fee, left out where there is none.
type Estimate struct {
	Model string `json:"model"`
	// Units are blocks of 256 new tokens, or images of 512x512 and 25 steps.
	Units uint32 `json:"units"`
	// Seconds is the nominal time that the price follows.
	Seconds  uint64 `json:"seconds"`
	Fee      Amount `json:"fee"`
	LeastFee Amount `json:"least_fee"`
	Value    Amount `json:"value"`
	// Start is "now", "queued", "full" (the queue takes it at a higher fee only) or
	// "never" (fewer than three nodes could run it).
	Start string `json:"start"`
	// Waiting tasks are in the queue.
	Waiting int `json:"waiting"`
	// Position is where this one would wait, from 1; left out when it would not.
	Position int `json:"position,omitempty"`
	// WaitSeconds is roughly for how long it would.
	WaitSeconds int     `json:"wait_seconds,omitempty"`
	FeeAtOnce   *Amount `json:"fee_at_once,omitempty"`
	FeeToEnter  *Amount `json:"fee_to_enter,omitempty"`
	MaxFee      *Amount `json:"max_fee,omitempty"`
	// MaxFeeOf is whose limit max_fee is: "request", "key" or "bridge".
	MaxFeeOf string `json:"max_fee_of,omitempty"`
	// Allowed says that the fee is not over it.
	Allowed bool `json:"allowed"`
}

func estimateOf(model string, s creator.Size, e creator.Estimate, l limit) Estimate {
	return Estimate{
		Model: model, Units: s.Units, Seconds: e.Seconds,
		Fee: amountOf(e.Fee), LeastFee: amountOf(e.Least), Value: amountOf(e.Value),
		Start: string(e.Start), Waiting: e.Waiting, Position: e.Place, WaitSeconds: int(e.Wait.Seconds()),
		FeeAtOnce: someAmount(e.AtOnce), FeeToEnter: someAmount(e.Enter),
		MaxFee: someAmount(l.most), MaxFeeOf: l.whose, Allowed: l.allows(e.Fee),
	}
}
