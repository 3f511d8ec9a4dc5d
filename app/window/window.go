//go:build desktop

// Package window is the Wails window: a webview that shows the node app, which
// speaks to the agent over its local API like any other client. The window adds
// only what is native to it. A crash of it ends nothing else; whether closing it
// does is its owner's choice, which the agent keeps.
package window

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
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
	// first reaches the agent while the webview starts.
	first func() (local.Address, error)
	// line is the page's.
	line line
	// met says that the agent has been reached once.
	met atomic.Bool
}

// Agent finds or starts the agent and says where it listens. An agent that has
// been here and took its address away was quit, and the window goes with it; one
// that crashed left its address, and is started again.
func (w *Window) Agent() (local.Address, error) {
	if w.met.Load() && !launch.Left(w.dir) {
		runtime.Quit(w.ctx)
		return local.Address{}, local.ErrNotRunning
	}
	a, err := w.first()
	if err != nil || w.met.Load() {
		a, err = launch.AgentForWindow(w.ctx, w.dir)
	}
	if err != nil {
		w.log.Error("reach the agent", "err", err)
		return a, err
	}
	w.met.Store(true)
	return a, nil
}

// Shown is what the page calls once it shows the agent's state.
func (w *Window) Shown() {
	w.log.Info("window is usable")
	ctx, cancel := context.WithTimeout(w.ctx, 3*time.Second)
	defer cancel()
	if err := launch.WindowShown(ctx, w.dir); err != nil {
		w.log.Warn("tell the agent that the window is shown", "err", err)
	}
}

// Save asks the person where to put a file, and puts it there; false when they
// think better of it. A webview has no downloads of its own.
func (w *Window) Save(name, text string) (bool, error) {
	path, err := runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{DefaultFilename: filepath.Base(name), CanCreateDirectories: true})
	if err != nil {
		w.log.Error("ask where to save", "err", err)
		return false, fmt.Errorf("ask where to save: %w", err)
	}
	if path == "" {
		return false, nil
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return false, fmt.Errorf("save the file: %w", err)
	}
	return true, nil
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
	w.first = sync.OnceValues(func() (local.Address, error) { return launch.AgentForWindow(context.Background(), dir) })
	go w.first()
	err := wails.Run(&options.App{
		Title:     "Helium",
		Width:     1080,
		Height:    720,
		MinWidth:  880,
		MinHeight: 600,
		AssetServer: &assetserver.Options{
			Assets: ui,
		},
		OnStartup:          func(ctx context.Context) { w.ctx = ctx },
		OnDomReady:         w.keepSignalHandlers,
		OnShutdown:         w.closed,
		Bind:               []any{w},
		SingleInstanceLock: &options.SingleInstanceLock{UniqueId: idOf(dir), OnSecondInstanceLaunch: w.show},
		Mac:                &mac.Options{TitleBar: mac.TitleBarHiddenInset(), About: &mac.AboutInfo{Title: "Helium"}},
	})
	if err != nil {
		return fmt.Errorf("show the window: %w", err)
	}
	return nil
}

// idOf names the window of a data folder, of which there is one.
func idOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "helium-" + hex.EncodeToString(sum[:8])
}

// closed tells the agent that its person closed the window; the agent knows
// whether that ends it too.
func (w *Window) closed(context.Context) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := launch.WindowClosed(ctx, w.dir); err != nil {
		w.log.Warn("tell the agent that the window closed", "err", err)
	}
}

func (w *Window) show(options.SecondInstanceData) {
	runtime.WindowUnminimise(w.ctx)
	runtime.WindowShow(w.ctx)
}

// keepSignalHandlers puts Go's signal handlers back every second: WebKit
// installs its own without the flag Go needs, late and more than once, and a
// recovered nil dereference would then kill the process.
func (w *Window) keepSignalHandlers(ctx context.Context) {
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
