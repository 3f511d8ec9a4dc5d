package hardware

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"helium/backend/hardware/tool"
	"helium/backend/protocol"
)

// nvidia asks NVIDIA's own tool, and says whether it is here.
func (s *seen) nvidia(ctx context.Context, ask runner) (hasTool bool) {
	query := func(fields string) ([]byte, error) {
		return ask(ctx, "nvidia-smi", "--query-gpu="+fields, "--format=csv,noheader,nounits")
	}
	out, err := query("name,memory.total,pci.bus_id,driver_version,compute_cap,mig.mode.current")
	var absent *tool.AbsentError
	if errors.As(err, &absent) {
		return false
	}
	if bytes.Contains(out, []byte("not a valid field")) { // a tool of before 2022 doesn't know the last two
		out, err = query("name,memory.total,pci.bus_id,driver_version")
	}
	answered := s.parseNvidiaSMI(string(out))
	if !answered && err != nil {
		s.pass(protocol.Say("nvidia_silent", "NVIDIA's driver does not answer: {why}.", err))
	}
	return true
}

// parseNvidiaSMI reads "name, MiB, address, driver, capability, divided" lines, of
// which the last two may lack, and says whether there was anything. What else the
// tool prints is why there is no card, or one less.
func (s *seen) parseNvidiaSMI(out string) (answered bool) {
	told := false
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		answered = true
		fields := strings.Split(line, ",")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		switch {
		case strings.HasPrefix(line, "No devices were found"): // the driver of a card that was taken out
		case len(fields) == 4, len(fields) == 6:
			s.nvidiaCard(fields)
		case !told:
			told = true // the first line of an error says it
			s.pass(protocol.Say("nvidia_says", "NVIDIA's driver says: {text}.", plain(line)))
		}
	}
	return answered
}

func (s *seen) nvidiaCard(fields []string) {
	card := Device{Kind: GPU, Name: fields[0], Maker: Nvidia, PCI: pciAddress(fields[2])}
	if !nameable(card.Name) {
		s.pass(protocol.Say("nvidia_nameless", "A card of NVIDIA can't be used: its driver does not tell its name."))
		return
	}
	if mb, err := strconv.Atoi(fields[1]); err == nil {
		card.MemoryMB = mb
	}
	if driver := fields[3]; driver != "" && driver[0] >= '0' && driver[0] <= '9' {
		card.Driver = plain(driver)
	}
	if len(fields) == 6 {
		card.Compute = parseCompute(fields[4])
		if fields[5] == "Enabled" {
			s.not(card.short(), protocol.Say("card_divided", "it is divided into parts (MIG)"))
			return
		}
	}
	s.add(card)
}

// plain is what a tool printed, fit for a sentence.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == '\ufffd' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if runes := []rune(text); len(runes) > 160 {
		text = string(runes[:160]) + "…"
	}
	return strings.TrimRight(text, ". ")
}

var pciPattern = regexp.MustCompile(`^([0-9a-f]{1,8}):([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])$`)

// pciAddress brings NVIDIA's 00000000:01:00.0 into the form of everybody else.
func pciAddress(s string) string {
	parts := pciPattern.FindStringSubmatch(strings.ToLower(s))
	if parts == nil {
		return ""
	}
	domain, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%04x:%s", domain, parts[2])
}

// parseCompute reads 8.9 as 89; anything else is not known.
func parseCompute(s string) int {
	major, minor, _ := strings.Cut(s, ".")
	a, err := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	if err != nil || err2 != nil || a < 1 || a > 99 || b < 0 || b > 9 {
		return 0
	}
	return 10*a + b
}

// apple asks macOS.
func (s *seen) apple(ctx context.Context, ask runner) {
	out, err := ask(ctx, "system_profiler", "SPDisplaysDataType", "-json")
	if err != nil {
		s.pass(protocol.Say("mac_cards", "The Mac does not tell its graphics cards: {why}.", err))
		return
	}
	memory, err := ask(ctx, "sysctl", "-n", "hw.memsize")
	if err != nil {
		s.pass(protocol.Say("mac_memory", "The Mac does not tell its memory: {why}.", err))
		return
	}
	s.parseSystemProfiler(out, string(memory))
}

// parseSystemProfiler reads Apple's report. Apple silicon shares its memory:
// two thirds of it may go to a model. The engine computes on no other card of a
// Mac, nor on the one that a virtual machine shows.
func (s *seen) parseSystemProfiler(out []byte, memsize string) {
	var report struct {
		Displays []struct {
			Model string `json:"sppci_model"`
		} `json:"SPDisplaysDataType"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		s.pass(protocol.Say("mac_report", "The Mac does not tell its graphics cards: its report can't be read."))
		return
	}
	total, err := strconv.ParseInt(strings.TrimSpace(memsize), 10, 64)
	if err != nil || total <= 0 {
		total = 0
	}
	for _, d := range report.Displays {
		name := strings.TrimSpace(d.Model)
		switch {
		case !nameable(name):
		case !strings.HasPrefix(name, "Apple "):
			s.not(name, protocol.Say("card_not_apple", "on a Mac only Apple's own chips can"))
		case strings.Contains(name, "Paravirtual"):
			s.not(name, protocol.Say("card_virtual", "it is that of a virtual machine"))
		default:
			s.add(Device{Kind: GPU, Name: name, MemoryMB: int(total >> 20 * 2 / 3), Maker: Apple})
		}
	}
}
