package models

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"
)

// The layout is that of the Hugging Face cache:
//
//	.locks/models--OWNER--NAME/BLOB.lock   held while a blob is written
//	models--OWNER--NAME/blobs/BLOB         a file's bytes, named by checksum
//	models--OWNER--NAME/refs/REVISION      the commit that a revision meant
//	models--OWNER--NAME/snapshots/COMMIT/  the repository's files, linked to blobs
//
// Helium adds a note, helium.json, to a repository, locks of its own, and part
// files, blobs/BLOB.helium: another program would take a file of its own naming
// that has holes for a whole one. What came from an address is in a folder of the
// same kind, urls--SHA256, and its commit is the file's own checksum.

// DefaultDir is the Hugging Face cache of this user: HF_HUB_CACHE, HF_HOME/hub,
// or ~/.cache/huggingface/hub.
func DefaultDir() (string, error) {
	home, err := os.UserHomeDir()
	expand := func(dir string) string {
		if rest, ok := strings.CutPrefix(dir, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == os.PathSeparator) && err == nil {
			return filepath.Join(home, rest)
		}
		return dir
	}
	if dir := firstOf(os.Getenv("HF_HUB_CACHE"), os.Getenv("HUGGINGFACE_HUB_CACHE")); dir != "" {
		return expand(dir), nil
	}
	if dir := os.Getenv("HF_HOME"); dir != "" {
		return filepath.Join(expand(dir), "hub"), nil
	}
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(expand(dir), "huggingface", "hub"), nil
	}
	if err != nil {
		return "", fmt.Errorf("find the model folder: %w", err)
	}
	return filepath.Join(home, ".cache", "huggingface", "hub"), nil
}

// repoName is the folder of a repository, or of an address; the functions below
// take either, as id.
func repoName(id string) string {
	if strings.Contains(id, "://") {
		return "urls--" + idSum(id)
	}
	return "models--" + strings.ReplaceAll(id, "/", "--")
}

func (l *Library) repoDir(id string) string { return filepath.Join(l.dir, repoName(id)) }

func (l *Library) blobPath(id, blob string) string {
	return filepath.Join(l.repoDir(id), "blobs", blob)
}

func (l *Library) snapshotDir(id, commit string) string {
	return filepath.Join(l.repoDir(id), "snapshots", commit)
}

func (l *Library) snapshotPath(id, commit, name string) string {
	return filepath.Join(l.snapshotDir(id, commit), filepath.FromSlash(name))
}

func (l *Library) refPath(id, revision string) string {
	return filepath.Join(l.repoDir(id), "refs", filepath.FromSlash(revision))
}

// partPath is where a blob grows.
func (l *Library) partPath(id, blob string) string { return l.blobPath(id, blob) + ".helium" }

// writeLock is held while a repository is written.
const writeLock = "helium"

// useLock is held, shared, while a model is used. Its time is that of the last use.
// Each of a repository's models has one.
func useLock(id string) string {
	const plain = "helium-use"
	if homeOf(id) == id {
		return plain
	}
	return plain + "-" + idSum(id)[:16]
}

func (l *Library) lockPath(id, name string) string {
	return filepath.Join(l.dir, ".locks", repoName(homeOf(id)), name+".lock")
}

func (l *Library) lockFile(id, name string) (*flock.Flock, error) {
	path := l.lockPath(id, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("lock model %s: %w", Label(id), err)
	}
	return flock.New(path, flock.SetPermissions(0o644)), nil
}

// lock waits for another process that writes the same; waiting is told once.
func (l *Library) lock(ctx context.Context, id, name string, waiting func()) (unlock func(), err error) {
	f, err := l.lockFile(id, name)
	if err != nil {
		return nil, err
	}
	ok, err := f.TryLock()
	if err == nil && !ok {
		waiting()
		_, err = f.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("wait for another program that fetches %s: %w", Label(id), err)
	}
	return func() { f.Unlock() }, nil
}

// link puts a blob where the layout wants it. Where symbolic links are not to be
// had, as on most Windows, or are made and not followed, as there on disks of other
// computers, the file gets a second name, or is moved.
func (l *Library) link(id, commit, name, blob string) error {
	path, from := l.snapshotPath(id, commit, name), l.blobPath(id, blob)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("name the file in its snapshot: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("name the file in its snapshot: %w", err)
	}
	target, err := filepath.Rel(filepath.Dir(path), from)
	if err != nil {
		return fmt.Errorf("name the file in its snapshot: %w", err)
	}
	var all error
	for _, way := range l.ways {
		err := way(from, target, path)
		if err == nil {
			return nil
		}
		all = errors.Join(all, err)
	}
	return fmt.Errorf("name the file in its snapshot: %w", all)
}

// linkWay makes path show the blob at from; target is from as seen by path.
type linkWay func(from, target, path string) error

func hardLink(from, _, path string) error  { return os.Link(from, path) }
func moveThere(from, _, path string) error { return os.Rename(from, path) }
func usualWays() []linkWay                 { return []linkWay{symlink, hardLink, moveThere} }

func symlink(_, target, path string) error {
	if err := os.Symlink(target, path); err != nil {
		return err
	}
	_, err := os.Stat(path)
	if err != nil {
		os.Remove(path)
	}
	return err
}

func (l *Library) writeRef(id, revision, commit string) error {
	if revision == commit {
		return nil
	}
	path := l.refPath(id, revision)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("keep the revision: %w", err)
	}
	if b, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(b)) == commit {
		return nil
	}
	return replaceFile(path, []byte(commit), 0o644)
}

// readRef is the commit that a revision meant when it was last asked for.
func (l *Library) readRef(id, revision string) (string, bool) {
	if isHex(revision, 40) {
		return revision, true
	}
	b, err := os.ReadFile(l.refPath(id, revision))
	commit := strings.TrimSpace(string(b))
	return commit, err == nil && isHex(commit, 40)
}

// local is the repository as far as it is here, for when the hub is not to be
// reached. Files that are copies bear no checksum and don't count.
func (l *Library) local(id, revision string) (Repository, bool) {
	commit, ok := l.readRef(id, revision)
	if !ok {
		return Repository{}, false
	}
	r := Repository{ID: id, Commit: commit}
	dir := l.snapshotDir(id, commit)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		target, err := os.Readlink(path)
		blob := filepath.Base(target)
		if err != nil || !mayRead(name) || !isHex(blob, 40) && !isHex(blob, 64) {
			return nil
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			r.Files = append(r.Files, RemoteFile{Name: name, Bytes: info.Size(), blob: blob})
		}
		return nil
	})
	return r, err == nil && len(r.Files) > 0
}

// digest hashes a file and says whether it is what a blob's name promises.
func digest(ctx context.Context, path, blob string) (sum common.Hash, size int64, ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, 0, false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sum, 0, false, err
	}
	if !info.Mode().IsRegular() {
		return sum, 0, false, fmt.Errorf("hash %s: not a file", filepath.Base(path))
	}
	plain := sha256.New()
	named := plain
	var into io.Writer = plain
	if len(blob) == 40 {
		named = gitHash(info.Size())
		into = io.MultiWriter(plain, named)
	}
	size, err = io.Copy(into, &interruptible{ctx, f})
	if err != nil {
		return sum, size, false, fmt.Errorf("hash %s: %w", filepath.Base(path), err)
	}
	return common.BytesToHash(plain.Sum(nil)), size, hex.EncodeToString(named.Sum(nil)) == blob, nil
}

// gitHash is what git names a file by.
func gitHash(size int64) hash.Hash {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", size)
	return h
}

// interruptible reads until its context ends.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (r *interruptible) Read(b []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(b)
}

// replaceFile writes a file that others see either old or new. On Windows a
// reader can be in the way for a moment.
func replaceFile(path string, b []byte, mode fs.FileMode) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, b, mode); err != nil {
		return err
	}
	err := os.Rename(fresh, path)
	for range 20 {
		if !errors.Is(err, fs.ErrPermission) {
			break
		}
		time.Sleep(20 * time.Millisecond)
		err = os.Rename(fresh, path)
	}
	return err
}
