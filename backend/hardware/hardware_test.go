package hardware

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestParseNvidiaSMI(t *testing.T) {
	for name, c := range map[string]struct {
		out  string
		want []Device
		err  string
	}{
		"one":            {"0, NVIDIA GeForce RTX 4070, 12282\n", []Device{{GPU, "NVIDIA GeForce RTX 4070", 12282, "cuda"}}, ""},
		"largest first":  {"0, NVIDIA GeForce GTX 1650, 4096\n1, NVIDIA GeForce RTX 3090, 24576\n", []Device{{GPU, "NVIDIA GeForce RTX 3090", 24576, "cuda"}, {GPU, "NVIDIA GeForce GTX 1650", 4096, "cuda"}}, ""},
		"windows line":   {"0, NVIDIA GeForce RTX 4090, 24564\r\n", []Device{{GPU, "NVIDIA GeForce RTX 4090", 24564, "cuda"}}, ""},
		"unknown memory": {"0, NVIDIA Graphics Device, [N/A]\n1, NVIDIA H100 80GB HBM3, 81559\n", []Device{{GPU, "NVIDIA H100 80GB HBM3", 81559, "cuda"}}, "[N/A]"},
		"no card":        {"", nil, ""},
		"driver gone":    {"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", nil, "not index, name, memory"},
		"negative":       {"0, X, -1048576\n", nil, "-1048576"},
		"cut":            {`0, "NVIDIA`, nil, "nvidia-smi"},
	} {
		got, err := parseNvidiaSMI(c.out)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error is %v, want one about %q", name, err, c.err)
		}
	}
}

func TestParseSystemProfiler(t *testing.T) {
	const m2 = `{"SPDisplaysDataType":[{"_name":"Apple M2","spdisplays_mtlgpufamilysupport":"spdisplays_metal3","spdisplays_vendor":"sppci_vendor_Apple","sppci_model":"Apple M2","sppci_cores":"10"}]}`
	got, err := parseSystemProfiler([]byte(m2), "17179869184\n")
	if want := []Device{{GPU, "Apple M2", 10922, "metal"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	const intel = `{"SPDisplaysDataType":[{"sppci_model":"Intel Iris Plus Graphics","spdisplays_vram_shared":"1536 MB"}]}`
	if got, err := parseSystemProfiler([]byte(intel), "8589934592"); err != nil || len(got) != 0 {
		t.Errorf("graphics of an Intel Mac: %+v, %v", got, err)
	}
	for _, bad := range []string{"", "[]", "{", "null garbage"} {
		if _, err := parseSystemProfiler([]byte(bad), "1"); err == nil {
			t.Errorf("%q: accepted", bad)
		}
	}
	if _, err := parseSystemProfiler([]byte(m2), "lots"); err == nil {
		t.Error("a memory that is no number was accepted")
	}
}

func TestAMDCardsComeFromTheDriversFiles(t *testing.T) {
	drm := t.TempDir()
	write := func(card, name, text string) {
		dir := filepath.Join(drm, card, "device")
		os.MkdirAll(dir, 0o755)
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644)
	}
	write("card0", "mem_info_vram_total", "536870912\n") // built into the processor
	write("card1", "mem_info_vram_total", "17163091968\n")
	write("card1", "product_name", "AMD Radeon RX 7800 XT\n")
	write("card2", "mem_info_vram_total", "garbage\n")
	got, err := amdCards(drm)
	if want := []Device{{GPU, "AMD Radeon RX 7800 XT", 16368, "vulkan"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAToolThatFailsLeavesTheOthers(t *testing.T) {
	run := func(_ context.Context, name string, _ ...string) ([]byte, error) {
		return nil, errors.New(name + ": not found")
	}
	for _, goos := range []string{"darwin", "windows"} {
		if got := detectCards(t.Context(), goos, run, slog.New(slog.DiscardHandler)); len(got) != 0 {
			t.Errorf("%s: got %+v", goos, got)
		}
	}
	all := Detect(t.Context(), slog.New(slog.DiscardHandler))
	if last := all[len(all)-1]; last.Kind != CPU || last.MemoryMB <= 0 || last.Name == "" {
		t.Errorf("this computer's processor is %+v", last)
	}
}

func TestChooseSaysWhy(t *testing.T) {
	card, cpu := Device{GPU, "RTX 4070", 12282, "cuda"}, Device{CPU, "Ryzen 7", 8192, "cpu"}
	d, why, err := Choose([]Device{card, cpu}, []string{"cuda", "cpu"})
	if err != nil || d != card || !strings.Contains(why, "RTX 4070") {
		t.Errorf("got %+v %q %v", d, why, err)
	}
	d, why, err = Choose([]Device{card, cpu}, []string{"cpu"})
	if err != nil || d != cpu || !strings.Contains(why, "RTX 4070 can't be used yet") || !strings.Contains(why, "CUDA") {
		t.Errorf("got %+v %q %v", d, why, err)
	}
	if _, _, err = Choose([]Device{card}, []string{"cpu"}); err == nil {
		t.Error("chose a device for which there is no backend")
	}
}

func TestClassRoundsAsTheContractExpects(t *testing.T) {
	for mb, want := range map[int]uint16{12282: 12, 24564: 24, 81559: 80, 8192: 8, 8193: 9} {
		if got := (Device{GPU, "X", mb, "cuda"}).Class("cuda/0.4.0").VRAMGB; got != want {
			t.Errorf("card with %d MB: %d GB, want %d", mb, got, want)
		}
	}
	for mb, want := range map[int]uint16{100: 1, 1024: 1, 2047: 1, 4096: 4, 12000: 8, 70000: 64} {
		c := (Device{CPU, "Ryzen", mb, "cpu"}).Class("cpu-haswell/0.4.0")
		if c.VRAMGB != want || c.Card != CPUCard {
			t.Errorf("processor with %d MB: %+v, want %d GB", mb, c, want)
		}
	}
}

func FuzzParseNvidiaSMI(f *testing.F) {
	f.Add("0, NVIDIA GeForce RTX 4070, 12282\n")
	f.Fuzz(func(t *testing.T, s string) {
		cards, _ := parseNvidiaSMI(s)
		for _, c := range cards {
			if c.MemoryMB <= 0 {
				t.Errorf("%q gave %+v", s, c)
			}
		}
	})
}
