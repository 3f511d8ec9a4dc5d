package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
)

// Blocks is how many were made and how long after each other, in seconds.
type Blocks struct {
	Count  int     `json:"count"`
	Min    float64 `json:"min_s"`
	Median float64 `json:"median_s"`
	Max    float64 `json:"max_s"`
}

// beats notes when blocks come.
type beats struct {
	quit chan struct{}
	done chan struct{}
	came []time.Time
	err  error
}

// countBlocks notes every block until stop.
func countBlocks(ctx context.Context, client *ethclient.Client) (*beats, error) {
	heads := make(chan *types.Header, 64)
	sub, err := client.SubscribeNewHead(ctx, heads)
	if err != nil {
		return nil, fmt.Errorf("follow blocks: %w", err)
	}
	b := &beats{quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		defer sub.Unsubscribe()
		for {
			select {
			case <-heads:
				b.came = append(b.came, time.Now())
			case b.err = <-sub.Err():
				return
			case <-b.quit:
				return
			}
		}
	}()
	return b, nil
}

func (b *beats) stop() (found Blocks, err error) {
	close(b.quit)
	<-b.done
	if b.err != nil {
		return found, fmt.Errorf("follow blocks: %w", b.err)
	}
	found.Count = len(b.came)
	if len(b.came) < 2 {
		return found, nil
	}
	var gaps []float64
	for i, at := range b.came[1:] {
		gaps = append(gaps, at.Sub(b.came[i]).Seconds())
	}
	slices.Sort(gaps)
	found.Min, found.Median, found.Max = gaps[0], gaps[len(gaps)/2], gaps[len(gaps)-1]
	return found, nil
}
