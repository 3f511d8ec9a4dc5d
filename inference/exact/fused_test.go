package exact_test

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// fused finds arm64's instructions that multiply and add with one rounding.
var fused = regexp.MustCompile(`(?m)^.*\bFN?M(?:ADD|SUB)[SD]\b.*$`)

func TestNoProductIsFusedWithAnAddition(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for another processor")
	}
	for _, pkg := range []string{"exact", "gpt", "diffusion/schedule", "diffusion/noise", "diffusion/prompt", "diffusion/network"} {
		build := exec.Command("go", "build", "-gcflags=-S", "-o", os.DevNull, "helium/inference/"+pkg)
		build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
		out, err := build.CombinedOutput()
		if err != nil {
			t.Fatalf("build %s for arm64: %v\n%s", pkg, err, out)
		}
		if len(out) == 0 {
			t.Errorf("the compiler showed no assembly of %s", pkg)
		}
		for _, line := range fused.FindAll(out, 5) {
			t.Errorf("%s is fused: %s", pkg, line)
		}
	}
}
