package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	first, second := testEngine(t, nil), testEngine(t, func(o *Options) { o.Threads = 2 })
	run := func(e *Engine, doc []byte) []byte {
		r, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: model}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.Response
	}

	sampled := question(t, "How does a node earn money?", map[string]any{"do_sample": true, "temperature": 1.4, "top_p": 0.95, "num_return_sequences": 2, "max_new_tokens": 60})
	for name, doc := range map[string][]byte{
		"sampled": sampled,
		"beams":   question(t, "What is the stake?", map[string]any{"num_beams": 3, "max_new_tokens": 20}),
		"4 bits":  inFormat(t, "auto", 4),
		"8 bits":  inFormat(t, "float16", 8),
	} {
		want := run(first, doc)
		run(first, question(t, "Tell me a joke", nil))
		for where, got := range map[string][]byte{"again": run(first, doc), "other process, two threads": run(second, doc)} {
			if !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %s\nwant %s", name, where, got, want)
			}
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
		go func() {
			begin := time.Now()
			yielded <- e.Yield(soon(t))
			t.Logf("the memory is free after %s", time.Since(begin))
		}()
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
	wrongHash.Files = []File{{"demo.gguf", strings.Repeat("0", 64)}}
	notNamed := model
	notNamed.Files = []File{{"other.gguf", model.Files[0].SHA256}}
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
		"file not named":   {question(t, "Hi", nil), notNamed, gpt.CodeHashDiffers},
		"other numbers":    {inFormat(t, "bfloat16", 0), model, gpt.CodeFormatRefused},
		"broken file":      {question(t, "Hi", nil), Model{ID: "x", Path: notModel}, gpt.CodeCannotRun},
		"too long":         {question(t, long, nil), model, gpt.CodeContextTooLong},
		"too few beams":    {question(t, "Hi", map[string]any{"num_beams": 2, "num_return_sequences": 3}), model, gpt.CodeInvalidArguments},
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
	e, model := testEngine(t, func(o *Options) { o.ModelMemory = 16 << 20 }), demo(t)
	var stages []string
	_, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: model, OnStage: func(s Stage) { stages = append(stages, s.Name) }}, nil)
	if gpt.CodeOf(err) != gpt.CodeOutOfMemory || !strings.Contains(err.Error(), "models may take 16 MB") {
		t.Fatalf("error = %v, want out_of_memory", err)
	}
	if slices.Contains(stages, StageLoading) {
		t.Errorf("stages = %v, want none of loading", stages)
	}
}

// inFormat is a question that asks for number formats.
func inFormat(t *testing.T, dtype string, bits int) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(question(t, "What is Helium?", map[string]any{"max_new_tokens": 30}), &doc); err != nil {
		t.Fatal(err)
	}
	doc["dtype"] = dtype
	if bits > 0 {
		doc["quantize_bits"] = bits
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestTheLastModelsStayWarmWithinTheLimit(t *testing.T) {
	model := demo(t)
	whole, half, quarter := inFormat(t, "auto", 0), inFormat(t, "auto", 8), inFormat(t, "auto", 4)
	run := func(e *Engine, doc []byte) (wasWarm bool, response string) {
		r, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: model}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.LoadSeconds == 0, string(r.Response)
	}
	made := t.TempDir()
	probe := testEngine(t, func(o *Options) { o.MadeDir = made })
	held := func(e *Engine) uint64 {
		m, err := e.Memory(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		if m.Held > m.Limit || !m.Room(m.Limit) || m.Room(m.Limit+1) {
			t.Errorf("memory = %+v", m)
		}
		return m.Held
	}
	run(probe, whole)
	one := held(probe)
	run(probe, half)
	both := held(probe)
	if one == 0 || both <= one {
		t.Fatalf("one model takes %d bytes, two take %d", one, both)
	}

	e := testEngine(t, func(o *Options) { o.MadeDir, o.ModelMemory = made, both })
	var first string
	for i, step := range []struct {
		doc  []byte
		warm bool
	}{
		{whole, false}, {half, false}, {whole, true}, {half, true},
		{quarter, false}, // whole is the one used least lately, and goes
		{half, true}, {whole, false}, {whole, true},
	} {
		wasWarm, response := run(e, step.doc)
		if wasWarm != step.warm {
			t.Errorf("step %d: warm is %v, want %v", i, wasWarm, step.warm)
		}
		if i == 0 {
			first = response
		}
		if i == 7 && response != first {
			t.Errorf("the model answers %s, before others came it answered %s", response, first)
		}
		if now := held(e); now > both {
			t.Errorf("step %d: models take %d bytes of %d", i, now, both)
		}
	}
	if err := e.Unload(soon(t)); err != nil {
		t.Fatal(err)
	}
	if now := held(e); now != 0 {
		t.Errorf("%d bytes are held after unload", now)
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
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(soon(t), Options{Command: []string{exe, "engine-dies"}})
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
