//go:build desktop

// Command emptyapp is a Wails app that does nothing: what a start of the desktop
// app is measured against.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

//go:embed page
var files embed.FS

// Page is what the page can ask of the window.
type Page struct{ log *slog.Logger }

// Shown says that the page is drawn.
func (p *Page) Shown() { p.log.Info("window is usable") }

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	page, err := fs.Sub(files, "page")
	if err == nil {
		err = wails.Run(&options.App{
			Title: "Empty", Width: 1080, Height: 720,
			AssetServer: &assetserver.Options{Assets: page},
			OnStartup:   func(context.Context) {},
			Bind:        []any{&Page{log}},
		})
	}
	if err != nil {
		log.Error("show the window", "err", err)
		os.Exit(1)
	}
}
