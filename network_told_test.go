//go:build linux && !desktop

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/bridge"
	"helium/backend/creator"
	"helium/backend/protocol"
)

// told is all that a streamed answer has told its caller.
type told struct {
	id string
	// order is what came, step by step, and text what the pieces of text amount to.
	order []string
	text  string
	// drawn are the nodes of each attempt, and retries what stood between two.
	drawn   [][]common.Address
	retries []retryTold
	// replaced are the texts that stand in place of the streamed one, and matches is
	// whether that one was right; nil where nothing was verified.
	replaced []string
	matches  *bool
	// cost is what the usage says of the price, and failure why there is no answer.
	cost    costTold
	failure *failureTold
}

type retryTold struct {
	attempt int
	reason  protocol.Reason
}

type costTold struct {
	Fee      bridge.Amount
	Attempts int
}

type failureTold struct{ Code, Message string }

// listen asks for a stream and follows it to its end, with named events. Each step
// is shown to see, which may be nil, when it comes.
func (l *lab) listen(t *testing.T, q map[string]any, see func(step string)) (s told) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	resp, err := l.post(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	s.id = resp.Header.Get("X-Helium-Receipt")
	err = readStream(resp.Body, func(e streamEvent) bool {
		step := s.hear(t, e)
		if step != "" && see != nil {
			see(step)
		}
		return true
	})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the stream ends %s, %v, after %v", resp.Status, err, s.order)
	}
	return s
}

func (s *told) hear(t *testing.T, e streamEvent) (step string) {
	t.Helper()
	step, piece := readEvent(t, e)
	if step != "" {
		s.order = append(s.order, step)
	}
	s.text += piece
	var got struct {
		Nodes   []common.Address
		Attempt int
		Reason  *protocol.Reason
		Content string
		Matches *bool `json:"text_matches_stream"`
		Error   *failureTold
		Usage   *struct{ Helium costTold }
	}
	if step == "done" {
		return step
	}
	if err := json.Unmarshal(e.data, &got); err != nil {
		t.Fatalf("event %q: %v", e.data, err)
	}
	switch step {
	case "drawn":
		s.drawn = append(s.drawn, got.Nodes)
	case "retry":
		s.retries = append(s.retries, retryTold{got.Attempt, *got.Reason})
	case "replaced":
		s.replaced = append(s.replaced, got.Content)
	case "verified":
		s.matches = got.Matches
	case "error":
		s.failure = got.Error
	}
	if got.Usage != nil {
		s.cost = got.Usage.Helium
	}
	return step
}

// inOrder wants steps to have come, each after the one before.
func (s *told) inOrder(t *testing.T, steps ...string) {
	t.Helper()
	at := 0
	for _, want := range steps {
		i := slices.Index(s.order[at:], want)
		if i < 0 {
			t.Fatalf("%s did not come in its order of %v: %v", want, steps, slices.Compact(slices.Clone(s.order)))
		}
		at += i + 1
	}
}

// overhear asks for a stream as a client does that knows nothing of this network,
// and returns every line of it. Each is shown to see, which may be nil, when it comes.
func (l *lab) overhear(t *testing.T, q map[string]any, see func(line string)) (id string, all []string) {
	t.Helper()
	b, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.ready.Bridge+"/v1/chat/completions", bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.ready.APIKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		all = append(all, lines.Text())
		if see != nil {
			see(lines.Text())
		}
	}
	if err := lines.Err(); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the stream ends %s, %v", resp.Status, err)
	}
	return resp.Header.Get("X-Helium-Receipt"), all
}

// textOf is what the chunks among a stream's lines amount to, and commented the
// comments of one kind.
func textOf(t *testing.T, lines []string) (text string) {
	t.Helper()
	err := readStream(strings.NewReader(strings.Join(lines, "\n")), func(e streamEvent) bool {
		_, piece := readEvent(t, e)
		text += piece
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func commented(lines []string, kind string) (found []string) {
	for _, line := range lines {
		if rest, ok := strings.CutPrefix(line, ": helium "+kind); ok {
			found = append(found, strings.TrimSpace(rest))
		}
	}
	return found
}

// requestNow is what the bridge says of a request by its id.
type requestNow struct {
	State    creator.State
	TaskID   protocol.TaskID `json:"task_id"`
	Fee      bridge.Amount
	Refunded *bridge.Amount
	Reason   *protocol.Reason
	Response json.RawMessage
	Attempts []struct {
		Attempt  int
		State    creator.State
		TaskID   protocol.TaskID `json:"task_id"`
		Fee      bridge.Amount
		Refunded *bridge.Amount
		Reason   *protocol.Reason
	}
}

// ended waits until a request is over, which takes so many attempts at most.
func (l *lab) ended(t *testing.T, id string, most int) (now requestNow) {
	t.Helper()
	await(t, "the end of request "+id, func() bool {
		now = requestNow{}
		known := l.get(t, "/v1/tasks/"+id, &now)
		if len(now.Attempts) > most {
			t.Fatalf("request %s is at its attempts %+v", id, now.Attempts)
		}
		return known && now.State.Final()
	})
	return now
}
