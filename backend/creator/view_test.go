package creator

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/protocol"
	"helium/backend/store"
)

func TestEveryStateHasAWayToAnEnd(t *testing.T) {
	for from, ways := range edges {
		if from.Final() != (len(ways) == 0) {
			t.Errorf("%s: final is %v, but it has %d ways on", from, from.Final(), len(ways))
		}
		for _, to := range ways {
			if _, known := edges[to]; !known {
				t.Errorf("%s leads to %s, which is no state", from, to)
			}
		}
		if !reaches(from, map[State]bool{}) {
			t.Errorf("%s never ends", from)
		}
	}
}

func reaches(s State, seen map[State]bool) bool {
	if s.Final() {
		return true
	}
	seen[s] = true
	for _, to := range edges[s] {
		if !seen[to] && reaches(to, seen) {
			return true
		}
	}
	return false
}

func TestRowsMoveAlongEdgesOnly(t *testing.T) {
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	for from := range edges {
		for to := range edges {
			id := string(from) + " to " + string(to)
			r := Record{ID: id, State: from, Envelope: []byte("secret"), ReplySecret: []byte("secret")}
			if err := begin(st, r); err != nil {
				t.Fatal(err)
			}
			allowed := from == to
			for _, way := range edges[from] {
				allowed = allowed || way == to
			}
			after, err := change(st, id, to, nil)
			if (err == nil) != allowed {
				t.Errorf("%s: %v", id, err)
			}
			if err == nil && to.Final() && (after.Envelope != nil || after.ReplySecret != nil) {
				t.Errorf("%s: what it was about is kept", id)
			}
		}
	}
	rows, err := readOpen(st)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.State.Final() && edges[r.State] != nil {
			t.Errorf("%s is still open", r.ID)
		}
	}
}

// TestLogsFoldTheSameInAnyOrder also takes some back and brings them again, as
// a reorg does.
func TestLogsFoldTheSameInAnyOrder(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), nil)
	task, err := c.Create(n.ctx, request("In any order"))
	if err != nil {
		t.Fatal(err)
	}
	n.collect(task)
	task.mu.Lock()
	var logs []types.Log
	for _, l := range task.logs {
		logs = append(logs, l)
	}
	task.mu.Unlock()
	want, err := fold(c.events, logs)
	if err != nil || want.ended == nil || count(want.reveals) != protocol.Seats {
		t.Fatalf("%d logs fold to %+v, %v", len(logs), want, err)
	}

	other := c.newTask(task.Record())
	for range 20 {
		rand.Shuffle(len(logs), func(i, j int) { logs[i], logs[j] = logs[j], logs[i] })
		for _, l := range logs {
			other.take(l)
		}
		back := logs[rand.IntN(len(logs))]
		back.Removed = true
		other.take(back)
		less, err := other.view()
		if err != nil {
			t.Fatal(err)
		}
		if reflect.DeepEqual(less, want) {
			t.Error("a log that was taken back still counts")
		}
		back.Removed = false
		other.take(back)
		got, err := other.view()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("folded to %+v, %v", got, err)
		}
	}
}
