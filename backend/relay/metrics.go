package relay

import (
	"context"
	"math/big"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"helium/backend/protocol"
	"helium/backend/vitals"
)

// What the relay refuses or cuts off to protect itself.
const (
	dropConnection = "connection"  // over the limit on connections
	dropRequest    = "request"     // answered 429
	dropReader     = "slow_reader" // a socket that left its events unread
)

// metrics are what a relay counts for its operator. No label is a client's choice.
type metrics struct {
	*vitals.Requests
	registry *prometheus.Registry
	dropped  *prometheus.CounterVec
}

func newMetrics(r *Relay) *metrics {
	m := &metrics{
		Requests: vitals.NewRequests("helium_relay", "those that wait for an envelope wait long.",
			[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60}),
		registry: prometheus.NewRegistry(),
		dropped: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "helium_relay_dropped_total", Help: "What was refused or cut off by a limit.",
		}, []string{"what"}),
	}
	for _, what := range []string{dropConnection, dropRequest, dropReader} {
		m.dropped.WithLabelValues(what)
	}
	m.registry.MustRegister(m.Collectors()...)
	m.registry.MustRegister(m.dropped, newScrape(r),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) drop(what string) { m.dropped.WithLabelValues(what).Inc() }

// scrape reads what is a state rather than a count, when it is asked for.
type scrape struct {
	relay  *Relay
	gauges map[string]*prometheus.Desc
}

func newScrape(r *Relay) *scrape {
	s := &scrape{relay: r, gauges: map[string]*prometheus.Desc{}}
	for _, g := range []struct {
		name, help string
		labels     []string
	}{
		{"connections", "Open connections.", nil},
		{"sockets", "Open WebSockets.", nil},
		{"watches", "Running watches.", nil},
		{"stored", "Messages kept.", []string{"stream"}},
		{"stored_bytes", "Bytes kept.", []string{"stream"}},
		{"stored_limit_bytes", "Bytes that may be kept.", []string{"stream"}},
		{"storage_up", "1 while the store answers.", []string{"stream"}},
		{"chain_head", "Number of the chain's newest block.", nil},
		{"chain_lag_blocks", "Blocks that the relay has not read yet.", nil},
		{"chain_head_age_seconds", "Age of the newest block; old on an idle chain.", nil},
		{"chain_silence_seconds", "Time since the chain last answered.", nil},
		{"chain_still_seconds", "How long the chain has been standing still though it answers; 0 while it does not.", nil},
		{"sponsor_calls", "Calls since the sponsor was opened, by what became of them.", []string{"state"}},
		{"sponsor_spent_wei", "What the sponsor spent or reserved today (UTC).", nil},
		{"sponsor_day_wei", "What the sponsor may spend in a day.", nil},
	} {
		s.gauges[g.name] = prometheus.NewDesc("helium_relay_"+g.name, g.help, g.labels, nil)
	}
	return s
}

func (s *scrape) Describe(out chan<- *prometheus.Desc) {
	for _, d := range s.gauges {
		out <- d
	}
}

func (s *scrape) Collect(out chan<- prometheus.Metric) {
	r := s.relay
	set := func(name string, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(s.gauges[name], prometheus.GaugeValue, v, labels...)
	}
	set("connections", float64(r.gate.count()))
	set("sockets", float64(r.sockets.count()))
	set("watches", float64(r.watches.count()))
	ctx, cancel := context.WithTimeout(r.ctx, 2*time.Second)
	defer cancel()
	for name, stream := range map[string]jetstream.Stream{"blobs": r.bus.blobs, "events": r.bus.events} {
		info, err := stream.Info(ctx)
		if err != nil {
			set("storage_up", 0, name)
			continue
		}
		set("storage_up", 1, name)
		set("stored", float64(info.State.Msgs), name)
		set("stored_bytes", float64(info.State.Bytes), name)
		set("stored_limit_bytes", float64(info.Config.MaxBytes), name)
	}
	if r.cfg.Chain != nil {
		at, now := r.cfg.Chain.State(), r.cfg.Now()
		set("chain_head", float64(at.Head))
		set("chain_lag_blocks", float64(at.lag()))
		set("chain_head_age_seconds", now.Sub(at.HeadTime).Seconds())
		set("chain_silence_seconds", now.Sub(at.Heard).Seconds())
		set("chain_still_seconds", vitals.Since(at.Still, now))
	}
	if r.cfg.Sponsor != nil {
		s.sponsor(set)
	}
}

func (s *scrape) sponsor(set func(name string, v float64, labels ...string)) {
	counts := s.relay.cfg.Sponsor.Counts()
	set("sponsor_calls", float64(counts.Sent-counts.Reverted), "done")
	set("sponsor_calls", float64(counts.Reverted), "reverted")
	set("sponsor_calls", float64(counts.Refused), "refused")
	offer, err := s.relay.cfg.Sponsor.Offer()
	if err != nil || !offer.On {
		return
	}
	day, left := weiOf(offer.Day), weiOf(offer.Left)
	set("sponsor_day_wei", day)
	set("sponsor_spent_wei", day-left)
}

// weiOf is near enough for a graph.
func weiOf(w protocol.Wei) float64 {
	f, _ := new(big.Float).SetInt(w.Big()).Float64()
	return f
}
