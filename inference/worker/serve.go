package worker

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"helium/inference/ggml"
	"helium/inference/gpt"
)

// ErrParentGone means that the parent closed the engine's input. The process
// should exit at once, without waiting for native code.
var ErrParentGone = errors.New("parent has gone")

// Serve is the engine: it reads messages from in and answers on out until in
// ends or ctx does. It opens the native library, which is global, so a process
// serves once.
func Serve(ctx context.Context, in io.Reader, out io.Writer, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	s := &server{out: &writer{w: out}, log: log, jobs: make(chan frame, 1), told: make(chan frame, 256), known: digests{}}
	messages := make(chan frame)
	broken := make(chan error, 1)
	go func() { broken <- s.read(ctx, bufio.NewReader(in), messages) }()

	if err := s.configure(ctx, messages, broken); err != nil {
		return err
	}
	go s.tell(ctx)
	go s.work(ctx)
	go s.watchMemory(ctx)

	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-broken:
			return err
		case f := <-messages:
			if err := s.receive(ctx, f); err != nil {
				return err
			}
		}
	}
}

type server struct {
	out    *writer
	log    *slog.Logger
	config config
	lib    *ggml.Library
	jobs   chan frame
	told   chan frame // what a task has to say, in order, so that it need not wait for the pipe

	warm    warm
	known   digests
	compute *ggml.Compute // for Stable Diffusion tasks; nil before the first

	mu      sync.Mutex // guards what follows
	running uint64     // id of the task in work, 0 is none
	stop    context.CancelFunc
}

func (s *server) read(ctx context.Context, r *bufio.Reader, messages chan<- frame) error {
	for {
		f, err := readFrame(r)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return ErrParentGone
		}
		if err != nil {
			return err
		}

		select {
		case messages <- f:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// configure waits for the first message, opens the library and says hello.
func (s *server) configure(ctx context.Context, messages <-chan frame, broken <-chan error) error {
	var f frame
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-broken:
		return err
	case f = <-messages:
	}
	if f.Kind != kindConfigure || f.Config == nil || f.Version != protocolVersion {
		return s.refuse(f.ID, fmt.Errorf("first message is %s of version %d, want %s of version %d", f.Kind, f.Version, kindConfigure, protocolVersion))
	}

	s.config = *f.Config
	lib, err := ggml.Open(ggml.Options{
		Package: s.config.Package, Card: s.config.Card, Variant: s.config.Variant, CPUOnly: s.config.CPUOnly, Log: s.log,
	})
	if err != nil {
		return s.refuse(f.ID, err)
	}
	fingerprint, err := gpt.Fingerprint(lib)
	if err != nil {
		return s.refuse(f.ID, err)
	}

	s.lib = lib
	s.warm.limit = s.modelMemory()
	if lib.HasCard() {
		s.warm.free = lib.FreeMemory
	}
	return s.out.send(frame{Kind: kindHello, ID: f.ID, Version: protocolVersion, Hello: &Info{
		PID:         os.Getpid(),
		Build:       ggml.Version,
		Backend:     lib.Backend(),
		Runtime:     lib.Runtime(),
		Fingerprint: fingerprint,
		Device:      lib.Device().Description,
		Memory:      lib.Device().TotalMemory,
	}})
}

// modelMemory is what models may take together: what the parent says, or all but a
// sixteenth of a card, which its driver and the screen need, or half of the
// computer's memory.
func (s *server) modelMemory() uint64 {
	total := s.lib.Device().TotalMemory
	limit := s.config.ModelMemory
	switch {
	case limit > 0:
	case s.lib.HasCard():
		limit = total - total/16
	default:
		limit = total / 2
	}
	if s.config.MemoryLimit > 0 && !s.lib.HasCard() {
		limit = min(limit, s.config.MemoryLimit)
	}
	return limit
}

// refuse tells the parent why there will be no engine.
func (s *server) refuse(id uint64, reason error) error {
	text := reason.Error()
	var refused *ggml.RefusedError
	if errors.As(reason, &refused) {
		text = refused.Reason
	}
	if err := s.out.send(frame{Kind: kindError, ID: id, Code: gpt.CodeCannotRun, Message: text}); err != nil {
		return err
	}
	return reason
}

func (s *server) receive(ctx context.Context, f frame) error {
	switch f.Kind {
	case kindCancel:
		s.cancel(f.ID)
		return nil
	case kindMemory:
		m := Memory{Limit: s.warm.limit, Held: s.warm.held.Load(), Free: s.lib.FreeMemory()}
		return s.out.send(frame{Kind: kindDone, ID: f.ID, Memory: &m})
	case kindGPT, kindSD, kindUnload:
		select {
		case s.jobs <- f:
			return nil
		default:
			return s.out.send(frame{Kind: kindError, ID: f.ID, Code: gpt.CodeCannotRun, Message: "the engine is busy with another task"})
		}
	default:
		return fmt.Errorf("receive message: unknown kind %q", f.Kind)
	}
}

func (s *server) cancel(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == id && s.stop != nil {
		s.stop()
	}
}

// tell sends what tasks say.
func (s *server) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-s.told:
			s.out.send(f)
		}
	}
}

// work does one job after the other. Sending fails only when the parent has
// gone, which the read loop notices.
func (s *server) work(ctx context.Context) {
	// Native code finds its data in the caches of the processor that it ran on
	// for the last token; moved to another thread, it may start on another one.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-s.jobs:
			s.reply(ctx, f)
			s.warm.rest()
		}
	}
}

func (s *server) reply(ctx context.Context, f frame) {
	if f.Kind == kindUnload {
		s.warm.clear()
		s.told <- frame{Kind: kindDone, ID: f.ID}
		return
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s.setRunning(f.ID, stop)
	defer s.setRunning(0, nil)

	run := s.runGPT
	if f.Kind == kindSD {
		run = s.runSD
	}
	result, err := run(ctx, f)
	if err != nil {
		s.told <- frame{Kind: kindError, ID: f.ID, Code: gpt.CodeOf(err), Message: message(err)}
		return
	}
	s.told <- frame{Kind: kindResult, ID: f.ID, Result: &result}
}

func (s *server) setRunning(id uint64, stop context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, s.stop = id, stop
}

// message is an error's text without its code, which travels beside it.
func message(err error) string {
	var e *gpt.Error
	if errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

func (s *server) runGPT(ctx context.Context, f frame) (Result, error) {
	if len(f.Models) != 1 {
		return Result{}, &gpt.Error{Code: gpt.CodeModelNotFound, Err: errors.New("the request names no model file")}
	}
	prepared, err := gpt.Prepare(f.Task)
	if err != nil {
		return Result{}, err
	}

	begin := time.Now()
	model, wasWarm, err := s.get(ctx, f.ID, f.Models[0], prepared.Format())
	if err != nil {
		return Result{}, err
	}
	if prepared.Beams() > 1 {
		s.warm.keepLast()
	}
	loaded := time.Now()

	s.progress(f.ID, Stage{Name: StageRunning})
	out, err := prepared.Run(ctx, model, func(d gpt.Delta) {
		s.told <- frame{Kind: kindDelta, ID: f.ID, Delta: &d}
	})
	if err != nil {
		return Result{}, err
	}

	r := Result{
		Response:         out.Response,
		PromptTokens:     out.PromptTokens,
		CompletionTokens: out.CompletionTokens,
		RunSeconds:       time.Since(loaded).Seconds(),
	}
	if !wasWarm {
		r.LoadSeconds = loaded.Sub(begin).Seconds()
	}
	return r, nil
}

func (s *server) progress(id uint64, stage Stage) {
	s.told <- frame{Kind: kindProgress, ID: id, Stage: &stage}
}

// get is the model in its format, loaded if it isn't yet.
func (s *server) get(ctx context.Context, id uint64, m Model, f gpt.Format) (model *gpt.Model, wasWarm bool, err error) {
	key := keyOf(m, f)
	if model := s.warm.get(key); model != nil {
		return model, true, nil
	}
	digest, err := s.check(ctx, id, m)
	if err != nil {
		return nil, false, err
	}
	source, err := gpt.Open(s.lib, m.Path, gpt.OpenOptions{
		Threads: s.config.Threads, Format: f, Made: s.config.MadeDir, Digest: digest,
		OnQuantize: func() { s.progress(id, Stage{Name: StageQuantizing}) },
	})
	if err != nil {
		return nil, false, err
	}
	defer source.Close()
	needs := source.Memory()
	if err := s.warm.makeRoom(m.ID, needs); err != nil {
		return nil, false, err
	}

	s.progress(id, Stage{Name: StageLoading})
	spare := s.warm.limit - needs
	model, err = source.Load(spare)
	if err != nil && len(s.warm.models) > 0 { // what a model needs is an estimate
		s.log.Warn("a model did not load beside others", "model", m.ID, "err", err)
		s.warm.clear()
		model, err = source.Load(spare)
	}
	if err != nil {
		return nil, false, err
	}
	s.warm.add(loaded{key, model, needs})
	return model, false, nil
}

// check compares the model's files with those that were named, and returns what
// identifies them; "" where none were.
func (s *server) check(ctx context.Context, id uint64, m Model) (digest string, err error) {
	dir, names, err := gpt.Files(m.Path)
	if err != nil {
		return "", cannotRead(m, err)
	}
	if len(m.Files) == 0 {
		return "", nil
	}
	checked, err := s.compare(ctx, id, []modelFiles{{m, dir, names}})
	if err != nil {
		return "", err
	}
	list := sha256.New()
	for _, f := range checked {
		fmt.Fprintf(list, "%s  %s\n", f.SHA256, f.Name)
	}
	return hex.EncodeToString(list.Sum(nil)), nil
}
