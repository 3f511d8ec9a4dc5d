//go:build linux && !desktop

package main

import (
	"encoding/json"
	"slices"
	"syscall"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
)

func TestACheatIsSlashedAndTheAnswerIsRight(t *testing.T) {
	l := openLab(t, "--cheat", "1")
	cheat, stake := l.ready.Nodes[2].Address, l.nodeInfo(t, l.ready.Nodes[2].Address).Stake
	if stake.Sign() <= 0 {
		t.Fatal("the cheat has nothing to lose")
	}

	text, id := l.chat(t, plainPrompt)
	if want := bareAnswer(t, plainPrompt); text != want {
		t.Errorf("the network answers %q, an honest engine %q", text, want)
	}
	r := l.receipt(t, id)
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
	for _, n := range r.Nodes {
		if cheats := n.Address == cheat; n.Slashed != cheats || n.Agrees == cheats || n.Paid.IsZero() != cheats {
			t.Errorf("the receipt says of %s (the cheat is %s): slashed %t, agrees %t, paid %s", n.Address, cheat, n.Slashed, n.Agrees, n.Paid)
		}
	}

	b := l.readBook(t)
	b.check(t, l)
	if b.slashed[cheat] == nil || b.slashed[cheat].Cmp(stake) != 0 || len(b.slashed) != 1 {
		t.Errorf("slashed were %v, want %s of %s", b.slashed, stake, cheat)
	}
	if pool := l.pool(t); pool.Cmp(stake) != 0 {
		t.Errorf("the pool has %s, want the stake of %s", pool, stake)
	}
	if info := l.nodeInfo(t, cheat); protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.Stake.Sign() != 0 {
		t.Errorf("the cheat is %s with a stake of %s", protocol.NodeStatus(info.Status), info.Stake)
	}
	for _, n := range l.ready.Nodes[:2] {
		if info := l.nodeInfo(t, n.Address); protocol.NodeStatus(info.Status) != protocol.NodeAvailable || info.Stake.Cmp(stake) != 0 {
			t.Errorf("the honest node %s is %s with a stake of %s", n.Address, protocol.NodeStatus(info.Status), info.Stake)
		}
	}
}

// TestAKilledNodeComesBack kills a node at a step that its task's caller sees.
// Where exactly it dies is chance here; the node's own tests kill it at every
// step.
func TestAKilledNodeComesBack(t *testing.T) {
	l := openLab(t)
	for _, c := range []struct {
		at string
		// pick says which node dies, by what the step tells.
		pick func(t *testing.T, told []common.Address) int
	}{
		{"drawn", func(*testing.T, []common.Address) int { return 0 }},
		{"committed", l.seatOfOne},
		{"revealed", l.seatOfOne},
	} {
		t.Run(c.at, func(t *testing.T) { l.killNodeAt(t, c.at, c.pick) })
	}
	l.readBook(t).check(t, l)
}

// seatOfOne is the first node that a step told of.
func (l *lab) seatOfOne(t *testing.T, told []common.Address) int {
	for i, n := range l.ready.Nodes {
		if slices.Contains(told, n.Address) {
			return i
		}
	}
	t.Fatalf("%v are not nodes of this network", told)
	return 0
}

func (l *lab) killNodeAt(t *testing.T, step string, pick func(*testing.T, []common.Address) int) {
	resp, err := l.post(t.Context(), question("Who dies at "+step+"?", true))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	killed, pid := -1, 0
	var last string
	err = readStream(resp.Body, func(e streamEvent) bool {
		now, _ := readEvent(t, e)
		if now == step && killed < 0 {
			var told struct{ Nodes []common.Address }
			if err := json.Unmarshal(e.data, &told); err != nil {
				t.Fatal(err)
			}
			killed = pick(t, told.Nodes)
			if pid = l.nodePID(killed); pid == 0 {
				t.Fatalf("node %d does not run", killed+1)
			}
			syscall.Kill(pid, syscall.SIGKILL)
		}
		last = now
		return true
	})
	if err != nil || killed < 0 || last != "done" {
		t.Fatalf("the stream ended with %q, %v; killed %d", last, err, killed)
	}
	await(t, "the node to be started again", func() bool { now := l.nodePID(killed); return now != 0 && now != pid })

	r := l.receipt(t, resp.Header.Get("X-Helium-Receipt"))
	if r.Outcome != protocol.OutcomeAgreed {
		t.Errorf("outcome is %s", r.Outcome)
	}
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
	paid := 0
	for _, n := range r.Nodes {
		if n.Slashed {
			t.Errorf("%s was slashed for being killed", n.Address)
		}
		if !n.Paid.IsZero() {
			paid++
		}
	}
	if paid < 2 {
		t.Errorf("%d nodes were paid", paid)
	}
	t.Logf("%d nodes were paid for the task", paid)
	// All three nodes are needed for the next one.
	l.chat(t, "Who is back after "+step+"?")
}
