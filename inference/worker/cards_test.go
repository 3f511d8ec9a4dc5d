package worker

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"helium/inference/ggml"
)

// softwareVulkan is Mesa's Vulkan driver that computes on the processor. The
// engine takes such a device only when it is told to.
const softwareVulkan = "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"

// vulkanPackage prepares this process's children for the software device.
func vulkanPackage(t *testing.T) ggml.Package {
	t.Helper()
	if _, err := os.Stat(softwareVulkan); err != nil {
		t.Skip("needs Mesa's software device: apt-get install mesa-vulkan-drivers")
	}
	p := installed(t, ggml.Vulkan)
	t.Setenv("VK_ICD_FILENAMES", softwareVulkan)
	t.Setenv("GGML_VK_VISIBLE_DEVICES", "0")
	return p
}

func installed(t *testing.T, backend string) ggml.Package {
	t.Helper()
	packages, err := ggml.Installed()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if p.Backend == backend {
			return p
		}
	}
	t.Skipf("needs the engine package: make engine-%s", backend)
	return ggml.Package{}
}

func TestVulkanComputesEqualBytesInTwoProcesses(t *testing.T) {
	p, model := vulkanPackage(t), demo(t)
	config := map[string]any{"do_sample": true, "temperature": 1.4, "top_p": 0.95, "max_new_tokens": 30}
	task := question(t, "How does a node earn money?", config)

	var want Result
	var fingerprint string
	for i, threads := range []int{1, 2} {
		said := &lines{}
		e := testEngine(t, func(o *Options) {
			*o = Options{Package: p, Threads: threads, Log: slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		})
		info, err := e.Info(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		if info.Runtime != "vulkan/"+ggml.Version || !strings.Contains(info.Device, "llvmpipe") {
			t.Errorf("the engine computes with %+v", info)
		}

		for range 2 {
			r, err := e.RunGPT(soon(t), GPTRequest{Task: task, Model: model}, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d tokens, %.1f a second, fingerprint %s", info.Device, r.CompletionTokens, float64(r.CompletionTokens)/r.RunSeconds, info.Fingerprint)
			if i == 0 && want.Response == nil {
				want, fingerprint = r, info.Fingerprint
			}
			if !bytes.Equal(r.Response, want.Response) {
				t.Errorf("process %d: %s\nwant %s", i, r.Response, want.Response)
			}
		}
		if info.Fingerprint != fingerprint {
			t.Errorf("fingerprint %s, want %s", info.Fingerprint, fingerprint)
		}
		checkOffload(t, said.text())
		e.Close()
	}

	cpu, err := testEngine(t, nil).Info(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if cpu.Fingerprint == fingerprint {
		t.Error("the fingerprint is that of the processor: the device did not compute")
	}
}

// checkOffload reads in the library's own words that every layer of every model
// went to the device.
func checkOffload(t *testing.T, said string) {
	t.Helper()
	loads := regexp.MustCompile(`offloaded (\d+)/(\d+) layers to GPU`).FindAllStringSubmatch(said, -1)
	if len(loads) == 0 {
		t.Error("the library says of no layer that it is on the device")
	}
	for _, l := range loads {
		t.Log(l[0])
		if l[1] != l[2] {
			t.Errorf("the library %s", l[0])
		}
	}
}

func TestCardThatIsNotThereIsRefused(t *testing.T) {
	p := vulkanPackage(t)
	_, err := Start(soon(t), Options{Package: p, Card: ggml.Card{PCI: "0000:01:00.0", Name: "NVIDIA GeForce RTX 4070"}})
	var refused *RefusedError
	if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "does not find NVIDIA GeForce RTX 4070; it finds llvmpipe") {
		t.Errorf("error = %v", err)
	}

	t.Setenv("GGML_VK_VISIBLE_DEVICES", "") // the engine's own choice: no software
	if _, err := Start(soon(t), Options{Package: p}); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "no card") {
		t.Errorf("error without a card = %v", err)
	}
}

func TestCUDAWithoutItsLibrariesIsRefused(t *testing.T) {
	for _, backend := range []string{ggml.CUDA, ggml.CUDA12} {
		t.Run(backend, func(t *testing.T) {
			e, err := Start(soon(t), Options{Package: installed(t, backend)})
			if err == nil {
				e.Close()
				t.Skip("this computer has a card and all that CUDA needs")
			}
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "is not on this computer") {
				t.Errorf("error = %v", err)
			}
			t.Log(err)
		})
	}
}

// lines keeps what is logged.
type lines struct {
	mu  sync.Mutex // guards what follows
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
