package ggml

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Version is the one library build this package speaks to.
const Version = "0.4.0"

// Options choose how the native library is opened. The zero value opens the
// package that everybody has.
type Options struct {
	// Package to open, of those Installed; empty means that of FindLibrary with
	// all that it holds. Its backend computes or Open says why it can't: another
	// one, with other bits, is never taken in its place.
	Package Package
	// Card that computes, of those the backend finds; empty takes the first.
	Card Card
	// Variant forces one CPU build, such as "haswell"; empty means the best one
	// that this processor runs. A variant that it cannot run is an error.
	Variant string
	// CPUOnly leaves a GPU alone.
	CPUOnly bool
	// Log receives what the library says of its work; nil discards it.
	Log *slog.Logger
}

// Library is the native code in this process. Native state is global, so a
// process opens it once and keeps it; there is no Close.
type Library struct {
	fn      functions
	dir     string
	backend string
	card    *[2]uintptr // the card and the end of the list; nil on the processor
	device  Device
	errors  *lastError
	loads   loads
}

// Device is the processor or card that computes.
type Device struct {
	Name        string // the library's short name, such as CPU or MTL0
	Description string // the maker's name for it
	TotalMemory uint64 // bytes
	PCI         string // address of a card, such as 0000:01:00.0, where it is told

	handle uintptr
}

// Card says which of several cards to use. The order of cards differs from one
// tool to the next, so it is told by its address, and by its name where either
// side knows no address.
type Card struct {
	PCI  string `json:"pci,omitempty"`
	Name string `json:"name,omitempty"`
}

// ErrVariant means that the forced CPU variant cannot run on this machine.
var ErrVariant = errors.New("CPU variant cannot run here")

// Open loads the library, checks that it is the build this package was written
// for, and registers exactly one backend.
func Open(opts Options) (*Library, error) {
	p, err := opts.chosen()
	if err != nil {
		return nil, err
	}

	dir := p.Dir
	lib := &Library{dir: dir, errors: &lastError{log: opts.Log}}
	if err := lib.bind(lib.fn.names()); err != nil {
		return nil, fmt.Errorf("open inference library in %s: %w", dir, err)
	}

	if v := lib.fn.version(); v != Version && !strings.HasPrefix(v, Version+"-") {
		return nil, fmt.Errorf("open inference library in %s: it is version %s, want %s; reinstall the engine package", dir, v, Version)
	}
	if err := lib.fn.selfTest(); err != nil {
		return nil, fmt.Errorf("open inference library in %s: %w", dir, err)
	}

	lib.fn.logSet(purego.NewCallback(lib.errors.receive), 0)
	lib.loads.lib = lib
	lib.loads.callback = purego.NewCallback(lib.loads.fill)
	if err := lib.loadBackend(p, opts); err != nil {
		return nil, fmt.Errorf("open inference library in %s: %w", dir, err)
	}
	lib.fn.backendInit()
	return lib, nil
}

// chosen is the package to open, with CPUOnly heeded.
func (o Options) chosen() (Package, error) {
	p := o.Package
	if p.Dir == "" {
		dir, err := FindLibrary()
		if err != nil {
			return Package{}, err
		}
		if p, err = packageIn(dir, dir); err != nil {
			return Package{}, err
		}
	}
	if o.CPUOnly {
		p = Package{Dir: p.Dir, Backend: CPU}
	}
	return p, nil
}

// Backend names what computes, such as "cpu-haswell" or "metal".
func (l *Library) Backend() string { return l.backend }

// Runtime names everything of this program that decides the bits of a result:
// backend and library build, such as "cpu-haswell/0.4.0".
func (l *Library) Runtime() string { return l.backend + "/" + Version }

// Device describes what computes.
func (l *Library) Device() Device { return l.device }

// FreeMemory is how much of the device's memory nobody holds, in bytes. A
// processor's is not told from its whole memory.
func (l *Library) FreeMemory() uint64 {
	var p deviceProps
	l.fn.devProps(l.device.handle, &p)
	return uint64(p.memoryFree)
}

// HasCard says whether a card computes.
func (l *Library) HasCard() bool { return l.card != nil }

// Dir is the folder the library was loaded from.
func (l *Library) Dir() string { return l.dir }

func (l *Library) bind(names map[string]map[string]any) error {
	for file, symbols := range names {
		path, err := findFile(l.dir, file)
		if err != nil {
			return err
		}
		handle, err := openShared(path)
		if err != nil {
			return fmt.Errorf("load %s: %w", filepath.Base(path), err)
		}

		for name, fptr := range symbols {
			addr, err := symbol(handle, name)
			if err != nil {
				return fmt.Errorf("find %s: %w", name, err)
			}
			purego.RegisterFunc(fptr, addr)
		}
	}
	return nil
}

// loadBackend registers the CPU variant, which every model needs, and before it
// the card's backend, if that computes.
func (l *Library) loadBackend(p Package, opts Options) error {
	variant, path, err := l.chooseVariant(opts.Variant)
	if err != nil {
		return err
	}
	if p.Backend != CPU {
		if err := l.loadCard(p, opts.Card); err != nil {
			return err
		}
	}

	reg, err := l.register(path)
	if err != nil {
		return err
	}
	if l.card == nil {
		l.backend = "cpu-" + variant
		l.device = l.describe(l.fn.regDevGet(reg, 0))
	}
	return nil
}

// loadCard registers a card's backend and finds the card in it.
func (l *Library) loadCard(p Package, card Card) error {
	if err := loadNeeds(needsOf(runtime.GOOS, p.Backend), p.Runtime, openShared); err != nil {
		return err
	}
	reg, err := l.register(p.File)
	if err != nil {
		return err
	}

	var devices []Device
	count := l.fn.regDevCount(reg)
	for i := range count {
		devices = append(devices, l.describe(l.fn.regDevGet(reg, i)))
	}
	i, err := card.among(devices)
	if err != nil {
		return &RefusedError{err.Error()}
	}

	l.backend, l.device = p.Backend, devices[i]
	l.card = &[2]uintptr{l.fn.regDevGet(reg, uintptr(i))}
	return nil
}

func (l *Library) register(path string) (uintptr, error) {
	l.errors.reset()
	reg := l.fn.backendLoad(path)
	if reg == 0 {
		return 0, l.errors.wrap("load backend " + filepath.Base(path))
	}
	return reg, nil
}

func (l *Library) describe(dev uintptr) Device {
	var p deviceProps
	l.fn.devProps(dev, &p)
	return Device{Name: cString(p.name), Description: cString(p.description), TotalMemory: uint64(p.memoryTotal), PCI: cString(p.deviceID), handle: dev}
}

// among finds the card in a list.
func (c Card) among(devices []Device) (int, error) {
	if len(devices) == 0 {
		return 0, errors.New("it finds no card that it can use")
	}
	if c == (Card{}) {
		return 0, nil
	}

	var names []string
	for i, d := range devices {
		if c.PCI != "" && strings.EqualFold(c.PCI, d.PCI) {
			return i, nil
		}
		names = append(names, d.Description)
	}
	for i, d := range devices {
		addressed := c.PCI != "" && d.PCI != ""
		// A Vulkan driver may add its own name: AMD Radeon RX 7800 XT (RADV NAVI32).
		named := d.Description == c.Name || strings.HasPrefix(d.Description, c.Name+" (")
		if !addressed && c.Name != "" && named {
			return i, nil
		}
	}
	return 0, fmt.Errorf("it does not find %s; it finds %s", c.Name, strings.Join(names, ", "))
}

// variantFile is one CPU build in the library's folder. Its score is the
// library's own: 0 where this processor lacks an instruction it uses.
type variantFile struct {
	name, path string
	score      int32
}

// withTiles is the CPU build that computes with Intel's AMX.
const withTiles = "sapphirerapids"

// chooseVariant picks the best CPU build. Which one runs decides the bits of a
// result, so the choice is made here and not inside the library.
func (l *Library) chooseVariant(forced string) (name, path string, err error) {
	variants, err := l.variants()
	if err != nil {
		return "", "", err
	}

	for _, v := range variants {
		if forced == "" && v.score > 0 {
			return v.name, v.path, nil
		}
		if forced == v.name && forced != "" {
			if v.score == 0 {
				return "", "", fmt.Errorf("%w: %s", ErrVariant, forced)
			}
			return v.name, v.path, nil
		}
	}

	if forced != "" {
		return "", "", fmt.Errorf("%w: the library has no variant %q", ErrVariant, forced)
	}
	return "", "", errors.New("no CPU variant of the library runs on this processor")
}

// variants lists the CPU builds, best first, equal ones by name.
func (l *Library) variants() ([]variantFile, error) {
	prefix, suffix := "libggml-cpu-", ".so"
	if runtime.GOOS == "windows" {
		prefix, suffix = "ggml-cpu-", ".dll"
	}

	paths, err := filepath.Glob(filepath.Join(globEscape(l.dir), prefix+"*"+suffix))
	if err != nil {
		return nil, fmt.Errorf("list CPU variants: %w", err)
	}

	var out []variantFile
	for _, p := range paths {
		score, err := variantScore(p)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(p), prefix), suffix)
		if name == withTiles && score > 0 && !tilesAllowed() {
			score = 0
		}
		out = append(out, variantFile{name: name, path: p, score: score})
	}

	sort.Slice(out, func(i, j int) bool {
		if out[i].score != out[j].score {
			return out[i].score > out[j].score
		}
		return out[i].name < out[j].name
	})
	return out, nil
}

func variantScore(path string) (int32, error) {
	handle, err := openShared(path)
	if err != nil {
		return 0, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	defer closeShared(handle)

	addr, err := symbol(handle, "ggml_backend_score")
	if err != nil {
		return 0, fmt.Errorf("find score of %s: %w", filepath.Base(path), err)
	}
	var score func() int32
	purego.RegisterFunc(&score, addr)
	return score(), nil
}

// lastError keeps the native library's latest complaint, the only thing it
// says about why a load failed.
type lastError struct {
	log *slog.Logger

	mu   sync.Mutex // guards what follows
	text string
}

// logError is a level of ggml_log_level.
const logError = 4

// receive is called by the library. The result is for Windows, where a callback
// has one.
func (e *lastError) receive(level int32, text unsafe.Pointer, _ uintptr) uintptr {
	line := strings.TrimSpace(cString(text))
	if line == "" {
		return 0
	}
	if level == logError {
		e.mu.Lock()
		e.text = line
		e.mu.Unlock()
	}
	if e.log != nil {
		e.log.Debug("inference library", "level", level, "text", line)
	}
	return 0
}

func (e *lastError) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text = ""
}

func (e *lastError) wrap(doing string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.text == "" {
		return fmt.Errorf("%s: the library gave no reason", doing)
	}
	return fmt.Errorf("%s: %s", doing, e.text)
}

// cString copies a C string of at most 8 KiB.
func cString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	for n := 0; n < 8192; n++ {
		if *(*byte)(unsafe.Add(p, n)) == 0 {
			return string(unsafe.Slice((*byte)(p), n))
		}
	}
	return string(unsafe.Slice((*byte)(p), 8192))
}
