package relay

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Everybody who takes part in a task watches it, and for each the server would make a
// consumer that searches the stream for a dozen events, and forget it seconds later.
// A relay with a server of its own writes all of the server's events, so that it has
// those of the tasks at work in memory and passes them on itself, in the order and
// with the numbers of the stream. What it does not have, or had to let go, a watch
// reads from the stream as before. Relays of a cluster always do.

const (
	// boardBytes is what is kept of one task: far more than a text takes. allBoards
	// is what all may take together.
	boardBytes = 256 << 10
	allBoards  = 64 << 20
	// boardLife is how long the events of a task are kept after somebody has last asked
	// for them or added one: longer than it takes to write one.
	boardLife = time.Minute
	// boardSweep is how often those are looked for whose time is over.
	boardSweep = 10 * time.Second
)

// boards are the tasks at work.
type boards struct {
	// mu guards everything that follows.
	mu    sync.Mutex
	tasks map[string]*board // by key
	// streamed are the tasks of which the stream has events that are not here.
	streamed map[string]bool
	bytes    int
	swept    time.Time
}

// newBoards begins with what is in the stream already, by subject.
func newBoards(before map[string]uint64) *boards {
	b := &boards{tasks: map[string]*board{}, streamed: map[string]bool{}}
	for subject := range before {
		b.streamed[keyOf(subject)] = true
	}
	return b
}

// keyOf is the key in the subject of an event, ev.KEY.….
func keyOf(subject string) string {
	_, rest, _ := strings.Cut(subject, ".")
	key, _, _ := strings.Cut(rest, ".")
	return key
}

// board is a task's events.
type board struct {
	// writing lets one event of the task be written at a time, so that they come here
	// in the stream's order.
	writing sync.Mutex

	// The mutex of all boards guards everything that follows.
	events []posted
	rows   map[string]row // where each subject stands
	bytes  int
	used   time.Time
	more   chan struct{} // closed when there is another event, or none will come here
	gone   bool
}

type posted struct {
	seq     uint64
	subject string
	data    []byte
}

// of is a task's board, nil when its events are to be read from the stream.
func (b *boards) of(key string) *board {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streamed[key] {
		return nil
	}
	now := time.Now()
	if now.Sub(b.swept) > boardSweep {
		b.sweep(now)
	}
	t := b.tasks[key]
	if t == nil {
		t = &board{rows: map[string]row{}, more: make(chan struct{})}
		b.tasks[key] = t
	}
	t.used = now
	return t
}

// sweep lets go of those whose time is over; mu is held.
func (b *boards) sweep(now time.Time) {
	b.swept = now
	maps.DeleteFunc(b.tasks, func(key string, t *board) bool {
		if now.Sub(t.used) <= boardLife {
			return false
		}
		b.close(key, t)
		return true
	})
}

// close leaves a task to the stream; mu is held.
func (b *boards) close(key string, t *board) {
	if len(t.events) > 0 {
		b.streamed[key] = true
	}
	b.bytes -= t.bytes
	t.gone, t.events, t.rows = true, nil, nil
	close(t.more)
}

// leave leaves a task to the stream, when it is not certain what that has of it.
func (b *boards) leave(key string, t *board) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streamed[key] = true
	if b.tasks[key] == t {
		delete(b.tasks, key)
		b.close(key, t)
	}
}

// forget is for a task that is gone from the stream.
func (b *boards) forget(key string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.tasks[key]; t != nil {
		delete(b.tasks, key)
		b.close(key, t)
	}
	delete(b.streamed, key)
}

// post adds an event that is in the stream now.
func (b *boards) post(key string, t *board, m *nats.Msg, seq uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.gone {
		b.streamed[key] = true
		return
	}
	size := len(m.Subject) + len(m.Data)
	t.events = append(t.events, posted{seq, m.Subject, m.Data})
	t.rows[m.Subject] = rowOf(m, seq)
	t.bytes += size
	b.bytes += size
	if t.bytes > boardBytes || b.bytes > allBoards {
		delete(b.tasks, key)
		b.close(key, t)
		return
	}
	close(t.more)
	t.more = make(chan struct{})
}

// row is where a subject stands; false when the stream has to be asked.
func (b *boards) row(t *board, subject string) (row, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.gone {
		return row{}, false
	}
	return t.rows[subject], true
}

// after are the events behind a number, and what is closed when there are more. It
// is false when they are to be read from the stream.
func (b *boards) after(t *board, seq uint64) (events []posted, more <-chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.gone {
		return nil, nil, false
	}
	at, _ := slices.BinarySearchFunc(t.events, seq+1, func(p posted, n uint64) int {
		switch {
		case p.seq < n:
			return -1
		case p.seq > n:
			return 1
		}
		return 0
	})
	return slices.Clip(t.events[at:]), t.more, true
}
