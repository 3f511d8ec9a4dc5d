package hardware

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

func nvidiaCards(ctx context.Context, run runner) ([]Device, error) {
	query := func(fields string) ([]byte, error) {
		return run(ctx, "nvidia-smi", "--query-gpu="+fields, "--format=csv,noheader,nounits")
	}
	out, err := query("name,memory.total,pci.bus_id,driver_version,compute_cap")
	if err != nil { // a tool of before 2022 doesn't know the last field
		out, err = query("name,memory.total,pci.bus_id,driver_version")
	}
	if err != nil {
		return nil, err
	}
	return parseNvidiaSMI(string(out))
}

// parseNvidiaSMI reads "name, MiB, address, driver, capability" lines, of which
// the last field may lack. A card whose memory the driver does not tell is left
// out; the error names it.
func parseNvidiaSMI(out string) ([]Device, error) {
	r := csv.NewReader(strings.NewReader(out))
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read nvidia-smi: %w", err)
	}

	var cards []Device
	var problems []error
	for _, row := range rows {
		if len(row) < 4 {
			problems = append(problems, fmt.Errorf("read nvidia-smi: line %q is not name, memory, address, driver", strings.Join(row, ", ")))
			continue
		}
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		mb, err := strconv.Atoi(row[1])
		if err != nil || mb <= 0 || row[0] == "" {
			problems = append(problems, fmt.Errorf("read nvidia-smi: %s has memory %q", row[0], row[1]))
			continue
		}
		card := Device{Kind: GPU, Name: row[0], MemoryMB: mb, Maker: Nvidia, PCI: pciAddress(row[2]), Driver: row[3]}
		if len(row) > 4 {
			card.Compute = parseCompute(row[4])
		}
		cards = append(cards, card)
	}
	sort.SliceStable(cards, func(i, j int) bool { return cards[i].MemoryMB > cards[j].MemoryMB })
	return cards, errors.Join(problems...)
}

// pciAddress brings NVIDIA's 00000000:01:00.0 into the form of everybody else.
func pciAddress(s string) string {
	domain, rest, ok := strings.Cut(strings.ToLower(s), ":")
	number, err := strconv.ParseUint(domain, 16, 32)
	if !ok || err != nil {
		return ""
	}
	return fmt.Sprintf("%04x:%s", number, rest)
}

// parseCompute reads 8.9 as 89; anything else is not known.
func parseCompute(s string) int {
	major, minor, _ := strings.Cut(s, ".")
	a, err := strconv.Atoi(major)
	b, err2 := strconv.Atoi(minor)
	if err != nil || err2 != nil || a < 1 || b < 0 || b > 9 {
		return 0
	}
	return 10*a + b
}

// amdCards reads what the amdgpu driver says under /sys/class/drm.
func amdCards(drm string) ([]Device, error) {
	paths, err := filepath.Glob(filepath.Join(drm, "card[0-9]*", "device", "mem_info_vram_total"))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", drm, err)
	}
	var cards []Device
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			return cards, fmt.Errorf("read card: %w", err)
		}
		bytes, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		if err != nil || bytes < 1<<30 {
			continue // graphics built into a processor has no memory of its own to speak of
		}
		name := "AMD graphics card"
		if b, err := os.ReadFile(filepath.Join(filepath.Dir(path), "product_name")); err == nil && len(strings.TrimSpace(string(b))) > 0 {
			name = strings.TrimSpace(string(b))
		}
		cards = append(cards, Device{Kind: GPU, Name: name, MemoryMB: int(bytes >> 20), Maker: AMD, PCI: slotName(filepath.Dir(path))})
	}
	return cards, nil
}

// slotName is a device's address as the kernel tells it.
func slotName(device string) string {
	b, err := os.ReadFile(filepath.Join(device, "uevent"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if address, ok := strings.CutPrefix(line, "PCI_SLOT_NAME="); ok {
			return strings.TrimSpace(address)
		}
	}
	return ""
}

func appleCards(ctx context.Context, run runner) ([]Device, error) {
	out, err := run(ctx, "system_profiler", "SPDisplaysDataType", "-json")
	if err != nil {
		return nil, err
	}
	memory, err := run(ctx, "sysctl", "-n", "hw.memsize")
	if err != nil {
		return nil, err
	}
	return parseSystemProfiler(out, string(memory))
}

// parseSystemProfiler reads Apple's report. Apple silicon shares its memory:
// two thirds of it may go to a model.
func parseSystemProfiler(out []byte, memsize string) ([]Device, error) {
	var report struct {
		Displays []struct {
			Model  string `json:"sppci_model"`
			Vendor string `json:"spdisplays_vendor"`
			Metal  string `json:"spdisplays_mtlgpufamilysupport"`
		} `json:"SPDisplaysDataType"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return nil, fmt.Errorf("read system_profiler: %w", err)
	}
	total, err := strconv.ParseInt(strings.TrimSpace(memsize), 10, 64)
	if err != nil || total <= 0 {
		return nil, fmt.Errorf("read hw.memsize: %q is not a size", strings.TrimSpace(memsize))
	}
	var cards []Device
	for _, d := range report.Displays {
		if strings.HasPrefix(d.Model, "Apple ") {
			cards = append(cards, Device{Kind: GPU, Name: d.Model, MemoryMB: int(total >> 20 * 2 / 3), Maker: Apple})
		}
	}
	return cards, nil
}
