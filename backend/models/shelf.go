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

	"helium/backend/protocol"
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
	// LastTask is when something last worked with it; zero if nothing has.
	LastTask time.Time
	// Shares are the models of its repository that have some of the same bytes.
	Shares []string
	// Why it is here and stays here; Kept says it in a sentence.
	Why  Why
	Kept string
}

// Why a model is here and stays here.
type Why string

const (
	// WhyBuiltIn: the program makes it itself.
	WhyBuiltIn Why = "built_in"
	// WhyForeign: another program fetched all of it.
	WhyForeign Why = "foreign"
	// WhyTasks: Helium fetched it, and tasks have used it.
	WhyTasks Why = "tasks"
	// WhyChosen: Helium fetched it because somebody chose it.
	WhyChosen Why = "chosen"
)

// Show returns ErrNotHere when the library does not hold the model.
func (l *Library) Show(id string) (Facts, error) {
	f, err := l.Get(id)
	if err != nil {
		return Facts{}, err
	}
	n, err := l.readNote(l.notePath(homeOf(id)))
	if err != nil {
		return Facts{}, fmt.Errorf("show model %s: %w", Label(id), err)
	}
	facts := Facts{
		File: f, Removable: n.freedBy(id), LastUsed: l.lastUsed(id), InUse: l.inUse(id),
		LastTask: l.lastTask(id), Shares: n.sharers(id),
	}
	switch {
	case builtIn(id):
		facts.Why = WhyBuiltIn
	case !n.hasFetched(id):
		facts.Why = WhyForeign
	case facts.LastTask.IsZero():
		facts.Why = WhyChosen
	default:
		facts.Why = WhyTasks
	}
	facts.Kept = l.whyKept(facts)
	return facts, nil
}

func (l *Library) whyKept(f Facts) string {
	limit := l.Limit()
	switch {
	case builtIn(f.Pin.ID):
		return "It is built in: the program makes it itself."
	case f.InUse:
		return "It is in use."
	case len(f.Shares) > 0 && f.Removable < f.Bytes():
		return "It shares files with another model of its repository, which stay as long as that one."
	case f.Removable == 0:
		return "Another program fetched it: Helium uses it and never removes it."
	case f.Removable < f.Bytes():
		return "Helium fetched a part of it; the rest is another program's."
	case limit == 0:
		return "Helium fetched it and keeps it until you remove it: HELIUM_MODELS_MAX_GB sets no limit."
	default:
		return fmt.Sprintf("Helium fetched it and keeps it while its models take no more than %d MB; the longest unused goes first.", limit/1e6)
	}
}

// lastUsed is the time of the lock that a use holds, or of the note.
func (l *Library) lastUsed(id string) time.Time {
	var last time.Time
	for _, path := range []string{l.lockPath(id, useLock(id)), l.notePath(homeOf(id))} {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// lastTask is the time of the lock that a use holds. One that nothing used since
// the model came is of no time.
func (l *Library) lastTask(id string) time.Time {
	info, err := os.Stat(l.lockPath(id, useLock(id)))
	if err != nil || !info.ModTime().After(never) {
		return time.Time{}
	}
	return info.ModTime()
}

// never is the time of the lock of a model that was removed.
var never = time.Unix(1, 0)

func (l *Library) inUse(id string) bool {
	if _, err := os.Stat(l.lockPath(id, useLock(id))); isGone(err) {
		return false // making the lock would look like a use
	}
	lock, err := l.lockFile(id, useLock(id))
	if err != nil {
		return true // better kept than lost
	}
	ok, err := lock.TryLock()
	if ok {
		lock.Unlock()
	}
	return !ok || err != nil
}

// Remove deletes what Helium fetched for a model, complete or not, and forgets the
// model. Files of other programs stay, and those that another model of the same
// repository has too. It returns ErrInUse while a process works with the model,
// ErrNotHere when there is nothing of it.
func (l *Library) Remove(id string) (freed int64, err error) {
	if _, err := parseID(id); err != nil {
		return 0, err
	}
	if freed, err = l.remove(id); err != nil {
		return 0, fmt.Errorf("remove model %s: %w", Label(id), err)
	}
	return freed, nil
}

// remove takes both locks, so that nobody uses or fetches what goes.
func (l *Library) remove(id string) (freed int64, err error) {
	path := l.notePath(homeOf(id))
	if n, err := l.readNote(path); isGone(err) || err == nil && n.find(id) < 0 {
		return 0, ErrNotHere // no lock is made for what never was here
	}
	for _, name := range []string{useLock(id), writeLock} {
		lock, err := l.lockFile(id, name)
		if err != nil {
			return 0, err
		}
		ok, err := lock.TryLock()
		if err != nil {
			return 0, err
		}
		if !ok {
			f := fail(CodeInUse, "The model is in use", Label(id), "Wait until its task or download ends, or stop the node.")
			f.kind = ErrInUse
			return 0, f
		}
		defer lock.Unlock()
	}
	n, err := l.readNote(path)
	if isGone(err) || err == nil && n.find(id) < 0 {
		return 0, ErrNotHere
	}
	if err != nil {
		return 0, err
	}
	whole := n.Models[n.find(id)]
	// From here on nobody takes the model for whole; and should this process end,
	// what is left can be found and removed.
	n.set(entry{Pin: protocol.ModelPin{ID: id}})
	if err := l.writeNote(n); err != nil {
		return 0, err
	}
	left := n
	gone := left.drop(id)
	if freed, err = l.removeFiles(left, gone); err != nil {
		if freed == 0 {
			n.set(whole)
			err = errors.Join(err, l.writeNote(n))
		}
		return freed, err
	}
	l.tidy(n.ID) // while there is still a note of it
	if err := l.replaceNote(left); err != nil {
		return freed, err
	}
	removeEmpty(l.repoDir(n.ID))
	os.Chtimes(l.lockPath(id, useLock(id)), never, never)
	return freed, nil
}

// replaceNote writes a note, or removes that of a repository without models.
func (l *Library) replaceNote(n note) error {
	if len(n.Models) == 0 {
		return os.Remove(l.notePath(n.ID))
	}
	return l.writeNote(n)
}

// removeFiles removes, of what nothing in the note needs, the bytes that Helium
// fetched and that no other name leads to, and then the names that Helium gave. On
// Windows bytes that an engine has mapped can't be removed: then nothing is.
func (l *Library) removeFiles(n note, gone []got) (freed int64, err error) {
	named := l.namedByOthers(n.ID, gone)
	for _, g := range gone {
		if g.Blob == "" || named[g.Blob] || n.fetched(g.Blob) {
			continue
		}
		switch err := os.Remove(l.blobPath(n.ID, g.Blob)); {
		case err == nil:
			freed += g.Bytes
		case !isGone(err):
			return freed, err
		}
	}
	for _, g := range gone {
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
	if slices.ContainsFunc(n.Models, func(e entry) bool { return !e.complete() }) {
		return freed, nil // parts may be of another model, which was cut
	}
	parts, err := filepath.Glob(filepath.Join(l.repoDir(n.ID), "blobs", "*.helium*"))
	for _, path := range parts {
		if info, err := os.Stat(path); err == nil && os.Remove(path) == nil {
			freed += info.Size()
		}
	}
	return freed, err
}

// namedByOthers are the blobs to which a snapshot links by a name that is not one of
// those that go.
func (l *Library) namedByOthers(home string, gone []got) map[string]bool {
	going := map[string]bool{}
	for _, g := range gone {
		going[l.snapshotPath(home, g.Commit, g.Name)] = true
	}
	named := map[string]bool{}
	filepath.WalkDir(filepath.Join(l.repoDir(home), "snapshots"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type()&fs.ModeSymlink != 0 && !going[path] {
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

// resident is a model for which Helium fetched something.
type resident struct {
	id   string
	used time.Time
}

// shelf is what Helium fetched, by repository, and for which models, the longest
// unused first.
type shelf struct {
	notes  map[string]note
	models []resident
}

func (l *Library) shelf() shelf {
	s := shelf{notes: map[string]note{}}
	for _, path := range l.notePaths() {
		n, err := l.readNote(path)
		if err != nil || builtIn(n.ID) || n.bytes() == 0 {
			continue
		}
		s.notes[n.ID] = n
		for _, e := range n.Models {
			s.models = append(s.models, resident{e.Pin.ID, l.lastUsed(e.Pin.ID)})
		}
	}
	slices.SortStableFunc(s.models, func(a, b resident) int { return a.used.Compare(b.used) })
	return s
}

func (s shelf) bytes() (sum int64) {
	for _, n := range s.notes {
		sum += n.bytes()
	}
	return sum
}

// freedBy is how many bytes removing models would free: what they share only when
// all of those that share it go.
func (s shelf) freedBy(models []resident) (sum int64) {
	byHome := map[string][]string{}
	for _, r := range models {
		byHome[homeOf(r.id)] = append(byHome[homeOf(r.id)], r.id)
	}
	for home, ids := range byHome {
		sum += s.notes[home].freedBy(ids...)
	}
	return sum
}

// leaving picks those of the models that may go which are enough to free so many
// bytes, the longest unused first. None of them is picked in vain.
func (s shelf) leaving(may func(id string) bool, over int64) (leaving []resident) {
	for _, r := range s.models {
		if s.freedBy(leaving) >= over {
			break
		}
		if may(r.id) {
			leaving = append(leaving, r)
		}
	}
	for i := len(leaving) - 1; i >= 0; i-- {
		if without := slices.Delete(slices.Clone(leaving), i, i+1); s.freedBy(without) >= over {
			leaving = without
		}
	}
	return leaving
}

// makeRoom removes the longest unused of the models that Helium fetched, until
// need more bytes keep to the limit. It removes nothing if that is not enough. The
// models of the repository that is being fetched stay: they may have the same files.
func (l *Library) makeRoom(home string, need int64) error {
	limit := l.Limit()
	if limit <= 0 {
		return nil
	}
	all := l.shelf()
	made, fromMade := l.made()
	over := need - limit + fromMade + all.bytes()
	leaving := all.leaving(func(id string) bool { return homeOf(id) != home && !l.inUse(id) }, over-fromMade)
	if fromMade+all.freedBy(leaving) < over {
		return l.overCap(need)
	}
	over -= l.removeMade(made, over)
	for _, r := range leaving {
		n, err := l.remove(r.id)
		over -= n
		if err != nil {
			l.log.Warn("could not remove a model to make room", "model", Label(r.id), "err", err)
			continue
		}
		l.log.Info("removed a model to make room", "model", Label(r.id), "bytes", n, "last_used", r.used)
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
	limit := l.Limit()
	if limit <= 0 {
		return
	}
	files, over := l.made()
	if len(files) < 2 {
		return
	}
	over += l.shelf().bytes() - limit
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
	f := fail(CodeCap, "The limit for models is reached",
		fmt.Sprintf("%d MB more are needed, the limit is %d MB, and what else is here is in use or not Helium's", need/1e6, l.Limit()/1e6),
		"Allow more of the disk for models, or remove one.")
	f.Facts = protocol.Phrases{protocol.Say("disk_limit", "{needs} more are needed, and the limit is {limit}.", protocol.Bytes(need), protocol.Bytes(l.Limit()))}
	return f
}
