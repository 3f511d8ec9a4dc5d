package bench

import (
	"context"
	"fmt"
	"time"

	"helium/inference/task"
	"helium/inference/worker"
)

// node is the whole way of a task: document in, response out, through the engine's
// process.
type node struct {
	engine  *worker.Engine
	request worker.GPTRequest
	runtime string
	pid     int
}

func startNode(ctx context.Context, q question, o Options) (*node, error) {
	engine, err := worker.Start(ctx, worker.Options{Command: []string{o.Program, "engine"}, Package: o.Package, Threads: q.Threads, Log: o.Log})
	if err != nil {
		return nil, err
	}
	info, err := engine.Info(ctx)
	if err != nil {
		engine.Close()
		return nil, err
	}
	document, err := task.FromChat("bench/model", []task.Message{{Role: task.RoleUser, Content: task.Text(q.Prompt)}}, func(g *task.GPT) {
		g.GenerationConfig = &task.GenerationConfig{MaxNewTokens: &q.Tokens}
	})
	if err != nil {
		engine.Close()
		return nil, err
	}
	request := worker.GPTRequest{Task: document.Normalised(), Model: worker.Model{ID: "bench/model", Path: q.Model}}
	return &node{engine: engine, request: request, runtime: info.Runtime, pid: info.PID}, nil
}

func (n *node) turn(ctx context.Context) (turn, error) {
	begin := time.Now()
	result, err := n.engine.RunGPT(ctx, n.request, func(worker.Delta) {})
	if err != nil {
		return turn{}, err
	}
	seconds := time.Since(begin).Seconds()
	response, err := task.ParseResponse(result.Response)
	if err != nil {
		return turn{}, err
	}
	if len(response.Choices) != 1 {
		return turn{}, fmt.Errorf("the response has %d choices, want 1", len(response.Choices))
	}
	return turn{Seconds: seconds, Tokens: result.CompletionTokens, Text: response.Choices[0].Content, PeakBytes: peakBytes(n.pid)}, nil
}

func (n *node) Close() error { return n.engine.Close() }
