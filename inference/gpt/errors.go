package gpt

import (
	"errors"
	"fmt"
)

// Code says why a task has no response.
type Code string

// The codes. Only CodeInvalidArguments is a pure function of the task document;
// CodePromptRefused, CodeContextTooLong and CodeFormatRefused need the model's
// files as well; the others are of this machine.
const (
	CodeInvalidArguments Code = "invalid_arguments"
	CodePromptRefused    Code = "prompt_refused"   // the model's template or tokenizer refuses the messages
	CodeContextTooLong   Code = "context_too_long" // the prompt doesn't fit the model
	CodeFormatRefused    Code = "format_refused"   // the model's file isn't in the task's numbers or can't spell its response format, or the task's models don't fit one another
	CodeModelNotFound    Code = "model_not_found"
	CodeHashDiffers      Code = "file_hash_differs"
	CodeOutOfMemory      Code = "out_of_memory"
	CodeCannotRun        Code = "cannot_run" // this machine or this build is not able to
	CodeCancelled        Code = "cancelled"
	CodeTimeout          Code = "timeout"
	CodeEngineDied       Code = "engine_died" // the engine process ended in the middle
)

// TaskAtFault says whether every machine with the same model file would answer
// with this code.
func (c Code) TaskAtFault() bool {
	switch c {
	case CodeInvalidArguments, CodePromptRefused, CodeContextTooLong, CodeFormatRefused:
		return true
	}
	return false
}

// Error is the only kind of error that running a task returns.
type Error struct {
	Code Code
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Code, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns an error's code, CodeCannotRun where it has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeCannotRun
}

func fail(code Code, format string, args ...any) error {
	return &Error{code, fmt.Errorf(format, args...)}
}
