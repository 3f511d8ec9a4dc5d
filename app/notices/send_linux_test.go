package notices

import (
	"bufio"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// center is a desktop's notification service: the receiving end.
type center struct{ shown chan shownNotice }

type shownNotice struct {
	app, title, text string
	hasPicture       bool
}

func (c *center) Notify(app string, _ uint32, _, summary, body string, _ []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	_, picture := hints["image-data"]
	c.shown <- shownNotice{app, summary, body, picture}
	return 1, nil
}

func (c *center) GetCapabilities() ([]string, *dbus.Error) { return []string{"body"}, nil }

func (c *center) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "center", "test", "1", "1.2", nil
}

func (c *center) CloseNotification(uint32) *dbus.Error { return nil }

// sessionBus starts a bus and makes it this process's.
func sessionBus(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("there is no dbus-daemon here")
	}
	daemon := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := daemon.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { daemon.Process.Kill(); daemon.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	return strings.TrimSpace(address)
}

func TestANoticeReachesTheDesktop(t *testing.T) {
	conn, err := dbus.Connect(sessionBus(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &center{make(chan shownNotice, 1)}
	if err := conn.Export(c, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}

	if err := Send(Notice{KickedOut, "The network let this node go", "Start it again."}); err != nil {
		t.Fatal(err)
	}
	select {
	case got := <-c.shown:
		if want := (shownNotice{"Helium", "The network let this node go", "Start it again.", true}); got != want {
			t.Errorf("shown is %+v, want %+v", got, want)
		}
	case <-time.After(5 * time.Second):
		t.Error("nothing came")
	}
}

func TestWithoutASessionNothingIsSentAndNoBusIsStarted(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	if err := Send(Notice{Title: "x"}); !errors.Is(err, ErrNoDesktop) {
		t.Errorf("got %v", err)
	}
}
