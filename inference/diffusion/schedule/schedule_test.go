package schedule_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"helium/inference/diffusion/schedule"
)

const sd = `{"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear","steps_offset":1,"clip_sample":false,"set_alpha_to_one":false}`

func with(base, more string) string { return base[:len(base)-1] + "," + more + "}" }

func timesteps(s *schedule.Schedule) []float32 {
	var out []float32
	for _, step := range s.Steps {
		out = append(out, step.Timestep)
	}
	return out
}

func TestTimestepsAreThePublishedOnes(t *testing.T) {
	for name, c := range map[string]struct {
		method schedule.Method
		args   string
		steps  int
		want   []float32
	}{
		"SDXL Turbo, 1 step":          {schedule.EulerAncestral, with(sd, `"timestep_spacing":"trailing"`), 1, []float32{999}},
		"SDXL Turbo, 4 steps":         {schedule.EulerAncestral, with(sd, `"timestep_spacing":"trailing"`), 4, []float32{999, 749, 499, 249}},
		"LCM, 4 steps":                {schedule.LCM, sd, 4, []float32{999, 759, 499, 259}},
		"LCM, 8 steps":                {schedule.LCM, sd, 8, []float32{999, 879, 759, 639, 499, 379, 259, 139}},
		"DDIM, 10 steps":              {schedule.DDIM, sd, 10, []float32{901, 801, 701, 601, 501, 401, 301, 201, 101, 1}},
		"DPM-Solver++, 5 steps":       {schedule.DPMSolver, sd, 5, []float32{999, 799, 599, 400, 200}},
		"Euler between the timesteps": {schedule.Euler, sd, 3, []float32{999, 499.5, 0}},
	} {
		if got := timesteps(plan(t, c.method, c.args, c.steps)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestSigmasAreThePublishedOnes(t *testing.T) {
	s := plan(t, schedule.Euler, sd, 1000)
	first, last := s.Steps[0].Sigma, s.Steps[999].Sigma
	if math.Abs(first-14.6146) > 5e-5 || math.Abs(last-0.0292) > 5e-5 {
		t.Errorf("sigmas from %v to %v, want 14.6146 to 0.0292", first, last)
	}

	for i, step := range plan(t, schedule.DPMSolver, with(sd, `"use_karras_sigmas":true`), 10).Steps {
		a, b := math.Pow(first, 1./7), math.Pow(last, 1./7)
		want := math.Pow(a+float64(i)/9*(b-a), 7)
		if math.Abs(step.Sigma-want) > 1e-12*want {
			t.Errorf("Karras' sigma %d = %v, want %v", i, step.Sigma, want)
		}
	}
}

// oracle is a model that knows the picture x, or the variance of Gaussian
// pictures, from which a noisy sample's best picture follows.
type oracle struct {
	picture  float64
	variance float64
}

// output is what the model predicts of a sample at sigma, in the sample's own
// scale if unit, else picture + sigma·noise.
func (o oracle) output(kind string, x, sigma float64, unit bool) float64 {
	if unit {
		x *= math.Sqrt(1 + sigma*sigma)
	}
	clean := o.picture
	if o.variance > 0 {
		clean = x * o.variance / (o.variance + sigma*sigma)
	}
	noise := (x - clean) / sigma
	switch kind {
	case "sample":
		return clean
	case "v_prediction":
		return (noise - sigma*clean) / math.Sqrt(1+sigma*sigma)
	}
	return noise
}

// run steps a sample of one number through a schedule.
func run(t *testing.T, m schedule.Method, kind string, s *schedule.Schedule, o oracle, first, noise float32) float64 {
	t.Helper()
	unit := m != schedule.Euler && m != schedule.EulerAncestral
	sample, output, state := []float32{first}, []float32{0}, &schedule.State{}
	for _, step := range s.Steps {
		output[0] = float32(o.output(kind, float64(sample[0]), step.Sigma, unit))
		if err := step.Take(state, sample, output, []float32{noise}); err != nil {
			t.Fatal(err)
		}
	}
	return float64(sample[0])
}

func TestModelThatKnowsThePictureLeadsToIt(t *testing.T) {
	for _, m := range []schedule.Method{schedule.DPMSolver, schedule.Euler, schedule.EulerAncestral, schedule.DDIM, schedule.LCM} {
		for _, kind := range []string{"epsilon", "v_prediction", "sample"} {
			if m == schedule.EulerAncestral && kind == "sample" {
				continue
			}
			for _, steps := range []int{1, 2, 5, 25} {
				args := with(sd, `"set_alpha_to_one":true,"timestep_spacing":"trailing","prediction_type":"`+kind+`"`)
				s := plan(t, m, args, steps)
				got := run(t, m, kind, s, oracle{picture: 0.75}, float32(1.3*s.Initial), 0.6)
				// A latent consistency model's answer keeps a trace of the sample.
				if math.Abs(got-0.75) > 2e-4 {
					t.Errorf("%s of %s in %d steps: %v, want 0.75", m, kind, steps, got)
				}
			}
		}
	}
}

// With Gaussian pictures of a variance the sample's path has a closed form:
// picture + sigma·noise keeps its place in units of its deviation.
func TestErrorsFallWithTheOrderOfTheMethod(t *testing.T) {
	const variance = 2.5
	for name, c := range map[string]struct {
		method schedule.Method
		args   string
		order  float64
	}{
		"DPM-Solver++ of order 2":          {schedule.DPMSolver, `"use_lu_lambdas":true`, 2},
		"DPM-Solver++ of order 2, Heun":    {schedule.DPMSolver, `"use_lu_lambdas":true,"solver_type":"heun"`, 2},
		"DPM-Solver++ of order 2, Karras":  {schedule.DPMSolver, `"use_karras_sigmas":true`, 2},
		"DPM-Solver++ of order 1":          {schedule.DPMSolver, `"use_lu_lambdas":true,"solver_order":1`, 1},
		"Euler":                            {schedule.Euler, `"use_karras_sigmas":true`, 1},
		"Euler, of the model's velocities": {schedule.Euler, `"use_karras_sigmas":true,"prediction_type":"v_prediction"`, 1},
	} {
		failure := func(steps int) float64 {
			s := plan(t, c.method, with(sd, c.args), steps)
			s.Steps = s.Steps[:steps-1] // the last one leads to sigma 0
			from := s.Steps[0].Sigma
			to := plan(t, c.method, with(sd, c.args), steps).Steps[steps-1].Sigma
			want := math.Sqrt((variance + to*to) / (variance + from*from))
			kind := "epsilon"
			if name == "Euler, of the model's velocities" {
				kind = "v_prediction"
			}
			start := 1.0
			if c.method == schedule.DPMSolver {
				start = 1 / math.Sqrt(1+from*from)
				want /= math.Sqrt(1 + to*to)
			}
			return math.Abs(run(t, c.method, kind, s, oracle{variance: variance}, float32(start), 0) - want)
		}
		coarse, fine := failure(21), failure(81)
		if order := math.Log2(coarse/fine) / 2; order < c.order-0.15 {
			t.Errorf("%s: errors %v and %v are of order %.2f, want %v", name, coarse, fine, order, c.order)
		}
	}
}

// literal takes the steps of DPM-Solver++(2M), arXiv 2211.01095 algorithm 2, and
// of the ancestral method as the papers write them, with the standard library.
func literal(m schedule.Method, sigmas []float64, x float64, noise float64, model func(x, sigma float64) float64) float64 {
	alpha := func(s float64) float64 { return 1 / math.Sqrt(1+s*s) }
	lambda := func(s float64) float64 { return math.Log(alpha(s) / (s * alpha(s))) }
	var before float64
	for i := range len(sigmas) - 1 {
		s, to := sigmas[i], sigmas[i+1]
		out := model(x, s)
		switch m {
		case schedule.DPMSolver:
			clean := (x - s*alpha(s)*out) / alpha(s)
			if to == 0 {
				return clean
			}
			h, d := lambda(to)-lambda(s), clean
			if i > 0 {
				r := (lambda(s) - lambda(sigmas[i-1])) / h
				d = (1+1/(2*r))*clean - 1/(2*r)*before
			}
			x = to*alpha(to)/(s*alpha(s))*x - alpha(to)*(math.Exp(-h)-1)*d
			before = clean
		case schedule.EulerAncestral:
			up := math.Sqrt(to * to * (s*s - to*to) / (s * s))
			down := math.Sqrt(to*to - up*up)
			x += out*(down-s) + noise*up
		}
	}
	return x
}

func TestStepsAreThoseOfThePapers(t *testing.T) {
	for _, m := range []schedule.Method{schedule.DPMSolver, schedule.EulerAncestral} {
		for _, steps := range []int{1, 2, 3, 14, 15, 30} {
			s := plan(t, m, sd, steps)
			var sigmas []float64
			for _, step := range s.Steps {
				sigmas = append(sigmas, step.Sigma)
			}
			if m == schedule.EulerAncestral && sigmas[0] < 1 {
				continue // one step of linspace begins at the end
			}
			o := oracle{variance: 0.7}
			unit := m == schedule.DPMSolver
			want := literal(m, append(sigmas, 0), s.Initial, 0.3, func(x, sigma float64) float64 {
				return o.output("epsilon", x, sigma, unit)
			})
			if got := run(t, m, "epsilon", s, o, float32(s.Initial), 0.3); math.Abs(got-want) > 2e-6 {
				t.Errorf("%s in %d steps: %v, want %v", m, steps, got, want)
			}
		}
	}
}

func TestNoiseIsNeededWhereTheMethodAddsIt(t *testing.T) {
	for m, want := range map[schedule.Method][]bool{
		schedule.DPMSolver: {false, false, false}, schedule.Euler: {false, false, false}, schedule.DDIM: {false, false, false},
		schedule.EulerAncestral: {true, true, false}, schedule.LCM: {true, true, false},
	} {
		for i, step := range plan(t, m, sd, 3).Steps {
			if step.NeedsNoise() != want[i] {
				t.Errorf("%s: step %d needs noise: %v, want %v", m, i, step.NeedsNoise(), want[i])
			}
		}
	}
}

// A refiner takes over in the middle, with no state of the base model's steps.
func TestStepsCanBeginInTheMiddle(t *testing.T) {
	s := plan(t, schedule.DPMSolver, sd, 20)
	s.Steps = s.Steps[16:]
	if got := run(t, schedule.DPMSolver, "epsilon", s, oracle{picture: -0.4}, 0.2, 0); math.Abs(got+0.4) > 1e-6 {
		t.Errorf("the sample ends at %v, want -0.4", got)
	}
}

func TestStepsAreSharedByTheNoiseThatIsLeft(t *testing.T) {
	const leading = `"timestep_spacing":"leading"`
	for name, c := range map[string]struct {
		method  schedule.Method
		args    string
		steps   int
		percent int
		want    int
	}{
		"the first 80 % of 25 steps":      {schedule.DPMSolver, with(sd, leading), 25, 80, 20}, // 951, 913 and so on to 229, then 191
		"the last 20 % of 20 steps":       {schedule.DPMSolver, with(sd, leading), 20, 80, 16}, // to 236, then 189
		"a timestep on the border":        {schedule.DDIM, with(sd, leading+`,"steps_offset":0`), 10, 80, 8},
		"between timesteps":               {schedule.Euler, sd, 3, 50, 1}, // 999, 499.5
		"all":                             {schedule.EulerAncestral, with(sd, leading), 7, 100, 7},
		"less than the first step":        {schedule.EulerAncestral, with(sd, leading), 7, 1, 0},
		"another number of timesteps":     {schedule.DDIM, with(sd, leading+`,"num_train_timesteps":50,"steps_offset":0`), 10, 50, 5},
		"the first step of LCM":           {schedule.LCM, sd, 4, 1, 1}, // 999 is above 990
		"all but the last step of LCM":    {schedule.LCM, sd, 4, 70, 3},
		"29 %, which no float64 can hold": {schedule.DDIM, with(sd, leading+`,"steps_offset":0`), 100, 29, 29},
	} {
		if got := plan(t, c.method, c.args, c.steps).Split(c.percent); got != c.want {
			t.Errorf("%s: %d steps, want %d", name, got, c.want)
		}
	}
}

func TestAFinishedSampleIsGivenTheNoiseOfAStep(t *testing.T) {
	for _, m := range []schedule.Method{schedule.DPMSolver, schedule.Euler, schedule.EulerAncestral, schedule.DDIM, schedule.LCM} {
		s := plan(t, m, sd, 10)
		for i, step := range s.Steps {
			// The model that foretells the noise foretells the sample.
			sample := []float32{0.75}
			step.Renoise(sample, []float32{-1.5})
			seen := []float32{0}
			step.Input(seen, sample)
			signal := 1 / math.Sqrt(step.Sigma*step.Sigma+1)
			if want := signal*0.75 - signal*step.Sigma*1.5; math.Abs(float64(seen[0])-want) > 1e-6 {
				t.Errorf("%s, step %d: the model sees %v, want %v", m, i, seen[0], want)
			}
			state := new(schedule.State)
			if err := step.Take(state, sample, []float32{-1.5}, []float32{0}); err != nil {
				t.Fatal(err)
			}
			if clean := state.Clean()[0]; math.Abs(float64(clean)-0.75) > 1e-3 {
				t.Errorf("%s, step %d: the clean sample is %v, want 0.75", m, i, clean)
			}
		}
	}
}

func TestSignalCanBeRescaledToNone(t *testing.T) {
	const zero = `"rescale_betas_zero_snr":true,"timestep_spacing":"trailing","prediction_type":"v_prediction"`
	if got := plan(t, schedule.Euler, with(sd, zero), 10).Steps[0].Sigma; got < 4095.9 || got > 4096 {
		t.Errorf("the first sigma is %v, want about 4096", got)
	}
	s := plan(t, schedule.DDIM, with(sd, zero), 10)
	if !math.IsInf(s.Steps[0].Sigma, 1) {
		t.Errorf("the first sigma is %v, want none of signal", s.Steps[0].Sigma)
	}
}

func TestArgumentsThatAreNotUnderstoodAreRefused(t *testing.T) {
	for _, c := range []struct {
		method schedule.Method
		args   string
		steps  int
	}{
		{"PNDMScheduler", sd, 5},
		{schedule.Euler, sd, 0},
		{schedule.Euler, sd, 1001},
		{schedule.LCM, sd, 51},
		{schedule.DDIM, `{"beta_start":0.00085}`, 5}, // clips by preset
		{schedule.DDIM, with(sd, `"rescale_betas_zero_snr":true,"timestep_spacing":"trailing"`), 5},
		{schedule.DDIM, with(sd, `"steps_offset":300`), 5},
		{schedule.DPMSolver, with(sd, `"solver_order":3`), 5},
		{schedule.DPMSolver, with(sd, `"algorithm_type":"sde-dpmsolver++"`), 5},
		{schedule.DPMSolver, with(sd, `"solver_type":"bh2"`), 5},
		{schedule.DPMSolver, with(sd, `"thresholding":true`), 5},
		{schedule.DPMSolver, with(sd, `"final_sigmas_type":"one"`), 5},
		{schedule.DPMSolver, with(sd, `"use_beta_sigmas":true`), 5},
		{schedule.DPMSolver, with(sd, `"lambda_min_clipped":9`), 5},
		{schedule.Euler, with(sd, `"timestep_type":"continuous"`), 5},
		{schedule.Euler, with(sd, `"sigma_max":700`), 5},
		{schedule.EulerAncestral, with(sd, `"prediction_type":"sample"`), 5},
		{schedule.Euler, with(sd, `"prediction_type":"flow_prediction"`), 5},
		{schedule.Euler, with(sd, `"timestep_spacing":"even"`), 5},
		{schedule.Euler, with(sd, `"beta_schedule":"squaredcos_cap_v2"`), 5},
		{schedule.Euler, with(sd, `"trained_betas":[0.1]`), 5},
		{schedule.Euler, with(sd, `"num_train_timesteps":1000000000`), 5},
		{schedule.Euler, with(sd, `"beta_end":1`), 5},
		{schedule.Euler, `{"beta_end":"high"}`, 5},
		{schedule.Euler, with(sd, `"steps_offset":-1`), 5},
	} {
		config, err := schedule.Defaults(c.method)
		if err == nil {
			err = config.Overlay([]byte(c.args))
		}
		if err == nil {
			_, err = schedule.New(c.method, config, c.steps)
		}
		if !errors.Is(err, schedule.ErrConfig) {
			t.Errorf("%s %s in %d steps: %v, want ErrConfig", c.method, c.args, c.steps, err)
		}
	}
}

func TestConfigTakesWhatDiffusersWrites(t *testing.T) {
	const written = `{"_class_name":"DPMSolverMultistepScheduler","lambda_min_clipped":-Infinity,"variance_type":null,` +
		`"trained_betas":null,"use_karras_sigmas":null,"skip_prk_steps":true,"sigma_max":null}`
	c, _ := schedule.Defaults(schedule.DPMSolver)
	if err := c.Overlay([]byte(written)); err != nil {
		t.Fatal(err)
	}
	if _, err := schedule.New(schedule.DPMSolver, c, 10); err != nil {
		t.Error(err)
	}
}

func TestStepRefusesWhatItCannotUse(t *testing.T) {
	step := plan(t, schedule.EulerAncestral, sd, 4).Steps[0]
	two, one := []float32{1, 2}, []float32{1}
	for name, err := range map[string]error{
		"short output":   step.Take(&schedule.State{}, slices.Clone(two), one, two),
		"no noise":       step.Take(&schedule.State{}, slices.Clone(two), two, nil),
		"output of NaN":  step.Take(&schedule.State{}, slices.Clone(one), []float32{float32(math.NaN())}, one),
		"output too big": step.Take(&schedule.State{}, slices.Clone(one), []float32{math.MaxFloat32}, one),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// The digest was computed on amd64. It fails where a platform rounds otherwise.
func TestStepsHaveTheSameBitsEverywhere(t *testing.T) {
	hash := sha256.New()
	for _, m := range []schedule.Method{schedule.DPMSolver, schedule.Euler, schedule.EulerAncestral, schedule.DDIM, schedule.LCM} {
		for _, more := range []string{`"solver_order":2`, `"use_karras_sigmas":true`, `"prediction_type":"v_prediction"`, `"timestep_spacing":"trailing"`} {
			s := plan(t, m, with(sd, more), 12)
			sample, output, state := []float32{1.25, -0.7, 0.01}, make([]float32, 3), &schedule.State{}
			for i, step := range s.Steps {
				step.Input(output, sample)
				noise := []float32{0.3, -1.1, float32(i)}
				if err := step.Take(state, sample, output, noise); err != nil {
					t.Fatal(err)
				}
				for _, v := range []any{step.Timestep, step.Sigma, step.Scale, sample} {
					if err := binary.Write(hash, binary.LittleEndian, v); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	const want = "43810321b3720ee6f4ac427ce97c683a660857723a64a14bf3ac64d6037f38cd"
	if got := hex.EncodeToString(hash.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func ExampleNew() {
	c, _ := schedule.Defaults(schedule.LCM)
	s, _ := schedule.New(schedule.LCM, c, 4)
	for _, step := range s.Steps {
		fmt.Printf("%v: noise %v\n", step.Timestep, step.NeedsNoise())
	}
	// Output:
	// 999: noise true
	// 759: noise true
	// 499: noise true
	// 259: noise false
}
