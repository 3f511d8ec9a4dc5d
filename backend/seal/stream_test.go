package seal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

var (
	task = common.HexToHash("0x11")
	node = common.HexToAddress("0x22")
)

func sealAll(t *testing.T, s *StreamSealer, texts ...string) [][]byte {
	t.Helper()
	var chunks [][]byte
	for i, text := range texts {
		seq, chunk, err := s.Seal([]byte(text), i == len(texts)-1)
		if err != nil || seq != uint64(i) {
			t.Fatalf("chunk %d: number %d, %v", i, seq, err)
		}
		chunks = append(chunks, chunk)
	}
	return chunks
}

func newStream(t *testing.T, texts ...string) (Key, [][]byte) {
	t.Helper()
	k := newKey(t)
	s, err := NewStreamSealer(k.Public(), task, node)
	if err != nil {
		t.Fatal(err)
	}
	return k, sealAll(t, s, texts...)
}

func TestStreamOpensInOrderToItsEnd(t *testing.T) {
	texts := []string{"once", "", " upon", string(bytes.Repeat([]byte("x"), MaxChunk)), " a time"}
	k, chunks := newStream(t, texts...)
	o := NewStreamOpener(k, task, node)
	for i, chunk := range chunks {
		if !IsSealedChunk(chunk) || len(chunk) > MaxSealedChunk {
			t.Errorf("chunk %d of %d bytes doesn't look sealed", i, len(chunk))
		}
		text, end, err := o.Open(chunk)
		if err != nil || string(text) != texts[i] {
			t.Fatalf("chunk %d: %d bytes, %v", i, len(text), err)
		}
		if want := i == len(chunks)-1; end != want || o.Ended() != want {
			t.Errorf("chunk %d: end %v, want %v", i, end, want)
		}
	}
	if _, _, err := o.Open(chunks[len(chunks)-1]); err == nil {
		t.Error("opened a chunk after the end")
	}
}

func TestStreamSealerStopsAtItsEndAndLimit(t *testing.T) {
	s, err := NewStreamSealer(newKey(t).Public(), task, node)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Seal(make([]byte, MaxChunk+1), false); err == nil {
		t.Error("sealed a chunk over the limit")
	}
	sealAll(t, s, "only")
	if _, _, err := s.Seal([]byte("more"), false); err == nil {
		t.Error("sealed after the end")
	}
}

func TestStreamRefuses(t *testing.T) {
	k, chunks := newStream(t, "a", "b", "c", "d")
	_, other := newStream(t, "a", "b", "c", "d")
	sameKey, err := NewStreamSealer(k.Public(), task, node)
	if err != nil {
		t.Fatal(err)
	}
	second := sealAll(t, sameKey, "a", "b", "c", "d")
	open := func(o *StreamOpener, chunks ...[]byte) error {
		for _, c := range chunks {
			if _, _, err := o.Open(c); err != nil {
				return err
			}
		}
		return nil
	}
	fresh := func() *StreamOpener { return NewStreamOpener(k, task, node) }
	cases := map[string]struct {
		opener *StreamOpener
		chunks [][]byte
	}{
		"another task":            {NewStreamOpener(k, common.HexToHash("0x12"), node), chunks[:1]},
		"another node":            {NewStreamOpener(k, task, common.HexToAddress("0x23")), chunks[:1]},
		"another reply key":       {NewStreamOpener(newKey(t), task, node), chunks[:1]},
		"no first chunk":          {fresh(), chunks[1:]},
		"a chunk left out":        {fresh(), [][]byte{chunks[0], chunks[2]}},
		"a chunk twice":           {fresh(), [][]byte{chunks[0], chunks[0]}},
		"chunks swapped":          {fresh(), [][]byte{chunks[0], chunks[2], chunks[1]}},
		"another stream's chunk":  {fresh(), [][]byte{chunks[0], other[1]}},
		"a second stream's chunk": {fresh(), [][]byte{chunks[0], second[1]}},
		"its key exchanged":       {fresh(), [][]byte{splice(chunks[0], other[0])}},
		"empty":                   {fresh(), [][]byte{nil}},
		"plain text":              {fresh(), [][]byte{[]byte("hello, this is a plain text chunk")}},
		"too long":                {fresh(), [][]byte{append(bytes.Clone(chunks[0]), make([]byte, MaxSealedChunk)...)}},
	}
	for name, c := range cases {
		if open(c.opener, c.chunks...) == nil {
			t.Errorf("%s: opened", name)
		}
	}

	o := fresh()
	if err := open(o, chunks[:3]...); err != nil || o.Ended() {
		t.Errorf("a stream cut short counts as ended, %v", err)
	}
}

// splice puts the sealed key of b before the box of a.
func splice(a, b []byte) []byte {
	na, nb := int(a[4])<<8|int(a[5]), int(b[4])<<8|int(b[5])
	return append(bytes.Clone(b[:6+nb]), a[6+na:]...)
}

func TestStreamRefusesEveryChangedByteAndGoesOn(t *testing.T) {
	k, chunks := newStream(t, "a", "b")
	o := NewStreamOpener(k, task, node)
	for n, chunk := range chunks {
		for i := range chunk {
			changed := bytes.Clone(chunk)
			changed[i] ^= 0x80
			if _, _, err := o.Open(changed); err == nil {
				t.Fatalf("chunk %d opened with byte %d changed", n, i)
			}
		}
		if _, _, err := o.Open(chunk); err != nil {
			t.Fatalf("chunk %d after wrong ones: %v", n, err)
		}
	}
}

type streamVector struct {
	Secret    hexutil.Bytes   `json:"secret"`
	TaskKey   common.Hash     `json:"task_key"`
	Node      common.Address  `json:"node"`
	StreamKey hexutil.Bytes   `json:"stream_key"`
	Texts     []string        `json:"texts"`
	Chunks    []hexutil.Bytes `json:"chunks"`
}

func readVector(t testing.TB) (v streamVector, k Key) {
	t.Helper()
	raw, err := os.ReadFile("testdata/stream.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if k, err = KeyFromSecret([32]byte(v.Secret)); err != nil {
		t.Fatal(err)
	}
	return v, k
}

// The vector's boxes were checked against Python's cryptography package; see testdata/check.py.
func TestStreamVectorStaysReadableAndTheSame(t *testing.T) {
	v, k := readVector(t)
	o := NewStreamOpener(k, v.TaskKey, v.Node)
	for i, c := range v.Chunks {
		text, end, err := o.Open(c)
		if err != nil || string(text) != v.Texts[i] || end != (i == len(v.Chunks)-1) {
			t.Fatalf("chunk %d: %q, end %v, %v", i, text, end, err)
		}
	}

	first := v.Chunks[0]
	n := int(first[4])<<8 | int(first[5])
	box, err := newStreamBox([32]byte(v.StreamKey), v.TaskKey, v.Node, first[6:6+n])
	if err != nil {
		t.Fatal(err)
	}
	s := &StreamSealer{box: box, sealedKey: first[6 : 6+n]}
	for i, got := range sealAll(t, s, v.Texts...) {
		if !bytes.Equal(got, v.Chunks[i]) {
			t.Errorf("chunk %d is now %x, was %x", i, got, v.Chunks[i])
		}
	}
}

func TestMakeStreamVector(t *testing.T) {
	path := os.Getenv("HELIUM_MAKE_VECTOR")
	if path == "" {
		t.Skip("set HELIUM_MAKE_VECTOR to a file to write a new vector")
	}
	secret, _ := hex.DecodeString("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20")
	k, err := KeyFromSecret([32]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	v := streamVector{Secret: secret, TaskKey: common.HexToHash("0xabcdef"), Node: common.HexToAddress("0x1234"),
		StreamKey: bytes.Repeat([]byte{0x42}, 32), Texts: []string{"The", " answer", "", " is " + strconv.Itoa(42) + "."}}
	s, err := newStreamSealer([32]byte(v.StreamKey), k.Public(), v.TaskKey, v.Node)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range sealAll(t, s, v.Texts...) {
		v.Chunks = append(v.Chunks, c)
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(out, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func FuzzStreamOpener(f *testing.F) {
	v, k := readVector(f)
	first := []byte(v.Chunks[0])
	f.Add(first)
	f.Add([]byte(streamMagic + "\xff\xff0123456789abcdef"))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, _, err := NewStreamOpener(k, v.TaskKey, v.Node).Open(b)
		if err == nil && !bytes.Equal(b, first) {
			t.Fatalf("opened %x to %q", b, text)
		}
	})
}
