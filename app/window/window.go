//go:build desktop

// Package window is the Wails window: a webview that shows the node app, which
// speaks to the agent over its local API like any other client. The window adds
// only what is native to it, and ending it ends nothing else.
package window

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"helium/app/launch"
	"helium/app/local"
)

// Window is what the page can ask of the window.
type Window struct {
	dir string
	log *slog.Logger
	ctx context.Context
}

// Agent finds or starts the agent and says where it listens.
func (w *Window) Agent() (local.Address, error) {
	a, err := launch.Agent(w.ctx, w.dir)
	if err != nil {
		w.log.Error("reach the agent", "err", err)
		return a, err
	}
	return a, nil
}

// ChooseFolder lets the person choose a folder; empty when they choose none.
func (w *Window) ChooseFolder(title string) (string, error) {
	folder, err := runtime.OpenDirectoryDialog(w.ctx, runtime.OpenDialogOptions{Title: title, CanCreateDirectories: true})
	if err != nil {
		return "", fmt.Errorf("choose a folder: %w", err)
	}
	return folder, nil
}

// Run shows the window until it is closed.
func Run(dir string, ui fs.FS, log *slog.Logger) error {
	if ui == nil {
		return errors.New("the window has no page to show")
	}
	w := &Window{dir: dir, log: log, ctx: context.Background()}
	err := wails.Run(&options.App{
		Title:     "Helium",
		Width:     1080,
		Height:    720,
		MinWidth:  880,
		MinHeight: 600,
		AssetServer: &assetserver.Options{
			Assets: ui,
		},
		OnDomReady:         w.keepSignalHandlers,
		Bind:               []any{w},
		SingleInstanceLock: &options.SingleInstanceLock{UniqueId: "helium-node", OnSecondInstanceLaunch: w.show},
		Mac:                &mac.Options{TitleBar: mac.TitleBarHiddenInset(), About: &mac.AboutInfo{Title: "Helium"}},
	})
	if err != nil {
		return fmt.Errorf("show the window: %w", err)
	}
	return nil
}

func (w *Window) show(options.SecondInstanceData) {
	runtime.WindowUnminimise(w.ctx)
	runtime.WindowShow(w.ctx)
}

// keepSignalHandlers puts Go's signal handlers back every second: WebKit
// installs its own without the flag Go needs, late and more than once, and a
// recovered nil dereference would then kill the process.
func (w *Window) keepSignalHandlers(ctx context.Context) {
	w.ctx = ctx
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			runtime.ResetSignalHandlers()
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
}
