package sponsor

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"helium/backend/chain"
	"helium/backend/contracts"
)

// Refusal is why a call is not brought to the chain.
type Refusal struct {
	// Status is HTTP's.
	Status int
	// Code is stable and for programs. Those that begin with "sponsor_" speak of
	// the sponsor, the others of the call.
	Code    string
	Message string
	// Hint says what to do.
	Hint string
	// RetryAfter is when the same may be asked again; 0 where waiting does not help.
	RetryAfter time.Duration
	// Revert is what the contract would answer.
	Revert []byte
}

func (r *Refusal) Error() string { return r.Message }

func badCall(err error) *Refusal {
	return &Refusal{Status: 400, Code: "bad_call", Message: "the call can't be sponsored: " + err.Error(),
		Hint: "send calldata of one of the functions that GET /v1/sponsor lists"}
}

func badKey() *Refusal {
	return &Refusal{Status: 400, Code: "bad_key", Message: fmt.Sprintf("a key has 1 to %d characters", maxKey), Hint: "choose another key"}
}

func notYours(what string) *Refusal {
	return &Refusal{Status: 403, Code: "not_yours", Message: what, Hint: "sign in with the wallet that the call is for"}
}

func badSignature(why string) *Refusal {
	return &Refusal{Status: 400, Code: "bad_signature", Message: why, Hint: "read the node's nonce again and sign anew"}
}

func isOff(why string) *Refusal {
	return &Refusal{Status: 404, Code: "sponsor_off", Message: why, Hint: "send the transaction yourself, or use another relay"}
}

// wouldRevert passes on what the contract says.
func wouldRevert(revert *chain.RevertError) *Refusal {
	hint := "look at the node and the task first"
	var named *contracts.Refusal
	if errors.As(revert, &named) {
		hint = ""
	}
	return &Refusal{Status: 409, Code: "would_revert", Message: revert.Error(), Hint: hint, Revert: revert.Data}
}

func accountLimit(g group, most int, wait time.Duration) *Refusal {
	return &Refusal{Status: 429, Code: "sponsor_account_limit",
		Message: fmt.Sprintf("this account was given its %d of the kind %q for today", most, g),
		Hint:    "wait for tomorrow (UTC), or send the transaction yourself", RetryAfter: wait}
}

func placeLimit(most int, wait time.Duration) *Refusal {
	return &Refusal{Status: 429, Code: "sponsor_ip_limit",
		Message: fmt.Sprintf("this IP address was given its %d for this hour", most),
		Hint:    "wait for the next hour, or send the transaction yourself", RetryAfter: wait}
}

func spentToday(g group, wait time.Duration) *Refusal {
	return &Refusal{Status: 503, Code: "sponsor_spent",
		Message: fmt.Sprintf("what the sponsor spends in a day on the kind %q is spent", g),
		Hint:    "wait for tomorrow (UTC), or send the transaction yourself", RetryAfter: wait}
}

func tooDear(price, most *big.Int) *Refusal {
	return &Refusal{Status: 503, Code: "sponsor_dear",
		Message: fmt.Sprintf("gas costs %s wei, and the sponsor pays %s at most", price, most),
		Hint:    "wait until the chain is quieter, or send the transaction yourself", RetryAfter: 10 * time.Minute}
}

func isEmpty() *Refusal {
	return &Refusal{Status: 503, Code: "sponsor_empty", Message: "the sponsor's account holds too little to pay for it",
		Hint: "its operator has to fill it; send the transaction yourself meanwhile", RetryAfter: time.Hour}
}

func isBusy() *Refusal {
	return &Refusal{Status: 503, Code: "sponsor_busy", Message: "another call about the same node or task is still under way",
		Hint: "ask again", RetryAfter: 5 * time.Second}
}
