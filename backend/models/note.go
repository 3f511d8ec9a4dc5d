package models

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"helium/backend/protocol"
)

// noteName is a file beside a repository's snapshots. It says which of the
// files are the model and what they hashed to, so that a start need not hash
// gigabytes again, and which of them Helium fetched.
const noteName = "helium.json"

type note struct {
	ID string `json:"id"`
	// Pin is empty while no model is complete.
	Pin protocol.ModelPin `json:"pin"`
	// Folder says that the model is opened as a folder.
	Folder bool `json:"folder,omitempty"`
	// Stamps of the pinned files when they were hashed.
	Stamps map[string]stamp `json:"stamps,omitempty"`
	// Got is what Helium put here, of all models of this repository.
	Got []got `json:"got,omitempty"`
}

// stamp tells a file that was touched from one that was not.
type stamp struct {
	Changed int64 `json:"changed"` // nanoseconds
	Bytes   int64 `json:"bytes"`
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.ModTime().UnixNano(), info.Size()} }

// got is a name that Helium gave a file.
type got struct {
	Commit string `json:"commit"`
	Name   string `json:"name"`
	// Blob is the file's bytes when Helium fetched them; empty when they were here.
	Blob  string `json:"blob,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
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

// vouches says that a file was hashed here, has not been touched since, and is
// what the hub has at that commit. It needs a note of unchanged files.
func (n *note) vouches(commit string, f RemoteFile) bool {
	return n.Pin.Revision == commit && slices.ContainsFunc(n.Pin.Files, func(p protocol.ModelFile) bool {
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

func (l *Library) notePath(id string) string { return filepath.Join(l.repoDir(id), noteName) }

func (l *Library) writeNote(n note) error {
	b, err := json.Marshal(n)
	if err == nil {
		err = replaceFile(l.notePath(n.ID), b)
	}
	if err != nil {
		return fmt.Errorf("keep model %s: %w", n.ID, err)
	}
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
// removed.
func parseNote(b []byte) (note, bool) {
	var n note
	if json.Unmarshal(b, &n) != nil {
		return note{}, false
	}
	if n.ID == "" {
		n.ID = n.Pin.ID // notes of before had no id of their own
	}
	if checkID(n.ID) != nil || n.Pin.ID != "" && (n.Pin.ID != n.ID || len(n.Pin.Files) == 0 || !isPlain(n.Pin.Revision)) {
		return note{}, false
	}
	for _, f := range n.Pin.Files {
		if !isSafeName(f.Name) || f.Bytes < 0 {
			return note{}, false
		}
	}
	for _, g := range n.Got {
		if !isPlain(g.Commit) || !isSafeName(g.Name) || g.Bytes < 0 || g.Blob != "" && !isHex(g.Blob, 40) && !isHex(g.Blob, 64) {
			return note{}, false
		}
	}
	return n, true
}

// isPlain says that a name of hexadecimal digits is one, as commits are and the
// demo model's version.
func isPlain(s string) bool { return len(s) > 0 && len(s) <= 64 && isHex(s, len(s)) }
