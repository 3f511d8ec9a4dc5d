// Package modelstest holds what tests of models share: a hub to fetch from, and small
// disks of their own.
package modelstest

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// Disk mounts a disk of so many bytes for the time of a test. Where that is not
// allowed, the test is skipped.
func Disk(t *testing.T, bytes int64) (dir string) {
	t.Helper()
	dir = t.TempDir()
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+strconv.FormatInt(bytes, 10), "tmpfs", dir).CombinedOutput()
	if err != nil {
		t.Skipf("no disk of its own can be mounted: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("unmount %s: %s", dir, out)
		}
		os.Remove(dir)
	})
	return dir
}

// Resize gives a disk of Disk another size.
func Resize(t *testing.T, dir string, bytes int64) {
	t.Helper()
	out, err := exec.Command("mount", "-o", "remount,size="+strconv.FormatInt(bytes, 10), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("resize %s: %s", dir, out)
	}
}
