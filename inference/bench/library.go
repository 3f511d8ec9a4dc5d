package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"helium/inference/ggml"
)

// ServeLibrary is the contestant that calls the library and does nothing else. It
// reads the question and then a line for every turn.
func ServeLibrary(in io.Reader, out io.Writer) error {
	lines := json.NewDecoder(bufio.NewReader(in))
	var q question
	if err := lines.Decode(&q); err != nil {
		return fmt.Errorf("read question: %w", err)
	}
	lib, err := ggml.Open(ggml.Options{Package: q.Package})
	if err != nil {
		return err
	}
	model, err := lib.LoadModel(q.Model)
	if err != nil {
		return err
	}
	defer model.Close()
	context, err := model.NewContext(ggml.ContextParams{Size: q.Context, Threads: q.Threads})
	if err != nil {
		return err
	}
	defer context.Close()

	answers := json.NewEncoder(out)
	for {
		var ask struct{}
		if err := lines.Decode(&ask); err != nil {
			return nil // there are no more
		}
		t, err := answer(model, context, q)
		if err != nil {
			return err
		}
		t.PeakBytes = peakBytes(os.Getpid())
		if err := answers.Encode(t); err != nil {
			return err
		}
	}
}

// answer makes the likeliest tokens, one at a time.
func answer(model *ggml.Model, context *ggml.Context, q question) (turn, error) {
	begin := time.Now()
	context.Clear()
	next, err := model.Tokenize(q.Prompt, false, true)
	if err != nil {
		return turn{}, err
	}
	var text strings.Builder
	tokens := 0
	for {
		if err := context.Decode(next); err != nil {
			return turn{}, err
		}
		scores, err := context.Logits()
		if err != nil {
			return turn{}, err
		}
		best := likeliest(scores)
		tokens++
		text.Write(model.Piece(best, false))
		if tokens == q.Tokens || model.IsEnd(best) {
			break
		}
		next = []ggml.Token{best}
	}
	out := text.String()
	return turn{Seconds: time.Since(begin).Seconds(), Tokens: tokens, Text: strings.ToValidUTF8(out, string(utf8.RuneError))}, nil
}

func likeliest(scores []float32) ggml.Token {
	best := 0
	for i, x := range scores {
		if x > scores[best] {
			best = i
		}
	}
	return ggml.Token(best)
}
