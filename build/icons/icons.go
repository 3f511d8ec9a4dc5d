// Package icons holds the tray's pictures, one for each shape of the balloon:
// hollow when idle, full when running, rising when working, with bars when
// paused, with a mark when blocked. They are drawn by `npm run icons` in
// frontend, from build/icons/tray.svg.
package icons

import (
	"embed"
	"fmt"
)

//go:embed tray-*.png
var pictures embed.FS

// Tray returns the PNG of one shape: idle, running, working, paused or blocked.
func Tray(shape string) ([]byte, error) {
	png, err := pictures.ReadFile("tray-" + shape + ".png")
	if err != nil {
		return nil, fmt.Errorf("no tray icon for shape %q: %w", shape, err)
	}
	return png, nil
}
