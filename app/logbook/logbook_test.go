package logbook

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helium/app/redact"
)

func open(t *testing.T) (*Book, *slog.Logger, *redact.Redactor) {
	t.Helper()
	var r redact.Redactor
	b, err := Open(filepath.Join(t.TempDir(), "logs"), slog.LevelInfo, &r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b, slog.New(b.Handler()), &r
}

func TestLinesAreInTheFileAndInMemory(t *testing.T) {
	b, log, _ := open(t)
	log.Debug("too small")
	log.With("task", 7).WithGroup("net").Warn("lost\nit", "err", "a b", "msg", "lost\nit", "time", "noon")
	log.Info("back", "level", "high")
	lines := b.Since(0)
	if len(lines) != 2 {
		t.Fatalf("got %d lines, want 2: %+v", len(lines), lines)
	}
	if want := `lost⏎it task=7 net.err="a b" net.msg="lost\nit" net.time=noon`; lines[0].Text != want || lines[0].Level != slog.LevelWarn {
		t.Errorf("got %q, want %q", lines[0].Text, want)
	}
	if lines[1].Text != "back level=high" {
		t.Errorf("got %q", lines[1].Text)
	}
	if got := b.Since(1); len(got) != 1 || got[0].Seq != 2 {
		t.Errorf("after the first: %+v", got)
	}
	file, err := os.ReadFile(filepath.Join(b.Dir(), fileName))
	if err != nil || strings.Count(string(file), "\n") != 2 || !strings.Contains(string(file), " WARN  lost⏎it task=7") {
		t.Errorf("the file is %q, %v", file, err)
	}
	if info, err := os.Stat(filepath.Join(b.Dir(), fileName)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the file: %v %v", info.Mode(), err)
	}
}

func TestSecretsGetIntoNeither(t *testing.T) {
	b, log, r := open(t)
	r.Know("swordfish")
	log.Info("opened with swordfish", "passphrase", "correct horse", "via", "http://erika:geheim@proxy:1")
	file, _ := os.ReadFile(filepath.Join(b.Dir(), fileName))
	all := string(file) + b.Since(0)[0].Text
	for _, no := range []string{"swordfish", "correct", "geheim"} {
		if strings.Contains(all, no) {
			t.Errorf("%s is in %q", no, all)
		}
	}
}

func TestABookTakesBoundedRoom(t *testing.T) {
	b, log, _ := open(t)
	long := strings.Repeat("words and more ", 400)
	for range 6_500 {
		log.Info(long)
	}
	b.Close()
	var total int64
	files, err := os.ReadDir(b.Dir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, _ := f.Info()
		total += info.Size()
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", f.Name(), info.Mode())
		}
	}
	// The oldest are removed a moment after a rotation.
	if most := int64((oldFiles + 3) * fileMegabytes << 20); total > most || len(files) < 2 {
		t.Errorf("%d files take %d bytes, want some and %d at most", len(files), total, most)
	}
	if n := len(b.Since(0)); n != tailLines {
		t.Errorf("%d lines are in memory, want %d", n, tailLines)
	}
	if got := len(b.Since(0)[0].Text); got > lineMost+8 {
		t.Errorf("a line has %d bytes", got)
	}
}

func TestAWatcherIsSentWhatIsThereAndWhatComes(t *testing.T) {
	b, log, _ := open(t)
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	log.Info("one")
	lines := b.Watch(ctx)
	if got := <-lines; len(got) != 1 || got[0].Text != "one" {
		t.Fatalf("got %+v", got)
	}
	log.Info("two")
	log.Info("three")
	seen := 0
	for seen < 2 {
		got, ok := <-lines
		if !ok {
			t.Fatal("no more came")
		}
		seen += len(got)
	}
	stop()
	for range lines {
	}
	if len(b.waiting) != 0 {
		t.Error("the watcher is still waited for")
	}
}

func TestWhatACrashSaysOutlivesIt(t *testing.T) {
	if dir := os.Getenv("CRASH_IN"); dir != "" {
		b, err := Open(dir, slog.LevelInfo, &redact.Redactor{})
		if err == nil {
			err = b.CatchCrashes()
		}
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { panic("this goes wrong, token=" + strings.Repeat("x1", 20)) }()
		<-done
	}
	dir := t.TempDir()
	for range 2 { // the second start must not lose what the first left
		cmd := exec.Command(os.Args[0], "-test.run", "^TestWhatACrashSaysOutlivesIt$")
		cmd.Env = append(os.Environ(), "CRASH_IN="+dir)
		if err := cmd.Run(); err == nil {
			t.Fatal("it did not crash")
		}
	}
	b, err := Open(dir, slog.LevelInfo, &redact.Redactor{})
	if err != nil {
		t.Fatal(err)
	}
	at, said, err := b.LastCrash()
	if err != nil || time.Since(at) > time.Minute || !strings.HasPrefix(said, "panic: this goes wrong") || strings.Contains(said, "x1x1") {
		t.Errorf("the crash of %v says %q, %v", at, said, err)
	}
	all, _ := os.ReadFile(filepath.Join(dir, crashName))
	if n := strings.Count(string(all), "panic: this goes wrong"); n != 2 {
		t.Errorf("%d crashes are kept, want 2", n)
	}
}
