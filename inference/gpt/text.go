package gpt

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// textStream turns the bytes of tokens into text: whole characters only, and
// never a part of a stop string. What it gives out, joined, is the choice's
// content; bytes that are no UTF-8 become U+FFFD, one each.
type textStream struct {
	stops []string
	bytes []byte // not yet a whole character
	held  string // characters that may begin a stop string
}

// push takes a token's bytes and returns the text that is certain by now.
// stopped is true when a stop string has appeared; the text ends before it.
func (s *textStream) push(piece []byte) (text string, stopped bool) {
	s.bytes = append(s.bytes, piece...)
	s.held += s.wholeCharacters(false)

	if at := s.firstStop(); at >= 0 {
		text, s.held = s.held[:at], ""
		return text, true
	}

	safe := len(s.held) - s.possibleStop()
	text, s.held = s.held[:safe], s.held[safe:]
	return text, false
}

// clone returns a stream that goes on from here by itself.
func (s *textStream) clone() textStream {
	return textStream{stops: s.stops, bytes: slices.Clone(s.bytes), held: s.held}
}

// flush returns what is left when no more tokens come.
func (s *textStream) flush() string {
	text := s.held + s.wholeCharacters(true)
	s.held = ""
	return text
}

// wholeCharacters takes characters from the bytes; all of them at the end.
func (s *textStream) wholeCharacters(end bool) string {
	var out strings.Builder
	for len(s.bytes) > 0 && (end || utf8.FullRune(s.bytes)) {
		r, n := utf8.DecodeRune(s.bytes)
		out.WriteRune(r)
		s.bytes = s.bytes[n:]
	}
	return out.String()
}

// firstStop is where the earliest stop string begins in the held text, or -1.
func (s *textStream) firstStop() int {
	first := -1
	for _, stop := range s.stops {
		if at := strings.Index(s.held, stop); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	return first
}

// possibleStop is the length of the longest end of the held text that begins a
// stop string.
func (s *textStream) possibleStop() int {
	longest := 0
	for _, stop := range s.stops {
		for n := min(len(stop)-1, len(s.held)); n > longest; n-- {
			if strings.HasSuffix(s.held, stop[:n]) {
				longest = n
				break
			}
		}
	}
	return longest
}
