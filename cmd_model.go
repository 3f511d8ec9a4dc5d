//go:build !desktop

package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"helium/backend/models"
)

// modelCmd: models on this computer.
type modelCmd struct {
	List     modelListCmd     `cmd:"" help:"List the models that are here."`
	Download modelDownloadCmd `cmd:"" help:"Fetch a GGUF file of a Hugging Face repository; a download that was cut goes on."`
	Show     modelShowCmd     `cmd:"" help:"What a model is and needs, and whether it runs here."`
	Demo     modelDemoCmd     `cmd:"" help:"Make the built-in demo model; needs no network."`
}

type modelListCmd struct{}

func (modelListCmd) Run(env *environment) error {
	library, err := openModels()
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "MODEL\tFILE\tMB\tREVISION")
	for _, m := range library.List() {
		fmt.Fprintf(out, "%s\t%s\t%d\t%.12s\n", m.Pin.ID, m.Pin.Files[0].Name, m.Pin.Files[0].Bytes>>20, m.Pin.Revision)
	}
	return out.Flush()
}

type modelDownloadCmd struct {
	ID   string `arg:"" help:"Repository, such as Qwen/Qwen2.5-0.5B-Instruct-GGUF."`
	File string `arg:"" help:"File in it, such as qwen2.5-0.5b-instruct-q4_k_m.gguf."`
}

func (c modelDownloadCmd) Run(env *environment) error {
	library, err := openModels()
	if err != nil {
		return err
	}
	f, err := library.Download(env.ctx, c.ID, c.File, func(p models.Progress) {
		fmt.Fprintf(env.stdout, "\r%3d %%  %d of %d MB  %d MB/s  %s left   ", p.Done*100/p.Total, p.Done>>20, p.Total>>20, p.BytesPerSecond>>20, p.Left().Round(time.Second))
	})
	fmt.Fprintln(env.stdout)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s is here: %s\n", c.ID, f.Path)
	return nil
}

type modelDemoCmd struct{}

func (modelDemoCmd) Run(env *environment) error {
	library, err := openModels()
	if err != nil {
		return err
	}
	f, err := library.MakeDemo(env.ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s is here: %s\n", models.DemoID, f.Path)
	return nil
}

func openModels() (*models.Library, error) {
	dir, err := models.DefaultDir()
	if err != nil {
		return nil, err
	}
	return models.Open(dir, models.Options{})
}
