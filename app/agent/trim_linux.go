package agent

import (
	"bufio"
	"errors"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// trim gives back what was needed to start: the heap's free part, and the pages
// of this program that were read on the way and can be read again.
func trim() error {
	debug.FreeOSMemory()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer maps.Close()
	var errs []error
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		if from, to, ok := unwritten(lines.Text(), self); ok {
			errs = append(errs, dropPages(from, to))
		}
	}
	return errors.Join(append(errs, lines.Err())...)
}

// unwritten reads a line such as
//
//	00400000-02c5a000 r-xp 00000000 08:01 1234 /usr/bin/helium
//
// and says whether it maps a part of a file that can't have been written to.
func unwritten(line, file string) (from, to uintptr, ok bool) {
	f := strings.Fields(line)
	if len(f) < 6 || strings.Join(f[5:], " ") != file || strings.Contains(f[1], "w") {
		return 0, 0, false
	}
	begin, end, _ := strings.Cut(f[0], "-")
	a, errA := strconv.ParseUint(begin, 16, 64)
	b, errB := strconv.ParseUint(end, 16, 64)
	return uintptr(a), uintptr(b), errA == nil && errB == nil && a < b
}

func dropPages(from, to uintptr) error {
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
	if errno != 0 {
		return errno
	}
	return nil
}
