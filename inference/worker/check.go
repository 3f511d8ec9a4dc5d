package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"helium/inference/gpt"
	"helium/inference/pretrained"
)

// modelFiles are the files of a model that decide what it computes.
type modelFiles struct {
	Model
	dir   string
	names []string // in the folder, with slashes
}

// compare makes sure that the files are those that the models' Files name, all of
// them before anything is computed, and returns them.
func (s *server) compare(ctx context.Context, id uint64, models []modelFiles) (checked []File, err error) {
	progress, err := s.checking(ctx, id, models)
	if err != nil {
		return nil, err
	}
	for _, m := range models {
		want := map[string]string{}
		for _, f := range m.Files {
			want[f.Name] = strings.ToLower(f.SHA256)
		}
		for _, name := range m.names {
			sum, err := s.known.of(filepath.Join(m.dir, filepath.FromSlash(name)), progress)
			switch {
			case ctx.Err() != nil:
				return nil, &gpt.Error{Code: gpt.CodeCancelled, Err: ctx.Err()}
			case err != nil:
				return nil, &gpt.Error{Code: gpt.CodeCannotRun, Err: fmt.Errorf("check %s: %w", m.ID, err)}
			case want[name] == "":
				return nil, &gpt.Error{Code: gpt.CodeHashDiffers, Err: fmt.Errorf("check %s: the task does not name its file %s, which is here", m.ID, name)}
			case sum != want[name]:
				return nil, &gpt.Error{Code: gpt.CodeHashDiffers, Err: fmt.Errorf("check %s: %s has sha256 %s, want %s", m.ID, name, sum, want[name])}
			}
			checked = append(checked, File{name, sum})
		}
	}
	return checked, nil
}

// checking tells the parent how much of the files is read.
func (s *server) checking(ctx context.Context, id uint64, models []modelFiles) (progress func(n int64) error, err error) {
	var done, total int64
	for _, m := range models {
		for _, name := range m.names {
			info, err := os.Stat(filepath.Join(m.dir, filepath.FromSlash(name)))
			if err != nil {
				return nil, &gpt.Error{Code: gpt.CodeModelNotFound, Err: fmt.Errorf("check %s: %w", m.ID, err)}
			}
			total += info.Size()
		}
	}
	return func(n int64) error {
		done += n
		s.progress(id, Stage{Name: StageChecking, Done: done, Total: total})
		return ctx.Err()
	}, nil
}

// cannotRead is the error of a model whose files can't be listed.
func cannotRead(m Model, err error) error {
	code := gpt.CodeCannotRun
	if errors.Is(err, os.ErrNotExist) {
		code = gpt.CodeModelNotFound
	}
	return &gpt.Error{Code: code, Err: fmt.Errorf("check %s: %w", m.ID, err)}
}

// digests remember what files were hashed to, by path: one that has its size and
// its time still isn't read again. A Stable Diffusion model is read from disk for
// every task, and hashing it each time would take as long as a step or two.
type digests map[string]digest

type digest struct {
	size   int64
	time   time.Time
	sha256 string
}

// of is a file's digest. progress is told how many bytes are dealt with.
func (d digests) of(path string, progress func(n int64) error) (sha256 string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if known, ok := d[path]; ok && known.size == info.Size() && known.time.Equal(info.ModTime()) {
		return known.sha256, progress(known.size)
	}
	if sha256, err = pretrained.FileDigest(path, progress); err != nil {
		return "", err
	}
	d[path] = digest{info.Size(), info.ModTime(), sha256}
	return sha256, nil
}
