package gpt

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/task"
)

// Prompter makes the text that a model continues, by the model's template or,
// where it has none, of what the messages say.
type Prompter struct {
	Template *Template // nil where the model has none
	ForTools *Template // for tasks with tools; nil where Template does them too
	BOS, EOS string    // spelling of the model's special tokens, "" where it has none
}

// PrompterOf compiles the templates of a GGUF file.
func PrompterOf(h *checkpoint.Header) (*Prompter, error) {
	return newPrompter(h.Text, h.SpecialToken("bos"), h.SpecialToken("eos"))
}

// newPrompter compiles the templates that a model's named values hold.
func newPrompter(text func(key string) string, bos, eos string) (*Prompter, error) {
	p := &Prompter{BOS: bos, EOS: eos}
	var err error
	if source := text("tokenizer.chat_template"); source != "" {
		if p.Template, err = CompileTemplate(source); err != nil {
			return nil, err
		}
	}
	if source := text("tokenizer.chat_template.tool_use"); source != "" {
		if p.ForTools, err = CompileTemplate(source); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// TaskPrompt is the exact text that the model gets for a task.
func (p *Prompter) TaskPrompt(t *task.GPT) (string, error) {
	if t.HasImages() {
		return "", errors.New("a message holds an image: this engine reads text only")
	}
	messages, err := rawMessages(t)
	if err != nil {
		return "", err
	}
	if t.Helium.RawPrompt {
		return joinContents(messages)
	}
	return p.prompt(messages, t.Tools, t.TemplateArgs)
}

// rawMessages are the messages as templates see them.
func rawMessages(t *task.GPT) ([]json.RawMessage, error) {
	var out []json.RawMessage
	for i, m := range t.Messages {
		raw, err := m.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("write messages[%d]: %w", i, err)
		}
		out = append(out, raw)
	}
	return out, nil
}

func (p *Prompter) prompt(messages, tools []json.RawMessage, args json.RawMessage) (string, error) {
	template := p.Template
	if len(tools) > 0 && p.ForTools != nil {
		template = p.ForTools
	}
	if template == nil {
		return joinContents(messages)
	}
	return template.Render(PromptInput{Messages: messages, Tools: tools, Args: args, BOS: p.BOS, EOS: p.EOS})
}

// joinContents is the prompt of a model without a template: what the messages
// say, line by line.
func joinContents(messages []json.RawMessage) (string, error) {
	type part struct{ Text string }
	var lines []string
	for i, raw := range messages {
		var m struct{ Content json.RawMessage }
		if err := json.Unmarshal(raw, &m); err != nil {
			return "", fmt.Errorf("read message %d: %w", i, err)
		}

		var text *string
		if json.Unmarshal(m.Content, &text) == nil {
			if text != nil {
				lines = append(lines, *text)
			}
			continue
		}
		var parts []part
		if err := json.Unmarshal(m.Content, &parts); err != nil {
			return "", fmt.Errorf("read message %d: %w", i, err)
		}
		for _, p := range parts {
			lines = append(lines, p.Text)
		}
	}
	return strings.Join(lines, "\n"), nil
}
