package hardware

import (
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// processorName is the model's. The registry has it where WMI, which is slow, is
// out of order, as it is on many computers.
func processorName() (string, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `HARDWARE\DESCRIPTION\System\CentralProcessor\0`, registry.QUERY_VALUE)
	if err != nil {
		return "", fmt.Errorf("ask for the processor: %w", err)
	}
	defer key.Close()
	name, _, err := key.GetStringValue("ProcessorNameString")
	if err != nil {
		return "", fmt.Errorf("ask for the processor: %w", err)
	}
	return strings.TrimSpace(name), nil
}

// systemMemory is the computer's, in bytes, less what its hardware keeps.
func systemMemory() (uint64, error) {
	s := struct {
		length, load                                                       uint32
		physical, free, pageFile, pageFree, virtual, virtualFree, extended uint64
	}{}
	s.length = uint32(unsafe.Sizeof(s))
	if ok, _, err := windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalMemoryStatusEx").Call(uintptr(unsafe.Pointer(&s))); ok == 0 {
		return 0, fmt.Errorf("ask for the memory: %w", err)
	}
	return s.physical, nil
}
