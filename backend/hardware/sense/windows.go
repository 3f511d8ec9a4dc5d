//go:build windows

package sense

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"helium/backend/protocol"
)

// lister needs no memory here.
type lister struct{}

func (lister) list(context.Context, runner) (all []process, err error) {
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, fmt.Errorf("Windows does not list its programs: %w", err)
	}
	defer windows.CloseHandle(snapshot)
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		all = append(all, process{int(entry.ProcessID), int(entry.ParentProcessID), windows.UTF16ToString(entry.ExeFile[:])})
	}
	if !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return nil, fmt.Errorf("Windows does not list its programs: %w", err)
	}
	return all, nil
}

// screen is the desktop of the person who runs this program.
type screen struct{}

func (screen) close() {}

func proc(dll, name string) *windows.LazyProc { return windows.NewLazySystemDLL(dll).NewProc(name) }

func (screen) read(context.Context, runner) (Reading[Fullscreen], Reading[time.Duration]) {
	return readScreen(), readIdle()
}

// readIdle compares two clocks that count milliseconds and begin anew every 49 days.
func readIdle() Reading[time.Duration] {
	last := struct{ size, ticks uint32 }{size: 8}
	if ok, _, _ := proc("user32.dll", "GetLastInputInfo").Call(uintptr(unsafe.Pointer(&last))); ok == 0 {
		return Unknown[time.Duration](protocol.Say("sense_windows_idle", "Windows does not tell when a key was last pressed."))
	}
	now, _, _ := proc("kernel32.dll", "GetTickCount").Call()
	return Known(time.Duration(uint32(now)-last.ticks) * time.Millisecond)
}

// States of SHQueryUserNotificationState in which something fills the screen.
const (
	stateBusy         = 2 // a program fills the screen
	stateD3D          = 3 // a game has the screen to itself
	statePresentation = 4 // somebody gives a talk
)

func readScreen() Reading[Fullscreen] {
	var state int32
	failed, _, _ := proc("shell32.dll", "SHQueryUserNotificationState").Call(uintptr(unsafe.Pointer(&state)))
	program, covers, err := foreground()
	switch {
	case err == nil && covers, failed == 0 && (state == stateD3D || state == statePresentation || state == stateBusy):
		return Known(Fullscreen{On: true, Program: program})
	case failed != 0 && err != nil:
		return Unknown[Fullscreen](protocol.Say("sense_windows_screen", "Windows does not tell what is on the screen."))
	}
	return Known(Fullscreen{})
}

// foreground is the program in front, and whether its window covers its screen.
func foreground() (program string, covers bool, err error) {
	window := windows.GetForegroundWindow()
	if window == 0 {
		return "", false, nil // between two windows, or locked
	}
	var pid uint32
	if _, err := windows.GetWindowThreadProcessId(window, &pid); err != nil {
		return "", false, err
	}
	program = programOf(pid)
	var class [64]uint16
	n, err := windows.GetClassName(window, &class[0], int32(len(class)))
	if err != nil {
		return program, false, err
	}
	switch windows.UTF16ToString(class[:n]) {
	case "Progman", "WorkerW", "Shell_TrayWnd", "XamlExplorerHostIslandWindow": // the desktop itself
		return program, false, nil
	}
	var frame windows.Rect
	if ok, _, err := proc("user32.dll", "GetWindowRect").Call(uintptr(window), uintptr(unsafe.Pointer(&frame))); ok == 0 {
		return program, false, err
	}
	const nearest = 2
	monitor, _, _ := proc("user32.dll", "MonitorFromWindow").Call(uintptr(window), nearest)
	info := struct {
		size          uint32
		monitor, work windows.Rect
		flags         uint32
	}{size: 40}
	if ok, _, err := proc("user32.dll", "GetMonitorInfoW").Call(monitor, uintptr(unsafe.Pointer(&info))); ok == 0 {
		return program, false, err
	}
	m := info.monitor
	// A maximised window ends at the task bar, or sticks out by its frame where that
	// hides itself; one that fills the screen has no title.
	const titled = 0x00C00000
	const styleIndex = ^uintptr(15) // GWL_STYLE, -16
	style, _, _ := proc("user32.dll", "GetWindowLongW").Call(uintptr(window), styleIndex)
	covers = frame.Left <= m.Left && frame.Top <= m.Top && frame.Right >= m.Right && frame.Bottom >= m.Bottom
	return program, covers && style&titled != titled, nil
}

// programOf is the name of a process's file; empty where it can't be asked.
func programOf(pid uint32) string {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return ""
	}
	defer windows.CloseHandle(h)
	var path [1024]uint16
	n := uint32(len(path))
	if windows.QueryFullProcessImageName(h, 0, &path[0], &n) != nil {
		return ""
	}
	return baseName(windows.UTF16ToString(path[:n]))
}

func readPower(context.Context, runner) Reading[Power] {
	var s struct {
		line, flag, percent, saver byte
		life, full                 uint32
	}
	if ok, _, _ := proc("kernel32.dll", "GetSystemPowerStatus").Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return Unknown[Power](protocol.Say("sense_windows_power", "Windows does not tell where the power comes from."))
	}
	return powerOf(s.line, s.flag, s.percent)
}

func readHeat(ctx context.Context, run runner) Reading[Heat] {
	_, sensors, _ := nvidiaTotals(ctx, run)
	if len(sensors) == 0 {
		return Unknown[Heat](protocol.Say("sense_windows_heat", "Windows tells temperatures of NVIDIA's cards only."))
	}
	return Known(Heat{Sensors: sensors})
}

// meter counts what programs take of the graphics cards.
type meter struct {
	query, counter uintptr
	failed         error
}

func pdh(name string, args ...uintptr) uintptr {
	p := proc("pdh.dll", name)
	if err := p.Find(); err != nil {
		return ^uintptr(0)
	}
	status, _, _ := p.Call(args...)
	return status & 0xffffffff
}

func (m *meter) close() {
	if m.query != 0 {
		pdh("PdhCloseQuery", m.query)
		m.query = 0
	}
}

// read takes the mean since the last one; the first has none yet.
func (m *meter) read(_ context.Context, _ runner, processes []process) Reading[Graphics] {
	if m.query == 0 && m.failed == nil {
		m.failed = m.open()
	}
	if m.failed != nil {
		return Unknown[Graphics](protocol.Say("sense_windows_card", "Windows does not tell how busy the card is: {why}.", m.failed))
	}
	pdh("PdhCollectQueryData", m.query)
	uses, err := m.values()
	if err != nil {
		return Unknown[Graphics](protocol.Say("sense_windows_wait", "Windows has not told yet how busy the card is."))
	}
	return Known(othersUse(uses, processes))
}

func (m *meter) open() error {
	if status := pdh("PdhOpenQueryW", 0, 0, uintptr(unsafe.Pointer(&m.query))); status != 0 {
		m.query = 0
		return fmt.Errorf("performance counters answer %#x", status)
	}
	path, err := windows.UTF16PtrFromString(`\GPU Engine(*)\Utilization Percentage`)
	if err != nil {
		return err
	}
	if status := pdh("PdhAddEnglishCounterW", m.query, uintptr(unsafe.Pointer(path)), 0, uintptr(unsafe.Pointer(&m.counter))); status != 0 {
		m.close()
		return fmt.Errorf("there is no counter of graphics engines (%#x)", status)
	}
	pdh("PdhCollectQueryData", m.query)
	return nil
}

// values reads an array of names and numbers that Windows writes into one buffer.
func (m *meter) values() ([]engineUse, error) {
	type item struct {
		name   *uint16
		status uint32
		value  float64
	}
	const asDouble, more = 0x200, 0x800007D2
	var bytes, count uint32
	get := func(buffer unsafe.Pointer) uintptr {
		return pdh("PdhGetFormattedCounterArrayW", m.counter, asDouble, uintptr(unsafe.Pointer(&bytes)), uintptr(unsafe.Pointer(&count)), uintptr(buffer))
	}
	if status := get(nil); status != more || bytes == 0 || bytes > 16<<20 {
		return nil, fmt.Errorf("counters answer %#x", status)
	}
	items := make([]item, uintptr(bytes)/unsafe.Sizeof(item{})+1)
	if status := get(unsafe.Pointer(&items[0])); status != 0 || int(count) > len(items) {
		return nil, fmt.Errorf("counters answer %#x", status)
	}
	uses := make([]engineUse, 0, count)
	for _, i := range items[:count] {
		if i.status <= 1 && i.name != nil { // valid, or valid and new
			uses = append(uses, engineUse{windows.UTF16PtrToString(i.name), i.value})
		}
	}
	return uses, nil
}
