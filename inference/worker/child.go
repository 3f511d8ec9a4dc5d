package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"helium/inference/gpt"
	"helium/inference/imagehash"
	"helium/inference/task"
)

var errYielded = errors.New("the engine was told to free its memory")

// child is one engine process and the requests it has not answered.
type child struct {
	cmd    *exec.Cmd
	out    *writer
	stderr *tail
	log    *slog.Logger

	hello chan struct{} // closed when info or refused is set
	done  chan struct{} // closed when the process has ended

	info    Info
	refused error

	mu      sync.Mutex // guards what follows
	nextID  uint64
	pending map[uint64]chan frame
	reason  error // why we killed it
}

// helloID is the id of the configure message.
const helloID = 1

// startChild starts the process and sends it its configuration.
func startChild(opts Options) (*child, error) {
	cmd := exec.Command(opts.Command[0], opts.Command[1:]...)
	bindToParent(cmd)
	cmd.WaitDelay = time.Second

	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start engine process: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start engine process: %w", err)
	}

	c := &child{
		cmd: cmd, out: &writer{w: stdin}, stderr: &tail{log: opts.Log}, log: opts.Log,
		hello: make(chan struct{}), done: make(chan struct{}),
		nextID: helloID, pending: map[uint64]chan frame{},
	}
	cmd.Stderr = c.stderr

	started := make(chan error, 1)
	go c.own(stdout, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start engine process: %w", err)
	}

	go func() {
		// A child that ends early makes this fail; ready tells why.
		c.out.send(frame{Kind: kindConfigure, ID: helloID, Version: protocolVersion, Config: &config{
			Package: opts.Package, Card: opts.Card, Variant: opts.Variant, CPUOnly: opts.CPUOnly,
			Threads: opts.Threads, MemoryLimit: opts.MemoryLimit, ModelMemory: opts.ModelMemory, MadeDir: opts.MadeDir,
		}})
	}()
	return c, nil
}

// own starts the process, reads what it says and waits for its end. On Linux a
// child is bound to the thread that started it, so that thread stays with it.
func (c *child) own(stdout io.Reader, started chan<- error) {
	runtime.LockOSThread()
	err := c.cmd.Start()
	if err != nil {
		started <- err
		return
	}
	release, err := adopt(c.cmd)
	if err != nil {
		c.cmd.Process.Kill()
		c.cmd.Wait()
		started <- err
		return
	}
	started <- nil
	defer release()

	readEnded := make(chan struct{})
	go func() {
		defer close(readEnded)
		c.read(bufio.NewReaderSize(stdout, 1<<16))
	}()
	<-readEnded
	c.cmd.Process.Kill() // it may live on after it closed its output
	err = c.cmd.Wait()
	c.log.Info("engine ended", "pid", c.cmd.Process.Pid, "status", fmt.Sprint(err), "reason", fmt.Sprint(c.whyKilled()))
	close(c.done)
}

// read hands out the child's messages until there are no more.
func (c *child) read(r *bufio.Reader) {
	for {
		f, err := readFrame(r)
		if err != nil {
			if !errors.Is(err, io.EOF) && c.whyKilled() == nil {
				c.log.Warn("engine speaks nonsense", "error", err)
			}
			return
		}
		if f.ID == helloID {
			c.greet(f)
			continue
		}

		c.mu.Lock()
		waiting := c.pending[f.ID]
		c.mu.Unlock()
		if waiting == nil {
			continue // answers to a request that was given up
		}
		select {
		case waiting <- f:
		case <-time.After(startTimeout):
			c.kill(errors.New("nobody takes the engine's messages"))
			return
		}
	}
}

func (c *child) greet(f frame) {
	select {
	case <-c.hello:
		return
	default:
	}

	switch {
	case f.Kind == kindHello && f.Hello != nil && f.Version == protocolVersion:
		c.info = *f.Hello
	case f.Kind == kindHello:
		c.refused = errors.New("the engine is another version of this program; restart the program")
	default:
		c.refused = &RefusedError{f.Message}
	}
	close(c.hello)
}

// ready waits until the child has said hello.
func (c *child) ready(ctx context.Context) (*child, error) {
	select {
	case <-c.hello:
	case <-c.done:
		select {
		case <-c.hello:
		default:
			return nil, c.death()
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}

	if c.refused != nil {
		return nil, c.refused
	}
	return c, nil
}

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// kill ends the process at once; the first reason stays.
func (c *child) kill(reason error) {
	c.mu.Lock()
	if c.reason == nil {
		c.reason = reason
	}
	c.mu.Unlock()
	c.cmd.Process.Kill()
}

func (c *child) whyKilled() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// death describes the end of the process, after done.
func (c *child) death() error {
	if reason := c.whyKilled(); reason != nil {
		return reason
	}
	status := "without a status"
	if c.cmd.ProcessState != nil {
		status = c.cmd.ProcessState.String()
	}
	if last := c.stderr.last(); last != "" {
		return fmt.Errorf("the engine ended: %s: %s", status, last)
	}
	return fmt.Errorf("the engine ended: %s", status)
}

// open registers a request.
func (c *child) open() (uint64, chan frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nextID++
	ch := make(chan frame, 256)
	c.pending[c.nextID] = ch
	return c.nextID, ch
}

// close forgets a request and lets a blocked reader go on.
func (c *child) close(id uint64) {
	c.mu.Lock()
	ch := c.pending[id]
	delete(c.pending, id)
	c.mu.Unlock()
	for {
		select {
		case <-ch:
		default:
			return
		}
	}
}

// ask sends a message and waits for its answer.
func (c *child) ask(ctx context.Context, f frame) (frame, error) {
	id, answers := c.open()
	defer c.close(id)
	f.ID = id
	if err := c.out.send(f); err != nil {
		return frame{}, err
	}

	select {
	case a := <-answers:
		if a.Kind == kindError {
			return a, &gpt.Error{Code: a.Code, Err: errors.New(a.Message)}
		}
		return a, nil
	case <-c.done:
		return frame{}, c.death()
	case <-ctx.Done():
		return frame{}, contextError(ctx)
	}
}

// runGPT runs a task to its end.
func (c *child) runGPT(ctx context.Context, req GPTRequest, onDelta func(Delta)) (Result, error) {
	last, err := c.run(ctx, frame{Kind: kindGPT, Models: []Model{req.Model}, Task: req.Task}, func(f frame) {
		if f.Kind == kindProgress && f.Stage != nil && req.OnStage != nil {
			req.OnStage(*f.Stage)
		}
		if f.Kind == kindDelta && f.Delta != nil && onDelta != nil {
			onDelta(*f.Delta)
		}
	})
	if err != nil {
		return Result{}, err
	}
	return *last.Result, nil
}

// runSD runs a task to its end.
func (c *child) runSD(ctx context.Context, req SDRequest, onProgress func(ImageProgress)) (SDResult, error) {
	var made task.SDResponse
	var hashes []imagehash.Hash
	request := frame{Kind: kindSD, Models: req.Models, Task: req.Task, PreviewEvery: req.PreviewEvery}
	last, err := c.run(ctx, request, func(f frame) {
		switch {
		case f.Kind == kindProgress && f.Stage != nil && req.OnStage != nil:
			req.OnStage(*f.Stage)
		case f.Kind == kindStep && f.Step != nil && onProgress != nil:
			onProgress(*f.Step)
		case f.Kind == kindImage && f.Image != nil && f.Image.Number == len(hashes):
			made.Images, hashes = append(made.Images, f.Image.File), append(hashes, f.Image.Hash)
		}
	})
	if err != nil {
		return SDResult{}, err
	}
	return SDResult{Response: made.Bytes(), Hashes: hashes, RunSeconds: last.Result.RunSeconds}, nil
}

// run sends a task and hands its messages to take, but for the last one, which it
// returns: it has a result. When ctx ends it asks the child to stop, and kills a
// child that doesn't.
func (c *child) run(ctx context.Context, request frame, take func(frame)) (last frame, err error) {
	id, answers := c.open()
	defer c.close(id)
	request.ID = id
	if err := c.out.send(request); err != nil {
		<-c.done // the pipe breaks only with the process
		return frame{}, c.failure()
	}

	cancelled, deadline := ctx.Done(), (<-chan time.Time)(nil)
	for {
		select {
		case f := <-answers:
			if last, end, err := taken(f, take); end {
				return last, c.overrule(ctx, err)
			}
		case <-c.done:
			return c.lastWords(answers, take)
		case <-cancelled:
			cancelled = nil
			deadline = time.After(cancelGrace)
			go c.out.send(frame{Kind: kindCancel, ID: id})
		case <-deadline:
			c.kill(errors.New("the engine did not stop in time"))
			<-c.done
			return frame{}, contextError(ctx)
		}
	}
}

// overrule names the timeout, which the child sees as a cancel.
func (c *child) overrule(ctx context.Context, err error) error {
	if err != nil && gpt.CodeOf(err) == gpt.CodeCancelled && ctx.Err() != nil {
		return contextError(ctx)
	}
	return err
}

// taken handles one message; end is true with the last one.
func taken(f frame, take func(frame)) (last frame, end bool, err error) {
	switch {
	case f.Kind == kindResult && f.Result != nil:
		return f, true, nil
	case f.Kind == kindError:
		return frame{}, true, &gpt.Error{Code: f.Code, Err: errors.New(f.Message)}
	}
	take(f)
	return frame{}, false, nil
}

// lastWords looks through what a dead child had still said.
func (c *child) lastWords(answers <-chan frame, take func(frame)) (frame, error) {
	for {
		select {
		case f := <-answers:
			if last, end, err := taken(f, take); end {
				return last, err
			}
		default:
			return frame{}, c.failure()
		}
	}
}

// failure is the error of a task whose engine has ended.
func (c *child) failure() error {
	if errors.Is(c.whyKilled(), errYielded) {
		return &gpt.Error{Code: gpt.CodeCancelled, Err: errYielded}
	}
	return &gpt.Error{Code: gpt.CodeEngineDied, Err: c.death()}
}

// tail logs the child's standard error and keeps its end.
type tail struct {
	log *slog.Logger

	mu   sync.Mutex // guards what follows
	text string
}

// tailLen is how much of a dead engine's last output an error may carry.
const tailLen = 600

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text += string(p)
	if len(t.text) > 4*tailLen {
		t.text = t.text[len(t.text)-tailLen:]
	}
	for line := range strings.Lines(string(p)) {
		t.log.Debug("engine", "stderr", strings.TrimSpace(line))
	}
	return len(p), nil
}

func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(t.text)
	if len(text) > tailLen {
		text = text[len(text)-tailLen:]
	}
	return strings.ToValidUTF8(text, "")
}
