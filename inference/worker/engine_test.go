package worker

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"helium/inference/ggml"
	"helium/inference/gpt"
)

func TestTaskRunsAndStreamsItsOwnContent(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)

	var stages []string
	var text strings.Builder
	var deltas []Delta
	req := GPTRequest{Task: question(t, "What is Helium?", nil), Model: model, OnStage: func(s Stage) { stages = append(stages, s.Name) }}
	r, err := e.RunGPT(soon(t), req, func(d Delta) {
		text.WriteString(d.Text)
		deltas = append(deltas, d)
	})
	if err != nil {
		t.Fatal(err)
	}

	want := `{"model": "helium/demo", "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Helium is a network`
	if !strings.HasPrefix(string(r.Response), want) {
		t.Errorf("response = %s", r.Response)
	}
	if !strings.Contains(string(r.Response), `"content": "`+text.String()+`"}`) {
		t.Errorf("deltas give %q, response is %s", text.String(), r.Response)
	}
	for i, d := range deltas {
		if d.Index != i {
			t.Errorf("delta %d has index %d", i, d.Index)
		}
	}
	if last := deltas[len(deltas)-1]; last.Finish != gpt.FinishStop {
		t.Errorf("last delta = %+v, want finish stop", last)
	}
	if got := strings.Join(stages, " "); !strings.Contains(got, "checking") || !strings.HasSuffix(got, "loading running") {
		t.Errorf("stages = %s", got)
	}

	warm, err := e.RunGPT(soon(t), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if warm.LoadSeconds != 0 || !bytes.Equal(warm.Response, r.Response) {
		t.Errorf("second run loaded for %v s and is equal: %v", warm.LoadSeconds, bytes.Equal(warm.Response, r.Response))
	}
}

func TestEqualBytesInTwoProcessesAndWithOtherTasksBetween(t *testing.T) {
	model := demo(t)
	config := map[string]any{"do_sample": true, "temperature": 1.4, "top_p": 0.95, "num_return_sequences": 2, "max_new_tokens": 60}
	task := question(t, "How does a node earn money?", config)

	run := func(e *Engine) []byte {
		r, err := e.RunGPT(soon(t), GPTRequest{Task: task, Model: model}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.Response
	}

	first, second := testEngine(t, nil), testEngine(t, func(o *Options) { o.Threads = 2 })
	want := run(first)
	if _, err := first.RunGPT(soon(t), GPTRequest{Task: question(t, "Tell me a joke", nil), Model: model}, nil); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{"again": run(first), "other process": run(second)} {
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}

	a, err := first.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := second.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if a.Fingerprint != b.Fingerprint || len(a.Fingerprint) != 64 || a.PID == b.PID {
		t.Errorf("infos %+v and %+v", a, b)
	}
}

// endless is a task that would run for long: at this temperature the demo model
// never finds an end.
func endless(t *testing.T) []byte {
	return question(t, "What is a node?", map[string]any{"do_sample": true, "temperature": 100, "top_k": 0, "max_new_tokens": 2000, "num_return_sequences": 50})
}

// runUntilFirstDelta starts the endless task, does something at its first text
// and returns the task's error.
func runUntilFirstDelta(t *testing.T, ctx context.Context, e *Engine, model Model, then func()) error {
	t.Helper()
	done := false
	_, err := e.RunGPT(ctx, GPTRequest{Task: endless(t), Model: model}, func(Delta) {
		if !done {
			done = true
			then()
		}
	})
	return err
}

func TestKilledEngineFailsItsTaskAndServesTheNext(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)
	before, err := e.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}

	err = runUntilFirstDelta(t, soon(t), e, model, func() {
		p, err := os.FindProcess(before.PID)
		if err != nil {
			t.Error(err)
			return
		}
		p.Kill()
	})
	if gpt.CodeOf(err) != gpt.CodeEngineDied || gpt.CodeOf(err).TaskAtFault() {
		t.Fatalf("error = %v, want engine_died", err)
	}

	if _, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: model}, nil); err != nil {
		t.Fatalf("next task: %v", err)
	}
	after, err := e.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if after.PID == before.PID || after.Fingerprint != before.Fingerprint {
		t.Errorf("engine %+v after %+v", after, before)
	}
}

func TestCancelEndsATaskAndKeepsTheEngine(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)
	before, err := e.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(soon(t))
	err = runUntilFirstDelta(t, ctx, e, model, cancel)
	if gpt.CodeOf(err) != gpt.CodeCancelled {
		t.Fatalf("error = %v, want cancelled", err)
	}
	after, err := e.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if after.PID != before.PID {
		t.Errorf("the engine was restarted for a cancel")
	}
}

func TestTimeoutIsToldFromACancel(t *testing.T) {
	e, model := testEngine(t, func(o *Options) { o.TaskTimeout = time.Second }), demo(t)
	_, err := e.RunGPT(soon(t), GPTRequest{Task: endless(t), Model: model}, nil)
	if gpt.CodeOf(err) != gpt.CodeTimeout {
		t.Fatalf("error = %v, want timeout", err)
	}
}

func TestYieldEndsTheEngineInTheMiddleOfATask(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)
	before, err := e.Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}

	yielded := make(chan error, 1)
	err = runUntilFirstDelta(t, soon(t), e, model, func() {
		go func() { yielded <- e.Yield(soon(t)) }()
	})
	if gpt.CodeOf(err) != gpt.CodeCancelled {
		t.Fatalf("error = %v, want cancelled", err)
	}
	if err := <-yielded; err != nil {
		t.Fatal(err)
	}
	if alive(before.PID) {
		t.Errorf("engine %d lives after yield", before.PID)
	}

	if _, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: model}, nil); err != nil {
		t.Fatalf("task after yield: %v", err)
	}
}

func TestErrorsSayWhoseFaultItIs(t *testing.T) {
	e, model := testEngine(t, func(o *Options) { o.MemoryLimit = 1 << 30 }), demo(t)
	long := strings.Repeat("node ", 3000)
	wrongHash := model
	wrongHash.SHA256 = strings.Repeat("0", 64)
	notModel := filepath.Join(t.TempDir(), "not.gguf")
	if err := os.WriteFile(notModel, []byte("GGUF and no more"), 0o600); err != nil {
		t.Fatal(err)
	}

	tests := map[string]struct {
		task  []byte
		model Model
		want  gpt.Code
	}{
		"not JSON":         {[]byte("{"), model, gpt.CodeInvalidArguments},
		"no model file":    {question(t, "Hi", nil), Model{ID: "x", Path: filepath.Join(t.TempDir(), "none")}, gpt.CodeModelNotFound},
		"other file":       {question(t, "Hi", nil), wrongHash, gpt.CodeHashDiffers},
		"broken file":      {question(t, "Hi", nil), Model{ID: "x", Path: notModel}, gpt.CodeCannotRun},
		"too long":         {question(t, long, nil), model, gpt.CodeContextTooLong},
		"beams":            {question(t, "Hi", map[string]any{"num_beams": 4}), model, gpt.CodeCannotRun},
		"no tokens wanted": {question(t, "Hi", map[string]any{"max_new_tokens": 0}), model, gpt.CodeInvalidArguments},
	}
	for name, tt := range tests {
		_, err := e.RunGPT(soon(t), GPTRequest{Task: tt.task, Model: tt.model}, nil)
		if gpt.CodeOf(err) != tt.want || err == nil {
			t.Errorf("%s: error = %v, want %s", name, err, tt.want)
		}
	}
}

func TestModelAboveTheMemoryLimitIsRefusedBeforeLoading(t *testing.T) {
	e, model := testEngine(t, func(o *Options) { o.MemoryLimit = 16 << 20 }), demo(t)
	_, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: model}, nil)
	if gpt.CodeOf(err) != gpt.CodeOutOfMemory && gpt.CodeOf(err) != gpt.CodeEngineDied {
		t.Fatalf("error = %v, want out_of_memory", err)
	}
}

func TestMissingLibraryIsToldAtTheStart(t *testing.T) {
	_, err := Start(soon(t), Options{Package: ggml.Package{Dir: t.TempDir(), Backend: ggml.CPU}})
	if err == nil || !strings.Contains(err.Error(), "library") {
		t.Fatalf("error = %v, want one about the library", err)
	}
}

func TestEngineThatNeverAnswersIsGivenUp(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = Start(ctx, Options{Command: []string{exe, "engine-deaf"}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error = %v, want the deadline", err)
	}
}

func TestCrashReasonReachesTheCaller(t *testing.T) {
	_, err := Start(soon(t), Options{Command: []string{"/bin/sh", "-c", "echo the card is on fire >&2; exit 3"}})
	if err == nil || !strings.Contains(err.Error(), "the card is on fire") {
		t.Fatalf("error = %v, want the last words", err)
	}
}

func TestEngineEndsWithItsParent(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pidFile := filepath.Join(t.TempDir(), "pid")
	parent := exec.Command(exe, "parent", pidFile)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	defer parent.Wait()
	defer parent.Process.Kill()

	var pid int
	waitFor(t, "engine's pid", func() bool {
		raw, err := os.ReadFile(pidFile)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(strings.TrimSpace(string(raw)))
		return err == nil
	})
	parent.Process.Kill()
	parent.Wait()
	waitFor(t, "engine's end", func() bool { return !alive(pid) })
}

func TestCloseRefusesFurtherTasks(t *testing.T) {
	e := testEngine(t, nil)
	e.Close()
	if _, err := e.Info(soon(t)); !errors.Is(err, ErrClosed) {
		t.Fatalf("error = %v, want ErrClosed", err)
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx := soon(t)
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("no %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
