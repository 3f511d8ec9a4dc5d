package task

import (
	"encoding/hex"
	"testing"

	"helium/inference/imagehash"
)

func TestSDDigestIsFixedToTheByte(t *testing.T) {
	salt := [32]byte{0x11, 31: 0x22}
	got := SDDigest(salt, []imagehash.Hash{0x9c3bc76699c63609, 0, 0x9c3bc76699c63609})
	const want = "4e70143f2bf0cad9b0a0fa6f4ee284efabcf5f111f266dd6"
	if hex.EncodeToString(got) != want {
		t.Errorf("got %s, want %s", hex.EncodeToString(got), want)
	}
	if salt != [32]byte{0x11, 31: 0x22} {
		t.Error("the salt was changed")
	}
}

func TestSDDigestsKeepDistances(t *testing.T) {
	salt := [32]byte{7}
	a := SDDigest(salt, []imagehash.Hash{0, 1 << 40, 5})
	for name, c := range map[string]struct {
		b    []byte
		want int
		ok   bool
	}{
		"itself":        {a, 0, true},
		"four bits":     {SDDigest(salt, []imagehash.Hash{1, 1<<40 | 0x0f, 5}), 4, true},
		"the opposite":  {SDDigest(salt, []imagehash.Hash{0, 1 << 40, ^imagehash.Hash(5)}), 64, true},
		"another count": {SDDigest(salt, []imagehash.Hash{0}), 0, false},
		"a part":        {a[:23], 0, false},
	} {
		if got, ok := SDDistance(a, c.b); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v, want %d, %v", name, got, ok, c.want, c.ok)
		}
	}
	if _, ok := SDDistance(a[:7], a[:7]); ok {
		t.Error("seven bytes are no image")
	}
}
