package models

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helium/backend/protocol"
)

// Codes of the reasons that a download gives. The error holds a
// protocol.Reason, whose action says what a person can do.
const (
	CodeNotFound    = "model_not_found"
	CodeGated       = "model_gated"
	CodeUnsafe      = "model_unsafe"
	CodeUnsupported = "model_unsupported"
	CodeChoice      = "model_choice"
	CodeNoSpace     = "model_no_space"
	CodeCap         = "model_cap"
	CodeDamaged     = "model_damaged"
	CodeUnreachable = "hub_unreachable"
	CodeBusy        = "hub_busy"
	CodeRefused     = "hub_refused"
	CodeInUse       = "model_in_use"
	CodeAddress     = "model_address"
	CodeDisk        = "model_disk"
)

// ReasonCodes are all of them.
func ReasonCodes() []string {
	return []string{
		CodeNotFound, CodeGated, CodeUnsafe, CodeUnsupported, CodeChoice, CodeNoSpace, CodeCap, CodeDamaged,
		CodeUnreachable, CodeBusy, CodeRefused, CodeInUse, CodeAddress, CodeDisk,
	}
}

// ErrNotHere says that the library does not hold the model.
var ErrNotHere = errors.New("model is not on this computer")

// ErrInUse says that a process works with the model.
var ErrInUse = errors.New("model is in use")

// failure is a reason that a caller can also compare with a sentinel.
type failure struct {
	protocol.Reason
	kind error
}

func (f *failure) Error() string { return f.Reason.Error() }

func (f *failure) Unwrap() []error {
	if f.kind == nil {
		return []error{f.Reason}
	}
	return []error{f.Reason, f.kind}
}

func fail(code, title, detail, action string) *failure {
	return &failure{Reason: protocol.Reason{Code: code, Title: title, Detail: detail, Action: action}}
}

func notFound(detail, action string) *failure {
	f := fail(CodeNotFound, "The hub does not have it", detail, action)
	f.kind = ErrNotHere
	return f
}

// setback is a failure that another try may get over.
type setback struct {
	*failure
	// after is how long the server wants to be left alone; 0 when it did not say.
	after time.Duration
}

func (s *setback) Unwrap() []error { return []error{s.failure} }

// patience is how failed requests are tried again.
type patience struct {
	tries int
	// first wait; each one after is twice as long, up to most.
	first, most time.Duration
	// longest wait that a server may ask for.
	longest time.Duration
	// stall is how long a body may bring nothing.
	stall time.Duration
}

var usualPatience = patience{tries: 6, first: time.Second, most: 30 * time.Second, longest: 5 * time.Minute, stall: time.Minute}

// wait returns nil when the request is to be made again: failed is how often it
// failed so far, this time included.
func (p patience) wait(ctx context.Context, failed int, err error) error {
	var s *setback
	if !errors.As(err, &s) {
		return err
	}
	pause := min(p.first<<min(failed-1, 16), p.most)
	if s.after > 0 {
		pause = s.after
	}
	if s.after > p.longest || failed >= p.tries {
		if s.after > 0 {
			s.Action = fmt.Sprintf("Try again in %s. %s", s.after.Round(time.Second), s.Action)
		}
		return s.failure
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// unreachableTries is how often a server is asked that does not answer at all,
// before a person is told so.
const unreachableTries = 3

// try makes attempts until one succeeds or there is no hope of it.
func (p patience) try(ctx context.Context, attempt func() error) error {
	for failed := 1; ; failed++ {
		err := attempt()
		if err == nil {
			return nil
		}
		now := p
		if reason := (protocol.Reason{}); errors.As(err, &reason) && reason.Code == CodeUnreachable {
			now.tries = min(now.tries, unreachableTries)
		}
		if err := now.wait(ctx, failed, err); err != nil {
			return err
		}
	}
}
