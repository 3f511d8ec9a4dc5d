package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Facts are what is known of a model that is here.
type Facts struct {
	File
	// Removable is how many bytes removing it frees: those that Helium fetched.
	Removable int64
	// LastUsed is when a task last used it, or when it came.
	LastUsed time.Time
	// InUse says that some process works with it now.
	InUse bool
	// Kept says in a sentence why it is here and stays here.
	Kept string
}

// Show returns ErrNotHere when the library does not hold the model.
func (l *Library) Show(id string) (Facts, error) {
	f, err := l.Get(id)
	if err != nil {
		return Facts{}, err
	}
	n, err := l.readNote(l.notePath(id))
	if err != nil {
		return Facts{}, fmt.Errorf("show model %s: %w", id, err)
	}
	facts := Facts{File: f, Removable: n.bytes(), LastUsed: l.lastUsed(id), InUse: l.inUse(id)}
	facts.Kept = l.whyKept(facts)
	return facts, nil
}

func (l *Library) whyKept(f Facts) string {
	switch {
	case f.Pin.ID == DemoID:
		return "It is built in: the program makes it itself."
	case f.InUse:
		return "It is in use."
	case f.Removable == 0:
		return "Another program fetched it: Helium uses it and never removes it."
	case f.Removable < f.Bytes():
		return "Helium fetched a part of it; the rest is another program's."
	case l.maxBytes == 0:
		return "Helium fetched it and keeps it until you remove it: HELIUM_MODELS_MAX_GB sets no limit."
	default:
		return fmt.Sprintf("Helium fetched it and keeps it while its models take no more than %d MB; the longest unused goes first.", l.maxBytes/1e6)
	}
}

// lastUsed is the time of the lock that a use holds, or of the note.
func (l *Library) lastUsed(id string) time.Time {
	var last time.Time
	for _, path := range []string{l.lockPath(id, useLock), l.notePath(id)} {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

func (l *Library) inUse(id string) bool {
	if _, err := os.Stat(l.lockPath(id, useLock)); isGone(err) {
		return false // making the lock would look like a use
	}
	lock, err := l.lockFile(id, useLock)
	if err != nil {
		return true // better kept than lost
	}
	ok, err := lock.TryLock()
	if ok {
		lock.Unlock()
	}
	return !ok || err != nil
}

// Remove deletes what Helium fetched of a repository, complete or not, and
// forgets the model. Files of other programs stay. It returns ErrInUse while a
// process works with the model, ErrNotHere when there is nothing of it.
func (l *Library) Remove(id string) (freed int64, err error) {
	if err := checkID(id); err != nil {
		return 0, err
	}
	n, err := l.readNote(l.notePath(id))
	if isGone(err) {
		return 0, fmt.Errorf("%w: %s", ErrNotHere, id)
	}
	if err != nil {
		return 0, fmt.Errorf("remove model %s: %w", id, err)
	}
	if freed, err = l.remove(n.ID); err != nil {
		return 0, fmt.Errorf("remove model %s: %w", id, err)
	}
	return freed, nil
}

// remove takes both locks, so that nobody uses or fetches what goes.
func (l *Library) remove(id string) (freed int64, err error) {
	for _, name := range []string{useLock, writeLock} {
		lock, err := l.lockFile(id, name)
		if err != nil {
			return 0, err
		}
		ok, err := lock.TryLock()
		if err != nil {
			return 0, err
		}
		if !ok {
			f := fail(CodeInUse, "The model is in use", id, "Wait until its task or download ends, or stop the node.")
			f.kind = ErrInUse
			return 0, f
		}
		defer lock.Unlock()
	}
	n, err := l.readNote(l.notePath(id))
	if err != nil {
		return 0, err
	}
	// The note goes first: from then on nobody takes the model for whole.
	if err := os.Remove(l.notePath(id)); err != nil {
		return 0, err
	}
	l.mu.Lock()
	delete(l.held, id)
	l.mu.Unlock()
	if freed, err = l.removeFiles(n); err != nil {
		if freed > 0 {
			n = note{ID: id, Got: n.Got} // no longer whole
		}
		return freed, errors.Join(err, l.writeNote(n))
	}
	l.tidy(id)
	return freed, nil
}

// removeFiles removes the bytes that Helium fetched and that no other program has
// named since, and then the names that Helium gave. On Windows bytes that an
// engine has mapped can't be removed: then nothing is.
func (l *Library) removeFiles(n note) (freed int64, err error) {
	named := l.namedByOthers(n)
	for _, g := range n.Got {
		if g.Blob == "" || named[g.Blob] {
			continue
		}
		switch err := os.Remove(l.blobPath(n.ID, g.Blob)); {
		case err == nil:
			freed += g.Bytes
		case !isGone(err):
			return freed, err
		}
	}
	for _, g := range n.Got {
		path := l.snapshotPath(n.ID, g.Commit, g.Name)
		info, err := os.Lstat(path)
		if isGone(err) {
			continue
		}
		if err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			return freed, err
		}
		if info.Mode().IsRegular() && g.Blob == "" {
			freed += g.Bytes
		}
	}
	parts, err := filepath.Glob(filepath.Join(l.repoDir(n.ID), "blobs", "*.helium*"))
	for _, path := range parts {
		if info, err := os.Stat(path); err == nil && os.Remove(path) == nil {
			freed += info.Size()
		}
	}
	return freed, err
}

// namedByOthers are the blobs to which a snapshot links by a name that Helium did
// not give.
func (l *Library) namedByOthers(n note) map[string]bool {
	ours := map[string]bool{}
	for _, g := range n.Got {
		ours[l.snapshotPath(n.ID, g.Commit, g.Name)] = true
	}
	named := map[string]bool{}
	filepath.WalkDir(filepath.Join(l.repoDir(n.ID), "snapshots"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type()&fs.ModeSymlink != 0 && !ours[path] {
			if target, err := os.Readlink(path); err == nil {
				named[filepath.Base(target)] = true
			}
		}
		return nil
	})
	return named
}

// tidy removes folders that are left empty, and refs to snapshots that are gone.
func (l *Library) tidy(id string) {
	repo := l.repoDir(id)
	removeEmpty(filepath.Join(repo, "snapshots"))
	filepath.WalkDir(filepath.Join(repo, "refs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		commit, err := os.ReadFile(path)
		if name := strings.TrimSpace(string(commit)); err == nil && isHex(name, 40) {
			if _, err := os.Stat(l.snapshotDir(id, name)); isGone(err) {
				os.Remove(path)
			}
		}
		return nil
	})
	removeEmpty(repo)
}

// removeEmpty removes dir and the folders in it, as far as nothing is in them.
func removeEmpty(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() {
			removeEmpty(filepath.Join(dir, e.Name()))
		}
	}
	os.Remove(dir) // fails when something is left
}

// resident is a repository of which Helium fetched something.
type resident struct {
	id    string
	bytes int64
	used  time.Time
}

func (l *Library) residents() (all []resident) {
	paths, _ := filepath.Glob(filepath.Join(l.dir, "models--*", noteName))
	for _, path := range paths {
		if n, err := l.readNote(path); err == nil && n.ID != DemoID && n.bytes() > 0 {
			all = append(all, resident{n.ID, n.bytes(), l.lastUsed(n.ID)})
		}
	}
	slices.SortFunc(all, func(a, b resident) int { return a.used.Compare(b.used) })
	return all
}

// makeRoom removes the longest unused of the models that Helium fetched, until
// need more bytes keep to the limit. It removes nothing if that is not enough.
func (l *Library) makeRoom(id string, need int64) error {
	if l.maxBytes <= 0 {
		return nil
	}
	all := l.residents()
	made, freed := l.made()
	over := need - l.maxBytes + freed
	for _, r := range all {
		over += r.bytes
	}
	var leaving []resident
	for _, r := range all {
		if freed < over && r.id != id && !l.inUse(r.id) {
			leaving = append(leaving, r)
			freed += r.bytes
		}
	}
	if freed < over {
		return l.overCap(need)
	}
	over -= l.removeMade(made, over)
	for _, r := range leaving {
		n, err := l.remove(r.id)
		over -= n
		if err != nil {
			l.log.Warn("could not remove a model to make room", "model", r.id, "err", err)
			continue
		}
		l.log.Info("removed a model to make room", "model", r.id, "bytes", n, "last_used", r.used)
	}
	if over > 0 && len(leaving) > 0 {
		return l.overCap(need) // one was taken into use meanwhile
	}
	return nil
}

// made lists the files in MadeDir, the longest unused first, without those that
// are not finished.
func (l *Library) made() (files []os.FileInfo, bytes int64) {
	entries, _ := os.ReadDir(l.MadeDir())
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(e.Name(), ".gguf") {
			files = append(files, info)
			bytes += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	return files, bytes
}

// trimMade brings the models and what was made of them to the limit again, but
// leaves the file that was used last.
func (l *Library) trimMade() {
	if l.maxBytes <= 0 {
		return
	}
	files, over := l.made()
	if len(files) < 2 {
		return
	}
	over -= l.maxBytes
	for _, r := range l.residents() {
		over += r.bytes
	}
	l.removeMade(files[:len(files)-1], over)
}

// removeMade removes files until so many bytes are freed. One that an engine has
// open goes when it is closed, or on Windows the next time.
func (l *Library) removeMade(files []os.FileInfo, over int64) (freed int64) {
	for _, f := range files {
		if freed >= over {
			break
		}
		path := filepath.Join(l.MadeDir(), f.Name())
		if err := os.Remove(path); err != nil {
			l.log.Warn("could not remove a file that was made of a model", "file", path, "err", err)
			continue
		}
		os.Remove(path + ".sha256")
		freed += f.Size()
		l.log.Info("removed a file that was made of a model", "file", path, "bytes", f.Size())
	}
	return freed
}

func (l *Library) overCap(need int64) error {
	return fail(CodeCap, "The limit for models is reached",
		fmt.Sprintf("%d MB more are needed, the limit is %d MB, and what else is here is in use or not Helium's", need/1e6, l.maxBytes/1e6),
		"Raise HELIUM_MODELS_MAX_GB, or remove a model with helium model remove.")
}
