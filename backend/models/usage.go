package models

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// Usage is what the models take of the disk, in bytes. What several models share
// counts once.
type Usage struct {
	// Fetched is what Helium fetched, whole or in part; with Made it counts towards
	// the limit.
	Fetched int64
	// Made is what engines made of the models.
	Made int64
	// Others is what other programs fetched, of the models that are here.
	Others int64
	// Free is what may still be written to the disk, Disk how large it is; 0 where
	// that can't be told.
	Free, Disk int64
}

// Usage is as of now.
func (l *Library) Usage() (u Usage) {
	u.Fetched = l.shelf().bytes()
	for _, p := range l.Unfinished() {
		u.Fetched += p.parts
	}
	_, u.Made = l.made()
	for _, path := range l.notePaths() {
		if n, err := l.readNote(path); err == nil && !builtIn(n.ID) {
			u.Others += n.foreignBytes()
		}
	}
	u.Free, _ = l.free(l.dir)
	u.Disk, _ = diskSize(l.dir)
	return u
}

// foreignBytes are those of the models' files that are not Helium's.
func (n *note) foreignBytes() (sum int64) {
	counted := map[common.Hash]bool{}
	for _, g := range n.Got {
		for _, e := range n.Models {
			for _, f := range e.Pin.Files {
				if g.Blob != "" && e.has(g.Commit, g.Name) && f.Name == g.Name {
					counted[f.SHA256] = true
				}
			}
		}
	}
	for _, e := range n.Models {
		for _, f := range e.Pin.Files {
			if !counted[f.SHA256] {
				sum += f.Bytes
			}
			counted[f.SHA256] = true
		}
	}
	return sum
}

// Unfinished is a model of which a part is here: its download, or its removal, was
// cut.
type Unfinished struct {
	ID string
	// Bytes that removing it frees, with those of its repository's other unfinished
	// models.
	Bytes int64
	parts int64
}

// Unfinished are those of all repositories. What has just been begun is among them.
func (l *Library) Unfinished() (all []Unfinished) {
	for _, path := range l.notePaths() {
		n, err := l.readNote(path)
		if err != nil {
			continue
		}
		parts := l.partBytes(n.ID)
		for _, e := range n.Models {
			if !e.complete() {
				all = append(all, Unfinished{ID: e.Pin.ID, Bytes: n.freedBy(e.Pin.ID) + parts, parts: parts})
				parts = 0
			}
		}
	}
	return all
}

// partBytes is what the part files of a repository hold.
func (l *Library) partBytes(id string) (sum int64) {
	parts, _ := filepath.Glob(filepath.Join(l.repoDir(id), "blobs", "*.helium*")) // the only error is of the pattern
	for _, path := range parts {
		if info, err := os.Stat(path); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// Leaving is what goes of the models so that so many more bytes keep to a limit.
type Leaving struct {
	// IDs of the models, the longest unused first, and the bytes that they free.
	IDs   []string
	Bytes int64
	// Over is what is above the limit even then, because the rest is in use.
	Over int64
}

// Leaving tells what would go for a model of so many bytes, or with an empty id for
// none, if that were the limit; 0 is no limit. The models of the same repository
// stay: they may have the same files. Nothing is removed.
func (l *Library) Leaving(id string, need, limit int64) Leaving {
	if limit <= 0 {
		return Leaving{}
	}
	all := l.shelf()
	over := need - limit + all.bytes()
	if over <= 0 {
		return Leaving{}
	}
	going := all.leaving(func(r string) bool { return (id == "" || homeOf(r) != homeOf(id)) && !l.inUse(r) }, over)
	out := Leaving{Bytes: all.freedBy(going)}
	for _, r := range going {
		out.IDs = append(out.IDs, r.id)
	}
	out.Over = max(over-out.Bytes, 0)
	return out
}

// TrimMade brings what engines made of the models to the limit, the longest unused
// first. It is what goes before any model.
func (l *Library) TrimMade() {
	limit := l.Limit()
	if limit <= 0 {
		return
	}
	files, bytes := l.made()
	l.removeMade(files, bytes+l.shelf().bytes()-limit)
}

// Short is how much room is missing on the disk for so many more bytes and what a
// download leaves free; 0 where that can't be told.
func (l *Library) Short(need int64) int64 {
	free, err := l.free(l.dir)
	if err != nil || need <= 0 {
		return 0
	}
	return max(need+spare-free, 0)
}

// Room says in an error how much room is missing for so many more bytes, nil where
// there is enough.
func (l *Library) Room(need int64) error { return l.checkSpace(l.dir, need) }

// marker is a file in a folder that was chosen for models. Without it the folder is
// not the one that was chosen: the disk that it is on is not there.
const marker = ".helium-models"

// Mark makes a folder known as one that was chosen for models.
func Mark(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, marker), []byte("Helium keeps models in this folder.\n"), 0o644)
	}
	if err != nil {
		return fmt.Errorf("use folder %s for models: %w", dir, err)
	}
	return nil
}

// Unmark takes that back, and removes the folder where nothing else is in it.
func Unmark(dir string) error {
	for _, id := range []string{DemoID, DemoImagesID} { // can be made again
		if err := os.RemoveAll(filepath.Join(dir, repoName(id))); err != nil {
			return fmt.Errorf("clear folder %s: %w", dir, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*--*")); len(left) == 0 {
		if err := os.RemoveAll(filepath.Join(dir, ".locks")); err != nil {
			return fmt.Errorf("clear folder %s: %w", dir, err)
		}
	}
	os.Remove(filepath.Join(dir, ".helium-made")) // where it is empty
	if err := os.Remove(filepath.Join(dir, marker)); err != nil && !isGone(err) {
		return fmt.Errorf("clear folder %s: %w", dir, err)
	}
	os.Remove(dir) // where it is empty
	return nil
}

// IsMarked says whether a folder is one that Mark made known.
func IsMarked(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, marker))
	return err == nil && info.Mode().IsRegular()
}

// liesIn says whether a folder is another one or lies in it, by what their names
// lead to.
func liesIn(inner, outer string) bool {
	rel, err := filepath.Rel(real(outer), real(inner))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// real follows the links in a path as far as it exists.
func real(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(real(parent), filepath.Base(path))
	}
	return path
}
