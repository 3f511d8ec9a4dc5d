package models

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// The test program fetches a model when it is started with this set.
const childEnv = "HELIUM_TEST_DOWNLOAD"

func TestMain(m *testing.M) {
	if args := os.Getenv(moveEnv); args != "" {
		if err := moveAndDie(args); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	endpoint, dir, _ := strings.Cut(os.Getenv(childEnv), " ")
	l, err := Open(dir, Options{Endpoint: endpoint})
	if err == nil {
		l.chunk = 64 << 10
		_, err = l.Download(context.Background(), testID, testFile, func(p Progress) { fmt.Println(p.Stage, p.Done) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child fetches the test model in a process of its own.
func child(t *testing.T, h *fakeHub, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childEnv+"="+h.URL+" "+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestProcessesFetchOneModelOnce(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(1<<20)
	h.put(testID, testFile, body)
	h.pace.Store(int64(2 * time.Millisecond))
	var all []*exec.Cmd
	for range 3 {
		cmd := child(t, h, dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	for _, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	checkCache(t, dir, testID, testFile, body)
	if h.sent.Load() != int64(len(body)) {
		t.Errorf("%d bytes were sent for a file of %d", h.sent.Load(), len(body))
	}
}

func TestAProcessGoesOnWhereAKilledOneStopped(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(6<<20)
	h.put(testID, testFile, body)
	h.pace.Store(int64(60 * time.Millisecond)) // long enough for a journal to be kept
	cmd := child(t, h, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// It saves what is there every so often; after that it is killed at once.
	l := h.library(t, dir)
	part := l.partPath(testID, hexSHA256(body))
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if readJournal(part, int64(len(body)), l.chunk).have() > 0 {
			break
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
	kept := readJournal(part, int64(len(body)), l.chunk).have()
	if kept == 0 || kept == int64(len(body)) {
		t.Fatalf("killed with %d of %d bytes kept", kept, len(body))
	}
	h.pace.Store(0)
	h.rest()
	h.sent.Store(0)
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	checkCache(t, dir, testID, testFile, body)
	if h.sent.Load() != int64(len(body))-kept {
		t.Errorf("%d bytes were sent, %d of %d were kept", h.sent.Load(), kept, len(body))
	}
}

func TestAnotherProgramsLockIsWaitedFor(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(200_000)
	h.put(testID, testFile, body)
	// The names are written out: they are those of the other programs.
	path := filepath.Join(dir, ".locks", "models--owner--tiny-gguf", hexSHA256(body)+".lock")
	os.MkdirAll(filepath.Dir(path), 0o755)
	theirs := flock.New(path)
	if err := theirs.Lock(); err != nil {
		t.Fatal(err)
	}
	l := h.library(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	_, err := l.Download(ctx, testID, testFile, func(p Progress) {
		if p.Stage == StageWaiting {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || h.sent.Load() != 0 {
		t.Fatalf("beside another program: %v, %d bytes sent", err, h.sent.Load())
	}
	_, err = l.Download(t.Context(), testID, testFile, func(p Progress) {
		if p.Stage == StageWaiting {
			blobs := filepath.Join(dir, "models--owner--tiny-gguf", "blobs")
			os.WriteFile(filepath.Join(blobs, hexSHA256(body)), body, 0o644)
			theirs.Unlock()
		}
	})
	if err != nil || h.sent.Load() != 0 {
		t.Errorf("after the other program: %v, %d bytes sent", err, h.sent.Load())
	}
	if facts, err := l.Show(testID); err != nil || facts.Removable != 0 {
		t.Errorf("what the other program fetched is taken for Helium's: %+v, %v", facts, err)
	}
}
