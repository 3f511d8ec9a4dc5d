// Package models finds, downloads, checks and keeps model files.
//
// A model has an id, which is a Hugging Face repository's name, that name with a
// variant or a file of the repository, the address of a file, or the name of the
// built-in demo model. It is one GGUF or safetensors file, or a folder of
// safetensors with the tokenizers and configurations that go with them: a text
// model, one network of an image model, or all of them. A library is a folder in
// the standard layout of the Hugging Face cache, so that nothing that another
// program fetched is fetched again: blobs named by their checksum, snapshots by
// the repository's commit. A pin names a revision, files and hashes exactly; it
// travels in a task's envelope, because which bytes ran is part of what the
// nodes agree on.
//
// The promise: a file that the library hands out has been hashed on this
// machine and is what its pin says, however often the download was cut; and no
// file is deleted that the library did not fetch or that a model in use needs.
package models

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"helium/backend/protocol"
)

// Options of a library. The zero value fits most.
type Options struct {
	// Endpoint of the hub; default HF_ENDPOINT, or Hugging Face itself.
	Endpoint string
	// Token for gated repositories; default HF_TOKEN. Never logged, and sent to
	// the endpoint only.
	Token string
	// Client makes the requests to the hub; default one that goes by Proxy, as what
	// asks other addresses always does.
	Client *http.Client
	// Proxy picks the proxy of an address, anew for each request; nil for none.
	// Default EnvironmentProxy.
	Proxy func(*url.URL) (*url.URL, error)
	// MaxBytes is how much the library may hold of what it fetched, before the
	// least recently used goes; default HELIUM_MODELS_MAX_GB, or no limit.
	MaxBytes int64
	// AllowPrivate lets models come from addresses of this computer and of local
	// networks, which a stranger's task could otherwise have a node ask.
	AllowPrivate bool
	// Log gets a line when a model is removed to make room; nil drops it.
	Log *slog.Logger
}

// Library is a folder of models. Several processes may share one.
type Library struct {
	dir  string
	hub  *hub
	web  *web
	log  *slog.Logger
	ways []linkWay
	// free says how much room there is.
	free func(dir string) (int64, error)
	// chunk is what one request asks for.
	chunk int64
	// at is told of every step of a move that changes a disk; tests kill there.
	at func(step string)

	// mu guards everything that follows.
	mu sync.Mutex
	// maxBytes is Options.MaxBytes, or what it was set to since.
	maxBytes int64
	// notes maps a note's path to it as it was read.
	notes map[string]seenNote
	// homes are where notes may be, as of the folder's time homesOf; zero when that
	// does not tell.
	homes   []string
	homesOf time.Time
	// held maps a model id to what has been checked.
	held map[string]held
}

// held is a model that was checked.
type held struct {
	file  File
	entry entry
}

// seenNote is a note, and what the file looked like that it was read from.
type seenNote struct {
	note
	seen stamp
}

// File is a model that is here and checked.
type File struct {
	Pin protocol.ModelPin `json:"pin"`
	// Path of the only file, or of the folder. A folder may also hold files of
	// other models of the same repository, which have other names.
	Path string `json:"-"`
}

// Bytes of all files.
func (f File) Bytes() (sum int64) {
	for _, file := range f.Pin.Files {
		sum += file.Bytes
	}
	return sum
}

// Open makes dir if need be.
func Open(dir string, o Options) (*Library, error) {
	dir, err := filepath.Abs(dir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err != nil {
		return nil, fmt.Errorf("open model folder: %w", err)
	}
	l := &Library{
		dir: dir, maxBytes: o.MaxBytes, log: o.Log, ways: usualWays(), free: freeSpace, chunk: chunk, at: func(string) {},
	}
	if l.log == nil {
		l.log = slog.New(slog.DiscardHandler)
	}
	if l.hub, err = openHub(o); err != nil {
		return nil, fmt.Errorf("open model folder: %w", err)
	}
	l.web = openWeb(l.hub, o)
	if l.maxBytes == 0 {
		if l.maxBytes, err = maxFromEnvironment(); err != nil {
			return nil, fmt.Errorf("open model folder: %w", err)
		}
	}
	return l, l.load()
}

// TurnTo has later requests go to another endpoint, with its token: both as in
// Options, empty for the default. A download that is under way may fail, and goes on
// from there.
func (l *Library) TurnTo(endpoint, token string) error { return l.hub.turnTo(endpoint, token) }

// Greet says whether the hub answers, through the proxy, and takes the token.
func (l *Library) Greet(ctx context.Context) error {
	address := l.hub.endpoint().JoinPath("api", "models").String() + "?limit=1"
	if l.hub.token() != "" {
		address = l.hub.endpoint().JoinPath("api", "whoami-v2").String()
	}
	resp, err := l.hub.send(ctx, http.MethodGet, address, "")
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func maxFromEnvironment() (int64, error) {
	const name = "HELIUM_MODELS_MAX_GB"
	v := os.Getenv(name)
	if v == "" {
		return 0, nil
	}
	gb, err := strconv.ParseFloat(v, 64)
	if err != nil || !(gb > 0) || gb > 1e6 {
		return 0, fmt.Errorf("%s is not a number of gigabytes above 0", name)
	}
	return int64(gb * 1e9), nil
}

// Dir is the library's folder.
func (l *Library) Dir() string { return l.dir }

// Limit is how much the library may hold of what it fetched; 0 is no limit.
func (l *Library) Limit() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.maxBytes
}

// SetLimit sets it from now on; 0 is no limit. Nothing is removed by it: what is
// above the limit goes with the next download, or is to be removed.
func (l *Library) SetLimit(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.maxBytes = bytes
}

// MadeDir is the folder for what engines make of the models. It counts towards
// the limit, and is the first to go: it can be made again.
func (l *Library) MadeDir() string { return filepath.Join(l.dir, ".helium-made") }

// List returns what is here, by id.
func (l *Library) List() []File {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refresh()
	files := make([]File, 0, len(l.held))
	for _, h := range l.held {
		files = append(files, h.file)
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Pin.ID, b.Pin.ID) })
	return files
}

// Get returns ErrNotHere when the library does not hold the model.
func (l *Library) Get(id string) (File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refresh()
	h, ok := l.held[id]
	if !ok {
		return File{}, fmt.Errorf("%w: %.200s", ErrNotHere, Label(id))
	}
	return h.file, nil
}

// Use is Get that marks the model as used, and keeps it from being removed by
// any process until release is called.
func (l *Library) Use(id string) (f File, release func(), err error) {
	if _, err := parseID(id); err != nil {
		return File{}, nil, fmt.Errorf("%w: %.200s", ErrNotHere, Label(id))
	}
	lock, err := l.lockFile(id, useLock(id))
	if err != nil {
		return File{}, nil, err
	}
	ok, err := lock.TryRLock()
	if err != nil {
		return File{}, nil, fmt.Errorf("use model %s: %w", Label(id), err)
	}
	if !ok {
		return File{}, nil, fmt.Errorf("%w: %s is being removed", ErrNotHere, Label(id))
	}
	if f, err = l.Get(id); err != nil {
		lock.Unlock()
		return File{}, nil, err
	}
	now := time.Now()
	os.Chtimes(lock.Path(), now, now) // costs at most a wrong order of removal
	return f, sync.OnceFunc(func() {
		lock.Unlock()
		l.trimMade()
	}), nil
}

// keep remembers a model whose files have just been hashed, in its
// repository's note.
func (l *Library) keep(n note, e entry) (File, error) {
	e.Stamps = map[string]stamp{}
	for _, f := range e.Pin.Files {
		info, err := os.Stat(l.snapshotPath(n.ID, e.Pin.Revision, f.Name))
		if err != nil {
			return File{}, fmt.Errorf("keep model %s: %w", Label(e.Pin.ID), err)
		}
		e.Stamps[f.Name] = stampOf(info)
	}
	n.set(e)
	if err := l.writeNote(n); err != nil {
		return File{}, err
	}
	return l.fileOf(n.ID, e), nil
}

func (l *Library) fileOf(home string, e entry) File {
	f := File{Pin: e.Pin, Path: l.snapshotDir(home, e.Pin.Revision)}
	if !e.Folder {
		f.Path = l.snapshotPath(home, e.Pin.Revision, e.Pin.Files[0].Name)
	}
	return f
}

// load hashes the files again that were touched since they were hashed.
func (l *Library) load() error {
	for _, path := range l.notePaths() {
		n, err := l.readNote(path)
		if err == nil {
			err = l.recheck(n)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read model folder: %w", err)
		}
	}
	return nil
}

// recheck hashes the files that don't look as they did. A model with one that is
// gone or not what it was is to be fetched again: better that than to be slashed
// for it.
func (l *Library) recheck(n note) error {
	touched := false
	for i := range n.Models {
		e := &n.Models[i]
		for _, f := range e.Pin.Files {
			path := l.snapshotPath(n.ID, e.Pin.Revision, f.Name)
			info, err := os.Stat(path)
			if isGone(err) {
				break
			}
			if err != nil {
				return err
			}
			if e.Stamps[f.Name] == stampOf(info) {
				continue
			}
			sum, size, _, err := digest(context.Background(), path, "")
			if err != nil {
				return err
			}
			if sum != f.SHA256 || size != f.Bytes {
				break
			}
			if e.Stamps == nil {
				e.Stamps = map[string]stamp{}
			}
			e.Stamps[f.Name], touched = stampOf(info), true
		}
	}
	if touched {
		return l.writeNote(n)
	}
	return nil
}

// refresh sees what this and other processes fetched and removed. It hashes
// nothing and needs mu.
func (l *Library) refresh() {
	notes := map[string]seenNote{}
	l.held = map[string]held{}
	for _, path := range l.paths() {
		n, ok := l.look(path)
		if !ok {
			continue
		}
		notes[path] = n
		for _, e := range n.Models {
			if e.complete() && l.unchanged(n.ID, e) {
				l.held[e.Pin.ID] = held{l.fileOf(n.ID, e), e}
			}
		}
	}
	l.notes = notes
}

// listSettles is longer than a file system takes from one time to the next.
const listSettles = 3 * time.Second

// paths are where notes may be. The folder is listed again when it has changed since:
// tasks and the clock ask all the time. One that changed a moment before it was listed
// may do so once more without a later time.
func (l *Library) paths() []string {
	info, err := os.Stat(l.dir)
	if err == nil && l.homesOf.Equal(info.ModTime()) {
		return l.homes
	}
	l.homes, l.homesOf = nil, time.Time{}
	for _, kind := range []string{"models--*", "urls--*"} {
		found, _ := filepath.Glob(filepath.Join(l.dir, kind)) // the only error is of the pattern
		for _, home := range found {
			l.homes = append(l.homes, filepath.Join(home, noteName))
		}
	}
	if err == nil && time.Since(info.ModTime()) > listSettles {
		l.homesOf = info.ModTime()
	}
	return l.homes
}

// look reads a note, unless it is the one that was read before.
func (l *Library) look(path string) (seenNote, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return seenNote{}, false
	}
	if n, ok := l.notes[path]; ok && n.seen == stampOf(info) {
		return n, true
	}
	n, err := l.readNote(path)
	return seenNote{n, stampOf(info)}, err == nil
}

// unchanged says whether all files look as they did when they were hashed.
func (l *Library) unchanged(home string, e entry) bool {
	for _, f := range e.Pin.Files {
		info, err := os.Stat(l.snapshotPath(home, e.Pin.Revision, f.Name))
		if err != nil || e.Stamps[f.Name] != stampOf(info) {
			return false
		}
	}
	return true
}
