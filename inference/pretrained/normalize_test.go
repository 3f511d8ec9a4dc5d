package pretrained_test

import (
	"strings"
	"testing"
	"time"

	"helium/inference/pretrained"
)

func TestNormalizer(t *testing.T) {
	tests := []struct {
		n          pretrained.Normalizer
		text, want string
	}{
		{pretrained.Normalizer{}, " e\u0301 <a> ", " e\u0301 <a> "},
		{pretrained.Normalizer{Composed: true}, "e\u0301", "é"},
		{pretrained.Normalizer{FirstSpace: true}, "word", " word"},
		{pretrained.Normalizer{FirstSpace: true}, " word", " word"},
		{pretrained.Normalizer{FirstSpace: true}, "▁word", "▁word"},
		{pretrained.Normalizer{FirstSpace: true}, "<a> word", "<a> word"},
		{pretrained.Normalizer{FirstSpace: true}, "", ""},
		{pretrained.Normalizer{Right: []string{"<a>"}}, " x <a> \u3000\n y <b> z", " x <a>y <b> z"},
		{pretrained.Normalizer{Left: []string{"<a>"}}, " x \t\u00a0<a> y", " x<a> y"},
		{pretrained.Normalizer{Left: []string{"<a>"}, Right: []string{"<a>", "<a>>"}}, " <a> <a>>  z ", "<a><a>>z "},
		{pretrained.Normalizer{Left: []string{"<a>"}, FirstSpace: true}, "  <a>", "<a>"},
	}
	for _, test := range tests {
		got := test.n.Apply(test.text, func(text string) bool { return strings.HasPrefix(text, "<a>") })
		if got != test.want {
			t.Errorf("%+v makes %q of %q, want %q", test.n, got, test.text, test.want)
		}
	}
}

func TestALongTextIsNormalizedInOnePass(t *testing.T) {
	n := pretrained.Normalizer{Left: []string{"<|end|>"}, Right: []string{"<|end|>"}}
	text := strings.Repeat("x <|end|> ", 1<<18)
	begin := time.Now()
	got := n.Apply(text, func(string) bool { return false })
	if got != strings.Repeat("x<|end|>", 1<<18) {
		t.Errorf("got %d bytes", len(got))
	}
	if took := time.Since(begin); took > 20*time.Second { // quadratic work would take hours
		t.Errorf("took %v", took)
	}
}
