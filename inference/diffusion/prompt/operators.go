package prompt

import "strings"

// The operators are read to be refused where Compel would carry them out, and to
// be text where Compel takes them for text.

// joined finds an operator that joins prompts, which only a text's beginning can
// be: ("a", "b").and(). A blend has to be the whole text.
func (p *parser) joined() string {
	at := p.list(0)
	for _, operator := range []string{".and", ".add"} {
		if p.options(p.sign(at, operator)) != failed {
			return operator
		}
	}
	if end := p.options(p.sign(at, ".blend")); end != failed && p.skip(end) == len(p.text) {
		return ".blend"
	}
	return ""
}

// list reads prompts between parentheses with commas.
func (p *parser) list(at int) int {
	at = p.sign(at, "(")
	for at != failed {
		_, next := p.target(at)
		if next == failed {
			_, next = p.quotation(at)
		}
		if end := p.sign(next, ")"); end != failed {
			return end
		}
		at = p.sign(next, ",")
	}
	return failed
}

// options reads parentheses with nothing, or with words, numbers and name=value
// between commas.
func (p *parser) options(at int) int { return p.optionsEnd(p.sign(at, "(")) }

func (p *parser) optionsEnd(at int) int {
	if end := p.sign(at, ")"); end != failed {
		return end
	}
	for at != failed {
		at = p.option(at)
		if end := p.sign(at, ")"); end != failed {
			return end
		}
		at = p.sign(at, ",")
	}
	return failed
}

func (p *parser) option(at int) int {
	if value := p.sign(p.keyword(at), "="); value != failed {
		if next := p.signedNumber(value); next != failed {
			return next
		}
		return p.keyword(value)
	}
	if next := p.signedNumber(at); next != failed {
		return next
	}
	return p.keyword(at)
}

func (p *parser) signedNumber(at int) int {
	at = p.skip(at)
	if strings.HasPrefix(p.text[at:], "-") || strings.HasPrefix(p.text[at:], "+") {
		at++
	}
	_, next := p.number(at)
	return next
}

func (p *parser) keyword(at int) int {
	if at == failed {
		return failed
	}
	begin := p.skip(at)
	next := begin
	for next < len(p.text) && isKeyword(p.text[next]) {
		next++
	}
	if next == begin {
		return failed
	}
	return next
}

func isKeyword(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// swap reads the exchange of one text for another: cat.swap(dog).
func (p *parser) swap(at int) (*node, int) {
	return p.remember(ruleSwap, at, func(at int) (*node, int) {
		_, next := p.target(at)
		begin := p.sign(p.sign(next, ".swap"), "(")
		if begin == failed {
			return nil, failed
		}

		_, next = p.sequence(begin, false)
		end := p.sign(next, ")")
		if comma := p.sign(next, ","); comma != failed {
			end = p.optionsEnd(comma)
		}
		return &node{operator: ".swap"}, end
	})
}

// lora reads the wish for a LoRA: withLora(name, 0.5).
func (p *parser) lora(at int) (*node, int) {
	for _, operator := range []string{"useLora", "withLora"} {
		name := p.keyword(p.sign(p.sign(at, operator), "("))
		if end := p.sign(name, ")"); end != failed {
			return &node{operator: operator}, end
		}
		if comma := p.sign(name, ","); comma != failed {
			if end := p.sign(p.signedNumber(comma), ")"); end != failed {
				return &node{operator: operator}, end
			}
		}
	}
	return nil, failed
}
