package prompt

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrPrompt means that a prompt is too long or uses an operator: the task has to
// change.
var ErrPrompt = errors.New("not a usable prompt")

const (
	maxText   = 64 << 10 // bytes of a prompt
	maxDepth  = 500      // parentheses open at once; Compel gives up before
	maxWeight = 1e6      // keeps products of weights finite
)

// Fragment is text of one weight.
type Fragment struct {
	Text   string
	Weight float64
}

// Parse reads a prompt. The error is ErrPrompt.
func Parse(text string) ([]Fragment, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("%w: it has %d bytes of at most %d", ErrPrompt, len(text), maxText)
	}
	if depth(text) > maxDepth {
		return nil, fmt.Errorf("%w: its parentheses nest deeper than %d", ErrPrompt, maxDepth)
	}

	p := newParser(spaceAfterCommas(text))
	if operator := p.joined(); operator != "" {
		return nil, operatorError(operator)
	}
	root := group(1, p.prompt())
	if operator := root.operatorIn(); operator != "" {
		return nil, operatorError(operator)
	}
	return fuse(root.texts(nil, 1)), nil
}

// depth is the most parentheses that are open at once, closed later or not.
func depth(text string) int {
	most, open := 0, 0
	for i := 0; i < len(text); i++ {
		escaped := i > 0 && text[i-1] == '\\'
		switch {
		case text[i] == '(' && !escaped:
			open++
		case text[i] == ')' && !escaped:
			open = max(open-1, 0)
		}
		most = max(most, open)
	}
	return most
}

func operatorError(operator string) error {
	return fmt.Errorf("%w: the operator %s is not supported", ErrPrompt, operator)
}

// spaceAfterCommas puts a space between a comma and the character after it. That
// character is not looked at again, even if it is a comma.
func spaceAfterCommas(text string) string {
	var out strings.Builder
	for text != "" {
		r, n := utf8.DecodeRuneInString(text)
		out.WriteString(text[:n])
		text = text[n:]
		if r != ',' || text == "" {
			continue
		}
		if next, n := utf8.DecodeRuneInString(text); !unicode.IsSpace(next) {
			out.WriteString(" " + text[:n])
			text = text[n:]
		}
	}
	return out.String()
}

// node is a part of a prompt: text, or parts with a weight, or an operator.
type node struct {
	text     string
	weight   float64
	isGroup  bool
	children []*node
	operator string
}

// textNode is text as it was written, without the backslashes that keep
// parentheses and quotes from being syntax: Compel takes away two of them. Those
// before other signs stay.
func textNode(text string) *node {
	for _, sign := range []string{"(", ")", `"`, "(", ")", `"`} {
		text = strings.ReplaceAll(text, `\`+sign, sign)
	}
	return &node{text: text, weight: 1}
}

// operatorIn finds an operator.
func (n *node) operatorIn() string {
	if n.operator != "" {
		return n.operator
	}
	for _, c := range n.children {
		if operator := c.operatorIn(); operator != "" {
			return operator
		}
	}
	return ""
}

// texts appends the node's texts with the product of the weights around them.
func (n *node) texts(out []Fragment, weight float64) []Fragment {
	weight = min(float64(weight*n.weight), maxWeight)
	if !n.isGroup {
		return append(out, Fragment{n.text, weight})
	}
	for _, c := range n.children {
		out = c.texts(out, weight)
	}
	return out
}

// fuse joins neighbours of equal weight.
func fuse(texts []Fragment) []Fragment {
	var out []Fragment
	for len(texts) > 0 {
		n := 1
		for n < len(texts) && texts[n].Weight == texts[0].Weight {
			n++
		}
		var words []string
		for _, t := range texts[:n] {
			words = append(words, t.Text)
		}
		out = append(out, Fragment{strings.Join(words, " "), texts[0].Weight})
		texts = texts[n:]
	}
	return out
}
