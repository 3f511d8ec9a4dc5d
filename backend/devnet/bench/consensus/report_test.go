package consensus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func options() Options {
	return Options{
		Rules: DefaultRules(), Classes: []int{10, 100},
		Attackers: []Attackers{{count: 3}, {percent: 30}}, Markets: []Sample{{100, 10}}, Lurkers: []Sample{{100, 3}},
		Seed: seed, Tasks: 2000, Elsewhere: 0.05,
	}
}

func TestReportPrintsWhatItFound(t *testing.T) {
	report, err := Run(t.Context(), options())
	if err != nil {
		t.Fatal(err)
	}
	var text, object bytes.Buffer
	if err := report.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteJSON(&object); err != nil {
		t.Fatal(err)
	}
	if got := len(report.Attacks); got != 3 { // 30 % of 10 are 3
		t.Errorf("rows: want 3, got %d", got)
	}
	for _, s := range report.sections() {
		if !strings.Contains(text.String(), s.title) || len(s.rows) == 0 {
			t.Errorf("section %q is missing or empty", s.title)
		}
		for _, row := range s.rows {
			if len(row) != len(s.head) {
				t.Errorf("section %q: %d cells under %d heads", s.title, len(row), len(s.head))
			}
		}
	}
	for _, l := range report.Limits {
		if l.Figure == "" || l.Closes == "" || !strings.Contains(text.String(), l.Figure) {
			t.Errorf("limit %q: no figure, or nothing that closes it: %+v", l.Name, l)
		}
	}
	if len(report.Conclusions) == 0 || strings.Contains(text.String(), "NaN") || strings.Contains(text.String(), "Inf") {
		t.Errorf("no conclusions, or figures that are none:\n%s", text.String())
	}
	var back Report
	if err := json.Unmarshal(object.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Attacks, report.Attacks) || !reflect.DeepEqual(back.Looks, report.Looks) || !reflect.DeepEqual(back.Limits, report.Limits) {
		t.Error("JSON does not hold the rows")
	}
}

func TestSeedDecidesTheSimulations(t *testing.T) {
	o := options()
	o.Classes, o.Markets, o.Lurkers = []int{100}, nil, nil
	figures := func(seed uint64) []AttackRow {
		o.Seed = seed
		report, err := Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		return report.Attacks
	}
	first, same, other := figures(1), figures(1), figures(2)
	if !reflect.DeepEqual(first, same) {
		t.Error("the same seed gave other figures")
	}
	if reflect.DeepEqual(first, other) {
		t.Error("another seed gave the same figures")
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"stake":          func(o *Options) { o.Rules.Stake = 0 },
		"fee":            func(o *Options) { o.Rules.Fee = 0.5 },
		"cut":            func(o *Options) { o.Rules.Cut = 1 },
		"units":          func(o *Options) { o.Rules.Units = 0 },
		"at least 1000":  func(o *Options) { o.Tasks = 10 },
		"class of 5":     func(o *Options) { o.Classes = []int{5} },
		"no classes":     func(o *Options) { o.Classes = nil },
		"elsewhere must": func(o *Options) { o.Elsewhere = 0 },
	} {
		o := options()
		spoil(&o)
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error about %q, got %v", name, err)
		}
	}
}

func TestReportEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, options()); !errors.Is(err, context.Canceled) {
		t.Errorf("want %v, got %v", context.Canceled, err)
	}
}

func TestAttackersAreReadAndPrinted(t *testing.T) {
	for _, c := range []struct {
		text string
		in   int // of 1000 nodes
		ok   bool
	}{{"2", 2, true}, {"10%", 100, true}, {"0.5%", 5, true}, {"1", 0, false}, {"0%", 0, false}, {"100%", 0, false}, {"x", 0, false}} {
		var a Attackers
		err := a.UnmarshalText([]byte(c.text))
		if (err == nil) != c.ok {
			t.Errorf("%q: error %v", c.text, err)
		}
		if c.ok && (a.In(1000) != c.in || a.String() != c.text) {
			t.Errorf("%q: %d of 1000, printed %q", c.text, a.In(1000), a)
		}
	}
}
