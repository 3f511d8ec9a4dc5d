package pretrained

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"helium/inference/checkpoint"
)

// settingFiles are the files besides the weights that decide what a folder
// computes, as far as it has them.
func settingFiles() []string {
	return []string{"chat_template.jinja", "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json"}
}

// Files lists the files that decide what a folder computes, in alphabetical
// order. A repository may hold many more.
func Files(dir string) ([]string, error) {
	files, err := checkpoint.WeightFiles(dir)
	if err != nil {
		return nil, fmt.Errorf("list files of %s: %w", dir, err)
	}
	for _, name := range settingFiles() {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			files = append(files, name)
		} else if !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("list files of %s: %w", dir, err)
		}
	}
	slices.Sort(files)
	return files, nil
}

// FileDigest is the SHA-256 of a file, in hex.
func FileDigest(path string, progress func(n int64) error) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("hash file: %w", err)
	}
	defer f.Close()

	hash := sha256.New()
	for {
		n, err := io.CopyN(hash, f, 64<<20)
		if progress != nil {
			if err := progress(n); err != nil {
				return "", err
			}
		}
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return "", fmt.Errorf("hash file: %w", err)
		}
	}
}
