package models

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/task"
)

// Image says what a model of image tasks is.
type Image struct {
	// Class is what its author calls it, such as StableDiffusionPipeline, or what the
	// names of its tensors tell.
	Class string
	// Fields of a task that may name it; none if this program can't use it.
	Fields []task.ModelRole
	// Parts by name; one without a name if it has only one.
	Parts []Part
}

// isBase says whether tasks run on it by itself.
func (m Image) isBase() bool { return slices.Contains(m.Fields, task.RoleBase) }

// Part of an image model.
type Part struct {
	Name  string
	Files int
	Bytes int64
}

// ErrNoImage says that a model is for other tasks than those of images.
var ErrNoImage = errors.New("not a model of images")

// Image reads what a model that is here is. The error is ErrNoImage if it is another
// kind of model.
func (l *Library) Image(f File) (Image, error) {
	var files []RemoteFile
	for _, p := range f.Pin.Files {
		files = append(files, RemoteFile{Name: p.Name, Bytes: p.Bytes})
	}
	return imageOf(files, func(name string, most int64) ([]byte, error) {
		dir := f.Path
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir, name = filepath.Dir(dir), path.Base(name)
		}
		file, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("read model: %w", err)
		}
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, most))
	})
}

// PeekImage is Image for files that were chosen of a repository, and are not here. It
// refuses networks that this program can't run.
func (l *Library) PeekImage(ctx context.Context, r Repository, files []RemoteFile) (Image, error) {
	m, err := imageOf(files, func(name string, most int64) ([]byte, error) { return l.peek(ctx, r, name, min(most, maxPeek)) })
	switch {
	case err != nil || len(files) == 1:
		return m, err
	case r.index != nil:
		return m, l.checkPipeline(ctx, r)
	default:
		return m, l.checkNetwork(ctx, r)
	}
}

// imageOf reads the beginnings of files.
func imageOf(files []RemoteFile, read func(name string, most int64) ([]byte, error)) (Image, error) {
	has := func(name string) bool {
		return slices.ContainsFunc(files, func(f RemoteFile) bool { return f.Name == name })
	}
	ofNetwork := slices.ContainsFunc(files, func(f RemoteFile) bool {
		return strings.HasPrefix(f.Name, networkStem+".") || strings.HasPrefix(f.Name, networkStem+"-")
	})
	switch {
	case has(indexName):
		raw, err := read(indexName, maxIndex)
		if err != nil {
			return Image{}, err
		}
		index, err := parseIndex(raw)
		if err != nil {
			return Image{}, unreadable(err)
		}
		return Image{Class: index.class, Fields: index.fields(), Parts: partsOf(files)}, nil
	case has(configName) && ofNetwork:
		raw, err := read(configName, maxIndex)
		if err != nil {
			return Image{}, err
		}
		k, err := networkKind(raw)
		if err != nil {
			return Image{}, unfit(err, "Take another network: one of Stable Diffusion 1.5, 2.1 or XL.")
		}
		return Image{Class: k.class, Fields: k.fields, Parts: partsOf(files)}, nil
	case len(files) == 1 && hasSuffix(files[0].Name, ".safetensors"):
		start, err := read(files[0].Name, startBytes)
		if err != nil {
			return Image{}, err
		}
		end, err := tableBytes(start, files[0].Bytes)
		if err == nil && end > int64(len(start)) {
			start, err = read(files[0].Name, end)
		}
		if err != nil {
			return Image{}, unreadable(err)
		}
		class, fields, err := fileKind(start, files[0].Bytes)
		if err != nil {
			return Image{}, unreadable(err)
		}
		return Image{class, fields, partsOf(files)}, nil
	}
	return Image{}, ErrNoImage
}

// fields of a task that may name the pipeline. A refiner begins with another
// model's latents.
func (x *pipelineIndex) fields() []task.ModelRole {
	switch {
	case x.check() != nil:
		return nil
	case x.class == "StableDiffusionXLImg2ImgPipeline":
		return []task.ModelRole{task.RoleRefiner}
	default:
		return []task.ModelRole{task.RoleBase}
	}
}

// partsOf sums files up by the folder that they are in.
func partsOf(files []RemoteFile) (parts []Part) {
	for _, f := range files {
		name := path.Dir(f.Name)
		if name == "." {
			name = ""
		}
		i := slices.IndexFunc(parts, func(p Part) bool { return p.Name == name })
		if i < 0 {
			i, parts = len(parts), append(parts, Part{Name: name})
		}
		parts[i].Files++
		parts[i].Bytes += f.Bytes
	}
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	return parts
}

// fileKind tells what a file of safetensors is by the names of its tensors, as far as
// the programs agree that write such files.
func fileKind(start []byte, size int64) (class string, fields []task.ModelRole, err error) {
	tensors, err := checkpoint.ReadSafetensors(bytes.NewReader(start), size)
	if err != nil {
		return "", nil, err
	}
	any := func(is func(name string) bool) bool {
		return slices.ContainsFunc(tensors, func(w checkpoint.Weight) bool { return is(w.Name) })
	}
	begins := func(prefix string) bool {
		return any(func(name string) bool { return strings.HasPrefix(name, prefix) })
	}
	switch {
	case any(func(name string) bool { return strings.Contains(name, "lora") }):
		return "LoRA", []task.ModelRole{task.RoleLoRA}, nil
	case begins("model.diffusion_model.") && begins("first_stage_model."):
		return "whole model in one file", []task.ModelRole{task.RoleBase}, nil
	case begins("control_model.") || begins("controlnet_cond_embedding."):
		return "ControlNet", []task.ModelRole{task.RoleControlNet}, nil
	case begins("first_stage_model.") || begins("decoder."):
		return "VAE", []task.ModelRole{task.RoleVAE}, nil
	case len(tensors) <= 2 && !any(func(name string) bool { return strings.HasSuffix(name, ".weight") }):
		return "textual inversion", []task.ModelRole{task.RoleTextualInversion}, nil
	}
	return "safetensors of an unknown kind", nil, nil
}
