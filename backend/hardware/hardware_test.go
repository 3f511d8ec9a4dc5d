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

// nvidia is a card as nvidia-smi tells it, at address 0000:01:00.0.
func nvidia(name string, mb, compute int, driver string) Device {
	return Device{Kind: GPU, Name: name, MemoryMB: mb, Maker: Nvidia, PCI: "0000:01:00.0", Compute: compute, Driver: driver}
}

func TestParseNvidiaSMI(t *testing.T) {
	rtx3090 := nvidia("NVIDIA GeForce RTX 3090", 24576, 86, "550.120")
	rtx3090.PCI = "0000:0a:00.0"
	for name, c := range map[string]struct {
		out  string
		want []Device
		err  string
	}{
		"one":            {"NVIDIA GeForce RTX 4070, 12282, 00000000:01:00.0, 581.29, 8.9\n", []Device{nvidia("NVIDIA GeForce RTX 4070", 12282, 89, "581.29")}, ""},
		"largest first":  {"NVIDIA GeForce GTX 1650, 4096, 00000000:01:00.0, 550.120, 7.5\nNVIDIA GeForce RTX 3090, 24576, 00000000:0A:00.0, 550.120, 8.6\n", []Device{rtx3090, nvidia("NVIDIA GeForce GTX 1650", 4096, 75, "550.120")}, ""},
		"windows line":   {"NVIDIA GeForce RTX 5090, 32607, 00000000:01:00.0, 581.29, 12.0\r\n", []Device{nvidia("NVIDIA GeForce RTX 5090", 32607, 120, "581.29")}, ""},
		"old tool":       {"GeForce GTX 1060 6GB, 6078, 00000000:01:00.0, 470.256.02\n", []Device{nvidia("GeForce GTX 1060 6GB", 6078, 0, "470.256.02")}, ""},
		"unknown memory": {"NVIDIA Graphics Device, [N/A], 00000000:02:00.0, 580.65.06, 9.0\nNVIDIA H100 80GB HBM3, 81559, 00000000:01:00.0, 580.65.06, [N/A]\n", []Device{nvidia("NVIDIA H100 80GB HBM3", 81559, 0, "580.65.06")}, "[N/A]"},
		"no card":        {"", nil, ""},
		"driver gone":    {"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", nil, "not name, memory"},
		"negative":       {"X, -1048576, 00000000:01:00.0, 1\n", nil, "-1048576"},
		"cut":            {`"NVIDIA`, nil, "nvidia-smi"},
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

func TestAToolThatDoesNotKnowTheCapabilityIsAskedWithoutIt(t *testing.T) {
	run := func(_ context.Context, _ string, args ...string) ([]byte, error) {
		if strings.Contains(args[0], "compute_cap") {
			return nil, errors.New("Field \"compute_cap\" is not a valid field to query.")
		}
		return []byte("GeForce GTX 1060 6GB, 6078, 00000000:01:00.0, 470.256.02\n"), nil
	}
	got, err := nvidiaCards(t.Context(), run)
	if want := []Device{nvidia("GeForce GTX 1060 6GB", 6078, 0, "470.256.02")}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseSystemProfiler(t *testing.T) {
	const m2 = `{"SPDisplaysDataType":[{"_name":"Apple M2","spdisplays_mtlgpufamilysupport":"spdisplays_metal3","spdisplays_vendor":"sppci_vendor_Apple","sppci_model":"Apple M2","sppci_cores":"10"}]}`
	got, err := parseSystemProfiler([]byte(m2), "17179869184\n")
	if want := []Device{{Kind: GPU, Name: "Apple M2", MemoryMB: 10922, Maker: Apple}}; err != nil || !reflect.DeepEqual(got, want) {
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
	write("card1", "uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:03:00.0\n")
	write("card2", "mem_info_vram_total", "garbage\n")
	got, err := amdCards(drm)
	if want := []Device{{Kind: GPU, Name: "AMD Radeon RX 7800 XT", MemoryMB: 16368, Maker: AMD, PCI: "0000:03:00.0"}}; err != nil || !reflect.DeepEqual(got, want) {
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

func TestClassRoundsAsTheContractExpects(t *testing.T) {
	for mb, want := range map[int]uint16{12282: 12, 24564: 24, 81559: 80, 8192: 8, 8193: 9} {
		if got := (Device{Kind: GPU, Name: "X", MemoryMB: mb}).Class("cuda/0.4.0").VRAMGB; got != want {
			t.Errorf("card with %d MB: %d GB, want %d", mb, got, want)
		}
	}
	for mb, want := range map[int]uint16{100: 1, 1024: 1, 2047: 1, 4096: 4, 12000: 8, 70000: 64} {
		c := (Device{Kind: CPU, Name: "Ryzen", MemoryMB: mb}).Class("cpu-haswell/0.4.0")
		if c.VRAMGB != want || c.Card != CPUCard {
			t.Errorf("processor with %d MB: %+v, want %d GB", mb, c, want)
		}
	}
}

func FuzzParseNvidiaSMI(f *testing.F) {
	f.Add("NVIDIA GeForce RTX 4070, 12282, 00000000:01:00.0, 581.29, 8.9\n")
	f.Fuzz(func(t *testing.T, s string) {
		cards, _ := parseNvidiaSMI(s)
		for _, c := range cards {
			if c.MemoryMB <= 0 {
				t.Errorf("%q gave %+v", s, c)
			}
		}
	})
}
