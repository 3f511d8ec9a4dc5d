package devnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"helium/backend/models"
)

// The model of a first run: small, an instruct model, and open to all.
const (
	firstModelID   = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
	firstModelFile = "qwen2.5-0.5b-instruct-q4_k_m.gguf"
)

// reachTimeout is how long the hub may take to answer before the demo model
// stands in.
const reachTimeout = 10 * time.Second

// prepareModels makes the demo models, and fetches the first-run model unless
// demoOnly. It returns the id of the one to offer first.
func prepareModels(ctx context.Context, library *models.Library, demoOnly bool, out io.Writer) (string, error) {
	if _, err := library.MakeDemo(ctx); err != nil {
		return "", err
	}
	if _, err := library.MakeDemoImages(ctx); err != nil {
		return "", err
	}
	if demoOnly {
		return models.DemoID, nil
	}
	err := fetchFirstModel(ctx, library, out)
	if err == nil {
		return firstModelID, nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	fmt.Fprintf(out, "Could not fetch %s (%v).\nThe built-in demo model answers instead: it is real for the engine, and knows a few dozen things about Helium only.\n", firstModelID, err)
	return models.DemoID, nil
}

func fetchFirstModel(ctx context.Context, library *models.Library, out io.Writer) error {
	if _, err := library.Get(firstModelID); err == nil {
		return nil
	}
	// A hub that can't be reached must not hold up the start; a download that
	// runs may take as long as it needs.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	deadline := time.AfterFunc(reachTimeout, func() { cancel(errors.New("the hub does not answer")) })
	defer deadline.Stop()

	shown := false
	_, err := library.Download(ctx, firstModelID, firstModelFile, func(p models.Progress) {
		deadline.Stop()
		if p.Total == 0 {
			return // it looks at what is here
		}
		shown = true
		fmt.Fprintf(out, "\r%s", progressLine(p))
	})
	if shown {
		fmt.Fprintln(out)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// progressLine is a bar, the size, the speed and the time left.
func progressLine(p models.Progress) string {
	const width = 24
	filled := int(p.Percent() * width / 100)
	bar := make([]rune, width)
	for i := range bar {
		bar[i] = '░'
		if i < filled {
			bar[i] = '█'
		}
	}
	line := fmt.Sprintf("%s %s %3d %%  %d of %d MB", p.ID, string(bar), p.Percent(), p.Done>>20, p.Total>>20)
	if left := p.Left(); left > 0 {
		line += fmt.Sprintf("  %.1f MB/s, %s left ", float64(p.BytesPerSecond)/(1<<20), left.Round(time.Second))
	}
	return line
}
