package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"helium/backend/protocol"
)

// apiError is an error in OpenAI's shape, with the status that makes the
// official clients raise the class of error that fits.
type apiError struct {
	status int
	// Type, Code and Param are for programs, Message for people.
	Type    string
	Code    string
	Param   string
	Message string
	// retryAfter tells when it is worth trying again; 0 says nothing of it.
	retryAfter time.Duration
}

func (e *apiError) Error() string { return e.Message }

func (e *apiError) body() []byte {
	optional := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	b, _ := json.Marshal(map[string]any{"error": map[string]any{
		"message": e.Message, "type": e.Type, "param": optional(e.Param), "code": optional(e.Code),
	}})
	return b
}

func (e *apiError) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.retryAfter+time.Second-1)/time.Second)))
	}
	w.WriteHeader(e.status)
	w.Write(e.body())
}

const invalidRequest = "invalid_request_error"

// badField refuses one field of a request; an empty name means the body.
func badField(name, problem string) *apiError {
	message := problem
	if name != "" {
		message = name + " " + problem
	}
	return &apiError{status: http.StatusBadRequest, Type: invalidRequest, Param: name, Message: message}
}

func errNoKey(problem string) *apiError {
	return &apiError{status: http.StatusUnauthorized, Type: invalidRequest, Code: "invalid_api_key", Message: problem}
}

func errNoModel(id string) *apiError {
	return &apiError{status: http.StatusNotFound, Type: invalidRequest, Code: "model_not_found", Param: "model",
		Message: fmt.Sprintf("no node of this network runs %q: see /v1/models for those that can be had", id)}
}

func errNotFound(what string) *apiError {
	return &apiError{status: http.StatusNotFound, Type: invalidRequest, Code: "not_found", Message: what}
}

func errTooOften(wait time.Duration) *apiError {
	return &apiError{status: http.StatusTooManyRequests, Type: "rate_limit_error", Code: "rate_limit_exceeded",
		Message: "too many requests for this key: wait and try again", retryAfter: wait}
}

func errBudget(budget, cost protocol.Wei) *apiError {
	return &apiError{status: http.StatusPaymentRequired, Type: "insufficient_quota", Code: "insufficient_quota",
		Message: fmt.Sprintf("this request costs %s and %s of the budget is left: ask the operator for more", cost, budget)}
}

func errConflict(problem string) *apiError {
	return &apiError{status: http.StatusConflict, Type: invalidRequest, Code: "idempotency_conflict", Message: problem}
}

// callersFault are what the creator refuses for something in the request, and
// the status that says so. Anything else is the network's, and 503.
var callersFault = map[string]int{
	"price_cap":         http.StatusPaymentRequired,
	"fee_too_low":       http.StatusBadRequest,
	"invalid_task":      http.StatusBadRequest,
	"invalid_arguments": http.StatusBadRequest,
	"not_cancellable":   http.StatusConflict,
}

// fromReason is a failed task in OpenAI's shape.
func fromReason(r protocol.Reason) *apiError {
	e := &apiError{status: http.StatusServiceUnavailable, Type: "server_error", Code: r.Code, Message: r.Error(), retryAfter: 5 * time.Second}
	if r.Action != "" {
		e.Message += ". " + r.Action
	}
	if status, ok := callersFault[r.Code]; ok {
		e.status, e.Type, e.retryAfter = status, invalidRequest, 0
	}
	return e
}

// asAPIError never shows what went wrong inside: that is in the log.
func asAPIError(err error) *apiError {
	var api *apiError
	if errors.As(err, &api) {
		return api
	}
	var reason protocol.Reason
	if errors.As(err, &reason) {
		return fromReason(reason)
	}
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return &apiError{status: http.StatusRequestEntityTooLarge, Type: invalidRequest,
			Message: fmt.Sprintf("the body is larger than %d bytes: shorten the request", tooBig.Limit)}
	}
	return &apiError{status: http.StatusInternalServerError, Type: "server_error", Message: "the bridge failed to do this: its operator finds why in its log"}
}
