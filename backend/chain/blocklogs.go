package chain

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
)

// blockLogs are the logs of the newest blocks, read once for all followers of a
// Chain: a process of many nodes asks for each block's as often as it has nodes.
type blockLogs struct {
	// mu guards everything that follows.
	mu     sync.Mutex
	recent []*blockRead // oldest first
}

// blockRead is one answer, or one that is awaited.
type blockRead struct {
	query string
	done  chan struct{} // closed when the rest is known
	logs  []types.Log
	err   error
}

// recentReads is how many answers are kept.
const recentReads = 16

// logs answers a query for one block by its hash. The logs belong to all who ask:
// do not change them.
func (b *blockLogs) logs(ctx context.Context, client Client, q ethereum.FilterQuery) ([]types.Log, error) {
	query := queryKey(q)
	for {
		r, mine := b.of(query)
		if mine {
			r.logs, r.err = client.FilterLogs(ctx, q)
			if r.err != nil {
				b.forget(r)
			}
			close(r.done)
			return r.logs, r.err
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if r.err == nil {
			return r.logs, nil
		}
		// Whoever asked may have been cancelled: ask oneself.
	}
}

// queryKey tells queries for one block by its hash apart.
func queryKey(q ethereum.FilterQuery) string {
	key := append(make([]byte, 0, 128), q.BlockHash[:]...)
	key = binary.AppendUvarint(key, uint64(len(q.Addresses)))
	for _, a := range q.Addresses {
		key = append(key, a[:]...)
	}
	for _, choices := range q.Topics {
		key = binary.AppendUvarint(key, uint64(len(choices)))
		for _, topic := range choices {
			key = append(key, topic[:]...)
		}
	}
	return string(key)
}

// of is the answer to a query; mine says that the caller has to bring it.
func (b *blockLogs) of(query string) (r *blockRead, mine bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.recent {
		if r.query == query {
			return r, false
		}
	}
	r = &blockRead{query: query, done: make(chan struct{})}
	if len(b.recent) >= recentReads {
		b.recent = slices.Delete(b.recent, 0, 1)
	}
	b.recent = append(b.recent, r)
	return r, true
}

func (b *blockLogs) forget(r *blockRead) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.recent = slices.DeleteFunc(b.recent, func(other *blockRead) bool { return other == r })
}
