//go:build !linux && !windows && !(darwin && cgo)

package tray

import (
	"context"
	"log/slog"
)

// Run returns ErrNoTray: this build has no tray for this system. (On macOS the
// tray needs a C compiler at build time.)
func Run(context.Context, Agent, Actions, *slog.Logger) error { return ErrNoTray }
