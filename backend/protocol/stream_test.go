package protocol

import (
	"reflect"
	"testing"
)

func TestStreamChunksComeBackAsTheyWere(t *testing.T) {
	for _, want := range [][]StreamPiece{nil, {{0, "a < b & \u2028"}}, {{0, "x"}, {1, "日本"}}} {
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

func FuzzDecodeStream(f *testing.F) {
	f.Add([]byte(`[{"choice":0,"text":"hi"}]`))
	f.Add([]byte(`[{"choice":-1,"text":""}]`))
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
