package task

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds nesting, so that no document costs much stack anywhere.
const maxDepth = 64

// value is one JSON value and where it stands in its document.
type value struct {
	path  string
	token json.Token // string, bool, json.Number, nil, or '{' or '[' as json.Delim
	keys  []string   // of an object, in the document's order
	items []*value   // of an object or list
}

// parse reads one JSON document more strictly than encoding/json does: UTF-8
// only, no byte order mark, no lone surrogates, no key twice, numbers that a
// float64 can hold, and nothing after the document.
func parse(data []byte) (*value, error) {
	if !utf8.Valid(data) {
		return nil, &FieldError{"", "the document is not UTF-8", "encode it as UTF-8"}
	}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, &FieldError{"", "the document starts with a byte order mark", "leave it out"}
	}

	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := parseValue(dec, "", 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, &FieldError{"", "something follows the document", "send one JSON object and nothing else"}
	}
	if loneSurrogate(data) {
		return nil, &FieldError{"", "a \\u escape is half of a surrogate pair", "write both halves, or the character itself"}
	}
	return v, nil
}

func parseValue(dec *json.Decoder, path string, depth int) (*value, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, notJSON(dec, path, err)
	}
	if depth > maxDepth {
		return nil, &FieldError{path, fmt.Sprintf("is nested deeper than %d levels", maxDepth), "make it flatter"}
	}

	v := &value{path: path, token: token}
	switch token {
	case json.Delim('{'):
		err = v.parseObject(dec, depth)
	case json.Delim('['):
		err = v.parseList(dec, depth)
	}
	if err != nil {
		return nil, err
	}
	if n, ok := token.(json.Number); ok {
		if _, err := strconv.ParseFloat(n.String(), 64); err != nil {
			return nil, &FieldError{path, "is a number too large to hold", "use a number that fits 64-bit floating point"}
		}
	}
	return v, nil
}

func (v *value) parseObject(dec *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return notJSON(dec, v.path, err)
		}
		key, ok := token.(string)
		if !ok {
			return notJSON(dec, v.path, fmt.Errorf("an object's key is not a string"))
		}
		path := join(v.path, key)
		if seen[key] {
			return &FieldError{path, "is given twice", "keep one of them"}
		}
		seen[key] = true

		item, err := parseValue(dec, path, depth+1)
		if err != nil {
			return err
		}
		v.keys = append(v.keys, key)
		v.items = append(v.items, item)
	}
	return v.parseEnd(dec)
}

func (v *value) parseList(dec *json.Decoder, depth int) error {
	for dec.More() {
		item, err := parseValue(dec, fmt.Sprintf("%s[%d]", v.path, len(v.items)), depth+1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	return v.parseEnd(dec)
}

func (v *value) parseEnd(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return notJSON(dec, v.path, err)
	}
	return nil
}

func notJSON(dec *json.Decoder, path string, err error) error {
	problem := fmt.Sprintf("is not JSON at byte %d: %v", dec.InputOffset(), err)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		problem = "is not JSON: the document ends too early"
	}
	if path == "" {
		problem = "the document " + problem
	}
	return &FieldError{path, problem, "send one JSON object"}
}

// join names a field inside an object. A key that is not a plain word is quoted
// and cut, so that an error stays one short line.
func join(path, key string) string {
	plain := key != "" && len(key) <= 64 && strings.IndexFunc(key, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
	if !plain {
		if r := []rune(key); len(r) > 64 {
			key = string(r[:64]) + "…"
		}
		return path + "[" + strconv.Quote(key) + "]"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// loneSurrogate finds what encoding/json would quietly replace. In valid JSON a
// backslash only ever starts an escape inside a string.
func loneSurrogate(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		i++
		if data[i] != 'u' {
			continue
		}
		r := hex4(data[i+1:])
		i += 4
		switch {
		case r >= 0xdc00 && r <= 0xdfff:
			return true
		case r < 0xd800 || r > 0xdfff:
			continue
		}
		rest := data[i+1:]
		if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' {
			return true
		}
		if low := hex4(rest[2:]); low < 0xdc00 || low > 0xdfff {
			return true
		}
		i += 6
	}
	return false
}

func hex4(b []byte) uint64 {
	r, _ := strconv.ParseUint(string(b[:4]), 16, 16) // valid JSON has four digits here
	return r
}

// kind names the value's JSON type for a message.
func (v *value) kind() string {
	switch v.token {
	case json.Delim('{'):
		return "an object"
	case json.Delim('['):
		return "a list"
	case nil:
		return "null"
	}
	switch v.token.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	}
	return "a number"
}

// encode writes the value back, keys in the document's order and numbers as
// they were spelled: a chat template may print either.
func (v *value) encode(w *writer) {
	switch t := v.token.(type) {
	case string:
		w.text(t)
	case bool:
		w.boolean(t)
	case json.Number:
		w.raw([]byte(t))
	case json.Delim:
		w.open(byte(t))
		for i, item := range v.items {
			if v.keys != nil {
				w.key(v.keys[i])
			}
			item.encode(w)
		}
		w.close(byte(t) + 2) // ']' and '}' follow their partners by two
	default:
		w.null()
	}
}

// maxProblems is how many things wrong with one document are named.
const maxProblems = 32

// reader takes values out of a document and collects what is wrong with it, one
// problem a field, in the order in which it looks; where something is wrong the
// answer is zero.
type reader struct{ problems []*FieldError }

// fail says what is wrong with v. Whatever else is found at a field that was
// found wrong before, or inside it, follows from that and is not said.
func (r *reader) fail(v *value, problem, hint string) {
	if len(r.problems) == maxProblems {
		return
	}
	for _, p := range r.problems {
		inside, ok := strings.CutPrefix(v.path, p.Field)
		if ok && (p.Field == "" || inside == "" || inside[0] == '.' || inside[0] == '[') {
			return
		}
	}
	r.problems = append(r.problems, &FieldError{v.path, problem, hint})
}

// first is the first problem, as an error.
func (r *reader) first() error {
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems[0]
}

func (r *reader) wrongType(v *value, want string) {
	r.fail(v, fmt.Sprintf("must be %s, not %s", want, v.kind()), "")
}

// fields gives an object's values by name after refusing names that are not
// known. It answers nil for what is no object.
func (r *reader) fields(v *value, known ...string) map[string]*value {
	if v.token != json.Delim('{') {
		r.wrongType(v, "an object")
		return nil
	}
	fields := make(map[string]*value, len(v.items))
	for i, key := range v.keys {
		fields[key] = v.items[i]
	}
	for i, key := range v.keys {
		if !slices.Contains(known, key) {
			hint := "no field is known here"
			if len(known) > 0 {
				hint = "known here: " + strings.Join(known, ", ")
			}
			r.fail(v.items[i], "is not a field of this format", hint)
		}
	}
	return fields
}

// required gives a field that must be there.
func (r *reader) required(parent *value, fields map[string]*value, name string) *value {
	if v := fields[name]; v != nil {
		return v
	}
	missing := &value{path: join(parent.path, name)}
	if fields != nil {
		r.fail(missing, "is missing", "add it")
	}
	return missing
}

func (r *reader) list(v *value) []*value {
	if v.token != json.Delim('[') {
		r.wrongType(v, "a list")
		return nil
	}
	return v.items
}

func (r *reader) str(v *value) string {
	s, ok := v.token.(string)
	if !ok {
		r.wrongType(v, "a string")
	}
	return s
}

// optStr is the empty string where there is no field; null is none.
func (r *reader) optStr(v *value) string {
	if v == nil {
		return ""
	}
	return r.str(v)
}

// filled takes a string that is not empty.
func (r *reader) filled(v *value, hint string) string {
	s := r.str(v)
	if s == "" {
		r.fail(v, "is empty", hint)
	}
	return s
}

func (r *reader) oneOf(v *value, allowed ...string) string {
	s := r.str(v)
	if !slices.Contains(allowed, s) {
		r.fail(v, fmt.Sprintf("is %q", short(s)), "use one of "+strings.Join(allowed, ", "))
	}
	return s
}

func short(s string) string {
	if r := []rune(s); len(r) > 64 {
		return string(r[:64]) + "…"
	}
	return s
}

func (r *reader) boolean(v *value) bool {
	b, ok := v.token.(bool)
	if !ok {
		r.wrongType(v, "true or false")
	}
	return b
}

// integer takes a whole number however it is spelled: JSON Schema holds 42.0
// and 4.2e1 for integers too.
func (r *reader) integer(v *value, low, high int64) int64 {
	exact := r.exact(v, "a whole number")
	if exact == nil {
		return 0
	}
	if !exact.IsInt() {
		r.fail(v, fmt.Sprintf("is %s, which is not a whole number", v.spelling()), "")
		return 0
	}
	if i := exact.Num(); !i.IsInt64() || i.Int64() < low || i.Int64() > high {
		r.fail(v, "is "+v.spelling(), fmt.Sprintf("use %d to %d", low, high))
		return 0
	}
	return exact.Num().Int64()
}

// number takes a number from low to high. With open, low itself is refused, and
// so is what rounds to it.
func (r *reader) number(v *value, low, high float64, open bool) float64 {
	exact := r.exact(v, "a number")
	if exact == nil {
		return 0
	}
	f, _ := exact.Float64()
	below := exact.Cmp(new(big.Rat).SetFloat64(low)) < 0 || open && f == low
	above := exact.Cmp(new(big.Rat).SetFloat64(high)) > 0
	if below || above {
		from := fmt.Sprint(low)
		if open {
			from = "more than " + from
		}
		r.fail(v, "is "+v.spelling(), fmt.Sprintf("use %s to %v", from, high))
		return 0
	}
	return f // never -0, which a Rat does not know
}

// exact reads a number without rounding, so that a bound is a bound. It answers
// nil for what is no number, and for exponents that would cost much to expand.
func (r *reader) exact(v *value, want string) *big.Rat {
	n, ok := v.token.(json.Number)
	if !ok {
		r.wrongType(v, want)
		return nil
	}
	_, exponent, _ := strings.Cut(strings.ToLower(n.String()), "e")
	if e, err := strconv.Atoi(cmp.Or(exponent, "0")); err != nil || e < -1000 || e > 1000 {
		r.fail(v, "is "+v.spelling(), "write it without so large an exponent")
		return nil
	}
	exact, ok := new(big.Rat).SetString(n.String())
	if !ok {
		r.fail(v, fmt.Sprintf("is %s, which is not a number", v.spelling()), "")
		return nil
	}
	return exact
}

// spelling is a number as the document has it, cut to a message's length.
func (v *value) spelling() string { return short(fmt.Sprint(v.token)) }

// object keeps an object whose fields belong to somebody else.
func (r *reader) object(v *value) json.RawMessage {
	if v.token != json.Delim('{') {
		r.wrongType(v, "an object")
		return nil
	}
	var w writer
	v.encode(&w)
	return w.b
}

// isNull tells whether a field is absent or null.
func isNull(v *value) bool { return v == nil || v.token == nil }
