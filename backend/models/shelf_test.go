package models

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shelve fetches n models of 100,000 bytes and says that the first was used
// longest ago.
func shelve(t *testing.T, h *fakeHub, l *Library, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("owner/model-%d", i)
		h.put(id, testFile, weights(100_000+i))
		if _, err := l.Download(t.Context(), id, testFile, nil); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-n) * time.Hour)
		os.Chtimes(l.notePath(id), at, at)
		ids = append(ids, id)
	}
	return ids
}

func here(l *Library) (ids []string) {
	for _, f := range l.List() {
		ids = append(ids, strings.TrimPrefix(f.Pin.ID, "owner/"))
	}
	return ids
}

func TestTheLongestUnusedGoesWhenTheLimitIsReached(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	l := h.library(t, dir)
	ids := shelve(t, h, l, 4)
	h.put("owner/new", testFile, weights(150_000))
	if _, err := l.MakeDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The first was used just now, the second is in use by another process.
	if _, release, err := l.Use(ids[0]); err != nil {
		t.Fatal(err)
	} else {
		release()
	}
	_, release, err := h.library(t, dir).Use(ids[1])
	if err != nil {
		t.Fatal(err)
	}
	defer release()

	var lines bytes.Buffer
	l.log = slog.New(slog.NewTextHandler(&lines, nil))
	l.maxBytes = 480_000 // 400,006 are here and 150,000 come: one has to go
	if _, err := l.Download(t.Context(), "owner/new", testFile, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(here(l), " "), "helium/demo model-0 model-1 model-3 new"; got != want {
		t.Errorf("left are %q, want %q", got, want)
	}
	if !strings.Contains(lines.String(), "model-2") {
		t.Errorf("the log says %q", lines.String())
	}
	if _, err := os.Stat(l.repoDir(ids[2])); !isGone(err) {
		t.Errorf("of the removed model there is %v", err)
	}
}

func TestNothingGoesWhenThatWouldNotBeEnough(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	l := h.library(t, dir)
	ids := shelve(t, h, l, 2)
	h.put("owner/new", testFile, weights(150_000))
	_, release, err := l.Use(ids[0])
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	l.maxBytes = 200_000
	if _, err := l.Download(t.Context(), "owner/new", testFile, nil); codeOf(err) != CodeCap {
		t.Errorf("got %v", err)
	}
	l.maxBytes = 140_000
	if _, err := l.Download(t.Context(), "owner/new", testFile, nil); codeOf(err) != CodeCap {
		t.Errorf("a model above the limit gives %v", err)
	}
	if got := strings.Join(here(l), " "); got != "model-0 model-1" {
		t.Errorf("left are %q", got)
	}
}

// What was made of models counts, and goes first.
func TestMadeFilesGoBeforeModels(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	l := h.library(t, dir)
	ids := shelve(t, h, l, 2) // 200,003 bytes
	h.put("owner/new", testFile, weights(150_000))
	if err := os.MkdirAll(l.MadeDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	make := func(name string, age time.Duration) string {
		path := filepath.Join(l.MadeDir(), name)
		when := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, weights(100_000), 0o600), os.WriteFile(path+".sha256", nil, 0o600), os.Chtimes(path, when, when)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	old, young := make("old.gguf", 2*time.Hour), make("young.gguf", time.Hour)
	left := func() (names []string) {
		all, _ := filepath.Glob(filepath.Join(l.MadeDir(), "*"))
		for _, path := range all {
			names = append(names, filepath.Base(path))
		}
		return names
	}

	l.maxBytes = 470_000
	if _, err := l.Download(t.Context(), "owner/new", testFile, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(left(), " "); got != "young.gguf young.gguf.sha256" {
		t.Errorf("made files left are %q, of %s and %s", got, old, young)
	}
	if got := strings.Join(here(l), " "); got != "model-0 model-1 new" {
		t.Errorf("models left are %q", got)
	}

	make("younger.gguf", 0)
	_, release, err := l.Use(ids[0])
	if err != nil {
		t.Fatal(err)
	}
	release()
	if got := strings.Join(left(), " "); got != "younger.gguf younger.gguf.sha256" {
		t.Errorf("made files left after a task are %q", got)
	}
}

func TestRemoveLeavesWhatOtherProgramsHave(t *testing.T) {
	if !linksAreFollowed(t) {
		t.Skip("another program's files are links, which this system does not follow")
	}
	h, dir, body := newHub(t), t.TempDir(), weights(100_000)
	l := h.library(t, dir)
	h.put(testID, testFile, body)
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	// Another program has fetched another revision, in which the file is the same.
	other := filepath.Join(l.repoDir(testID), "snapshots", strings.Repeat("a", 40), testFile)
	os.MkdirAll(filepath.Dir(other), 0o755)
	if err := os.Symlink(filepath.Join("..", "..", "blobs", hexSHA256(body)), other); err != nil {
		t.Fatal(err)
	}
	if freed, err := l.Remove(testID); err != nil || freed != 0 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if got, err := os.ReadFile(other); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the other program's file: %v", err)
	}
	if _, err := l.Get(testID); !errors.Is(err, ErrNotHere) {
		t.Errorf("after the removal: %v", err)
	}

	// A whole model of another program is forgotten, and stays.
	foreign, name := "owner/foreign", "x.gguf"
	h.put(foreign, name, body)
	path := l.snapshotPath(foreign, testCommit, name)
	os.MkdirAll(filepath.Dir(path), 0o755)
	os.WriteFile(path, body, 0o644)
	if _, err := l.Download(t.Context(), foreign, name, nil); err != nil {
		t.Fatal(err)
	}
	if freed, err := l.Remove(foreign); err != nil || freed != 0 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestRemoveFreesAllThatHeliumFetched(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	l := h.library(t, dir)
	h.put(testID, "a.gguf", weights(100_000))
	h.put(testID, "b.gguf", weights(50_000))
	for _, name := range []string{"a.gguf", "b.gguf"} {
		if _, err := l.Download(t.Context(), testID, name, nil); err != nil {
			t.Fatal(err)
		}
	}
	facts, err := l.Show(testID)
	if err != nil || facts.Bytes() != 50_000 || facts.Removable != 150_000 || facts.InUse || time.Since(facts.LastUsed) > time.Minute {
		t.Errorf("facts are %+v, %v", facts, err)
	}
	_, release, err := l.Use(testID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Remove(testID); !errors.Is(err, ErrInUse) || codeOf(err) != CodeInUse {
		t.Errorf("in use, got %v", err)
	}
	if facts, err := l.Show(testID); err != nil || !facts.InUse {
		t.Errorf("in use, facts are %+v, %v", facts, err)
	}
	release()
	release() // does no harm
	if freed, err := l.Remove(testID); err != nil || freed != 150_000 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	if _, err := l.Remove(testID); !errors.Is(err, ErrNotHere) {
		t.Errorf("removed again: %v", err)
	}
}

func TestRemoveFreesADownloadThatWasCut(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, weights(300_000))
	h.cuts.Store(100)
	l := h.library(t, dir)
	l.hub.patience.tries = 1
	if _, err := l.Download(t.Context(), testID, testFile, nil); err == nil {
		t.Fatal("the cut went unseen")
	}
	if freed, err := l.Remove(testID); err != nil || freed == 0 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestTheLimitComesFromTheEnvironment(t *testing.T) {
	t.Setenv("HELIUM_MODELS_MAX_GB", "1.5")
	if l := openQuick(t, t.TempDir(), Options{}); l.maxBytes != 1_500_000_000 {
		t.Errorf("got %d", l.maxBytes)
	}
	if l := openQuick(t, t.TempDir(), Options{MaxBytes: 7}); l.maxBytes != 7 {
		t.Errorf("got %d", l.maxBytes)
	}
}
