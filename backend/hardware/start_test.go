package hardware

import (
	"runtime"
	"strings"
	"testing"

	"helium/inference/ggml"
	"helium/inference/worker"
	"helium/inference/worker/workertest"
)

// TestMain makes the test binary an engine when it is started as one.
func TestMain(m *testing.M) { workertest.Main(m) }

// The real packages that are here, on a computer that is said to have a card
// which it has not: each refuses, and the processor computes.
func TestEnginesThatRefuseACardLeaveTheProcessor(t *testing.T) {
	installed, err := ggml.Installed()
	if err != nil {
		t.Fatal(err)
	}
	card := Device{Kind: GPU, Name: "NVIDIA GeForce RTX 9999", MemoryMB: 12282, Maker: Nvidia, PCI: "ffff:01:00.0", Compute: 89, Driver: "600.10"}
	plan, err := Choose([]Device{card, {Kind: CPU, Name: "Ryzen 7", MemoryMB: 8192}}, nil, installed, ggml.Offered(runtime.GOOS, runtime.GOARCH))
	if err != nil {
		t.Fatal(err)
	}

	engine, choice, err := plan.Start(t.Context(), worker.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	info, err := engine.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if choice.Package.Backend != ggml.CPU || !strings.HasPrefix(info.Backend, "cpu-") {
		t.Errorf("chosen is %+v, the engine computes with %s", choice, info.Backend)
	}
	for _, refused := range plan.Choices[:len(plan.Choices)-1] {
		if want := "Your RTX 9999 can't be used with " + refused.With + ": "; !strings.Contains(choice.Why.String(), want) {
			t.Errorf("%q does not say %q", choice.Why, want)
		}
	}
	t.Log(plan.Explain(choice))
}

func TestTheEngineLeavesAQuarterOfTheMemory(t *testing.T) {
	half := Device{Kind: CPU, MemoryMB: 8 << 10} // of 16 GB
	p := Plan{Choices: []Choice{{Device: Device{Kind: GPU, MemoryMB: 24 << 10}}, {Device: half}}}
	if got := p.engineMemory(); got != 12<<30 {
		t.Errorf("it may take %d bytes, want 12 GB", got)
	}
	if got := (Plan{}).engineMemory(); got != 0 {
		t.Errorf("without a processor it may take %d bytes, want no limit", got)
	}
}

func TestModelsTakeWhatEveryDeviceOfTheClassHas(t *testing.T) {
	for _, c := range []struct {
		device Device
		want   uint64
	}{
		{Device{Kind: GPU, MemoryMB: 24564}, 24<<30 - 24<<30/16},
		{Device{Kind: GPU, MemoryMB: 24000}, 24<<30 - 24<<30/16},
		{Device{Kind: CPU, MemoryMB: 7900}, 4 << 30},
		{Device{Kind: CPU, MemoryMB: 100}, 1 << 30},
	} {
		if got := c.device.ModelMemory(); got != c.want {
			t.Errorf("%+v gives models %d bytes, want %d", c.device, got, c.want)
		}
	}
}
