// Package hardware finds what this computer can run tasks on, and chooses the
// engine package for it with a reason that its owner can read.
//
// A device is a graphics card, or the processor where no card can be used.
// Its memory is what counts towards a GPU class: the card's own, or for
// processors and Apple's shared memory the part that can be given to a model.
// Detection asks the driver's own tools and never guesses: a device that could
// not be read is left out and the reason is said.
package hardware

import (
	"context"
	"io/fs"
	"log/slog"
	"math/bits"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"helium/backend/hardware/tool"
	"helium/backend/protocol"
)

// Kind of a device.
type Kind string

const (
	GPU Kind = "gpu"
	CPU Kind = "cpu"
)

// Device is something that tasks can run on.
type Device struct {
	Kind Kind
	// Name as the driver gives it.
	Name string
	// MemoryMB is what a model may take, in MiB.
	MemoryMB int
	// Maker of a card; empty for the processor.
	Maker Maker
	// PCI is a card's address, as in 0000:01:00.0, where the driver tells it.
	PCI string
	// Compute is ten times the compute capability of NVIDIA's cards, and Driver
	// their driver's version; 0 and "" where they are not told.
	Compute int
	Driver  string
}

// Maker of a card.
type Maker string

const (
	Nvidia Maker = "nvidia"
	AMD    Maker = "amd"
	Intel  Maker = "intel"
	Apple  Maker = "apple"
)

// short is the name without what everybody knows.
func (d Device) short() string {
	if d.Kind == CPU {
		return "processor"
	}
	return strings.TrimPrefix(strings.TrimPrefix(d.Name, "NVIDIA "), "GeForce ")
}

// CPUCard is the card name of every processor's class: which bits a processor
// computes depends on the instruction set that the engine's runtime names, not
// on the model printed on it.
const CPUCard = "CPU"

// Class of the device under an engine whose runtime is as given, e.g. "cpu-haswell/0.4.0".
func (d Device) Class(runtime string) protocol.GPUClass {
	if d.Kind == CPU {
		return protocol.GPUClass{Card: CPUCard, VRAMGB: stepDown(d.MemoryMB), Runtime: runtime}
	}
	return protocol.GPUClass{Card: d.Name, VRAMGB: uint16((d.MemoryMB + 1023) / 1024), Runtime: runtime}
}

// ModelMemory is what models may take together on every device of the class, in
// bytes, so that all refuse alike. A sixteenth of a card is for its driver and the
// screen.
func (d Device) ModelMemory() uint64 {
	memory := uint64(d.Class("").VRAMGB) << 30
	if d.Kind == GPU {
		memory -= memory / 16
	}
	return memory
}

// stepDown rounds memory down to a power of two GB, so that processors of much
// the same size share a class. At least 1.
func stepDown(mb int) uint16 {
	gb := uint16(min(mb/1024, 1<<15))
	if gb == 0 {
		return 1
	}
	return 1 << (bits.Len16(gb) - 1)
}

// runner asks a program; tool.Ask does.
type runner func(ctx context.Context, name string, args ...string) ([]byte, error)

// seen is what was found: cards that can be used, the best first, and why others
// can't.
type seen struct {
	cards  []Device
	passed protocol.Phrases
}

func (s *seen) pass(why *protocol.Phrase) {
	alike := func(p *protocol.Phrase) bool { return p.String() == why.String() } // as of two cards
	if !slices.ContainsFunc(s.passed, alike) {
		s.passed = append(s.passed, why)
	}
}

// unusable says of a card that it can't be used, and why.
func unusable(card string, why protocol.Phrases) *protocol.Phrase {
	return protocol.Say("card_unusable", "Your {card} can't be used: {why}.", card, why)
}

// not is a card that can't be used.
func (s *seen) not(card string, why *protocol.Phrase) { s.pass(unusable(card, protocol.Phrases{why})) }

// leastMemory is what a card of its maker must have of its own, in MiB. Graphics
// built into a processor of AMD or Intel borrow up to two GB, and say that it is
// their own.
func leastMemory(m Maker) int {
	if m == Nvidia {
		return 1 << 10
	}
	return 3 << 10
}

// mostMemory is what no card has, in MiB: a driver that says more is wrong.
const mostMemory = 4 << 20

// add takes a card, or says why not.
func (s *seen) add(d Device) {
	switch least := leastMemory(d.Maker); {
	case d.MemoryMB <= 0 || d.MemoryMB > mostMemory:
		s.not(d.short(), protocol.Say("card_no_memory", "its driver does not tell its memory"))
	case d.MemoryMB < least:
		s.not(d.short(), protocol.Say("card_small", "it has less than {gb} GB of memory of its own", least>>10))
	default:
		s.cards = append(s.cards, d)
	}
}

// nameable says whether a driver's answer can be the name of a card. In brackets
// it says why it tells none.
func nameable(name string) bool {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	return name != "" && len(name) <= 100 && name[0] != '[' && name != "ERR!" && !strings.ContainsFunc(name, odd)
}

// Detect lists the devices of this computer, the best first; the processor is
// always the last. Passed says of cards that are none why they can't be used,
// for Choose.
func Detect(ctx context.Context, log *slog.Logger) (devices []Device, passed protocol.Phrases) {
	ask := func(ctx context.Context, name string, args ...string) ([]byte, error) {
		out, err := tool.Ask(ctx, 10*time.Second, name, args...)
		if err != nil {
			log.Debug("look for cards", "err", err)
		}
		return out, err
	}
	var system fs.FS
	if runtime.GOOS == "linux" {
		system = os.DirFS("/")
	}
	found := detectCards(ctx, runtime.GOOS, ask, system)
	return append(found.cards, processor(log)), found.passed
}

// detectCards looks for the cards of a system; files are those of Linux.
func detectCards(ctx context.Context, goos string, ask runner, files fs.FS) seen {
	var found seen
	if goos == "darwin" {
		found.apple(ctx, ask)
		return found
	}
	hasTool := found.nvidia(ctx, ask)
	switch goos {
	case "linux":
		found.linux(files, hasTool)
	case "windows":
		found.windows(ctx, ask, hasTool)
	}
	sort.SliceStable(found.cards, func(i, j int) bool { return found.cards[i].MemoryMB > found.cards[j].MemoryMB })
	return found
}

// processor reads name and memory; half of the memory may go to a model, the
// rest is the owner's.
func processor(log *slog.Logger) Device {
	d := Device{Kind: CPU, Name: "processor (" + runtime.GOARCH + ")", MemoryMB: 2048}
	if name, err := processorName(); err != nil {
		log.Warn("read the processor's name", "err", err)
	} else if name != "" {
		d.Name = name
	}
	if bytes, err := systemMemory(); err != nil {
		log.Warn("read the memory's size", "err", err)
	} else if bytes > 0 {
		d.MemoryMB = int(bytes >> 21)
	}
	return d
}
