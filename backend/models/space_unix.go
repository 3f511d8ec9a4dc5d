//go:build !windows

package models

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// checkSpace refuses a download that would fill the disk: it wants 1 GiB left over.
func checkSpace(dir string, need int64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return nil // unknown is no reason to refuse
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	if free < need+1<<30 {
		return fmt.Errorf("%d MB are free and the model needs %d MB with 1024 MB to spare: make room first", free>>20, need>>20)
	}
	return nil
}
