package devnet

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/inference/task"
	"helium/inference/worker"
)

func fakeTask(t *testing.T, prompt string, choices int) []byte {
	t.Helper()
	g, err := task.FromChat("helium/demo", []task.Message{{Role: task.RoleUser, Content: task.Text(prompt)}}, func(g *task.GPT) {
		g.GenerationConfig = &task.GenerationConfig{NumReturnSequences: &choices}
	})
	if err != nil {
		t.Fatal(err)
	}
	return g.Normalised()
}

// What a fake engine says is what consensus takes, and streamed as it is answered.
func TestAFakeAnswerFollowsFromTheTaskAlone(t *testing.T) {
	ask := func(document []byte) ([]byte, string) {
		streamed := ""
		r, err := fakeEngine{}.RunGPT(t.Context(), worker.GPTRequest{Task: document}, func(d worker.Delta) { streamed += d.Text })
		if err != nil {
			t.Fatal(err)
		}
		return r.Response, streamed
	}
	first, streamed := ask(fakeTask(t, "What is a network?", 2))
	again, _ := ask(fakeTask(t, "What is a network?", 2))
	other, _ := ask(fakeTask(t, "What is a node?", 2))
	if !bytes.Equal(first, again) || bytes.Equal(first, other) {
		t.Errorf("answers are %s, %s and to another task %s", first, again, other)
	}
	answer, err := task.ParseResponse(first)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Choices) != 2 || streamed != answer.Choices[0].Content+answer.Choices[1].Content {
		t.Errorf("streamed %q of %+v", streamed, answer)
	}
}

func TestAFakeAnswerTakesItsTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := fakeEngine{time.Hour}.RunGPT(ctx, worker.GPTRequest{Task: fakeTask(t, "hello", 1)}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A chain knows one class only: nodes with fake engines and others don't mix.
func TestANetworkStaysFakeOrReal(t *testing.T) {
	dir := t.TempDir()
	r, err := loadRecord(dir, common.Address{1}, time.Unix(1000, 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.keepFake(dir, true); err != nil {
		t.Fatal(err)
	}
	r.Deployment.Task = common.Address{2}
	if err := r.save(dir); err != nil {
		t.Fatal(err)
	}
	if r, err = loadRecord(dir, common.Address{1}, time.Unix(1000, 0)); err != nil || r.keepFake(dir, true) != nil {
		t.Fatalf("a fake network does not go on: %+v, %v", r, err)
	}
	if err := r.keepFake(dir, false); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("real nodes join a fake network: %v", err)
	}
}
