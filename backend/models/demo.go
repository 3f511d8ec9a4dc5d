package models

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"helium/backend/protocol"
	"helium/inference/checkpoint"
	"helium/inference/diffusion/demo"
	"helium/inference/task"
)

// The models that the program makes itself: one for text, one for images. They
// need no network.
const (
	DemoID       = "helium/demo"
	DemoImagesID = task.DemoImages
)

func builtIn(id string) bool { return id == DemoID || id == DemoImagesID }

// MakeDemo builds the demo model, if it is not here yet.
func (l *Library) MakeDemo(ctx context.Context) (File, error) {
	return l.makeOnce(ctx, DemoID, checkpoint.DemoVersion, false, func(dir string) error {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		path := filepath.Join(dir, "demo.gguf")
		if _, err := checkpoint.WriteDemoModel(path + ".new"); err != nil {
			return err
		}
		return os.Rename(path+".new", path)
	})
}

// MakeDemoImages builds the demo model for images, if it is not here yet.
func (l *Library) MakeDemoImages(ctx context.Context) (File, error) {
	return l.makeOnce(ctx, DemoImagesID, demo.Version, true, func(dir string) error {
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil { // what somebody has changed
			return err
		}
		_, err := demo.Write(dir)
		return err
	})
}

// makeOnce has write put a model into a folder, where it isn't here as of this
// version.
func (l *Library) makeOnce(ctx context.Context, id, version string, folder bool, write func(dir string) error) (File, error) {
	have := func() (File, bool) {
		f, err := l.Get(id)
		return f, err == nil && f.Pin.Revision == version
	}
	if f, ok := have(); ok {
		return f, nil
	}
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	unlock, err := l.lock(ctx, id, writeLock, func() {})
	if err != nil {
		return File{}, err
	}
	defer unlock()
	if f, ok := have(); ok { // another process was quicker
		return f, nil
	}

	dir := l.snapshotDir(id, version)
	if err := write(dir); err != nil {
		return File{}, fmt.Errorf("make %s: %w", id, err)
	}
	n, e := l.noteOf(id), entry{Pin: protocol.ModelPin{ID: id, Revision: version}, Folder: folder}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		sum, size, _, err := digest(ctx, path, "")
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		e.Pin.Files = append(e.Pin.Files, protocol.ModelFile{Name: name, SHA256: sum, Bytes: size})
		n.add(got{Commit: version, Name: name, Bytes: size})
		return nil
	})
	if err != nil {
		return File{}, fmt.Errorf("make %s: %w", id, err)
	}
	return l.keep(n, e)
}
