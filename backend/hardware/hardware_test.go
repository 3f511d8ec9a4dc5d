package hardware

import (
	"log/slog"
	"testing"
)

// nvidia is a card as nvidia-smi tells it, at address 0000:01:00.0.
func nvidia(name string, mb, compute int, driver string) Device {
	return Device{Kind: GPU, Name: name, MemoryMB: mb, Maker: Nvidia, PCI: "0000:01:00.0", Compute: compute, Driver: driver}
}

func TestTheProcessorIsTheLastDevice(t *testing.T) {
	all, _ := Detect(t.Context(), slog.New(slog.DiscardHandler))
	if last := all[len(all)-1]; last.Kind != CPU || last.MemoryMB <= 0 || last.Name == "" {
		t.Errorf("this computer's processor is %+v", last)
	}
	if name, err := processorName(); err != nil || name == "" {
		t.Errorf("the processor's name is %q, %v", name, err)
	}
	if bytes, err := systemMemory(); err != nil || bytes < 256<<20 || bytes > 64<<40 {
		t.Errorf("the memory is %d bytes, %v", bytes, err)
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
