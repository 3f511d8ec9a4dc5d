//go:build linux || darwin

package ggml

import "github.com/ebitengine/purego"

// openShared loads the shared library at an absolute path, whose neighbours are
// found through its own run path, or a system library by its bare name.
func openShared(path string) (uintptr, error) {
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

func symbol(handle uintptr, name string) (uintptr, error) {
	return purego.Dlsym(handle, name)
}

func closeShared(handle uintptr) error {
	return purego.Dlclose(handle)
}

// tilesAllowed is for systems where the library itself asks for the registers of
// Intel's AMX, and does without them where it must.
func tilesAllowed() bool { return true }
