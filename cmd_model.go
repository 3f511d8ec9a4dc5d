//go:build !desktop

package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"helium/app/launch"
	"helium/app/shelf"
	"helium/backend/models"
)

// modelCmd: models on this computer.
type modelCmd struct {
	List     modelListCmd     `cmd:"" help:"List the models that are here."`
	Show     modelShowCmd     `cmd:"" help:"What a model is and needs, whether it runs here, and why it is kept."`
	Download modelDownloadCmd `cmd:"" help:"Fetch a model from Hugging Face or from an address; a download that was cut goes on."`
	Remove   modelRemoveCmd   `cmd:"" help:"Remove what Helium fetched of a model; files of other programs stay."`
	Demo     modelDemoCmd     `cmd:"" help:"Make the built-in demo model; needs no network."`
}

type modelListCmd struct{}

func (modelListCmd) Run(env *environment) error {
	library, err := openModels(env)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "MODEL\tFILE\tMB\tREVISION\tLAST USED")
	for _, m := range library.List() {
		facts, err := library.Show(m.Pin.ID)
		if errors.Is(err, models.ErrNotHere) {
			continue // removed meanwhile
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s\t%s\t%d\t%.12s\t%s\n", m.Pin.ID, fileOf(m), m.Bytes()>>20, m.Pin.Revision, facts.LastUsed.Format(time.DateOnly))
	}
	return out.Flush()
}

// fileOf names a model's file, or says how many there are.
func fileOf(m models.File) string {
	if n := len(m.Pin.Files); n > 1 {
		return fmt.Sprintf("%d files", n)
	}
	return m.Pin.Files[0].Name
}

type modelDownloadCmd struct {
	ID       string `arg:"" help:"Repository, such as Qwen/Qwen2.5-0.5B-Instruct-GGUF, or the address of a .safetensors file."`
	File     string `arg:"" optional:"" help:"GGUF or safetensors file in it, such as qwen2.5-0.5b-instruct-q4_k_m.gguf; the usual one, or what the repository is, if not given."`
	Variant  string `help:"Variant of an image model's weights, such as fp16; the plain ones, if not given." placeholder:"NAME"`
	Revision string `help:"Branch, tag or commit, or an address's sha256; what is here, or else main, if not given."`
}

// Help is what the command says of itself beyond one line.
func (modelDownloadCmd) Help() string {
	return "The model is kept under the name that tasks use: that of the repository, followed by @ and the variant, or by # and the " +
		"safetensors file; or the address. Several models of one repository share the files that are the same."
}

func (c modelDownloadCmd) Run(env *environment) error {
	library, err := openModels(env)
	if err != nil {
		return err
	}
	want := wanted(c.ID, c.File, c.Variant)
	want.Revision = c.Revision
	line := &progressLine{}
	f, err := library.Fetch(env.ctx, want, func(p models.Progress) {
		fmt.Fprint(env.stdout, line.next(p))
	})
	if line.width > 0 {
		fmt.Fprintln(env.stdout)
	}
	if err != nil {
		return withAction(err)
	}
	fmt.Fprintf(env.stdout, "%s is here: %s\n", want.ID, f.Path)
	return nil
}

// progressLine is one line of a terminal, written over again.
type progressLine struct{ width int }

func (l *progressLine) next(p models.Progress) string {
	text := "Waiting for another program that fetches the same"
	switch p.Stage {
	case models.StageChecking:
		text = "Checking"
	case models.StageFetching:
		text = fmt.Sprintf("%3d %%  %d of %d MB", p.Percent(), p.Done>>20, p.Total>>20)
		if left := p.Left(); left > 0 {
			text += fmt.Sprintf("  %.1f MB/s  %s left", float64(p.BytesPerSecond)/(1<<20), left.Round(time.Second))
		}
	}
	padding := strings.Repeat(" ", max(l.width-len(text), 0))
	l.width = len(text)
	return "\r" + text + padding
}

type modelRemoveCmd struct {
	ID string `arg:"" help:"Model, as helium model list names it, or a download that was cut."`
}

func (c modelRemoveCmd) Run(env *environment) error {
	library, err := openModels(env)
	if err != nil {
		return err
	}
	freed, err := library.Remove(c.ID)
	if err != nil {
		return withAction(err)
	}
	if freed == 0 {
		fmt.Fprintf(env.stdout, "%s is no longer Helium's; its files are another program's and stay.\n", c.ID)
		return nil
	}
	fmt.Fprintf(env.stdout, "%s is removed, %d MB are free again.\n", c.ID, freed>>20)
	return nil
}

type modelDemoCmd struct{}

func (modelDemoCmd) Run(env *environment) error {
	library, err := openModels(env)
	if err != nil {
		return err
	}
	text, err := library.MakeDemo(env.ctx)
	if err != nil {
		return err
	}
	images, err := library.MakeDemoImages(env.ctx)
	if err != nil {
		return err
	}
	for _, f := range []models.File{text, images} {
		fmt.Fprintf(env.stdout, "%s is here: %s\n", f.Pin.ID, f.Path)
	}
	return nil
}

func openModels(env *environment) (*models.Library, error) {
	dir, err := models.DefaultDir()
	if err != nil {
		return nil, err
	}
	data, err := launch.DataDir()
	if err != nil {
		return nil, err
	}
	// This user's node may have moved them.
	dir, limit, err := shelf.Where(data, dir)
	if err != nil {
		return nil, err
	}
	library, err := models.Open(dir, models.Options{Log: env.log})
	if err == nil && limit != nil {
		library.SetLimit(*limit)
	}
	return library, err
}
