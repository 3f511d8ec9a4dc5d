// Package bench measures a running devnet from outside, as an application
// would: over HTTP, with the bridge's own events.
//
// An overhead is what the network adds: the time of a request minus the time
// of the same request on a warm engine alone, taken in the same run. Beside it
// stands the time of a bare transaction on the same chain, the least that
// anything which touches the chain can take. When a task is settled the chain
// itself says; all else is as the application hears of it.
package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Spread of a measured quantity, in seconds.
type Spread struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// spreadOf takes the nearest rank above; times must not be empty.
func spreadOf(times []time.Duration) Spread {
	sorted := slices.Sorted(slices.Values(times))
	rank := func(percent int) float64 {
		i := (len(sorted)*percent+99)/100 - 1
		return sorted[max(i, 0)].Seconds()
	}
	return Spread{rank(50), rank(95)}
}

// minus subtracts the median of a baseline.
func minus(times []time.Duration, baseline Spread) []time.Duration {
	base := time.Duration(baseline.P50 * float64(time.Second))
	out := make([]time.Duration, len(times))
	for i, t := range times {
		out[i] = t - base
	}
	return out
}

// Latency is what `helium bench latency` found.
type Latency struct {
	Requests int `json:"requests"`
	// InFlight is how many requests were under way all the time; 0 for one every
	// two seconds.
	InFlight int `json:"in_flight"`
	Nodes    int `json:"nodes"`
	// FakeS is the time of a made-up answer; 0 where a model made it.
	FakeS float64 `json:"fake_inference_s,omitempty"`
	// BlockS is the chain's shortest time between blocks.
	BlockS float64 `json:"block_s"`
	// FirstToken, Verified (three signed reveals were checked by the bridge) and
	// Settled (the chain has paid) count from the request; the overheads are those
	// minus the engine's own times.
	FirstToken         Spread `json:"first_token_s"`
	Verified           Spread `json:"verified_s"`
	Settled            Spread `json:"settled_s"`
	FirstTokenOverhead Spread `json:"first_token_overhead_s"`
	VerifiedOverhead   Spread `json:"verified_overhead_s"`
	SettledOverhead    Spread `json:"settled_overhead_s"`
	EngineFirstToken   Spread `json:"engine_first_token_s"`
	EngineWhole        Spread `json:"engine_whole_s"`
	// Transaction is a bare transfer, sent and mined, in the same run.
	Transaction Spread `json:"transaction_s"`
	Steps       []Step `json:"steps"`
	// Failed requests are not in the figures above.
	Failed int      `json:"failed"`
	Errors []string `json:"errors,omitempty"`
}

// WriteJSON prints one JSON object.
func (l Latency) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(l) }

// WriteTable prints the figures for people.
func (l Latency) WriteTable(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "seconds\tmedian\t95 %%\t\n")
	for _, row := range []struct {
		name string
		s    Spread
	}{
		{"first token, as the application sees it", l.FirstToken},
		{"the engine alone", l.EngineFirstToken},
		{"added by the network", l.FirstTokenOverhead},
		{"verified, as the application sees it", l.Verified},
		{"the engine alone", l.EngineWhole},
		{"added by the network", l.VerifiedOverhead},
		{"settled on chain", l.Settled},
		{"added by the network", l.SettledOverhead},
		{"a bare transaction", l.Transaction},
	} {
		fmt.Fprintf(out, "%s\t%.3f\t%.3f\t\n", row.name, row.s.P50, row.s.P95)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nstep by step\tat\t95 %%\ttook\t95 %%\t\n")
	for _, s := range l.Steps {
		fmt.Fprintf(out, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t\n", s.Name, s.At.P50, s.At.P95, s.Took.P50, s.Took.P95)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	how := "two seconds apart"
	if l.InFlight > 0 {
		how = fmt.Sprintf("with %d in flight", l.InFlight)
	}
	fmt.Fprintf(w, "%d requests %s, %d nodes, a block at most every %.0f s", l.Requests, how, l.Nodes, l.BlockS)
	if l.Failed > 0 {
		fmt.Fprintf(w, "; %d failed: %v", l.Failed, l.Errors)
	}
	_, err := fmt.Fprintln(w)
	return err
}
