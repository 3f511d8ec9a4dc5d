package hardware

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"helium/backend/protocol"
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

// windows asks for the cards of AMD and Intel; NVIDIA's driver has a tool that
// says more.
func (s *seen) windows(ctx context.Context, ask runner, hasTool bool) {
	out, err := ask(ctx, "powershell", "-NoProfile", "-NonInteractive", "-Command", listControllers)
	if err != nil {
		s.pass(protocol.Say("windows_cards", "Windows does not tell its graphics cards: {why}.", err))
		return
	}
	s.parseControllers(out, hasTool)
}

// controller is a graphics card that is there.
type controller struct{ Name, PNPDeviceID string }

// driver is one that was ever installed. Older ones write the memory as bytes, or
// not at all.
type driver struct {
	DriverDesc, MatchingDeviceId string
	Memory                       json.RawMessage
}

func (s *seen) parseControllers(out []byte, hasTool bool) {
	var report struct {
		Controllers []controller
		Drivers     []driver
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(string(out), "\ufeff")), &report); err != nil {
		s.pass(protocol.Say("windows_report", "Windows does not tell its graphics cards: its answer can't be read."))
		return
	}

	had := map[string]bool{}
	for _, c := range report.Controllers {
		maker := c.maker()
		if maker == "" || had[c.PNPDeviceID] {
			continue // a virtual one, or the same on another screen
		}
		had[c.PNPDeviceID] = true
		name := strings.TrimSpace(c.Name)
		switch {
		case !nameable(name), strings.HasPrefix(name, "Microsoft "):
			s.pass(protocol.Say("windows_driver", "A graphics card can't be used: Windows runs it without its maker's driver."))
		case maker == Nvidia && !hasTool:
			s.not(Device{Name: name}.short(), protocol.Say("card_no_tool", "nvidia-smi, which comes with NVIDIA's driver, is missing"))
		case maker != Nvidia:
			s.add(Device{Kind: GPU, Name: name, MemoryMB: c.memoryMB(report.Drivers), Maker: maker})
		}
	}
}

// maker of a card in a slot; empty for any other.
func (c controller) maker() Maker {
	makers := map[string]Maker{"1002": AMD, "8086": Intel, "10de": Nvidia}
	_, vendor, _ := strings.Cut(strings.ToLower(c.PNPDeviceID), `pci\ven_`)
	return makers[vendor[:min(4, len(vendor))]]
}

// memoryMB is what the card's driver found; 0 where it is not told.
func (c controller) memoryMB(drivers []driver) int {
	var most int64
	for _, d := range drivers {
		var n int64
		if d.DriverDesc == c.Name && matches(c.PNPDeviceID, d.MatchingDeviceId) && json.Unmarshal(d.Memory, &n) == nil {
			most = max(most, n)
		}
	}
	return int(min(most>>20, mostMemory+1))
}

// matches says whether a driver is for the card with this id: a driver names some
// of the numbers that the id has, as in PCI\VEN_1002&DEV_67DF&REV_E7, and always
// the first two.
func matches(id, of string) bool {
	has, wants := numbers(id), numbers(of)
	if len(wants) < 2 || len(has) < 2 || wants[0] != has[0] || wants[1] != has[1] {
		return false
	}
	return !slices.ContainsFunc(wants, func(n string) bool { return !slices.Contains(has, n) })
}

func numbers(id string) []string {
	parts := strings.SplitN(strings.ToLower(id), `\`, 3)
	if len(parts) < 2 || parts[0] != "pci" {
		return nil
	}
	return strings.Split(parts[1], "&")
}
