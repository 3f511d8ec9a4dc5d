package hardware

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// listControllers prints the graphics cards of Windows: those that are there,
// and of every driver ever installed the memory it found, because the list of
// those that are there tells at most 4 GB.
const listControllers = `$ErrorActionPreference='SilentlyContinue';` +
	`[Console]::OutputEncoding=[Text.Encoding]::UTF8;` +
	`$c=@(Get-CimInstance Win32_VideoController|Select-Object Name,PNPDeviceID);` +
	`$d=@(Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}\0*'|` +
	`Select-Object DriverDesc,MatchingDeviceId,@{n='Memory';e={$_.'HardwareInformation.qwMemorySize'}});` +
	`ConvertTo-Json -Compress -Depth 3 @{controllers=$c;drivers=$d}`

// windowsCards lists the cards of AMD and Intel; NVIDIA's driver has a tool that
// says more.
func windowsCards(ctx context.Context, run runner) ([]Device, error) {
	out, err := run(ctx, "powershell", "-NoProfile", "-NonInteractive", "-Command", listControllers)
	if err != nil {
		return nil, err
	}
	return parseControllers(out)
}

func parseControllers(out []byte) ([]Device, error) {
	var report struct {
		Controllers []struct{ Name, PNPDeviceID string }
		Drivers     []struct {
			DriverDesc, MatchingDeviceId string
			Memory                       json.RawMessage // older drivers write bytes, or nothing
		}
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(out), "\ufeff")), &report); err != nil {
		return nil, fmt.Errorf("read the graphics cards of Windows: %w", err)
	}

	makers := map[string]Maker{"1002": AMD, "8086": Intel}
	var cards []Device
	for _, c := range report.Controllers {
		id := strings.ToLower(c.PNPDeviceID)
		_, vendor, _ := strings.Cut(id, `pci\ven_`)
		maker, ok := makers[vendor[:min(4, len(vendor))]]
		if !ok {
			continue
		}

		var bytes int64
		for _, d := range report.Drivers {
			var n int64
			match := strings.ToLower(d.MatchingDeviceId)
			if match != "" && strings.HasPrefix(id, match) && d.DriverDesc == c.Name && json.Unmarshal(d.Memory, &n) == nil {
				bytes = max(bytes, n)
			}
		}
		if bytes < 1<<30 {
			continue // graphics built into a processor has no memory of its own to speak of
		}
		cards = append(cards, Device{Kind: GPU, Name: c.Name, MemoryMB: int(bytes >> 20), Maker: maker})
	}
	return cards, nil
}
