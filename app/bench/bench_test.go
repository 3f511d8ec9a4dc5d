//go:build linux

package bench

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestParsesWhatTheKernelSays(t *testing.T) {
	rollup := "00400000-7ffe2d5fe000 ---p 00000000 00:00 0    [rollup]\nRss:  46288 kB\nPss:               44889 kB\nPss_Anon:  14368 kB\n"
	if n, err := parsePSS(rollup); err != nil || n != 44889<<10 {
		t.Errorf("PSS is %d, %v", n, err)
	}
	for _, broken := range []string{"", "Pss: many kB\n", "Pss: 3 MB\n", "Pss_Anon: 3 kB\n"} {
		if n, err := parsePSS(broken); err == nil {
			t.Errorf("%q gives %d", broken, n)
		}
	}
	s, err := parseStat("17 (odd ) name) S 5 1 1 0 -1 4194560 100 200 0 0 31 7 2 1 20 0 9 0 100 0 0")
	if err != nil || s.parent != 5 || s.cpu != 41*tick {
		t.Errorf("got %+v, %v", s, err)
	}
	for _, broken := range []string{"", "17 (x) S 5", "17 (x) S a 1 1 0 -1 4194560 100 200 0 0 31 7 2 1 20"} {
		if s, err := parseStat(broken); err == nil {
			t.Errorf("%q gives %+v", broken, s)
		}
	}
}

func TestReadsThisProcessAndItsChildren(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { child.Process.Kill(); child.Wait() }()
	children, err := childrenOf(os.Getpid())
	if err != nil || len(children) != 1 || children[0] != child.Process.Pid {
		t.Errorf("children are %v, %v, want %d", children, err, child.Process.Pid)
	}
	if n, err := pssOf(os.Getpid()); err != nil || n < 1<<20 || n > 1<<30 {
		t.Errorf("PSS is %d, %v", n, err)
	}
	before, err := statOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 300*time.Millisecond; {
	}
	if after, err := statOf(os.Getpid()); err != nil || after.cpu-before.cpu < 100*time.Millisecond {
		t.Errorf("0.3 s of work are %v, %v", after.cpu-before.cpu, err)
	}
}

func TestAResultSaysWhichLimitItBreaks(t *testing.T) {
	good := func() *Result {
		return &Result{
			Idle:  &Idle{For: 100 * time.Second, Waiting: []Process{{"agent", 70 << 20, 400 * time.Millisecond}, {"engine", 70 << 20, 0}}, Unloaded: []Process{{"agent", 59 << 20, 0}}},
			Start: &Start{Cold: true, App: []time.Duration{3, 1, 2}, Empty: []time.Duration{2, 2, 1}},
		}
	}
	for name, c := range map[string]struct {
		edit func(*Result)
		says string
	}{
		"none":   {func(*Result) {}, ""},
		"memory": {func(r *Result) { r.Idle.Unloaded[0].PSS = 61 << 20 }, "61.0 MB"},
		"CPU":    {func(r *Result) { r.Idle.Waiting[0].CPU = time.Second }, "1.00 %"},
		"start":  {func(r *Result) { r.Start.App = []time.Duration{4, 1, 4} }, "2.00 times"},
	} {
		r := good()
		c.edit(r)
		err := r.Kept()
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var table strings.Builder
	if err := good().WriteTable(&table); err != nil || !strings.Contains(table.String(), "0.40 % (limit 0.5 %)") || !strings.Contains(table.String(), "cold") {
		t.Errorf("%v:\n%s", err, table.String())
	}
}
