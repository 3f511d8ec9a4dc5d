package task

import (
	"encoding/base64"
	"encoding/json"
)

// GPT is a GPT task. What ParseGPT and FromChat return is valid; a value made by
// hand is only as good as its fields.
type GPT struct {
	Model            string            // a Hugging Face id, or DemoModel; never empty
	Messages         []Message         // the conversation; may be empty
	Tools            []json.RawMessage // compact objects for the chat template; empty if none
	GenerationConfig *GenerationConfig // nil if the document gives none
	TemplateArgs     json.RawMessage   // a compact object for the chat template; nil if none
	Seed             int64             // 0 to MaxSeed
	DType            DType
	QuantizeBits     int // 4 or 8; 0 means the document asks for none
	Helium           GPTExtension
}

// MaxSeed is the largest seed: Helium seeds a 32-bit generator among others, so
// larger ones never ran.
const MaxSeed = 1<<32 - 1

// DType is the number format of the weights.
type DType string

// The number formats. DTypeAuto is the one the model comes in.
const (
	DTypeAuto     DType = "auto"
	DTypeFloat16  DType = "float16"
	DTypeBFloat16 DType = "bfloat16"
	DTypeFloat32  DType = "float32"
)

// Role is who speaks in a message.
type Role string

// The roles.
const (
	RoleSystem    Role = "system"
	RoleUser      Role = "user"
	RoleAssistant Role = "assistant"
	RoleTool      Role = "tool"
)

// Message is one turn of the conversation.
type Message struct {
	Role       Role
	Content    Content
	ToolCallID string            // which call a tool's message answers; empty if none
	ToolCalls  []json.RawMessage // compact objects; empty if none
}

// Content is what a message says: text, nothing, or a list of parts. The zero
// value is the empty text.
type Content struct {
	Text  string // if Parts is nil and Null is false
	Parts []Part // if not nil, Text is empty
	Null  bool   // no content, as beside tool calls
}

// Text is content that is plain text.
func Text(s string) Content { return Content{Text: s} }

// Part is a text or an image inside a message; exactly one field is set.
type Part struct {
	Text  string
	Image []byte // the image file's bytes
}

// HasImages tells whether any message holds an image: such a task is valid, and
// an engine that reads only text must refuse it.
func (g *GPT) HasImages() bool {
	for _, m := range g.Messages {
		for _, p := range m.Content.Parts {
			if p.Image != nil {
				return true
			}
		}
	}
	return false
}

// GenerationConfig is how to generate, as far as a document says it; nil fields
// are left to the model and the format. Settings fills them in.
type GenerationConfig struct {
	MaxNewTokens       *int     // 1 to 1048576, a choice, without the prompt
	DoSample           *bool    // choose by chance; false takes the likeliest token
	NumBeams           *int     // 1 to 64; 1 is no beam search
	Temperature        *float64 // 0 to 100; 0 means the likeliest token
	TypicalP           *float64 // above 0, to 1; 1 is off
	TopK               *int     // 0 to 1048576; 0 is off
	TopP               *float64 // 0 to 1; 1 is off
	RepetitionPenalty  *float64 // above 0, to 100; 1 is off
	NumReturnSequences *int     // 1 to 128 choices, of a beam search at most NumBeams
	StopStrings        []string // up to 64, none empty; generation ends before one
	MinP               *float64 // 0 to 1; 0 is off
}

// Normalised is the document with Helium's defaults filled in: compact JSON in
// one fixed order, no HTML escapes. Equal tasks give equal bytes, and parsing
// them gives the task again.
func (g *GPT) Normalised() []byte {
	var w writer
	w.open('{')
	w.key("model")
	w.text(g.Model)
	w.key("messages")
	w.open('[')
	for _, m := range g.Messages {
		w.message(m)
	}
	w.close(']')
	if len(g.Tools) > 0 {
		w.key("tools")
		w.raws(g.Tools)
	}
	w.key("generation_config")
	w.generation(g.GenerationConfig)
	if g.TemplateArgs != nil {
		w.key("template_args")
		w.raw(g.TemplateArgs)
	}
	w.key("seed")
	w.integer(g.Seed)
	w.key("dtype")
	w.text(string(g.DType))
	w.key("quantize_bits")
	if g.QuantizeBits == 0 {
		w.null()
	} else {
		w.integer(int64(g.QuantizeBits))
	}
	w.gptExtension(g.Helium)
	w.close('}')
	return w.b
}

// MarshalJSON is Normalised, for embedding in other documents.
func (g *GPT) MarshalJSON() ([]byte, error) { return g.Normalised(), nil }

// UnmarshalJSON is ParseGPT.
func (g *GPT) UnmarshalJSON(data []byte) error {
	parsed, err := ParseGPT(data)
	if err != nil {
		return err
	}
	*g = *parsed
	return nil
}

// MarshalJSON writes the message as chat templates see it: role, content, then
// tool_call_id and tool_calls if there are any.
func (m Message) MarshalJSON() ([]byte, error) {
	var w writer
	w.message(m)
	return w.b, nil
}

func (w *writer) message(m Message) {
	w.open('{')
	w.key("role")
	w.text(string(m.Role))
	w.key("content")
	w.content(m.Content)
	if m.ToolCallID != "" {
		w.key("tool_call_id")
		w.text(m.ToolCallID)
	}
	if len(m.ToolCalls) > 0 {
		w.key("tool_calls")
		w.raws(m.ToolCalls)
	}
	w.close('}')
}

func (w *writer) content(c Content) {
	switch {
	case c.Null:
		w.null()
	case c.Parts == nil:
		w.text(c.Text)
	default:
		w.open('[')
		for _, p := range c.Parts {
			w.part(p)
		}
		w.close(']')
	}
}

func (w *writer) part(p Part) {
	w.open('{')
	w.key("type")
	if p.Image == nil {
		w.text("text")
		w.key("text")
		w.text(p.Text)
	} else {
		w.text("image")
		w.key("base64")
		w.text(base64.StdEncoding.EncodeToString(p.Image))
	}
	w.close('}')
}

func (w *writer) generation(g *GenerationConfig) {
	if g == nil {
		w.null()
		return
	}
	w.open('{')
	w.optInteger("max_new_tokens", g.MaxNewTokens)
	if g.DoSample != nil {
		w.key("do_sample")
		w.boolean(*g.DoSample)
	}
	w.optInteger("num_beams", g.NumBeams)
	w.optFloat("temperature", g.Temperature)
	w.optFloat("typical_p", g.TypicalP)
	w.optInteger("top_k", g.TopK)
	w.optFloat("top_p", g.TopP)
	w.optFloat("repetition_penalty", g.RepetitionPenalty)
	w.optInteger("num_return_sequences", g.NumReturnSequences)
	if g.StopStrings != nil {
		w.key("stop_strings")
		w.open('[')
		for _, s := range g.StopStrings {
			w.text(s)
		}
		w.close(']')
	}
	w.optFloat("min_p", g.MinP)
	w.close('}')
}
