package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/contracts"
	"helium/backend/devnet"
)

// Step of a request on its way.
type Step struct {
	Name string `json:"name"`
	// At is the time since the request was sent, as the application hears of the
	// step; Took is the time since the step that it waits for.
	At   Spread `json:"at_s"`
	Took Spread `json:"took_s"`
}

// step is where a Step's time comes from and which one it waits for.
type step struct{ stage, after, name string }

// steps in their order. Those of the three nodes are the last one's.
func steps() []step {
	return []step{
		{"accepted", "", "bridge has charged for the request and begins to answer"},
		{"created", "accepted", "createTask is in a block, and the creator has seen it"},
		{"drawn", "created", "creator knows the three nodes and listens to them"},
		{"sealed", "drawn", "relay has the sealed arguments"},
		{"ready", "sealed", "three nodes have opened and checked them"},
		{"first token", "ready", "first text"},
		{"committed", "ready", "inference, and three signed commitments are at hand"},
		{"revealed", "committed", "results are stored, and three signed reveals are at hand"},
		{"verified", "revealed", "answer is checked against the reveals"},
		{"settled", "verified", "settle is in a block"},
	}
}

// stepsOf are the spreads of what requests went through. A step that no request
// has told of is left out.
func stepsOf(timed []timing) (all []Step) {
	for _, s := range steps() {
		var at, took []time.Duration
		for _, t := range timed {
			here, ok := t.steps[s.stage]
			if !ok {
				continue
			}
			at, took = append(at, here), append(took, max(here-t.steps[s.after], 0))
		}
		if len(at) > 0 {
			all = append(all, Step{s.name, spreadOf(at), spreadOf(took)})
		}
	}
	return all
}

// ends hears from the chain itself which tasks have ended.
type ends struct {
	client *ethclient.Client
	sub    ethereum.Subscription

	// mu guards everything that follows.
	mu      sync.Mutex
	at      map[string]time.Time
	changed chan struct{}
}

func hearEnds(ctx context.Context, r devnet.Ready) (*ends, error) {
	client, err := ethclient.DialContext(ctx, r.Chain.WS)
	if err != nil {
		return nil, fmt.Errorf("reach the chain: %w", err)
	}
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, err
	}
	logs := make(chan types.Log, 1024)
	sub, err := client.SubscribeFilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{r.Contracts.Task}}, logs)
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("subscribe to logs: %w", err)
	}
	e := &ends{client: client, sub: sub, at: map[string]time.Time{}, changed: make(chan struct{})}
	go func() {
		for {
			select {
			case <-sub.Err():
				return
			case l := <-logs:
				if event, err := events.Parse(&l); err == nil {
					e.take(event)
				}
			}
		}
	}()
	return e, nil
}

func (e *ends) take(event any) {
	if _, ended := event.(*contracts.TaskTaskEnded); !ended {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.at[taskOf(event)] = time.Now()
	close(e.changed)
	e.changed = make(chan struct{})
}

// settleTimeout is how long a verified answer may stay without its settlement.
const settleTimeout = 30 * time.Second

// of waits for a task's end.
func (e *ends) of(ctx context.Context, task string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	for {
		e.mu.Lock()
		at, ended := e.at[task]
		changed := e.changed
		e.mu.Unlock()
		if ended {
			return at, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return at, errors.Join(fmt.Errorf("task %s was not settled", task), ctx.Err())
		}
	}
}

func (e *ends) close() {
	e.sub.Unsubscribe()
	e.client.Close()
}

// column is one step of all requests.
func column(timed []timing, stage string) (times []time.Duration) {
	for _, t := range timed {
		if at, ok := t.steps[stage]; ok {
			times = append(times, at)
		}
	}
	return slices.Clip(times)
}
