package operator

import (
	"context"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"time"
)

// holding is what a service's wallet has of something, and below what its owner
// wants to be told.
type holding struct {
	what       string
	has, least *big.Int
	// each is what the smallest task takes of it at the price of now; nil where that
	// is not known.
	each *big.Int
}

// tasksLeft is how many tasks what there is suffices for.
func (h holding) tasksLeft() string {
	if h.each == nil || h.each.Sign() == 0 {
		return "unknown"
	}
	return new(big.Int).Div(h.has, h.each).String()
}

// purseWatch tells when a wallet runs low, once for each time that it does.
type purseWatch struct {
	log  *slog.Logger
	name string
	look func(ctx context.Context) ([]holding, error)

	// mu guards everything that follows.
	mu  sync.Mutex
	low []string
}

// lookEvery is how often a wallet is looked at.
const lookEvery = 30 * time.Second

func (p *purseWatch) run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		p.check(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func (p *purseWatch) check(ctx context.Context) {
	all, err := p.look(ctx)
	if err != nil {
		if ctx.Err() == nil {
			p.log.Warn("read what the wallet has", "of", p.name, "err", err)
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.low
	p.low = nil
	for _, h := range all {
		if h.has.Cmp(h.least) >= 0 {
			continue
		}
		p.low = append(p.low, h.what)
		if !slices.Contains(was, h.what) {
			p.log.Warn("the wallet runs low: send it more", "of", p.name, "what", h.what, "has", coins(h.has), "warns below", coins(h.least), "tasks left", h.tasksLeft())
		}
	}
}

// Low names what there is too little of.
func (p *purseWatch) Low() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.low)
}
