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
	out, err := run(ctx, "nvidia-smi", "--query-gpu=index,name,memory.total", "--format=csv,noheader,nounits")
	if err != nil {
		return nil, err
	}
	return parseNvidiaSMI(string(out))
}

// parseNvidiaSMI reads "index, name, MiB" lines. A card whose memory the driver
// does not tell is left out; the error names it.
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
		if len(row) != 3 {
			problems = append(problems, fmt.Errorf("read nvidia-smi: line %q is not index, name, memory", strings.Join(row, ", ")))
			continue
		}
		mb, err := strconv.Atoi(strings.TrimSpace(row[2]))
		if err != nil || mb <= 0 || row[1] == "" {
			problems = append(problems, fmt.Errorf("read nvidia-smi: %s has memory %q", row[1], row[2]))
			continue
		}
		cards = append(cards, Device{GPU, strings.TrimSpace(row[1]), mb, "cuda"})
	}
	sort.SliceStable(cards, func(i, j int) bool { return cards[i].MemoryMB > cards[j].MemoryMB })
	return cards, errors.Join(problems...)
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
		cards = append(cards, Device{GPU, name, int(bytes >> 20), "vulkan"})
	}
	return cards, nil
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
			cards = append(cards, Device{GPU, d.Model, int(total >> 20 * 2 / 3), "metal"})
		}
	}
	return cards, nil
}
