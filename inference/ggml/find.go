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

// CUDADirEnv names the environment variable that points at the folder with
// NVIDIA's CUDA libraries, which no engine package brings along. Without it they
// are looked for in a folder named cuda beside the engine packages.
const CUDADirEnv = "HELIUM_CUDA_DIR"

// Names of what a package computes with. CUDA12 is the CUDA package with the
// kernels for older cards and drivers, which compute other bits.
const (
	CPU    = "cpu"
	Vulkan = "vulkan"
	CUDA   = "cuda"
	CUDA12 = "cuda12"
	Metal  = "metal"
)

// Package is an engine package on this machine. Packages are never mixed: every
// one has a whole library of its own.
type Package struct {
	Dir     string   `json:"dir"`               // of the library and the builds for the processor
	Backend string   `json:"backend"`           // what it computes with
	File    string   `json:"file,omitempty"`    // of the card's backend; none for the processor
	Runtime []string `json:"runtime,omitempty"` // folders where the card maker's own libraries may be
}

// Installed lists the engine packages on this machine, one for each backend, and
// at least the one for the processor. It looks at the folder named by DirEnv, or
// else beside the executable (a packaged program) and in the source tree around
// the working directory. The error says where it looked and how to install one.
func Installed() ([]Package, error) {
	known, err := knownPackages(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return nil, err
	}

	if dir := os.Getenv(DirEnv); dir != "" {
		if found := packagesUnder(known, dir); len(found) > 0 {
			return found, nil
		}
		return nil, fmt.Errorf("%w: %s=%s holds no %s library", ErrNotInstalled, DirEnv, dir, known[0].name)
	}

	if found := packagesUnder(known, append(packagedDirs(), sourceDirs()...)...); len(found) > 0 {
		return found, nil
	}
	return nil, fmt.Errorf("%w: run `npm ci --ignore-scripts` in build/engine (make does it), put the library in a folder named engine beside the program, or set %s", ErrNotInstalled, DirEnv)
}

// FindLibrary returns the folder of the package for the processor, or on Apple
// silicon of the only one there is. The error is that of Installed.
func FindLibrary() (string, error) {
	installed, err := Installed()
	if err != nil {
		return "", err
	}
	for _, p := range installed {
		if p.Backend == CPU {
			return p.Dir, nil
		}
	}
	return "", ErrNotInstalled // never: there is always one for the processor
}

// What the registry's names begin with, and what ends that of the files for
// older cards.
const (
	scope = "@node-llama-cpp/"
	ext   = "-ext"
)

// knownPackage is an engine package as the registry names it.
type knownPackage struct{ name, backend string }

// knownPackages lists the packages for an operating system and processor, the
// one that everybody has first.
func knownPackages(goos, goarch string) ([]knownPackage, error) {
	packages := map[string][]knownPackage{
		"linux/amd64":   {{"linux-x64", CPU}, {"linux-x64-vulkan", Vulkan}, {"linux-x64-cuda", CUDA}, {"linux-x64-cuda", CUDA12}},
		"linux/arm64":   {{"linux-arm64", CPU}},
		"darwin/amd64":  {{"mac-x64", CPU}},
		"darwin/arm64":  {{"mac-arm64-metal", Metal}},
		"windows/amd64": {{"win-x64", CPU}, {"win-x64-vulkan", Vulkan}, {"win-x64-cuda", CUDA}, {"win-x64-cuda", CUDA12}},
	}

	known, ok := packages[goos+"/"+goarch]
	if !ok {
		return nil, fmt.Errorf("no inference library exists for %s on %s", goos, goarch)
	}
	return known, nil
}

// Offer is a backend that exists for a system and the registry's packages that
// bring it.
type Offer struct {
	Backend  string
	Packages []string
}

// Offered lists the backends for an operating system and processor; none where
// there is no engine at all.
func Offered(goos, goarch string) []Offer {
	known, err := knownPackages(goos, goarch)
	if err != nil {
		return nil
	}

	var offers []Offer
	for _, k := range known {
		offer := Offer{Backend: k.backend, Packages: []string{scope + k.name}}
		if k.backend == CUDA12 {
			offer.Packages = append(offer.Packages, scope+k.name+ext)
		}
		offers = append(offers, offer)
	}
	return offers
}

// packagesUnder finds one package for each backend, the first one there is.
func packagesUnder(known []knownPackage, roots ...string) []Package {
	var found []Package
	for _, root := range roots {
		if p, err := packageIn(root, root); err == nil {
			found = addPackage(found, p)
			continue
		}
		for _, k := range known {
			if p, ok := findPackage(root, k); ok {
				found = addPackage(found, p)
			}
		}
	}

	// Every package holds the same builds for the processor.
	if len(found) > 0 {
		found = addPackage(found, Package{Dir: found[0].Dir, Backend: CPU})
	}
	return found
}

func addPackage(all []Package, p Package) []Package {
	for _, have := range all {
		if have.Backend == p.Backend {
			return all
		}
	}
	return append(all, p)
}

// packageIn takes a folder for what it holds.
func packageIn(dir, root string) (Package, error) {
	if _, err := findFile(dir, "llama"); err != nil {
		return Package{}, err
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return Package{}, err
	}

	for _, backend := range []string{Metal, CUDA, Vulkan} {
		if file, err := findFile(abs, "ggml-"+backend); err == nil {
			return Package{Dir: abs, Backend: backend, File: file, Runtime: runtimeDirs(root, abs)}, nil
		}
	}
	return Package{Dir: abs, Backend: CPU}, nil
}

// findPackage looks for a package in the folders that may hold it.
func findPackage(root string, k knownPackage) (Package, bool) {
	for _, dir := range placesOf(root, k.name, k.name) {
		p, err := packageIn(dir, root)
		if err != nil {
			continue
		}
		if k.backend == CUDA12 {
			p, err = olderCUDA(root, k.name, p)
		}
		if err == nil && p.Backend == k.backend {
			return p, true
		}
	}
	return Package{}, false
}

// olderCUDA is the CUDA package with the file for older cards, which comes in a
// package of its own and works with the library of the other.
func olderCUDA(root, name string, p Package) (Package, error) {
	places := placesOf(root, name+ext, filepath.Join(name, "fallback"))
	for _, dir := range append(places, filepath.Join(p.Dir, "fallback")) {
		file, err := findFile(dir, "ggml-cuda")
		if err != nil {
			continue
		}
		abs, err := filepath.Abs(file)
		if err != nil {
			return Package{}, err
		}
		p.Backend, p.File = CUDA12, abs
		return p, nil
	}
	return Package{}, ErrNotInstalled
}

// placesOf lists where a package's files may be under a folder: packaged with
// the program, unpacked, or where make has the package manager put them.
func placesOf(root, name, inside string) []string {
	places := []string{
		filepath.Join(root, name),
		filepath.Join(root, "bins", inside),
		filepath.Join(root, name, "bins", inside),
	}
	for _, modules := range []string{"", "node_modules", "vulkan/node_modules", "cuda/node_modules", "cuda12/node_modules"} {
		places = append(places, filepath.Join(root, modules, scope, name, "bins", inside))
	}
	return places
}

// runtimeDirs lists where NVIDIA's libraries may be, besides where the system
// looks. CUDA_PATH is set by NVIDIA's installer on Windows.
func runtimeDirs(root, dir string) []string {
	var dirs []string
	if own := os.Getenv(CUDADirEnv); own != "" {
		dirs = append(dirs, own)
	}
	dirs = append(dirs, filepath.Join(root, "cuda"), dir)
	if toolkit := os.Getenv("CUDA_PATH"); toolkit != "" {
		dirs = append(dirs, filepath.Join(toolkit, "bin"), filepath.Join(toolkit, "bin", "x64"))
	}

	for i, d := range dirs {
		if abs, err := filepath.Abs(d); err == nil {
			dirs[i] = abs
		}
	}
	return dirs
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

// sourceDirs walks up from the working directory to a checkout of this project.
// It asks for the project's own files beside the library, so that a program
// started in a stranger's folder doesn't load a stranger's code.
func sourceDirs() []string {
	dir, err := os.Getwd()
	if err != nil {
		return nil
	}

	for {
		engine := filepath.Join(dir, "build", "engine")
		if _, err := os.Stat(filepath.Join(engine, "package-lock.json")); err == nil {
			return []string{engine}
		}

		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
}

// findFile returns the path of the shared library called name in dir. File
// names carry the build: libllama.v0.4.0.so, libllama.metal.v0.4.0.dylib. Two
// builds in one folder are packages that somebody mixed.
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
		return []string{name + ".dll", name + ".*.dll"}
	case "darwin":
		return []string{"lib" + name + ".dylib", "lib" + name + ".*.dylib", "lib" + name + ".so"}
	default:
		return []string{"lib" + name + ".so", "lib" + name + ".*.so"}
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

// Variants lists the CPU builds of the package that this processor runs, the best
// first.
func (p Package) Variants() ([]string, error) {
	all, err := (&Library{dir: p.Dir}).variants()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, v := range all {
		if v.score > 0 {
			names = append(names, v.name)
		}
	}
	return names, nil
}
