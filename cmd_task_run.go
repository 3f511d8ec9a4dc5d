//go:build !desktop

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/task"
)

type taskRunCmd struct {
	Prompt string `arg:"" optional:"" help:"What to ask, or what the images show."`

	Type     string `default:"gpt" enum:"gpt,sd" help:"What to make: a text (gpt) or images (sd)."`
	Document string `help:"Send this task document instead of one made of the flags; - reads standard input." placeholder:"FILE"`
	Model    string `help:"Model to ask; see helium model list. The built-in one if not given." placeholder:"ID"`
	Seed     int64  `default:"42" help:"The same seed gives the same answer."`

	MaxTokens int      `default:"256" help:"Longest text, in tokens."`
	Temp      *float64 `name:"temperature" help:"Of a text; 0 takes the likeliest token each time, which is the default."`

	Images   int      `default:"1" help:"How many images."`
	Size     string   `default:"512x512" help:"Size of images, in pixels." placeholder:"WIDTHxHEIGHT"`
	Steps    int      `default:"25" help:"Steps of each image."`
	CFG      *float64 `name:"cfg" help:"How closely images follow the prompt; 5 if not given."`
	Negative string   `help:"What images do not show." placeholder:"TEXT"`
	Out      string   `default:"." help:"Folder to write images to." type:"path" placeholder:"DIR"`

	Network  string `help:"The network's profile, a file or an address; the local network if there is none." placeholder:"FILE|URL"`
	Data     string `help:"Folder of the wallet that pays." placeholder:"DIR"`
	Fee      string `help:"What to offer, in CNX; the least that the network takes if not given. More goes first when tasks wait." placeholder:"CNX"`
	MaxFee   string `help:"Most to pay, in CNX; no limit if there is none." placeholder:"CNX"`
	MinVRAM  uint16 `name:"min-vram" help:"Least memory of the nodes' cards, in GB; what the model needs if not given." placeholder:"GB"`
	Estimate bool   `help:"Say what it costs and when it would start, and send nothing."`
	Receipt  string `help:"File to write the receipt to." placeholder:"FILE"`
}

func (c taskRunCmd) Run(env *environment) error {
	q, err := c.request()
	if err != nil {
		return err
	}
	if q.Fee, err = amountFlag("--fee", c.Fee); err != nil {
		return err
	}
	if q.MaxFee, err = amountFlag("--max-fee", c.MaxFee); err != nil {
		return err
	}
	if c.MinVRAM > 0 {
		q.MinVRAMGB = c.MinVRAM
	}
	if q.Models, err = pinned(env, q); err != nil {
		return err
	}
	p, err := openPayer(env, c.Network, c.Data)
	if err != nil {
		return err
	}
	defer p.close()
	if err := printEstimate(env, p.creator, q.Request); err != nil || c.Estimate {
		return withAction(err)
	}
	return withAction(c.follow(env, p, q))
}

// taskToRun is a request and the models that its document names.
type taskToRun struct {
	creator.Request
	names []string
}

// request makes the document, or reads it, and what depends on it.
func (c taskRunCmd) request() (taskToRun, error) {
	if (c.Prompt == "") == (c.Document == "") {
		return taskToRun{}, errors.New("say what to ask, or give a task document with --document")
	}
	if c.Type == "sd" {
		return c.images()
	}
	doc, err := c.textDocument()
	if err != nil {
		return taskToRun{}, err
	}
	return taskToRun{creator.Request{
		Type: protocol.GPT, Task: doc.Normalised(), Model: doc.Model, Units: task.UnitsRoundedUp(doc), MinVRAMGB: 1,
	}, []string{doc.Model}}, nil
}

func (c taskRunCmd) images() (taskToRun, error) {
	s, err := c.imagesDocument()
	if err != nil {
		return taskToRun{}, err
	}
	if err := notRun(s); err != nil {
		return taskToRun{}, fmt.Errorf("no node would run this: %w", err)
	}
	run := taskToRun{Request: creator.Request{
		Type: protocol.StableDiffusion, Task: s.Normalised(), Model: s.Models()[0].ID(),
		Units: task.SDUnitsRoundedUp(s), Images: uint16(s.Config.Images), MinVRAMGB: task.SDMinVRAMGB(s),
	}}
	for _, m := range s.Models() {
		run.names = append(run.names, m.ID())
	}
	return run, nil
}

// pinned names the exact files of a task's models, which must be here for that.
func pinned(env *environment, q taskToRun) ([]protocol.ModelPin, error) {
	library, err := openModels(env)
	if err != nil {
		return nil, err
	}
	if _, err := library.MakeDemo(env.ctx); err != nil {
		return nil, err
	}
	if _, err := library.MakeDemoImages(env.ctx); err != nil {
		return nil, err
	}
	var pins []protocol.ModelPin
	seen := map[string]bool{}
	for _, id := range q.names {
		if seen[id] {
			continue
		}
		seen[id] = true
		model, err := library.Get(id)
		if errors.Is(err, models.ErrNotHere) {
			return nil, fmt.Errorf("%w: fetch it first with helium model download, so that its exact files can be named in the task", err)
		}
		if err != nil {
			return nil, err
		}
		pins = append(pins, model.Pin)
	}
	return pins, nil
}

func (c taskRunCmd) textDocument() (*task.GPT, error) {
	if c.Document != "" {
		return readGPT(c.Document)
	}
	model := c.Model
	if model == "" {
		model = models.DemoID
	}
	sample := c.Temp != nil && *c.Temp > 0
	return task.FromChat(model, []task.Message{{Role: task.RoleUser, Content: task.Text(c.Prompt)}}, func(g *task.GPT) {
		g.Seed = c.Seed
		g.GenerationConfig = &task.GenerationConfig{MaxNewTokens: &c.MaxTokens, DoSample: &sample, Temperature: c.Temp}
	})
}

func (c taskRunCmd) imagesDocument() (*task.SD, error) {
	if c.Document != "" {
		return readSD(c.Document)
	}
	model := c.Model
	if model == "" {
		model = models.DemoImagesID
	}
	var width, height int
	if n, err := fmt.Sscanf(c.Size+"\n", "%dx%d\n", &width, &height); n != 2 || err != nil {
		return nil, fmt.Errorf("--size %s: it must be like 512x512", c.Size)
	}
	config := map[string]any{"num_images": c.Images, "image_width": width, "image_height": height, "steps": c.Steps, "seed": c.Seed}
	if c.CFG != nil {
		config["cfg"] = *c.CFG
	}
	raw, err := json.Marshal(map[string]any{"base_model": model, "prompt": c.Prompt, "negative_prompt": c.Negative, "task_config": config})
	if err != nil {
		return nil, fmt.Errorf("make task document: %w", err)
	}
	return task.ParseSD(raw)
}

// follow prints every step with its time, and the answer as it comes.
func (c taskRunCmd) follow(env *environment, p *payer, q taskToRun) error {
	t, err := p.creator.Create(env.ctx, q.Request)
	if err != nil {
		return err
	}
	out := &steps{w: env.stdout}
	whole := false
	for e := range t.Events(env.ctx) {
		switch e.Stage {
		case creator.StageDelta:
			if !whole { // a piece that comes late has been printed with the answer
				out.delta(e)
			}
		case creator.StageVerified:
			whole = true
			out.step(e, fmt.Sprintf("%d of 3 nodes stand behind this answer:", len(e.Nodes)))
			if err := c.show(out, e); err != nil {
				return err
			}
		case creator.StageAborted, creator.StageDisputed:
			out.step(e, e.Reason.Error())
			return *e.Reason
		case creator.StageSettled:
			out.step(e, howSettled(e.Receipt))
			out.payments(e.Receipt)
			return c.keep(env, e.Receipt)
		default:
			out.step(e, describe(e))
		}
	}
	return env.ctx.Err()
}

// show prints a text, or writes images and says where.
func (c taskRunCmd) show(out *steps, e creator.Event) error {
	if c.Type == "gpt" {
		response, err := task.ParseResponse(e.Response)
		if err != nil {
			return err
		}
		out.answer(response.Choices[0].Content)
		return nil
	}
	var response task.SDResponse
	if err := json.Unmarshal(e.Response, &response); err != nil {
		return fmt.Errorf("read images: %w", err)
	}
	var names bytes.Buffer
	for i, file := range response.Images {
		name, err := writeNew(c.Out, fmt.Sprintf("task-%s-%d", e.TaskID, i), ".png", file)
		if err != nil {
			return fmt.Errorf("write image %d: %w", i, err)
		}
		fmt.Fprintln(&names, name)
	}
	out.answer(string(bytes.TrimSpace(names.Bytes())))
	return nil
}

// writeNew writes a file that wasn't there before: tasks of another chain have the
// same numbers.
func writeNew(dir, base, ending string, data []byte) (name string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	name = filepath.Join(dir, base+ending)
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	for n := 2; errors.Is(err, os.ErrExist); n++ {
		name = filepath.Join(dir, fmt.Sprintf("%s (%d)%s", base, n, ending))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	}
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, bytes.NewReader(data))
	return name, errors.Join(err, f.Close())
}

func (c taskRunCmd) keep(env *environment, r *protocol.Receipt) error {
	if c.Receipt == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Receipt, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write receipt: %w", err)
	}
	fmt.Fprintf(env.stdout, "\nThe receipt is in %s: helium task verify checks it.\n", c.Receipt)
	return nil
}
