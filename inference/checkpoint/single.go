package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// SingleFile is the safetensors file that a path is or that its folder holds: of
// several the one of the usual name. Files of other kinds are never read.
func SingleFile(path, usual string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.IsDir() {
		if ofPickles(path) {
			return "", fmt.Errorf("%w: %s is a file of Python objects, which may hold programs and is never read; a .safetensors file is wanted", ErrSafetensors, filepath.Base(path))
		}
		return path, nil
	}

	entries, err := os.ReadDir(path)
	if err != nil {
		return "", err
	}
	var files, pickles []string
	for _, e := range entries {
		switch name := e.Name(); {
		case plainName(name):
			files = append(files, name)
		case ofPickles(name):
			pickles = append(pickles, name)
		}
	}
	switch {
	case slices.Contains(files, usual):
		return filepath.Join(path, usual), nil
	case len(files) == 1:
		return filepath.Join(path, files[0]), nil
	case len(files) > 1:
		return "", fmt.Errorf("%w: the folder has %d .safetensors files and none of them is %s: which one is meant?", ErrSafetensors, len(files), usual)
	case len(pickles) > 0:
		return "", fmt.Errorf("%w: the folder has no .safetensors file; %.100s is a file of Python objects, which may hold programs and is never read", ErrSafetensors, pickles[0])
	}
	return "", fmt.Errorf("%w: the folder has no .safetensors file", ErrSafetensors)
}

// ofPickles tells the usual endings of files in Python's own format.
func ofPickles(name string) bool {
	endings := []string{".bin", ".pt", ".pth", ".ckpt", ".pkl"}
	return slices.Contains(endings, strings.ToLower(filepath.Ext(name)))
}
