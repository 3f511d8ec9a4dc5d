package ggml

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// openShared loads the DLL at an absolute path, whose neighbours Windows then
// looks for in the same folder and not beside the program; a bare name is that of
// the system's or a driver's DLL, and is not looked for in the working folder.
func openShared(path string) (uintptr, error) {
	flags := uintptr(windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	if !filepath.IsAbs(path) {
		flags = windows.LOAD_LIBRARY_SEARCH_DEFAULT_DIRS
	}
	h, err := windows.LoadLibraryEx(path, 0, flags)
	return uintptr(h), err
}

func symbol(handle uintptr, name string) (uintptr, error) {
	return windows.GetProcAddress(windows.Handle(handle), name)
}

func closeShared(handle uintptr) error {
	return windows.FreeLibrary(windows.Handle(handle))
}
