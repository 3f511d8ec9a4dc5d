package models

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// checkSpace refuses a download that would fill the disk: it wants 1 GiB left over.
func checkSpace(dir string, need int64) error {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return nil // unknown is no reason to refuse
	}
	if int64(free) < need+1<<30 {
		return fmt.Errorf("%d MB are free and the model needs %d MB with 1024 MB to spare: make room first", free>>20, need>>20)
	}
	return nil
}
