package relay

import (
	"container/list"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Rate is how often something may happen.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Limits bound what clients can make a relay do. Zero fields take the default.
type Limits struct {
	// MaxEnvelope, MaxText and MaxImages are in bytes of ciphertext: of the
	// arguments, and of the results of GPT and of Stable Diffusion tasks.
	MaxEnvelope int64
	MaxText     int64
	MaxImages   int64
	// MaxStream is how many bytes of events one node may stream in one task.
	MaxStream uint64
	// MaxMessages is how many different messages of one type a node may send in
	// one task; more than one so that proof of a double commitment gets through.
	MaxMessages uint64
	// BlobBytes and EventBytes are the disk quota.
	BlobBytes  int64
	EventBytes int64
	// UploadBytes bounds the bodies held in memory at a time.
	UploadBytes int64
	// PerAddress counts requests and frames of a signed-in address, PerGuest
	// those of an IP address that is not.
	// PerAsker counts what an IP address asks of the sponsor, since each
	// request asks the chain a few times.
	PerAddress Rate
	PerGuest   Rate
	PerAsker   Rate
	// BytesPerAddress counts what a signed-in address sends and is sent, but for the
	// events of its watches, which SlowReader bounds. Its Burst must be more than
	// the largest result.
	BytesPerAddress Rate
	// Connections is how many there may be at a time, ConnectionsPerGuest how many
	// from one IP address (for IPv6 a /64). Behind a proxy all clients have the
	// proxy's: raise it there, and PerGuest.
	Connections         int
	ConnectionsPerGuest int
	// LongUploads is how many results of an address, each of several parts, may be
	// on their way.
	LongUploads int
	// Sockets and Watches are per address, AllWatches of all together; Waits is how
	// many requests of an address may wait for tasks that the chain has not shown.
	Sockets    int
	Watches    int
	AllWatches int
	Waits      int
	// TaskWait is how long a request waits for the chain to show its task.
	TaskWait time.Duration
	// ReadTimeout is how long a client may take to send a request, or a part of a
	// result.
	ReadTimeout time.Duration
	// SlowReader is how long a socket may leave its events unread.
	SlowReader time.Duration
}

// sealOverhead is more than sealing adds to the largest blob.
const sealOverhead = 64 << 10

func (l *Limits) complete() {
	l.MaxEnvelope = orElse(l.MaxEnvelope, protocol.MaxEnvelopeBytes+sealOverhead)
	l.MaxText = orElse(l.MaxText, protocol.MaxTextBytes+sealOverhead)
	l.MaxImages = orElse(l.MaxImages, protocol.MaxImagesBytes+sealOverhead)
	l.MaxStream = orElse(l.MaxStream, 16<<20)
	l.MaxMessages = orElse(l.MaxMessages, 4)
	l.BlobBytes = orElse(l.BlobBytes, 16<<30)
	l.EventBytes = orElse(l.EventBytes, 4<<30)
	l.UploadBytes = orElse(l.UploadBytes, 256<<20)
	l.PerAddress = orElse(l.PerAddress, Rate{PerSecond: 1000, Burst: 2000})
	l.PerGuest = orElse(l.PerGuest, Rate{PerSecond: 20, Burst: 200})
	l.PerAsker = orElse(l.PerAsker, Rate{PerSecond: 5, Burst: 100})
	l.BytesPerAddress = orElse(l.BytesPerAddress, Rate{PerSecond: 32 << 20, Burst: 1 << 30})
	l.Connections = orElse(l.Connections, 1<<14)
	l.ConnectionsPerGuest = orElse(l.ConnectionsPerGuest, 1<<10)
	l.LongUploads = orElse(l.LongUploads, 4)
	l.Sockets = orElse(l.Sockets, 16)
	l.Watches = orElse(l.Watches, 4096)
	l.AllWatches = orElse(l.AllWatches, 1<<16)
	l.Waits = orElse(l.Waits, 256)
	l.TaskWait = orElse(l.TaskWait, 10*time.Second)
	l.ReadTimeout = orElse(l.ReadTimeout, 30*time.Second)
	l.SlowReader = orElse(l.SlowReader, 10*time.Second)
}

// account is what the relay remembers of a client: how much it does at a time.
type account struct {
	address common.Address
	rate    *rate.Limiter
	bytes   *rate.Limiter
	sockets gauge
	watches gauge
	waits   gauge
	uploads gauge // of results in parts
}

// spend books n bytes, or says when there is room for them.
func (a *account) spend(n int64) error {
	r := a.bytes.ReserveN(time.Now(), int(n))
	wait := r.Delay()
	if wait == 0 {
		return nil
	}
	r.Cancel()
	no := refuse(429, "too_many_bytes", "this address sends and fetches more than its share", "wait, and try again")
	no.body.RetryAfter = int64(math.Ceil(min(wait, time.Hour).Seconds()))
	return no
}

// gauge counts what is going on, up to its limit.
type gauge struct {
	mu    sync.Mutex
	now   int
	limit int
}

func (g *gauge) take() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now >= g.limit {
		return false
	}
	g.now++
	return true
}

func (g *gauge) give() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now--
}

func (g *gauge) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *gauge) idle() bool { return g.count() == 0 }

// maxAccounts bounds what strangers can make the relay remember.
const maxAccounts = 1 << 16

// accountBook remembers the clients that were seen last.
type accountBook struct {
	allowed Rate
	limits  Limits

	// mu guards everything that follows.
	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *entry, seen last in front
}

type entry struct {
	key string
	acc *account
}

func newAccounts(allowed Rate, limits Limits) *accountBook {
	return &accountBook{allowed: allowed, limits: limits, byKey: make(map[string]*list.Element), order: list.New()}
}

func (a *accountBook) of(key string, address common.Address) *account {
	a.mu.Lock()
	defer a.mu.Unlock()
	if e, ok := a.byKey[key]; ok {
		a.order.MoveToFront(e)
		return e.Value.(*entry).acc
	}
	if a.order.Len() >= maxAccounts {
		a.forget()
	}
	acc := &account{
		address: address,
		rate:    rate.NewLimiter(rate.Limit(a.allowed.PerSecond), a.allowed.Burst),
		bytes:   rate.NewLimiter(rate.Limit(a.limits.BytesPerAddress.PerSecond), a.limits.BytesPerAddress.Burst),
		sockets: gauge{limit: a.limits.Sockets},
		watches: gauge{limit: a.limits.Watches},
		waits:   gauge{limit: a.limits.Waits},
		uploads: gauge{limit: a.limits.LongUploads},
	}
	a.byKey[key] = a.order.PushFront(&entry{key, acc})
	return acc
}

// forget drops the client that was seen longest ago and does nothing now.
func (a *accountBook) forget() {
	for e := a.order.Back(); e != nil; e = e.Prev() {
		old := e.Value.(*entry)
		if old.acc.sockets.idle() && old.acc.watches.idle() && old.acc.waits.idle() && old.acc.uploads.idle() {
			a.order.Remove(e)
			delete(a.byKey, old.key)
			return
		}
	}
}

// budget is memory that uploads share.
type budget struct {
	bytes *semaphore.Weighted
	total int64
}

func newBudget(total int64) *budget { return &budget{semaphore.NewWeighted(total), total} }

// take waits for n bytes, or for all when n is more, and returns how to give them back.
func (b *budget) take(ctx context.Context, n int64) (give func(), err error) {
	n = min(n, b.total)
	if err := b.bytes.Acquire(ctx, n); err != nil {
		return nil, refuse(503, "busy", "too many uploads at a time", "try again")
	}
	return func() { b.bytes.Release(n) }, nil
}
