package gpt

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/pretrained"
)

// loadWeights loads a GGUF file or a folder in the Hugging Face layout. What
// done removes may be in use until the model is closed; it is never nil.
func loadWeights(lib *ggml.Library, path string) (m *ggml.Model, done func(), err error) {
	done = func() {}
	if !pretrained.Is(path) {
		if _, err := checkpoint.CheckGGUF(path); err != nil {
			return nil, done, err
		}
		m, err = lib.LoadModel(path)
		return m, done, err
	}

	folder, err := pretrained.Open(path, pretrained.Options{})
	if err != nil {
		return nil, done, err
	}
	defer folder.Close()
	if folder.NeedsFile() {
		return loadCopy(lib, folder)
	}
	m, err = lib.LoadSource(folder)
	return m, done, err
}

// loadCopy loads a folder by way of a file that lives as long as the model. A
// system that lets a mapped file go removes it at once, so that even a killed
// engine leaves nothing behind.
func loadCopy(lib *ggml.Library, folder *pretrained.Model) (*ggml.Model, func(), error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	if err := os.MkdirAll(base, 0o700); err != nil {
		return nil, func() {}, fmt.Errorf("write model file: %w", err)
	}
	dir, err := os.MkdirTemp(base, "helium-model-")
	if err != nil {
		return nil, func() {}, fmt.Errorf("write model file: %w", err)
	}
	done := func() { os.RemoveAll(dir) }

	path := filepath.Join(dir, "model.gguf")
	if err := writeCopy(folder, path); err != nil {
		done()
		return nil, func() {}, fmt.Errorf("write model file of %d MB: %w", folder.Size()>>20, err)
	}
	m, err := lib.LoadModel(path)
	done()
	return m, done, err
}

func writeCopy(folder *pretrained.Model, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()

	out := bufio.NewWriterSize(f, 1<<20)
	if err := folder.WriteGGUF(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}
