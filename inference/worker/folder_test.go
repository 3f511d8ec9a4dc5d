package worker

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/gpt"
	"helium/inference/pretrained"
	"helium/inference/pretrained/pretrainedtest"
)

// filesOf names the files of a folder, and one that decides nothing.
func filesOf(t *testing.T, dir string) []File {
	t.Helper()
	names, err := pretrained.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := []File{{"vocab.json", fmt.Sprintf("%064d", 7)}}
	for _, name := range names {
		sum, err := pretrained.FileDigest(filepath.Join(dir, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{name, sum})
	}
	return files
}

func TestAFolderAnswersAsItsFileDoes(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)
	dir := pretrainedtest.Folder(t, model.Path)
	folder := Model{ID: model.ID, Path: dir, Files: filesOf(t, dir)}

	for _, text := range []string{"What is Helium?", "What is the stake?", "Überraschung 🎉 in 日本語 <|im_end|>"} {
		doc := question(t, text, map[string]any{"max_new_tokens": 60})
		want, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: model}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: folder}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Response, want.Response) {
			t.Errorf("folder answers %s, want %s", got.Response, want.Response)
		}
	}

	t.Run("a changed folder is found out", func(t *testing.T) {
		changed := folder
		changed.Files = slices.Clone(folder.Files)
		changed.Files[1].SHA256 = fmt.Sprintf("%064d", 7)
		_, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: changed}, nil)
		if gpt.CodeOf(err) != gpt.CodeHashDiffers {
			t.Errorf("error = %v", err)
		}
	})

	t.Run("an unknown architecture is named", func(t *testing.T) {
		pretrainedtest.Put(t, dir, "config.json", map[string]any{"architectures": []string{"MambaForCausalLM"}})
		_, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: Model{ID: "m", Path: dir}}, nil)
		if gpt.CodeOf(err) != gpt.CodeCannotRun || !strings.Contains(err.Error(), `"MambaForCausalLM"`) {
			t.Errorf("error = %v", err)
		}
	})
}

// A model in parts is one model.
func TestASplitFileAnswersAsAWholeOneDoes(t *testing.T) {
	e, model := testEngine(t, nil), demo(t)
	dir := splitInTwo(t, model.Path)
	first := filepath.Join(dir, "m-00001-of-00002.gguf")
	split := Model{ID: model.ID, Path: first}
	for _, name := range []string{"m-00001-of-00002.gguf", "m-00002-of-00002.gguf"} {
		sum, err := pretrained.FileDigest(filepath.Join(dir, name), nil)
		if err != nil {
			t.Fatal(err)
		}
		split.Files = append(split.Files, File{name, sum})
	}
	doc := question(t, "What is Helium?", nil)
	want, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: model}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: split}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Response, want.Response) {
		t.Errorf("parts answer %s, want %s", got.Response, want.Response)
	}

	half := split
	half.Files = split.Files[:1]
	if _, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: half}, nil); gpt.CodeOf(err) != gpt.CodeHashDiffers || !strings.Contains(err.Error(), "m-00002-of-00002.gguf") {
		t.Errorf("error = %v, want one about the second part", err)
	}
	if runtime.GOOS == "windows" {
		return // where a file that the engine holds can't be taken away
	}
	if err := os.Remove(filepath.Join(dir, "m-00002-of-00002.gguf")); err != nil {
		t.Fatal(err)
	}
	split.ID = "again"
	if _, err := e.RunGPT(soon(t), GPTRequest{Task: doc, Model: split}, nil); gpt.CodeOf(err) != gpt.CodeModelNotFound {
		t.Errorf("error = %v, want one about the missing part", err)
	}
}

// splitInTwo writes a GGUF file as two, the second with the last tensors.
func splitInTwo(t *testing.T, path string) (dir string) {
	t.Helper()
	h, err := checkpoint.CheckGGUF(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tensors []checkpoint.Tensor
	for _, info := range h.Tensors {
		size, _ := info.Size()
		tensors = append(tensors, checkpoint.Tensor{Name: info.Name, Dims: info.Dims, Type: info.Type, Data: file[h.DataOffset+info.Offset:][:size]})
	}
	dir = t.TempDir()
	for i, part := range [][]checkpoint.Tensor{tensors[:len(tensors)/2], tensors[len(tensors)/2:]} {
		meta := []checkpoint.KV{
			{Key: "split.no", Value: uint16(i)}, {Key: "split.count", Value: uint16(2)}, {Key: "split.tensors.count", Value: int32(len(tensors))},
		}
		if i == 0 {
			meta = append(slices.Clone(h.Meta), meta...)
		}
		var out bytes.Buffer
		if err := checkpoint.WriteGGUF(&out, meta, part); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("m-%05d-of-00002.gguf", i+1)), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
