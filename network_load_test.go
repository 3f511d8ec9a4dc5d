//go:build linux && !desktop

package main

import (
	"encoding/json"
	"testing"

	"helium/backend/devnet/bench"
)

// TestEveryTaskOfALoadIsPaidOnce sends many requests at once, with answers that are
// made up, and goes through the chain's logs of every task.
func TestEveryTaskOfALoadIsPaidOnce(t *testing.T) {
	const requests = 60
	l := openLab(t, "--nodes", "40", "--fake-inference", "200ms")
	out, err := l.helium(t, "bench", "load", "--ready", l.readyFile(), "--requests", "60", "--parallel", "20", "--json")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var found bench.Load
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if found.Tasks.Once != requests || found.Tasks.Otherwise != 0 || found.Tasks.Lost != 0 || found.Failed != 0 || found.Book.Missing != "0" {
		t.Errorf("of %d requests: %+v, %+v, %d failed: %v", requests, found.Tasks, found.Book, found.Failed, found.Errors)
	}
	if found.Blocks.Count == 0 || found.PerSecond <= 0 || found.CPUPerTask <= 0 || found.PeakMB <= 0 {
		t.Errorf("measured were %+v, %f tasks a second, %f s a task, %f MB", found.Blocks, found.PerSecond, found.CPUPerTask, found.PeakMB)
	}
	l.readBook(t).check(t, l)
}
