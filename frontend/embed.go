// Package frontend holds the built pages: the chat page that a bridge serves
// and the node app that the agent and the window show.
package frontend

import (
	"embed"
	"errors"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the program was built before its pages.
var ErrNotBuilt = errors.New("this program was built without its pages: run make, which builds them first")

// Chat returns the chat page's files.
func Chat() (fs.FS, error) { return built("chat") }

// Node returns the node app's files.
func Node() (fs.FS, error) { return built("node") }

func built(page string) (fs.FS, error) {
	files, err := fs.Sub(dist, "dist/"+page)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil, ErrNotBuilt
	}
	return files, nil
}
