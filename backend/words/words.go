// Package words says messages in the form that the pages' catalogs have: ICU
// messages with {name} and {name, plural, one {…} other {…}}, in which # is the
// number.
//
// A message is a text with gaps, each with a name. The promise: a message that can
// be parsed can be said, whatever it is given; what it is not given is a dash.
package words

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Message is a text with gaps.
type Message struct{ parts []part }

// part is a text, or a gap of a name, or, where it has forms, one of these by the
// number of that name. A text "#" with a name is that number.
type part struct {
	text, name string
	forms      map[string]Message
}

// Parse reads a message.
func Parse(text string) (Message, error) {
	m, rest, err := parse(text, "", 0)
	if err == nil && rest != "" {
		err = errors.New("a } has no {")
	}
	if err != nil {
		return Message{}, fmt.Errorf("read message %.60q: %w", text, err)
	}
	return m, nil
}

// parse reads up to the } that ends the message, or to the text's end. number is
// whose # this is.
func parse(text, number string, depth int) (m Message, rest string, err error) {
	stops := "{}"
	if number != "" {
		stops += "#"
	}
	for {
		at := strings.IndexAny(text, stops)
		if at < 0 {
			at = len(text)
		}
		if at > 0 {
			m.parts = append(m.parts, part{text: text[:at]})
		}
		if text = text[at:]; text == "" {
			if depth > 0 {
				return m, "", errors.New("a { has no }")
			}
			return m, "", nil
		}
		switch text[0] {
		case '}':
			if depth == 0 {
				return m, text, nil
			}
			return m, text[1:], nil
		case '#':
			m.parts = append(m.parts, part{name: number})
			text = text[1:]
		default:
			var p part
			if p, text, err = parseGap(text[1:], depth); err != nil {
				return m, "", err
			}
			m.parts = append(m.parts, p)
		}
	}
}

// parseGap reads what follows a {, with its }.
func parseGap(text string, depth int) (p part, rest string, err error) {
	end := strings.IndexAny(text, ",}")
	if end < 0 {
		return p, "", errors.New("a { has no }")
	}
	if p.name = strings.TrimSpace(text[:end]); p.name == "" || strings.ContainsAny(p.name, " {#") {
		return p, "", fmt.Errorf("%q is no name", p.name)
	}
	if text[end] == '}' {
		return p, text[end+1:], nil
	}
	kind, text, ok := strings.Cut(text[end+1:], ",")
	if kind = strings.TrimSpace(kind); !ok || kind != "plural" {
		return p, "", fmt.Errorf("%.20q is no kind of gap", kind)
	}
	p.forms = map[string]Message{}
	for {
		text = strings.TrimLeft(text, " ")
		if rest, ok := strings.CutPrefix(text, "}"); ok {
			if _, ok := p.forms[other]; !ok {
				return p, "", fmt.Errorf("the forms of %s lack “other”", p.name)
			}
			return p, rest, nil
		}
		form, after, ok := strings.Cut(text, "{")
		if form = strings.TrimSpace(form); !ok || form != one && form != other {
			return p, "", fmt.Errorf("%.20q is no form", form)
		}
		if p.forms[form], text, err = parse(after, p.name, depth+1); err != nil {
			return p, "", err
		}
	}
}

// Forms of a plural.
const (
	one   = "one"
	other = "other"
)

// FormsOf are the plural forms that a language has, of those that Helium speaks.
func FormsOf(language string) []string {
	if language == "zh" {
		return []string{other}
	}
	return []string{one, other}
}

func formOf(language string, n int64) string {
	if n == 1 && slices.Contains(FormsOf(language), one) {
		return one
	}
	return other
}

// Names are those of the gaps, each once, in the order in which they come.
func (m Message) Names() (names []string) {
	m.walk(func(p part) {
		if p.name != "" && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	})
	return names
}

// Plurals are the names whose number picks a form, each with its forms, sorted.
func (m Message) Plurals() map[string][]string {
	found := map[string][]string{}
	m.walk(func(p part) {
		for form := range p.forms {
			if !slices.Contains(found[p.name], form) {
				found[p.name] = append(found[p.name], form)
			}
		}
		slices.Sort(found[p.name])
	})
	for name, forms := range found {
		if len(forms) == 0 {
			delete(found, name)
		}
	}
	return found
}

func (m Message) walk(see func(part)) {
	for _, p := range m.parts {
		see(p)
		for _, form := range []string{one, other} {
			p.forms[form].walk(see)
		}
	}
}

// Say fills the gaps.
func (m Message) Say(language string, values map[string]any) string {
	var b strings.Builder
	for _, p := range m.parts {
		value, given := values[p.name]
		switch {
		case p.name == "":
			b.WriteString(p.text)
		case p.forms != nil:
			form, ok := p.forms[formOf(language, numberOf(value))]
			if !ok {
				form = p.forms[other]
			}
			b.WriteString(form.Say(language, values))
		case !given:
			b.WriteString("—")
		default:
			fmt.Fprint(&b, value)
		}
	}
	return b.String()
}

func numberOf(v any) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	return 0
}

// Table is the messages of one language, each by its name.
type Table map[string]string

// Differences says what keeps a table from saying in its language all that another
// one says: names that it lacks or has more, gaps that differ, and forms that are not
// those of its language.
func (t Table) Differences(language string, from Table) (found []string) {
	for id, text := range from {
		own, ok := t[id]
		if !ok {
			found = append(found, id+" is missing")
			continue
		}
		wanted, err1 := Parse(text)
		has, err2 := Parse(own)
		if err := errors.Join(err1, err2); err != nil {
			found = append(found, id+": "+err.Error())
			continue
		}
		if a, b := slices.Sorted(slices.Values(wanted.Names())), slices.Sorted(slices.Values(has.Names())); !slices.Equal(a, b) {
			found = append(found, fmt.Sprintf("%s names %q, and should name %q", id, b, a))
		}
		for name, forms := range has.Plurals() {
			if want := FormsOf(language); !slices.Equal(forms, want) {
				found = append(found, fmt.Sprintf("%s has the forms %q of %s, and the language has %q", id, forms, name, want))
			}
		}
		for name := range wanted.Plurals() {
			if language != "zh" && has.Plurals()[name] == nil {
				found = append(found, fmt.Sprintf("%s has no forms of %s", id, name))
			}
		}
	}
	for id := range t {
		if _, ok := from[id]; !ok {
			found = append(found, id+" is in no other table")
		}
	}
	slices.Sort(found)
	return found
}
