package models

import (
	"errors"
	"os"
	"testing"

	"helium/inference/checkpoint"
)

func TestAPreviewTellsSizeAndMemory(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	demo := t.TempDir() + "/demo.gguf"
	if _, err := checkpoint.WriteDemoModel(demo); err != nil {
		t.Fatal(err)
	}
	gguf, err := os.ReadFile(demo)
	if err != nil {
		t.Fatal(err)
	}
	h.put("owner/text", "text.gguf", gguf)
	h.put("owner/folder", "config.json", []byte(llamaConfig))
	h.put("owner/folder", "model.safetensors", weights(9000))
	h.put("owner/folder", "tokenizer.json", []byte("{}"))
	h.put("owner/lora", "pretty.safetensors", safetensors(5000))
	h.put("owner/odd", "readme.md", []byte("nothing"))
	l := h.library(t, dir)
	for _, c := range []struct {
		id      string
		kind    Kind
		bytes   int64
		memory  bool
		refused string
	}{
		{"owner/text", KindText, int64(len(gguf)), true, ""},
		{"owner/folder", KindText, int64(len(llamaConfig) + 9000 + 2), true, ""},
		{"owner/lora#pretty.safetensors", KindPart, int64(len(safetensors(5000))), false, ""},
		{"owner/odd", "", 0, false, CodeNotFound},
		{"owner/none", "", 0, false, CodeNotFound},
	} {
		p, err := l.Preview(t.Context(), Want{ID: c.id})
		if c.refused != "" {
			if codeOf(err) != c.refused {
				t.Errorf("%s: got %+v, %v", c.id, p, err)
			}
			continue
		}
		if err != nil || p.Kind != c.kind || p.Bytes != c.bytes || p.Missing != c.bytes || (p.Memory > 0) != c.memory {
			t.Errorf("%s: got %+v, %v, want %d bytes", c.id, p, err, c.bytes)
		}
	}
	if _, err := l.Get("owner/text"); !errors.Is(err, ErrNotHere) {
		t.Error("looking fetched it")
	}
	if _, err := l.Download(t.Context(), "owner/text", "text.gguf", nil); err != nil {
		t.Fatal(err)
	}
	if p, err := l.Preview(t.Context(), Want{ID: "owner/text"}); err != nil || p.Missing != 0 || p.File != "text.gguf" {
		t.Errorf("once it is here: %+v, %v", p, err)
	}
	if f, err := l.Get("owner/text"); err != nil || l.Kind(f) != KindText {
		t.Error("its kind is not that of a text model")
	}
}

func TestUsageCountsWhatIsSharedOnce(t *testing.T) {
	home := furnish(t, t.TempDir())
	u := home.Usage()
	parts := home.partBytes(cutID)
	if want := int64(200_001+len(home.bodies[sharedA])) + parts; u.Fetched != want || u.Others != 50_000 || u.Free <= 0 || u.Disk < u.Free {
		t.Errorf("usage is %+v, want %d fetched", u, want)
	}
	facts, err := home.Show(sharedA)
	if err != nil || len(facts.Shares) != 1 || facts.Shares[0] != sharedB || facts.Removable != 0 || facts.Why != WhyChosen {
		t.Errorf("facts of one that shares its bytes are %+v, %v", facts, err)
	}
	if facts, err := home.Show(foreignID); err != nil || facts.Why != WhyForeign || facts.Removable != 0 {
		t.Errorf("facts of another program's are %+v, %v", facts, err)
	}
}

func TestWhatWouldGoIsToldAndStays(t *testing.T) {
	h := newHub(t)
	l := h.library(t, t.TempDir())
	ids := shelve(t, h, l, 3) // 300,003 bytes
	for _, c := range []struct {
		id          string
		need, limit int64
		want        []string
		over        int64
	}{
		{"", 0, 0, nil, 0},
		{"", 0, 400_000, nil, 0},
		{"", 0, 250_000, ids[:1], 0},
		{"", 0, 50_000, ids[:3], 0},
		{"owner/new", 90_000, 310_000, ids[:1], 0},
		{ids[0], 50_000, 310_000, ids[1:2], 0},
	} {
		got := l.Leaving(c.id, c.need, c.limit)
		if len(got.IDs) != len(c.want) || got.Over != c.over {
			t.Errorf("for %d bytes more and a limit of %d: %+v, want %v", c.need, c.limit, got, c.want)
		}
		for i := range c.want {
			if got.IDs[i] != c.want[i] {
				t.Errorf("for a limit of %d: %v, want %v", c.limit, got.IDs, c.want)
			}
		}
	}
	_, release, err := l.Use(ids[0])
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if got := l.Leaving("", 0, 1000); len(got.IDs) != 2 || got.Over != 99_000 {
		t.Errorf("with one in use: %+v", got)
	}
	if len(l.List()) != 3 {
		t.Error("telling removed something")
	}
}
