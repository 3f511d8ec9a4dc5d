package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Want names a model to fetch.
type Want struct {
	// ID is a repository's name, that name with "@" and a variant or "#" and a file,
	// or the address of a file of safetensors.
	ID string
	// File is a GGUF file that is to be the one of the repository's name. Empty takes
	// what the repository is: see Choose.
	File string
	// Revision is a branch, a tag or a commit; of an address the file's sha256. Empty
	// takes what is here, whichever it is, or else the main branch.
	Revision string
}

func (w Want) check() (reference, error) {
	ref, err := parseID(w.ID)
	switch {
	case err != nil:
		return ref, err
	case w.File != "":
		if err := checkName(w.ID, w.File); err != nil {
			return ref, err
		}
	case ref.address != nil && w.Revision != "" && !isHex(w.Revision, 64):
		return ref, fmt.Errorf("revision %.200q of an address is not a sha256", w.Revision)
	}
	if w.Revision != "" {
		return ref, checkRevision(w.Revision)
	}
	return ref, nil
}

func (w Want) revision() string { return firstOf(w.Revision, "main") }

// meets says whether what is here is what is wanted, without asking the hub.
func (w Want) meets(h held) bool {
	if w.Revision != "" && w.Revision != h.file.Pin.Revision {
		return false
	}
	return w.File == "" || !h.entry.Folder && w.File == h.file.Pin.Files[0].Name
}

// Download fetches one GGUF file of a repository, or finds it already here.
func (l *Library) Download(ctx context.Context, id, file string, onProgress func(Progress)) (File, error) {
	if err := checkName(id, file); err != nil {
		return File{}, err
	}
	return l.Fetch(ctx, Want{ID: id, File: file}, onProgress)
}

// Look asks the hub what a model's repository has, and fetches none of it. Its error
// holds a protocol.Reason with what to do.
func (l *Library) Look(ctx context.Context, id, revision string) (Repository, error) {
	w := Want{ID: id, Revision: revision}
	ref, err := w.check()
	if err != nil {
		return Repository{}, err
	}
	if ref.address != nil {
		return Repository{}, fmt.Errorf("look up %s: it is an address, and of no repository", Label(id))
	}
	r, err := l.hub.info(ctx, ref.home, w.revision())
	if err == nil {
		r, err = l.readIndex(ctx, r)
	}
	if err != nil {
		return r, fmt.Errorf("look up %s: %w", ref.home, err)
	}
	return r, nil
}

// Fetch fetches a model, or finds it already here. What was cut goes on where it
// stopped, in this process or in another. The model is pinned to the commit that
// the revision is now. onProgress may be nil; it is called by one goroutine at a
// time. An error holds a protocol.Reason where there is something to do about it.
func (l *Library) Fetch(ctx context.Context, w Want, onProgress func(Progress)) (File, error) {
	ref, err := w.check()
	if err != nil {
		return File{}, err
	}
	if f, ok := l.has(w); ok {
		return f, nil
	}
	meter := newMeter(w.ID, onProgress)
	unlock, err := l.lock(ctx, ref.home, writeLock, func() { meter.stage(StageWaiting) })
	if err != nil {
		return File{}, err
	}
	defer unlock()
	if f, ok := l.has(w); ok {
		return f, nil // the other program fetched it
	}
	var f File
	if ref.address != nil {
		f, err = l.fetchAddress(ctx, w, ref.address, meter)
	} else {
		f, err = l.fetch(ctx, w, ref.home, meter)
	}
	if err != nil {
		return File{}, fmt.Errorf("download %s: %w", Label(w.ID), err)
	}
	return f, nil
}

func (l *Library) has(w Want) (File, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refresh()
	h, ok := l.held[w.ID]
	if !ok || !w.meets(h) {
		return File{}, false
	}
	return h.file, true
}

// order is one file of a model on its way.
type order struct {
	RemoteFile
	sum common.Hash
	// named says that the snapshot has it, here that its bytes are in the cache.
	named, here bool
}

// fetch needs the repository's lock.
func (l *Library) fetch(ctx context.Context, w Want, home string, m *meter) (File, error) {
	repo, orders, folder, err := l.plan(ctx, w, home, m)
	if err != nil {
		return File{}, err
	}
	if err := l.checkKnown(ctx, repo, orders, folder); err != nil {
		return File{}, err
	}
	if err := l.prepare(home, orders, m); err != nil {
		return File{}, err
	}
	n := l.noteOf(w.ID)
	if err := l.writeNote(n); err != nil { // so that a download that is cut can be removed
		return File{}, err
	}
	pin := protocol.ModelPin{ID: w.ID, Revision: repo.Commit}
	for _, o := range orders {
		if err := l.bring(ctx, repo, &o, w.ID, &n, m); err != nil {
			return File{}, err
		}
		pin.Files = append(pin.Files, protocol.ModelFile{Name: o.Name, SHA256: o.sum, Bytes: o.Bytes})
	}
	if err := l.writeRef(home, w.revision(), repo.Commit); err != nil {
		return File{}, err
	}
	return l.keep(n, entry{Pin: pin, Folder: folder})
}

// checkKnown refuses a model that this program can't run by the little that names
// its kind.
func (l *Library) checkKnown(ctx context.Context, repo Repository, orders []order, folder bool) error {
	switch first := orders[0]; {
	case repo.index != nil && folder:
		return l.checkPipeline(ctx, repo)
	case repo.isNetwork() && folder:
		return l.checkNetwork(ctx, repo)
	case folder:
		_, err := l.PeekConfig(ctx, repo)
		return err
	case first.here || first.Bytes < worthAsking:
		return nil
	default:
		return l.checkStart(ctx, repo, first.Name)
	}
}

// plan learns which files there are and which of them are here. Where the hub
// can't be reached, files that another program fetched may be all there is need of.
func (l *Library) plan(ctx context.Context, w Want, home string, m *meter) (repo Repository, orders []order, folder bool, err error) {
	repo, unreached := l.hub.info(ctx, home, w.revision())
	if unreached != nil {
		var reason protocol.Reason
		local, ok := l.local(home, w.revision())
		if !ok || !errors.As(unreached, &reason) || reason.Code != CodeUnreachable {
			return repo, nil, false, unreached
		}
		repo = local
	}
	if repo, err = l.readIndex(ctx, repo); err != nil {
		return repo, nil, false, err
	}
	files, folder, err := repo.Choose(w)
	if err != nil {
		if unreached != nil {
			err = unreached
		}
		return repo, nil, false, err
	}
	vouching := l.unchangedAt(home, repo.Commit)
	for _, f := range files {
		if f.blob == "" {
			if f, err = l.hub.head(ctx, home, repo.Commit, f); err != nil {
				return repo, nil, false, err
			}
		}
		if slices.ContainsFunc(vouching, func(e entry) bool { return e.vouches(repo.Commit, f) }) {
			orders = append(orders, order{RemoteFile: f, sum: common.HexToHash(f.blob), named: true, here: true})
			continue
		}
		o, err := l.find(ctx, repo, f, m)
		if err != nil {
			return repo, nil, false, err
		}
		if unreached != nil && !o.here {
			return repo, nil, false, unreached
		}
		orders = append(orders, o)
	}
	return repo, orders, folder, nil
}

// unchangedAt are the models of a commit whose files are as they were when they
// were hashed. Those of one repository share files.
func (l *Library) unchangedAt(home, commit string) (all []entry) {
	n, err := l.readNote(l.notePath(home))
	if err != nil {
		return nil
	}
	for _, e := range n.Models {
		if e.complete() && e.Pin.Revision == commit && l.unchanged(home, e) {
			all = append(all, e)
		}
	}
	return all
}

// find looks for a file in the cache. What is there is hashed, whoever put it there.
func (l *Library) find(ctx context.Context, repo Repository, f RemoteFile, m *meter) (order, error) {
	o := order{RemoteFile: f}
	for _, path := range []string{l.snapshotPath(repo.ID, repo.Commit, f.Name), l.blobPath(repo.ID, f.blob)} {
		info, err := os.Stat(path)
		if err != nil || info.Size() != f.Bytes {
			continue
		}
		m.stage(StageChecking)
		sum, _, ok, err := digest(ctx, path, f.blob)
		if ctx.Err() != nil {
			return o, context.Cause(ctx)
		}
		if err == nil && ok {
			o.sum, o.here, o.named = sum, true, path != l.blobPath(repo.ID, f.blob)
			return o, nil
		}
	}
	return o, nil
}

// spare is what a download leaves free on the disk.
const spare = 1 << 30

// prepare makes sure that there is room, and tells how much is to come.
func (l *Library) prepare(id string, orders []order, m *meter) error {
	blobs := filepath.Join(l.repoDir(id), "blobs")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		return fmt.Errorf("make model folder: %w", err)
	}
	var have, total int64
	for _, o := range orders {
		total += o.Bytes
		if o.here {
			have += o.Bytes
			continue
		}
		l.adopt(id, o.RemoteFile)
		have += readJournal(l.partPath(id, o.blob), o.Bytes, l.chunk).have()
	}
	need := total - have
	if need > 0 {
		if err := l.makeRoom(id, need); err != nil {
			return err
		}
		if err := l.checkSpace(blobs, need); err != nil {
			return err
		}
	}
	m.begin(have, total)
	return nil
}

func (l *Library) checkSpace(dir string, need int64) error {
	free, err := l.free(dir)
	if err != nil || free >= need+spare {
		return nil // unknown is no reason to refuse
	}
	f := fail(CodeNoSpace, "There is not enough room on the disk",
		fmt.Sprintf("%d MB are free, and %d MB are needed and %d MB to spare", free>>20, need>>20, int64(spare)>>20),
		"Make room on the disk that "+l.dir+" is on, remove a model, or keep the models on another disk.")
	f.Facts = protocol.Phrases{protocol.Say("disk_room", "{free} are free, and {needs} are needed and {spare} to spare, on the disk of {folder}.",
		protocol.Bytes(free), protocol.Bytes(need), protocol.Bytes(spare), l.dir)}
	return f
}

// adopt goes on with what another program began and left. Such a file grows from
// its beginning; were it not so, the checksum would tell.
func (l *Library) adopt(id string, f RemoteFile) {
	part, theirs := l.partPath(id, f.blob), l.blobPath(id, f.blob)+".incomplete"
	info, err := os.Stat(theirs)
	if _, exists := os.Stat(part); err != nil || exists == nil || info.Size() == 0 || info.Size() > f.Bytes {
		return
	}
	lock, err := l.lockFile(id, f.blob)
	if err != nil {
		return
	}
	if ok, err := lock.TryLock(); err != nil || !ok {
		return // it is at work
	}
	defer lock.Unlock()
	j := prefix(f.Bytes, l.chunk, info.Size())
	if os.Rename(theirs, part) == nil {
		writeJournal(part, j) // without it the file is fetched anew
	}
}

// bring makes one file be in its snapshot, and notes what Helium put there.
func (l *Library) bring(ctx context.Context, repo Repository, o *order, id string, n *note, m *meter) error {
	g := got{For: id, Commit: repo.Commit, Name: o.Name}
	if !o.here {
		fetched, err := l.fetchBlob(ctx, repo, o, m)
		if err != nil {
			return err
		}
		if fetched {
			g.Blob, g.Bytes = o.blob, o.Bytes
		}
	}
	if o.named {
		return nil
	}
	if g.Blob == "" && n.fetched(o.blob) { // the same bytes under another name
		g.Blob, g.Bytes = o.blob, o.Bytes
	}
	if err := l.link(repo.ID, repo.Commit, o.Name, o.blob); err != nil {
		return err
	}
	n.add(g)
	return l.writeNote(*n)
}

// fetchBlob fetches bytes and checks them; fetched is false when another
// program did so meanwhile. Bytes that came wrong are fetched once more.
func (l *Library) fetchBlob(ctx context.Context, repo Repository, o *order, m *meter) (fetched bool, err error) {
	unlock, err := l.lock(ctx, repo.ID, o.blob, func() { m.stage(StageWaiting) })
	if err != nil {
		return false, err
	}
	defer unlock()
	blob, part := l.blobPath(repo.ID, o.blob), l.partPath(repo.ID, o.blob)
	if sum, _, ok, err := digest(ctx, blob, o.blob); err == nil && ok {
		m.add(o.Bytes - readJournal(part, o.Bytes, l.chunk).have())
		o.sum = sum
		return false, nil
	}
	for again := false; ; again = true {
		t := &transfer{from: l.hub, patience: l.hub.patience, address: l.hub.address(repo.ID, repo.Commit, o.Name), path: part, size: o.Bytes, chunk: l.chunk, meter: m}
		if err := t.run(ctx); err != nil {
			return false, err
		}
		m.stage(StageChecking)
		sum, _, ok, err := digest(ctx, part, o.blob)
		if err != nil {
			return false, err
		}
		if ok {
			o.sum = sum
			if err := os.Rename(part, blob); err != nil {
				return false, fmt.Errorf("keep %s: %w", o.Name, err)
			}
			os.Remove(journalPath(part))
			return true, nil
		}
		os.Remove(journalPath(part))
		os.Remove(part)
		if again {
			return false, fail(CodeDamaged, "The file is not what the hub says", "the checksum of "+o.Name+" is wrong, twice",
				"Something on the way changes it: try another network or proxy, or set HF_ENDPOINT to another hub.")
		}
		m.forget(o.Bytes)
	}
}

// noteOf is the note of a model's repository, in which the model is at least begun.
func (l *Library) noteOf(id string) note {
	home := homeOf(id)
	n, err := l.readNote(l.notePath(home))
	if err != nil {
		n = note{ID: home}
	}
	i := n.find(id)
	if i < 0 || !l.unchanged(home, n.Models[i]) {
		n.set(entry{Pin: protocol.ModelPin{ID: id}})
	}
	return n
}

// isGone tells a file that is not there from one that can't be read.
func isGone(err error) bool { return errors.Is(err, fs.ErrNotExist) }
