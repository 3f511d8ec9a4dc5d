package models

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The test program fetches a model when it is started with this set.
const childEnv = "HELIUM_TEST_DOWNLOAD"

func TestMain(m *testing.M) {
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
	h, dir, body := newHub(t), t.TempDir(), weights(3<<20)
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
	h.CloseClientConnections()
	h.cdn.CloseClientConnections()
	for h.working.Load() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	h.pace.Store(0)
	h.sent.Store(0)
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	checkCache(t, dir, testID, testFile, body)
	if h.sent.Load() != int64(len(body))-kept {
		t.Errorf("%d bytes were sent, %d of %d were kept", h.sent.Load(), kept, len(body))
	}
}
