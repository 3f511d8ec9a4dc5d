package gpt

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"helium/inference/task"
)

// pythonPrompts is testdata/templates.json.gz, which testdata/templates.py
// writes.
type pythonPrompts struct {
	Tasks     map[string]*task.GPT `json:"tasks"`
	Templates []struct {
		Name    string                  `json:"name"`
		Source  string                  `json:"source"`
		Prompts map[string]pythonPrompt `json:"prompts"` // by task
	} `json:"templates"`
	Corners []struct {
		Source string `json:"source"`
		pythonPrompt
	} `json:"corners"` // small templates over the task "tools"
}

type pythonPrompt struct {
	Text  *string `json:"text"`  // nil where Python's jinja2 refuses
	Error string  `json:"error"` // why it does
}

func readPythonPrompts(t testing.TB) pythonPrompts {
	t.Helper()
	f, err := os.Open("testdata/templates.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var p pythonPrompts
	if err := json.NewDecoder(z).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// htmlEscaped are prompts that Python makes with &#34; for quotes: the template
// adds text to what it calls safe, and Python's safe text escapes what is added.
// Ours have the quotes.
func htmlEscaped() []string {
	const template = "meetkai-functionary-medium-v3.1 "
	return []string{template + "answered", template + "calls", template + "system", template + "toolresp", template + "tools"}
}

// The templates are those of 68 models, as the engine's source has them.
func TestPromptsOfRealTemplatesEqualThoseOfPython(t *testing.T) {
	python := readPythonPrompts(t)
	compared := 0
	var differ []string
	for _, template := range python.Templates {
		compiled, err := CompileTemplate(template.Source)
		if err != nil {
			t.Errorf("%s: %v", template.Name, err)
			continue
		}
		for name, want := range template.Prompts {
			got, err := renderTask(t, compiled, python.Tasks[name])
			if want.Text == nil {
				checkRefusal(t, template.Name+" "+name, want.Error, err)
				continue
			}

			compared++
			if err == nil && got == *want.Text {
				continue
			}
			differ = append(differ, template.Name+" "+name)
			if !slices.Contains(htmlEscaped(), template.Name+" "+name) {
				t.Errorf("%s: error %v,\n got …%.300q\nwant …%.300q", differ[len(differ)-1], err, afterCommon(got, *want.Text), afterCommon(*want.Text, got))
			}
		}
	}

	t.Logf("%d of %d prompts are Python's to the byte", compared-len(differ), compared)
	if want := 523; compared != want {
		t.Errorf("compared %d prompts, want %d", compared, want)
	}
	if slices.Sort(differ); !slices.Equal(differ, htmlEscaped()) {
		t.Errorf("prompts that differ:\n got %q\nwant %q", differ, htmlEscaped())
	}
}

func TestCornersOfTemplatesAreAsInPython(t *testing.T) {
	python := readPythonPrompts(t)
	for _, c := range python.Corners {
		compiled, err := CompileTemplate(c.Source)
		if err != nil {
			t.Errorf("%s: %v", c.Source, err)
			continue
		}
		got, err := renderTask(t, compiled, python.Tasks["tools"])
		if c.Text == nil && err == nil {
			t.Errorf("%s:\n got %q\nwant error %s", c.Source, got, c.Error)
		}
		if c.Text != nil && (err != nil || got != *c.Text) {
			t.Errorf("%s: error %v,\n got %q\nwant %q", c.Source, err, got, *c.Text)
		}
	}
}

func renderTask(t *testing.T, template *Template, doc *task.GPT) (string, error) {
	t.Helper()
	p, err := PrepareTask(doc)
	if err != nil {
		t.Fatal(err)
	}
	r := p.request
	return template.Render(PromptInput{Messages: r.Messages, Tools: r.Tools, Args: r.TemplateArgs, BOS: "<s>", EOS: "</s>"})
}

// checkRefusal makes sure that a template which raises an exception of its own
// refuses here too, in the same words. Where Python stumbles over a type, ours
// may go on.
func checkRefusal(t *testing.T, name, python string, err error) {
	t.Helper()
	said, raised := strings.CutPrefix(python, "TemplateError: ")
	if raised && (err == nil || !strings.Contains(err.Error(), said)) {
		t.Errorf("%s: error %v, want %q", name, err, said)
	}
}

// afterCommon is the part of a from shortly before it differs from b.
func afterCommon(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[max(0, i-30):]
}

func FuzzTemplateGivesTheSamePromptTwice(f *testing.F) {
	python := readPythonPrompts(f)
	for _, c := range python.Corners {
		f.Add(c.Source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := CompileTemplate(source)
		if err != nil {
			return
		}
		in := PromptInput{Messages: raws(`{"role":"user","content":"hi"}`), Tools: raws(`{"a":[1,null]}`), BOS: "<s>"}
		got, err := template.Render(in)
		if err != nil {
			return
		}
		if again, err := template.Render(in); err != nil || again != got {
			t.Errorf("a second time %q, %v; want %q", again, err, got)
		}
	})
}
