package netstats

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"helium/backend/protocol"
)

// Stats are a network's public numbers.
type Stats struct {
	// Block is the last one counted, At its time.
	Block uint64 `json:"block"`
	At    int64  `json:"at"`
	// CatchingUp: the past is still being read, and numbers are too small.
	CatchingUp bool  `json:"catching_up,omitempty"`
	Nodes      Nodes `json:"nodes"`
	// Queued and Running are open tasks.
	Queued  ByType `json:"queued"`
	Running ByType `json:"running"`
	// Today, Week and Month are the day so far (UTC), and 7 and 30 days with it.
	Today Period `json:"today"`
	Week  Period `json:"last_7_days"`
	Month Period `json:"last_30_days"`
	// Days are the last thirty, the oldest first.
	Days []Day `json:"days"`
}

// ByType is a number for each task type.
type ByType struct {
	StableDiffusion uint64 `json:"stable_diffusion"`
	GPT             uint64 `json:"gpt"`
}

func (b *ByType) add(t protocol.TaskType, n uint64) {
	if t == protocol.GPT {
		b.GPT += n
		return
	}
	b.StableDiffusion += n
}

// Nodes are those that are joined.
type Nodes struct {
	Joined uint64 `json:"joined"`
	// ByStatus has a number for each status that some node has.
	ByStatus map[string]uint64 `json:"by_status"`
	// Cards are the commonest, the commonest first; the rest are one called "other cards".
	Cards []Card `json:"cards"`
}

// Card is a kind of graphics card and the nodes that have it.
type Card struct {
	Card      string `json:"card"`
	VRAMGB    uint16 `json:"vram_gb,omitempty"`
	Joined    uint64 `json:"joined"`
	Available uint64 `json:"available"`
	Busy      uint64 `json:"busy"`
	Paused    uint64 `json:"paused"`
}

// Period is what happened in some days.
type Period struct {
	Created ByType `json:"created"`
	// Ended has a number for each outcome that some task had.
	Ended map[string]ByType `json:"ended"`
	// Paid is what nodes earned.
	Paid protocol.Wei `json:"paid"`
	// Scores counts the QoS scores given, from 0 to 20.
	Scores [scores]uint64 `json:"qos_scores"`
	// Verified is the median time from a task's creation to the agreement of its
	// nodes, in seconds, within 5 %; -1 for none.
	Verified Medians `json:"median_seconds_to_verified"`
}

// Medians are in seconds; -1 for none.
type Medians struct {
	StableDiffusion int64 `json:"stable_diffusion"`
	GPT             int64 `json:"gpt"`
}

// Day is a row for a chart.
type Day struct {
	Day string `json:"day"` // 2026-01-31
	// Agreed tasks, and Other ends.
	Agreed ByType       `json:"agreed"`
	Other  uint64       `json:"other"`
	Paid   protocol.Wei `json:"paid"`
}

// mostCards are listed.
const mostCards = 40

func (f *fold) stats(now time.Time) (s Stats, err error) {
	s.Nodes = f.nodeStats()
	for _, t := range f.tasks {
		if t.queued {
			s.Queued.add(t.kind, 1)
		} else {
			s.Running.add(t.kind, 1)
		}
	}
	today := now.Unix() / daySeconds
	for _, p := range []struct {
		to   *Period
		days int64
	}{{&s.Today, 1}, {&s.Week, 7}, {&s.Month, 30}} {
		if *p.to, err = f.period(today, p.days); err != nil {
			return s, err
		}
	}
	for n := today - 29; n <= today; n++ {
		row, err := f.row(n)
		if err != nil {
			return s, err
		}
		s.Days = append(s.Days, row)
	}
	return s, nil
}

func (f *fold) nodeStats() Nodes {
	n := Nodes{ByStatus: map[string]uint64{}, Cards: []Card{}}
	byCard := map[card]*Card{}
	for _, node := range f.nodes {
		c := f.cards[node.class]
		row := byCard[c]
		if row == nil {
			row = &Card{Card: c.name, VRAMGB: c.vramGB}
			byCard[c] = row
		}
		row.count(node.status)
		n.Joined++
		n.ByStatus[strings.ReplaceAll(node.status.String(), " ", "_")]++
	}
	for _, row := range byCard {
		n.Cards = append(n.Cards, *row)
	}
	slices.SortFunc(n.Cards, func(a, b Card) int {
		return cmp.Or(cmp.Compare(b.Joined, a.Joined), cmp.Compare(a.Card, b.Card), cmp.Compare(a.VRAMGB, b.VRAMGB))
	})
	if len(n.Cards) > mostCards {
		rest := Card{Card: "other cards"}
		for _, c := range n.Cards[mostCards:] {
			rest.Joined, rest.Available, rest.Busy, rest.Paused = rest.Joined+c.Joined, rest.Available+c.Available, rest.Busy+c.Busy, rest.Paused+c.Paused
		}
		n.Cards = append(n.Cards[:mostCards], rest)
	}
	return n
}

func (c *Card) count(status protocol.NodeStatus) {
	c.Joined++
	switch status {
	case protocol.NodeAvailable:
		c.Available++
	case protocol.NodePaused:
		c.Paused++
	default: // in a task, whatever it asked for meanwhile
		c.Busy++
	}
}

func (f *fold) period(today, days int64) (Period, error) {
	sum := newDay()
	for n, d := range f.days {
		if n > today-days && n <= today {
			sum.add(d)
		}
	}
	p := Period{
		Ended: map[string]ByType{}, Scores: sum.scores,
		Verified: Medians{StableDiffusion: sum.took[protocol.StableDiffusion].median(), GPT: sum.took[protocol.GPT].median()},
	}
	for t := range taskTypes {
		p.Created.add(protocol.TaskType(t), sum.created[t])
		for o, n := range sum.ended[t] {
			if n > 0 {
				name := strings.ReplaceAll(protocol.Outcome(o).String(), " ", "_")
				b := p.Ended[name]
				b.add(protocol.TaskType(t), n)
				p.Ended[name] = b
			}
		}
	}
	var err error
	p.Paid, err = protocol.WeiOf(sum.paid)
	return p, err
}

func (f *fold) row(n int64) (row Day, err error) {
	d := f.days[n]
	if d == nil {
		d = newDay()
	}
	row.Day = time.Unix(n*daySeconds, 0).UTC().Format(time.DateOnly)
	for t := range taskTypes {
		for o, count := range d.ended[t] {
			if protocol.Outcome(o) == protocol.OutcomeAgreed {
				row.Agreed.add(protocol.TaskType(t), count)
			} else {
				row.Other += count
			}
		}
	}
	row.Paid, err = protocol.WeiOf(d.paid)
	return row, err
}
