package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/diffusion"
	"helium/inference/gpt"
	"helium/inference/task"
	"helium/inference/worker"
)

// work is a task of either type that can be run here, as far as is known before
// the engine has it.
type work interface {
	// models are those that it needs, the one that it is shown by first.
	models() []string
	// at is the work with its models where they are now: they may have been moved to
	// another disk since the arguments came.
	at(paths map[string]string) work
	// run has the engine do it. told, which may be nil, hears how far it is, with
	// previews where there are to be any.
	run(ctx context.Context, e Engine, previews bool, told func(protocol.StreamPiece, Progress)) (made, error)
}

// made is what the engine made of a task.
type made struct {
	response []byte
	// digest is what stands on chain for it.
	digest func(salt [32]byte) []byte
}

// Progress is how far a task at work is: the tokens of a text, or the step of an
// image.
type Progress struct {
	Tokens int
	// Image counts from 1; Step of its Steps is done. All are 0 for a text.
	Image, Images int
	Step, Steps   int
}

func invalid(err error) error { return &verdict{protocol.KindInvalidArguments, err} }

// read makes work of an envelope. Its verdicts are the same for every node,
// unless it is a model that this node lacks.
func (n *Node) read(e *protocol.Envelope, job Job) (work, error) {
	switch job.Type {
	case protocol.GPT:
		return n.readText(e, job)
	case protocol.StableDiffusion:
		return n.readImages(e, job)
	}
	return nil, &verdict{protocol.KindCannotRun, fmt.Errorf("this engine does not run tasks of type %d", job.Type)}
}

// makesImages says whether a model is one that Stable Diffusion tasks run on by
// itself.
func makesImages(f models.File) bool { return hasFile(f, "unet/config.json") }

// writesTexts says whether a model is one that GPT tasks run on: a GGUF file, or a
// folder with a config of its own and a tokenizer.
func writesTexts(f models.File) bool {
	gguf := func(f protocol.ModelFile) bool { return strings.HasSuffix(strings.ToLower(f.Name), ".gguf") }
	return slices.ContainsFunc(f.Pin.Files, gguf) || hasFile(f, "config.json") && (hasFile(f, "tokenizer.json") || hasFile(f, "tokenizer.model"))
}

func hasFile(f models.File, name string) bool {
	return slices.ContainsFunc(f.Pin.Files, func(f protocol.ModelFile) bool { return f.Name == name })
}

// text is a GPT task.
type text struct {
	request worker.GPTRequest
	model   string
}

func (n *Node) readText(e *protocol.Envelope, job Job) (work, error) {
	t, err := task.ParseGPT(e.Task)
	if err != nil {
		return nil, invalid(err)
	}
	if units := task.UnitsRoundedUp(t); units > job.Units {
		return nil, invalid(fmt.Errorf("the task is of %d units and paid for %d", units, job.Units))
	}
	model, err := n.model(e, t.Model, path.Base)
	if err != nil {
		return nil, err
	}
	if t.HasImages() {
		return nil, &verdict{protocol.KindCannotRun, errors.New("this engine reads only text")}
	}
	return text{worker.GPTRequest{Task: e.Task, Model: model}, t.Model}, nil
}

func (t text) models() []string { return []string{t.model} }

func (t text) at(paths map[string]string) work {
	t.request.Model.Path = paths[t.model]
	return t
}

func (t text) run(ctx context.Context, e Engine, _ bool, told func(protocol.StreamPiece, Progress)) (made, error) {
	result, err := e.RunGPT(ctx, t.request, func(d worker.Delta) {
		if told != nil {
			told(protocol.StreamPiece{Choice: d.Choice, Text: d.Text, Tokens: streamTokens(d.Logprobs)}, Progress{Tokens: d.Tokens})
		}
	})
	if err != nil {
		return made{}, err
	}
	return made{result.Response, func(salt [32]byte) []byte {
		digest := task.GPTDigest(salt, result.Response)
		return digest[:]
	}}, nil
}

func streamTokens(all []task.TokenLogprobs) []protocol.StreamToken {
	var out []protocol.StreamToken
	for _, t := range all {
		token := protocol.StreamToken{StreamChance: streamChance(t.TokenLogprob)}
		for _, c := range t.Top {
			token.Top = append(token.Top, streamChance(c))
		}
		out = append(out, token)
	}
	return out
}

func streamChance(t task.TokenLogprob) protocol.StreamChance {
	return protocol.StreamChance{Bytes: t.Bytes, Logprob: int64(t.Logprob)}
}

// pictures is a Stable Diffusion task.
type pictures struct {
	request worker.SDRequest
	ids     []string
	task    *task.SD
}

// readImages refuses what the engine would, as far as the document alone tells.
func (n *Node) readImages(e *protocol.Envelope, job Job) (work, error) {
	t, err := task.ParseSD(e.Task)
	if err != nil {
		return nil, invalid(err)
	}
	if list := t.Refusals(); len(list) > 0 {
		return nil, invalid(list[0])
	}
	if t.Config.Images != int(job.Images) {
		return nil, invalid(fmt.Errorf("the task is of %d images and paid for %d", t.Config.Images, job.Images))
	}
	if units := task.SDUnitsRoundedUp(t); units > job.Units {
		return nil, invalid(fmt.Errorf("the task is of %d units and paid for %d", units, job.Units))
	}
	if err := diffusion.Check(t); err != nil {
		return nil, &verdict{kindOf(gpt.CodeOf(err)), err}
	}
	p := pictures{task: t, request: worker.SDRequest{Task: e.Task}}
	for _, named := range t.Models() {
		model, err := n.model(e, named.ID(), wholeName)
		if err != nil {
			return nil, err
		}
		p.ids, p.request.Models = append(p.ids, named.ID()), append(p.request.Models, model)
	}
	return p, nil
}

func (p pictures) models() []string { return p.ids }

func (p pictures) at(paths map[string]string) work {
	p.request.Models = slices.Clone(p.request.Models)
	for i, id := range p.ids {
		p.request.Models[i].Path = paths[id]
	}
	return p
}

// previewsOfAnImage is about how often an image in the making is shown.
const previewsOfAnImage = 6

func (p pictures) run(ctx context.Context, e Engine, previews bool, told func(protocol.StreamPiece, Progress)) (made, error) {
	if previews {
		p.request.PreviewEvery = max(p.task.Config.Steps/previewsOfAnImage, 1)
	}
	result, err := e.RunSD(ctx, p.request, func(i worker.ImageProgress) {
		if told != nil {
			told(protocol.StreamPiece{Choice: i.Image, Step: i.Step, Steps: i.Steps, Preview: i.Preview},
				Progress{Image: i.Image + 1, Images: i.Images, Step: i.Step, Steps: i.Steps})
		}
	})
	if err != nil {
		return made{}, err
	}
	return made{result.Response, func(salt [32]byte) []byte { return task.SDDigest(salt, result.Hashes) }}, nil
}

// wholeName names a file by its path in the repository. A Stable Diffusion model's
// parts have files of the same names.
func wholeName(name string) string { return name }

// model finds the pinned model among those that are here. name is how the engine
// knows a file of the pin.
func (n *Node) model(envelope *protocol.Envelope, id string, name func(string) string) (worker.Model, error) {
	var none worker.Model
	var pin *protocol.ModelPin
	for i := range envelope.Models {
		if envelope.Models[i].ID == id {
			pin = &envelope.Models[i]
		}
	}
	if pin == nil {
		return none, invalid(fmt.Errorf("the envelope does not pin the files of model %.200q", id))
	}
	wanted, err := filesOf(*pin, name)
	if err != nil {
		return none, invalid(err)
	}
	file, err := n.cfg.Models.Get(id)
	if errors.Is(err, models.ErrNotHere) {
		return none, &verdict{protocol.KindModelNotFound, err}
	}
	if err != nil {
		return none, err
	}
	if err := sameFiles(file.Pin, wanted, name); err != nil {
		return none, &verdict{protocol.KindFileHashDiffers, err}
	}
	return engineModel(file, wanted), nil
}

// engineModel is a model that is here, as the engine takes it: it knows the files
// by their names in the model's folder, and the only one by its own.
func engineModel(here models.File, files []worker.File) worker.Model {
	if info, err := os.Stat(here.Path); err == nil && !info.IsDir() {
		for i := range files {
			files[i].Name = path.Base(files[i].Name)
		}
	}
	return worker.Model{ID: here.Pin.ID, Path: here.Path, Files: files}
}

// filesOf are a pin's files by their names.
func filesOf(pin protocol.ModelPin, name func(string) string) ([]worker.File, error) {
	if len(pin.Files) == 0 {
		return nil, fmt.Errorf("the pin of model %.200q names no file", pin.ID)
	}
	var files []worker.File
	seen := map[string]bool{}
	for _, f := range pin.Files {
		name := name(f.Name)
		if seen[name] {
			return nil, fmt.Errorf("the pin of model %.200q names two files %.200q", pin.ID, name)
		}
		seen[name] = true
		files = append(files, worker.File{Name: name, SHA256: fmt.Sprintf("%x", f.SHA256)})
	}
	return files, nil
}

// sameFiles compares what is known of the files here with those wanted, before
// the engine reads them. The creator may have pinned files that decide nothing.
func sameFiles(here protocol.ModelPin, wanted []worker.File, name func(string) string) error {
	known := map[string]string{}
	for _, f := range here.Files {
		known[name(f.Name)] = fmt.Sprintf("%x", f.SHA256)
	}
	common := false
	for _, f := range wanted {
		sum, ok := known[f.Name]
		common = common || ok
		if ok && sum != f.SHA256 {
			return fmt.Errorf("%.200s is %s here, pinned is %s", f.Name, sum, f.SHA256)
		}
	}
	if !common {
		return fmt.Errorf("model %.200q is here with other files than those pinned", here.ID)
	}
	return nil
}
