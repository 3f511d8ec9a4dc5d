package schedule_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"helium/inference/diffusion/schedule"
)

// trajectory is what one of diffusers' schedulers did, written by
// testdata/trajectories.py.
type trajectory struct {
	Method    schedule.Method
	Args      json.RawMessage
	Steps     int
	Timesteps []float32
	Initial   float64
	Sigmas    []float64
	Last      []float64
}

func readTrajectories(t *testing.T) []trajectory {
	t.Helper()
	raw, err := os.ReadFile("testdata/trajectories.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []trajectory
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func plan(t testing.TB, m schedule.Method, args string, steps int) *schedule.Schedule {
	t.Helper()
	c, err := schedule.Defaults(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Overlay([]byte(args)); err != nil {
		t.Fatal(err)
	}
	s, err := schedule.New(m, c, steps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// near compares with a number that was computed in float32.
func near(got, want, scale float64) bool { return math.Abs(got-want) <= 1e-5*max(1, scale) }

// sameTimestep finds whole timesteps different by less than one, and those
// between two, which come from logarithms, by less than their float32s' digits.
func sameTimestep(got, want float32) bool { return math.Abs(float64(got-want)) < 1e-4 }

func TestStepsAreThoseOfDiffusers(t *testing.T) {
	bias, noise := []float32{0.7, -0.3, 1.1, -0.9}, []float32{0.4, -1.2, 0.8, -0.1}
	for _, want := range readTrajectories(t) {
		t.Run(fmt.Sprintf("%s %s %d", want.Method, want.Args, want.Steps), func(t *testing.T) {
			s := plan(t, want.Method, string(want.Args), want.Steps)
			if len(s.Steps) != len(want.Timesteps) || !near(s.Initial, want.Initial, want.Initial) {
				t.Fatalf("%d steps from %v, want %d from %v", len(s.Steps), s.Initial, len(want.Timesteps), want.Initial)
			}

			sample := []float32{1, -0.5, 0.25, -1.5}
			s.Begin(sample)
			state, output := &schedule.State{}, make([]float32, 4)
			for i, step := range s.Steps {
				if !sameTimestep(step.Timestep, want.Timesteps[i]) {
					t.Errorf("timestep %d = %v, want %v", i, step.Timestep, want.Timesteps[i])
				}
				if want.Sigmas != nil && !near(step.Sigma, want.Sigmas[i], want.Sigmas[i]) {
					t.Errorf("sigma %d = %v, want %v", i, step.Sigma, want.Sigmas[i])
				}

				step.Input(output, sample)
				for j, seen := range output {
					output[j] = 0.3*seen + 0.2*bias[j]
				}
				if err := step.Take(state, sample, output, noise); err != nil {
					t.Fatal(err)
				}
			}
			for j, x := range sample {
				if !near(float64(x), want.Last[j], s.Initial) {
					t.Errorf("sample %d = %v, want %v", j, x, want.Last[j])
				}
			}
		})
	}
}
