package hardware

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"helium/backend/protocol"
)

// What Linux shows in files, relative to its root. It compiles everywhere, so that
// it is tested everywhere.
const (
	drmFolder = "sys/class/drm"
	// amdNames lists AMD's cards by their numbers; it comes with Mesa's drivers.
	amdNames = "usr/share/libdrm/amdgpu.ids"
)

var cardPattern = regexp.MustCompile(`^card[0-9]+$`)

// linux reads what the drivers say under /sys/class/drm. hasTool says that
// NVIDIA's own tool has told of its cards already.
func (s *seen) linux(files fs.FS, hasTool bool) {
	entries, err := fs.ReadDir(files, drmFolder)
	if err != nil {
		return // no graphics at all
	}
	for _, e := range entries {
		if !cardPattern.MatchString(e.Name()) {
			continue // a socket of a card
		}
		device := path.Join(drmFolder, e.Name(), "device")
		switch line(files, path.Join(device, "vendor")) {
		case "0x1002":
			s.amd(files, device)
		case "0x8086":
			s.not("Intel graphics", protocol.Say("card_linux_memory", "Linux does not tell its memory"))
		case "0x10de":
			if !hasTool {
				s.not("NVIDIA card", protocol.Say("card_no_driver", "NVIDIA's own driver is not installed"))
			}
		}
	}
}

// amd reads what the amdgpu driver says; the radeon driver of older cards tells
// no memory.
func (s *seen) amd(files fs.FS, device string) {
	card := Device{Kind: GPU, Name: amdName(files, device), Maker: AMD, PCI: slotName(files, device)}
	if bytes, err := strconv.ParseInt(line(files, path.Join(device, "mem_info_vram_total")), 10, 64); err == nil && bytes > 0 {
		card.MemoryMB = int(min(bytes>>20, mostMemory+1))
	}
	s.add(card)
}

// amdName is a card's name as its box has it, or else its numbers, by which cards
// are told apart all the same. Few cards tell their name themselves.
func amdName(files fs.FS, device string) string {
	id := strings.TrimPrefix(line(files, path.Join(device, "device")), "0x")
	revision := strings.TrimPrefix(line(files, path.Join(device, "revision")), "0x")
	if f, err := files.Open(amdNames); err == nil {
		defer f.Close()
		if name := nameByNumber(f, id, revision); name != "" {
			return name
		}
	}
	if name := line(files, path.Join(device, "product_name")); nameable(name) {
		return name
	}
	if !nameable(id + revision) {
		return "AMD graphics card"
	}
	return fmt.Sprintf("AMD graphics card %s:%s", id, revision)
}

// nameByNumber reads "device, revision, name" lines of hexadecimal numbers.
func nameByNumber(list io.Reader, device, revision string) string {
	lines, _ := io.ReadAll(io.LimitReader(list, 1<<20)) // what can be read may have the name
	for line := range strings.Lines(string(lines)) {
		fields := strings.SplitN(line, ",", 3)
		if len(fields) != 3 || !strings.EqualFold(strings.TrimSpace(fields[0]), device) || !strings.EqualFold(strings.TrimSpace(fields[1]), revision) {
			continue
		}
		if name := strings.TrimSpace(fields[2]); nameable(name) {
			return name
		}
	}
	return ""
}

// slotName is a device's address as the kernel tells it.
func slotName(files fs.FS, device string) string {
	b, err := fs.ReadFile(files, path.Join(device, "uevent"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if address, ok := strings.CutPrefix(line, "PCI_SLOT_NAME="); ok {
			return pciAddress(strings.TrimSpace(address))
		}
	}
	return ""
}

// line is a file's content without the line's end; empty where it can't be read.
func line(files fs.FS, name string) string {
	b, err := fs.ReadFile(files, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
