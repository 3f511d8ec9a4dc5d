package network_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

// ending is a context that ends after it was asked so many times.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestLoadingStopsBetweenTensors(t *testing.T) {
	_, d, err := network.ParseVAE([]byte(vaeConfig))
	if err != nil {
		t.Fatal(err)
	}
	v, dir := vae{newReference(9), true}, t.TempDir()
	v.decode(picture{4, 2, 2, v.normal(16)})
	v.write(t, filepath.Join(dir, unetFile))
	f, err := network.OpenFolder(dir, "", d, exact)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	c := newCompute(t, 1)
	for _, after := range []int{0, 1, 40} {
		ctx := &ending{t.Context(), after}
		if _, err := f.Load(ctx, c); !errors.Is(err, context.Canceled) || ctx.left != -1 {
			t.Errorf("after %d tensors: %v, and it went on for %d", after, err, -1-ctx.left)
		}
		if held := c.Held(); held != (ggml.Memory{}) {
			t.Errorf("after %d tensors: %+v are held", after, held)
		}
	}
}
