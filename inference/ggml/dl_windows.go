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

// tileData is the state of Intel's tile registers (AMX), as XCR0 numbers it.
const tileData = 1 << 18

// tilesAllowed asks Windows for the registers of Intel's AMX, which no program has
// by itself, and which Windows before 11 gives to none. The library takes them as
// given where the processor has them, and would die of the first instruction.
func tilesAllowed() bool {
	enable := windows.NewLazySystemDLL("kernel32.dll").NewProc("EnableProcessOptionalXStateFeatures")
	if enable.Find() != nil {
		return false
	}
	ok, _, _ := enable.Call(tileData)
	return ok != 0
}
