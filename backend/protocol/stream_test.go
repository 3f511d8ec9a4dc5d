package protocol

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestStreamChunksComeBackAsTheyWere(t *testing.T) {
	for _, want := range [][]StreamPiece{
		nil,
		{{Text: "a < b & \u2028"}},
		{{Text: "x"}, {Choice: 1, Text: "日本"}},
		{{Text: "é", Tokens: []StreamToken{
			{StreamChance: StreamChance{[]byte("\xc3"), -12345}, Top: []StreamChance{{[]byte("x"), 0}, {[]byte{}, -9999_0000}}},
			{StreamChance: StreamChance{[]byte("\xa9"), 0}},
		}}, {Tokens: []StreamToken{{StreamChance: StreamChance{[]byte("<end>"), -1}}}}},
		{{Step: 1, Steps: 25}, {Choice: 9, Step: 200, Steps: 200, Preview: bytes.Repeat([]byte{0xff}, MaxPreviewBytes)}},
	} {
		b, err := EncodeStream(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeStream(b)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %v, want %v from %s", got, err, want, b)
		}
	}
}

// The texts of a GPT task are as they were before there were images.
func TestAPieceOfTextSaysNothingOfImages(t *testing.T) {
	b, err := EncodeStream([]StreamPiece{{Choice: 1, Text: "x"}})
	if want := `[{"choice":1,"text":"x"}]`; err != nil || string(b) != want {
		t.Errorf("got %s, %v, want %s", b, err, want)
	}
}

func TestPiecesThatNoHonestNodeSendsAreRefused(t *testing.T) {
	heavy, err := EncodeStream([]StreamPiece{{Step: 1, Steps: 2, Preview: make([]byte, MaxPreviewBytes+1)}})
	if err != nil {
		t.Fatal(err)
	}
	for raw, problem := range map[string]string{
		`[{"choice":-1}]`:                                                           "choice -1",
		`[{"step":-1,"steps":2}]`:                                                   "step -1 of 2",
		`[{"step":3,"steps":2}]`:                                                    "step 3 of 2",
		`[{"step":1,"steps":1001}]`:                                                 "step 1 of 1001",
		`[{"step":1,"steps":2,"text":"x"}]`:                                         "text in a piece about an image",
		`[{"preview":"AAAA"}]`:                                                      "a preview of no step",
		`[{"step":1,"steps":2,"preview":"?"}]`:                                      "base64",
		`[{"step":1,"steps":2,"previews":"AA"}]`:                                    "unknown field",
		`[{"step":1,"steps":2,"text":"","tokens":[{"b":"eA==","p":0}]}]`:            "tokens in a piece about an image",
		`[{"text":"x","tokens":[{"b":"eA==","p":1}]}]`:                              "logarithm 1 of",
		`[{"text":"x","tokens":[{"b":"eA==","p":0,"t":[{"b":"","p":-99990001}]}]}]`: "logarithm -99990001 of",
		`[{"text":"x","tokens":[{"b":"eA==","p":0,"t":[` + strings.Repeat(`{"b":"","p":0},`, 20) + `{"b":"","p":0}]}]}]`: "21 tokens that could",
		string(heavy): "a preview of 20481 bytes, at most 20480",
	} {
		if _, err := DecodeStream([]byte(raw)); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%.60s: %v, want %q", raw, err, problem)
		}
	}
}

func FuzzDecodeStream(f *testing.F) {
	f.Add([]byte(`[{"choice":0,"text":"hi"}]`))
	f.Add([]byte(`[{"choice":-1,"text":""}]`))
	f.Add([]byte(`[{"choice":3,"text":"","step":2,"steps":4,"preview":"iVBORw=="}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		pieces, err := DecodeStream(b)
		if err != nil {
			return
		}
		if _, err := EncodeStream(pieces); err != nil {
			t.Errorf("decoded but can't be encoded: %v", err)
		}
	})
}
