package agent

import (
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/api"
	"helium/backend/node"
)

// show puts a node's state into the words of the screen.
func show(s *api.State, n node.State) {
	pause := s.Node.Pause
	s.Node = api.Node{
		Pause:  pause,
		Status: api.NodeStatus(n.Status), Chain: n.Chain.String(), Reason: n.Reason, Stake: n.Stake, StakeNeeded: n.StakeNeeded,
		StakeHoldSeconds: int(n.StakeHold / time.Second), Payout: n.Payout.Hex(), Standing: standingOf(n.Standing),
		Score: n.Score, WantRunning: n.Wish == node.WishRun, Progress: n.Progress,
	}
	if !n.StakeFrom.IsZero() {
		s.Node.StakeFrom = &n.StakeFrom
	}
	if !n.RejoinFrom.IsZero() {
		s.Node.RejoinFrom = &n.RejoinFrom
	}
	if n.PayoutNext != (common.Address{}) {
		s.Node.PayoutNext = n.PayoutNext.Hex()
	}
	s.Wallet.Balance, s.Wallet.Gas, s.Wallet.Sponsored = n.Balance, n.Gas, n.Sponsored
	s.Wallet.GasFor = nil
	if n.GasFor >= 0 {
		s.Wallet.GasFor = &n.GasFor
	}
	s.Earnings = api.Earnings{
		Today: n.Earnings.Today, Week: n.Earnings.Week, Total: n.Earnings.Total, Credited: n.Credited,
		TasksToday: n.Earnings.TasksToday, TasksTotal: n.Earnings.TasksTotal,
	}
	s.Task = nil
	if t := n.Task; t != nil {
		at := t.Progress
		s.Task = &api.Task{
			ID: t.ID, Model: t.Model, Stage: string(t.Stage), StartedAt: t.StartedAt,
			Tokens: at.Tokens, Image: at.Image, Images: at.Images, Step: at.Step, Steps: at.Steps,
		}
	}
	s.Recent = make([]api.TaskRecord, len(n.Recent))
	for i, r := range n.Recent {
		s.Recent[i] = api.TaskRecord{ID: r.ID, Model: r.Model, Outcome: r.Outcome.String(), Paid: r.Paid, Slashed: r.Slashed, EndedAt: r.EndedAt}
	}
}

func standingOf(n *node.Standing) *api.Standing {
	if n == nil {
		return nil
	}
	s := &api.Standing{LetGoAt: n.LetGoAt, Margin: n.Margin(), Chances: n.Chances(), Percent: n.Percent()}
	for _, score := range n.Recent {
		s.Recent = append(s.Recent, int(score))
	}
	return s
}
