package shelf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"helium/backend/atomicfile"
	"helium/backend/models"
	"helium/backend/protocol"
)

// FileName is the record's, in the agent's data folder.
const FileName = "models.json"

// record is what outlives the program.
type record struct {
	// Dir is the folder in force; empty for the one that other programs use too.
	Dir string `json:"dir,omitempty"`
	// Limit in bytes, 0 for none; nil for what the environment says.
	Limit *int64 `json:"limit,omitempty"`
	// Downloads in their order.
	Downloads []wanted `json:"downloads,omitempty"`
	// Move that is under way.
	Move *move `json:"move,omitempty"`
}

// wanted is a model on its way.
type wanted struct {
	ID     string `json:"id"`
	File   string `json:"file,omitempty"`
	Paused bool   `json:"paused,omitempty"`
}

func (w wanted) want() models.Want { return models.Want{ID: w.ID, File: w.File} }

// moveStage is how far a move has come.
type moveStage string

const (
	// moveCopies: the old folder is in force, and the new one is being filled.
	moveCopies moveStage = "copies"
	// moveClears: the new folder is in force, and the old one is being cleared.
	moveClears moveStage = "clears"
	// moveUndoes: the old folder is in force and stays so; the new one is cleared.
	moveUndoes moveStage = "undoes"
)

type move struct {
	Stage moveStage `json:"stage"`
	From  string    `json:"from"`
	To    string    `json:"to"`
}

// Where says which folder holds the models of a data folder, and their limit; nil
// for what the environment says.
func Where(dataDir, usual string) (dir string, limit *int64, err error) {
	r, err := readRecord(filepath.Join(dataDir, FileName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", nil, err
	}
	if r.Dir == "" {
		return usual, r.Limit, nil
	}
	return r.Dir, r.Limit, there(r.Dir)
}

// there says in an error when a folder that was chosen is not there.
func there(dir string) error {
	if models.IsMarked(dir) {
		return nil
	}
	return protocol.Reason{
		Code: CodeGone, Title: "The folder with the models isn't there", Detail: "The folder " + dir + " is not there, or is another one of that name.",
		Facts:  protocol.Phrases{protocol.Say("models_folder", "The folder {folder} is not there, or is another one of that name.", dir)},
		Action: "Connect its disk: Helium goes on by itself. Or choose another folder on the Models page.",
	}
}

// readRecord takes nothing that it does not know.
func readRecord(path string) (record, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return record{}, err
	}
	r, err := parseRecord(b)
	if err != nil {
		return record{}, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return r, nil
}

func parseRecord(b []byte) (record, error) {
	var r record
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return record{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return record{}, errors.New("there is more than one value")
	}
	if r.Dir != "" && !filepath.IsAbs(r.Dir) {
		return record{}, errors.New("dir is no whole path")
	}
	if r.Limit != nil && *r.Limit < 0 {
		return record{}, errors.New("limit is below 0")
	}
	seen := map[string]bool{}
	for _, w := range r.Downloads {
		if err := models.CheckID(w.ID); err != nil {
			return record{}, err
		}
		if seen[w.ID] {
			return record{}, fmt.Errorf("download %.100q is there twice", models.Label(w.ID))
		}
		seen[w.ID] = true
	}
	if m := r.Move; m != nil {
		known := m.Stage == moveCopies || m.Stage == moveClears || m.Stage == moveUndoes
		if !known || !filepath.IsAbs(m.From) || !filepath.IsAbs(m.To) {
			return record{}, errors.New("move can't be read")
		}
	}
	return r, nil
}

// write keeps the record whole or not at all, also over a power cut.
func (r record) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = atomicfile.Replace(path, append(b, '\n'), 0o600) // an address may hold a key
	}
	if err != nil {
		return fmt.Errorf("keep where the models are: %w", err)
	}
	return nil
}
