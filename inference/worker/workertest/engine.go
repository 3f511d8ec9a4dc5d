// Package workertest lets a test binary be the engine of its own tests, as the
// program itself is.
package workertest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"helium/inference/worker"
)

// Main is TestMain of a package whose tests start engines.
func Main(m *testing.M) {
	ServeEngine()
	os.Exit(m.Run())
}

// ServeEngine is the engine, and does not return, when the binary was started as
// one.
func ServeEngine() {
	if len(os.Args) < 2 || os.Args[1] != "engine" {
		return
	}
	err := worker.Serve(context.Background(), os.Stdin, os.Stdout, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil && !errors.Is(err, worker.ErrParentGone) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
