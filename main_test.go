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
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"model", "--help"}, {"model", "download", "--help"}} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != 0 || !strings.Contains(out.String(), "Usage: helium") {
			t.Errorf("%v: exit %d, %s%s", args, code, out.String(), errs.String())
		}
	}
}
