package prompt_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/inference/diffusion/prompt"
)

func parse(t testing.TB, text string) []prompt.Fragment {
	t.Helper()
	got, err := prompt.Parse(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return got
}

// same compares fragments but for the space around them, which no token has, and
// the last digits of weights.
func same(got, want []prompt.Fragment) bool {
	return slices.EqualFunc(got, want, func(a, b prompt.Fragment) bool {
		return strings.TrimSpace(a.Text) == strings.TrimSpace(b.Text) && math.Abs(a.Weight-b.Weight) < 1e-12
	})
}

// The fragments were read by Compel 2.0.2.
func TestFragmentsAreCompels(t *testing.T) {
	for text, want := range map[string][]prompt.Fragment{
		"":                                   nil,
		" \t\n ":                             nil,
		"a cat":                              {{"a cat", 1}},
		"blonde hair+++":                     {{"blonde", 1}, {"hair", 1.1 * 1.1 * 1.1}},
		"a cat-- sits":                       {{"a", 1}, {"cat", 0.81}, {"sits", 1}},
		"(big dog)1.3":                       {{"big dog", 1.3}},
		"(big dog)++":                        {{"big dog", 1.21}},
		"(big dog) 1.3":                      {{"big dog 1.3", 1}},
		"(big dog).5":                        {{"big dog", 0.5}},
		"(big dog)2girls":                    {{"big dog", 2}, {"girls", 1}},
		`"big dog"1.5 a`:                     {{"big dog", 1.5}, {"a", 1}},
		`"a (b)++ c"-`:                       {{"a", 0.9}, {"b", 1.089}, {"c", 0.9}},
		"((a)1.5 b)0.5 c":                    {{"a", 0.75}, {"b", 0.5}, {"c", 1}},
		"((a))+":                             {{"a", 1.1}},
		"(cat).attend(1.2)":                  {{"cat", 1.2}},
		"cat.attend(++)":                     {{"cat", 1.21}},
		"a well-known cat":                   {{"a well-known cat", 1}},
		"a - b":                              {{"a - b", 1}},
		"++":                                 {{"++", 1}},
		"--cat":                              {{"--cat", 1}},
		"cat++dog":                           {{"cat", 1.21}, {"dog", 1}},
		"masterpiece++,best":                 {{"masterpiece", 1.21}, {", best", 1}},
		"no moon++, buried in sand, eyes++,": {{"no", 1}, {"moon", 1.21}, {", buried in sand,", 1}, {"eyes", 1.21}, {",", 1}},
		"cat.swap":                           {{"cat.swap", 1}},
		"a(b)++":                             {{"a(b)++", 1}},
		"(a b":                               {{"(a b", 1}},
		"a b)":                               {{"a b)", 1}},
		"((a) b":                             {{"((a) b", 1}},
		"( (a)++ b":                          {{"(", 1}, {"a", 1.21}, {"b", 1}},
		"(a=b)1.2":                           {{"(a=b)1.2", 1}},
		`"a b`:                               {{`"a b`, 1}},
		`\(a\)`:                              {{"(a)", 1}},
		`(a \(b\))1.2`:                       {{"a (b)", 1.2}},
		`\\(a`:                               {{"(a", 1}},
		`a\+ b`:                              {{`a\+ b`, 1}},
		"()":                                 nil,
		"(a, b.)1.2":                         {{"a , b .", 1.2}},
		"<cat-toy>++ <x>":                    {{"<cat-toy>", 1.21}, {"<x>", 1}},
		"it's (5 o'clock)1.1":                {{"it's", 1}, {"5 o'clock", 1.1}},
		"a ,b,,c":                            {{"a , b, ,c", 1}},
	} {
		if got := parse(t, text); !same(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestOperatorsAreRefused(t *testing.T) {
	for _, text := range []string{
		`("a cat", "a dog").and()`, `("a", "b").and(1, 0.5) and more`, `("a").add()`,
		`("a, b", c).blend(0.5, 0.5)`, `("a (", "b").blend(1, -1, no_normalize)`,
		"a cat.swap(dog)", "(a cat).swap(a dog, s_start=0.1, t_end=1)", `("a cat".swap(dog) b)1.2`,
		"withLora(style)", "a useLora(style, 0.5) b", "(a withLora(b))+",
	} {
		if got, err := prompt.Parse(text); !errors.Is(err, prompt.ErrPrompt) {
			t.Errorf("%q: %v, %v, want ErrPrompt", text, got, err)
		}
	}
	for _, text := range []string{
		`x ("a", "b").and()`, "a .swop(b)c", `("a", "b").blend(1, 1) c`, `("a" "b").and()`, "cat.swap dog", "withLora()", `("a").and(`,
	} {
		parse(t, text)
	}
}

func TestLimitsOfPrompts(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 64<<10+1), strings.Repeat("(", 501), strings.Repeat(`(\\)`, 501)} {
		if _, err := prompt.Parse(text); !errors.Is(err, prompt.ErrPrompt) {
			t.Errorf("%.10q…: %v, want ErrPrompt", text, err)
		}
	}
	for _, text := range []string{"a" + strings.Repeat("+", 9000), "((a)99999999)99999999", "(a)" + strings.Repeat("9", 400)} {
		if got := parse(t, text); got[0].Weight != 1e6 {
			t.Errorf("%.20q…: weight %v, want 1e6", text, got[0].Weight)
		}
	}
	if got := parse(t, "a"+strings.Repeat("-", 60_000)); got[0].Weight > 1e-300 {
		t.Errorf("the weight of many minuses is %v, want about 0", got[0].Weight)
	}
}

func TestNestingCostsLittle(t *testing.T) {
	deep := strings.Repeat("(", 400) + "a" + strings.Repeat(")", 400)
	for name, text := range map[string]string{
		"nested":       deep + "1.1",
		"unclosed":     strings.Repeat("(a ", 400) + "b",
		"many":         strings.Repeat("((((a)+ b)+ c)+ (", 80),
		"quotes":       strings.Repeat(`"\" `, 10_000),
		"many words":   strings.Repeat("a ", 30_000),
		"many weights": strings.Repeat("a+ b- ", 10_000),
		"quoted deep":  `"` + deep + `"++`,
	} {
		begin := time.Now()
		parse(t, text)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func FuzzTextIsAPromptOrUsesAnOperator(f *testing.F) {
	for _, text := range []string{"a cat++ (b \"c\" (d)1.2)0.5, e--", `("a","b").blend(1,2)`, `a\(b.swap(c, s=1)`, `"\" (("`, "\xff\v(a)\f+"} {
		f.Add(text)
	}
	operators := []string{".and", ".add", ".blend", ".swap", "withLora", "useLora"}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := prompt.Parse(text)
		if err != nil {
			has := slices.ContainsFunc(operators, func(o string) bool { return strings.Contains(text, o) })
			if !errors.Is(err, prompt.ErrPrompt) || !has && strings.Count(text, "(") <= 500 && len(text) <= 64<<10 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for i, fragment := range got {
			if !(fragment.Weight >= 0 && fragment.Weight <= 1e6) || i > 0 && fragment.Weight == got[i-1].Weight {
				t.Fatalf("%q: %v", text, got)
			}
		}
		if !strings.ContainsAny(text, `()"+-\,`) && strings.Join(strings.Fields(text), "") != joined(got) {
			t.Fatalf("%q lost text: %v", text, got)
		}
	})
}

func joined(fragments []prompt.Fragment) string {
	var out string
	for _, f := range fragments {
		out += strings.Join(strings.Fields(f.Text), "")
	}
	return out
}
