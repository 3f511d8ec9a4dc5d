package models

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/backend/protocol"
	"helium/inference/task"
)

// Configurations of networks as small as they may be.
const (
	tinyText = `{"architectures":["CLIPTextModel"],"vocab_size":514,"hidden_size":16,"intermediate_size":32,
		"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":77}`
	tinyUNet = `{"_class_name":"UNet2DConditionModel","block_out_channels":[16,24],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"norm_num_groups":4,"cross_attention_dim":16,"attention_head_dim":2}`
	tinyVAE = `{"_class_name":"AutoencoderKL","block_out_channels":[8,8],"layers_per_block":1,"norm_num_groups":4,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D"],"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D"]}`
)

const tinySD = "owner/tiny-sd"

// putPipeline puts Stable Diffusion 1.5 on the hub with all its files. Those of
// weights have 100,000 bytes and more, no two the same.
func putPipeline(t *testing.T, h *fakeHub, id string) {
	t.Helper()
	texts := map[string]string{
		indexName: sd15Index, "text_encoder/config.json": tinyText, "unet/config.json": tinyUNet, "vae/config.json": tinyVAE,
		"scheduler/scheduler_config.json": `{"_class_name":"PNDMScheduler"}`, "tokenizer/vocab.json": `{"a":0}`, "tokenizer/merges.txt": "#version: 0.2",
	}
	i := 0
	for name := range strings.FieldsSeq(sd15Files) {
		for _, name := range expand(name) {
			i++
			switch text, ok := texts[name]; {
			case ok:
				h.put(id, name, []byte(text))
			case isLarge(name):
				h.put(id, name, weights(100_000+i))
			default:
				h.put(id, name, fmt.Appendf(nil, `{"number": %d}`, i))
			}
		}
	}
}

func namesOf(f File) (names []string) {
	for _, p := range f.Pin.Files {
		names = append(names, p.Name)
	}
	return names
}

func TestSelectionsOfARepositoryHavePinsOfTheirOwnAndShareFiles(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	putPipeline(t, h, tinySD)
	l := h.library(t, dir)
	half := task.NamedModel{Role: task.RoleBase, Name: tinySD, Variant: "fp16"}.ID()
	single := task.NamedModel{Role: task.RoleLoRA, Name: tinySD, File: "v1-5-pruned.safetensors"}.ID()
	files := map[string]File{}
	for _, id := range []string{tinySD, half, single} {
		f, err := l.Fetch(t.Context(), Want{ID: id}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if f.Pin.ID != id || f.Pin.Revision != testCommit {
			t.Errorf("%s is pinned as %+v", id, f.Pin)
		}
		files[id] = f
		for _, p := range f.Pin.Files {
			body := h.repos[tinySD][p.Name]
			if fmt.Sprintf("%x", p.SHA256) != hexSHA256(body) || p.Bytes != int64(len(body)) {
				t.Errorf("%s is pinned as %+v", p.Name, p)
			}
			checkCache(t, dir, tinySD, p.Name, body)
		}
	}
	if a, b := files[tinySD], files[half]; a.Path != b.Path || len(a.Pin.Files) != len(b.Pin.Files) {
		t.Errorf("the plain one is %+v, the variant is %+v", a, b)
	}
	if got := files[single].Path; filepath.Base(got) != "v1-5-pruned.safetensors" {
		t.Errorf("the file is at %q", got)
	}
	// What both have came once: 4 weights each, one file, and the configurations.
	var sum int64
	seen := map[string]bool{}
	for _, f := range files {
		for _, p := range f.Pin.Files {
			if !seen[p.Name] {
				sum += p.Bytes
			}
			seen[p.Name] = true
		}
	}
	var configs int64 // those that are read before, to see what the model is
	for _, name := range []string{indexName, "text_encoder/config.json", "unet/config.json", "vae/config.json"} {
		configs += int64(len(h.repos[tinySD][name]))
	}
	if extra := h.sent.Load() - sum; extra > configs {
		t.Errorf("%d bytes more than the files were sent", extra)
	}

	again := h.library(t, dir) // as after a restart
	for id, f := range files {
		got, release, err := again.Use(id)
		if err != nil || got.Path != f.Path || !slices.Equal(namesOf(got), namesOf(f)) {
			t.Fatalf("use of %s: %+v, %v", id, got, err)
		}
		release()
	}
	if got := len(again.List()); got != 3 {
		t.Errorf("it lists %d models", got)
	}
	if _, err := again.Get(tinySD + "@bf16"); !errors.Is(err, ErrNotHere) {
		t.Errorf("another variant: %v", err)
	}
}

func TestRemovingASelectionLeavesWhatAnotherNeeds(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	putPipeline(t, h, tinySD)
	l := h.library(t, dir)
	half := tinySD + "@fp16"
	for _, id := range []string{tinySD, half} {
		if _, err := l.Fetch(t.Context(), Want{ID: id}, nil); err != nil {
			t.Fatal(err)
		}
	}
	weightsOf := func(f File) (sum int64) {
		for _, p := range f.Pin.Files {
			if hasSuffix(p.Name, ".safetensors") {
				sum += p.Bytes
			}
		}
		return sum
	}
	facts, err := l.Show(tinySD)
	if err != nil || facts.Removable != weightsOf(facts.File) || !strings.Contains(facts.Kept, "shares files") {
		t.Errorf("facts are %+v, %v, want %d bytes", facts, err, weightsOf(facts.File))
	}
	_, release, err := l.Use(half)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Remove(half); !errors.Is(err, ErrInUse) {
		t.Errorf("in use, got %v", err)
	}
	if freed, err := l.Remove(tinySD); err != nil || freed != facts.Removable {
		t.Errorf("freed %d, %v, want %d", freed, err, facts.Removable)
	}
	release()
	if _, err := l.Get(tinySD); !errors.Is(err, ErrNotHere) {
		t.Errorf("the removed one: %v", err)
	}
	rest, err := h.library(t, dir).Get(half)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rest.Pin.Files {
		checkCache(t, dir, tinySD, p.Name, h.repos[tinySD][p.Name])
	}
	if _, err := os.Stat(filepath.Join(rest.Path, "unet", "diffusion_pytorch_model.safetensors")); !isGone(err) {
		t.Errorf("the plain weights: %v", err)
	}
	if freed, err := l.Remove(half); err != nil || freed != rest.Bytes() {
		t.Errorf("freed %d, %v, want %d", freed, err, rest.Bytes())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestACutSelectionGoesOnBesideAWholeOne(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	putPipeline(t, h, tinySD)
	l := h.library(t, dir)
	l.hub.patience.tries = 1
	if _, err := l.Fetch(t.Context(), Want{ID: tinySD}, nil); err != nil {
		t.Fatal(err)
	}
	half := tinySD + "@fp16"
	h.cuts.Store(100)
	if _, err := l.Fetch(t.Context(), Want{ID: half}, nil); codeOf(err) != CodeUnreachable {
		t.Fatalf("the cut gives %v", err)
	}
	h.cuts.Store(0)
	h.rest()
	part := func() int64 {
		found, _ := filepath.Glob(filepath.Join(l.repoDir(tinySD), "blobs", "*.helium"))
		var sum int64
		for _, path := range found {
			info, _ := os.Stat(path)
			sum += info.Size()
		}
		return sum
	}
	had := part()
	if had == 0 {
		t.Fatal("the cut left nothing")
	}
	if _, err := l.Get(half); !errors.Is(err, ErrNotHere) {
		t.Errorf("the cut one is here: %v", err)
	}
	if _, err := l.Remove(tinySD); err != nil || part() != had {
		t.Errorf("the other one was removed with %v, and %d of %d bytes stay", err, part(), had)
	}
	var begun int64
	f, err := l.Fetch(t.Context(), Want{ID: half}, func(p Progress) {
		if begun == 0 {
			begun = p.Done
		}
	})
	if err != nil || begun == 0 {
		t.Errorf("it goes on at %d, %v", begun, err)
	}
	if freed, err := l.Remove(half); err != nil || freed != f.Bytes() {
		t.Errorf("freed %d, %v, want %d", freed, err, f.Bytes())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Two files of a repository may have the same bytes, as the tokenizers of Stable
// Diffusion XL do.
func TestBytesThatTwoSelectionsHaveUnderTwoNamesStayForTheOther(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), tensors(t, map[string][]int{"lora.up.weight": {1000}})
	h.put("owner/loras", "a.safetensors", body)
	h.put("owner/loras", "b.safetensors", body)
	l := h.library(t, dir)
	for _, id := range []string{"owner/loras#a.safetensors", "owner/loras#b.safetensors"} {
		if _, err := l.Fetch(t.Context(), Want{ID: id}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if h.sent.Load() != int64(len(body)) {
		t.Errorf("%d bytes were sent, want %d", h.sent.Load(), len(body))
	}
	if freed, err := l.Remove("owner/loras#a.safetensors"); err != nil || freed != 0 {
		t.Errorf("freed %d, %v", freed, err)
	}
	f, err := l.Get("owner/loras#b.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the other name: %v", err)
	}
	if freed, err := l.Remove("owner/loras#b.safetensors"); err != nil || freed != int64(len(body)) {
		t.Errorf("freed %d, %v", freed, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestRoomIsMadeOfSelections(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	putPipeline(t, h, tinySD)
	l := h.library(t, dir)
	half := tinySD + "@fp16"
	for _, id := range []string{tinySD, half} {
		if _, err := l.Fetch(t.Context(), Want{ID: id}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, release, err := l.Use(tinySD); err != nil { // so that the other one is the longest unused
		t.Fatal(err)
	} else {
		release()
	}
	h.put("owner/new", testFile, weights(150_000))
	l.maxBytes = l.shelf().bytes() // 150,000 have to go, which the variant's weights are
	if _, err := l.Download(t.Context(), "owner/new", testFile, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(here(l), " "); got != "new tiny-sd" {
		t.Errorf("left are %q", got)
	}
	h.put("owner/newer", testFile, weights(500_000))
	if _, err := l.Download(t.Context(), "owner/newer", testFile, nil); err != nil {
		t.Fatal(err)
	}
	if got, sum := strings.Join(here(l), " "), l.shelf().bytes(); got != "new newer" || sum > l.maxBytes {
		t.Errorf("left are %q of %d bytes, the limit is %d", got, sum, l.maxBytes)
	}
}

func TestANoteOfBeforeTakesFurtherSelections(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	putPipeline(t, h, tinySD)
	l := h.library(t, dir)
	f, err := l.Fetch(t.Context(), Want{ID: tinySD}, nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := l.readNote(l.notePath(tinySD))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n.Got {
		n.Got[i].For = ""
	}
	old, err := json.Marshal(map[string]any{"id": n.ID, "pin": n.Models[0].Pin, "folder": true, "stamps": n.Models[0].Stamps, "got": n.Got})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(l.notePath(tinySD), old, 0o644); err != nil {
		t.Fatal(err)
	}
	l = h.library(t, dir)
	if got, err := l.Get(tinySD); err != nil || got.Path != f.Path {
		t.Fatalf("by the note of before: %+v, %v", got, err)
	}
	half, err := l.Fetch(t.Context(), Want{ID: tinySD + "@fp16"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Remove(tinySD); err != nil {
		t.Fatal(err)
	}
	for _, p := range half.Pin.Files {
		checkCache(t, dir, tinySD, p.Name, h.repos[tinySD][p.Name])
	}
}

func TestNetworksThatAreNotKnownAreRefusedBeforeTheWeights(t *testing.T) {
	for _, c := range []struct {
		name, id    string
		put         map[string]string
		code, where string
	}{
		{"another pipeline", tinySD, map[string]string{indexName: `{"_class_name":"FluxPipeline"}`}, CodeUnsupported, "FluxPipeline"},
		{"no index", tinySD, map[string]string{indexName: `[]`}, CodeDamaged, indexName},
		{"another UNet", tinySD, map[string]string{"unet/config.json": `{"_class_name":"UNet3DConditionModel"}`}, CodeUnsupported, "UNet3DConditionModel"},
		{"a damaged text encoder", tinySD, map[string]string{"text_encoder/config.json": `{`}, CodeDamaged, "text_encoder"},
		{"another network", "owner/net", map[string]string{"config.json": `{"_class_name":"FluxTransformer2DModel"}`, "diffusion_pytorch_model.safetensors": "weights"}, CodeUnsupported, "FluxTransformer2DModel"},
		{"no LoRA", "owner/lora", map[string]string{"x.safetensors": strings.Repeat("a", worthAsking)}, CodeDamaged, "x.safetensors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, dir := newHub(t), t.TempDir()
			putPipeline(t, h, tinySD)
			for name, text := range c.put {
				h.put(c.id, name, []byte(text))
			}
			l := h.library(t, dir)
			_, err := l.Fetch(t.Context(), Want{ID: c.id}, nil)
			var reason protocol.Reason
			if !errors.As(err, &reason) || reason.Code != c.code || !strings.Contains(reason.Detail, c.where) || reason.Action == "" {
				t.Errorf("got %v, with %+v", err, reason)
			}
			if n := h.count("cdn", http.MethodGet); n > 1 {
				t.Errorf("%d requests for weights were made", n)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 {
				t.Errorf("it left %q", left)
			}
		})
	}
}

// tensors is a file of safetensors of 32-bit numbers, of those shapes.
func tensors(t *testing.T, shapes map[string][]int) []byte {
	t.Helper()
	table, end := map[string]any{"__metadata__": map[string]string{"format": "pt"}}, 0
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		size := 4
		for _, n := range shapes[name] {
			size *= n
		}
		table[name] = map[string]any{"dtype": "F32", "shape": shapes[name], "data_offsets": []int{end, end + size}}
		end += size
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header, weights(end))
}

func TestWhatAnImageModelIsIsTold(t *testing.T) {
	many := map[string][]int{}
	for i := range 3000 { // a table longer than what is read at first
		many[fmt.Sprintf("lora_unet_down_blocks_%d.lora_up.weight", i)] = []int{2}
	}
	for _, c := range []struct {
		name, class string
		files       map[string][]byte
		fields      []task.ModelRole
	}{
		{"a VAE", "AutoencoderKL", map[string][]byte{configName: []byte(tinyVAE), "diffusion_pytorch_model.safetensors": weights(1000)}, []task.ModelRole{task.RoleVAE}},
		{"a UNet", "UNet2DConditionModel", map[string][]byte{configName: []byte(tinyUNet), "diffusion_pytorch_model.safetensors": weights(1000)}, []task.ModelRole{task.RoleUNet}},
		{"a LoRA", "LoRA", map[string][]byte{"x.safetensors": tensors(t, many)}, []task.ModelRole{task.RoleLoRA}},
		{"words", "textual inversion", map[string][]byte{"learned_embeds.safetensors": tensors(t, map[string][]int{"<cat-toy>": {768}})}, []task.ModelRole{task.RoleTextualInversion}},
		{"a whole model", "whole model in one file", map[string][]byte{"x.safetensors": tensors(t, map[string][]int{
			"model.diffusion_model.out.2.bias": {4}, "first_stage_model.decoder.conv_in.bias": {4}})}, []task.ModelRole{task.RoleBase}},
		{"a file of another kind", "safetensors of an unknown kind", map[string][]byte{"x.safetensors": tensors(t, map[string][]int{"a.weight": {2}})}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHub(t)
			for name, body := range c.files {
				h.put("owner/x", name, body)
			}
			l := h.library(t, t.TempDir())
			check := func(m Image, err error) {
				t.Helper()
				if err != nil || m.Class != c.class || !slices.Equal(m.Fields, c.fields) || len(m.Parts) != 1 || m.Parts[0].Files != len(c.files) {
					t.Errorf("it is %+v, %v", m, err)
				}
			}
			r, err := l.Look(t.Context(), "owner/x", "")
			if err != nil {
				t.Fatal(err)
			}
			files, _, err := r.Choose(Want{ID: "owner/x"})
			if err != nil {
				t.Fatal(err)
			}
			check(l.PeekImage(t.Context(), r, files))
			f, err := l.Fetch(t.Context(), Want{ID: "owner/x"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			check(l.Image(f))
		})
	}

	h := newHub(t)
	putPipeline(t, h, tinySD)
	l := h.library(t, t.TempDir())
	f, err := l.Fetch(t.Context(), Want{ID: tinySD}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := l.Image(f)
	var parts []string
	for _, p := range m.Parts {
		parts = append(parts, p.Name)
	}
	if err != nil || m.Class != "StableDiffusionPipeline" || strings.Join(parts, " ") != " feature_extractor safety_checker scheduler text_encoder tokenizer unet vae" {
		t.Errorf("it is %+v, %v", m, err)
	}
	h.put(testID, testFile, []byte("weights"))
	if f, err = l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Image(f); !errors.Is(err, ErrNoImage) {
		t.Errorf("a text model is %v", err)
	}
}
