package ggml

import "golang.org/x/sys/windows"

// openShared loads the DLL at an absolute path; the flag makes Windows look for
// its neighbours in the same folder and not beside the program.
func openShared(path string) (uintptr, error) {
	h, err := windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	return uintptr(h), err
}

func symbol(handle uintptr, name string) (uintptr, error) {
	return windows.GetProcAddress(windows.Handle(handle), name)
}

func closeShared(handle uintptr) error {
	return windows.FreeLibrary(windows.Handle(handle))
}
