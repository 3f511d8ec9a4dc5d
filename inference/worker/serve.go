package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/pretrained"
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

	s := &server{out: &writer{w: out}, log: log, jobs: make(chan frame, 1)}
	messages := make(chan frame)
	broken := make(chan error, 1)
	go func() { broken <- s.read(ctx, bufio.NewReader(in), messages) }()

	if err := s.configure(ctx, messages, broken); err != nil {
		return err
	}
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

	model  *gpt.Model // used by the work loop only
	loaded Model

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
	case kindPing:
		return s.out.send(frame{Kind: kindDone, ID: f.ID})
	case kindGPT, kindUnload:
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

// work does one job after the other. Sending fails only when the parent has
// gone, which the read loop notices.
func (s *server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-s.jobs:
			s.reply(ctx, f)
		}
	}
}

func (s *server) reply(ctx context.Context, f frame) {
	if f.Kind == kindUnload {
		s.unload()
		s.out.send(frame{Kind: kindDone, ID: f.ID})
		return
	}

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	s.setRunning(f.ID, stop)
	defer s.setRunning(0, nil)

	result, err := s.runGPT(ctx, f)
	if err != nil {
		s.out.send(frame{Kind: kindError, ID: f.ID, Code: gpt.CodeOf(err), Message: message(err)})
		return
	}
	s.out.send(frame{Kind: kindResult, ID: f.ID, Result: &result})
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
	if f.Model == nil {
		return Result{}, &gpt.Error{Code: gpt.CodeModelNotFound, Err: errors.New("the request names no model file")}
	}
	prepared, err := gpt.Prepare(f.Task)
	if err != nil {
		return Result{}, err
	}

	begin := time.Now()
	warm := s.model != nil && s.loaded == *f.Model
	if !warm {
		if err := s.load(ctx, f.ID, *f.Model); err != nil {
			return Result{}, err
		}
	}
	loaded := time.Now()

	s.progress(f.ID, Stage{Name: StageRunning})
	out, err := prepared.Run(ctx, s.model, func(d gpt.Delta) {
		s.out.send(frame{Kind: kindDelta, ID: f.ID, Delta: &d})
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
	if !warm {
		r.LoadSeconds = loaded.Sub(begin).Seconds()
	}
	return r, nil
}

func (s *server) progress(id uint64, stage Stage) {
	s.out.send(frame{Kind: kindProgress, ID: id, Stage: &stage})
}

func (s *server) unload() {
	if s.model != nil {
		s.model.Close()
	}
	s.model, s.loaded = nil, Model{}
}

// load makes m the warm model, after the one before it is gone.
func (s *server) load(ctx context.Context, id uint64, m Model) error {
	s.unload()
	size, err := modelSize(m.Path)
	if err != nil {
		return &gpt.Error{Code: gpt.CodeModelNotFound, Err: fmt.Errorf("load %s: %w", m.ID, err)}
	}
	if limit := s.config.MemoryLimit; limit > 0 && uint64(size) > limit {
		return &gpt.Error{Code: gpt.CodeOutOfMemory, Err: fmt.Errorf("load %s: its files have %d MB and the engine may use %d MB", m.ID, size>>20, limit>>20)}
	}

	if m.SHA256 != "" {
		if err := s.checkHash(ctx, id, m, size); err != nil {
			return err
		}
	}

	s.progress(id, Stage{Name: StageLoading})
	model, err := gpt.Load(s.lib, m.Path, max(s.config.Threads, 1))
	if err != nil {
		return err
	}
	s.model, s.loaded = model, m
	return nil
}

// modelSize is the length of a model's file, or of all files that decide what a
// folder computes.
func modelSize(path string) (int64, error) {
	if !pretrained.Is(path) {
		info, err := os.Stat(path)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}

	files, err := pretrained.Files(path)
	if err != nil {
		return 0, err
	}
	var size int64
	for _, name := range files {
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, nil
}

// checkHash compares the model with what the task pinned: the hash of its file,
// or of the list of its files' hashes.
func (s *server) checkHash(ctx context.Context, id uint64, m Model, size int64) error {
	var done int64
	progress := func(n int64) error {
		done += n
		s.progress(id, Stage{Name: StageChecking, Done: done, Total: size})
		return ctx.Err()
	}

	sum, err := hashModel(m.Path, progress)
	if ctx.Err() != nil {
		return &gpt.Error{Code: gpt.CodeCancelled, Err: ctx.Err()}
	}
	if errors.Is(err, os.ErrNotExist) {
		return &gpt.Error{Code: gpt.CodeModelNotFound, Err: fmt.Errorf("check %s: %w", m.ID, err)}
	}
	if err != nil {
		return &gpt.Error{Code: gpt.CodeCannotRun, Err: fmt.Errorf("check %s: %w", m.ID, err)}
	}
	if sum != strings.ToLower(m.SHA256) {
		return &gpt.Error{Code: gpt.CodeHashDiffers, Err: fmt.Errorf("check %s: %s has sha256 %s, want %s", m.ID, m.Path, sum, m.SHA256)}
	}
	return nil
}

func hashModel(path string, progress func(n int64) error) (string, error) {
	if pretrained.Is(path) {
		return pretrained.Digest(path, progress)
	}
	return pretrained.FileDigest(path, progress)
}
