package hardware

import (
	"fmt"
	"slices"

	"helium/backend/protocol"
)

// Pick is which device the owner wants tasks to run on. The zero value is the best
// that there is.
type Pick struct {
	// Kind is CPU for the processor, GPU for the card that Name and PCI tell, and
	// empty for the best.
	Kind Kind   `json:"kind,omitempty"`
	Name string `json:"name,omitempty"`
	PCI  string `json:"pci,omitempty"`
}

// Best is the ID of no choice in particular.
const Best = "best"

// ID names the pick for screens: "best", "cpu", or a card by its address and name.
func (p Pick) ID() string {
	switch p.Kind {
	case CPU:
		return string(CPU)
	case GPU:
		return p.PCI + "/" + p.Name
	}
	return Best
}

// PickOf is the pick of this device and no other.
func PickOf(d Device) Pick {
	if d.Kind == CPU {
		return Pick{Kind: CPU}
	}
	return Pick{Kind: GPU, Name: d.Name, PCI: d.PCI}
}

// Check says what is wrong with a pick that was read from somewhere.
func (p Pick) Check() error {
	switch p.Kind {
	case "", CPU:
		if p.Name != "" || p.PCI != "" {
			return fmt.Errorf("a device of kind %q has a card's name or address", p.Kind)
		}
		return nil
	case GPU:
		if p.Name == "" || len(p.Name) > 256 || len(p.PCI) > 32 {
			return fmt.Errorf("%.40q at %.40q is no card", p.Name, p.PCI)
		}
		return nil
	}
	return fmt.Errorf("%.20q is no kind of device", p.Kind)
}

// Find is the device that is meant: the card at its address, or, where it was put
// into another slot, the only one of its name.
func (p Pick) Find(devices []Device) (Device, bool) {
	switch p.Kind {
	case "":
		if len(devices) == 0 {
			return Device{}, false
		}
		return devices[0], true
	case CPU:
		i := slices.IndexFunc(devices, func(d Device) bool { return d.Kind == CPU })
		if i < 0 {
			return Device{}, false
		}
		return devices[i], true
	}
	var named []Device
	for _, d := range devices {
		if d.Kind != GPU || d.Name != p.Name {
			continue
		}
		if d.PCI == p.PCI {
			return d, true
		}
		named = append(named, d)
	}
	if len(named) == 1 {
		return named[0], true
	}
	return Device{}, false
}

// Prefer is the plan with the picked device before all others, and none but it and
// the processor where it is here. missing says that it isn't, or can't be used, in
// a sentence for the owner; then the plan is what it was.
func (p Plan) Prefer(pick Pick) (preferred Plan, missing protocol.Phrases) {
	if pick.Kind == "" {
		return p, nil
	}
	wanted, ok := pick.Find(p.Devices)
	if !ok {
		return p, protocol.Phrases{protocol.Say("pick_gone", "The {device} that you chose isn't in this computer now.", pick.short())}
	}
	preferred = p
	preferred.Choices = nil
	for _, c := range p.Choices {
		if c.Device == wanted {
			c.Why = slices.Concat(protocol.Phrases{chosen(wanted)}, c.Why)
			preferred.Choices = append(preferred.Choices, c)
		}
	}
	if len(preferred.Choices) == 0 {
		return p, protocol.Phrases{unusablePick(wanted, p.unfit(wanted))}
	}
	if wanted.Kind == CPU {
		preferred.Wanted = nil // packages for cards that the owner does not want
	}
	return preferred, nil
}

func chosen(d Device) *protocol.Phrase {
	if d.Kind == CPU {
		return protocol.Say("pick_cpu", "You chose the processor.")
	}
	return protocol.Say("pick_used", "You chose the {device}.", d.short())
}

func unusablePick(d Device, why protocol.Phrases) *protocol.Phrase {
	if d.Kind == CPU {
		return protocol.Say("pick_cpu_unusable", "The processor that you chose can't be used: {why}.", why)
	}
	return protocol.Say("pick_unusable", "The {device} that you chose can't be used: {why}.", d.short(), why)
}

func (p Pick) short() string { return Device{Kind: p.Kind, Name: p.Name}.short() }

// unfit says why a device has no choice.
func (p Plan) unfit(d Device) protocol.Phrases {
	for _, u := range p.Unfit {
		if u.Device == d {
			return u.Why
		}
	}
	return protocol.Phrases{protocol.Say("package_no", "the engine has no package for it here")}
}

// Usable says whether there is a way to use a device, and else why not, in a
// sentence for the owner.
func (p Plan) Usable(d Device) (ok bool, why *protocol.Phrase) {
	if slices.ContainsFunc(p.Choices, func(c Choice) bool { return c.Device == d }) {
		return true, nil
	}
	return false, protocol.Say("device_unusable", "It can't be used: {why}.", p.unfit(d))
}
