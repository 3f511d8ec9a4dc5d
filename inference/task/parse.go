package task

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ParseGPT reads a GPT task. What is wrong with it comes back as a *FieldError:
// unknown fields, wrong types, numbers out of range, keys given twice, anything
// after the document. Unset fields get Helium's defaults.
func ParseGPT(data []byte) (*GPT, error) {
	return first(CheckGPT(data))
}

// CheckGPT is ParseGPT for those who write tasks: it names every field that is
// wrong, up to 32 of them. The first is ParseGPT's error.
func CheckGPT(data []byte) (*GPT, []*FieldError) { return check(data, (*reader).gpt) }

// check reads a document of either kind.
func check[T any](data []byte, read func(*reader, *value) *T) (*T, []*FieldError) {
	doc, err := parse(data)
	if err != nil {
		var one *FieldError
		errors.As(err, &one)
		return nil, []*FieldError{one}
	}

	var r reader
	t := read(&r, doc)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return t, nil
}

// first is the first problem as the error of a document.
func first[T any](t *T, problems []*FieldError) (*T, error) {
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return t, nil
}

func (r *reader) gpt(doc *value) *GPT {
	f := r.fields(doc, "model", "messages", "tools", "generation_config",
		"template_args", "seed", "dtype", "quantize_bits", "helium")
	g := newGPT()

	g.Model = r.filled(r.required(doc, f, "model"), "name a model, as in Qwen/Qwen2.5-7B-Instruct")
	g.Messages = []Message{}
	for _, m := range r.list(r.required(doc, f, "messages")) {
		g.Messages = append(g.Messages, r.message(m))
	}
	g.Tools = r.objects(f["tools"])
	if v := f["generation_config"]; !isNull(v) {
		g.GenerationConfig = r.generation(v)
	}
	if v := f["template_args"]; !isNull(v) {
		g.TemplateArgs = r.object(v)
	}
	if v := f["seed"]; v != nil {
		g.Seed = r.integer(v, 0, MaxSeed)
	}
	if v := f["dtype"]; v != nil {
		g.DType = r.dtype(v)
	}
	if v := f["quantize_bits"]; !isNull(v) {
		g.QuantizeBits = r.quantizeBits(v)
	}
	if v := f["helium"]; !isNull(v) {
		r.gptExtension(v, g)
	}
	if g.Helium.RawPrompt {
		r.unread(f["tools"], len(g.Tools) > 0)
		r.unread(f["template_args"], g.TemplateArgs != nil)
	}
	return g
}

// unread refuses what only a chat template would read.
func (r *reader) unread(v *value, given bool) {
	if given {
		r.fail(v, "is for the chat template, which helium.raw_prompt leaves out", "leave one of them out")
	}
}

func (r *reader) dtype(v *value) DType {
	return DType(r.oneOf(v, string(DTypeFloat16), string(DTypeBFloat16), string(DTypeFloat32), string(DTypeAuto)))
}

func (r *reader) quantizeBits(v *value) int {
	bits := int(r.integer(v, 4, 8))
	if bits != 4 && bits != 8 {
		r.fail(v, "is neither 4 nor 8", "use 4, 8 or null")
	}
	return bits
}

// objects reads an optional list of objects; null, empty and absent are alike.
func (r *reader) objects(v *value) []json.RawMessage {
	if isNull(v) {
		return nil
	}
	var list []json.RawMessage
	for _, item := range r.list(v) {
		list = append(list, r.object(item))
	}
	return list
}

func (r *reader) message(v *value) Message {
	f := r.fields(v, "role", "content", "tool_call_id", "tool_calls")
	m := Message{
		Role: Role(r.oneOf(r.required(v, f, "role"),
			string(RoleSystem), string(RoleUser), string(RoleAssistant), string(RoleTool))),
		Content:   r.content(f["content"]),
		ToolCalls: r.objects(f["tool_calls"]),
	}
	if v := f["tool_call_id"]; !isNull(v) {
		m.ToolCallID = r.str(v)
	}
	return m
}

func (r *reader) content(v *value) Content {
	if isNull(v) {
		return Content{Null: true}
	}
	if s, ok := v.token.(string); ok {
		return Text(s)
	}
	if v.token != json.Delim('[') {
		r.wrongType(v, "a string, null or a list of parts")
		return Content{}
	}
	c := Content{Parts: []Part{}}
	for _, item := range v.items {
		c.Parts = append(c.Parts, r.part(item))
	}
	return c
}

func (r *reader) part(v *value) Part {
	f := r.fields(v, "type", "text", "base64")
	kind := r.oneOf(r.required(v, f, "type"), "text", "image")
	if kind != "text" && kind != "image" {
		return Part{}
	}

	own, other := "text", "base64"
	if kind == "image" {
		own, other = other, own
	}
	if stray := f[other]; stray != nil {
		r.fail(stray, "does not belong in a part of type "+kind, "leave it out")
	}
	body := r.required(v, f, own)
	s := r.str(body)
	if s == "" {
		r.fail(body, "is empty", "leave the part out")
	}
	if kind == "text" {
		return Part{Text: s}
	}

	image, err := base64.StdEncoding.DecodeString(s)
	if err != nil || strings.ContainsAny(s, "\r\n") { // the decoder skips line ends
		r.fail(body, "is not base64", "use the standard alphabet with padding, without a data URL's prefix")
	}
	return Part{Image: image}
}

func (r *reader) generation(v *value) *GenerationConfig {
	f := r.fields(v, "max_new_tokens", "do_sample", "num_beams", "temperature", "typical_p", "top_k",
		"top_p", "repetition_penalty", "num_return_sequences", "stop_strings", "min_p")
	g := &GenerationConfig{
		MaxNewTokens:       r.optInteger(f["max_new_tokens"], 1, 1<<20),
		NumBeams:           r.optInteger(f["num_beams"], 1, 64),
		Temperature:        r.optNumber(f["temperature"], 0, 100, false),
		TypicalP:           r.optNumber(f["typical_p"], 0, 1, true),
		TopK:               r.optInteger(f["top_k"], 0, 1<<20),
		TopP:               r.optNumber(f["top_p"], 0, 1, false),
		RepetitionPenalty:  r.optNumber(f["repetition_penalty"], 0, 100, true),
		NumReturnSequences: r.optInteger(f["num_return_sequences"], 1, 128),
		MinP:               r.optNumber(f["min_p"], 0, 1, false),
	}
	if v := f["do_sample"]; v != nil {
		g.DoSample = new(r.boolean(v))
	}
	if v := f["stop_strings"]; v != nil {
		g.StopStrings = r.stopStrings(v)
	}
	r.beams(f["num_return_sequences"], g)
	return g
}

// beams refuses more choices than a beam search finds. Without one there may be
// any number.
func (r *reader) beams(v *value, g *GenerationConfig) {
	if v == nil || g.NumBeams == nil || *g.NumBeams < 2 || *g.NumReturnSequences <= *g.NumBeams {
		return
	}
	r.fail(v, fmt.Sprintf("is %d, more than num_beams, which is %d", *g.NumReturnSequences, *g.NumBeams), "ask for fewer choices or more beams")
}

func (r *reader) stopStrings(v *value) []string {
	items := r.list(v)
	if len(items) > 64 {
		r.fail(v, "has more than 64 strings", "keep the ones you need")
	}
	stops := []string{}
	for _, item := range items {
		s := r.str(item)
		if s == "" {
			r.fail(item, "is empty", "leave it out: it would stop before the first token")
		}
		stops = append(stops, s)
	}
	return stops
}

func (r *reader) optInteger(v *value, low, high int64) *int {
	if v == nil {
		return nil
	}
	return new(int(r.integer(v, low, high)))
}

func (r *reader) optNumber(v *value, low, high float64, open bool) *float64 {
	if v == nil {
		return nil
	}
	return new(r.number(v, low, high, open))
}
