package hardware

import (
	"strings"
	"testing"

	"helium/inference/ggml"
)

func threeDevices() []Device {
	large := nvidia("NVIDIA GeForce RTX 3090", 24576, 86, "600.10")
	small := nvidia("NVIDIA GeForce RTX 3060", 12288, 86, "600.10")
	small.PCI = "0000:02:00.0"
	return []Device{large, small, {Kind: CPU, Name: "Ryzen 7", MemoryMB: 8192}}
}

func planOf(t *testing.T, backends string, devices ...Device) Plan {
	t.Helper()
	var installed []ggml.Package
	for b := range strings.FieldsSeq(backends) {
		installed = append(installed, ggml.Package{Backend: b})
	}
	plan, err := Choose(devices, nil, installed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestThePickedDeviceIsUsedAndNoOther(t *testing.T) {
	d := threeDevices()
	plan := planOf(t, "cuda vulkan cpu", d...)
	for name, c := range map[string]struct {
		pick Pick
		want string // devices of the choices
		why  string
	}{
		"best":      {Pick{}, "RTX 3090, RTX 3090, RTX 3060, RTX 3060, processor", "Your RTX 3090 is used with CUDA."},
		"the other": {PickOf(d[1]), "RTX 3060, RTX 3060", "You chose the RTX 3060. Your RTX 3060 is used with CUDA."},
		"processor": {Pick{Kind: CPU}, "processor", "You chose the processor. The processor is used."},
		"moved":     {Pick{Kind: GPU, Name: d[1].Name, PCI: "0000:09:00.0"}, "RTX 3060, RTX 3060", "You chose the RTX 3060."},
	} {
		got, missing := plan.Prefer(c.pick)
		var devices []string
		for _, choice := range got.Choices {
			devices = append(devices, choice.Device.short())
		}
		if have := strings.Join(devices, ", "); len(missing) > 0 || have != c.want || !strings.HasPrefix(got.Choices[0].Why.String(), c.why) {
			t.Errorf("%s: %s (%s), missing %q", name, have, got.Choices[0].Why, missing)
		}
	}
}

func TestAPickThatIsGoneOrUnfitLeavesThePlanAndSaysWhy(t *testing.T) {
	d := threeDevices()
	twin := d[1]
	twin.PCI = "0000:03:00.0"
	for name, c := range map[string]struct {
		plan Plan
		pick Pick
		want string
	}{
		"gone":                        {planOf(t, "cuda cpu", d[0], d[2]), PickOf(d[1]), "The RTX 3060 that you chose isn't in this computer now."},
		"replaced":                    {planOf(t, "cuda cpu", d...), Pick{Kind: GPU, Name: "AMD Radeon", PCI: d[0].PCI}, "The AMD Radeon that you chose isn't"},
		"one of two, who knows which": {planOf(t, "cuda cpu", d[1], twin, d[2]), Pick{Kind: GPU, Name: d[1].Name, PCI: "0000:09:00.0"}, "isn't in this computer"},
		"no package": {planOf(t, "cpu", d...), PickOf(d[0]),
			"The RTX 3090 that you chose can't be used: there is no CUDA package for this system"},
	} {
		got, missing := c.plan.Prefer(c.pick)
		if !strings.Contains(missing.String(), c.want) || len(got.Choices) != len(c.plan.Choices) {
			t.Errorf("%s: missing %q, choices %+v", name, missing, got.Choices)
		}
	}
	if ok, why := planOf(t, "cpu", d...).Usable(d[0]); ok || !strings.HasPrefix(why.String(), "It can't be used: there is no CUDA package") {
		t.Errorf("usable %v: %s", ok, why)
	}
	if ok, _ := planOf(t, "cpu", d...).Usable(d[2]); !ok {
		t.Error("the processor is unfit")
	}
}

func TestPicksAreChecked(t *testing.T) {
	for _, good := range []Pick{{}, {Kind: CPU}, PickOf(threeDevices()[0])} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []Pick{{Kind: "tpu"}, {Kind: GPU}, {Kind: CPU, Name: "x"}, {PCI: "0"}, {Kind: GPU, Name: strings.Repeat("a", 300)}} {
		if bad.Check() == nil {
			t.Errorf("%.80v is taken", bad)
		}
	}
	ids := map[string]bool{}
	for _, d := range threeDevices() {
		ids[PickOf(d).ID()] = true
	}
	if len(ids) != 3 || (Pick{}).ID() != Best {
		t.Errorf("IDs are %v", ids)
	}
}
