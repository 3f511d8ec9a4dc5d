// Package models finds, downloads, checks and keeps model files.
//
// A model has an id, which is a Hugging Face repository's name or the name of
// the built-in demo model, and is one GGUF file. A library is a folder in the
// standard layout of the Hugging Face cache, so that nothing that another
// program fetched is fetched again: blobs named by their sha256, snapshots by
// the repository's commit. A pin names a revision, file and hash exactly; it
// travels in a task's envelope, because which bytes ran is part of what the
// nodes agree on.
//
// The promise: a file that the library hands out has been hashed on this
// machine and is what its pin says, however often the download was cut.
package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/inference/checkpoint"
)

// DemoID is the model that the program makes itself. It needs no network.
const DemoID = "helium/demo"

// ErrNotHere says that the library does not hold the model.
var ErrNotHere = errors.New("model is not on this computer")

// Options of a library. The zero value fits most.
type Options struct {
	// Endpoint of the hub; default HF_ENDPOINT, or Hugging Face itself.
	Endpoint string
	// Token for gated repositories; default HF_TOKEN. Never logged.
	Token string
	// Client makes the requests; default one that honours the proxy variables.
	Client *http.Client
}

// Library is a folder of models. Several processes may share one.
type Library struct {
	dir      string
	endpoint string
	token    string
	client   *http.Client

	mu sync.Mutex
	// held maps a model id to what has been checked.
	held map[string]File
}

// File is a model that is here and checked.
type File struct {
	Pin protocol.ModelPin `json:"pin"`
	// Path of the GGUF file.
	Path string `json:"-"`
}

// SHA256 of the model's file.
func (f File) SHA256() common.Hash { return f.Pin.Files[0].SHA256 }

// DefaultDir is the Hugging Face cache of this user: HF_HUB_CACHE, HF_HOME/hub,
// or ~/.cache/huggingface/hub.
func DefaultDir() (string, error) {
	if dir := os.Getenv("HF_HUB_CACHE"); dir != "" {
		return dir, nil
	}
	if home := os.Getenv("HF_HOME"); home != "" {
		return filepath.Join(home, "hub"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the model folder: %w", err)
	}
	return filepath.Join(home, ".cache", "huggingface", "hub"), nil
}

// Open makes dir if need be.
func Open(dir string, o Options) (*Library, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open model folder: %w", err)
	}
	l := &Library{dir: dir, endpoint: o.Endpoint, token: o.Token, client: o.Client, held: map[string]File{}}
	if l.endpoint == "" {
		l.endpoint = os.Getenv("HF_ENDPOINT")
	}
	if l.endpoint == "" {
		l.endpoint = "https://huggingface.co"
	}
	l.endpoint = strings.TrimSuffix(l.endpoint, "/")
	if l.token == "" {
		l.token = os.Getenv("HF_TOKEN")
	}
	if l.client == nil {
		l.client = &http.Client{Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 20 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
		}}
	}
	return l, l.load()
}

// List returns what is here, by id.
func (l *Library) List() []File {
	l.mu.Lock()
	defer l.mu.Unlock()
	files := make([]File, 0, len(l.held))
	for _, f := range l.held {
		files = append(files, f)
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Pin.ID < files[j].Pin.ID })
	return files
}

// Get returns ErrNotHere when the library does not hold the model.
func (l *Library) Get(id string) (File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f, ok := l.held[id]
	if !ok {
		return File{}, fmt.Errorf("%w: %s", ErrNotHere, id)
	}
	return f, nil
}

// MakeDemo builds the demo model, if it is not here yet.
func (l *Library) MakeDemo(ctx context.Context) (File, error) {
	if f, err := l.Get(DemoID); err == nil && f.Pin.Revision == checkpoint.DemoVersion {
		return f, nil
	}
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	unlock, err := l.lock(ctx, DemoID)
	if err != nil {
		return File{}, err
	}
	defer unlock()

	dir := filepath.Join(l.repoDir(DemoID), "snapshots", checkpoint.DemoVersion)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return File{}, fmt.Errorf("make demo model: %w", err)
	}
	path := filepath.Join(dir, "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path + ".new"); err != nil {
		return File{}, fmt.Errorf("make demo model: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return File{}, fmt.Errorf("make demo model: %w", err)
	}
	return l.keep(DemoID, checkpoint.DemoVersion, "demo.gguf", path)
}

// keep hashes the file at path and remembers it under id.
func (l *Library) keep(id, revision, name, path string) (File, error) {
	sum, size, err := hashFile(path)
	if err != nil {
		return File{}, err
	}
	f := File{Path: path, Pin: protocol.ModelPin{
		ID: id, Revision: revision, Files: []protocol.ModelFile{{Name: name, SHA256: sum, Bytes: size}},
	}}
	if err := l.writeNote(f); err != nil {
		return File{}, err
	}
	l.mu.Lock()
	l.held[id] = f
	l.mu.Unlock()
	return f, nil
}

// A note beside the snapshots says which file of the repository is the model
// and what it hashed to, so that a start need not hash gigabytes again.
const noteName = "helium.json"

type note struct {
	File
	// Changed and Bytes of the file when it was hashed: a file that was touched
	// since is hashed again.
	Changed time.Time `json:"changed"`
}

func (l *Library) writeNote(f File) error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return fmt.Errorf("keep model %s: %w", f.Pin.ID, err)
	}
	b, err := json.Marshal(note{f, info.ModTime()})
	if err != nil {
		return fmt.Errorf("keep model %s: %w", f.Pin.ID, err)
	}
	return replaceFile(filepath.Join(l.repoDir(f.Pin.ID), noteName), b)
}

// load finds the models of earlier runs.
func (l *Library) load() error {
	notes, err := filepath.Glob(filepath.Join(l.dir, "models--*", noteName))
	if err != nil {
		return fmt.Errorf("read model folder: %w", err)
	}
	for _, path := range notes {
		f, err := l.loadNote(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the files were deleted by hand
		}
		if err != nil {
			return fmt.Errorf("read model folder: %w", err)
		}
		l.held[f.Pin.ID] = f
	}
	return nil
}

func (l *Library) loadNote(path string) (File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	var n note
	if err := json.Unmarshal(b, &n); err != nil || len(n.Pin.Files) != 1 || l.repoDir(n.Pin.ID) != filepath.Dir(path) {
		return File{}, fs.ErrNotExist // not ours, or cut: as if the model were not here
	}
	n.Path = filepath.Join(filepath.Dir(path), "snapshots", n.Pin.Revision, filepath.FromSlash(n.Pin.Files[0].Name))
	info, err := os.Stat(n.Path)
	if err != nil {
		return File{}, err
	}
	if info.Size() == n.Pin.Files[0].Bytes && info.ModTime().Equal(n.Changed) {
		return n.File, nil
	}
	sum, _, err := hashFile(n.Path)
	if err != nil {
		return File{}, err
	}
	if sum != n.Pin.Files[0].SHA256 {
		return File{}, fs.ErrNotExist // changed on disk: fetch it again rather than be slashed for it
	}
	return n.File, nil
}

func (l *Library) repoDir(id string) string {
	return filepath.Join(l.dir, "models--"+strings.ReplaceAll(id, "/", "--"))
}
