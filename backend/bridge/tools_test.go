package bridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"helium/backend/creator"
	"helium/inference/task"
)

// twoTools are a strict one that refers to itself, and one whose schema can't be
// held to.
const twoTools = `[
	{"type":"function","function":{"name":"tree","strict":true,"parameters":{"type":"object","additionalProperties":false,"required":["kids","kind"],
		"properties":{"kids":{"type":"array","items":{"$ref":"#"}},"kind":{"$ref":"#/$defs/kind"}},"$defs":{"kind":{"enum":["leaf","node"]}}}}},
	{"type":"function","function":{"name":"search","parameters":{"type":"object","properties":{"q":{"type":"string","minLength":1}}}}}]`

func forcedRequest(t *testing.T, choice string) *chatRequest {
	t.Helper()
	r, err := decodeChat(fmt.Appendf(nil, `{"model":"m","messages":[{"role":"user","content":"x"}],"tools":%s,"tool_choice":%s}`, twoTools, choice))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAForcedCallIsHeldToItsTools(t *testing.T) {
	const tree = `{"type":"object","additionalProperties":false,"required":["name","arguments"],"properties":{"name":{"const":"tree"},"arguments":` +
		`{"$id":"urn:tool:0","type":"object","additionalProperties":false,"required":["kids","kind"],"properties":{"kids":{"type":"array","items":{"$ref":"#"}},"kind":{"$ref":"#/$defs/kind"}},"$defs":{"kind":{"enum":["leaf","node"]}}}}}`
	const search = `{"type":"object","additionalProperties":false,"required":["name","arguments"],"properties":{"name":{"const":"search"},"arguments":{"type":"object","additionalProperties":true}}}`
	for choice, want := range map[string]string{
		`"required"`: tree + "," + search,
		`{"type":"function","function":{"name":"tree"}}`:   tree,
		`{"type":"function","function":{"name":"search"}}`: search,
	} {
		g, err := forcedRequest(t, choice).task()
		if err != nil {
			t.Errorf("%s: %v", choice, err)
			continue
		}
		if got := string(g.Helium.ResponseFormat.Schema); got != `{"anyOf":[`+want+`]}` || len(g.Tools) != 2 {
			t.Errorf("%s: got %s", choice, got)
		}
	}
}

func TestToolsThatMakeTooLargeASchemaTogetherAreRefused(t *testing.T) {
	var tools []json.RawMessage
	for i := range 3 {
		tools = append(tools, fmt.Appendf(nil, `{"type":"function","function":{"name":"f%d","parameters":{"enum":["%s"]}}}`, i, strings.Repeat("x", 30_000)))
	}
	r := forcedRequest(t, `"required"`)
	r.Tools = tools
	_, err := r.task()
	if api, ok := err.(*apiError); !ok || api.Param != "tools" || !strings.Contains(api.Message, "too large") {
		t.Errorf("error = %v", err)
	}
}

func TestAForcedAnswerBecomesACall(t *testing.T) {
	answer := func(content string, finish task.FinishReason) *task.Response {
		return &task.Response{Model: "m", Choices: []task.Choice{{FinishReason: finish, Content: content}}}
	}
	const content = `{"name": "search", "arguments": {"q": "<é>"}}`
	for _, c := range []struct {
		choice   string
		response *task.Response
		message  string
		finish   string
	}{
		{`"required"`, answer(content, task.FinishStop), `{"content":null,"refusal":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"q\": \"<é>\"}","name":"search"},"id":"call_1_0","type":"function"}]}`, "tool_calls"},
		{`{"type":"function","function":{"name":"search"}}`, answer(content, task.FinishStop), `{"content":null,"refusal":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"q\": \"<é>\"}","name":"search"},"id":"call_1_0","type":"function"}]}`, "stop"},
		{`"required"`, answer(content[:20], task.FinishLength), `{"content":"{\"name\": \"search\", \"","refusal":null,"role":"assistant"}`, "length"},
		{`"auto"`, answer(content, task.FinishStop), `{"content":"{\"name\": \"search\", \"arguments\": {\"q\": \"<é>\"}}","refusal":null,"role":"assistant"}`, "stop"},
	} {
		a := reply{id: "req_1", forced: forcedRequest(t, c.choice).forced()}
		choice := a.completion(c.response)["choices"].([]map[string]any)[0]
		var message strings.Builder
		if err := writeJSON(&message, choice["message"]); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(message.String()); got != c.message || choice["finish_reason"] != c.finish {
			t.Errorf("%s: got %s, %v, want %s, %s", c.choice, got, choice["finish_reason"], c.message, c.finish)
		}
	}
}

func TestAForcedCallIsStreamedAsAWhole(t *testing.T) {
	const content = `{"name": "tree", "arguments": {"kids": [], "kind": "leaf"}}`
	record := func(content string) (chunks []string) {
		got := recordAs(false, &forcedCall{}, creator.Event{Stage: creator.StageDelta, Text: content[:5]}, verifiedEvent(content))
		for line := range strings.SplitSeq(got, "\n") {
			var chunk struct{ Choices []json.RawMessage }
			if data, ok := strings.CutPrefix(line, "data: "); ok && json.Unmarshal([]byte(data), &chunk) == nil && len(chunk.Choices) > 0 {
				chunks = append(chunks, string(chunk.Choices[0]))
			}
		}
		return chunks
	}
	got := record(content)
	const call = `{"delta":{"tool_calls":[{"function":{"arguments":"{\"kids\": [], \"kind\": \"leaf\"}","name":"tree"},"id":"call_1_0","index":0,"type":"function"}]},"finish_reason":null,"index":0,"logprobs":null}`
	if len(got) != 3 || got[1] != call || !strings.Contains(got[2], `"finish_reason":"tool_calls"`) {
		t.Errorf("got %s", got)
	}
	got = record(`cut off`)
	if len(got) != 3 || !strings.Contains(got[1], `"content":"cut off"`) {
		t.Errorf("got %s", got)
	}
}
