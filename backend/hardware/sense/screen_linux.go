package sense

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/screensaver"
	"github.com/jezek/xgb/xproto"

	"helium/backend/protocol"
)

// screen is an X server that is asked again and again.
type screen struct {
	x     *xgb.Conn
	root  xproto.Window
	atoms map[string]xproto.Atom
	saver bool
	// retryAt spaces out tries to reach a server that isn't there.
	retryAt time.Time
}

func (s *screen) close() {
	if s.x != nil {
		s.x.Close()
		s.x = nil
	}
}

// open connects. The library logs to the standard error what is a reading here.
func (s *screen) open() error {
	if s.x != nil {
		return nil
	}
	if os.Getenv("DISPLAY") == "" {
		return protocol.Say("sense_no_display", "there is no X display")
	}
	if time.Now().Before(s.retryAt) {
		return protocol.Say("sense_display", "the X server can't be reached")
	}
	s.retryAt = time.Now().Add(10 * time.Second)
	xgb.Logger.SetOutput(io.Discard)
	x, err := xgb.NewConn()
	if err != nil {
		return err
	}
	s.x, s.root, s.atoms = x, xproto.Setup(x).DefaultScreen(x).Root, map[string]xproto.Atom{}
	s.saver = screensaver.Init(x) == nil
	return nil
}

// read says what fills the screen, and how long nobody has touched the computer.
func (s *screen) read(context.Context, runner) (Reading[Fullscreen], Reading[time.Duration]) {
	if err := s.open(); err != nil {
		why := protocol.Say("sense_desktop", "The desktop can't be asked: {why}.", err)
		if os.Getenv("WAYLAND_DISPLAY") != "" {
			why = protocol.Say("sense_wayland", "Wayland does not tell programs about each other.")
		}
		return Unknown[Fullscreen](why), Unknown[time.Duration](why)
	}
	full, err := s.fullscreen()
	if err != nil {
		if !errors.Is(err, errNoManager) {
			s.close() // a new connection next time
		}
		why := protocol.Say("sense_desktop", "The desktop can't be asked: {why}.", err)
		return Unknown[Fullscreen](why), Unknown[time.Duration](why)
	}
	wayland := os.Getenv("WAYLAND_DISPLAY") != ""
	screen := Known(full)
	if wayland && !full.On {
		// Games mostly run under X there, and those are seen; others are not.
		screen = Unknown[Fullscreen](protocol.Say("sense_wayland_x", "Wayland tells only of programs that run under X, of which none fills the screen."))
	}
	if !s.saver || wayland {
		return screen, Unknown[time.Duration](protocol.Say("sense_no_idle", "The desktop does not tell when a key was last pressed."))
	}
	info, err := screensaver.QueryInfo(s.x, xproto.Drawable(s.root)).Reply()
	if err != nil || info == nil {
		return screen, Unknown[time.Duration](protocol.Say("sense_no_idle", "The desktop does not tell when a key was last pressed."))
	}
	return screen, Known(time.Duration(info.MsSinceUserInput) * time.Millisecond)
}

func (s *screen) fullscreen() (Fullscreen, error) {
	active, err := s.numbers(s.root, "_NET_ACTIVE_WINDOW")
	if err != nil {
		return Fullscreen{}, err
	}
	if len(active) == 0 || active[0] == 0 {
		manager, err := s.numbers(s.root, "_NET_SUPPORTING_WM_CHECK")
		if err == nil && len(manager) == 0 {
			err = errNoManager
		}
		return Fullscreen{}, err // no window is in front
	}
	window := xproto.Window(active[0])
	states, err := s.numbers(window, "_NET_WM_STATE")
	var gone xproto.WindowError
	if errors.As(err, &gone) {
		return Fullscreen{}, nil // it closed just now
	}
	if err != nil {
		return Fullscreen{}, err
	}
	want, err := s.atom("_NET_WM_STATE_FULLSCREEN")
	if err != nil {
		return Fullscreen{}, err
	}
	for _, state := range states {
		if xproto.Atom(state) == want {
			return Fullscreen{On: true, Program: s.programOf(window)}, nil
		}
	}
	return Fullscreen{}, nil
}

// programOf is the program that a window says it belongs to, or else the name of
// its kind of window.
func (s *screen) programOf(w xproto.Window) string {
	if pid, err := s.numbers(w, "_NET_WM_PID"); err == nil && len(pid) == 1 {
		if p, ok := readProcess(os.DirFS("/proc"), int(pid[0])); ok {
			return p.name
		}
	}
	reply, err := xproto.GetProperty(s.x, false, w, xproto.AtomWmClass, xproto.AtomString, 0, 64).Reply()
	if err != nil || reply == nil {
		return ""
	}
	return classOf(reply.Value)
}

// classOf reads WM_CLASS: an instance and a class, each ended by a zero.
func classOf(value []byte) string {
	parts := strings.Split(strings.TrimRight(string(value), "\x00"), "\x00")
	return strings.ToValidUTF8(parts[len(parts)-1], "")
}

func (s *screen) atom(name string) (xproto.Atom, error) {
	if a, ok := s.atoms[name]; ok {
		return a, nil
	}
	reply, err := xproto.InternAtom(s.x, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, err
	}
	if reply == nil {
		return 0, errClosed
	}
	s.atoms[name] = reply.Atom
	return reply.Atom, nil
}

// errNoManager: without a window manager nobody knows which window is in front.
var errNoManager = error(protocol.Say("sense_no_manager", "no window manager says which window is in front"))

var errClosed = errors.New("the X server closed the connection")

// numbers is a property of 32-bit values; nil when the window doesn't have it.
func (s *screen) numbers(w xproto.Window, property string) ([]uint32, error) {
	atom, err := s.atom(property)
	if err != nil {
		return nil, err
	}
	reply, err := xproto.GetProperty(s.x, false, w, atom, xproto.GetPropertyTypeAny, 0, 64).Reply()
	if err != nil {
		return nil, err
	}
	if reply == nil {
		return nil, errClosed
	}
	if reply.Format != 32 || len(reply.Value) < 4 {
		return nil, nil
	}
	values := make([]uint32, 0, len(reply.Value)/4)
	for i := 0; i+4 <= len(reply.Value); i += 4 {
		values = append(values, xgb.Get32(reply.Value[i:]))
	}
	return values, nil
}
