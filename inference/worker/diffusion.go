package worker

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/imagehash"
	"helium/inference/task"
)

// patches is what a card may hold of a convolution to do it as a product of
// matrices: enough for the UNet of Stable Diffusion 1 at 512 by 512, and for all
// but the largest of that of XL at 1024 by 1024. What follows in the decoder is
// done once for an image.
const patches = 1 << 30

// runSD makes a task's images and tells each as it is done.
func (s *server) runSD(ctx context.Context, f frame) (Result, error) {
	t, err := task.ParseSD(f.Task)
	if err != nil {
		return Result{}, &gpt.Error{Code: gpt.CodeInvalidArguments, Err: err}
	}
	if err := diffusion.Check(t); err != nil {
		return Result{}, err
	}
	models, err := s.pipelineModels(ctx, f, t)
	if err != nil {
		return Result{}, err
	}

	begin := time.Now()
	pipeline, err := s.openPipeline(models)
	if err != nil {
		return Result{}, err
	}
	defer pipeline.Close()
	plan, err := pipeline.Plan(t)
	if err != nil {
		return Result{}, err
	}
	give, err := s.warm.lend(t.BaseModel.Name, plan.Bytes())
	if err != nil {
		return Result{}, err
	}
	defer give()

	s.progress(f.ID, Stage{Name: StageLoading})
	_, err = pipeline.Run(ctx, t, s.hooks(f))
	if gpt.CodeOf(err) == gpt.CodeCannotRun && err != nil && len(s.warm.models) > 0 { // what a task takes is an estimate
		s.log.Warn("a task did not run beside warm models", "model", t.BaseModel.Name, "err", err)
		s.warm.clear()
		_, err = pipeline.Run(ctx, t, s.hooks(f))
	}
	return Result{RunSeconds: time.Since(begin).Seconds()}, err
}

// hooks tell the parent how far a task is: a preview is told with its step once
// more.
func (s *server) hooks(f frame) diffusion.Hooks {
	running := false
	hooks := diffusion.Hooks{
		Step: func(p diffusion.Progress) {
			if !running {
				running = true
				s.progress(f.ID, Stage{Name: StageRunning})
			}
			s.told <- frame{Kind: kindStep, ID: f.ID, Step: &ImageProgress{p.Image, p.Images, p.Step, p.Steps, nil}}
		},
		Image: func(number int, img diffusion.Image) {
			s.told <- frame{Kind: kindImage, ID: f.ID, Image: &madeImage{number, img.PNG, imagehash.Of(img.Pixels)}}
		},
	}
	if f.PreviewEvery > 0 {
		hooks.PreviewEvery = f.PreviewEvery
		hooks.Preview = func(p diffusion.Progress, img *image.RGBA) {
			s.told <- frame{Kind: kindStep, ID: f.ID, Step: &ImageProgress{p.Image, p.Images, p.Step, p.Steps, previewFile(img)}}
		}
	}
	return hooks
}

// previewSide is the longest side of a preview: as noise, which nothing
// compresses, it has 12 KB.
const previewSide = 64

// previewFile is a preview as PNG, of every so many pixels one.
func previewFile(img *image.RGBA) []byte {
	size := img.Bounds().Size()
	every := max((max(size.X, size.Y)+previewSide-1)/previewSide, 1)
	small := image.NewRGBA(image.Rect(0, 0, max(size.X/every, 1), max(size.Y/every, 1)))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			small.SetRGBA(x, y, img.RGBAAt(x*every, y*every))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, small); err != nil {
		return nil // a preview is a courtesy
	}
	return out.Bytes()
}

// openPipeline opens the models in half floats, where the task doesn't ask for
// others. A processor is as fast in them as in whole ones, which take twice the
// memory; and it is not faster with what helps a card.
func (s *server) openPipeline(models diffusion.Models) (*diffusion.Pipeline, error) {
	if s.compute == nil {
		compute, err := s.lib.NewCompute(s.config.Threads)
		if err != nil {
			return nil, &gpt.Error{Code: gpt.CodeCannotRun, Err: err}
		}
		s.compute = compute
	}
	opts := diffusion.Options{Network: network.Options{Number: checkpoint.F16}, Limit: s.warm.limit}
	if s.lib.HasCard() {
		opts.Network.Flash, opts.Network.Patches = true, patches
	}
	return diffusion.Open(s.compute, models, opts)
}

// pipelineModels are those that the task names, with files that are as they have
// to be.
func (s *server) pipelineModels(ctx context.Context, f frame, t *task.SD) (diffusion.Models, error) {
	models, given := diffusion.Models{}, map[task.ModelRole]Model{}
	for _, named := range t.Models() {
		at := slices.IndexFunc(f.Models, func(m Model) bool { return m.ID == named.ID() })
		if at < 0 {
			return nil, &gpt.Error{Code: gpt.CodeModelNotFound, Err: fmt.Errorf("the request does not say where the %s %.200s is", named.Role, named.ID())}
		}
		given[named.Role] = f.Models[at]
		models[named.Role] = diffusion.Model{Path: f.Models[at].Path, Variant: named.Variant}
	}
	deciding, err := diffusion.Files(models)
	if err != nil {
		return nil, err
	}
	var files []modelFiles
	for _, role := range slices.Sorted(maps.Keys(given)) {
		if m := given[role]; len(m.Files) > 0 {
			files = append(files, modelFiles{m, folderOf(m.Path), deciding[role]})
		}
	}
	if _, err = s.compare(ctx, f.ID, files); err != nil {
		return nil, err
	}
	return models, allHere(files)
}

// allHere makes sure that every file which the task names is here: some are read
// only where they are, and change the images then.
func allHere(models []modelFiles) error {
	for _, m := range models {
		for _, f := range m.Files {
			name := filepath.FromSlash(f.Name)
			if _, err := os.Stat(filepath.Join(m.dir, name)); !filepath.IsLocal(name) || err != nil {
				return &gpt.Error{Code: gpt.CodeModelNotFound, Err: fmt.Errorf("check %s: the task names its file %.200s, which is not here", m.ID, f.Name)}
			}
		}
	}
	return nil
}

// folderOf is the folder in which a model's files are.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}
