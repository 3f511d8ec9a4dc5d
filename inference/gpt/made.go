package gpt

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/pretrained"
)

// quantize gives the source a file with fewer bits: the one that was made before
// and is whole, or a new one.
func (s *Source) quantize(o OpenOptions) error {
	dir, err := madeDir(o.Made)
	if err != nil {
		return err
	}
	kept := ""
	if o.Digest != "" {
		kept = filepath.Join(dir, fmt.Sprintf("%s-%s-q%d-%s.gguf", strings.ToLower(o.Digest), numberName(o.Format), o.Format.Bits, ggml.Version))
		if s.take(kept) == nil {
			return nil
		}
	}

	if o.OnQuantize != nil {
		o.OnQuantize()
	}
	partial, err := os.MkdirTemp(dir, partialPrefix)
	if err != nil {
		return fmt.Errorf("make quantized file: %w", err)
	}
	s.remove = append(s.remove, partial)
	made, err := s.makeQuantized(partial, o.Format.Bits)
	if err != nil {
		return fmt.Errorf("make quantized file: %w", err)
	}
	if kept == "" {
		return s.use(made)
	}
	if err := keep(made, kept); err != nil {
		return fmt.Errorf("keep quantized file: %w", err)
	}
	return s.take(kept)
}

// makeQuantized writes the file into a folder of its own.
func (s *Source) makeQuantized(dir string, bits int) (string, error) {
	from, to := s.path, filepath.Join(dir, "quantized.gguf")
	if s.folder != nil {
		from = filepath.Join(dir, "model.gguf")
		if err := writeCopy(s.folder, from); err != nil {
			return "", err
		}
		defer os.Remove(from)
	}
	return to, s.lib.Quantize(from, to, bits, s.threads)
}

// use makes a GGUF file the source.
func (s *Source) use(path string) (err error) {
	if s.header, err = checkpoint.CheckGGUF(path); err != nil {
		return err
	}
	if s.folder != nil {
		s.folder.Close()
		s.folder = nil
	}
	s.path = path
	return nil
}

// sumName is beside a kept file: a byte that changed on the disk would change
// an answer, and cost the stake.
const sumName = ".sha256"

// keep moves a made file to its place. Where another engine was faster, the file
// there has the same bytes.
func keep(made, kept string) error {
	sum, err := pretrained.FileDigest(made, nil)
	if err != nil {
		return err
	}
	partial := made + sumName
	if err := os.WriteFile(partial, []byte(sum), 0o600); err != nil {
		return err
	}
	if err := os.Rename(partial, kept+sumName); err != nil {
		return err
	}
	if err := os.Rename(made, kept); err != nil {
		if _, there := os.Stat(kept); there != nil {
			return err
		}
	}
	return nil
}

// take uses a kept file if it is there and whole.
func (s *Source) take(kept string) error {
	want, err := os.ReadFile(kept + sumName)
	if err != nil {
		return err
	}
	sum, err := pretrained.FileDigest(kept, nil)
	if err != nil {
		return err
	}
	if sum != string(want) {
		return fmt.Errorf("%s has changed since it was made", kept)
	}
	now := time.Now()
	os.Chtimes(kept, now, now) // when it was last used
	return s.use(kept)
}

// numberName is the part of a kept file's name that says from which numbers it
// was quantized.
func numberName(f Format) string {
	if f.Number == "" {
		return "auto"
	}
	return string(f.Number)
}

// partialPrefix begins the names of folders with unfinished files. stale is how
// long nothing was written to one that nobody works on any more: native code
// that quantizes can only be stopped by the end of its process.
const (
	partialPrefix = "partial-"
	stale         = 15 * time.Minute
)

// madeDir makes the folder for made files, and removes what engines that were
// killed have left there.
func madeDir(dir string) (string, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			base = os.TempDir()
		}
		dir = filepath.Join(base, "helium", "made")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make folder for model files: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, partialPrefix+"*"))
	if err != nil {
		return "", err
	}
	for _, partial := range left {
		if time.Since(lastWritten(partial)) > stale {
			os.RemoveAll(partial)
		}
	}
	return dir, nil
}

func lastWritten(dir string) (last time.Time) {
	filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		return nil
	})
	return last
}

// loadCopy loads a folder by way of a file that lives as long as the model. A
// system that lets a mapped file go removes it at once, so that even a killed
// engine leaves nothing behind.
func loadCopy(lib *ggml.Library, folder *pretrained.Model, made string) (*ggml.Model, func(), error) {
	base, err := madeDir(made)
	if err != nil {
		return nil, func() {}, err
	}
	dir, err := os.MkdirTemp(base, partialPrefix)
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
