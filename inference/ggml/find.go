package ggml

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DirEnv names the environment variable that points at the native library: its
// own folder, or a node_modules folder that holds the engine packages.
const DirEnv = "HELIUM_ENGINE_DIR"

// ErrNotInstalled means that no native library was found on this machine.
var ErrNotInstalled = errors.New("inference library is not installed")

// FindLibrary returns the folder that holds the native library for this
// machine. It looks at the folder named by DirEnv, then beside the executable
// (a packaged program), then in the source tree around the working directory.
// The error says where it looked and how to install the library.
func FindLibrary() (string, error) {
	platform, err := platformPackage(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return "", err
	}

	if dir := os.Getenv(DirEnv); dir != "" {
		if found, ok := libraryUnder(dir, platform); ok {
			return found, nil
		}
		return "", fmt.Errorf("%w: %s=%s holds no %s library", ErrNotInstalled, DirEnv, dir, platform)
	}

	for _, dir := range packagedDirs() {
		if found, ok := libraryUnder(dir, platform); ok {
			return found, nil
		}
	}

	if found, ok := libraryInSourceTree(platform); ok {
		return found, nil
	}

	return "", fmt.Errorf("%w: run `npm ci --ignore-scripts` in build/engine (make does it), put the library in a folder named engine beside the program, or set %s", ErrNotInstalled, DirEnv)
}

// platformPackage names the engine package for an operating system and
// processor.
func platformPackage(goos, goarch string) (string, error) {
	packages := map[string]string{
		"linux/amd64":   "linux-x64",
		"linux/arm64":   "linux-arm64",
		"darwin/amd64":  "mac-x64",
		"darwin/arm64":  "mac-arm64-metal",
		"windows/amd64": "win-x64",
	}

	name, ok := packages[goos+"/"+goarch]
	if !ok {
		return "", fmt.Errorf("no inference library exists for %s on %s", goos, goarch)
	}
	return name, nil
}

func packagedDirs() []string {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}

	dir := filepath.Dir(exe)
	return []string{filepath.Join(dir, "engine"), filepath.Join(dir, "..", "Resources", "engine")}
}

// libraryInSourceTree walks up from the working directory to a checkout of this
// project. It asks for the project's own files beside the library, so that a
// program started in a stranger's folder doesn't load a stranger's code.
func libraryInSourceTree(platform string) (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}

	for {
		engine := filepath.Join(dir, "build", "engine")
		_, err := os.Stat(filepath.Join(engine, "package-lock.json"))
		if err == nil {
			return libraryUnder(filepath.Join(engine, "node_modules"), platform)
		}

		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// libraryUnder accepts the library's own folder and the folders that the
// package manager puts above it.
func libraryUnder(dir, platform string) (string, bool) {
	candidates := []string{
		dir,
		filepath.Join(dir, platform),
		filepath.Join(dir, "bins", platform),
		filepath.Join(dir, platform, "bins", platform),
		filepath.Join(dir, "@node-llama-cpp", platform, "bins", platform),
	}

	for _, c := range candidates {
		if _, err := findFile(c, "llama"); err != nil {
			continue
		}
		abs, err := filepath.Abs(c)
		if err != nil {
			return "", false
		}
		return abs, true
	}
	return "", false
}

// findFile returns the path of the shared library called name in dir. File
// names carry the build: libllama.v0.4.0.so, libllama.metal.v0.4.0.dylib.
func findFile(dir, name string) (string, error) {
	for _, pattern := range filePatterns(runtime.GOOS, name) {
		found, err := filepath.Glob(filepath.Join(globEscape(dir), pattern))
		if err != nil {
			return "", fmt.Errorf("find library %s: %w", name, err)
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return "", fmt.Errorf("find library %s: %s holds %d builds of it, want one", name, dir, len(found))
		}
	}
	return "", fmt.Errorf("find library %s in %s: %w", name, dir, os.ErrNotExist)
}

func filePatterns(goos, name string) []string {
	switch goos {
	case "windows":
		return []string{name + ".dll", name + ".v*.dll"}
	case "darwin":
		return []string{"lib" + name + ".dylib", "lib" + name + ".v*.dylib", "lib" + name + ".metal.v*.dylib", "lib" + name + ".so"}
	default:
		return []string{"lib" + name + ".so", "lib" + name + ".v*.so"}
	}
}

// globEscape takes the meaning from the pattern characters of a folder's name.
// Windows has no escape character, and no folder name there holds '*' or '?'.
func globEscape(dir string) string {
	if runtime.GOOS == "windows" {
		return dir
	}

	var out []rune
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}
