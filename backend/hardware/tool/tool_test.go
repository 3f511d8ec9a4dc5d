package tool

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain makes the test binary a tool when it is started as one.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "fail":
			fmt.Println("no driver")
			os.Exit(9)
		case "long":
			fmt.Print(strings.Repeat("x", maxOutput+100))
			os.Exit(0)
		case "hang":
			fmt.Println("half")
			time.Sleep(time.Hour)
		}
	}
	os.Exit(m.Run())
}

func TestAnswers(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var absent *AbsentError
	if _, err := Ask(t.Context(), time.Minute, "no-such-tool-of-anybody"); !errors.As(err, &absent) || err.Error() != "there is no no-such-tool-of-anybody here" {
		t.Errorf("of a missing one: %v", err)
	}
	if out, err := Ask(t.Context(), time.Minute, self, "fail"); err == nil || errors.As(err, &absent) || strings.TrimSpace(string(out)) != "no driver" {
		t.Errorf("of one that fails: %q, %v", out, err)
	}
	if out, err := Ask(t.Context(), time.Minute, self, "long"); err != nil || len(out) != maxOutput {
		t.Errorf("of one that talks: %d bytes, %v", len(out), err)
	}
	if out, err := Ask(t.Context(), time.Second, self, "hang"); err == nil || !strings.Contains(err.Error(), "no answer in 1s") {
		t.Errorf("of one that hangs: %q, %v", out, err)
	}
}
