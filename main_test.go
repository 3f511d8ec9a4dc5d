//go:build !desktop

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// asProgram in the environment makes this test binary behave as helium, so
// that a test can start whole networks of it, children included.
const asProgram = "HELIUM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){
		"helium": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"cutlineend": cutLineEnd,
	}})
}

// cutLineEnd takes the last line end from files of a script, which can't be
// written without one.
func cutLineEnd(ts *testscript.TestScript, _ bool, names []string) {
	for _, name := range names {
		text := strings.TrimSuffix(ts.ReadFile(name), "\n")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"model", "--help"}, {"model", "download", "--help"}, {"model", "show", "--help"}, {"task", "--help"}, {"task", "check", "--help"}, {"task", "prompt", "--help"}, {"task", "digest", "--help"}} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != 0 || !strings.Contains(out.String(), "Usage: helium") {
			t.Errorf("%v: exit %d, %s%s", args, code, out.String(), errs.String())
		}
	}
}
