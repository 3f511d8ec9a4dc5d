package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Figure is a measured quantity over the rounds.
type Figure struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Low    float64 `json:"p25"`
	High   float64 `json:"p75"`
	Max    float64 `json:"max"`
}

// figureOf takes nearest ranks; values must not be empty.
func figureOf(values []float64) Figure {
	sorted := slices.Sorted(slices.Values(values))
	rank := func(quarter int) float64 { return sorted[(len(sorted)-1)*quarter/4] }
	median := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	return Figure{Median: median, Min: rank(0), Low: rank(1), High: rank(3), Max: rank(4)}
}

// ratios divides round by round.
func ratios(a, b []float64) Figure {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] / b[i]
	}
	return figureOf(out)
}

// Report is what was found. Speeds are new tokens by the whole time of an answer,
// with its prompt; a ratio is the node's speed by another's.
type Report struct {
	Model       string   `json:"model"`
	Parameters  uint64   `json:"parameters"`
	Formats     []string `json:"formats"` // of the weights, that of most bytes first
	WeightBytes uint64   `json:"weight_bytes"`
	Runtime     string   `json:"runtime"`
	Threads     int      `json:"threads"`
	NewTokens   int      `json:"new_tokens"`
	Rounds      int      `json:"rounds"`

	TokensPerS        Figure  `json:"tokens_per_s"` // of the node
	LibraryTokensPerS Figure  `json:"library_tokens_per_s"`
	Ratio             Figure  `json:"ratio"`
	RivalTokensPerS   *Figure `json:"rival_tokens_per_s,omitempty"` // of node-llama-cpp
	RivalRatio        *Figure `json:"rival_ratio,omitempty"`
	RivalMissing      string  `json:"rival_missing,omitempty"` // why there is no rival

	SameText  bool              `json:"same_text"` // all gave the same text in every round
	PeakBytes map[string]uint64 `json:"peak_bytes,omitempty"`
}

func (r *Report) keepPeak(name string, bytes uint64) {
	if bytes == 0 {
		return
	}
	if r.PeakBytes == nil {
		r.PeakBytes = map[string]uint64{}
	}
	r.PeakBytes[name] = max(r.PeakBytes[name], bytes)
}

func (r *Report) fill(speeds map[string][]float64) {
	node := speeds[nameNode]
	r.TokensPerS, r.LibraryTokensPerS = figureOf(node), figureOf(speeds[nameLibrary])
	r.Ratio = ratios(node, speeds[nameLibrary])
	if rival := speeds[nameRival]; rival != nil {
		speed, ratio := figureOf(rival), ratios(node, rival)
		r.RivalTokensPerS, r.RivalRatio = &speed, &ratio
	}
}

// WriteJSON prints the report as one object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteTable prints the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s, %.1f million parameters in %s, on %s with threads %d: %d new tokens an answer, %d rounds\n\n",
		r.Model, float64(r.Parameters)/1e6, strings.Join(r.Formats, ", "), r.Runtime, r.Threads, r.NewTokens, r.Rounds)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\tmedian\tmin\t25 %\t75 %\tmax\tpeak memory")
	row := func(what string, f Figure, format, name string) {
		memory := ""
		if b := r.PeakBytes[name]; b > 0 {
			memory = fmt.Sprintf("%d MB", b>>20)
		}
		fmt.Fprintf(out, "%s\t"+strings.Repeat(format+"\t", 5)+"%s\n", what, f.Median, f.Min, f.Low, f.High, f.Max, memory)
	}
	row("the node, tokens/s", r.TokensPerS, "%.2f", nameNode)
	row("bare library, tokens/s", r.LibraryTokensPerS, "%.2f", nameLibrary)
	if r.RivalTokensPerS != nil {
		row("node-llama-cpp, tokens/s", *r.RivalTokensPerS, "%.2f", nameRival)
	}
	row("the node by the library", r.Ratio, "%.4f", "")
	if r.RivalRatio != nil {
		row("the node by node-llama-cpp", *r.RivalRatio, "%.4f", "")
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if r.RivalMissing != "" {
		fmt.Fprintf(w, "\nThere is no node-llama-cpp: %s.\n", r.RivalMissing)
	}
	text := "All gave the same text."
	if !r.SameText {
		text = "The texts differ, so the work was not the same."
	}
	_, err := fmt.Fprintf(w, "\n%s\n", text)
	return err
}
