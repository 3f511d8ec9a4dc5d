package grammar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error says what in a schema is wrong or not supported. It depends on the
// schema's bytes alone.
type Error struct {
	Path    []string // keys and places in lists from the schema's root
	Problem string
	Hint    string
}

// Error is one line.
func (e *Error) Error() string {
	s := e.Problem
	if len(e.Path) > 0 {
		s = strings.Join(e.Path, ".") + ": " + s
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// maxNesting bounds how deep a schema's text nests.
const maxNesting = 64

// node is one JSON value of a schema, keys in its order: the order of properties
// is that in which they are written.
type node struct {
	path  []string
	root  *node      // what # in a $ref means: the whole schema, or the part with an $id around this
	token json.Token // string, bool, json.Number, nil, or '{' or '[' as json.Delim
	keys  []string
	items []*node
}

func (n *node) fail(problem, hint string) error { return &Error{n.path, problem, hint} }

// field is an object's value by its key, nil where it has none.
func (n *node) field(key string) *node {
	if i := slices.Index(n.keys, key); i >= 0 {
		return n.items[i]
	}
	return nil
}

func (n *node) isObject() bool { return n.token == json.Delim('{') }
func (n *node) isList() bool   { return n.token == json.Delim('[') }

// parse reads a schema's text.
func parse(schema []byte) (*node, error) {
	if !utf8.Valid(schema) {
		return nil, &Error{nil, "the schema is not UTF-8", "encode it as UTF-8"}
	}
	dec := json.NewDecoder(bytes.NewReader(schema))
	dec.UseNumber()
	n, err := parseNode(dec, nil, nil)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, &Error{nil, "something follows the schema", "give one JSON object"}
	}
	return n, nil
}

func parseNode(dec *json.Decoder, path []string, root *node) (*node, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, notJSON(path, err)
	}
	n := &node{path: path, root: root, token: token}
	if root == nil {
		n.root = n
	}
	if len(path) > maxNesting {
		return nil, n.fail(fmt.Sprintf("is nested deeper than %d levels", maxNesting), "make the schema flatter, by $defs")
	}
	if !n.isObject() && !n.isList() {
		return n, nil
	}

	for dec.More() {
		key := strconv.Itoa(len(n.items))
		if n.isObject() {
			token, err := dec.Token()
			if err != nil {
				return nil, notJSON(path, err)
			}
			key = token.(string) // the decoder takes nothing else as a key
			n.keys = append(n.keys, key)
		}
		item, err := parseNode(dec, append(slices.Clip(path), key), n.root)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	if _, err := dec.Token(); err != nil {
		return nil, notJSON(path, err)
	}
	if id := n.field("$id"); id != nil && n.root != n {
		if _, ok := id.token.(string); ok { // otherwise a property of that name
			n.adopt(n.root, n)
		}
	}
	return n, n.unique()
}

// adopt makes a part with an $id the root of what is inside it.
func (n *node) adopt(from, root *node) {
	if n.root != from {
		return // inside another part with an $id
	}
	n.root = root
	for _, item := range n.items {
		item.adopt(from, root)
	}
}

// unique refuses a key that is given twice.
func (n *node) unique() error {
	seen := make(map[string]bool, len(n.keys))
	for i, key := range n.keys {
		if seen[key] {
			return n.items[i].fail("is given twice", "keep one of them")
		}
		seen[key] = true
	}
	return nil
}

func notJSON(path []string, err error) error {
	return &Error{path, "is not JSON: " + err.Error(), "give one JSON object"}
}

// keywords checks that a schema has only those named, and what says nothing of
// the value.
func (n *node) keywords(known ...string) error {
	annotations := []string{"title", "description", "default", "examples", "$comment", "$schema", "$id", "$defs", "definitions", "deprecated", "readOnly", "writeOnly"}
	for i, key := range n.keys {
		if !slices.Contains(known, key) && !slices.Contains(annotations, key) {
			hint := "no keyword that limits the value is known here"
			if len(known) > 0 {
				hint = "known here: " + strings.Join(known, ", ")
			}
			return n.items[i].fail("is not a supported keyword here", hint)
		}
	}
	return nil
}

// types are what the type keyword names, in its order; none where it is absent.
func (n *node) types() ([]string, error) {
	t := n.field("type")
	if t == nil {
		return nil, nil
	}
	list := t.items
	if !t.isList() {
		list = []*node{t}
	}
	if len(list) == 0 {
		return nil, t.fail("names no type", "name one")
	}

	var names []string
	for _, item := range list {
		name, _ := item.token.(string)
		if !slices.Contains([]string{"object", "array", "string", "number", "integer", "boolean", "null"}, name) {
			return nil, item.fail("is not a type", "use object, array, string, number, integer, boolean or null")
		}
		names = append(names, name)
	}
	return names, nil
}

// count reads a number of items; def where there is none.
func (n *node) count(key string, def int) (int, error) {
	v := n.field(key)
	if v == nil {
		return def, nil
	}
	number, _ := v.token.(json.Number)
	count, err := strconv.Atoi(number.String())
	if err != nil || count < 0 || count > maxStates {
		return 0, v.fail("is not a number of items", fmt.Sprintf("use a whole number from 0 to %d", maxStates))
	}
	return count, nil
}

// target finds the schema that a $ref means.
func (n *node) target() (*node, error) {
	ref, ok := n.token.(string)
	if !ok {
		return nil, n.fail("must be a string", "")
	}
	if ref == "#" {
		return n.root, nil
	}
	parts := strings.Split(ref, "/")
	if len(parts) == 3 && parts[0] == "#" && (parts[1] == "$defs" || parts[1] == "definitions") {
		name, err := url.PathUnescape(parts[2])
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		if defs := n.root.field(parts[1]); err == nil && defs != nil && defs.field(name) != nil {
			return defs.field(name), nil
		}
	}
	return nil, n.fail(fmt.Sprintf("is %.80q, which is not found", ref), "refer to # or to #/$defs/NAME of this schema, or of the part with an $id around this")
}

// is tells whether a value that is written out has a type.
func (n *node) is(types []string) bool {
	if len(types) == 0 {
		return true
	}
	own := "null"
	switch t := n.token.(type) {
	case string:
		own = "string"
	case bool:
		own = "boolean"
	case json.Number:
		own = "number"
		if !strings.ContainsAny(t.String(), ".eE") {
			own = "integer"
		}
	case json.Delim:
		own = map[json.Delim]string{'{': "object", '[': "array"}[t]
	}
	return slices.Contains(types, own) || own == "integer" && slices.Contains(types, "number")
}

// literal writes a value as the one spelling that is let pass.
func (n *node) literal(to []byte) []byte {
	switch t := n.token.(type) {
	case string:
		return appendString(to, t)
	case bool:
		return strconv.AppendBool(to, t)
	case json.Number:
		return append(to, t...)
	case json.Delim:
		to = append(to, byte(t))
		for i, item := range n.items {
			if i > 0 {
				to = append(to, ',')
			}
			if n.isObject() {
				to = append(appendString(to, n.keys[i]), ':')
			}
			to = item.literal(to)
		}
		return append(to, byte(t)+2) // ']' and '}' follow their partners by two
	}
	return append(to, "null"...)
}

// appendString writes a JSON string with the escapes that JSON needs.
func appendString(to []byte, s string) []byte {
	to = append(to, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			to = append(to, '\\', c)
		case c == '\n':
			to = append(to, '\\', 'n')
		case c < 0x20:
			to = fmt.Appendf(to, "\\u%04x", c)
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}
