package hardware

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"helium/backend/hardware/tool"
	"helium/inference/ggml"
)

// recorded is one computer of testdata/cards: what its tools print, the files that
// its drivers show, and what is to be made of it. A case says whether what it
// holds was recorded somewhere, and retyped, or composed.
type recorded struct {
	goos, goarch string
	files        fstest.MapFS
	want         string
}

func readRecorded(t *testing.T, path string) recorded {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if about := string(archive.Comment); !strings.HasPrefix(about, "Recorded") && !strings.HasPrefix(about, "Composed") {
		t.Errorf("%s does not say where it comes from", path)
	}
	r := recorded{files: fstest.MapFS{}}
	for _, f := range archive.Files {
		switch text := string(f.Data); f.Name {
		case "system":
			r.goos, r.goarch, _ = strings.Cut(strings.TrimSpace(text), "/")
		case "want":
			r.want = strings.TrimSpace(text)
		default:
			r.files[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return r
}

// ask answers as the tools of the computer.
func (r recorded) ask(_ context.Context, name string, args ...string) ([]byte, error) {
	file := map[string]string{"nvidia-smi": "nvidia-smi", "powershell": "controllers", "system_profiler": "system_profiler", "sysctl": "memsize"}[name]
	if name == "nvidia-smi" && !strings.Contains(args[0], "compute_cap") {
		file += " older"
	}
	out, ok := r.files[file]
	if !ok {
		return nil, &tool.AbsentError{Name: name}
	}
	if code, ok := r.files[file+" exit"]; ok {
		return out.Data, fmt.Errorf("%s: exit status %s", name, strings.TrimSpace(string(code.Data)))
	}
	return out.Data, nil
}

// outcome is what is found and chosen where every package is installed.
func (r recorded) outcome(t *testing.T) string {
	t.Helper()
	found := detectCards(t.Context(), r.goos, r.ask, r.files)
	var lines []string
	for _, c := range found.cards {
		compute := "?"
		if c.Compute > 0 {
			compute = capability(c.Compute)
		}
		orUnknown := func(s string) string {
			if s == "" {
				return "?"
			}
			return s
		}
		lines = append(lines, fmt.Sprintf("gpu: %s, %d MB, %s, %s, %s, %s", c.Name, c.MemoryMB, c.Maker, orUnknown(c.PCI), compute, orUnknown(c.Driver)))
	}
	var installed []ggml.Package
	offered := ggml.Offered(r.goos, r.goarch)
	for _, o := range offered {
		installed = append(installed, ggml.Package{Dir: "/" + o.Backend, Backend: o.Backend})
	}
	if r.goos == "darwin" && r.goarch == "arm64" { // whose only package has the processor's build too
		installed = append(installed, ggml.Package{Dir: "/metal", Backend: ggml.CPU})
	}
	plan, err := Choose(append(found.cards, Device{Kind: CPU, Name: "Ryzen 7", MemoryMB: 8192}), found.passed, installed, offered)
	if err != nil {
		t.Fatal(err)
	}
	first := plan.Choices[0]
	return strings.Join(append(lines, "uses: "+first.Package.Backend, "why: "+first.Why.String()), "\n")
}

func TestRecordedComputers(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "cards", "*.txtar"))
	if err != nil || len(paths) < 100 {
		t.Fatalf("%d computers, %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			r := readRecorded(t, path)
			if got := r.outcome(t); got != r.want {
				t.Errorf("found\n%s\nwant\n%s", got, r.want)
			}
		})
	}
}

// Whatever a computer prints, no card is made of it that could not be.
func checkSeen(t *testing.T, s seen, of any) {
	t.Helper()
	for _, c := range s.cards {
		if c.MemoryMB < leastMemory(c.Maker) || c.MemoryMB > mostMemory || !nameable(c.Name) || c.Maker == "" || c.Kind != GPU {
			t.Errorf("%q gave %+v", of, c)
		}
		if c.PCI != "" && pciAddress(c.PCI) != c.PCI {
			t.Errorf("%q gave the address %q", of, c.PCI)
		}
	}
	for _, why := range s.passed {
		if why.String() == "" || len(why.String()) > 1000 || strings.ContainsAny(why.String(), "\n\r\x00") {
			t.Errorf("%q is told as %q", of, why)
		}
	}
}

// seeds gives a fuzz target every text of that name in the recorded computers.
func seeds(f *testing.F, name string, add func([]byte)) {
	paths, err := filepath.Glob(filepath.Join("testdata", "cards", "*.txtar"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == name {
				add(file.Data)
			}
		}
	}
}

func FuzzNvidiaSMI(f *testing.F) {
	seeds(f, "nvidia-smi", func(b []byte) { f.Add(b) })
	f.Fuzz(func(t *testing.T, b []byte) {
		var s seen
		s.parseNvidiaSMI(string(b))
		checkSeen(t, s, b)
	})
}

func FuzzControllers(f *testing.F) {
	seeds(f, "controllers", func(b []byte) { f.Add(b, true); f.Add(b, false) })
	f.Fuzz(func(t *testing.T, b []byte, hasTool bool) {
		var s seen
		s.parseControllers(b, hasTool)
		checkSeen(t, s, b)
	})
}

func FuzzSystemProfiler(f *testing.F) {
	seeds(f, "system_profiler", func(b []byte) { f.Add(b, "17179869184\n") })
	f.Fuzz(func(t *testing.T, b []byte, memsize string) {
		var s seen
		s.parseSystemProfiler(b, memsize)
		checkSeen(t, s, b)
	})
}

func FuzzLinuxFiles(f *testing.F) {
	f.Add("0x1002", "0x747e", "0xc8", "17163091968", "PCI_SLOT_NAME=0000:03:00.0\n", "747E,\tC8,\tAMD Radeon RX 7800 XT\n", "")
	f.Add("0x1002", "0x747e", "0xc8", "-1", "PCI_SLOT_NAME=\n", ",,\n", "AMD INSTINCT MI210")
	f.Add("0x8086", "", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, vendor, device, revision, memory, uevent, names, product string) {
		const card = "sys/class/drm/card0/device/"
		files := fstest.MapFS{}
		for name, text := range map[string]string{
			card + "vendor": vendor, card + "device": device, card + "revision": revision, card + "mem_info_vram_total": memory,
			card + "uevent": uevent, card + "product_name": product, amdNames: names,
		} {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		var s seen
		s.linux(files, false)
		checkSeen(t, s, files)
	})
}
