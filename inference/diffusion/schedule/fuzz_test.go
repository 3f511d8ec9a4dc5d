package schedule_test

import (
	"errors"
	"math"
	"testing"

	"helium/inference/diffusion/schedule"
)

func FuzzNewPlansOrRefuses(f *testing.F) {
	for _, args := range []string{sd, with(sd, `"use_karras_sigmas":true`), with(sd, `"use_lu_lambdas":true,"lambda_min_clipped":-1`),
		with(sd, `"rescale_betas_zero_snr":true,"prediction_type":"v_prediction"`), `{"beta_end":0.9999,"beta_schedule":"linear"}`} {
		for method := range uint8(5) {
			f.Add(args, method, 7)
		}
	}
	methods := []schedule.Method{schedule.DPMSolver, schedule.Euler, schedule.EulerAncestral, schedule.DDIM, schedule.LCM}
	f.Fuzz(func(t *testing.T, args string, method uint8, steps int) {
		m := methods[int(method)%len(methods)]
		c, err := schedule.Defaults(m)
		if err != nil {
			t.Fatal(err)
		}
		if c.Overlay([]byte(args)) != nil {
			return
		}

		s, err := schedule.New(m, c, steps)
		if err != nil {
			if !errors.Is(err, schedule.ErrConfig) {
				t.Fatalf("%v, want ErrConfig", err)
			}
			return
		}
		if len(s.Steps) != steps || math.IsNaN(s.Initial) || math.IsInf(s.Initial, 0) {
			t.Fatalf("%d steps from %v, want %d from a number", len(s.Steps), s.Initial, steps)
		}
		for i, step := range s.Steps {
			if !(step.Timestep >= 0 && step.Timestep < float32(c.NumTrainTimesteps)) || math.IsNaN(step.Sigma) || math.IsNaN(step.Scale) {
				t.Fatalf("step %d is %+v", i, step)
			}
		}
	})
}
