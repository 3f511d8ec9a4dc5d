package bridge

import (
	"bufio"
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/inference/task"
)

// twoFaced is a creator whose node streams something else than the answer that the
// others agree on, which comes once the answer is let go.
type twoFaced struct {
	penniless
	answer chan struct{}
	made   chan *creator.Task
}

func (f twoFaced) Fee(context.Context, creator.Size, protocol.Wei) (protocol.Wei, error) {
	return protocol.CNX(1), nil
}

func (f twoFaced) Create(_ context.Context, q creator.Request) (*creator.Task, error) {
	t, tell, end := creator.Play(creator.Record{ID: q.ID, State: creator.Accepted, Owner: q.Owner, Type: q.Type, Model: q.Model, Fee: q.Fee, Created: time.Now()})
	f.made <- t
	go func() {
		response := (&task.SDResponse{Images: [][]byte{[]byte("right")}}).Bytes()
		if q.Type == protocol.GPT {
			response = (&task.Response{Model: q.Model, Choices: []task.Choice{{FinishReason: task.FinishStop, Content: "right"}}}).Bytes()
			tell(creator.Event{Stage: creator.StageDelta, Text: "wrong"})
		} else {
			tell(creator.Event{Stage: creator.StageDelta, Step: 1, Steps: 2, Preview: []byte("wrong")})
		}
		<-f.answer
		tell(creator.Event{Stage: creator.StageVerified, Response: response})
		tell(creator.Event{Stage: creator.StageSettled, Receipt: &protocol.Receipt{Fee: q.Fee}})
		end()
	}()
	return t, nil
}

// Task knows the one that was made last.
func (f twoFaced) Task(id string) (*creator.Task, error) {
	t := <-f.made
	f.made <- t
	if t.ID() != id {
		return nil, creator.ErrNotFound
	}
	return t, nil
}

func openTwoFaced(t *testing.T) (b *Bridge, f twoFaced, key string) {
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if key, err = CreateKey(s, KeyOptions{Name: "test"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	f = twoFaced{answer: make(chan struct{}), made: make(chan *creator.Task, 1)}
	b, err = Start(Config{Listen: "127.0.0.1:0", Creator: f, Store: s, Models: []Model{
		{Pin: protocol.ModelPin{ID: "helium/demo"}, MinVRAMGB: 1}, {Pin: protocol.ModelPin{ID: "helium/demo-images"}, MinVRAMGB: 1, Images: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b, f, key
}

// streamed asks for a stream and waits until the wrong piece of it has come.
func (b *Bridge) streamed(t *testing.T, key, path, body, wrong string, named bool) (resp *http.Response, lines *bufio.Scanner) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = bearer(key)
	if named {
		req.Header.Set("X-Helium-Events", "1")
	}
	if resp, err = http.DefaultClient.Do(req); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	lines = bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), wrong) {
			return resp, lines
		}
	}
	t.Fatalf("%s never streamed %s: %s", path, wrong, resp.Status)
	return nil, nil
}

func TestAWrongStreamIsCorrectedOnTheSameConnection(t *testing.T) {
	const (
		completion = `{"model":"helium/demo","prompt":"hi","stream":true}`
		text       = `{"content":"right","index":0}`
	)
	image := base64.StdEncoding.EncodeToString([]byte("right"))
	for name, c := range map[string]struct {
		path, body, wrong string
		named             bool
		want              string
	}{
		"chat":              {"/v1/chat/completions", with(`"stream":true`), `{"content":"wrong"}`, false, ": helium replaced " + text + "\n"},
		"chat, named":       {"/v1/chat/completions", with(`"stream":true`), `{"content":"wrong"}`, true, "event: helium.replaced\ndata: " + text + "\n"},
		"completion":        {"/v1/completions", completion, `"text":"wrong"`, false, ": helium replaced " + text + "\n"},
		"completion, named": {"/v1/completions", completion, `"text":"wrong"`, true, "event: helium.replaced\ndata: " + text + "\n"},
		"image": {"/v1/images/generations", `{"model":"helium/demo-images","prompt":"x","stream":true,"partial_images":1}`,
			base64.StdEncoding.EncodeToString([]byte("wrong")), false, `"b64_json":"` + image + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, key := openTwoFaced(t)
			_, lines := b.streamed(t, key, c.path, c.body, c.wrong, c.named)
			close(f.answer)
			var rest strings.Builder
			for lines.Scan() {
				rest.WriteString(lines.Text() + "\n")
			}
			got := rest.String()
			if err := lines.Err(); err != nil || strings.Count(got, c.want) != 1 || !strings.HasSuffix(got, "data: [DONE]\n\n") || !strings.Contains(got, "verified") {
				t.Errorf("no %s in\n%s, %v", c.want, got, err)
			}
		})
	}
}

func TestAnAnswerWhoseCallerHasGoneIsFetchedByItsID(t *testing.T) {
	for _, leave := range []string{"", `,"helium":{"on_disconnect":"continue"}`} {
		b, f, key := openTwoFaced(t)
		resp, _ := b.streamed(t, key, "/v1/chat/completions", with(`"stream":true`+leave), "wrong", false)
		resp.Body.Close()
		close(f.answer)
		b.followers.Wait()
		id := resp.Header.Get("X-Helium-Receipt")
		if r, body := b.call(t, call{"GET", "/v1/tasks/" + id, "", bearer(key)}); r.StatusCode != 200 || !strings.Contains(body, `"state":"settled"`) || !strings.Contains(body, `"content":"right"`) {
			t.Errorf("left with %q: %d %s", leave, r.StatusCode, body)
		}
		if r, body := b.call(t, call{"GET", "/v1/receipts/" + id, "", bearer(key)}); r.StatusCode != 200 {
			t.Errorf("its receipt: %d %s", r.StatusCode, body)
		}
	}
}
