package hardware

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"helium/backend/protocol"
	"helium/inference/ggml"
)

// Plan says what this computer should compute with.
type Plan struct {
	// Choices are all that may work, the best first and the processor last. The
	// engine may still refuse one; then the next is due.
	Choices []Choice
	// Wanted are packages that aren't here and would be better than the first
	// choice, the best first.
	Wanted []Want
	// Devices are all that were looked at, and Unfit those of them that no choice is of.
	Devices []Device
	Unfit   []Unfit
}

// Unfit is a device that can't be used, and why.
type Unfit struct {
	Device Device
	Why    protocol.Phrases
}

// Choice is a device and the engine package for it.
type Choice struct {
	Device  Device
	Package ggml.Package
	With    string // the package's name for people, such as CUDA
	Why     protocol.Phrases
}

// Want is a package worth fetching.
type Want struct {
	ggml.Offer
	Why *protocol.Phrase
	// Besides is what else it takes; nil for nothing.
	Besides *protocol.Phrase
}

// way is how the engine may compute on the cards of a maker. One that names
// nothing more takes them all.
type way struct {
	maker   Maker
	backend string
	name    string // for people
	release string // of what it is built on
	// oldest is the least compute capability that the package has code for.
	oldest int
	// native are the capabilities that it has machine code for. The driver
	// translates the rest, and only a driver of the package's own release can.
	native [][2]int
	// driver is the least one for native code, translator the least for the rest.
	driver, translator int
	besides            *protocol.Phrase // what else a person has to get
}

// ways lists them, a maker's best first. The figures for CUDA come from the
// packages' own files: the kernels in them, and that they were built with CUDA
// 13.1 and 12.4. Which driver runs what is NVIDIA's table of compatibility.
func ways() []way {
	return []way{
		{maker: Nvidia, backend: ggml.CUDA, name: "CUDA", release: "CUDA 13", oldest: 75, native: [][2]int{{86, 89}, {120, 121}},
			driver: 580, translator: 590, besides: cudaLibraries("CUDA 13")},
		{maker: Nvidia, backend: ggml.CUDA12, name: "CUDA 12", release: "CUDA 12", oldest: 50, native: [][2]int{{86, 89}},
			driver: 525, translator: 550, besides: cudaLibraries("CUDA 12")},
		{maker: Nvidia, backend: ggml.Vulkan, name: "Vulkan"},
		{maker: AMD, backend: ggml.Vulkan, name: "Vulkan"},
		{maker: Intel, backend: ggml.Vulkan, name: "Vulkan"},
		{maker: Apple, backend: ggml.Metal, name: "Metal"},
	}
}

func cudaLibraries(release string) *protocol.Phrase {
	return protocol.Say("package_libraries", "It also takes NVIDIA's {release} libraries, which are several hundred MB.", release)
}

// unfit says why a card can't be used this way, or nil. What the driver's tool
// does not tell is left to the engine to find out.
func (w way) unfit(d Device) *protocol.Phrase {
	if d.Compute != 0 && d.Compute < w.oldest {
		return protocol.Say("card_old", "it is too old for {release} (compute capability {has}, it takes {needs} or newer)", w.release, capability(d.Compute), capability(w.oldest))
	}

	needs := w.translator
	for _, n := range w.native {
		if n[0] <= d.Compute && d.Compute <= n[1] {
			needs = w.driver
		}
	}
	branch, _, _ := strings.Cut(d.Driver, ".")
	if have, err := strconv.Atoi(branch); err == nil && have < needs {
		return protocol.Say("driver_old", "driver {driver} is too old for {release} (needs {needs} or newer)", d.Driver, w.release, needs)
	}
	return nil
}

func capability(c int) string { return fmt.Sprintf("%d.%d", c/10, c%10) }

// Choose plans for devices, the best first, with the packages that are installed
// and those that exist for this system. Unfit says of cards that are no devices
// why, for who would look for them when the processor is used.
func Choose(devices []Device, unfit protocol.Phrases, installed []ggml.Package, offered []ggml.Offer) (Plan, error) {
	plan := Plan{Devices: devices}
	var passed protocol.Phrases // of every card before: why it can't be used
	for _, d := range devices {
		if d.Kind == CPU {
			plan.addProcessor(d, installed, slices.Concat(passed, unfit))
			continue
		}
		choices, wanted, problems := waysFor(d, installed, offered)
		plan.add(choices, wanted, passed)
		if len(choices) == 0 {
			plan.Unfit = append(plan.Unfit, Unfit{d, problems})
			passed = append(passed, unusable(d.short(), problems))
		}
	}
	if len(plan.Choices) == 0 {
		return Plan{}, errors.New("no device of this computer can be used with the engine's packages that are here")
	}
	return plan, nil
}

// add takes a card's choices. What it wants is wanted only while no choice of a
// better card was found.
func (p *Plan) add(choices []Choice, wanted []Want, passed protocol.Phrases) {
	if len(p.Choices) == 0 {
		p.Wanted = append(p.Wanted, wanted...)
	}
	for _, c := range choices {
		c.Why = slices.Concat(c.Why, passed)
		p.Choices = append(p.Choices, c)
	}
}

func (p *Plan) addProcessor(d Device, installed []ggml.Package, passed protocol.Phrases) {
	i := slices.IndexFunc(installed, func(p ggml.Package) bool { return p.Backend == ggml.CPU })
	if i < 0 {
		return
	}

	why := protocol.Say("cpu_used", "The processor is used.")
	if len(p.Choices) == 0 && len(passed) == 0 {
		why = protocol.Say("cpu_alone", "The processor is used: no graphics card was found.")
	}
	p.Choices = append(p.Choices, Choice{Device: d, Package: installed[i], With: "CPU", Why: slices.Concat(protocol.Phrases{why}, passed)})
}

// waysFor goes through the ways to use a card. Wanted are the ways that only
// lack their package and stand before the first choice.
func waysFor(d Device, installed []ggml.Package, offered []ggml.Offer) (choices []Choice, wanted []Want, problems protocol.Phrases) {
	newerCUDA := false
	for _, w := range ways() {
		if w.maker != d.Maker {
			continue
		}
		at := slices.IndexFunc(offered, func(o ggml.Offer) bool { return o.Backend == w.backend })
		here := slices.IndexFunc(installed, func(p ggml.Package) bool { return p.Backend == w.backend })

		problem := w.unfit(d)
		newerCUDA = newerCUDA || w.backend == ggml.CUDA && problem == nil
		switch {
		case problem != nil:
			problems = append(problems, problem)
		case here >= 0:
			choices = append(choices, Choice{Device: d, Package: installed[here], With: w.name, Why: usedWith(d, w, problems)})
		case newerCUDA && w.backend == ggml.CUDA12:
			// Nobody needs both, and nobody misses the older one.
		case at < 0:
			problems = append(problems, protocol.Say("package_none", "there is no {package} package for this system", w.name))
		default:
			problems = append(problems, protocol.Say("package_missing", "the {package} package is not installed", w.name))
			if len(choices) == 0 {
				why := protocol.Say("package_wanted", "With the {package} package your {card} would be used with {package}.", w.name, d.short())
				wanted = append(wanted, Want{Offer: offered[at], Why: why, Besides: w.besides})
			}
		}
	}
	return choices, wanted, problems
}

func usedWith(d Device, w way, problems protocol.Phrases) protocol.Phrases {
	if len(problems) > 0 {
		return protocol.Phrases{protocol.Say("card_used_because", "Your {card} is used with {package}: {why}.", d.short(), w.name, problems)}
	}
	return protocol.Phrases{protocol.Say("card_used", "Your {card} is used with {package}.", d.short(), w.name)}
}

// Explain says why a choice of the plan is used, and which package would be
// better.
func (p Plan) Explain(c Choice) protocol.Phrases {
	if len(p.Wanted) == 0 {
		return c.Why
	}
	why := append(slices.Clone(c.Why), p.Wanted[0].Why)
	if besides := p.Wanted[0].Besides; besides != nil {
		why = append(why, besides)
	}
	return why
}
