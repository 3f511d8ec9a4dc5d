package gpt

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/task"
)

func TestPrompterTakesTemplatesAndTokensFromTheFile(t *testing.T) {
	header := &checkpoint.Header{Meta: []checkpoint.KV{
		{Key: "tokenizer.ggml.tokens", Value: []string{"x", "<bos>"}},
		{Key: "tokenizer.ggml.bos_token_id", Value: uint32(1)},
		{Key: "tokenizer.chat_template", Value: "{{ bos_token }}{{ eos_token is defined }} {{ messages[0].content }}"},
		{Key: "tokenizer.chat_template.tool_use", Value: "{{ tools | tojson }} {{ mode }}"},
	}}
	plain, _ := task.FromChat("m", []task.Message{{Role: task.RoleUser, Content: task.Text("hi")}})
	tools, _ := task.FromChat("m", plain.Messages, func(g *task.GPT) {
		g.Tools, g.TemplateArgs = raws(`{"a":1}`), json.RawMessage(`{"mode":"fast"}`)
	})
	image, _ := task.FromChat("m", []task.Message{{Role: task.RoleUser, Content: task.Content{Parts: []task.Part{{Image: []byte("i")}}}}})

	p, err := PrompterOf(header)
	if err != nil {
		t.Fatal(err)
	}
	for want, doc := range map[string]*task.GPT{"<bos>False hi": plain, `[{"a": 1}] fast`: tools} {
		if got, err := p.TaskPrompt(doc); err != nil || got != want {
			t.Errorf("prompt %q, %v; want %q", got, err, want)
		}
	}
	if _, err := p.TaskPrompt(image); err == nil || !strings.Contains(err.Error(), "image") {
		t.Errorf("error %v, want one about the image", err)
	}

	none, err := PrompterOf(&checkpoint.Header{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := none.TaskPrompt(tools); err != nil || got != "hi" {
		t.Errorf("prompt without a template %q, %v; want the contents", got, err)
	}

	header.Meta[3].Value = "{% if %}"
	if _, err := PrompterOf(header); err == nil {
		t.Error("no error for a template that is no template")
	}
}

// The engine's prompts have the special tokens that PrompterOf reads, none where the
// model names none: the library would invent one.
func TestALoadedModelNamesTheTokensOfItsFile(t *testing.T) {
	lib := openLibrary(t)
	path := filepath.Join(t.TempDir(), "probe.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(checkpoint.WriteProbeModel(f), f.Close()); err != nil {
		t.Fatal(err)
	}
	header, err := checkpoint.CheckGGUF(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := PrompterOf(header)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(lib, path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if want.BOS != "" || want.EOS == "" || m.prompts.BOS != want.BOS || m.prompts.EOS != want.EOS {
		t.Errorf("the engine begins with %q and ends with %q, the file says %q and %q", m.prompts.BOS, m.prompts.EOS, want.BOS, want.EOS)
	}
}
