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
	"fmt"
	"log/slog"
	"math/bits"
	"os/exec"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/jaypipes/ghw"

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

// runner starts a program and returns what it printed.
type runner func(ctx context.Context, name string, args ...string) ([]byte, error)

// Detect lists the devices of this computer, the best first; the processor is
// always the last.
func Detect(ctx context.Context, log *slog.Logger) []Device {
	return append(detectCards(ctx, runtime.GOOS, execute, log), processor(log))
}

func detectCards(ctx context.Context, goos string, run runner, log *slog.Logger) []Device {
	var cards []Device
	add := func(found []Device, err error) {
		if err != nil {
			log.Debug("look for cards", "err", err)
		}
		cards = append(cards, found...)
	}
	if goos == "darwin" {
		add(appleCards(ctx, run))
		return cards
	}
	add(nvidiaCards(ctx, run))
	switch goos {
	case "linux":
		add(amdCards("/sys/class/drm"))
	case "windows":
		add(windowsCards(ctx, run))
	}
	sort.SliceStable(cards, func(i, j int) bool { return cards[i].MemoryMB > cards[j].MemoryMB })
	return cards
}

// processor reads name and memory; half of the memory may go to a model, the
// rest is the owner's.
func processor(log *slog.Logger) Device {
	d := Device{Kind: CPU, Name: "processor (" + runtime.GOARCH + ")", MemoryMB: 2048}
	if info, err := ghw.CPU(); err != nil {
		log.Debug("read the processor's name", "err", err)
	} else if len(info.Processors) > 0 && info.Processors[0].Model != "" {
		d.Name = info.Processors[0].Model
	}
	if info, err := ghw.Memory(); err != nil {
		log.Debug("read the memory's size", "err", err)
	} else if info.TotalUsableBytes > 0 {
		d.MemoryMB = int(info.TotalUsableBytes >> 21)
	}
	return d
}

// commandTime is how long a driver's tool may take.
const commandTime = 10 * time.Second

func execute(ctx context.Context, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	withoutWindow(cmd)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", name, err)
	}
	return out, nil
}
