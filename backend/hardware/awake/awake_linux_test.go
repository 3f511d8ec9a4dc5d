package awake

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// logind answers on a real bus as the real one documents: a file that is open as
// long as the inhibitor is wanted.
type logind struct {
	mu      sync.Mutex // guards what follows
	refuses []string
	asked   []string
	files   []*os.File
}

func (l *logind) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, strings.Join([]string{what, who, why, mode}, "|"))
	if slices.Contains(l.refuses, what) {
		return 0, dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", []any{"Permission denied"})
	}
	ours, theirs, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	l.files = append(l.files, ours)
	// The bus sends a copy; ours of the same end must go, or it never closes.
	sent := dbus.UnixFD(theirs.Fd())
	time.AfterFunc(200*time.Millisecond, func() { theirs.Close() })
	return sent, nil
}

// heard is what it was asked so far.
func (l *logind) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// refuse turns down what is asked from now on.
func (l *logind) refuse(what ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuses = what
}

// released waits until the other side has closed the newest inhibitor.
func (l *logind) released(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	file := l.files[len(l.files)-1]
	l.mu.Unlock()
	file.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := file.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the inhibitor is still open: %v", err)
	}
}

func serveLogind(t *testing.T) *logind {
	t.Helper()
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { daemon.Process.Kill(); daemon.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bus.Close() })
	l := &logind{}
	if err := bus.Export(l, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	if _, err := bus.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAHoldLastsUntilItIsReleased(t *testing.T) {
	l := serveLogind(t)
	var k Keeper
	for range 2 { // the second changes nothing
		if err := k.Keep(true, "A task is at work"); err != nil || !k.Holds() {
			t.Fatalf("holds %v, %v", k.Holds(), err)
		}
	}
	if want := []string{"sleep:idle|Helium|A task is at work|block"}; !slices.Equal(l.heard(), want) {
		t.Errorf("asked for %q", l.heard())
	}
	for range 2 {
		if err := k.Keep(false, ""); err != nil || k.Holds() {
			t.Fatalf("holds %v, %v", k.Holds(), err)
		}
	}
	l.released(t)
	if err := k.Keep(true, "again"); err != nil || len(l.heard()) != 2 {
		t.Errorf("a second hold: %v, %q", err, l.heard())
	}
	k.Keep(false, "")
	l.released(t)
}

func TestWhoIsNotAtTheComputerKeepsItFromIdleSleepOnly(t *testing.T) {
	l := serveLogind(t)
	l.refuse("sleep:idle")
	var k Keeper
	if err := k.Keep(true, "work"); err != nil || !strings.HasPrefix(l.heard()[1], "idle|") {
		t.Errorf("asked for %q, %v", l.heard(), err)
	}
	k.Keep(false, "")
	l.refuse("sleep:idle", "idle")
	if err := k.Keep(true, "work"); err == nil || k.Holds() || !strings.Contains(err.Error(), "Permission denied") {
		t.Errorf("refused, it holds %v, %v", k.Holds(), err)
	}
}

func TestWithoutABusItSaysSo(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+t.TempDir()+"/none")
	var k Keeper
	if err := k.Keep(true, "work"); err == nil || k.Holds() || !strings.Contains(err.Error(), "no service") {
		t.Errorf("holds %v, %v", k.Holds(), err)
	}
}
