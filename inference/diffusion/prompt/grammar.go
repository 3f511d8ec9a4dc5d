package prompt

import (
	"strconv"
	"strings"
)

// parser reads one text by a grammar of ordered choices: the first that fits is
// taken, whatever follows. Its methods take a position and return what they read
// there and the position after it, or failed. Those of what can nest remember
// their readings, or nesting would cost exponential time.
type parser struct {
	text  string
	known map[place]reading
}

type place struct {
	rule rule
	at   int
}

type rule int

const (
	ruleQuoted rule = iota
	ruleParenthesis
	ruleAttention
	ruleSwap
)

type reading struct {
	node *node
	next int
}

const failed = -1

const (
	blanks = " \t\r\n"       // skipped before syntax
	spaces = blanks + "\v\f" // end a word
	syntax = `()",.+-=`      // signs that a word has only after a backslash
)

func newParser(text string) *parser { return &parser{text, map[place]reading{}} }

func (p *parser) remember(r rule, at int, read func(at int) (*node, int)) (*node, int) {
	if known, ok := p.known[place{r, at}]; ok {
		return known.node, known.next
	}
	n, next := read(at)
	p.known[place{r, at}] = reading{n, next}
	return n, next
}

// prompt reads the whole text. Where no syntax fits, all up to the next space is
// text.
func (p *parser) prompt() []*node {
	var out []*node
	for at := 0; at < len(p.text); {
		if strings.IndexByte(spaces, p.text[at]) >= 0 {
			at++
			continue
		}
		n, next := p.first(at, p.swap, p.lora, p.attention, p.quoted, p.parenthesis)
		if next == failed {
			next = at
			for next < len(p.text) && strings.IndexByte(spaces, p.text[next]) < 0 {
				next++
			}
			n = textNode(p.text[at:next])
		}
		out = append(out, n)
		at = next
	}
	return out
}

// first takes the first choice that fits.
func (p *parser) first(at int, choices ...func(at int) (*node, int)) (*node, int) {
	for _, read := range choices {
		if n, next := read(at); next != failed {
			return n, next
		}
	}
	return nil, failed
}

// sequence reads as many parts as fit, which may be none. Commas and periods are
// parts if stops are.
func (p *parser) sequence(at int, stops bool) ([]*node, int) {
	var out []*node
	for {
		n, next := p.first(at, p.lora, p.attention, p.swap, p.parenthesis, p.quoted, p.word)
		if next == failed && stops {
			n, next = p.stop(at)
		}
		if next == failed {
			return out, at
		}
		out = append(out, n)
		at = next
	}
}

func (p *parser) stop(at int) (*node, int) {
	for _, sign := range []string{",", "."} {
		if next := p.sign(at, sign); next != failed {
			return textNode(sign), next
		}
	}
	return nil, failed
}

// sign reads one sign after blanks.
func (p *parser) sign(at int, sign string) int {
	if at == failed {
		return failed
	}
	at = p.skip(at)
	if !strings.HasPrefix(p.text[at:], sign) {
		return failed
	}
	return at + len(sign)
}

func (p *parser) skip(at int) int {
	for at < len(p.text) && strings.IndexByte(blanks, p.text[at]) >= 0 {
		at++
	}
	return at
}

// word reads text without syntax. A single plus or minus belongs to a word that
// goes on after it.
func (p *parser) word(at int) (*node, int) {
	begin := p.skip(at)
	next := begin
	for next < len(p.text) {
		c, after := p.text[next], byte(' ')
		if next+1 < len(p.text) {
			after = p.text[next+1]
		}
		isSyntax, afterIsSyntax := strings.IndexByte(syntax, c) >= 0, strings.IndexByte(syntax, after) >= 0
		switch {
		case c == '\\' && afterIsSyntax:
			next += 2
			continue
		case (c == '+' || c == '-') && !afterIsSyntax && strings.IndexByte(blanks, after) < 0:
		case isSyntax || strings.IndexByte(spaces, c) >= 0:
			return p.wordTo(begin, next)
		}
		next++
	}
	return p.wordTo(begin, next)
}

func (p *parser) wordTo(begin, next int) (*node, int) {
	if next == begin {
		return nil, failed
	}
	return textNode(p.text[begin:next]), next
}

// quoted reads text in double quotes on one line, which is a sequence in itself.
func (p *parser) quoted(at int) (*node, int) {
	return p.remember(ruleQuoted, at, func(at int) (*node, int) {
		content, next := p.quotation(at)
		if next == failed {
			return nil, failed
		}
		inner := newParser(content)
		parts, end := inner.sequence(0, true)
		if inner.skip(end) != len(content) && strings.Trim(content, spaces) != "" {
			return nil, failed
		}
		return group(1, parts), next
	})
}

func (p *parser) quotation(at int) (content string, next int) {
	begin := p.sign(at, `"`)
	if begin == failed {
		return "", failed
	}
	for i := begin; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			if strings.HasPrefix(p.text[i:], `\"`) {
				i++
			}
		case '\r', '\n':
			return "", failed
		case '"':
			return p.text[begin:i], i + 1
		}
	}
	return "", failed
}

func (p *parser) parenthesis(at int) (*node, int) {
	return p.remember(ruleParenthesis, at, func(at int) (*node, int) {
		begin := p.sign(at, "(")
		if begin == failed {
			return nil, failed
		}
		parts, next := p.sequence(begin, true)
		return group(1, parts), p.sign(next, ")")
	})
}

func group(weight float64, parts []*node) *node {
	return &node{weight: weight, children: parts, isGroup: true}
}

// target reads what an operator can stand behind.
func (p *parser) target(at int) (*node, int) {
	return p.first(at, p.quoted, p.parenthesis, p.word)
}

// attention reads a weight with what it weighs: word++, (words)1.3 or
// (words).attend(1.3).
func (p *parser) attention(at int) (*node, int) {
	return p.remember(ruleAttention, at, func(at int) (*node, int) {
		n, next := p.target(at)
		if next == failed {
			return nil, failed
		}
		if open := p.sign(p.sign(next, ".attend"), "("); open != failed {
			if weight, end := p.weight(p.skip(open)); end != failed && p.sign(end, ")") != failed {
				return group(weight, []*node{n}), p.sign(end, ")")
			}
		}

		weight, end := p.signs(next)
		if end == failed && n.isGroup {
			weight, end = p.number(next)
		}
		return group(weight, []*node{n}), end
	})
}

func (p *parser) weight(at int) (float64, int) {
	if weight, next := p.signs(at); next != failed {
		return weight, next
	}
	return p.number(at)
}

// signs reads pluses or minuses: 1.1 or 0.9 for each.
func (p *parser) signs(at int) (float64, int) {
	if at >= len(p.text) || p.text[at] != '+' && p.text[at] != '-' {
		return 0, failed
	}
	base := 1.1
	if p.text[at] == '-' {
		base = 0.9
	}

	weight, next := 1.0, at
	for next < len(p.text) && p.text[next] == p.text[at] {
		weight = min(float64(weight*base), maxWeight)
		next++
	}
	return weight, next
}

// number reads digits with at most one period among or around them.
func (p *parser) number(at int) (float64, int) {
	next, digits, period := at, 0, false
	for ; next < len(p.text); next++ {
		c := p.text[next]
		if c == '.' && !period {
			period = true
		} else if c >= '0' && c <= '9' {
			digits++
		} else {
			break
		}
	}
	if digits == 0 {
		return 0, failed
	}
	value, _ := strconv.ParseFloat(p.text[at:next], 64) // infinite if too large
	return min(value, maxWeight), next
}
