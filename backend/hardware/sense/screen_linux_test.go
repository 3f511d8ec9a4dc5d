package sense

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// desktop is a real X server with a real window manager.
func desktop(t *testing.T) *Computer {
	t.Helper()
	for _, program := range []string{"Xvfb", "openbox"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset")
	server.ExtraFiles = []*os.File{w}
	start(t, server)
	w.Close()
	number := make([]byte, 16)
	n, err := r.Read(number) // it says its number when it is ready
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DISPLAY", ":"+strings.TrimSpace(string(number[:n])))
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Setenv("HOME", t.TempDir())
	c := Open(slog.New(slog.DiscardHandler))
	t.Cleanup(c.Close)
	if got := c.Read(t.Context()).Fullscreen; got.Known || !strings.Contains(got.Why.String(), "no window manager") {
		t.Fatalf("without a window manager: %+v", got)
	}
	start(t, exec.Command("openbox", "--sm-disable"))
	return c
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Stderr = io.Discard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
}

// until reads until the readings are as wanted.
func until(t *testing.T, c *Computer, what string, is func(Readings) bool) {
	t.Helper()
	var r Readings
	for range 400 {
		if r = c.Read(t.Context()); is(r) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s: %+v, %+v", what, r.Fullscreen, r.Idle)
}

func TestARealWindowThatFillsTheScreenIsSeen(t *testing.T) {
	c := desktop(t)
	x, err := xgb.NewConn()
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	s := xproto.Setup(x).DefaultScreen(x)
	w, err := xproto.NewWindowId(x)
	if err != nil {
		t.Fatal(err)
	}
	xproto.CreateWindow(x, s.RootDepth, w, s.Root, 10, 10, 200, 100, 0, xproto.WindowClassInputOutput, s.RootVisual, 0, nil)
	set := func(property, kind string, format byte, value []byte) {
		xproto.ChangeProperty(x, xproto.PropModeReplace, w, atomOf(t, x, property), atomOf(t, x, kind), format, uint32(len(value)*8/int(format)), value)
	}
	set("WM_CLASS", "STRING", 8, []byte("doom\x00Doom Eternal\x00"))
	xproto.MapWindow(x, w)
	until(t, c, "a window that doesn't fill the screen", func(r Readings) bool { return r.Fullscreen.Known && !r.Fullscreen.Value.On })
	until(t, c, "the time since the last key", func(r Readings) bool { return r.Idle.Known && r.Idle.Value < time.Minute })

	ask := func(what string, data ...uint32) {
		message := xproto.ClientMessageEvent{
			Format: 32, Window: w, Type: atomOf(t, x, what), Data: xproto.ClientMessageDataUnionData32New(append(data, 0, 0)),
		}
		const mask = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
		xproto.SendEvent(x, false, s.Root, mask, string(message.Bytes()))
	}
	until(t, c, "the window filling the screen", func(r Readings) bool {
		ask("_NET_ACTIVE_WINDOW", 2, 0, 0)
		ask("_NET_WM_STATE", 1, uint32(atomOf(t, x, "_NET_WM_STATE_FULLSCREEN")), 0)
		return r.Fullscreen.Value == Fullscreen{On: true, Program: "Doom Eternal"}
	})
	pid := make([]byte, 4)
	xgb.Put32(pid, uint32(os.Getpid()))
	set("_NET_WM_PID", "CARDINAL", 32, pid)
	until(t, c, "the program's own name", func(r Readings) bool { return strings.HasPrefix(r.Fullscreen.Value.Program, "sense.test") })

	t.Setenv("WAYLAND_DISPLAY", "wayland-0")
	until(t, c, "a game under X being seen beside Wayland", func(r Readings) bool { return r.Fullscreen.Value.On && !r.Idle.Known })
	xproto.DestroyWindow(x, w)
	until(t, c, "not knowing of others", func(r Readings) bool {
		return !r.Fullscreen.Known && strings.Contains(r.Fullscreen.Why.String(), "Wayland")
	})
}

func atomOf(t *testing.T, x *xgb.Conn, name string) xproto.Atom {
	t.Helper()
	reply, err := xproto.InternAtom(x, false, uint16(len(name)), name).Reply()
	if err != nil {
		t.Fatal(err)
	}
	return reply.Atom
}

func TestWithoutADesktopTheScreenIsUnknown(t *testing.T) {
	for display, want := range map[string]string{"": "no X display", fmt.Sprintf(":%d", 7999): "can't be asked"} {
		t.Setenv("DISPLAY", display)
		t.Setenv("WAYLAND_DISPLAY", "")
		c := Open(slog.New(slog.DiscardHandler))
		r := c.Read(t.Context())
		c.Close()
		if r.Fullscreen.Known || !strings.Contains(r.Fullscreen.Why.String(), want) || r.Idle.Known {
			t.Errorf("%q: %+v, %+v", display, r.Fullscreen, r.Idle)
		}
		if !r.Programs.Known {
			t.Errorf("programs: %s", r.Programs.Why)
		}
	}
}
