package devnet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/inference/task"
	"helium/inference/worker"
)

// fakeEngine stands in for an engine where the network is measured and not the
// model: it answers after a fixed time, with a text that follows from the task
// alone. It serves any number of nodes at once, as if each had its own computer.
//
// Only a devnet makes one. The class of its nodes is registered nowhere else, so
// that no other network would give them a task.
type fakeEngine struct{ delay time.Duration }

var _ node.Engine = fakeEngine{}

// fakeClass is what nodes with a fake engine join as.
func fakeClass() protocol.GPUClass {
	return protocol.GPUClass{Card: "no card: answers are made up", VRAMGB: 24, Runtime: "fake/1"}
}

// registeredFake is fakeClass as a network registers it.
func registeredFake() contracts.RegisteredClass {
	info, _ := fakeEngine{}.Info(context.Background())
	return contracts.RegisteredClass{GPUClass: fakeClass(), Fingerprint: node.Fingerprint(info)}
}

func (e fakeEngine) Info(context.Context) (worker.Info, error) {
	class := fakeClass()
	probe := sha256.Sum256([]byte(class.Runtime))
	return worker.Info{
		PID: os.Getpid(), Build: "1", Backend: "fake", Runtime: class.Runtime, Fingerprint: hex.EncodeToString(probe[:]),
		Device: class.Card, Memory: uint64(class.VRAMGB) << 30,
	}, nil
}

func (e fakeEngine) Memory(context.Context) (worker.Memory, error) {
	all := uint64(fakeClass().VRAMGB) << 30
	return worker.Memory{Limit: all, Free: all}, nil
}

// Yield has nothing to free.
func (e fakeEngine) Yield(context.Context) error { return nil }

// RunGPT takes half the time before the first text, as a model does that reads
// its prompt.
func (e fakeEngine) RunGPT(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	g, err := task.ParseGPT(r.Task)
	if err != nil {
		return worker.Result{}, err
	}
	if err := pass(ctx, e.delay/2); err != nil {
		return worker.Result{}, err
	}
	sum := sha256.Sum256(g.Normalised())
	answer := task.Response{Model: g.Model, Usage: task.Usage{PromptTokens: len(r.Task) / 4}}
	for i := range g.Settings(nil).NumReturnSequences {
		text := fmt.Sprintf("No model made this answer, the %d. to task %x.", i+1, sum[:8])
		tokens := len(strings.Fields(text))
		answer.Usage.CompletionTokens += tokens
		answer.Choices = append(answer.Choices, task.Choice{FinishReason: task.FinishStop, Content: text})
		if onDelta != nil {
			onDelta(worker.Delta{Choice: i, Index: i, Text: text, Tokens: tokens, Finish: string(task.FinishStop)})
		}
	}
	if err := pass(ctx, e.delay-e.delay/2); err != nil {
		return worker.Result{}, err
	}
	return worker.Result{
		Response: answer.Bytes(), PromptTokens: answer.Usage.PromptTokens, CompletionTokens: answer.Usage.CompletionTokens,
		RunSeconds: e.delay.Seconds(),
	}, nil
}

func (e fakeEngine) RunAnew(ctx context.Context, r worker.GPTRequest, onDelta func(worker.Delta)) (worker.Result, error) {
	return e.RunGPT(ctx, r, onDelta)
}

// errNoImages: a fake image would need a fake hash of what it shows.
var errNoImages = errors.New("a devnet with fake inference makes no images")

func (e fakeEngine) RunSD(context.Context, worker.SDRequest, func(worker.ImageProgress)) (worker.SDResult, error) {
	return worker.SDResult{}, errNoImages
}

func (e fakeEngine) RunSDAnew(context.Context, worker.SDRequest, func(worker.ImageProgress)) (worker.SDResult, error) {
	return worker.SDResult{}, errNoImages
}

// pass lets time pass.
func pass(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
