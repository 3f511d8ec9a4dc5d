package task

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// upstream is the response that Helium's own tests hash.
func upstream() *Response {
	return &Response{
		Model: "gpt2",
		Choices: []Choice{{
			FinishReason: FinishLength,
			Content: "\n\nI have a chat bot, called \"Eleanor\" which was developed by my team on Skype. " +
				"The only thing I will say is this",
		}},
		Usage: Usage{PromptTokens: 11, CompletionTokens: 30},
	}
}

func TestResponseHashesAsUpstream(t *testing.T) {
	const want = "e0329fdf227326f345630a5397f3eb01a9759c27af5df0d279b8dceedfda40c8"
	got := sha256.Sum256(upstream().Bytes())
	if hex.EncodeToString(got[:]) != want {
		t.Fatalf("sha256 = %x, want %s", got, want)
	}
}

func TestTextsAndNumbersAreWrittenAsPythonDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/python.json") // made by testdata/python.py
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Texts  []struct{ Text, Response string }
		Floats []struct{ Hex, JSON string }
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.Texts) < 40 || len(vectors.Floats) < 15 {
		t.Fatalf("only %d texts and %d floats", len(vectors.Texts), len(vectors.Floats))
	}

	for _, v := range vectors.Texts {
		r := &Response{Model: v.Text, Choices: []Choice{{FinishReason: FinishStop, Content: v.Text}, {FinishReason: FinishLength, Content: v.Text}}, Usage: Usage{0, 7}}
		if got := string(r.Bytes()); got != v.Response {
			t.Errorf("%q:\n got %s\nwant %s", v.Text, got, v.Response)
		}
		if back, err := ParseResponse([]byte(v.Response)); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%q reads back as %+v, %v", v.Text, back, err)
		}
	}
	for _, v := range vectors.Floats {
		x, err := strconv.ParseFloat(v.Hex, 64)
		if err != nil {
			t.Fatal(err)
		}
		var w writer
		w.optFloat("x", &x)
		if got, want := string(w.b), `"x":`+v.JSON; got != want {
			t.Errorf("%s is written %s, want %s", v.Hex, got, want)
		}
	}
}

func TestResponseInAnyOtherEncodingIsRefused(t *testing.T) {
	good := string(upstream().Bytes())
	for name, bad := range map[string]string{
		"no spaces":      strings.ReplaceAll(good, `": `, `":`),
		"line end":       good + "\n",
		"escaped letter": strings.Replace(good, "Eleanor", `\u0045leanor`, 1),
		"other order":    strings.Replace(good, `"model": "gpt2", "choices"`, `"choices"`, 1),
		"wrong total":    strings.Replace(good, "41", "42", 1),
		"wrong index":    strings.Replace(good, `"index": 0`, `"index": 1`, 1),
		"float index":    strings.Replace(good, `"index": 0`, `"index": 0.0`, 1),
		"other role":     strings.Replace(good, `"assistant"`, `"user"`, 1),
		"other reason":   strings.Replace(good, `"length"`, `"tool_calls"`, 1),
		"more fields":    strings.Replace(good, `{"model"`, `{"id": "x", "model"`, 1),
		"negative":       strings.Replace(strings.Replace(good, "11", "-11", 1), "41", "19", 1),
	} {
		if bad == good {
			t.Fatalf("%s: the edit changed nothing", name)
		}
		_, err := ParseResponse([]byte(bad))
		var wrong *FieldError
		if !errors.As(err, &wrong) {
			t.Errorf("%s: error = %v, want a FieldError", name, err)
		}
	}
	if _, err := ParseResponse([]byte(good)); err != nil {
		t.Error(err)
	}
}

// The wanted digest is Python's: hashlib.sha256(bytes([1])*32 + response).
func TestDigestIsSha256OfSaltThenResponse(t *testing.T) {
	salt := [32]byte(bytes.Repeat([]byte{1}, 32))
	const want = "5b953db97b45cc50539508528d5ab6e54ea2778001cf7170832c1653bf0b21bd"
	if got := GPTDigest(salt, upstream().Bytes()); hex.EncodeToString(got[:]) != want {
		t.Errorf("digest = %x, want %s", got, want)
	}
}
