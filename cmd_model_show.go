//go:build !desktop

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"helium/backend/hardware"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/pretrained"
)

type modelShowCmd struct {
	ID      string `arg:"" help:"A model of helium model list, a .gguf file, or a repository of Hugging Face."`
	File    string `arg:"" optional:"" help:"GGUF or safetensors file in the repository; the usual one, or what the repository is, if not given."`
	Variant string `help:"Variant of an image model's weights, such as fp16." placeholder:"NAME"`
}

// Help is what the command says of itself beyond one line.
func (modelShowCmd) Help() string {
	return "What the model is, how much memory it takes, whether it runs on this computer, and why not if it doesn't. " +
		"Of a model of images, what it is made of and which fields of a task may name it. " +
		"All is read from the file's header, also of a model that is not here; nothing is fetched or loaded. Memory is an estimate."
}

func (c modelShowCmd) Run(env *environment) error {
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	if strings.HasSuffix(c.ID, ".gguf") {
		if err := printFile(env, out, c.ID, c.ID); err != nil {
			return fmt.Errorf("%s can't run: %w", c.ID, err)
		}
		return out.Flush()
	}
	library, err := openModels(env)
	if err != nil {
		return err
	}
	want := wanted(c.ID, c.File, c.Variant)
	facts, err := library.Show(want.ID)
	if errors.Is(err, models.ErrNotHere) || err == nil && want.File != "" && want.File != facts.Pin.Files[0].Name {
		if err := showRemote(env, out, library, want); err != nil {
			return withAction(err)
		}
		return out.Flush()
	}
	if err != nil {
		return err
	}
	image, err := library.Image(facts.File)
	switch {
	case err == nil:
		printImage(out, want.ID, image)
	case !errors.Is(err, models.ErrNoImage):
		printWhyNot(out, want.ID, err)
	default:
		if err := printFile(env, out, want.ID, facts.Path); err != nil {
			printWhyNot(out, want.ID, err)
		}
	}
	printFacts(out, facts)
	return out.Flush()
}

// wanted puts a command's arguments together to an id: tasks name a file of
// safetensors or a variant with the repository, and a GGUF file by the repository.
func wanted(id, file, variant string) models.Want {
	if variant != "" {
		id += "@" + variant
	}
	if strings.HasSuffix(strings.ToLower(file), ".safetensors") {
		return models.Want{ID: id + "#" + file}
	}
	return models.Want{ID: id, File: file}
}

// showRemote says what can be told of a model that is not here: from the hub's
// list of files, and the beginning of the one that says what the model is.
func showRemote(env *environment, out io.Writer, library *models.Library, want models.Want) error {
	if strings.Contains(want.ID, "://") {
		return fmt.Errorf("%w: %s; helium model download fetches it", models.ErrNotHere, models.Label(want.ID))
	}
	repo, err := library.Look(env.ctx, want.ID, "")
	if err != nil {
		return fmt.Errorf("the model is not on this computer, and the hub was asked: %w", err)
	}
	files, folder, err := repo.Choose(want)
	var reason protocol.Reason
	if err != nil && !(errors.As(err, &reason) && reason.Code == models.CodeUnsupported) {
		return err
	}
	if err == nil {
		err = printRemote(env, out, library, repo, want.ID, files, folder)
	}
	switch {
	case err == nil:
	case errors.As(err, &reason) && reason.Code != models.CodeUnsupported: // of the hub, and not of the model
		return err
	default:
		printWhyNot(out, want.ID, err)
	}

	row(out, "revision", repo.Commit)
	for i, f := range files {
		name := ""
		if i == 0 {
			name = "size"
		}
		row(out, name, fmt.Sprintf("%.1f MB  %s", float64(f.Bytes)/(1<<20), f.Name))
	}
	row(out, "kept", "not on this computer; helium model download fetches it")
	return nil
}

func printRemote(env *environment, out io.Writer, library *models.Library, repo models.Repository, id string, files []models.RemoteFile, folder bool) error {
	image, err := library.PeekImage(env.ctx, repo, files)
	switch {
	case err == nil:
		printImage(out, id, image)
		return nil
	case !errors.Is(err, models.ErrNoImage):
		return err
	case folder:
		return printRemoteFolder(env, out, library, repo, files)
	default:
		return printRemoteFile(env, out, library, repo, files)
	}
}

func printWhyNot(out io.Writer, id string, err error) {
	why := err.Error()
	if reason := (protocol.Reason{}); errors.As(err, &reason) {
		why = reason.Detail
	}
	row(out, "model", id)
	row(out, "runs here", "no: "+why)
}

// printImage says what a model of images is, and where a task may name it.
func printImage(out io.Writer, id string, m models.Image) {
	row(out, "model", id)
	row(out, "class", m.Class)
	var sum int64
	for _, p := range m.Parts {
		sum += p.Bytes
	}
	row(out, "together", fmt.Sprintf("%d MB", megabytes(uint64(sum))))
	if len(m.Parts) > 1 {
		for _, p := range m.Parts {
			if p.Name != "" {
				row(out, "part", fmt.Sprintf("%s, %.1f MB", p.Name, float64(p.Bytes)/(1<<20)))
			}
		}
	}
	var fields []string
	for _, f := range m.Fields {
		fields = append(fields, string(f))
	}
	if len(fields) == 0 {
		row(out, "tasks", "none: this program does not use a model of this kind")
		return
	}
	row(out, "tasks", "images, as "+strings.Join(fields, " or "))
}

// headerBytes bounds what is read of a file to see its header, whose largest
// part is the vocabulary.
const headerBytes = 32 << 20

func printRemoteFile(env *environment, out io.Writer, library *models.Library, repo models.Repository, files []models.RemoteFile) error {
	head, err := library.Peek(env.ctx, repo, files[0].Name, headerBytes)
	if err != nil {
		return err
	}
	header, err := checkpoint.ReadHeader(bytes.NewReader(head), files[0].Bytes)
	if err != nil {
		return err
	}
	shown := header.Summary()
	if len(files) > 1 { // the other parts' tensors are not in this header
		shown.Parameters, shown.WeightBytes = 0, weightBytes(files)
	}
	printModel(out, repo.ID, files[0].Name, shown)
	printTemplate(out, shown)
	printRunsHere(env, out, shown, whyNot(header, shown))
	return nil
}

// printRemoteFolder says what config.json and the sizes of the files tell; the
// tokenizer and the tensors are looked at when they are here.
func printRemoteFolder(env *environment, out io.Writer, library *models.Library, repo models.Repository, files []models.RemoteFile) error {
	header, err := library.PeekConfig(env.ctx, repo)
	if err != nil {
		return err
	}
	shown := header.Summary()
	shown.WeightBytes = weightBytes(files)
	printModel(out, repo.ID, "", shown)
	printRunsHere(env, out, shown, "")
	return nil
}

func weightBytes(files []models.RemoteFile) (sum uint64) {
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".gguf") || strings.HasSuffix(f.Name, ".safetensors") {
			sum += uint64(f.Bytes)
		}
	}
	return sum
}

// printFile says what the header of a GGUF file does, or of a folder as the engine
// reads it.
func printFile(env *environment, out io.Writer, id, path string) error {
	header, err := gpt.Describe(path)
	if err != nil {
		return err
	}
	file := path
	if pretrained.Is(path) {
		file = ""
	}
	shown := header.Summary()
	printModel(out, id, file, shown)
	printTemplate(out, shown)
	printRunsHere(env, out, shown, whyNot(header, shown))
	return nil
}

// printFacts says what the library knows of a model.
func printFacts(out io.Writer, f models.Facts) {
	row(out, "revision", f.Pin.Revision)
	row(out, "path", f.Path)
	for i, file := range f.Pin.Files {
		name := ""
		if i == 0 {
			name = "size"
		}
		row(out, name, fmt.Sprintf("%.1f MB  %s  sha256 %s", float64(file.Bytes)/(1<<20), file.Name, strings.TrimPrefix(file.SHA256.Hex(), "0x")))
	}
	row(out, "last used", f.LastUsed.Format(time.DateTime))
	row(out, "kept", f.Kept)
}

func printModel(out io.Writer, id, path string, m checkpoint.Summary) {
	row(out, "model", id)
	if path != "" {
		row(out, "file", filepath.Base(path))
		row(out, "name", m.Name)
	}
	row(out, "architecture", fmt.Sprintf("%s, layers %d, width %d, heads %d", m.Architecture, m.Layers, m.Width, m.Heads))
	if m.Experts > 0 {
		row(out, "experts", fmt.Sprintf("%d, %d of them at each token", m.Experts, m.ExpertsUsed))
	}
	if m.Parameters > 0 {
		row(out, "parameters", thousands(m.Parameters))
		row(out, "quantisation", strings.Join(m.Formats, ", "))
	}
	if m.Tokenizer != "" {
		row(out, "tokenizer", fmt.Sprintf("%s, %d tokens", m.Tokenizer, m.Vocabulary))
		row(out, "special tokens", specialTokens(m))
	}

	used := min(m.Context, gpt.MaxContext)
	context := fmt.Sprintf("%d tokens", used)
	if m.Context > used {
		context = fmt.Sprintf("%d of the model's %d tokens", used, m.Context)
	}
	row(out, "context", context)
	row(out, "memory", fmt.Sprintf("about %d MB, %d MB of them weights", megabytes(m.Memory(used, ggml.Batch)), megabytes(m.WeightBytes)))
}

func row(out io.Writer, name, value string) {
	if value == "" {
		value = "none"
	}
	fmt.Fprintf(out, "%s\t%s\n", name, oneLine(value))
}

// oneLine keeps what a stranger's file says from writing to the terminal as it
// likes.
func oneLine(s string) string {
	quoted := fmt.Sprintf("%q", s)
	if plain := quoted[1 : len(quoted)-1]; strings.Contains(plain, `\`) {
		return quoted
	}
	return s
}

func specialTokens(m checkpoint.Summary) string {
	var out []string
	if m.BOS != "" {
		out = append(out, "begin "+m.BOS)
	}
	if m.EOS != "" {
		out = append(out, "end "+m.EOS)
	}
	return strings.Join(out, ", ")
}

func thousands(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f billion", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f million", float64(n)/1e6)
	}
	return fmt.Sprint(n)
}

func megabytes(n uint64) uint64 { return (n + 1<<20 - 1) >> 20 }

func printTemplate(out io.Writer, m checkpoint.Summary) {
	switch {
	case m.ToolTemplate:
		row(out, "chat template", "yes, and another for tasks with tools")
	case m.Template:
		row(out, "chat template", "yes")
	default:
		row(out, "chat template", "none: the prompt is what the messages say, line by line")
	}
}

// whyNot is the first thing that keeps the model from running here, or "".
func whyNot(h *checkpoint.Header, m checkpoint.Summary) string {
	if why := m.WhyNot(); why != "" {
		return why
	}
	if _, err := gpt.PrompterOf(h); err != nil {
		return "its chat template can't be used: " + err.Error()
	}
	return ""
}

// printRunsHere takes the reason against it, "" where there is none but room.
func printRunsHere(env *environment, out io.Writer, m checkpoint.Summary, why string) {
	if why != "" {
		row(out, "runs here", "no: "+why)
		return
	}
	plan, err := hardware.Here(env.ctx, env.log)
	if err != nil {
		row(out, "runs here", "no: "+err.Error())
		return
	}
	device := plan.Choices[0].Device
	needs, has := m.Memory(min(m.Context, gpt.MaxContext), ggml.Batch), device.ModelMemory()
	if needs > has {
		row(out, "runs here", fmt.Sprintf("no: it needs about %d MB, and %s has %d MB for models", megabytes(needs), device.Name, has>>20))
		return
	}
	row(out, "runs here", fmt.Sprintf("yes, on %s, which has %d MB for models", device.Name, has>>20))
}
