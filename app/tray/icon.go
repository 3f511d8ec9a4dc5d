package tray

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"

	"helium/build/icons"
)

// icon returns the picture of a shape in the form that this system's tray takes.
func icon(s Shape) ([]byte, error) {
	png, err := icons.Tray(string(s))
	if err != nil {
		return nil, fmt.Errorf("read tray icon: %w", err)
	}
	if runtime.GOOS == "windows" {
		return icoOf(png), nil
	}
	return png, nil
}

// icoOf wraps one PNG as a Windows icon. A size of 0 means that the picture
// tells its own.
func icoOf(png []byte) []byte {
	var b bytes.Buffer
	header := []any{
		uint16(0), uint16(1), uint16(1), // reserved, icon, one picture
		uint8(0), uint8(0), uint8(0), uint8(0), // width, height, colours, reserved
		uint16(1), uint16(32), uint32(len(png)), uint32(22),
	}
	for _, field := range header {
		binary.Write(&b, binary.LittleEndian, field)
	}
	b.Write(png)
	return b.Bytes()
}
