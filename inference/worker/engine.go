package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"helium/inference/ggml"
	"helium/inference/gpt"
)

// Options say how to run an engine. The zero value runs this executable with
// the package that everybody has and one thread.
type Options struct {
	Command     []string      // how to start the engine; nil is this executable with the argument "engine"
	Package     ggml.Package  // what computes, of ggml.Installed; empty lets the engine find one
	Card        ggml.Card     // which of several cards; empty takes the first
	Variant     string        // forces a CPU variant; empty takes the best
	CPUOnly     bool          // leaves a GPU alone
	Threads     int           // never more than the free cores; 0 is 1
	MemoryLimit uint64        // bytes of ordinary memory; 0 is no limit
	ModelMemory uint64        // bytes of the device that models may take together; 0 is a share of it
	MadeDir     string        // for files that are made of models, such as quantized ones; "" is in the user's cache
	TaskTimeout time.Duration // from the start of a GPT task to its result, with loading; 0 is 10 minutes
	SDTimeout   time.Duration // the same of a Stable Diffusion task, which takes a processor long; 0 is an hour
	Log         *slog.Logger  // nil discards
}

// Times that a person never waits for without knowing why.
const (
	startTimeout   = 60 * time.Second
	cancelGrace    = 2 * time.Second // for native code to come to its next token
	firstBackoff   = 250 * time.Millisecond
	longestDelay   = 30 * time.Second
	defaultTimeout = 10 * time.Minute
	sdTimeout      = time.Hour
)

// GPTRequest is a task for the engine.
type GPTRequest struct {
	Task  []byte // the task document, JSON
	Model Model  // where its weights are on this machine
	// OnStage, which may be nil, hears of the work before the first token.
	OnStage func(Stage)
}

// SDRequest is a Stable Diffusion task for the engine.
type SDRequest struct {
	Task   []byte  // the task document, JSON
	Models []Model // where those that it names are on this machine, by their IDs
	// PreviewEvery is after how many steps of an image there is a preview; 0 is
	// never.
	PreviewEvery int
	// OnStage, which may be nil, hears of the work before the first step.
	OnStage func(Stage)
}

// Engine is the parent's side. Its methods may be called from any goroutine;
// tasks run one at a time, in the order of their calls.
type Engine struct {
	opts Options
	turn chan struct{} // holds one element while a task runs

	mu       sync.Mutex // guards what follows
	child    *child
	failures int       // deaths since the last good task
	retryAt  time.Time // no start before
	closed   bool
}

// ErrClosed means that the engine was closed.
var ErrClosed = errors.New("engine is closed")

// RefusedError is why an engine can't compute with what it was told to, in words
// for a person. Another package may do better; the same one won't.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Start runs the engine and returns when it has said hello. An error means that
// this machine can't run one, and says why. ctx bounds the start only; Close
// ends the engine.
func Start(ctx context.Context, opts Options) (*Engine, error) {
	if len(opts.Command) == 0 {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("start engine: %w", err)
		}
		opts.Command = []string{exe, "engine"}
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.TaskTimeout == 0 {
		opts.TaskTimeout = defaultTimeout
	}
	if opts.SDTimeout == 0 {
		opts.SDTimeout = sdTimeout
	}
	opts.Threads = max(opts.Threads, 1)

	e := &Engine{opts: opts, turn: make(chan struct{}, 1)}
	if _, err := e.running(ctx); err != nil {
		e.Close()
		return nil, fmt.Errorf("start engine: %w", err)
	}
	return e, nil
}

// Info says what the engine computes with, starting it if it is down.
func (e *Engine) Info(ctx context.Context) (Info, error) {
	c, err := e.running(ctx)
	if err != nil {
		return Info{}, err
	}
	return c.info, nil
}

// Memory says how much of the device is free, starting the engine if it is down.
// It does not wait for a task.
func (e *Engine) Memory(ctx context.Context) (Memory, error) {
	c, err := e.running(ctx)
	if err != nil {
		return Memory{}, err
	}
	answer, err := c.ask(ctx, frame{Kind: kindMemory})
	if err != nil {
		return Memory{}, err
	}
	if answer.Memory == nil {
		return Memory{}, errors.New("the engine does not say how much memory is free")
	}
	return *answer.Memory, nil
}

// RunGPT runs a task and returns its response. onDelta, which may be nil, is
// called from this goroutine as text is made. Errors are *gpt.Error: after
// CodeEngineDied or CodeTimeout the same task may be tried again. Cancelling
// ctx ends the task within seconds.
func (e *Engine) RunGPT(ctx context.Context, req GPTRequest, onDelta func(Delta)) (r Result, err error) {
	err = e.inTurn(ctx, e.opts.TaskTimeout, false, func(ctx context.Context, c *child) error {
		r, err = c.runGPT(ctx, req, onDelta)
		return err
	})
	return r, err
}

// RunAnew is RunGPT in a new process, which serves from then on. A task in work
// ends first.
func (e *Engine) RunAnew(ctx context.Context, req GPTRequest, onDelta func(Delta)) (r Result, err error) {
	err = e.inTurn(ctx, e.opts.TaskTimeout, true, func(ctx context.Context, c *child) error {
		r, err = c.runGPT(ctx, req, onDelta)
		return err
	})
	return r, err
}

// RunSD runs a Stable Diffusion task and returns its images, as RunGPT does a
// text. onProgress, which may be nil, is called from this goroutine after every
// step. No part of the model stays loaded; warm ones of other tasks make room.
func (e *Engine) RunSD(ctx context.Context, req SDRequest, onProgress func(ImageProgress)) (r SDResult, err error) {
	err = e.inTurn(ctx, e.opts.SDTimeout, false, func(ctx context.Context, c *child) error {
		r, err = c.runSD(ctx, req, onProgress)
		return err
	})
	return r, err
}

// RunSDAnew is RunSD in a new process, which serves from then on. A task in work
// ends first.
func (e *Engine) RunSDAnew(ctx context.Context, req SDRequest, onProgress func(ImageProgress)) (r SDResult, err error) {
	err = e.inTurn(ctx, e.opts.SDTimeout, true, func(ctx context.Context, c *child) error {
		r, err = c.runSD(ctx, req, onProgress)
		return err
	})
	return r, err
}

// inTurn runs one task after the other, each within its time, where anew says so
// in a new process.
func (e *Engine) inTurn(ctx context.Context, timeout time.Duration, anew bool, run func(context.Context, *child) error) error {
	if err := e.takeTurn(ctx); err != nil {
		return err
	}
	defer e.endTurn()
	if anew && e.Yield(ctx) != nil {
		return contextError(ctx)
	}

	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := e.running(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return contextError(ctx)
		}
		return &gpt.Error{Code: gpt.CodeCannotRun, Err: err}
	}
	err = run(ctx, c)
	e.judge(c, err)
	return err
}

func (e *Engine) takeTurn(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

func (e *Engine) endTurn() { <-e.turn }

// Yield frees everything the engine holds, at once, by ending it. A task in
// work fails with CodeCancelled. The next call starts a new engine.
func (e *Engine) Yield(ctx context.Context) error {
	e.mu.Lock()
	c := e.child
	e.child = nil
	e.mu.Unlock()
	if c == nil {
		return nil
	}

	c.kill(errYielded)
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("yield: %w", ctx.Err())
	}
}

// Unload frees the models and keeps the engine, after the task in work.
func (e *Engine) Unload(ctx context.Context) error {
	if err := e.takeTurn(ctx); err != nil {
		return err
	}
	defer e.endTurn()

	e.mu.Lock()
	c := e.child
	e.mu.Unlock()
	if c == nil {
		return nil
	}
	_, err := c.ask(ctx, frame{Kind: kindUnload})
	return err
}

// Renew ends the engine's process after the task in work, so that it holds none of
// the models' files. The next one makes its own files in madeDir.
func (e *Engine) Renew(ctx context.Context, madeDir string) error {
	if err := e.takeTurn(ctx); err != nil {
		return err
	}
	defer e.endTurn()
	e.mu.Lock()
	e.opts.MadeDir = madeDir
	e.mu.Unlock()
	return e.Yield(ctx)
}

// Close ends the engine for good.
func (e *Engine) Close() error {
	e.mu.Lock()
	c := e.child
	e.child, e.closed = nil, true
	e.mu.Unlock()

	if c != nil {
		c.kill(ErrClosed)
		<-c.done
	}
	return nil
}

// judge keeps count of deaths, so that an engine that dies at every task is
// started less and less often.
func (e *Engine) judge(c *child, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case err == nil:
		e.failures = 0
	case gpt.CodeOf(err) == gpt.CodeEngineDied && e.child == c:
		e.child = nil
		e.countFailure()
	}
}

// countFailure is called with mu held.
func (e *Engine) countFailure() {
	delay := min(firstBackoff<<min(e.failures, 10), longestDelay)
	e.failures++
	e.retryAt = time.Now().Add(delay)
}

// running returns a live child, starting one when it must.
func (e *Engine) running(ctx context.Context) (*child, error) {
	for {
		e.mu.Lock()
		if e.closed {
			e.mu.Unlock()
			return nil, ErrClosed
		}
		if e.child != nil && !e.child.ended() {
			c := e.child
			e.mu.Unlock()
			return c.ready(ctx)
		}
		if e.child != nil { // it died between tasks
			e.child = nil
			e.countFailure()
		}

		wait := time.Until(e.retryAt)
		if wait <= 0 {
			c, err := startChild(e.opts)
			if err != nil {
				e.countFailure()
				e.mu.Unlock()
				return nil, err
			}
			e.child = c
			e.mu.Unlock()
			return e.firstReady(ctx, c)
		}
		e.mu.Unlock()

		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// firstReady waits for a new child's hello and gives up a child that has none.
func (e *Engine) firstReady(ctx context.Context, c *child) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ready, err := c.ready(ctx)
	if err == nil {
		return ready, nil
	}

	c.kill(err)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.child == c {
		e.child = nil
		e.countFailure()
	}
	return nil, err
}

// contextError tells the end of time from the end of patience.
func contextError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &gpt.Error{Code: gpt.CodeTimeout, Err: ctx.Err()}
	}
	return &gpt.Error{Code: gpt.CodeCancelled, Err: ctx.Err()}
}
