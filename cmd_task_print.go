//go:build !desktop

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
)

// printEstimate says what the task costs and when it would start.
func printEstimate(env *environment, c *creator.Creator, q creator.Request) error {
	e, err := c.Estimate(env.ctx, creator.Size{Type: q.Type, Units: q.Units, MinVRAMGB: q.MinVRAMGB}, q.Fee)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "It costs %s for %d nominal seconds, which is %s a second. %s\n\n", e.Fee, e.Seconds, e.Value, whenItStarts(e))
	return nil
}

func whenItStarts(e creator.Estimate) string {
	switch e.Start {
	case creator.StartNow:
		return "It starts at once."
	case creator.StartNever:
		return "Fewer than three nodes that could run it have joined, so it would be refused."
	case creator.StartFull:
		return fmt.Sprintf("The queue is full, so it would be refused; --fee %s gets in.", e.Enter.Decimal())
	}
	when := fmt.Sprintf("It would be %s in the queue, for about %s.", ordinal(e.Place), e.Wait)
	if !e.AtOnce.IsZero() {
		when += fmt.Sprintf(" --fee %s starts at once.", e.AtOnce.Decimal())
	}
	return when
}

// ordinal is a place as people say it: 1st, 2nd, 11th.
func ordinal(n int) string {
	suffix := "th"
	if n%100/10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

func describe(e creator.Event) string {
	switch e.Stage {
	case creator.StageCreated:
		return fmt.Sprintf("task %s, transaction %s", e.TaskID, e.Tx)
	case creator.StageQueued:
		return fmt.Sprintf("%s in the queue, about %s", ordinal(e.Position), e.Wait)
	case creator.StageDrawn:
		if e.Class == (protocol.GPUClass{}) {
			return addresses(e.Nodes)
		}
		return fmt.Sprintf("%s: %s", e.Class, addresses(e.Nodes))
	case creator.StageReady, creator.StageCommitted, creator.StageRevealed:
		return fmt.Sprintf("%d of 3", e.Count)
	}
	return ""
}

// howSettled says by what the task ended: one transaction for everything, or the
// court's, one for each step.
func howSettled(r *protocol.Receipt) string {
	if r.Fast {
		return fmt.Sprintf("everything in one transaction, %s, sent by %s", r.SettleTx, short(r.SettledBy))
	}
	committed, opened := 0, 0
	for _, n := range r.Nodes {
		if n.CommitTx != (common.Hash{}) {
			committed++
		}
		if n.RevealTx != (common.Hash{}) {
			opened++
		}
	}
	return fmt.Sprintf("by the court, with %d commitments and %d openings on chain; ended by %s, sent by %s", committed, opened, r.SettleTx, short(r.SettledBy))
}

func addresses(list []common.Address) string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = short(a)
	}
	return strings.Join(all, " ")
}

func short(a common.Address) string { return a.Hex()[:10] + "…" }

// steps prints a task's life.
type steps struct {
	w      io.Writer
	inText bool
}

func (s *steps) step(e creator.Event, what string) {
	if s.inText {
		fmt.Fprintln(s.w)
		s.inText = false
	}
	fmt.Fprintf(s.w, "%7.3f s  %-10s %s\n", e.At.Seconds(), e.Stage, what)
}

// delta prints the next piece of a text, or how far an image is.
func (s *steps) delta(e creator.Event) {
	s.inText = true
	if e.Steps > 0 {
		fmt.Fprintf(s.w, "\r%18s image %d, step %d of %d", "", e.Choice+1, e.Step, e.Steps)
		return
	}
	fmt.Fprint(s.w, e.Text)
}

// payments are where the fee went.
func (s *steps) payments(r *protocol.Receipt) {
	line := func(amount protocol.Wei, to string) {
		fmt.Fprintf(s.w, "%22s%s  %s\n", "", amount, to)
	}
	line(r.Fee, "was the fee, of which")
	sum := r.Rewards.Add(r.Refunded)
	for _, n := range r.Nodes {
		sum = sum.Add(n.Paid)
		switch {
		case n.Slashed:
			line(n.Paid, "to "+short(n.Address)+", which deviated and lost its stake")
		case n.RevealTx == (common.Hash{}):
			line(n.Paid, "to "+short(n.Address)+", which was silent")
		case !n.Agrees:
			line(n.Paid, "to "+short(n.Address)+", which does not agree")
		default:
			line(n.Paid, "to "+short(n.Address))
		}
	}
	line(r.Rewards, "to who sent the transactions")
	line(r.Refunded, "came back")
	if pool, err := r.Fee.Sub(sum); err == nil && !pool.IsZero() {
		line(pool, "to the network's pool, since nobody earned it")
	}
}

func (s *steps) answer(t string) { fmt.Fprintf(s.w, "\n%s\n\n", t) }
