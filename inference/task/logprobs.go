package task

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// Logprobs are the probabilities of a choice's tokens, in order, without that
// which ended it.
type Logprobs struct{ Tokens []TokenLogprobs }

// TokenLogprobs is a token of an answer and the likeliest that could have stood
// in its place, likeliest first.
type TokenLogprobs struct {
	TokenLogprob
	Top []TokenLogprob `json:"top,omitempty"`
}

// TokenLogprob is a token and how likely the model held it to be, before any
// setting changed that.
type TokenLogprob struct {
	Bytes   []byte  `json:"bytes"` // may be a part of a character
	Logprob Logprob `json:"logprob"`
}

// Logprob is a natural logarithm of a probability in ten-thousandths: as many
// decimals as a response has, so that its bytes never hang on the last bit.
type Logprob int64

// leastLogprob stands for everything less likely.
const leastLogprob = -9999_0000

// RoundLogprob is the nearest Logprob.
func RoundLogprob(x float64) Logprob {
	scaled := math.Floor(float64(x*10000) + 0.5)
	if !(scaled > leastLogprob) {
		return leastLogprob
	}
	return Logprob(min(scaled, 0))
}

// Float is the logarithm.
func (l Logprob) Float() float64 { return float64(l) / 10000 }

// MarshalJSON writes the four decimals of a response.
func (l Logprob) MarshalJSON() ([]byte, error) {
	sign := ""
	if l < 0 {
		sign, l = "-", -l
	}
	return fmt.Appendf(nil, "%s%d.%04d", sign, l/10000, l%10000), nil
}

// UnmarshalJSON reads a number of any form that JSON has.
func (l *Logprob) UnmarshalJSON(b []byte) error {
	x, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("read probability: %w", err)
	}
	*l = RoundLogprob(x)
	return nil
}

// Text is the token as characters, U+FFFD for each byte that is part of none.
func (t TokenLogprob) Text() string { return string([]rune(string(t.Bytes))) }

func (w *writer) logprobs(l *Logprobs) {
	w.open('{')
	w.key("content")
	w.open('[')
	for _, t := range l.Tokens {
		w.open('{')
		w.tokenLogprob(t.TokenLogprob)
		w.key("top_logprobs")
		w.open('[')
		for _, top := range t.Top {
			w.open('{')
			w.tokenLogprob(top)
			w.close('}')
		}
		w.close(']')
		w.close('}')
	}
	w.close(']')
	w.close('}')
}

// tokenLogprob writes the bytes of a token only where its text does not tell them.
func (w *writer) tokenLogprob(t TokenLogprob) {
	w.key("token")
	w.text(string(t.Bytes))
	w.key("logprob")
	number, _ := t.Logprob.MarshalJSON()
	w.raw(number)
	if utf8.Valid(t.Bytes) {
		return
	}
	w.key("bytes")
	w.open('[')
	for _, b := range t.Bytes {
		w.integer(int64(b))
	}
	w.close(']')
}

func (r *reader) logprobs(v *value) *Logprobs {
	f := r.fields(v, "content")
	out := &Logprobs{}
	for _, item := range r.list(r.required(v, f, "content")) {
		t := r.fields(item, "token", "logprob", "bytes", "top_logprobs")
		token := TokenLogprobs{TokenLogprob: r.tokenLogprob(item, t)}
		for _, top := range r.list(r.required(item, t, "top_logprobs")) {
			token.Top = append(token.Top, r.tokenLogprob(top, r.fields(top, "token", "logprob", "bytes")))
		}
		out.Tokens = append(out.Tokens, token)
	}
	return out
}

func (r *reader) tokenLogprob(v *value, f map[string]*value) TokenLogprob {
	number := r.required(v, f, "logprob")
	out := TokenLogprob{
		Bytes:   []byte(r.str(r.required(v, f, "token"))),
		Logprob: Logprob(math.Round(r.number(number, leastLogprob/10000, 0, false) * 10000)),
	}
	if list := f["bytes"]; list != nil {
		out.Bytes = []byte{}
		for _, b := range r.list(list) {
			out.Bytes = append(out.Bytes, byte(r.integer(b, 0, math.MaxUint8)))
		}
	}
	return out
}
