package agent

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestOnlyPagesThatCanBeReadAgainAreDropped(t *testing.T) {
	const file = "/opt/A b/helium"
	for line, want := range map[string]bool{
		"00400000-02c5a000 r-xp 00000000 08:01 1234   /opt/A b/helium":           true,
		"02c5a000-05a5a000 r--p 0285a000 08:01 1234   /opt/A b/helium":           true,
		"05a5a000-05b5a000 rw-p 0565a000 08:01 1234   /opt/A b/helium":           false,
		"00400000-02c5a000 r-xp 00000000 08:01 1234   /opt/A b/helium (deleted)": false,
		"00400000-02c5a000 r-xp 00000000 08:01 1234   /usr/lib/libc.so.6":        false,
		"c000000000-c000400000 ---p 00000000 00:00 0":                            false,
		"zz-02c5a000 r-xp 00000000 08:01 1234   /opt/A b/helium":                 false,
		"": false,
	} {
		if _, _, got := unwritten(line, file); got != want {
			t.Errorf("%q is dropped: %v", line, got)
		}
	}
	from, to, _ := unwritten("00400000-02c5a000 r-xp 00000000 08:01 1234 /opt/A b/helium", file)
	if from != 0x400000 || to != 0x2c5a000 {
		t.Errorf("drops %x to %x", from, to)
	}
}

func TestTrimmingGivesBackPagesOfTheProgram(t *testing.T) {
	// The third number of statm is of pages that belong to files.
	pages := func() (n int) {
		b, err := os.ReadFile("/proc/self/statm")
		if err != nil {
			t.Fatal(err)
		}
		if n, err = strconv.Atoi(strings.Fields(string(b))[2]); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := pages()
	if err := trim(); err != nil {
		t.Fatal(err)
	}
	if after := pages(); after >= before {
		t.Errorf("%d pages of files before and %d after", before, after)
	}
}
