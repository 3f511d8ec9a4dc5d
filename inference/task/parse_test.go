package task

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestErrorNamesTheField(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 70) + "1" + strings.Repeat("}", 70)
	for name, c := range map[string]struct{ doc, field, problem string }{
		"empty":              {``, "", "ends too early"},
		"not JSON":           {`{"model":nope}`, "model", "not JSON"},
		"cut short":          {`{"model":"m","messages":[`, "messages", "ends too early"},
		"NaN":                {`{"model":"m","messages":[],"generation_config":{"top_p":NaN}}`, "generation_config.top_p", "not JSON"},
		"not UTF-8":          {"{\"model\":\"\xff\"}", "", "UTF-8"},
		"byte order mark":    {"\ufeff{}", "", "byte order mark"},
		"trailing data":      {`{"model":"m","messages":[]} {}`, "", "follows"},
		"trailing brace":     {`{"model":"m","messages":[]}}`, "", "follows"},
		"lone surrogate":     {`{"model":"\ud83d","messages":[]}`, "", "surrogate"},
		"low surrogate":      {`{"model":"\ude42","messages":[]}`, "", "surrogate"},
		"two high halves":    {`{"model":"\ud83d\ud83d","messages":[]}`, "", "surrogate"},
		"a list":             {`[]`, "", "must be an object, not a list"},
		"null":               {`null`, "", "must be an object, not null"},
		"no model":           {`{"messages":[]}`, "model", "missing"},
		"empty model":        {`{"model":"","messages":[]}`, "model", "empty"},
		"model number":       {`{"model":1,"messages":[]}`, "model", "must be a string, not a number"},
		"no messages":        {`{"model":"m"}`, "messages", "missing"},
		"null messages":      {`{"model":"m","messages":null}`, "messages", "must be a list, not null"},
		"unknown field":      {`{"model":"m","messages":[],"stream":true}`, "stream", "not a field"},
		"wrong case":         {`{"Model":"m","messages":[]}`, "Model", "not a field"},
		"odd field":          {`{"model":"m","messages":[],"a b":1}`, `["a b"]`, "not a field"},
		"key twice":          {`{"model":"m","messages":[],"seed":1,"seed":1}`, "seed", "twice"},
		"key twice escaped":  {`{"model":"m","messages":[],"seed":1,"\u0073eed":1}`, "seed", "twice"},
		"key twice in tools": {`{"model":"m","messages":[],"tools":[{"a":{"b":1,"b":1}}]}`, "tools[0].a.b", "twice"},
		"content number":     {`{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":1}]}`, "messages[1].content", "not a number"},
		"no role":            {`{"model":"m","messages":[{"content":"a"}]}`, "messages[0].role", "missing"},
		"odd role":           {`{"model":"m","messages":[{"role":"developer","content":"a"}]}`, "messages[0].role", `"developer"`},
		"message field":      {`{"model":"m","messages":[{"role":"user","content":"a","name":"b"}]}`, "messages[0].name", "not a field"},
		"message string":     {`{"model":"m","messages":["hi"]}`, "messages[0]", "must be an object"},
		"tool call string":   {`{"model":"m","messages":[{"role":"assistant","tool_calls":["x"]}]}`, "messages[0].tool_calls[0]", "must be an object"},
		"part type":          {`{"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, "messages[0].content[0].type", "image_url"},
		"part extra":         {`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","x":1}]}]}`, "messages[0].content[0].x", "not a field"},
		"part empty":         {`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":""}]}]}`, "messages[0].content[0].text", "empty"},
		"part both":          {`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a","base64":"aQ=="}]}]}`, "messages[0].content[0].base64", "belong"},
		"part base64":        {`{"model":"m","messages":[{"role":"user","content":[{"type":"image","base64":"aQ"}]}]}`, "messages[0].content[0].base64", "base64"},
		"part line end":      {`{"model":"m","messages":[{"role":"user","content":[{"type":"image","base64":"aQ==\n"}]}]}`, "messages[0].content[0].base64", "base64"},
		"part data URL":      {`{"model":"m","messages":[{"role":"user","content":[{"type":"image","base64":"data:image/png;base64,aQ=="}]}]}`, "messages[0].content[0].base64", "base64"},
		"tokens zero":        {`{"model":"m","messages":[],"generation_config":{"max_new_tokens":0}}`, "generation_config.max_new_tokens", "is 0; use 1 to"},
		"tokens string":      {`{"model":"m","messages":[],"generation_config":{"max_new_tokens":"42"}}`, "generation_config.max_new_tokens", "not a string"},
		"tokens null":        {`{"model":"m","messages":[],"generation_config":{"max_new_tokens":null}}`, "generation_config.max_new_tokens", "not null"},
		"tokens half":        {`{"model":"m","messages":[],"generation_config":{"max_new_tokens":1.5}}`, "generation_config.max_new_tokens", "whole"},
		"tokens just more":   {`{"model":"m","messages":[],"generation_config":{"max_new_tokens":1.00000000000000000001}}`, "generation_config.max_new_tokens", "whole"},
		"sample number":      {`{"model":"m","messages":[],"generation_config":{"do_sample":1}}`, "generation_config.do_sample", "not a number"},
		"temperature":        {`{"model":"m","messages":[],"generation_config":{"temperature":-0.5}}`, "generation_config.temperature", "is -0.5; use 0 to 100"},
		"top_p just more":    {`{"model":"m","messages":[],"generation_config":{"top_p":1.00000000000000000001}}`, "generation_config.top_p", "use 0 to 1"},
		"typical_p zero":     {`{"model":"m","messages":[],"generation_config":{"typical_p":0}}`, "generation_config.typical_p", "more than 0"},
		"typical_p tiny":     {`{"model":"m","messages":[],"generation_config":{"typical_p":1e-400}}`, "generation_config.typical_p", "more than 0"},
		"exponent":           {`{"model":"m","messages":[],"generation_config":{"top_p":1e-999999999}}`, "generation_config.top_p", "exponent"},
		"beams zero":         {`{"model":"m","messages":[],"generation_config":{"num_beams":0}}`, "generation_config.num_beams", "is 0"},
		"beams too few":      {`{"model":"m","messages":[],"generation_config":{"num_beams":2,"num_return_sequences":3}}`, "generation_config.num_return_sequences", "is 3, more than num_beams, which is 2"},
		"generation field":   {`{"model":"m","messages":[],"generation_config":{"max_tokens":1}}`, "generation_config.max_tokens", "not a field"},
		"stop empty":         {`{"model":"m","messages":[],"generation_config":{"stop_strings":["a",""]}}`, "generation_config.stop_strings[1]", "empty"},
		"seed negative":      {`{"model":"m","messages":[],"seed":-1}`, "seed", "is -1"},
		"seed large":         {`{"model":"m","messages":[],"seed":9223372036854775808}`, "seed", "use 0 to 4294967295"},
		"seed huge":          {`{"model":"m","messages":[],"seed":1e999}`, "seed", "too large"},
		"seed null":          {`{"model":"m","messages":[],"seed":null}`, "seed", "not null"},
		"dtype":              {`{"model":"m","messages":[],"dtype":"int8"}`, "dtype", "int8"},
		"quantize 5":         {`{"model":"m","messages":[],"quantize_bits":5}`, "quantize_bits", "neither 4 nor 8"},
		"template list":      {`{"model":"m","messages":[],"template_args":[]}`, "template_args", "must be an object"},
		"tools object":       {`{"model":"m","messages":[],"tools":{}}`, "tools", "must be a list"},
		"helium field":       {`{"model":"m","messages":[],"helium":{"logits":true}}`, "helium.logits", "not a field"},
		"raw prompt":         {`{"model":"m","messages":[],"helium":{"raw_prompt":1}}`, "helium.raw_prompt", "must be"},
		"raw with tools":     {`{"model":"m","messages":[],"tools":[{}],"helium":{"raw_prompt":true}}`, "tools", "helium.raw_prompt leaves out"},
		"raw with arguments": {`{"model":"m","messages":[],"template_args":{},"helium":{"raw_prompt":true}}`, "template_args", "helium.raw_prompt leaves out"},
		"too deep":           {`{"model":"m","messages":[],"template_args":` + deep + `}`, "template_args" + strings.Repeat(".a", 64), "nested deeper"},
		"huge in template":   {`{"model":"m","messages":[],"template_args":{"x":1e999}}`, "template_args.x", "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseGPT([]byte(c.doc))
			var field *FieldError
			if !errors.As(err, &field) {
				t.Fatalf("error = %v, want a FieldError", err)
			}
			if field.Field != c.field || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("error = %q about %q, want %q about %q", err, field.Field, c.problem, c.field)
			}
		})
	}
}

func TestEveryFieldIsRead(t *testing.T) {
	g, err := ParseGPT([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := &GPT{
		Model: "m",
		Messages: []Message{
			{Role: RoleSystem, Content: Text("s")},
			{Role: RoleUser, Content: Content{Parts: []Part{{Text: "t"}, {Image: []byte("i")}}}},
			{Role: RoleAssistant, Content: Content{Null: true}, ToolCalls: raws(`{"id":"c","function":{"name":"f"}}`)},
			{Role: RoleTool, Content: Text("r"), ToolCallID: "c"},
		},
		Tools: raws(`{"type":"function"}`),
		GenerationConfig: &GenerationConfig{
			MaxNewTokens: new(2), DoSample: new(true), NumBeams: new(1), Temperature: new(0.5), TypicalP: new(0.5), TopK: new(3),
			TopP: new(0.5), RepetitionPenalty: new(1.5), NumReturnSequences: new(2), StopStrings: []string{"x"}, MinP: new(0.5),
		},
		TemplateArgs: raws(`{"a":{"b":1}}`)[0],
		Seed:         1, DType: DTypeFloat16, QuantizeBits: 4,
	}
	if !reflect.DeepEqual(g, want) {
		t.Errorf("got  %s\nwant %s", g.Normalised(), want.Normalised())
	}
	if !g.HasImages() {
		t.Error("HasImages = false for a task with an image")
	}
}

func TestNormalisedDocumentIsFixedToTheByte(t *testing.T) {
	doc := `{"messages": [{"content": "<\u00e9\u2028\ud83d\ude42\u0001\/>", "role": "user"}, {"role": "assistant", "tool_calls": null}],
		"generation_config": {"top_p": 1, "temperature": -0.0, "max_new_tokens": 3e1, "min_p": 1E-5, "stop_strings": []},
		"tools": [{"b": [], "a": {"x": 1.0, "\u0061": null, "y": {}}}], "template_args": {}, "helium": {}, "model": "m"}`
	want := `{"model":"m","messages":[{"role":"user","content":"<é` + "\u2028" + `🙂\u0001/>"},{"role":"assistant","content":null}],` +
		`"tools":[{"b":[],"a":{"x":1.0,"a":null,"y":{}}}],` +
		`"generation_config":{"max_new_tokens":30,"temperature":0.0,"top_p":1.0,"stop_strings":[],"min_p":1e-05},` +
		`"template_args":{},"seed":0,"dtype":"auto","quantize_bits":null}`
	g, err := ParseGPT([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(g.Normalised()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSettingsComeFromTaskThenModelThenFormat(t *testing.T) {
	model := &GenerationConfig{MaxNewTokens: new(9), NumReturnSequences: new(9), DoSample: new(true), Temperature: new(0.6), TopK: new(20)}
	for name, c := range map[string]struct {
		task, model *GenerationConfig
		want        Settings
	}{
		"nothing said": {nil, nil, Settings{MaxNewTokens: 256, NumReturnSequences: 1, NumBeams: 1, Temperature: 1, TypicalP: 1, TopK: 50, TopP: 1, RepetitionPenalty: 1}},
		"model says":   {nil, model, Settings{MaxNewTokens: 256, NumReturnSequences: 1, NumBeams: 1, DoSample: true, Temperature: 0.6, TypicalP: 1, TopK: 20, TopP: 1, RepetitionPenalty: 1}},
		"task says more": {&GenerationConfig{MaxNewTokens: new(7), TopK: new(0), StopStrings: []string{"."}}, model,
			Settings{MaxNewTokens: 7, NumReturnSequences: 1, NumBeams: 1, DoSample: true, Temperature: 0.6, TypicalP: 1, TopK: 0, TopP: 1, RepetitionPenalty: 1, StopStrings: []string{"."}}},
		"temperature zero is greedy": {&GenerationConfig{Temperature: new(0.0)}, model,
			Settings{MaxNewTokens: 256, NumReturnSequences: 1, NumBeams: 1, Temperature: 1, TypicalP: 1, TopK: 20, TopP: 1, RepetitionPenalty: 1}},
		"top_p zero is greedy": {&GenerationConfig{TopP: new(0.0)}, model,
			Settings{MaxNewTokens: 256, NumReturnSequences: 1, NumBeams: 1, Temperature: 0.6, TypicalP: 1, TopK: 20, TopP: 0, RepetitionPenalty: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (&GPT{GenerationConfig: c.task}).Settings(c.model); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestUnitsAreNewTokensOfAllChoicesOrBeamsRoundedUp(t *testing.T) {
	for _, c := range []struct {
		config *GenerationConfig
		want   uint32
	}{
		{nil, 1},
		{&GenerationConfig{MaxNewTokens: new(1)}, 1},
		{&GenerationConfig{MaxNewTokens: new(256)}, 1},
		{&GenerationConfig{MaxNewTokens: new(257)}, 2},
		{&GenerationConfig{MaxNewTokens: new(32768)}, 128},
		{&GenerationConfig{NumReturnSequences: new(3)}, 3},
		{&GenerationConfig{NumBeams: new(4)}, 4},
		{&GenerationConfig{NumBeams: new(4), NumReturnSequences: new(3)}, 4},
		{&GenerationConfig{MaxNewTokens: new(100), NumReturnSequences: new(5)}, 2},
		{&GenerationConfig{MaxNewTokens: new(1 << 20), NumReturnSequences: new(128)}, 1 << 19},
	} {
		if got := UnitsRoundedUp(&GPT{GenerationConfig: c.config}); got != c.want {
			t.Errorf("units of %+v = %d, want %d", c.config, got, c.want)
		}
	}
}

func TestMinVRAM(t *testing.T) {
	for model, want := range map[string]uint16{"gpt2": 8, "Qwen/Qwen3-8B": 8, DemoModel: 1, "helium/demo2": 8} {
		if got := MinVRAMGB(&GPT{Model: model}); got != want {
			t.Errorf("%s needs %d GB, want %d", model, got, want)
		}
	}
}

func TestChatBecomesATask(t *testing.T) {
	g, err := FromChat("gpt2", []Message{{Role: RoleUser, Content: Text("hi")}}, func(g *GPT) {
		g.Seed = 7
		g.Tools = raws(` { "type" : "function" } `)
		g.GenerationConfig = &GenerationConfig{MaxNewTokens: new(30)}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"model":"gpt2","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function"}],` +
		`"generation_config":{"max_new_tokens":30},"seed":7,"dtype":"auto","quantize_bits":null}`
	if got := string(g.Normalised()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestChatIsCheckedLikeADocument(t *testing.T) {
	hi := []Message{{Role: RoleUser, Content: Text("hi")}}
	for field, try := range map[string]func() (*GPT, error){
		"model":            func() (*GPT, error) { return FromChat("", hi) },
		"messages[0].role": func() (*GPT, error) { return FromChat("m", []Message{{Role: "root"}}) },
		"seed":             func() (*GPT, error) { return FromChat("m", hi, func(g *GPT) { g.Seed = -1 }) },
		"tools[0]":         func() (*GPT, error) { return FromChat("m", hi, func(g *GPT) { g.Tools = raws(`{}],"seed":[{}`) }) },
		"template_args":    func() (*GPT, error) { return FromChat("m", hi, func(g *GPT) { g.TemplateArgs = raws(`{},"x":1`)[0] }) },
		"messages[0].tool_calls[0]": func() (*GPT, error) {
			return FromChat("m", []Message{{Role: RoleAssistant, ToolCalls: raws(`{`)}})
		},
		"generation_config.top_p": func() (*GPT, error) {
			return FromChat("m", hi, func(g *GPT) { g.GenerationConfig = &GenerationConfig{TopP: new(math.NaN())} })
		},
		"generation_config.min_p": func() (*GPT, error) {
			return FromChat("m", hi, func(g *GPT) { g.GenerationConfig = &GenerationConfig{MinP: new(math.Inf(1))} })
		},
	} {
		_, err := try()
		var wrong *FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("error = %v, want one about %s", err, field)
		}
	}
}

func TestCheckNamesEveryFieldThatIsWrongOnce(t *testing.T) {
	doc := `{"messages":[{"role":"user","content":1,"name":"x"},"hi",{"role":"tool","content":[{"type":"image_url","image_url":{}}]}],
		"generation_config":{"top_p":2,"max_new_tokens":"9","stop_strings":["",7]},"seed":-1,"quantize_bits":"4","dtype":"int8"}`
	want := []string{
		"model", "messages[0].name", "messages[0].content", "messages[1]", "messages[2].content[0].image_url", "messages[2].content[0].type",
		"generation_config.max_new_tokens", "generation_config.top_p", "generation_config.stop_strings[0]", "generation_config.stop_strings[1]",
		"seed", "dtype", "quantize_bits",
	}
	g, problems := CheckGPT([]byte(doc))
	var got []string
	for _, p := range problems {
		got = append(got, p.Field)
	}
	if g != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("problems %v\n got %q\nwant %q", problems, got, want)
	}

	many := `{"model":"m","messages":[` + strings.Repeat(`"x",`, 1000) + `"x"]}`
	if _, problems := CheckGPT([]byte(many)); len(problems) != maxProblems {
		t.Errorf("%d problems, want %d", len(problems), maxProblems)
	}
}
