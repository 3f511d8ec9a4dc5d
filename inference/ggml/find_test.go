package ggml

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// touch makes empty files.
func touch(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// linuxFiles are the files of the packages for Linux that say what they are.
func linuxFiles(t *testing.T, root string) []knownPackage {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the files are named as on Linux")
	}
	known, err := knownPackages("linux", "amd64")
	if err != nil {
		t.Fatal(err)
	}
	modules := func(name, variant string) string {
		return filepath.Join(root, variant, "node_modules/@node-llama-cpp", name, "bins", strings.TrimSuffix(name, "-ext"))
	}
	plain, vulkan, cuda := modules("linux-x64", ""), modules("linux-x64-vulkan", "vulkan"), modules("linux-x64-cuda", "cuda")
	touch(t,
		plain+"/libllama.v0.4.0.so", plain+"/libggml-cpu-haswell.so",
		vulkan+"/libllama.vulkan.v0.4.0.so", vulkan+"/libggml-vulkan.so",
		cuda+"/libllama.cuda.v0.4.0.so", cuda+"/libggml-cuda.so",
		modules("linux-x64-cuda-ext", "cuda12")+"/fallback/libggml-cuda.so",
	)
	return known
}

func TestPackagesAreFoundWhereMakePutsThem(t *testing.T) {
	root := t.TempDir()
	known := linuxFiles(t, root)
	t.Setenv(CUDADirEnv, "/opt/cuda")

	found := map[string]Package{}
	for _, p := range packagesUnder(known, root) {
		found[p.Backend] = p
	}
	for backend, file := range map[string]string{
		CPU:    "",
		Vulkan: "vulkan/node_modules/@node-llama-cpp/linux-x64-vulkan/bins/linux-x64-vulkan/libggml-vulkan.so",
		CUDA:   "cuda/node_modules/@node-llama-cpp/linux-x64-cuda/bins/linux-x64-cuda/libggml-cuda.so",
		CUDA12: "cuda12/node_modules/@node-llama-cpp/linux-x64-cuda-ext/bins/linux-x64-cuda/fallback/libggml-cuda.so",
	} {
		if file != "" {
			file = filepath.Join(root, file)
		}
		if p := found[backend]; p.File != file || p.Dir == "" {
			t.Errorf("%s: %+v, want file %s", backend, p, file)
		}
	}
	if found[CUDA].Dir != found[CUDA12].Dir || found[CPU].Dir == found[Vulkan].Dir {
		t.Errorf("folders are mixed: %+v", found)
	}
	if dirs := found[CUDA].Runtime; dirs[0] != "/opt/cuda" || dirs[1] != filepath.Join(root, "cuda") {
		t.Errorf("NVIDIA's libraries are looked for in %v", dirs)
	}
}

func TestOneFolderIsOnePackageAndAlsoTheProcessors(t *testing.T) {
	root := t.TempDir()
	known := linuxFiles(t, root)
	dir := filepath.Join(root, "vulkan/node_modules/@node-llama-cpp/linux-x64-vulkan/bins/linux-x64-vulkan")
	found := packagesUnder(known, dir)
	if len(found) != 2 || found[0].Backend != Vulkan || found[1].Backend != CPU || found[1].Dir != dir || found[1].File != "" {
		t.Errorf("found %+v", found)
	}

	touch(t, filepath.Join(dir, "libllama.v0.4.0.so")) // somebody unpacked two into one
	if found := packagesUnder(known, dir); len(found) != 0 {
		t.Errorf("took a mixed folder: %+v", found)
	}
}

func TestFileNamesOfEverySystem(t *testing.T) {
	for file, c := range map[string]struct{ goos, name string }{
		"libllama.metal.v0.4.0.dylib": {"darwin", "llama"},
		"libllama.v0.4.0.dylib":       {"darwin", "llama"},
		"libggml.metal.v0.4.0.dylib":  {"darwin", "ggml"},
		"libggml-base.dylib":          {"darwin", "ggml-base"},
		"libggml-metal.so":            {"darwin", "ggml-metal"},
		"llama.vulkan.v0.4.0.dll":     {"windows", "llama"},
		"ggml.cuda.v0.4.0.dll":        {"windows", "ggml"},
		"ggml-cuda.dll":               {"windows", "ggml-cuda"},
		"libllama.cuda.v0.4.0.so":     {"linux", "llama"},
		"libggml-vulkan.so":           {"linux", "ggml-vulkan"},
	} {
		matches := 0
		for _, pattern := range filePatterns(c.goos, c.name) {
			if ok, err := filepath.Match(pattern, file); err != nil {
				t.Fatal(err)
			} else if ok {
				matches++
			}
		}
		if matches != 1 {
			t.Errorf("%s is found %d times as %s on %s", file, matches, c.name, c.goos)
		}
		for _, pattern := range filePatterns(c.goos, "other") {
			if ok, _ := filepath.Match(pattern, file); ok {
				t.Errorf("%s is taken for other", file)
			}
		}
	}
}

func TestTheCardIsFoundByItsAddressOrElseItsName(t *testing.T) {
	two := []Device{{Description: "NVIDIA GeForce RTX 3090", PCI: "0000:0a:00.0"}, {Description: "NVIDIA GeForce RTX 3090", PCI: "0000:01:00.0"}}
	mesa := []Device{{Description: "Intel(R) Graphics (ADL GT2)"}, {Description: "AMD Radeon RX 7800 XT (RADV NAVI32)"}}
	for name, c := range map[string]struct {
		card    Card
		devices []Device
		want    int
		err     string
	}{
		"any":                         {Card{}, two, 0, ""},
		"by address":                  {Card{PCI: "0000:01:00.0", Name: "NVIDIA GeForce RTX 3090"}, two, 1, ""},
		"address in other letters":    {Card{PCI: "0000:0A:00.0"}, two, 0, ""},
		"another address":             {Card{PCI: "0000:02:00.0", Name: "NVIDIA GeForce RTX 3090"}, two, 0, "does not find NVIDIA GeForce RTX 3090"},
		"by name, no address here":    {Card{Name: "NVIDIA GeForce RTX 3090"}, two, 0, ""},
		"by name, no address there":   {Card{PCI: "0000:03:00.0", Name: "AMD Radeon RX 7800 XT"}, mesa, 1, ""},
		"a longer name":               {Card{Name: "NVIDIA GeForce RTX 309"}, two, 0, "does not find"},
		"another name":                {Card{Name: "RTX 4070"}, mesa, 0, "it finds Intel"},
		"an address without a name":   {Card{PCI: "0000:03:00.0"}, mesa, 0, "does not find"},
		"a driver that finds nothing": {Card{Name: "X"}, nil, 0, "no card"},
	} {
		got, err := c.card.among(c.devices)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: got %d, %v", name, got, err)
		}
	}
}

func TestMissingLibraryIsTold(t *testing.T) {
	dir := t.TempDir()
	touch(t, filepath.Join(dir, "libcudart.so.13"))

	var opened []string
	lacks := func(missing string) func(string) (uintptr, error) {
		opened = nil
		return func(path string) (uintptr, error) {
			opened = append(opened, path)
			if filepath.Base(path) == missing {
				return 0, errors.New("cannot open shared object file")
			}
			return 1, nil
		}
	}
	for _, c := range []struct{ goos, backend, missing, want string }{
		{"linux", CUDA, "libcuda.so.1", "comes with NVIDIA's driver"},
		{"linux", CUDA, "libcublas.so.13", "CUDA 13 libraries, is not on this computer; put them into a folder named cuda"},
		{"linux", CUDA, "libcudart.so.13", "libcudart.so.13 can't be loaded: cannot open"},
		{"linux", CUDA12, "libcudart.so.12", CUDADirEnv},
		{"linux", Vulkan, "libvulkan.so.1", "libvulkan1"},
		{"windows", CUDA, "cublasLt64_13.dll", "cublasLt64_13.dll, one of NVIDIA's CUDA 13"},
		{"windows", CUDA12, "nvcuda.dll", "driver"},
		{"windows", Vulkan, "vulkan-1.dll", "graphics driver"},
	} {
		err := loadNeeds(needsOf(c.goos, c.backend), []string{dir}, lacks(c.missing))
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, c.want) {
			t.Errorf("%s without %s: error = %v, want one about %q", c.backend, c.missing, err, c.want)
		}
	}

	if err := loadNeeds(needsOf("linux", CUDA), []string{"/none", dir}, lacks("")); err != nil {
		t.Error(err)
	}
	if got, want := strings.Join(opened, " "), "libcuda.so.1 "+filepath.Join(dir, "libcudart.so.13")+" libcublasLt.so.13 libcublas.so.13"; got != want {
		t.Errorf("opened %s, want %s", got, want)
	}
	if needs := needsOf("darwin", Metal); len(needs) != 0 {
		t.Errorf("Metal needs %+v", needs)
	}
}
