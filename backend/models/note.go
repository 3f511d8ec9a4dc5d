package models

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// noteName is a file beside a repository's snapshots. It says which of the
// files are the model and what they hashed to, so that a start need not hash
// gigabytes again, and which of them Helium fetched.
const noteName = "helium.json"

type note struct {
	// ID of the repository, or the address of a file.
	ID string `json:"id"`
	// Models are those of the repository that are here or on their way.
	Models []entry `json:"models"`
	// Got is what Helium put here, for all of them.
	Got []got `json:"got,omitempty"`
}

// entry is one model of a repository.
type entry struct {
	// Pin has the model's id, and nothing else while it is not complete.
	Pin protocol.ModelPin `json:"pin"`
	// Folder says that the model is opened as a folder.
	Folder bool `json:"folder,omitempty"`
	// Stamps of the pinned files when they were hashed.
	Stamps map[string]stamp `json:"stamps,omitempty"`
}

func (e entry) complete() bool { return len(e.Pin.Files) > 0 }

// has says whether the model's files are at a commit and one has that name.
func (e entry) has(commit, name string) bool {
	return e.Pin.Revision == commit && slices.ContainsFunc(e.Pin.Files, func(f protocol.ModelFile) bool { return f.Name == name })
}

// stamp tells a file that was touched from one that was not.
type stamp struct {
	Changed int64 `json:"changed"` // nanoseconds
	Bytes   int64 `json:"bytes"`
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.ModTime().UnixNano(), info.Size()} }

// got is a name that Helium gave a file.
type got struct {
	// For is the model for which it came; empty for that of the repository's name.
	For    string `json:"for,omitempty"`
	Commit string `json:"commit"`
	Name   string `json:"name"`
	// Blob is the file's bytes when Helium fetched them; empty when they were here.
	Blob  string `json:"blob,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
}

// find returns the model's place, or -1.
func (n *note) find(id string) int {
	return slices.IndexFunc(n.Models, func(e entry) bool { return e.Pin.ID == id })
}

// set puts e in the place of what was known of the same model.
func (n *note) set(e entry) {
	if i := n.find(e.Pin.ID); i >= 0 {
		n.Models[i] = e
		return
	}
	n.Models = append(n.Models, e)
	slices.SortFunc(n.Models, func(a, b entry) int { return strings.Compare(a.Pin.ID, b.Pin.ID) })
}

// fetched says whether a blob's bytes are Helium's.
func (n *note) fetched(blob string) bool {
	return slices.ContainsFunc(n.Got, func(g got) bool { return g.Blob == blob })
}

// drop takes models out, and returns what none of those that stay needs.
func (n *note) drop(ids ...string) (gone []got) {
	n.Models = slices.DeleteFunc(slices.Clone(n.Models), func(e entry) bool { return slices.Contains(ids, e.Pin.ID) })
	var kept []got
	for _, g := range n.Got {
		if n.needs(g) {
			kept = append(kept, g)
		} else {
			gone = append(gone, g)
		}
	}
	n.Got = kept
	return gone
}

func (n *note) needs(g got) bool {
	return slices.ContainsFunc(n.Models, func(e entry) bool {
		return e.Pin.ID == firstOf(g.For, n.ID) || e.has(g.Commit, g.Name)
	})
}

// hasFetched says whether some of a model's bytes are Helium's.
func (n *note) hasFetched(id string) bool {
	i := n.find(id)
	return i >= 0 && slices.ContainsFunc(n.Models[i].Pin.Files, func(f protocol.ModelFile) bool {
		return slices.ContainsFunc(n.Got, func(g got) bool {
			return g.Blob != "" && g.Commit == n.Models[i].Pin.Revision && g.Name == f.Name
		})
	})
}

// sharers are the other models of the repository that have some of this one's bytes.
func (n *note) sharers(id string) (ids []string) {
	sums := map[common.Hash]bool{}
	if i := n.find(id); i >= 0 {
		for _, f := range n.Models[i].Pin.Files {
			sums[f.SHA256] = true
		}
	}
	for _, e := range n.Models {
		if e.Pin.ID != id && slices.ContainsFunc(e.Pin.Files, func(f protocol.ModelFile) bool { return sums[f.SHA256] }) {
			ids = append(ids, e.Pin.ID)
		}
	}
	return ids
}

// add puts g in the place of an earlier entry for the same name.
func (n *note) add(g got) {
	i := slices.IndexFunc(n.Got, func(o got) bool { return o.Commit == g.Commit && o.Name == g.Name })
	if i < 0 {
		n.Got = append(n.Got, g)
		return
	}
	if g.Blob == "" && n.Got[i].Blob != "" {
		return // still Helium's
	}
	n.Got[i] = g
}

// vouches says that a file is one of the model's and is what the hub has at that
// commit. The model's files must be unchanged since they were hashed.
func (e entry) vouches(commit string, f RemoteFile) bool {
	return e.Pin.Revision == commit && slices.ContainsFunc(e.Pin.Files, func(p protocol.ModelFile) bool {
		return p.Name == f.Name && p.Bytes == f.Bytes && fmt.Sprintf("%x", p.SHA256) == f.blob
	})
}

// bytes is what removing would free: one blob may have several names.
func (n *note) bytes() (sum int64) {
	seen := map[string]bool{}
	for _, g := range n.Got {
		if g.Blob == "" || !seen[g.Blob] {
			sum += g.Bytes
		}
		seen[g.Blob] = true
	}
	return sum
}

// freedBy is how many bytes removing models would free. It leaves the note as it is.
func (n note) freedBy(ids ...string) int64 {
	before := n.bytes()
	n.drop(ids...)
	return before - n.bytes()
}

func (l *Library) notePath(id string) string { return filepath.Join(l.repoDir(id), noteName) }

// notePaths are those of all repositories and addresses.
func (l *Library) notePaths() (paths []string) {
	for _, kind := range []string{"models--*", "urls--*"} {
		found, _ := filepath.Glob(filepath.Join(l.dir, kind, noteName)) // the only error is of the pattern
		paths = append(paths, found...)
	}
	return paths
}

func (l *Library) writeNote(n note) error {
	mode := fs.FileMode(0o644)
	if strings.Contains(n.ID, "://") {
		mode = 0o600 // an address may hold a key
	}
	b, err := json.Marshal(n)
	if err == nil {
		err = replaceFile(l.notePath(n.ID), b, mode)
	}
	if err != nil {
		if isDiskFull(err) {
			err = writeFailure(l.notePath(n.ID), err)
		}
		return fmt.Errorf("keep model %s: %w", Label(n.ID), err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.notes, l.notePath(n.ID)) // its time may not tell it from the one before
	return nil
}

// readNote returns fs.ErrNotExist for a note that is not ours or was cut: it is
// as if the model were not here.
func (l *Library) readNote(path string) (note, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return note{}, err
	}
	n, ok := parseNote(b)
	if !ok || l.notePath(n.ID) != path {
		return note{}, fs.ErrNotExist
	}
	return n, nil
}

// parseNote trusts nothing: the names in it become paths that are opened, and
// removed. A note of before is of one model, that of the repository's name.
func parseNote(b []byte) (note, bool) {
	var read struct {
		note
		entry
	}
	if json.Unmarshal(b, &read) != nil {
		return note{}, false
	}
	n := read.note
	if len(n.Models) == 0 {
		n.ID = firstOf(n.ID, read.entry.Pin.ID)
		read.entry.Pin.ID = firstOf(read.entry.Pin.ID, n.ID)
		n.Models = []entry{read.entry}
	}
	if home, err := parseID(n.ID); err != nil || home.home != n.ID {
		return note{}, false
	}
	ids := map[string]bool{}
	for _, e := range n.Models {
		id, err := parseID(e.Pin.ID)
		if err != nil || id.home != n.ID || ids[e.Pin.ID] || !e.isPlain() {
			return note{}, false
		}
		ids[e.Pin.ID] = true
	}
	for _, g := range n.Got {
		if !isPlain(g.Commit) || !isSafeName(g.Name) || g.Bytes < 0 || g.Blob != "" && !isHex(g.Blob, 40) && !isHex(g.Blob, 64) {
			return note{}, false
		}
	}
	return n, true
}

// isPlain says that the entry's names are ones that can be opened.
func (e entry) isPlain() bool {
	if e.complete() && !isPlain(e.Pin.Revision) {
		return false
	}
	return !slices.ContainsFunc(e.Pin.Files, func(f protocol.ModelFile) bool { return !isSafeName(f.Name) || f.Bytes < 0 })
}

// isPlain says that a name of hexadecimal digits is one, as commits are and the
// demo model's version.
func isPlain(s string) bool { return len(s) > 0 && len(s) <= 64 && isHex(s, len(s)) }
