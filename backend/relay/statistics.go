package relay

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"

	"helium/backend/protocol"
	"helium/backend/relay/netstats"
)

// Network knows what the whole network does.
type Network interface {
	Stats() (netstats.Stats, error)
}

//go:embed stats.html
var statsHTML string

//go:embed stats.css
var statsCSS string

// statsPage is GET /stats: the numbers of /v1/stats for people. It runs no script
// and asks nobody else for anything.
type statsPage struct {
	template *template.Template
	policy   string // Content-Security-Policy
}

func newStatsPage() (*statsPage, error) {
	t, err := template.New("stats").Parse(statsHTML)
	if err != nil {
		return nil, fmt.Errorf("read page of statistics: %w", err)
	}
	hash := sha256.Sum256([]byte(statsCSS))
	return &statsPage{template: t, policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) +
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}, nil
}

func (r *Relay) statsForPeople(w http.ResponseWriter, _ *http.Request) error {
	if r.cfg.Network == nil {
		return refuse(http.StatusNotFound, "no_statistics", "this relay counts nothing", "ask another relay")
	}
	stats, err := r.cfg.Network.Stats()
	if err != nil {
		return err
	}
	var page strings.Builder
	if err := r.page.template.Execute(&page, viewOf(r.cfg.Profile.Name, stats)); err != nil {
		return fmt.Errorf("write page of statistics: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", r.page.policy)
	h.Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write([]byte(page.String())); err != nil {
		r.cfg.Log.Debug("reader left before the page", "error", err)
	}
	return nil
}

// view is what the template shows: words and lengths, nothing to work out.
type view struct {
	Style              template.CSS
	Network, Block, At string
	CatchingUp, Idle   bool
	Figures            []figure
	Days, Scores       chart
	Cards              []cardRow
	Ends               []endRow
}

type figure struct{ Name, Value, Note string }

type chart struct {
	Width, Height int
	Wide          bool
	Lines         []gridLine
	Bars          []bar
	Says          string // for those who can't see it
}

type gridLine struct {
	Y     float64
	Label string
}

// bar is a column of pieces, from the bottom up.
type bar struct {
	X, Middle, Width float64
	Label, Says      string
	Pieces           []piece
}

type piece struct {
	Kind      string
	Y, Height float64
}

type cardRow struct {
	Card, VRAM                      string
	Joined, Available, Busy, Paused uint64
	// Shares are in parts of 1000 of the commonest card's nodes.
	AvailableShare, BusyShare, PausedShare float64
	BusyFrom, PausedFrom                   float64
}

type endRow struct {
	Outcome            string
	Today, Week, Month string
}

func viewOf(network string, s netstats.Stats) view {
	v := view{
		Style: template.CSS(statsCSS), Network: network, Block: grouped(s.Block), At: time.Unix(s.At, 0).UTC().Format("2 January 2006, 15:04:05 UTC"),
		CatchingUp: s.CatchingUp, Days: dayChart(s.Days), Scores: scoreChart(s.Month), Cards: cardRows(s.Nodes.Cards), Ends: endRows(s),
	}
	v.Idle = len(v.Ends) == 0
	sum := func(b netstats.ByType) uint64 { return b.GPT + b.StableDiffusion }
	v.Figures = []figure{
		{"Nodes", grouped(s.Nodes.Joined), grouped(s.Nodes.ByStatus["available"]) + " free now"},
		{"Running", grouped(sum(s.Running)), fmt.Sprintf("%s text, %s images", grouped(s.Running.GPT), grouped(s.Running.StableDiffusion))},
		{"Queue", grouped(sum(s.Queued)), fmt.Sprintf("%s text, %s images", grouped(s.Queued.GPT), grouped(s.Queued.StableDiffusion))},
		{"Agreed today", grouped(sum(s.Today.Ended["agreed"])), grouped(sum(s.Month.Ended["agreed"])) + " in 30 days"},
		{"Text verified in", seconds(s.Week.Verified.GPT), "median of 7 days"},
		{"Images verified in", seconds(s.Week.Verified.StableDiffusion), "median of 7 days"},
		{"Paid to nodes today", coins(s.Today.Paid), coins(s.Month.Paid) + " in 30 days"},
	}
	return v
}

// grouped writes 1234567 as 1,234,567.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func seconds(n int64) string {
	switch {
	case n < 0:
		return "–"
	case n < 120:
		return fmt.Sprintf("%d s", n)
	case n < 7200:
		return fmt.Sprintf("%d min", n/60)
	}
	return fmt.Sprintf("%d h", n/3600)
}

// coins are whole ones, but for less than a hundred.
func coins(w protocol.Wei) string {
	cents := new(big.Int).Div(w.Big(), big.NewInt(1e16))
	whole, rest := new(big.Int).DivMod(cents, big.NewInt(100), new(big.Int))
	if !whole.IsUint64() {
		return whole.String() + " CNX"
	}
	if whole.Cmp(big.NewInt(100)) >= 0 || rest.Sign() == 0 {
		return grouped(whole.Uint64()) + " CNX"
	}
	return fmt.Sprintf("%s.%02d CNX", whole, rest.Uint64())
}

const (
	chartHeight, chartBottom = 220, 28
	chartLeft, chartRight    = 58, 24
	wide, narrow             = 720, 400
)

// newChart is a chart whose highest column is most, and what a count is on it.
func newChart(width int, most uint64) (c chart, height func(n uint64) float64) {
	top := roundUp(max(most, 4))
	room := float64(chartHeight - chartBottom - 10)
	height = func(n uint64) float64 { return min(1, float64(n)/float64(top)) * room }
	c = chart{Width: width, Height: chartHeight, Wide: width == wide}
	for i := range uint64(5) {
		n := top / 4 * i
		c.Lines = append(c.Lines, gridLine{Y: chartHeight - chartBottom - height(n), Label: short(n)})
	}
	return c, height
}

// roundUp is the least of 4, 8, 12, 20, 40, 80 … that is n or more.
func roundUp(n uint64) uint64 {
	for scale := uint64(4); ; scale *= 10 {
		for _, by := range []uint64{1, 2, 3, 5} {
			if n <= scale*by || scale*by > 1<<62 {
				return scale * by
			}
		}
	}
}

func short(n uint64) string {
	switch {
	case n >= 10_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 10_000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return strconv.FormatUint(n, 10)
}

// stack makes a column of counts, one on the other.
func stack(height func(uint64) float64, kinds []string, counts ...uint64) (pieces []piece) {
	y := float64(chartHeight - chartBottom)
	for i, n := range counts {
		if h := height(n); n > 0 {
			y -= h
			pieces = append(pieces, piece{kinds[i], y, h})
		}
	}
	return pieces
}

func columns(c *chart, n int, gap float64, make func(i int) bar) {
	width := float64(c.Width-chartLeft-chartRight) / float64(n)
	for i := range n {
		b := make(i)
		b.X, b.Width = chartLeft+float64(i)*width+gap/2, width-gap
		b.Middle = b.X + b.Width/2
		c.Bars = append(c.Bars, b)
	}
}

func dayChart(days []netstats.Day) chart {
	most, all := uint64(0), uint64(0)
	for _, d := range days {
		sum := d.Agreed.GPT + d.Agreed.StableDiffusion + d.Other
		most, all = max(most, sum), all+sum
	}
	c, height := newChart(wide, most)
	c.Says = fmt.Sprintf("Tasks that ended on each of the last %d days: %s in all, %s on the busiest day.", len(days), grouped(all), grouped(most))
	columns(&c, len(days), 4, func(i int) bar {
		d := days[i]
		b := bar{Pieces: stack(height, []string{"text", "images", "other"}, d.Agreed.GPT, d.Agreed.StableDiffusion, d.Other)}
		b.Says = fmt.Sprintf("%s: %s text, %s images, %s other ends, %s paid", d.Day, grouped(d.Agreed.GPT), grouped(d.Agreed.StableDiffusion), grouped(d.Other), coins(d.Paid))
		if day, err := time.Parse(time.DateOnly, d.Day); err == nil && (len(days)-1-i)%7 == 0 {
			b.Label = day.Format("2 Jan")
		}
		return b
	})
	return c
}

func scoreChart(p netstats.Period) chart {
	most, all := uint64(0), uint64(0)
	for _, n := range p.Scores {
		most, all = max(most, n), all+n
	}
	c, height := newChart(narrow, most)
	c.Says = fmt.Sprintf("Scores that nodes got for %s parts in tasks in 30 days, from 0 to 20.", grouped(all))
	columns(&c, len(p.Scores), 3, func(i int) bar {
		kind := "score"
		if i == 0 {
			kind = "other" // did not answer, or not as the others
		}
		label := ""
		if i%5 == 0 {
			label = strconv.Itoa(i)
		}
		return bar{
			Label: label, Says: fmt.Sprintf("Score %d: %s", i, grouped(p.Scores[i])),
			Pieces: stack(height, []string{kind}, p.Scores[i]),
		}
	})
	return c
}

func cardRows(cards []netstats.Card) (rows []cardRow) {
	most := uint64(1)
	for _, c := range cards {
		most = max(most, c.Joined)
	}
	share := func(n uint64) float64 { return float64(n) / float64(most) * 1000 }
	for _, c := range cards {
		row := cardRow{
			Card: c.Card, Joined: c.Joined, Available: c.Available, Busy: c.Busy, Paused: c.Paused,
			AvailableShare: share(c.Available), BusyShare: share(c.Busy), PausedShare: share(c.Paused),
			BusyFrom: share(c.Available), PausedFrom: share(c.Available + c.Busy),
		}
		if c.VRAMGB > 0 {
			row.VRAM = fmt.Sprintf("%d GB", c.VRAMGB)
		}
		rows = append(rows, row)
	}
	return rows
}

func endRows(s netstats.Stats) (rows []endRow) {
	for o := protocol.OutcomeAgreed; o <= protocol.OutcomeExpired; o++ {
		name := strings.ReplaceAll(o.String(), " ", "_")
		month := s.Month.Ended[name]
		if month.GPT+month.StableDiffusion == 0 {
			continue
		}
		cell := func(p netstats.Period) string { return grouped(p.Ended[name].GPT + p.Ended[name].StableDiffusion) }
		rows = append(rows, endRow{
			Outcome: strings.ToUpper(o.String()[:1]) + o.String()[1:], Today: cell(s.Today), Week: cell(s.Week), Month: cell(s.Month),
		})
	}
	return rows
}
