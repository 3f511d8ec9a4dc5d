package models

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Models move from one library to another in three steps, so that at every moment
// one of the two folders has all of them: CopyTo, which leaves this library as it
// is; the caller's own note of which library holds; and LeaveTo, which removes here
// what is there. Each may be cut anywhere, and goes on when it is called again.

// StageMoving is the stage of a move in which bytes are written.
const StageMoving = "moving"

// Survey is what moving the models to another library would take.
type Survey struct {
	// Models that go along, and how many bytes they are.
	Models []string
	Bytes  int64
	// Missing is how much of that has to be written: nothing where both folders are
	// on one disk.
	Missing int64
	// Stay are models that other programs fetched, and which stay where they are.
	Stay []string
	// SameDisk: a file can have a name in both folders.
	SameDisk bool
	// Free is what may be written to the other folder's disk.
	Free int64
}

// Survey looks whether the models can move to another library. Its error says in a
// protocol.Reason why they can't.
func (l *Library) Survey(to *Library) (Survey, error) {
	var s Survey
	if liesIn(to.dir, l.dir) || liesIn(l.dir, to.dir) {
		return s, fail(CodeDisk, "The models are there already", to.dir+" and "+l.dir+" lie in one another", "Choose another folder.")
	}
	if err := tryWriting(to.dir); err != nil {
		return s, fail(CodeDisk, "This folder can't be written to", err.Error(), "Choose a folder of your own.")
	}
	s.SameDisk = l.canLink(to)
	for _, n := range l.movable() {
		for _, e := range n.Models {
			switch {
			case !e.complete() || !l.unchanged(n.ID, e):
			case n.hasFetched(e.Pin.ID):
				s.Models = append(s.Models, e.Pin.ID)
			default:
				s.Stay = append(s.Stay, e.Pin.ID)
			}
		}
		whole, missing := l.toMove(to, n, s.SameDisk)
		s.Bytes, s.Missing = s.Bytes+whole, s.Missing+missing
	}
	if free, err := to.free(to.dir); err == nil {
		s.Free = free
		if s.Missing > 0 {
			return s, to.checkSpace(to.dir, s.Missing)
		}
	}
	return s, nil
}

// tryWriting makes a folder if need be, and a file in it.
func tryWriting(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".helium-probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// canLink tries whether a file can have a name in both folders.
func (l *Library) canLink(to *Library) bool {
	f, err := os.CreateTemp(l.dir, ".helium-probe-*")
	if err != nil {
		return false
	}
	f.Close()
	defer os.Remove(f.Name())
	other := filepath.Join(to.dir, filepath.Base(f.Name()))
	defer os.Remove(other)
	return os.Link(f.Name(), other) == nil
}

// movable are the notes of what does not come with the program.
func (l *Library) movable() (all []note) {
	for _, path := range l.notePaths() {
		if n, err := l.readNote(path); err == nil && !builtIn(n.ID) {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b note) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// toMove is how many bytes of a repository go along, and how many have to be
// written. What models share counts once.
func (l *Library) toMove(to *Library, n note, sameDisk bool) (whole, missing int64) {
	seen := map[common.Hash]bool{}
	for _, e := range n.Models {
		if !e.complete() || !n.hasFetched(e.Pin.ID) || !l.unchanged(n.ID, e) {
			continue
		}
		for _, f := range e.Pin.Files {
			if seen[f.SHA256] {
				continue
			}
			seen[f.SHA256] = true
			whole += f.Bytes
			blob, mine := l.blobOf(n, e, f)
			info, err := os.Stat(to.blobPath(n.ID, blob))
			if here := err == nil && info.Size() == f.Bytes; !here && !(sameDisk && mine) {
				missing += f.Bytes
			}
		}
	}
	parts := l.partBytes(n.ID)
	if !sameDisk {
		missing += parts
	}
	return whole + parts, missing
}

// blobOf is what the cache calls a file's bytes, and whether Helium fetched them.
func (l *Library) blobOf(n note, e entry, f protocol.ModelFile) (blob string, mine bool) {
	for _, g := range n.Got {
		if g.Commit == e.Pin.Revision && g.Name == f.Name && g.Blob != "" {
			return g.Blob, true
		}
	}
	target, err := os.Readlink(l.snapshotPath(n.ID, e.Pin.Revision, f.Name))
	if blob := filepath.Base(target); err == nil && (isHex(blob, 40) || isHex(blob, 64)) {
		return blob, false
	}
	return fmt.Sprintf("%x", f.SHA256), false
}

// CopyTo makes the other library hold every model of which Helium fetched something,
// hashed as it is there, and what came of those that are on their way. Nothing is
// changed here. It goes on where it was cut.
func (l *Library) CopyTo(ctx context.Context, to *Library, onProgress func(Progress)) error {
	s, err := l.Survey(to)
	if err != nil {
		return fmt.Errorf("move models: %w", err)
	}
	m := newMeter("", onProgress)
	m.begin(0, s.Bytes)
	for _, n := range l.movable() {
		if err := l.copyRepository(ctx, to, n.ID, m); err != nil {
			return fmt.Errorf("move %s: %w", Label(n.ID), err)
		}
	}
	return nil
}

func (l *Library) copyRepository(ctx context.Context, to *Library, home string, m *meter) error {
	for _, one := range []*Library{l, to} {
		unlock, err := one.lock(ctx, home, writeLock, func() { m.stage(StageWaiting) })
		if err != nil {
			return err
		}
		defer unlock()
	}
	n, err := l.readNote(l.notePath(home))
	if isGone(err) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	counted := map[common.Hash]bool{}
	for _, e := range n.Models {
		switch {
		case !e.complete():
			err = l.copyParts(ctx, to, n, e, m)
		case n.hasFetched(e.Pin.ID) && l.unchanged(home, e):
			err = l.copyModel(ctx, to, n, e, counted, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// copyModel has to.keep vouch for the model as after a download.
func (l *Library) copyModel(ctx context.Context, to *Library, n note, e entry, counted map[common.Hash]bool, m *meter) error {
	own := to.noteOf(e.Pin.ID)
	if i := own.find(e.Pin.ID); own.Models[i].complete() && samePin(own.Models[i].Pin, e.Pin) {
		m.count(e.Pin.Files, counted)
		return nil
	}
	own.set(entry{Pin: protocol.ModelPin{ID: e.Pin.ID}})
	if err := os.MkdirAll(filepath.Join(to.repoDir(n.ID), "blobs"), 0o755); err != nil {
		return err
	}
	if err := to.writeNote(own); err != nil { // so that what is cut can be removed
		return err
	}
	to.at("begun")
	for _, f := range e.Pin.Files {
		if err := l.copyFile(ctx, to, &own, n, e, f, counted, m); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err := l.copyRefs(to, n.ID, e.Pin.Revision); err != nil {
		return err
	}
	if _, err := to.keep(own, entry{Pin: e.Pin, Folder: e.Folder}); err != nil {
		return err
	}
	to.at("kept")
	l.copyTimes(to, e.Pin.ID)
	to.settle(n.ID, e.Pin.Revision)
	return nil
}

func samePin(a, b protocol.ModelPin) bool {
	return a.ID == b.ID && a.Revision == b.Revision && slices.Equal(a.Files, b.Files)
}

func (l *Library) copyFile(ctx context.Context, to *Library, own *note, n note, e entry, f protocol.ModelFile, counted map[common.Hash]bool, m *meter) error {
	blob, mine := l.blobOf(n, e, f)
	commit := e.Pin.Revision
	// What is there already, under whichever name, is hashed as before a download.
	o, err := to.find(ctx, Repository{ID: n.ID, Commit: commit}, RemoteFile{Name: f.Name, Bytes: f.Bytes, blob: blob}, m)
	if err != nil {
		return err
	}
	here := o.here && o.sum == f.SHA256
	g := got{For: e.Pin.ID, Commit: commit, Name: f.Name}
	if !here || own.fetched(blob) {
		g.Blob, g.Bytes = blob, f.Bytes
	}
	// Noted first, so that a crash leaves nothing that nobody removes.
	own.add(g)
	if err := to.writeNote(*own); err != nil {
		return err
	}
	if here {
		m.count([]protocol.ModelFile{f}, counted)
	} else if err := l.copyBlob(ctx, to, n.ID, blob, e, f, mine, counted, m); err != nil {
		return err
	}
	if here && o.named {
		return nil
	}
	if err := to.link(n.ID, commit, f.Name, blob); err != nil {
		return err
	}
	to.at("named")
	return nil
}

// copyBlob gives a blob a name in the other library where both are on one disk, and
// else writes its bytes. The note says first that they are Helium's, so that a crash
// leaves nothing that nobody removes.
func (l *Library) copyBlob(ctx context.Context, to *Library, home, blob string, e entry, f protocol.ModelFile, mine bool, counted map[common.Hash]bool, m *meter) error {
	unlock, err := to.lock(ctx, home, blob, func() { m.stage(StageWaiting) })
	if err != nil {
		return err
	}
	defer unlock()
	from, target := real(l.snapshotPath(home, e.Pin.Revision, f.Name)), to.blobPath(home, blob)
	if mine {
		os.Remove(target) // it is not what it should be, or it would have been found
		if os.Link(from, target) == nil {
			to.at("linked")
			m.count([]protocol.ModelFile{f}, counted)
			return nil
		}
	}
	m.stage(StageMoving)
	part := to.partPath(home, blob) + "-move"
	for again := false; ; again = true {
		before := m.done()
		sum, err := copyHashed(ctx, from, part, f.Bytes, m)
		if err != nil {
			return err
		}
		m.stage(StageChecking)
		written, _, _, err := digest(ctx, part, "")
		if err != nil {
			return err
		}
		if sum == f.SHA256 && written == sum {
			break
		}
		os.Remove(part)
		if again {
			return fail(CodeDamaged, "A file can't be copied", filepath.Base(f.Name)+" reads differently each time, on the old disk or on the new one",
				"Check both disks. The models stay where they are.")
		}
		m.forget(m.done() - before)
	}
	if counted[f.SHA256] {
		m.forget(f.Bytes) // it came under another name already
	}
	counted[f.SHA256] = true
	to.at("copied")
	if err := os.Rename(part, target); err != nil {
		return err
	}
	to.at("renamed")
	return nil
}

// copyHashed copies a file, from where an earlier try was cut, and returns what it
// hashes to.
func copyHashed(ctx context.Context, from, part string, size int64, m *meter) (sum common.Hash, err error) {
	in, err := os.Open(from)
	if err != nil {
		return sum, err
	}
	defer in.Close()
	out, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	h := sha256.New()
	have, err := io.Copy(h, &interruptible{ctx, io.LimitReader(out, size)})
	if err != nil {
		return sum, err
	}
	m.addAs(StageMoving, have)
	if _, err := in.Seek(have, io.SeekStart); err != nil {
		return sum, err
	}
	if err := copyRest(ctx, in, out, h, m); err != nil {
		return sum, writeFailure(part, err)
	}
	if err := out.Truncate(max(size, have)); err != nil {
		return sum, err
	}
	if err := out.Sync(); err != nil {
		return sum, writeFailure(part, err)
	}
	return common.BytesToHash(h.Sum(nil)), nil
}

func copyRest(ctx context.Context, in io.Reader, out io.Writer, h hash.Hash, m *meter) error {
	buffer := make([]byte, 1<<20)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := in.Read(buffer)
		if n > 0 {
			h.Write(buffer[:n])
			if _, err := out.Write(buffer[:n]); err != nil {
				return err
			}
			m.addAs(StageMoving, int64(n))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// copyParts takes along what came of a model that is on its way. Its checksum is
// looked at when the rest has come.
func (l *Library) copyParts(ctx context.Context, to *Library, n note, e entry, m *meter) error {
	parts, _ := filepath.Glob(filepath.Join(l.repoDir(n.ID), "blobs", "*.helium")) // the only error is of the pattern
	if len(parts) == 0 {
		return nil
	}
	blobs := filepath.Join(to.repoDir(n.ID), "blobs")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return err
	}
	if err := to.writeNote(to.noteOf(e.Pin.ID)); err != nil {
		return err
	}
	for _, from := range parts {
		target := filepath.Join(blobs, filepath.Base(from))
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		if _, err := os.Stat(target); err == nil {
			m.addAs(StageMoving, info.Size())
			continue
		}
		// Not of a name that a download would go on with.
		if _, err := copyHashed(ctx, from, target+"-move", info.Size(), m); err != nil {
			return err
		}
		if err := os.Rename(target+"-move", target); err != nil {
			return err
		}
		to.at("part")
		if journal, err := os.ReadFile(journalPath(from)); err == nil {
			if err := replaceFile(journalPath(target), journal, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyRefs takes along which revisions mean a commit.
func (l *Library) copyRefs(to *Library, home, commit string) error {
	refs := filepath.Join(l.repoDir(home), "refs")
	return filepath.WalkDir(refs, func(path string, d os.DirEntry, err error) error {
		if isGone(err) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(refs, path)
		if err != nil {
			return err
		}
		if is, ok := l.readRef(home, filepath.ToSlash(rel)); ok && is == commit {
			return to.writeRef(home, filepath.ToSlash(rel), commit)
		}
		return nil
	})
}

// copyTimes keeps the order in which models would be removed. It costs at most that.
func (l *Library) copyTimes(to *Library, id string) {
	if info, err := os.Stat(l.notePath(homeOf(id))); err == nil {
		os.Chtimes(to.notePath(homeOf(id)), info.ModTime(), info.ModTime())
	}
	at := l.lastTask(id)
	if at.IsZero() {
		at = never
	}
	lock, err := to.lockFile(id, useLock(id))
	if err != nil {
		return
	}
	if ok, err := lock.TryRLock(); err == nil && ok { // makes it
		lock.Unlock()
	}
	os.Chtimes(lock.Path(), at, at)
}

// settle has a model's names outlive a power cut, as far as the system can.
func (l *Library) settle(home, commit string) {
	paths := []string{l.notePath(home), l.repoDir(home), filepath.Join(l.repoDir(home), "blobs"), l.dir}
	filepath.WalkDir(l.snapshotDir(home, commit), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			paths = append(paths, path)
		}
		return nil
	})
	for _, path := range paths {
		if f, err := os.Open(path); err == nil {
			f.Sync() // not every system can with folders
			f.Close()
		}
	}
}

// LeaveTo removes here what the other library holds as well, and says what stays
// because something works with it. Files of other programs stay, and whatever came
// since CopyTo.
func (l *Library) LeaveTo(to *Library) (freed int64, busy []string, err error) {
	for _, n := range l.movable() {
		for _, e := range n.Models {
			if !n.hasFetched(e.Pin.ID) && e.complete() || !to.hasOf(e) {
				continue
			}
			bytes, removeErr := l.remove(e.Pin.ID)
			freed += bytes
			l.at("removed")
			switch {
			case errors.Is(removeErr, ErrInUse):
				busy = append(busy, e.Pin.ID)
			case removeErr != nil && !errors.Is(removeErr, ErrNotHere):
				err = errors.Join(err, fmt.Errorf("remove model %s from %s: %w", Label(e.Pin.ID), l.dir, removeErr))
			}
		}
	}
	files, bytes := l.made()
	freed += l.removeMade(files, bytes)
	return freed, busy, err
}

// hasOf says whether the library has all of a model that is whole, and of one that is
// not at least as much as there is a note of.
func (l *Library) hasOf(e entry) bool {
	n, err := l.readNote(l.notePath(homeOf(e.Pin.ID)))
	if err != nil {
		return false
	}
	i := n.find(e.Pin.ID)
	if i < 0 || !e.complete() {
		return i >= 0
	}
	return n.Models[i].complete() && samePin(n.Models[i].Pin, e.Pin) && l.unchanged(n.ID, n.Models[i])
}

// waitForUse is how long between looks whether something still works with a model.
const waitForUse = 2 * time.Second

// LeaveAllTo is LeaveTo that waits until nothing works with the models any more.
func (l *Library) LeaveAllTo(ctx context.Context, to *Library) (freed int64, err error) {
	for {
		bytes, busy, err := l.LeaveTo(to)
		freed += bytes
		if err != nil || len(busy) == 0 {
			return freed, err
		}
		select {
		case <-ctx.Done():
			return freed, context.Cause(ctx)
		case <-time.After(waitForUse):
		}
	}
}
