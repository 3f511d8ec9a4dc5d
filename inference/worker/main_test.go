package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"helium/inference/checkpoint"
)

// TestMain makes the test binary an engine when it is started as one, as the
// program itself is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "engine":
			serveEngine()
		case "engine-deaf": // never says hello
			time.Sleep(time.Hour) // an empty select alone is taken for a deadlock
		case "engine-dies":
			fmt.Fprintln(os.Stderr, "the card is on fire")
			os.Exit(3)
		case "parent": // starts an engine and waits to be killed
			beParent(os.Args[2])
		}
	}
	os.Exit(m.Run())
}

func serveEngine() {
	err := Serve(context.Background(), os.Stdin, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil && !errors.Is(err, ErrParentGone) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func beParent(pidFile string) {
	e, err := Start(context.Background(), Options{CPUOnly: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	info, err := e.Info(context.Background())
	if err != nil {
		os.Exit(1)
	}
	os.WriteFile(pidFile+".part", fmt.Appendln(nil, info.PID), 0o600)
	os.Rename(pidFile+".part", pidFile)
	select {}
}

// testEngine is an engine of one thread that ends with the test.
func testEngine(t *testing.T, change func(*Options)) *Engine {
	t.Helper()
	opts := Options{CPUOnly: true, Threads: 1, MadeDir: t.TempDir()}
	if change != nil {
		change(&opts)
	}
	e, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatalf("start engine: %v", err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// demo writes the demo model once for each test.
func demo(t *testing.T) Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.gguf")
	info, err := checkpoint.WriteDemoModel(path)
	if err != nil {
		t.Fatal(err)
	}
	return Model{ID: info.ID, Path: path, Files: []File{{filepath.Base(path), info.SHA256}}}
}

func question(t *testing.T, text string, config map[string]any) []byte {
	t.Helper()
	doc := map[string]any{
		"model":    checkpoint.DemoModelID,
		"messages": []any{map[string]any{"role": "user", "content": text}},
		"seed":     7,
	}
	if config != nil {
		doc["generation_config"] = config
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// soon fails the test when an operation takes unreasonably long. It is a guard
// against hanging, not a measurement.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}
