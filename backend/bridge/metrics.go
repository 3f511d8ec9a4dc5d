package bridge

import (
	"context"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/vitals"
)

// Account is one of the wallets that pay for tasks.
type Account struct {
	// Number counts them from 1, the main one.
	Number  int            `json:"number"`
	Address common.Address `json:"address"`
	// Used says that it is given new requests, Ready that it has read the chain and
	// put its first fees in place.
	Used  bool `json:"used"`
	Ready bool `json:"ready"`
	// Open requests are under way; Waiting are those whose task is in no block yet,
	// the oldest of them since Since.
	Open    int       `json:"open"`
	Waiting int       `json:"waiting"`
	Since   time.Time `json:"since,omitzero"`
	// Stuck says that one waits for too long, NoGas that it could lately not pay for
	// a transaction: it is the last to be given another.
	Stuck bool `json:"stuck"`
	NoGas bool `json:"no_gas"`
	// CNX is what it can still spend, and Gas what it has of the chain's own coin;
	// nil while that is not known.
	CNX *protocol.Wei `json:"cnx_wei"`
	Gas *protocol.Wei `json:"gas_wei"`
	// LowGas says that it has less gas than the operator wants to be told of.
	LowGas bool `json:"low_gas"`
	// Relay says that it is connected to a relay.
	Relay bool `json:"relay"`
	// Behind is how many blocks it has yet to read.
	Behind uint64 `json:"blocks_behind"`
}

// ChainState is how a bridge stands with its chain.
type ChainState struct {
	// Head is the newest block, HeadTime its time.
	Head     uint64
	HeadTime time.Time
	// Heard is when the chain last answered.
	Heard time.Time
	// Still is since when the chain stands still though it answers; zero for that it
	// does not.
	Still time.Time
}

// metrics are what a bridge counts for its operator. No label is a caller's choice,
// and none names a key, a wallet or a model.
type metrics struct {
	*vitals.Requests
	registry *prometheus.Registry
	first    *prometheus.HistogramVec
	verified *prometheus.HistogramVec
	settled  *prometheus.HistogramVec
	tasks    *prometheus.CounterVec
	spent    *prometheus.CounterVec
	streams  prometheus.Gauge

	// mu guards everything that follows.
	mu   sync.Mutex
	open map[*creator.Task]struct{}
}

// What becomes of a task, beside the codes of reasons.
const outcomeVerified = "verified"

func newMetrics(b *Bridge) *metrics {
	seconds := func(name, help string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "helium_bridge_" + name + "_seconds", Help: help + " after its request was taken, or sent again.",
			Buckets: []float64{.25, .5, .75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600},
		}, []string{"kind"})
	}
	m := &metrics{
		Requests: vitals.NewRequests("helium_bridge", "that for an answer waits for nodes.",
			[]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 600}),
		registry: prometheus.NewRegistry(),
		first:    seconds("first_token", "When a task's first text, or step of an image, came"),
		verified: seconds("verified", "When a task's answer was verified"),
		settled:  seconds("settled", "When a task was settled on the chain"),
		tasks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "helium_bridge_tasks_total", Help: "Tasks that have ended, by what became of them: verified, or the code of the reason why not.",
		}, []string{"kind", "outcome"}),
		spent: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "helium_bridge_spent_wei_total", Help: "CNX that tasks have cost since the start, less what came back, by the account that paid.",
		}, []string{"account"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{Name: "helium_bridge_streams", Help: "Answers that are being streamed."}),
		open:    map[*creator.Task]struct{}{},
	}
	m.registry.MustRegister(m.Collectors()...)
	m.registry.MustRegister(m.first, m.verified, m.settled, m.tasks, m.spent, m.streams, newScrape(b, m),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// kindOf is a task's type for people.
func kindOf(t protocol.TaskType) string {
	if t == protocol.GPT {
		return "text"
	}
	return "images"
}

// follow drains a task's events and notes when what came. Of a task that was under way
// when the bridge started, only the end counts: nobody knows when what came before did.
func (m *metrics) follow(ctx context.Context, t *creator.Task, since time.Time) {
	m.mu.Lock()
	m.open[t] = struct{}{}
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		delete(m.open, t)
		m.mu.Unlock()
	}()

	r := t.Record()
	kind, begun, verified := kindOf(r.Type), false, false
	timed := !r.Created.Before(since)
	for e := range t.Events(ctx) {
		switch {
		case !timed:
		case e.Stage == creator.StageDelta && !begun:
			begun = true
			m.first.WithLabelValues(kind).Observe(e.At.Seconds())
		case e.Stage == creator.StageVerified:
			verified = true
			m.verified.WithLabelValues(kind).Observe(e.At.Seconds())
		case e.Stage == creator.StageSettled && verified:
			m.settled.WithLabelValues(kind).Observe(e.At.Seconds())
		}
	}
}

// ended counts what became of a task, and what it cost whom.
func (m *metrics) ended(r creator.Record, account string) {
	outcome := outcomeVerified
	switch {
	case r.Response != nil:
	case r.Reason != nil:
		outcome = r.Reason.Code
	default:
		outcome = "lost"
	}
	m.tasks.WithLabelValues(kindOf(r.Type), outcome).Inc()
	if r.Receipt == nil {
		return
	}
	if kept, err := r.Fee.Sub(r.Receipt.Refunded); err == nil {
		m.spent.WithLabelValues(account).Add(weiOf(kept))
	}
}

// states counts the tasks under way.
func (m *metrics) states() map[creator.State]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := map[creator.State]int{creator.Accepted: 0, creator.Queued: 0, creator.Drawn: 0, creator.Sealed: 0, creator.Verified: 0}
	for t := range m.open {
		if s := t.Record().State; !s.Final() {
			count[s]++
		}
	}
	return count
}

// weiOf is near enough for a graph.
func weiOf(w protocol.Wei) float64 {
	f, _ := new(big.Float).SetInt(w.Big()).Float64()
	return f
}
