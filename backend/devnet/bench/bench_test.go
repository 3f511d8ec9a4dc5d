package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"helium/backend/contracts"
)

func TestSpreadTakesRanksNotGuesses(t *testing.T) {
	var times []time.Duration
	for i := 20; i >= 1; i-- {
		times = append(times, time.Duration(i)*time.Second)
	}
	if got := spreadOf(times); got != (Spread{10, 19}) {
		t.Errorf("of 1 to 20 s: %+v", got)
	}
	if got := spreadOf(times[:1]); got != (Spread{20, 20}) {
		t.Errorf("of one: %+v", got)
	}
	if got := minus([]time.Duration{3 * time.Second}, Spread{P50: 1}); got[0] != 2*time.Second {
		t.Errorf("3 s minus 1 s is %s", got[0])
	}
}

func TestStreamTimesTextAndVerification(t *testing.T) {
	bridge := func(lines ...string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer key" {
				http.Error(w, `{"error":{"message":"wrong key"}}`, http.StatusUnauthorized)
				return
			}
			for _, l := range lines {
				fmt.Fprint(w, l, "\n\n")
				w.(http.Flusher).Flush()
			}
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	role := `data: {"choices":[{"delta":{"role":"assistant","content":""}}]}`
	text := `data: {"choices":[{"delta":{"content":"Hi"}}]}`
	drawn := `event: helium.stage
data: {"stage":"drawn","task_id":7,"at_ms":1}`
	verified := "event: helium.verified\ndata: {}"
	timed, err := stream(t.Context(), bridge(drawn, role, text, verified), "key", []byte("{}"))
	if err != nil || timed.task != "7" || timed.steps["drawn"] <= timed.steps["accepted"] || timed.steps["verified"] != timed.verified {
		t.Errorf("%+v, %v", timed, err)
	}
	for name, c := range map[string]struct {
		lines []string
		key   string
		err   string
	}{
		"good":      {[]string{": heartbeat", "event: helium.stage\ndata: {}", role, text, verified}, "key", ""},
		"wrong key": {nil, "other", "401"},
		"cut":       {[]string{role, text}, "key", "before the answer was verified"},
		"no text":   {[]string{role, verified}, "key", "no text"},
		"disputed":  {[]string{text, "event: helium.disputed\ndata: {\"code\":\"x\"}"}, "key", "disputed"},
	} {
		timed, err := stream(t.Context(), bridge(c.lines...), c.key, []byte("{}"))
		if c.err == "" && (err != nil || timed.firstToken <= 0 || timed.verified < timed.firstToken) {
			t.Errorf("%s: %+v, %v", name, timed, err)
		}
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: want an error about %q, got %v", name, c.err, err)
		}
	}
}

func TestAStepTakesTheTimeSinceTheOneThatItWaitsFor(t *testing.T) {
	second := func(accepted, created, ready, first, committed time.Duration) timing {
		return timing{steps: map[string]time.Duration{
			"accepted": accepted * time.Second, "created": created * time.Second, "ready": ready * time.Second,
			"first token": first * time.Second, "committed": committed * time.Second,
		}}
	}
	got := map[string]Step{}
	for _, s := range stepsOf([]timing{second(1, 2, 4, 5, 9), second(1, 3, 4, 5, 9)}) {
		got[s.Name] = s
	}
	for name, want := range map[string][2]float64{
		"first text": {5, 1}, "inference, and three signed commitments are at hand": {9, 5},
		"createTask is in a block, and the creator has seen it": {2, 1},
	} {
		if s := got[name]; s.At.P50 != want[0] || s.Took.P50 != want[1] {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if len(got) != 5 {
		t.Errorf("steps that nobody told of are among %v", got)
	}
}

func TestATaskEndsWhenTheChainSaysSo(t *testing.T) {
	e := &ends{at: map[string]time.Time{}, changed: make(chan struct{})}
	began := time.Now()
	go func() {
		e.take(&contracts.TaskTaskCreated{TaskId: big.NewInt(7)})
		e.take(&contracts.TaskTaskEnded{TaskId: big.NewInt(8)})
		e.take(&contracts.TaskTaskEnded{TaskId: big.NewInt(7)})
	}()
	if at, err := e.of(t.Context(), "7"); err != nil || at.Before(began) {
		t.Errorf("%s, %v", at, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.of(ctx, "9"); !errors.Is(err, context.Canceled) {
		t.Errorf("of a task that has not ended: %v", err)
	}
}

func TestFiguresHaveTheAgreedNames(t *testing.T) {
	var b bytes.Buffer
	l := Latency{Requests: 20, FirstTokenOverhead: Spread{1, 2}, VerifiedOverhead: Spread{3, 4}, BlockS: 1}
	if err := l.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		First    map[string]float64 `json:"first_token_overhead_s"`
		Verified map[string]float64 `json:"verified_overhead_s"`
		Block    float64            `json:"block_s"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.First["p95"] != 2 || got.Verified["p50"] != 3 || got.Block != 1 {
		t.Errorf("got %s, %v", b.String(), err)
	}
}
