package hardware

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"helium/inference/ggml"
	"helium/inference/worker"
)

func TestChooseSaysWhatIsUsedAndWhy(t *testing.T) {
	const (
		linux, windows, mac, arm = "linux/amd64", "windows/amd64", "darwin/arm64", "linux/arm64"
	)
	rtx4070 := nvidia("NVIDIA GeForce RTX 4070", 12282, 89, "581.29")
	rtx2060 := nvidia("NVIDIA GeForce RTX 2060", 6144, 75, "581.29")
	gtx1060 := nvidia("NVIDIA GeForce GTX 1060 6GB", 6144, 61, "572.16")
	old := nvidia("NVIDIA GeForce RTX 3060", 12288, 0, "470.256.02")
	radeon := Device{Kind: GPU, Name: "AMD Radeon RX 7800 XT", MemoryMB: 16368, Maker: AMD}
	m2 := Device{Kind: GPU, Name: "Apple M2", MemoryMB: 10922, Maker: Apple}

	for name, c := range map[string]struct {
		system    string
		cards     []Device
		installed string
		used      string // backends of the choices, in order
		why       string // of the first choice
		wanted    string
	}{
		"cuda": {windows, []Device{rtx4070}, "cpu vulkan cuda", "cuda vulkan cpu",
			"Your RTX 4070 is used with CUDA.", ""},
		"vulkan, for want of cuda": {windows, []Device{rtx4070}, "cpu vulkan", "vulkan cpu",
			"Your RTX 4070 is used with Vulkan: the CUDA package is not installed.", "cuda"},
		"nothing for the card": {linux, []Device{rtx4070}, "cpu", "cpu",
			"The processor is used. Your RTX 4070 can't be used: the CUDA package is not installed; the Vulkan package is not installed.", "cuda vulkan"},
		"too old for CUDA 13": {windows, []Device{gtx1060}, "cpu vulkan cuda", "vulkan cpu",
			"Your GTX 1060 6GB is used with Vulkan: it is too old for CUDA 13 (compute capability 6.1, it takes 7.5 or newer); the CUDA 12 package is not installed.", "cuda12"},
		"CUDA 12": {windows, []Device{gtx1060}, "cpu vulkan cuda cuda12", "cuda12 vulkan cpu",
			"Your GTX 1060 6GB is used with CUDA 12: it is too old for CUDA 13 (compute capability 6.1, it takes 7.5 or newer).", ""},
		"old driver": {linux, []Device{old}, "cpu vulkan cuda cuda12", "vulkan cpu",
			"Your RTX 3060 is used with Vulkan: driver 470.256.02 is too old for CUDA 13 (needs 590 or newer); driver 470.256.02 is too old for CUDA 12 (needs 550 or newer).", ""},
		"driver that runs but does not translate": {windows, []Device{rtx2060}, "cpu vulkan cuda cuda12", "cuda12 vulkan cpu",
			"Your RTX 2060 is used with CUDA 12: driver 581.29 is too old for CUDA 13 (needs 590 or newer).", ""},
		"amd": {windows, []Device{radeon}, "cpu vulkan cuda", "vulkan cpu",
			"Your AMD Radeon RX 7800 XT is used with Vulkan.", ""},
		"the second of two": {linux, []Device{radeon, rtx4070}, "cpu cuda", "cuda cpu",
			"Your RTX 4070 is used with CUDA. Your AMD Radeon RX 7800 XT can't be used: the Vulkan package is not installed.", "vulkan"},
		"apple": {mac, []Device{m2}, "metal cpu", "metal cpu",
			"Your Apple M2 is used with Metal.", ""},
		"no card": {linux, nil, "cpu vulkan", "cpu",
			"The processor is used: no graphics card was found.", ""},
		"no package for the system": {arm, []Device{radeon}, "cpu", "cpu",
			"The processor is used. Your AMD Radeon RX 7800 XT can't be used: there is no Vulkan package for this system.", ""},
	} {
		devices := append(c.cards[:len(c.cards):len(c.cards)], Device{Kind: CPU, Name: "Ryzen 7", MemoryMB: 8192})
		var installed []ggml.Package
		for backend := range strings.FieldsSeq(c.installed) {
			installed = append(installed, ggml.Package{Dir: "/" + backend, Backend: backend})
		}
		goos, goarch, _ := strings.Cut(c.system, "/")
		plan, err := Choose(devices, nil, installed, ggml.Offered(goos, goarch))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}

		var used, wanted []string
		for _, choice := range plan.Choices {
			used = append(used, choice.Package.Backend)
		}
		for _, want := range plan.Wanted {
			wanted = append(wanted, want.Backend)
		}
		if got := strings.Join(used, " "); got != c.used {
			t.Errorf("%s: choices are %s, want %s", name, got, c.used)
		}
		if got := plan.Choices[0].Why.String(); got != c.why {
			t.Errorf("%s: why is\n%s, want\n%s", name, got, c.why)
		}
		if got := strings.Join(wanted, " "); got != c.wanted {
			t.Errorf("%s: wanted is %q, want %q", name, got, c.wanted)
		}
	}

	if _, err := Choose([]Device{rtx4070}, nil, nil, nil); err == nil {
		t.Error("chose without any package")
	}
}

func TestWantedNamesThePackagesToFetch(t *testing.T) {
	gtx := nvidia("NVIDIA GeForce GTX 1060 6GB", 6144, 61, "572.16")
	plan, err := Choose([]Device{gtx, {Kind: CPU}}, nil, []ggml.Package{{Backend: ggml.CPU}}, ggml.Offered("windows", "amd64"))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(plan.Wanted[0].Packages); got != "[@node-llama-cpp/win-x64-cuda @node-llama-cpp/win-x64-cuda-ext]" {
		t.Errorf("packages are %s", got)
	}
	if got := plan.Explain(plan.Choices[0]).String(); !strings.Contains(got, "With the CUDA 12 package your GTX 1060 6GB would be used") || !strings.Contains(got, "NVIDIA's CUDA 12 libraries") {
		t.Errorf("explained as %s", got)
	}
}

func TestARefusedChoiceLeadsToTheNextWithItsReason(t *testing.T) {
	card := nvidia("NVIDIA GeForce RTX 4070", 12282, 89, "581.29")
	plan, err := Choose([]Device{card, {Kind: CPU, Name: "Ryzen 7"}}, nil, []ggml.Package{{Backend: ggml.CUDA}, {Backend: ggml.Vulkan}, {Backend: ggml.CPU}}, nil)
	if err != nil {
		t.Fatal(err)
	}

	refuse := func(backend, reason string) func(Choice) error {
		return func(c Choice) error {
			if c.Package.Backend == backend {
				return fmt.Errorf("start engine: %w", &worker.RefusedError{Reason: reason})
			}
			return nil
		}
	}
	choice, err := plan.first(t.Context(), refuse(ggml.CUDA, "cublas64_13.dll is not on this computer"))
	want := "Your RTX 4070 can't be used with CUDA: cublas64_13.dll is not on this computer. Your RTX 4070 is used with Vulkan."
	if err != nil || choice.Package.Backend != ggml.Vulkan || choice.Why.String() != want {
		t.Errorf("got %s, %v: %s", choice.Package.Backend, err, choice.Why)
	}

	if _, err := plan.first(t.Context(), func(c Choice) error { return errors.New("no " + c.With) }); err == nil || !strings.Contains(err.Error(), "no CUDA\nno Vulkan\nno CPU") {
		t.Errorf("error of a computer without an engine = %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	if _, err := plan.first(ctx, func(Choice) error { tries++; cancel(); return ctx.Err() }); !errors.Is(err, context.Canceled) || tries != 1 {
		t.Errorf("%d tries after the end, error %v", tries, err)
	}
}

func TestTheEngineIsToldWhichCard(t *testing.T) {
	card := nvidia("NVIDIA GeForce RTX 4070", 12282, 89, "581.29")
	if got := card.card(); got != (ggml.Card{PCI: "0000:01:00.0", Name: "NVIDIA GeForce RTX 4070"}) {
		t.Errorf("card = %+v", got)
	}
	for _, d := range []Device{{Kind: CPU, Name: "Ryzen 7"}, {Kind: GPU, Name: "Apple M2", Maker: Apple}} {
		if got := d.card(); got != (ggml.Card{}) {
			t.Errorf("%s: card = %+v", d.Name, got)
		}
	}
}
