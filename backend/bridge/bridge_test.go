package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/inference/task"
)

// penniless is a creator that can quote and has nothing to pay with: what lies
// before a task is made is tested here, what lies after it with real ones in
// package main.
type penniless struct{}

func (penniless) Create(context.Context, creator.Request) (*creator.Task, error) {
	return nil, protocol.Reason{Code: "insufficient_funds", Title: "The wallet that pays has too little CNX", Action: "Fund it."}
}
func (penniless) Task(string) (*creator.Task, error) { return nil, creator.ErrNotFound }
func (penniless) Fee(_ context.Context, s creator.Size, _ protocol.Wei) (protocol.Wei, error) {
	return protocol.CNX(uint64(s.Units)), nil
}
func (penniless) Estimate(context.Context, creator.Size, protocol.Wei) (creator.Estimate, error) {
	return creator.Estimate{}, nil
}
func (penniless) Balance(context.Context) (protocol.Wei, error) { return protocol.Wei{}, nil }

func open(t *testing.T) (*Bridge, string) { return openWith(t, func(*Config) {}) }

func openWith(t *testing.T, change func(*Config)) (*Bridge, string) {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	key, err := CreateKey(s, KeyOptions{Name: "test", Budget: protocol.CNX(3)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Listen: "127.0.0.1:0", Creator: penniless{}, Store: s,
		Models: []Model{
			{Pin: protocol.ModelPin{ID: "helium/demo", Revision: "1"}, MinVRAMGB: 1},
			{Pin: protocol.ModelPin{ID: "helium/demo-images", Revision: "1"}, MinVRAMGB: 1, Images: true},
		},
		Pin: func(id string) (protocol.ModelPin, bool) {
			return protocol.ModelPin{ID: id}, id == "someone/lora#a.safetensors"
		},
		Chat: fstest.MapFS{"index.html": {Data: []byte("<title>Helium chat</title>")}},
	}
	change(&c)
	b, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b, key
}

type call struct {
	method, path, body string
	header             http.Header
}

func (b *Bridge) call(t *testing.T, c call) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(c.method, b.URL()+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func bearer(key string) http.Header { return http.Header{"Authorization": {"Bearer " + key}} }

const ask = `{"model":"helium/demo","messages":[{"role":"user","content":"hi"}]}`

func TestErrorsHaveOpenAIsShapeAndTheRightStatus(t *testing.T) {
	b, key := open(t)
	for name, c := range map[string]struct {
		call
		status int
		code   string
		says   string
	}{
		"no key":         {call{"POST", "/v1/chat/completions", ask, nil}, 401, "invalid_api_key", "Authorization"},
		"wrong key":      {call{"POST", "/v1/chat/completions", ask, bearer(keyPrefix + "x")}, 401, "invalid_api_key", "no such API key"},
		"foreign key":    {call{"GET", "/v1/models", "", bearer("sk-proj-x")}, 401, "invalid_api_key", keyPrefix},
		"basic auth":     {call{"GET", "/v1/models", "", http.Header{"Authorization": {"Basic eDp5"}}}, 401, "invalid_api_key", "Bearer"},
		"unknown model":  {call{"POST", "/v1/chat/completions", strings.Replace(ask, "helium/demo", "gpt-4", 1), bearer(key)}, 404, "model_not_found", "gpt-4"},
		"unknown field":  {call{"POST", "/v1/chat/completions", `{"modle":"x"}`, bearer(key)}, 400, "", "modle"},
		"not json":       {call{"POST", "/v1/chat/completions", `{`, bearer(key)}, 400, "", "JSON"},
		"over budget":    {call{"POST", "/v1/chat/completions", strings.Replace(ask, `"messages"`, `"max_tokens":1024,"messages"`, 1), bearer(key)}, 402, "insufficient_quota", "3 CNX of the budget"},
		"bridge is poor": {call{"POST", "/v1/chat/completions", ask, bearer(key)}, 503, "insufficient_funds", "too little CNX"},
		"no endpoint":    {call{"POST", "/v1/embeddings", `{}`, bearer(key)}, 404, "not_found", "endpoint"},
		"other's task":   {call{"GET", "/v1/tasks/req_000000000000000000000000", "", bearer(key)}, 404, "not_found", "no such request of yours"},
		"too large":      {call{"POST", "/v1/chat/completions", `{"model":"` + strings.Repeat("x", maxBody) + `"}`, bearer(key)}, 413, "", "larger than"},
	} {
		resp, body := b.call(t, c.call)
		var got struct {
			Error struct{ Message, Type, Code string }
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: not JSON: %s", name, body)
			continue
		}
		if resp.StatusCode != c.status || got.Error.Code != c.code || !strings.Contains(got.Error.Message, c.says) || got.Error.Type == "" {
			t.Errorf("%s: got %d %s, want %d, code %q, saying %q", name, resp.StatusCode, body, c.status, c.code, c.says)
		}
		if resp.StatusCode == 503 && resp.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
	}
	// Nothing above was paid for, so the whole budget is left.
	if err := b.charge(b.mustCaller(t, key), "req_x", protocol.CNX(3), [32]byte{}, plan{}); err != nil {
		t.Errorf("a refused request was charged: %v", err)
	}
}

func (b *Bridge) mustCaller(t *testing.T, key string) caller {
	t.Helper()
	c, err := b.callerOfKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARequestOverItsRateIsToldWhenToTryAgain(t *testing.T) {
	b, _ := open(t)
	secret := keyPrefix + "slow"
	if err := PutKey(b.store, secret, KeyOptions{PerMinute: 6}, time.Now()); err != nil {
		t.Fatal(err)
	}
	b.call(t, call{"POST", "/v1/estimate", ask, bearer(secret)})
	resp, body := b.call(t, call{"POST", "/v1/estimate", ask, bearer(secret)})
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("got %d %s, Retry-After %q", resp.StatusCode, body, resp.Header.Get("Retry-After"))
	}
}

func TestThePagesSessionIsForThePageOnly(t *testing.T) {
	b, _ := open(t)
	own := http.Header{"Sec-Fetch-Site": {"same-origin"}}
	resp, _ := b.call(t, call{"POST", "/chat/session", "", own})
	if resp.StatusCode != http.StatusNoContent || len(resp.Cookies()) != 1 {
		t.Fatalf("got %d, %v", resp.StatusCode, resp.Cookies())
	}
	c := resp.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie is %v", c)
	}
	with := func(site string) http.Header {
		return http.Header{"Cookie": {c.Name + "=" + c.Value}, "Sec-Fetch-Site": {site}}
	}
	if resp, body := b.call(t, call{"GET", "/v1/models", "", with("same-origin")}); resp.StatusCode != 200 || !strings.Contains(body, "helium/demo") {
		t.Errorf("the page gets %d %s", resp.StatusCode, body)
	}
	for name, h := range map[string]http.Header{
		"another site":    with("cross-site"),
		"a sister site":   with("same-site"),
		"a made-up one":   {"Cookie": {c.Name + "=x"}, "Sec-Fetch-Site": {"same-origin"}},
		"an other origin": {"Cookie": {c.Name + "=" + c.Value}, "Origin": {"https://example.com"}},
		"no origin":       {"Cookie": {c.Name + "=" + c.Value}},
	} {
		if resp, _ := b.call(t, call{"GET", "/v1/models", "", h}); resp.StatusCode != 401 {
			t.Errorf("%s gets %d", name, resp.StatusCode)
		}
	}
	if valid, err := b.validSession(c.Value); err != nil || !valid {
		t.Errorf("the session is not kept: %v", err)
	}
	b.now = func() time.Time { return time.Now().Add(sessionLife) }
	if resp, _ := b.call(t, call{"GET", "/v1/models", "", with("same-origin")}); resp.StatusCode != 401 {
		t.Errorf("a session that has ended gets %d", resp.StatusCode)
	}
	b.now = time.Now
	if resp, _ := b.call(t, call{"POST", "/chat/session", "", http.Header{"Sec-Fetch-Site": {"cross-site"}}}); resp.StatusCode != 403 {
		t.Errorf("another site's session: %d", resp.StatusCode)
	}
	if resp, _ := b.call(t, call{"GET", "/", "", http.Header{"Host": {"evil.example"}}}); resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a rebound name gets %d", resp.StatusCode)
	}
	if resp, body := b.call(t, call{"GET", "/", "", nil}); resp.StatusCode != 200 || !strings.Contains(body, "Helium chat") || !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Errorf("the page: %d %s", resp.StatusCode, body)
	}
}

func TestChatRequestsBecomeTasksOrAreRefusedByField(t *testing.T) {
	one := func(more string) string { return strings.TrimSuffix(ask, "}") + more + "}" }
	for body, want := range map[string]string{
		one(`,"frequency_penalty":0,"presence_penalty":0,"logit_bias":{},"logprobs":false,"response_format":{"type":"text"},"user":"u","metadata":{"a":"b"},"store":false,"service_tier":"auto","parallel_tool_calls":true`): "",
		one(`,"temperature":0.5,"top_p":0.9,"top_k":40,"min_p":0.05,"repetition_penalty":1.1,"max_completion_tokens":7,"seed":3,"stop":"a"`):                                                                                 "",
		one(`,"stop":["a","b"],"n":2`):                                "",
		one(`,"stream":true,"n":2,"stop":null`):                       "",
		one(`,"user":7`):                                              "user",
		one(`,"metadata":{"a":1}`):                                    "metadata",
		one(`,"metadata":"a"`):                                        "metadata",
		one(`,"stream":true,"stream_options":{"include_usage":true}`): "",
		one(`,"tools":[],"tool_choice":"none"`):                       "",
		`{"model":"m","messages":[{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"user","content":"x"}]}`:                                                                                    "",
		`{"model":"m","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"1"}]}`: "",
		one(`,"frequency_penalty":0.1`):                             "frequency_penalty",
		one(`,"presence_penalty":-1`):                               "presence_penalty",
		one(`,"top_logprobs":2`):                                    "top_logprobs",
		one(`,"logprobs":true,"top_logprobs":21`):                   "top_logprobs",
		one(`,"logprobs":true,"top_logprobs":20,"max_tokens":9999`): "top_logprobs",
		one(`,"logprobs":true`):                                     "",
		one(`,"logprobs":true,"top_logprobs":20`):                   "",
		one(`,"logit_bias":{"1":2}`):                                "logit_bias",
		one(`,"response_format":{"type":"json_object"}`):            "",
		one(`,"response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"type":"array"}}}`): "",
		one(`,"response_format":{"type":"grammar"}`):                                                                                        "response_format.type",
		one(`,"response_format":"json_object"`):                                                                                             "response_format",
		one(`,"response_format":{"type":"json_object","json_schema":{"name":"x"}}`):                                                         "response_format.json_schema",
		one(`,"response_format":{"type":"json_schema"}`):                                                                                    "response_format.json_schema",
		one(`,"response_format":{"type":"json_schema","json_schema":{"name":"x"}}`):                                                         "response_format.json_schema.schema",
		one(`,"response_format":{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}`):                                           "response_format.json_schema.name",
		one(`,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"text"}}}`):                                "response_format",
		one(`,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":[]}}`):                                             "response_format",
		one(`,"tool_choice":"required"`):                                                                                                    "tool_choice",
		one(`,"tool_choice":"any"`):                                                                                                         "tool_choice",
		one(`,"tool_choice":{}`):                                                                                                            "tool_choice",
		one(`,"tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}]`):                                              "",
		one(`,"tool_choice":{"type":"function","function":{"name":"f"}},"tools":[{"type":"function","function":{"name":"f"}}]`):             "",
		one(`,"tool_choice":{"type":"function","function":{"name":"g"}},"tools":[{"type":"function","function":{"name":"f"}}]`):             "tool_choice",
		one(`,"tool_choice":"required","tools":[{"type":"custom"}]`):                                                                        "tools[0]",
		one(`,"tool_choice":"required","tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]`):               "",
		one(`,"tool_choice":"required","tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object"}}}]`): "tools[0].function.parameters",
		one(`,"tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}],"response_format":{"type":"json_object"}`):     "response_format",
		one(`,"tool_choice":"auto","tools":[{"type":"function","function":{"name":"f"}}],"response_format":{"type":"json_object"}`):         "",
		one(`,"tool_choice":{"type":"function"}`):                                                                                           "tool_choice",
		one(`,"store":true`):                                      "store",
		one(`,"service_tier":"flex"`):                             "service_tier",
		one(`,"reasoning_effort":"low"`):                          "reasoning_effort",
		one(`,"stream_options":{}`):                               "stream_options",
		one(`,"max_tokens":1,"max_completion_tokens":2`):          "max_tokens",
		one(`,"max_tokens":0`):                                    "max_tokens",
		one(`,"temperature":-1`):                                  "temperature",
		one(`,"temperature":"hot"`):                               "temperature",
		one(`,"top_p":2`):                                         "top_p",
		one(`,"n":0`):                                             "n",
		one(`,"seed":-1`):                                         "",
		one(`,"stop":1`):                                          "stop",
		one(`,"stop":[""]`):                                       "stop",
		`{"model":"m","messages":[]}`:                             "messages",
		`{"model":"m","messages":[{"role":"bot","content":"x"}]}`: "messages[0].role",
		`{"model":"m","messages":[{"role":"user","content":7}]}`:  "messages[0].content",
		`{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}`: "messages[0].content[0]",
		`{"model":"m","messages":[{"role":"user","content":"x","name":"bob"}]}`:                               "messages[0].name",
		ask + ask: "",
	} {
		r, err := decodeChat([]byte(body))
		if err == nil {
			_, err = r.task()
		}
		var api *apiError
		switch {
		case body == ask+ask:
			if err == nil {
				t.Error("two documents were taken for one")
			}
		case want == "" && err != nil:
			t.Errorf("%s: refused: %v", body, err)
		case want != "" && (!errors.As(err, &api) || !strings.HasPrefix(api.Param, want)):
			t.Errorf("%s: want a refusal of %s, got %v (%+v)", body, want, err, api)
		}
	}
}

func TestTheTaskSaysWhatTheRequestSaid(t *testing.T) {
	r, err := decodeChat([]byte(`{"model":"m","temperature":0,"max_tokens":9,"stop":"END","seed":5,"messages":[{"role":"developer","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.task()
	if err != nil {
		t.Fatal(err)
	}
	c := g.GenerationConfig
	if g.Seed != 5 || *c.MaxNewTokens != 9 || *c.DoSample || c.StopStrings[0] != "END" || g.Messages[0].Role != task.RoleSystem || g.Messages[0].Content.Text != "a\nb" {
		t.Errorf("got %s", g.Normalised())
	}
	r.Seed, r.Temperature = nil, nil
	first, _ := r.task()
	second, _ := r.task()
	if first.Seed == second.Seed || !*first.GenerationConfig.DoSample {
		t.Errorf("seeds %d and %d, sampling %v", first.Seed, second.Seed, *first.GenerationConfig.DoSample)
	}
}

func TestAFormatAndProbabilitiesGoIntoTheTask(t *testing.T) {
	r, err := decodeChat([]byte(`{"model":"m","messages":[{"role":"user","content":"x"}],"logprobs":true,"top_logprobs":3,
		"response_format":{"type":"json_schema","json_schema":{"name":"x","description":"d","strict":true,"schema":{"enum": ["b", "a"]}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.task()
	if err != nil {
		t.Fatal(err)
	}
	const want = `,"helium":{"response_format":{"type":"json_schema","schema":{"enum":["b","a"]}},"logprobs":3}}`
	if got := string(g.Normalised()); !strings.HasSuffix(got, want) {
		t.Errorf("got %s, want %s at its end", got, want)
	}
}

func TestASchemaIsRefusedBeforeAnythingIsPaid(t *testing.T) {
	b, key := open(t)
	resp, body := b.call(t, call{"POST", "/v1/chat/completions", `{"model":"helium/demo","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"shape",
		"schema":{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","pattern":"x"}}}}}}`, http.Header{"Authorization": {"Bearer " + key}}})
	const want = `{"error":{"code":null,"message":"Invalid schema for response_format 'shape': properties.a.pattern is not a supported keyword here: known here: type, enum, const","param":"response_format","type":"invalid_request_error"}}`
	if resp.StatusCode != 400 || body != want {
		t.Errorf("got %d %s", resp.StatusCode, body)
	}
}

// likely is an answer with probabilities.
func likely() *task.Response {
	return &task.Response{Model: "m", Choices: []task.Choice{{FinishReason: task.FinishStop, Content: "é", Logprobs: &task.Logprobs{Tokens: []task.TokenLogprobs{
		{TokenLogprob: task.TokenLogprob{Bytes: []byte("\xc3"), Logprob: -5000}, Top: []task.TokenLogprob{{Bytes: []byte("x"), Logprob: -20000}}},
		{TokenLogprob: task.TokenLogprob{Bytes: []byte("\xa9"), Logprob: 0}},
	}}}}}
}

func TestProbabilitiesAreOpenAIs(t *testing.T) {
	const want = `"logprobs":{"content":[{"token":"�","logprob":-0.5000,"bytes":[195],"top_logprobs":[{"token":"x","logprob":-2.0000,"bytes":[120]}]},` +
		`{"token":"�","logprob":0.0000,"bytes":[169],"top_logprobs":[]}],"refusal":null}`
	whole, err := json.Marshal(reply{}.completion(likely()))
	if err != nil || !strings.Contains(string(whole), want) {
		t.Errorf("got %s, %v", whole, err)
	}
	// Of a node that tells no probabilities while it streams, all come at the end.
	got := recordOf(reply{chances: true}, false, creator.Event{Stage: creator.StageDelta, Text: "é"}, creator.Event{Stage: creator.StageVerified, Response: likely().Bytes()})
	if !strings.Contains(got, `"delta":{},"finish_reason":"stop","index":0,`+want) || strings.Count(got, `"logprobs":null`) != 2 {
		t.Errorf("got %s", got)
	}
}

// token is one of a stream whose only alternative is x.
func token(text string, logprob int64) protocol.StreamToken {
	return protocol.StreamToken{
		StreamChance: protocol.StreamChance{Bytes: []byte(text), Logprob: logprob},
		Top:          []protocol.StreamChance{{Bytes: []byte("x"), Logprob: -20000}},
	}
}

// chances is what nodes agree on.
func chances(content string, tokens ...protocol.StreamToken) creator.Event {
	l := &task.Logprobs{}
	for _, t := range tokens {
		l.Tokens = append(l.Tokens, tokenLogprobs(t))
	}
	r := task.Response{Model: "m", Choices: []task.Choice{{FinishReason: task.FinishStop, Content: content, Logprobs: l}}}
	return creator.Event{Stage: creator.StageVerified, Response: r.Bytes()}
}

// told lists what each chunk of a stream says: its text, and its tokens with their
// logarithms.
func told(t *testing.T, stream string) (all []string) {
	t.Helper()
	for _, line := range strings.Split(stream, "\n") {
		data, ok := strings.CutPrefix(line, "data: {")
		if !ok {
			if strings.HasPrefix(line, ": helium replaced") {
				all = append(all, line)
			}
			continue
		}
		var chunk struct {
			Choices []struct {
				Delta    struct{ Content, Role string }
				Finish   string `json:"finish_reason"`
				Logprobs *struct {
					Content []struct {
						Token   string
						Logprob float64
						Top     []struct{ Token string } `json:"top_logprobs"`
					}
				}
			}
		}
		if err := json.Unmarshal([]byte("{"+data), &chunk); err != nil {
			t.Fatal(err)
		}
		for _, c := range chunk.Choices {
			says := c.Delta.Role + c.Delta.Content + c.Finish
			if c.Logprobs != nil {
				for _, token := range c.Logprobs.Content {
					says += fmt.Sprintf(" %s(%v)", token.Token, token.Logprob)
					if len(token.Top) != 1 || token.Top[0].Token != "x" {
						t.Errorf("beside %s: %v", token.Token, token.Top)
					}
				}
			}
			all = append(all, says)
		}
	}
	return all
}

func TestEachChunkHasTheProbabilitiesOfItsOwnTokens(t *testing.T) {
	delta := func(text string, tokens ...protocol.StreamToken) creator.Event {
		return creator.Event{Stage: creator.StageDelta, Text: text, Tokens: tokens}
	}
	again := creator.Event{Stage: stageRetry, Count: 2, Reason: &protocol.Reason{Code: "nodes_silent"}}
	a, b, c, end := token("a", -1), token("b", -2), token("c", -30000), token("<|end|>", 0)
	for name, test := range map[string]struct {
		events []creator.Event
		want   []string
	}{
		"streamed to its end": {
			[]creator.Event{delta("a", a), delta("", b), delta("bc", c), delta("", end), chances("abc", a, b, c, end)},
			[]string{"assistant", "a a(-0.0001)", "bc b(-0.0002) c(-3)", "stop <|end|>(0)"},
		},
		"the rest verified": {
			[]creator.Event{delta("a", a), chances("abc", a, b, c)},
			[]string{"assistant", "a a(-0.0001)", "bc b(-0.0002) c(-3)", "stop"},
		},
		"nothing streamed": {
			[]creator.Event{chances("ab", a, b)},
			[]string{"assistant", "ab a(-0.0001) b(-0.0002)", "stop"},
		},
		"sent again": {
			[]creator.Event{delta("a", a), delta("", c), again, delta("ab", a, b), chances("ab", a, b)},
			[]string{"assistant", "a a(-0.0001)", "b b(-0.0002)", "stop"},
		},
		"wrong of its token": {
			[]creator.Event{delta("a", token("a", -5)), chances("ab", a, b)},
			[]string{"assistant", "a a(-0.0005)", `: helium replaced {"content":"ab","index":0,"logprobs":{"content":[` +
				`{"token":"a","logprob":-0.0001,"bytes":[97],"top_logprobs":[{"token":"x","logprob":-2.0000,"bytes":[120]}]},` +
				`{"token":"b","logprob":-0.0002,"bytes":[98],"top_logprobs":[{"token":"x","logprob":-2.0000,"bytes":[120]}]}],"refusal":null}}`, "b", "stop"},
		},
		"more tokens than there are": {
			[]creator.Event{delta("a", a, b, c), chances("a", a)},
			[]string{"assistant", "a a(-0.0001) b(-0.0002) c(-3)", `: helium replaced {"content":"a","index":0,"logprobs":{"content":[` +
				`{"token":"a","logprob":-0.0001,"bytes":[97],"top_logprobs":[{"token":"x","logprob":-2.0000,"bytes":[120]}]}],"refusal":null}}`, "stop"},
		},
	} {
		if got := told(t, recordOf(reply{chances: true}, false, test.events...)); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, test.want)
		}
	}
	unasked := recordOf(reply{}, false, delta("a", a), verifiedEvent("a"))
	if strings.Contains(unasked, `"top_logprobs"`) || strings.Contains(unasked, "replaced") {
		t.Errorf("nobody asked for probabilities: %s", unasked)
	}
}

// record is a stream's bytes.
func record(named bool, events ...creator.Event) string { return recordOf(reply{}, named, events...) }

func recordAs(named bool, forced *forcedCall, events ...creator.Event) string {
	return recordOf(reply{forced: forced}, named, events...)
}

func recordOf(answer reply, named bool, events ...creator.Event) string {
	w := httptest.NewRecorder()
	answer.id, answer.model, answer.created, answer.choices = "req_1", "m", time.Unix(7, 0), 2
	s := &sse{w: w, flush: http.NewResponseController(w), named: named, answer: answer, task: "req_1", usage: true}
	for _, e := range events {
		s.event(e)
	}
	if !s.done {
		s.end()
	}
	return w.Body.String()
}

func verifiedEvent(texts ...string) creator.Event {
	r := task.Response{Model: "m", Usage: task.Usage{PromptTokens: 2, CompletionTokens: 3}}
	for _, text := range texts {
		r.Choices = append(r.Choices, task.Choice{FinishReason: task.FinishStop, Content: text})
	}
	return creator.Event{Stage: creator.StageVerified, TaskID: 4, At: 1500 * time.Millisecond, Response: r.Bytes(), Nodes: []common.Address{{1}}}
}

func TestAStreamIsOpenAIsToTheByteWithStagesAsComments(t *testing.T) {
	const head = `data: {"choices":[{"delta":%s,"finish_reason":%s,"index":0,"logprobs":null}],"created":7,"id":"chatcmpl-req_1","model":"m","object":"chat.completion.chunk","usage":null}` + "\n\n"
	got := record(false,
		creator.Event{Stage: creator.StageQueued, TaskID: 4, Position: 2, Wait: 40 * time.Second},
		creator.Event{Stage: creator.StageDelta, TaskID: 4, Text: "Hel"},
		verifiedEvent("Hello"),
		creator.Event{Stage: creator.StageDelta, TaskID: 4, Text: "lo"}, // late: the answer has it already
		creator.Event{Stage: creator.StageSettled, TaskID: 4, Receipt: &protocol.Receipt{Fee: protocol.CNX(10), Refunded: protocol.CNX(4)}},
	)
	want := ": helium stage=queued task=4 position=2 wait=40s\n\n" +
		fmt.Sprintf(head, `{"content":"","role":"assistant"}`, "null") +
		fmt.Sprintf(head, `{"content":"Hel"}`, "null") +
		fmt.Sprintf(head, `{"content":"lo"}`, "null") +
		fmt.Sprintf(head, `{}`, `"stop"`) +
		`data: {"choices":[],"created":7,"id":"chatcmpl-req_1","model":"m","object":"chat.completion.chunk","usage":{"completion_tokens":3,"prompt_tokens":2,"total_tokens":5}}` + "\n\n" +
		": helium verified task=4 receipt=req_1\n\n: helium stage=settled task=4 fee=10 refunded=4\n\ndata: [DONE]\n\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestChoicesAreStreamedByTheirIndex(t *testing.T) {
	const head = `data: {"choices":[{"finish_reason":%s,"index":%d,"logprobs":null,"text":%q}],"created":7,"id":"cmpl-req_1","model":"m","object":"text_completion","usage":null}` + "\n\n"
	got := recordOf(reply{raw: true}, false,
		creator.Event{Stage: creator.StageDelta, Text: "He"},
		creator.Event{Stage: creator.StageDelta, Choice: 2, Text: "nobody asked for a third"},
		creator.Event{Stage: creator.StageDelta, Choice: 1, Text: "Wo"},
		verifiedEvent("Hello", "Wo"),
	)
	want := fmt.Sprintf(head, "null", 0, "He") + fmt.Sprintf(head, "null", 1, "Wo") +
		fmt.Sprintf(head, "null", 0, "llo") + fmt.Sprintf(head, `"stop"`, 0, "") + fmt.Sprintf(head, `"stop"`, 1, "") +
		`data: {"choices":[],"created":7,"id":"cmpl-req_1","model":"m","object":"text_completion","usage":{"completion_tokens":3,"prompt_tokens":2,"total_tokens":5}}` + "\n\n" +
		": helium verified task=4 receipt=req_1\n\ndata: [DONE]\n\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = record(true, creator.Event{Stage: creator.StageDelta, Choice: 1, Text: "Wx"}, verifiedEvent("Hello", "Wo"))
	if !strings.Contains(got, `helium.replaced`+"\n"+`data: {"content":"Wo","index":1}`) || strings.Contains(got, `"content":"Hello","index":0}`) ||
		!strings.Contains(got, `"text_matches_stream":false`) || strings.Count(got, `"role":"assistant"`) != 2 {
		t.Errorf("the second of two is wrong:\n%s", got)
	}
}

func TestACompletionsPromptBecomesTheTasksOrIsRefusedByField(t *testing.T) {
	one := func(more string) string { return `{"model":"helium/demo","prompt":"Once"` + more + "}" }
	for body, want := range map[string]string{
		one(`,"n":2,"best_of":2,"stop":["a","b"],"echo":false,"suffix":"","user":"u","logit_bias":{}`): "",
		one(`,"n":2,"stream":true,"stream_options":{"include_usage":true}`):                            "",
		`{"model":"m","prompt":["Once"]}`:                                                              "",
		`{"model":"m","prompt":["Once","Twice"]}`:                                                      "prompt",
		`{"model":"m","prompt":[]}`:                                                                    "prompt",
		`{"model":"m","prompt":""}`:                                                                    "prompt",
		`{"model":"m","prompt":[[1,2]]}`:                                                               "prompt",
		`{"model":"m","prompt":[1,2]}`:                                                                 "prompt",
		`{"model":"m"}`:                                                                                "prompt",
		one(`,"best_of":2`):                                                                            "best_of",
		one(`,"n":3,"best_of":5`):                                                                      "best_of",
		one(`,"echo":true`):                                                                            "echo",
		one(`,"suffix":"x"`):                                                                           "suffix",
		one(`,"logprobs":0`):                                                                           "logprobs",
		one(`,"logit_bias":{"1":2}`):                                                                   "logit_bias",
		one(`,"presence_penalty":1`):                                                                   "presence_penalty",
		one(`,"frequency_penalty":1`):                                                                  "frequency_penalty",
		one(`,"messages":[]`):                                                                          "messages",
		one(`,"max_tokens":0`):                                                                         "max_tokens",
		one(`,"stop":[""]`):                                                                            "stop",
		one(`,"stream_options":{}`):                                                                    "stream_options",
	} {
		r, err := decodeCompletion([]byte(body))
		if err == nil {
			_, err = r.task()
		}
		var api *apiError
		if want == "" && err != nil {
			t.Errorf("%s: refused: %v", body, err)
		}
		if want != "" && (!errors.As(err, &api) || !strings.HasPrefix(api.Param, want)) {
			t.Errorf("%s: want a refusal of %s, got %v (%+v)", body, want, err, api)
		}
	}
	r, err := decodeCompletion([]byte(one(`,"temperature":0,"seed":5`)))
	if err != nil {
		t.Fatal(err)
	}
	g, err := r.task()
	if err != nil {
		t.Fatal(err)
	}
	const document = `{"model":"helium/demo","messages":[{"role":"user","content":"Once"}],` +
		`"generation_config":{"max_new_tokens":16,"do_sample":false,"temperature":0.0},"seed":5,"dtype":"auto","quantize_bits":null,"helium":{"raw_prompt":true}}`
	if string(g.Normalised()) != document {
		t.Errorf("got  %s\nwant %s", g.Normalised(), document)
	}
}

func TestTooManyTokensAreRefusedByTheirName(t *testing.T) {
	b, key := open(t)
	for path, body := range map[string]string{
		"/v1/chat/completions": with(`"max_tokens":200000,"n":2`),
		"/v1/completions":      `{"model":"helium/demo","prompt":"x","max_tokens":300000}`,
		"/v1/estimate":         `{"model":"helium/demo","prompt":"x","max_tokens":300000}`,
	} {
		resp, got := b.call(t, call{"POST", path, body, bearer(key)})
		if resp.StatusCode != 400 || !strings.Contains(got, `"param":"max_tokens"`) || !strings.Contains(got, "at most 262144 tokens in all") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, got)
		}
	}
}

func TestLabelsHaveLimits(t *testing.T) {
	many := map[string]string{}
	for i := range maxLabels + 1 {
		many[fmt.Sprint(i)] = ""
	}
	for name, l := range map[string]labels{
		"pairs": {Metadata: many}, "name": {Metadata: map[string]string{strings.Repeat("é", maxLabelName+1): ""}},
		"value": {Metadata: map[string]string{"a": strings.Repeat("x", maxLabelValue+1)}}, "user": {User: strings.Repeat("x", maxLabelValue+1)},
	} {
		if l.check() == nil {
			t.Errorf("too large a %s is taken", name)
		}
	}
	if l := (labels{User: "u", Metadata: map[string]string{"a": "b"}}); l.check() != nil || string(l.context()) != `{"user":"u","metadata":{"a":"b"}}` || (labels{}).context() != nil {
		t.Errorf("kept as %s", l.context())
	}
}

func TestAWrongStreamIsReplacedAndAFailureEndsIt(t *testing.T) {
	got := record(true, creator.Event{Stage: creator.StageDelta, Text: "Hex"}, verifiedEvent("Hello"))
	for _, want := range []string{"event: helium.replaced\ndata: {\"content\":\"Hello\",\"index\":0}", `"text_matches_stream":false`, "event: helium.verified"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	got = record(true, creator.Event{Stage: creator.StageDelta, Text: "x"},
		creator.Event{Stage: creator.StageDisputed, Reason: &protocol.Reason{Code: "no_agreement", Title: "The nodes did not agree", Action: "Send it again."}},
		creator.Event{Stage: creator.StageSettled, Receipt: &protocol.Receipt{Refunded: protocol.CNX(2)}})
	rest := got
	for _, want := range []string{"event: helium.disputed\n", "event: helium.receipt\n", `data: {"error":{`, "no_agreement", "data: [DONE]"} {
		at := strings.Index(rest, want)
		if at < 0 {
			t.Fatalf("no %s in its place in\n%s", want, got)
		}
		rest = rest[at:]
	}
	if strings.Contains(got, "helium.verified") {
		t.Error("called verified")
	}
}

func TestTheLedgerBooksEachRequestOnceAndItsRefundOnce(t *testing.T) {
	b, key := open(t)
	who := b.mustCaller(t, key)
	if err := b.charge(who, "req_a", protocol.CNX(2), [32]byte{1}, plan{}); err != nil {
		t.Fatal(err)
	}
	var api *apiError
	if err := b.charge(who, "req_a", protocol.CNX(1), [32]byte{1}, plan{}); !errors.As(err, &api) || api.status != 409 {
		t.Errorf("the same request again: %v", err)
	}
	if err := b.charge(who, "req_b", protocol.CNX(2), [32]byte{}, plan{}); !errors.As(err, &api) || api.status != 402 {
		t.Errorf("over the budget: %v", err)
	}
	for range 2 {
		if err := b.settle("req_a", protocol.CNX(2)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.charge(who, "req_b", protocol.CNX(3), [32]byte{}, plan{}); err != nil {
		t.Errorf("the refund did not come back: %v", err)
	}
	if _, err := b.ownRow(caller{id: "key:other"}, "req_a"); !errors.As(err, &api) || api.status != 404 {
		t.Errorf("another caller sees %v", err)
	}
	if _, err := b.repeated(who, "req_b", [32]byte{9}); !errors.As(err, &api) || api.status != 409 {
		t.Errorf("another body under the same key: %v", err)
	}
}

func TestKeysAreHashedAtRest(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	secret, err := CreateKey(s, KeyOptions{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(func(tx *store.Tx) error {
		return keys.Scan(tx, func(k [32]byte, row keyRow) error {
			if strings.Contains(fmt.Sprintf("%s%+v", k, row), secret) || k != hashKey(secret) {
				t.Errorf("row %x %+v", k, row)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzChatRequest(f *testing.F) {
	f.Add([]byte(ask))
	f.Add(fmt.Appendf(nil, `{"model":"m","messages":[{"role":"user","content":"x"}],"tools":%s,"tool_choice":"required","logprobs":true}`, twoTools))
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"enum":[1]}}}}`))
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x"}]}],"stop":["a"],"tools":[{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := decodeChat(body)
		if err != nil {
			return
		}
		g, err := r.task()
		if err != nil {
			return
		}
		if _, err := task.ParseGPT(g.Normalised()); err != nil {
			t.Errorf("%s made a task that nodes refuse: %v", body, err)
		}
	})
}
