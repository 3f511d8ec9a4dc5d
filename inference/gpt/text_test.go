package gpt

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// pushAll sends a text in pieces of n bytes and returns what came out.
func pushAll(t *testing.T, text string, n int, stops ...string) (out []string, stopped bool) {
	t.Helper()
	s := &textStream{stops: stops}
	for len(text) > 0 {
		k := min(n, len(text))
		piece, stop := s.push([]byte(text[:k]))
		out = append(out, piece)
		if stop {
			return out, true
		}
		text = text[k:]
	}
	return append(out, s.flush()), false
}

func TestStreamNeverSplitsACharacter(t *testing.T) {
	const text = "Grüße, 東京 👩‍👩‍👧 naïve"
	for n := 1; n <= len(text); n++ {
		out, _ := pushAll(t, text, n)
		if got := strings.Join(out, ""); got != text {
			t.Errorf("pieces of %d: %q", n, got)
		}
		for _, piece := range out {
			if !utf8.ValidString(piece) {
				t.Errorf("pieces of %d: %q is cut inside a character", n, piece)
			}
		}
	}
}

func TestStreamReplacesWhatIsNoText(t *testing.T) {
	for n := 1; n < 6; n++ {
		out, _ := pushAll(t, "a\xffb\xe6\x9d", n)
		if got := strings.Join(out, ""); got != "a\ufffdb\ufffd\ufffd" {
			t.Errorf("pieces of %d: %q", n, got)
		}
	}
}

func TestStreamEndsBeforeAStopString(t *testing.T) {
	tests := []struct {
		text    string
		stops   []string
		want    string
		stopped bool
	}{
		{"one two three", []string{"two"}, "one ", true},
		{"one two three", []string{"three", "o t"}, "one tw", true},
		{"one two", []string{"two three"}, "one two", false},
		{"aaab", []string{"aab"}, "a", true},
		{"ababac", []string{"abac"}, "ab", true},
		{"Ende 東京!", []string{"京"}, "Ende 東", true},
		{"stop", []string{"stop"}, "", true},
	}
	for _, tt := range tests {
		for n := 1; n <= len(tt.text); n++ {
			out, stopped := pushAll(t, tt.text, n, tt.stops...)
			if got := strings.Join(out, ""); got != tt.want && n == 1 || stopped != tt.stopped {
				t.Errorf("%q in pieces of %d with %q: %q, %v; want %q, %v", tt.text, n, tt.stops, got, stopped, tt.want, tt.stopped)
			}
		}
	}
}

func FuzzStreamGivesTheWholeText(f *testing.F) {
	f.Add("hello wörld", "wö", uint8(2))
	f.Add("\xe6\x9d\xb1 x", "", uint8(1))
	f.Fuzz(func(t *testing.T, text, stop string, n uint8) {
		var stops []string
		if stop != "" && utf8.ValidString(stop) {
			stops = append(stops, stop)
		}
		out, stopped := pushAll(t, text, int(n%16)+1, stops...)
		got := strings.Join(out, "")

		var want strings.Builder
		for _, r := range text {
			want.WriteRune(r)
		}
		whole := want.String()
		if !utf8.ValidString(got) || !strings.HasPrefix(whole, got) {
			t.Fatalf("%q came out as %q", text, got)
		}
		if !stopped && got != whole {
			t.Fatalf("%q came out as %q without a stop", text, got)
		}
		if len(stops) > 0 && strings.Contains(got, stop) {
			t.Fatalf("%q holds the stop string %q", got, stop)
		}
	})
}

func TestClonedStreamsGoOnByThemselves(t *testing.T) {
	s := &textStream{}
	s.push([]byte("\xf0\x9f"))
	a, b := s.clone(), s.clone()
	a.push([]byte("\x99"))
	b.push([]byte("\x98"))
	textA, _ := a.push([]byte("\x82"))
	textB, _ := b.push([]byte("\x80"))
	if textA != "🙂" || textB != "😀" {
		t.Errorf("%q and %q, want 🙂 and 😀", textA, textB)
	}
}
