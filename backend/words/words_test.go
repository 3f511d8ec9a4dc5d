package words

import (
	"fmt"
	"strings"
	"testing"
)

func TestMessagesAreSaid(t *testing.T) {
	tasks := "{n, plural, one {One task was} other {# tasks were}} for {whom}."
	for _, c := range []struct {
		language, text string
		values         map[string]any
		want           string
	}{
		{"en", "It can't be opened.", nil, "It can't be opened."},
		{"en", "{a} and {b}, {a}", map[string]any{"a": 1, "b": "two"}, "1 and two, 1"},
		{"en", "It is {a}.", nil, "It is —."},
		{"en", tasks, map[string]any{"n": 1, "whom": "others"}, "One task was for others."},
		{"de", tasks, map[string]any{"n": 2, "whom": "#1 {x}"}, "2 tasks were for #1 {x}."},
		{"en", tasks, map[string]any{"n": int64(0), "whom": "x"}, "0 tasks were for x."},
		{"zh", "{n, plural, other {# 个}}", map[string]any{"n": 1}, "1 个"},
		{"en", "{n, plural, one {{x} #} other {#{x}}}#", map[string]any{"n": 3, "x": "y"}, "3y#"},
	} {
		m, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := m.Say(c.language, c.values); got != c.want {
			t.Errorf("%s in %s says %q, want %q", c.text, c.language, got, c.want)
		}
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	for _, text := range []string{"{", "}", "{a", "{}", "{a b}", "{a, plural}", "{a, number}", "{a, plural, one {x}}", "{a, plural, two {x} other {y}}", "{a, plural, other {y}", "{{a}}"} {
		if m, err := Parse(text); err == nil {
			t.Errorf("%q is read as %+v", text, m)
		}
	}
}

func TestNamesComeInTheirOrder(t *testing.T) {
	m, err := Parse("{b} {n, plural, one {{c}} other {# {a}}} {b}")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(m.Names(), m.Plurals()); got != "[b n c a] map[n:[one other]]" {
		t.Errorf("got %s", got)
	}
}

func TestDifferencesAreFound(t *testing.T) {
	from := Table{"a": "{x}", "b": "{n, plural, one {#} other {#}}", "c": "c", "d": "d"}
	other := Table{"a": "{y}", "b": "{n, plural, other {#}}", "c": "{", "e": "e"}
	got := strings.Join(other.Differences("es", from), "\n")
	for _, want := range []string{`a names ["y"]`, `b has the forms ["other"] of n`, "c: ", "d is missing", "e is in no other"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not among\n%s", want, got)
		}
	}
	if same := from.Differences("en", from); len(same) > 0 {
		t.Errorf("a table differs from itself: %q", same)
	}
}

func FuzzAMessageThatIsReadCanBeSaid(f *testing.F) {
	f.Add("{n, plural, one {#} other {# {a}}}")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Parse(text)
		if err != nil {
			return
		}
		m.Say("en", map[string]any{"n": 1})
		m.Names()
	})
}
