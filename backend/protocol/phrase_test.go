package protocol

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestAPhraseIsEnglishHereAndArgumentsElsewhere(t *testing.T) {
	amount, _ := ParseCNX("1.5")
	p := Say("x", "{who} has {amount} CNX, {size}, for {long}, since {why}; {n, plural, one {# task} other {# tasks}}.",
		"Anna", amount, Bytes(2_500_000_000), 90*time.Second, Phrases{Say("a", "it is old"), Say("b", "it is {c}", "new")}, 2)
	if got, want := p.Error(), "Anna has 1.5 CNX, 2.5 GB, for 1m30s, since it is old; it is new; 2 tasks."; got != want {
		t.Errorf("English is %q, want %q", got, want)
	}
	got, err := json.Marshal(p.ErrorData())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"said":[{"code":"x","args":{"amount":{"wei":"1500000000000000000"},"long":{"seconds":90},"n":2,"size":{"bytes":2500000000},"who":"Anna","why":[{"code":"a"},{"code":"b","args":{"c":"new"}}]}}]}`
	if string(got) != want {
		t.Errorf("sent is\n%s, want\n%s", got, want)
	}
}

func TestAPhraseIsFoundInAnError(t *testing.T) {
	why := Say("x", "It is {n}.", 7)
	var found *Phrase
	if err := fmt.Errorf("do it: %w", why); !errors.As(err, &found) || found != why || !errors.Is(err, why) {
		t.Errorf("%v holds %v", err, found)
	}
	if got := (Phrases{why, Quote("a {b}")}).String(); got != "It is 7. a {b}" {
		t.Errorf("together they say %q", got)
	}
}
