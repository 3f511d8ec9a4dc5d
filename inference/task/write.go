package task

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer writes JSON with the escapes and numbers of Python's json module
// (ensure_ascii=False). Go's encoder escapes <, >, &, U+2028 and U+2029 and
// prints 1.0 as 1, which would change digests.
type writer struct {
	b      []byte
	spaced bool // ", " and ": " as Python's default; otherwise compact
	first  bool // nothing written yet at this level
	inside bool // a key waits for its value
}

// next separates the coming item from the one before it.
func (w *writer) next() {
	switch {
	case w.inside:
		w.inside = false
	case w.first || len(w.b) == 0:
		w.first = false
	default:
		w.b = append(w.b, ',')
		if w.spaced {
			w.b = append(w.b, ' ')
		}
	}
}

func (w *writer) open(bracket byte) {
	w.next()
	w.b = append(w.b, bracket)
	w.first = true
}

func (w *writer) close(bracket byte) {
	w.b = append(w.b, bracket)
	w.first = false
}

func (w *writer) key(name string) {
	w.text(name)
	w.b = append(w.b, ':')
	if w.spaced {
		w.b = append(w.b, ' ')
	}
	w.inside = true
}

func (w *writer) raw(b []byte) {
	w.next()
	w.b = append(w.b, b...)
}

func (w *writer) null() { w.raw([]byte("null")) }

func (w *writer) raws(list []json.RawMessage) {
	w.open('[')
	for _, b := range list {
		w.raw(b)
	}
	w.close(']')
}

func (w *writer) boolean(v bool) {
	w.next()
	w.b = strconv.AppendBool(w.b, v)
}

func (w *writer) integer(v int64) {
	w.next()
	w.b = strconv.AppendInt(w.b, v, 10)
}

func (w *writer) optInteger(name string, v *int) {
	if v != nil {
		w.key(name)
		w.integer(int64(*v))
	}
}

func (w *writer) optFloat(name string, v *float64) {
	if v != nil {
		w.key(name)
		w.float(*v)
	}
}

// float prints as Python's repr: the shortest digits that read back, always with
// a point or an exponent.
func (w *writer) float(v float64) {
	w.next()
	if a := math.Abs(v); a != 0 && (a < 1e-4 || a >= 1e16) {
		w.b = strconv.AppendFloat(w.b, v, 'e', -1, 64)
		return
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	w.b = append(w.b, s...)
}

// optText leaves out what is empty.
func (w *writer) optText(name, s string) {
	if s != "" {
		w.key(name)
		w.text(s)
	}
}

func (w *writer) text(s string) {
	w.next()
	w.b = append(w.b, '"')
	for _, r := range s { // invalid bytes read as U+FFFD
		w.b = appendRune(w.b, r)
	}
	w.b = append(w.b, '"')
}

func appendRune(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if r < 0x20 {
		const hex = "0123456789abcdef"
		return append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
	}
	return utf8.AppendRune(b, r)
}
