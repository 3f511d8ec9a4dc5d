package login

import (
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// odd is an entry with everything that a path and an argument may hold.
func odd() Entry {
	return Entry{ID: "network.helium.test", Name: "Helium & co", Command: []string{
		filepath.Join(os.TempDir(), "A b", "Helium"), "--hidden", `--data=C:\50% "of" $HOME` + "`x`" + ` <&>`,
	}}
}

func TestAnEntryIsSetAndTakenAwayInThePlaceOfThisSystem(t *testing.T) {
	// Windows keeps entries in the registry, under this test's own name.
	home := filepath.Join(os.TempDir(), "helium-login-test")
	os.RemoveAll(home)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	defer os.RemoveAll(home)
	e := odd()
	if on, err := e.On(); errors.Is(err, ErrNowhere) {
		t.Skip(err)
	} else if on || err != nil {
		t.Fatalf("on is %v, %v, before anything was set", on, err)
	}
	if err := e.Set(false); err != nil {
		t.Fatalf("taking away what is not there: %v", err)
	}
	for range 2 {
		if err := e.Set(true); err != nil {
			t.Fatal(err)
		}
		if on, err := e.On(); !on || err != nil {
			t.Fatalf("on is %v, %v, after it was set", on, err)
		}
	}
	if err := e.Set(false); err != nil {
		t.Fatal(err)
	}
	if on, err := e.On(); on || err != nil {
		t.Fatalf("on is %v, %v, after it was taken away", on, err)
	}
}

func TestWhatCannotBeWrittenIsAnErrorAndLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the folder is another elsewhere")
	}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, []byte("a file where a folder should be"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", config)
	if err := odd().Set(true); err == nil || !strings.Contains(err.Error(), "start at login") {
		t.Errorf("got %v", err)
	}
	if _, err := odd().On(); err == nil {
		t.Error("what can't be read must be an error, not off")
	}
}

// A desktop unquotes a value of its file, then the command line in it.
func TestTheDesktopFileHoldsTheCommandUnchanged(t *testing.T) {
	var exec string
	for line := range strings.Lines(odd().xdgText()) {
		if rest, ok := strings.CutPrefix(line, "Exec="); ok {
			exec = strings.TrimSuffix(rest, "\n")
		}
	}
	exec = strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(exec)
	var args []string
	for rest := exec; rest != ""; {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, " "), `"`)
		var arg strings.Builder
		i := 0
		for ; rest[i] != '"'; i++ {
			if rest[i] == '\\' || rest[i] == '%' {
				i++
			}
			arg.WriteByte(rest[i])
		}
		args, rest = append(args, arg.String()), rest[i+1:]
	}
	if got, want := strings.Join(args, "|"), strings.Join(odd().Command, "|"); got != want {
		t.Errorf("the file runs\n%s, not\n%s", got, want)
	}
}

func TestADesktopTurnsAnEntryOffByALine(t *testing.T) {
	for line, want := range map[string]bool{
		"": true, "Hidden=true": false, "Hidden = true ": false, "Hidden=false": true,
		"X-GNOME-Autostart-enabled=false": false, "Comment=Hidden=true": true,
	} {
		text := strings.Replace(odd().xdgText(), "X-GNOME-Autostart-enabled=true", line, 1)
		if got := xdgOn(text); got != want {
			t.Errorf("with %q it is on: %v", line, got)
		}
	}
}

func TestTheLaunchAgentHoldsTheCommandUnchanged(t *testing.T) {
	var doc struct {
		Keys    []string `xml:"dict>key"`
		Strings []string `xml:"dict>string"`
		Args    []string `xml:"dict>array>string"`
	}
	if err := xml.Unmarshal([]byte(odd().plistText()), &doc); err != nil {
		t.Fatal(err)
	}
	if strings.Join(doc.Args, "|") != strings.Join(odd().Command, "|") || doc.Strings[0] != odd().ID {
		t.Errorf("got %+v", doc)
	}
	if strings.Join(doc.Keys, " ") != "Label ProgramArguments RunAtLoad ProcessType AbandonProcessGroup" {
		t.Errorf("keys are %v", doc.Keys)
	}
}
