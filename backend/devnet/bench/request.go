package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// timing of one request through the bridge, from when it was sent.
type timing struct {
	firstToken time.Duration
	verified   time.Duration
	// steps are when the application heard of each, the last of a kind.
	steps map[string]time.Duration
	// began is when it was sent, task its id on chain.
	began time.Time
	task  string
}

// stream sends one chat request and times the first text and the verified event.
func stream(ctx context.Context, bridge, key string, body []byte) (timing, error) {
	t := timing{steps: map[string]time.Duration{}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, bridge+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return t, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("X-Helium-Events", "1")

	t.began = time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return t, fmt.Errorf("send request: %w", err)
	}
	defer resp.Body.Close()
	t.steps["accepted"] = time.Since(t.began)
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return t, fmt.Errorf("bridge answers %s: %s", resp.Status, bytes.TrimSpace(b))
	}

	event := ""
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "":
			event = ""
		case strings.HasPrefix(line, "event: "):
			event = strings.TrimPrefix(line, "event: ")
		case event == "helium.disputed":
			return t, fmt.Errorf("disputed: %s", strings.TrimPrefix(line, "data: "))
		case event == "helium.verified":
			t.verified = time.Since(t.began)
			t.steps["verified"] = t.verified
			return t, t.check()
		case event == "helium.stage":
			t.stage(line)
		case event == "" && t.firstToken == 0 && hasText(line):
			t.firstToken = time.Since(t.began)
			t.steps["first token"] = t.firstToken
		}
	}
	return t, errors.Join(lines.Err(), errors.New("the stream ended before the answer was verified"))
}

// stage notes a step that the bridge tells of.
func (t *timing) stage(line string) {
	data, _ := strings.CutPrefix(line, "data: ")
	var told struct {
		Stage  string
		TaskID json.Number `json:"task_id"`
	}
	if json.Unmarshal([]byte(data), &told) != nil || told.Stage == "" {
		return
	}
	t.steps[told.Stage] = time.Since(t.began)
	if told.TaskID != "" {
		t.task = told.TaskID.String()
	}
}

func (t timing) check() error {
	if t.firstToken == 0 {
		return errors.New("no text came before the answer was verified")
	}
	return nil
}

// hasText says that an OpenAI chunk brings text.
func hasText(line string) bool {
	data, ok := strings.CutPrefix(line, "data: ")
	if !ok {
		return false
	}
	var chunk struct {
		Choices []struct {
			Delta struct{ Content string }
		}
	}
	return json.Unmarshal([]byte(data), &chunk) == nil && len(chunk.Choices) > 0 && chunk.Choices[0].Delta.Content != ""
}
