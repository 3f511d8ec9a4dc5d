package gpt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ardanlabs/jinja"
)

// Template is a compiled chat template.
type Template struct{ compiled *jinja.Template }

// templateDay is the date that every template sees. The wall clock would give
// nodes on both sides of midnight different prompts; a caller who wants the
// real date passes it in the template arguments or in a message. It is the day
// that Llama's templates fall back to.
func templateDay() time.Time { return time.Date(2024, time.July, 26, 0, 0, 0, 0, time.UTC) }

// maxTemplate bounds a template's source. Those of the models in use stay below
// a tenth of it.
const maxTemplate = 256 << 10

// CompileTemplate reads a Jinja chat template as models carry it.
func CompileTemplate(source string) (_ *Template, err error) {
	defer recovered(&err, "compile chat template")
	if len(source) > maxTemplate {
		return nil, fmt.Errorf("compile chat template: it has %d bytes, want at most %d", len(source), maxTemplate)
	}
	compiled, err := jinja.Compile(pythonise(source))
	if err != nil {
		return nil, fmt.Errorf("compile chat template: %w", err)
	}
	return &Template{compiled}, nil
}

// PromptInput is what a chat template sees.
type PromptInput struct {
	Messages []json.RawMessage // objects with role and content
	Tools    []json.RawMessage
	Args     json.RawMessage // an object, or nothing
	BOS, EOS string          // spelling of the model's special tokens, "" where it has none
}

// Render makes the prompt, ending where the assistant speaks.
func (t *Template) Render(in PromptInput) (_ string, err error) {
	defer recovered(&err, "render chat template")
	values := map[string]jinja.Value{
		"add_generation_prompt": jinja.NewBool(true),
		"pytojson":              jinja.NewCallable("tojson", toJSON),
		"pyprint":               jinja.NewCallable("string", pyPrint),
		"pydefault":             jinja.NewCallable("default", pyDefault),
		"pytrim":                jinja.NewCallable("trim", pyTrim),
		"range":                 jinja.NewCallable("range", pyRange),
		"dict":                  jinja.NewCallable("dict", pyDict),
		"namespace":             jinja.NewCallable("namespace", pyDict),
		"strftime_now":          jinja.NewCallable("strftime_now", strftimeNow),
		"tools":                 jinja.None(),
	}
	for name, token := range map[string]string{"bos_token": in.BOS, "eos_token": in.EOS} {
		if token != "" {
			values[name] = jinja.NewString(token)
		}
	}

	messages, err := valueList(in.Messages)
	if err != nil {
		return "", fmt.Errorf("read messages: %w", err)
	}
	values["messages"] = messages

	if len(in.Tools) > 0 {
		if values["tools"], err = valueList(in.Tools); err != nil {
			return "", fmt.Errorf("read tools: %w", err)
		}
	}

	if len(in.Args) > 0 && string(in.Args) != "null" {
		args, err := jsonValue(in.Args)
		if err != nil {
			return "", fmt.Errorf("read template arguments: %w", err)
		}
		if !args.IsDict() {
			return "", errors.New("read template arguments: they are not an object")
		}
		for _, key := range args.AsDict().Keys {
			if _, taken := values[key]; !taken {
				values[key] = args.AsDict().Data[key]
			}
		}
	}

	if _, ok := values["documents"]; !ok {
		values["documents"] = jinja.None()
	}

	out, err := t.compiled.RenderValues(values)
	if err != nil {
		return "", fmt.Errorf("render chat template: %w", err)
	}
	return out, nil
}

// recovered makes an error of a panic of the Jinja engine, which was not written
// for hostile templates.
func recovered(err *error, doing string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: it does what no template can: %v", doing, p)
	}
}

func valueList(raw []json.RawMessage) (jinja.Value, error) {
	items := make([]jinja.Value, 0, len(raw))
	for _, r := range raw {
		v, err := jsonValue(r)
		if err != nil {
			return jinja.Undefined(), err
		}
		items = append(items, v)
	}
	return jinja.NewList(items), nil
}

// jsonValue reads JSON, keeping the order of keys and whole numbers whole.
func jsonValue(raw []byte) (jinja.Value, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	v, err := readValue(dec, 0)
	if err != nil {
		return v, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return v, fmt.Errorf("text after the value")
	}
	return v, nil
}

func readValue(dec *json.Decoder, depth int) (jinja.Value, error) {
	if depth > 100 {
		return jinja.Undefined(), fmt.Errorf("nested deeper than 100")
	}

	token, err := dec.Token()
	if err != nil {
		return jinja.Undefined(), err
	}
	switch token {
	case json.Delim('['):
		return readList(dec, depth)
	case json.Delim('{'):
		return readDict(dec, depth)
	default:
		return jinja.FromGoValue(token), nil
	}
}

func readList(dec *json.Decoder, depth int) (jinja.Value, error) {
	var items []jinja.Value
	for dec.More() {
		v, err := readValue(dec, depth+1)
		if err != nil {
			return v, err
		}
		items = append(items, v)
	}
	_, err := dec.Token()
	return jinja.NewList(items), err
}

func readDict(dec *json.Decoder, depth int) (jinja.Value, error) {
	dict := jinja.NewDict()
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return jinja.Undefined(), err
		}
		v, err := readValue(dec, depth+1)
		if err != nil {
			return v, err
		}
		dict.AsDict().Set(key.(string), v)
	}
	_, err := dec.Token()
	return dict, err
}

// strftimeNow formats templateDay with the directives that templates use.
func strftimeNow(args []jinja.Value, _ map[string]jinja.Value) (jinja.Value, error) {
	if len(args) != 1 || !args[0].IsString() {
		return jinja.Undefined(), fmt.Errorf("strftime_now: want one format")
	}

	layouts := map[byte]string{
		'd': "02", 'm': "01", 'Y': "2006", 'y': "06", 'B': "January", 'b': "Jan", 'A': "Monday", 'a': "Mon",
		'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM", 'j': "002", 'F': "2006-01-02", 'T': "15:04:05",
	}
	format := args[0].AsString()
	var out []byte
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out = append(out, format[i])
			continue
		}
		i++
		layout, ok := layouts[format[i]]
		if format[i] == '-' && i+1 < len(format) && format[i+1] == 'd' {
			i++
			layout, ok = "2", true
		}
		switch {
		case format[i] == '%':
			out = append(out, '%')
		case ok:
			out = templateDay().AppendFormat(out, layout)
		default:
			return jinja.Undefined(), fmt.Errorf("strftime_now: unknown directive %%%c", format[i])
		}
	}
	return jinja.NewString(string(out)), nil
}
