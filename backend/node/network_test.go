package node

import (
	"bytes"
	"testing"

	"helium/backend/protocol"
	"helium/inference/task"
)

func TestThreeNodesAnswerAndArePaid(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	asked := w.creator.ask("What is Helium?", nil).send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", outcome)
	}
	asked.checkShares(pay)

	responses := map[string]bool{}
	for _, h := range hosts {
		responses[string(asked.result(h.address()))] = true
		if calls := w.calls(h.address()); len(calls) != 0 {
			t.Errorf("node %s made the calls %v, want none: settling fast needs no gas of it", h.name, calls)
		}
		s := h.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Status == StatusRunning })
		if got := s.Recent[0]; got.Paid.Decimal() != pay[h.address()] || got.Outcome != protocol.OutcomeAgreed || got.Model != "helium/demo" {
			t.Errorf("node %s recorded %+v, was paid %s", h.name, got, pay[h.address()])
		}
		for _, sum := range []protocol.Wei{s.Earnings.Today, s.Earnings.Week, s.Earnings.Total, s.Credited} {
			if sum.Decimal() != pay[h.address()] {
				t.Errorf("node %s counts %+v, credited %s, was paid %s", h.name, s.Earnings, s.Credited, pay[h.address()])
			}
		}
	}
	if len(responses) != 1 {
		t.Fatalf("the nodes answered differently: %v", responses)
	}
	response, err := task.ParseResponse([]byte(one(responses)))
	if err != nil {
		t.Fatal(err)
	}
	text, ended := asked.stream()
	if want := response.Choices[0].Content; text != want || !ended || want == "" {
		t.Errorf("streamed %q, ended %v, answered %q", text, ended, want)
	}
}

func one(set map[string]bool) string {
	for s := range set {
		return s
	}
	return ""
}

func TestACheatingNodeIsSlashedAndStaysOut(t *testing.T) {
	w := newWorld(t)
	hosts := w.three(func(c *Config) { c.Options.Fault = FaultLie })
	asked := w.creator.ask("What is Helium?", nil).send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", outcome)
	}
	cheat := hosts[0].address()
	if pay[cheat] != "0" {
		t.Errorf("the cheat was paid %s", pay[cheat])
	}
	honest := asked.result(hosts[1].address())
	if !bytes.Equal(honest, asked.result(hosts[2].address())) || bytes.Equal(honest, asked.result(cheat)) {
		t.Error("the honest nodes should agree with each other and not with the cheat")
	}
	s := hosts[0].await("the slashing", func(s State) bool { return s.Status == StatusBlocked && s.Chain == protocol.NodeQuit })
	if s.Reason == nil || s.Reason.Code != ReasonSlashed || !s.Stake.IsZero() || !s.Recent[0].Slashed {
		t.Errorf("the cheat's state is %+v, reason %+v", s, s.Reason)
	}
	// It has the CNX to stake again, and must not do so by itself.
	if got := w.calls(cheat); len(got) != 0 {
		t.Errorf("the cheat made the calls %v", got)
	}
	if s.Balance.Cmp(s.StakeNeeded) < 0 {
		t.Fatal("this test needs a cheat that could stake again")
	}
}
