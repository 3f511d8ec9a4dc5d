package models

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/task"
)

func TestAFileChangedOnDiskIsNotHandedOut(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, []byte("weights"))
	l := h.library(t, dir)
	f, err := l.Download(t.Context(), testID, testFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, []byte("weightX"), 0o644); err != nil {
		t.Fatal(err)
	}
	for what, l := range map[string]*Library{"the same library": l, "another": h.library(t, dir)} {
		if _, err := l.Get(testID); !errors.Is(err, ErrNotHere) {
			t.Errorf("%s gives %v", what, err)
		}
		if _, _, err := l.Use(testID); !errors.Is(err, ErrNotHere) {
			t.Errorf("%s is used with %v", what, err)
		}
	}
	again, err := l.Download(t.Context(), testID, testFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(again.Path); string(b) != "weights" {
		t.Errorf("fetched again, it is %q", b)
	}
}

func TestAFileThatWasOnlyTouchedIsHashedAndStays(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, []byte("weights"))
	f, err := h.library(t, dir).Download(t.Context(), testID, testFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, []byte("weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	l := h.library(t, dir)
	for range 2 {
		if again, err := l.Get(testID); err != nil || again.Pin.Files[0].SHA256 != f.Pin.Files[0].SHA256 {
			t.Errorf("got %+v, %v", again, err)
		}
	}
}

func TestALibrarySeesWhatAnotherOneFetchesAndRemoves(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, []byte("weights"))
	here, there := h.library(t, dir), h.library(t, dir)
	f, err := there.Download(t.Context(), testID, testFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := here.Get(testID); err != nil || got.Path != f.Path {
		t.Errorf("after the download: %+v, %v", got, err)
	}
	if _, err := there.Remove(testID); err != nil {
		t.Fatal(err)
	}
	if len(here.List()) != 0 {
		t.Errorf("after the removal: %+v", here.List())
	}
}

func TestDemoIsMadeOnceAndIsTheVersionItSays(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.MakeDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := f.Pin.Files[0].SHA256
	if got := hex.EncodeToString(sum[:8]); got != checkpoint.DemoVersion {
		t.Errorf("the demo model changed: set checkpoint.DemoVersion to %q", got)
	}
	info, _ := os.Stat(f.Path)
	l2, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l2.MakeDemo(context.Background()); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.Stat(f.Path); !now.ModTime().Equal(info.ModTime()) {
		t.Error("made again")
	}
	if facts, err := l2.Show(DemoID); err != nil || !strings.Contains(facts.Kept, "built in") {
		t.Errorf("kept because %q, %v", facts.Kept, err)
	}
}

func TestTheImageModelIsMadeOnceAndAgainWhenItWasTouched(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.MakeDemoImages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(f.Path, "model_index.json")
	before, err := os.Stat(index)
	if err != nil {
		t.Fatal(err)
	}
	kind, err := l.Image(f)
	if err != nil || kind.Class != "StableDiffusionPipeline" || !slices.Contains(kind.Fields, task.RoleBase) {
		t.Errorf("it is %+v, %v", kind, err)
	}
	if facts, err := l.Show(DemoImagesID); err != nil || !strings.Contains(facts.Kept, "built in") {
		t.Errorf("kept because %q, %v", facts.Kept, err)
	}
	if _, err := l.MakeDemoImages(t.Context()); err != nil {
		t.Fatal(err)
	}
	if now, err := os.Stat(index); err != nil || !now.ModTime().Equal(before.ModTime()) {
		t.Errorf("made again, or %v", err)
	}

	if err := os.WriteFile(index, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	l, err = Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.MakeDemoImages(t.Context())
	if err != nil || !reflect.DeepEqual(again.Pin, f.Pin) {
		t.Errorf("after it was touched: %+v, %v", again.Pin, err)
	}
	if now, err := os.Stat(index); err != nil || now.Size() != before.Size() {
		t.Errorf("what was touched stays: %v", err)
	}
}

func TestANoteOfBeforeIsStillRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "models--owner--old", "snapshots", testCommit, "x.gguf")
	os.MkdirAll(filepath.Dir(path), 0o755)
	os.WriteFile(path, []byte("weights"), 0o644)
	note := `{"pin":{"id":"owner/old","revision":"` + testCommit + `","files":[{"name":"x.gguf","sha256":"0x` + hexSHA256([]byte("weights")) + `","bytes":7}]},"changed":"2026-01-01T00:00:00Z"}`
	os.WriteFile(filepath.Join(dir, "models--owner--old", "helium.json"), []byte(note), 0o644)
	l := openQuick(t, dir, Options{})
	if f, err := l.Get("owner/old"); err != nil || f.Path != path {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestTheFolderIsTheOneThatOtherProgramsUse(t *testing.T) {
	home, _ := os.UserHomeDir()
	for _, c := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"nothing is set", nil, filepath.Join(home, ".cache", "huggingface", "hub")},
		{"the desktop's cache folder", map[string]string{"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"},
		{"home", map[string]string{"HF_HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/h/hub"},
		{"home of the user", map[string]string{"HF_HOME": "~/h"}, filepath.Join(home, "h", "hub")},
		{"the old name", map[string]string{"HUGGINGFACE_HUB_CACHE": "/o", "HF_HOME": "/h"}, "/o"},
		{"the cache", map[string]string{"HF_HUB_CACHE": "/k", "HUGGINGFACE_HUB_CACHE": "/o", "HF_HOME": "/h"}, "/k"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"} {
				t.Setenv(name, c.env[name])
			}
			if got, err := DefaultDir(); err != nil || filepath.FromSlash(got) != filepath.FromSlash(c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestOpenNamesASettingThatIsWrong(t *testing.T) {
	for name, value := range map[string]string{"HF_ENDPOINT": "ftp://hub", "HELIUM_MODELS_MAX_GB": "lots"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := Open(t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
		})
	}
}
