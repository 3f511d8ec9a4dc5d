package protocol

import (
	"fmt"
	"strings"
	"time"

	"helium/backend/words"
)

// Phrase is what a person is told, in a form that can be said in any language: a
// code, which is stable, and what it names. Its own text is English, for logs and
// for programs.
//
// What a phrase names is a text, a whole number, Wei, Bytes, a time, a duration, or
// Phrases again.
type Phrase struct {
	Code string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
	text string
}

// Bytes is a size.
type Bytes uint64

// Say makes a phrase. text is its English message, as package words has them, and
// values fill its gaps in the order in which their names first come. Both code and
// text are literals: the catalogs of the pages are made from the sources.
func Say(code, text string, values ...any) *Phrase {
	p := &Phrase{Code: code, text: text}
	m, err := words.Parse(text)
	if err != nil {
		return p // a test of the catalogs says so
	}
	english := map[string]any{}
	for i, name := range m.Names() {
		if i >= len(values) {
			break
		}
		if p.Args == nil {
			p.Args = map[string]any{}
		}
		p.Args[name], english[name] = argument(values[i])
	}
	p.text = m.Say("en", english)
	return p
}

// Quote is what a system or another program said, in its own words.
func Quote(text string) *Phrase { return Say("quote", "{text}", text) }

// Error is the English text: a phrase that says why something is not done is its error.
func (p *Phrase) Error() string { return p.String() }

// String is the English text; empty for no phrase.
func (p *Phrase) String() string {
	if p == nil {
		return ""
	}
	return p.text
}

// ErrorData implements rpc.DataError: a page says the phrase in its own language.
func (p *Phrase) ErrorData() any { return map[string]any{"said": Phrases{p}} }

// Phrases are said one after the other.
type Phrases []*Phrase

// String is the English text.
func (all Phrases) String() string { return all.join(" ") }

func (all Phrases) join(with string) string {
	var texts []string
	for _, p := range all {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, with)
}

// argument is a value as a page is sent it, and as English has it.
func argument(value any) (sent, english any) {
	switch v := value.(type) {
	case string:
		return v, v
	case int:
		return v, v
	case int64:
		return v, v
	case uint64:
		return v, int64(v)
	case uint16:
		return int(v), int(v)
	case Wei:
		return map[string]Wei{"wei": v}, v.Decimal()
	case Bytes:
		return map[string]uint64{"bytes": uint64(v)}, v.english()
	case time.Duration:
		return map[string]int64{"seconds": int64(v.Round(time.Second) / time.Second)}, v.Round(time.Second).String()
	case time.Time:
		return map[string]string{"time": v.UTC().Format(time.RFC3339)}, v.Local().Format("15:04")
	case *Phrase:
		return v, v.text
	case Phrases:
		return v, v.join("; ")
	case error:
		return v.Error(), v.Error()
	case fmt.Stringer:
		return v.String(), v.String()
	}
	return fmt.Sprint(value), fmt.Sprint(value)
}

func (b Bytes) english() string {
	switch {
	case b >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(b)/1e9)
	case b >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(b)/1e6)
	}
	return fmt.Sprintf("%d bytes", uint64(b))
}
