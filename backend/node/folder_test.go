package node

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/pretrained"
	"helium/inference/pretrained/pretrainedtest"
)

// folders is a library with one model more, in a folder.
type folders struct {
	Models
	folder models.File
}

func (f folders) Get(id string) (models.File, error) {
	if id == f.folder.Pin.ID {
		return f.folder, nil
	}
	return f.Models.Get(id)
}

func (f folders) Use(id string) (models.File, func(), error) {
	if id == f.folder.Pin.ID {
		return f.folder, func() {}, nil
	}
	return f.Models.Use(id)
}

func (f folders) List() []models.File { return append(f.Models.List(), f.folder) }

// demoFolder is the demo model as a repository of safetensors.
func (w *world) demoFolder(id string) models.File {
	w.Helper()
	demo, err := w.models.Get(models.DemoID)
	if err != nil {
		w.Fatal(err)
	}
	dir := pretrainedtest.Folder(w.T, demo.Path)
	names, err := pretrained.Files(dir)
	if err != nil {
		w.Fatal(err)
	}
	f := models.File{Path: dir, Pin: protocol.ModelPin{ID: id, Revision: "1"}}
	for _, name := range names {
		sum, err := pretrained.FileDigest(filepath.Join(dir, name), nil)
		if err != nil {
			w.Fatal(err)
		}
		f.Pin.Files = append(f.Pin.Files, protocol.ModelFile{Name: name, SHA256: common.HexToHash(sum)})
	}
	return f
}

func TestThreeNodesAgreeOnAFolderInTheNumbersAskedFor(t *testing.T) {
	w := newWorld(t)
	folder := w.demoFolder("somebody/folder")
	library := folders{w.models, folder}
	w.three(func(c *Config) { c.Models = library }, func(c *Config) { c.Models = library }, func(c *Config) { c.Models = library })

	for name, change := range map[string]func(doc map[string]any){
		"as it comes": func(doc map[string]any) {},
		"quantized":   func(doc map[string]any) { doc["dtype"], doc["quantize_bits"] = "bfloat16", 4 },
	} {
		asked := w.creator.ask("What is Helium?", func(e *protocol.Envelope) {
			var doc map[string]any
			if err := json.Unmarshal(e.Task, &doc); err != nil {
				t.Fatal(err)
			}
			doc["model"] = folder.Pin.ID
			change(doc)
			var err error
			if e.Task, err = json.Marshal(doc); err != nil {
				t.Fatal(err)
			}
			e.Models = []protocol.ModelPin{folder.Pin}
		}).send()
		if outcome, _ := asked.ended(); outcome != protocol.OutcomeAgreed {
			t.Errorf("%s: outcome is %s", name, outcome)
		}
		if text := string(asked.result(asked.nodes[0])); len(text) < 100 {
			t.Errorf("%s: answer is %s", name, text)
		}
	}

	t.Run("not with other files than those pinned", func(t *testing.T) {
		asked := w.creator.ask("What is Helium?", func(e *protocol.Envelope) {
			var doc map[string]any
			if err := json.Unmarshal(e.Task, &doc); err != nil {
				t.Fatal(err)
			}
			doc["model"] = folder.Pin.ID
			e.Task, _ = json.Marshal(doc)
			pin := folder.Pin
			pin.Files = append([]protocol.ModelFile(nil), pin.Files[1:]...) // without config.json
			e.Models = []protocol.ModelPin{pin}
		}).send()
		if outcome, _ := asked.ended(); outcome == protocol.OutcomeAgreed {
			t.Errorf("outcome is %s", outcome)
		}
	})
}
