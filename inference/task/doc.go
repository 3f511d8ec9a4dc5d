// Package task says what a task is: the document that a creator pays for, the
// document that answers it, and the digest by which nodes agree. It is pure: no
// files, no network, no clock.
//
// Nouns: a task is a JSON document, read strictly; a setting is a value the
// engine runs with, after defaults; a response is the answer's document; a
// digest is what goes on chain in its place; a unit is the amount of work that
// the price counts.
//
// Promise: equal bytes mean the same everywhere. A document is accepted or
// refused by its bytes alone, and a response has exactly one encoding.
package task

// Type is the kind of work, numbered as the contracts number it.
type Type uint8

// The types of task.
const (
	TypeStableDiffusion Type = 0
	TypeGPT             Type = 1
)

// String names the type for logs and messages.
func (t Type) String() string {
	switch t {
	case TypeStableDiffusion:
		return "Stable Diffusion"
	case TypeGPT:
		return "GPT"
	}
	return "unknown task type"
}

// FieldError says which field of a document is wrong. It depends on the
// document's bytes alone, so every node finds the same one.
type FieldError struct {
	Field   string // where, as in messages[1].content; empty means the document
	Problem string // what is wrong with it
	Hint    string // what to do
}

// Error is one line: field, problem and hint.
func (e *FieldError) Error() string {
	s := e.Problem
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}
