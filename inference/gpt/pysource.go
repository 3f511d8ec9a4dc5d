package gpt

import (
	"strconv"
	"strings"
	"unicode"
)

// pySource rewrites a chat template so that the Jinja engine does as Python's
// where the two differ: what {{ }} prints goes through pyprint, and some filters
// become ours, which the engine finds only under names that it doesn't know.
// Text, comments, raw blocks and string literals stay as they are.
type pySource struct {
	in  string
	out strings.Builder
}

// pyFilters maps the filters of templates to our own.
func pyFilters() map[string]string {
	return map[string]string{"tojson": "pytojson", "string": "pyprint", "default": "pydefault", "d": "pydefault", "trim": "pytrim"}
}

func pythonise(source string) string {
	// Jinja reads every line end as \n and drops the last one.
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(source)
	s := pySource{in: strings.TrimSuffix(source, "\n")}
	for s.in != "" {
		s.text()
		switch {
		case strings.HasPrefix(s.in, "{#"):
			s.through("#}")
		case strings.HasPrefix(s.in, "{{"):
			s.print()
		case strings.HasPrefix(s.in, "{%"):
			s.statement()
		}
	}
	return s.out.String()
}

// take moves n bytes to the output and returns them.
func (s *pySource) take(n int) string {
	taken := s.in[:n]
	s.out.WriteString(taken)
	s.in = s.in[n:]
	return taken
}

// through moves everything up to and with end, or all that is left.
func (s *pySource) through(end string) {
	at := strings.Index(s.in, end)
	if at < 0 {
		s.take(len(s.in))
		return
	}
	s.take(at + len(end))
}

// text moves what stands before the next tag.
func (s *pySource) text() {
	for s.in != "" {
		at := strings.IndexByte(s.in, '{')
		if at < 0 {
			s.take(len(s.in))
			return
		}
		s.take(at)
		if len(s.in) > 1 && strings.IndexByte("{%#", s.in[1]) >= 0 {
			return
		}
		s.take(1)
	}
}

func (s *pySource) print() {
	s.take(2)
	if s.in != "" && (s.in[0] == '-' || s.in[0] == '+') {
		s.take(1)
	}

	s.out.WriteString("pyprint(")
	closing := s.expression("}}")
	s.out.WriteString(")" + closing)
}

// statement moves a {% %} tag, and what a raw block holds.
func (s *pySource) statement() {
	start := s.out.Len()
	s.take(2)
	s.out.WriteString(s.expression("%}"))

	if name := strings.Trim(s.out.String()[start:], "{%-+} \t\r\n"); name != "raw" {
		return
	}
	for s.in != "" {
		s.through("{%")
		if strings.HasPrefix(strings.TrimLeft(s.in, "-+ \t\r\n"), "endraw") {
			s.through("%}")
			return
		}
	}
}

// expression moves code up to its end at the outermost level, and returns the
// end with the sign before it, which the caller writes.
func (s *pySource) expression(end string) string {
	depth := 0
	for s.in != "" {
		if depth == 0 {
			for _, closing := range []string{end, "-" + end, "+" + end} {
				if strings.HasPrefix(s.in, closing) {
					s.in = s.in[len(closing):]
					return closing
				}
			}
		}
		switch s.take(1)[0] {
		case '{':
			depth++
		case '}':
			depth = max(depth-1, 0)
			if strings.HasPrefix(s.in, "}") {
				s.out.WriteByte(' ') // the engine would end the tag at }}
			}
		case '\'':
			s.literal('\'')
		case '"':
			s.literal('"')
		case '|':
			s.filter()
		}
	}
	return ""
}

// literal moves the rest of a string literal.
func (s *pySource) literal(quote byte) {
	for s.in != "" {
		switch {
		case s.in[0] == quote:
			s.take(1)
			return
		case s.in[0] == '\\':
			s.escape()
		default:
			s.take(1)
		}
	}
}

// escape moves an escape. A character that is given by its number, which the
// engine doesn't read, is written as itself.
func (s *pySource) escape() {
	if len(s.in) < 2 {
		s.take(len(s.in))
		return
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s.in[1]]
	if digits == 0 || len(s.in) < 2+digits {
		s.take(2)
		return
	}
	r, err := strconv.ParseUint(s.in[2:2+digits], 16, 32)
	if err != nil || r > unicode.MaxRune {
		s.take(2)
		return
	}

	if strings.ContainsRune(`'"\`, rune(r)) {
		s.out.WriteByte('\\')
	}
	s.out.WriteRune(rune(r))
	s.in = s.in[2+digits:]
}

// filter moves a filter's name, ours where there is one.
func (s *pySource) filter() {
	s.take(len(s.in) - len(strings.TrimLeft(s.in, " \t\r\n")))
	n := 0
	for n < len(s.in) && isNameByte(s.in[n]) {
		n++
	}
	if own, ok := pyFilters()[s.in[:n]]; ok {
		s.out.WriteString(own)
		s.in = s.in[n:]
	}
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}
