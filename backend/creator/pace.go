package creator

import (
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// pace is how long the network's tasks have kept their nodes of late, from one
// draw to the next, by chain time. The zero value has seen none.
type pace struct {
	// mu guards everything that follows.
	mu    sync.Mutex
	drawn map[string]run
	mean  [2]time.Duration
}

// run is a task that was drawn and has not ended.
type run struct {
	typ protocol.TaskType
	at  uint64
}

const (
	// paceWeight is how much of the mean the newest task is: one part of so many.
	paceWeight = 8
	// nextDraw is a block's time, which passes before the nodes are drawn again.
	nextDraw = time.Second
	// mostRuns bounds what is remembered of tasks whose end was missed.
	mostRuns = 100_000
)

// see learns from a log of the Task contract. Logs without a time say nothing,
// and one that comes again says the same.
func (p *pace) see(event any, l *types.Log) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l.Removed || l.BlockTimestamp == 0 {
		return
	}
	switch e := event.(type) {
	case *contracts.TaskTaskDrawn:
		if p.drawn == nil || len(p.drawn) >= mostRuns {
			p.drawn = map[string]run{}
		}
		p.drawn[e.TaskId.String()] = run{protocol.TaskType(e.TaskType), l.BlockTimestamp}
	case *contracts.TaskTaskEnded:
		id := e.TaskId.String()
		began, known := p.drawn[id]
		delete(p.drawn, id)
		if known && l.BlockTimestamp >= began.at {
			p.add(began.typ, time.Duration(l.BlockTimestamp-began.at)*time.Second+nextDraw)
		}
	}
}

func (p *pace) add(t protocol.TaskType, took time.Duration) {
	if p.mean[t] == 0 {
		p.mean[t] = took
		return
	}
	p.mean[t] += (took - p.mean[t]) / paceWeight
}

// of is the mean of a type, or nominal while none of it was seen.
func (p *pace) of(t protocol.TaskType, nominal time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mean[t] == 0 {
		return nominal
	}
	return p.mean[t]
}
