package bench

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Tasks is how each task of a load came to its end.
type Tasks struct {
	// Once is how many were created and ended once, and paid each of their three
	// nodes once, with every wei of the fee paid out.
	Once int `json:"once"`
	// Otherwise is how many did not, and Why says it of some.
	Otherwise int      `json:"otherwise"`
	Why       []string `json:"why,omitempty"`
	// Lost is how many answers belong to no task that has ended, or share one.
	Lost int `json:"lost"`
}

func (t Tasks) check(requests int) error {
	switch {
	case t.Otherwise > 0:
		return fmt.Errorf("%d tasks did not end once and pay three nodes once: %s", t.Otherwise, strings.Join(t.Why, "; "))
	case t.Lost > 0:
		return fmt.Errorf("%d answers are of no task of their own that has ended", t.Lost)
	case t.Once != requests:
		return fmt.Errorf("%d requests became %d tasks", requests, t.Once)
	}
	return nil
}

// account is what the chain says of one task: how often what happened, and how
// much of its fee was paid out.
type account struct {
	created, ended int
	outcome        protocol.Outcome
	nodes          [protocol.Seats]common.Address
	payments       map[common.Address]int
	fee, out       *big.Int
}

func (a *account) add(event any) {
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		a.created++
	case *contracts.TaskTaskDrawn:
		a.nodes = e.Nodes
	case *contracts.TaskTaskEnded:
		a.ended++
		a.outcome = protocol.Outcome(e.Outcome)
	case *contracts.TaskNodePaid:
		a.payments[e.Node]++
		a.out.Add(a.out, e.Amount)
	case *contracts.TaskRewarded:
		a.out.Add(a.out, e.Amount)
	case *contracts.TaskCreatorRefunded:
		a.out.Add(a.out, e.Amount)
	}
}

// otherwise says what is not as it usually is; empty when nothing.
func (a *account) otherwise() string {
	switch {
	case a.created != 1:
		return fmt.Sprintf("was created %d times", a.created)
	case a.ended != 1:
		return fmt.Sprintf("ended %d times", a.ended)
	case a.outcome != protocol.OutcomeAgreed:
		return "ended as " + a.outcome.String()
	case len(a.payments) != protocol.Seats:
		return fmt.Sprintf("paid %d nodes", len(a.payments))
	case a.out.Cmp(a.fee) != 0:
		return fmt.Sprintf("paid %s of %s wei out", a.out, a.fee)
	}
	for node, n := range a.payments {
		if n != 1 || !slices.Contains(a.nodes[:], node) {
			return fmt.Sprintf("paid %s %d times, and its nodes were %v", node, n, a.nodes)
		}
	}
	return ""
}

// judge goes through all tasks, and through the answers that applications got.
func (t *tally) judge(answered []timing) (found Tasks) {
	for id, a := range t.tasks {
		why := a.otherwise()
		if why == "" {
			found.Once++
			continue
		}
		found.Otherwise++
		if len(found.Why) < mostErrors {
			found.Why = append(found.Why, "task "+id+" "+why)
		}
	}
	seen := map[string]bool{}
	for _, answer := range answered {
		a := t.tasks[answer.task]
		if a == nil || a.ended == 0 || seen[answer.task] {
			found.Lost++
		}
		seen[answer.task] = true
	}
	return found
}
