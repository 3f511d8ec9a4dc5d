package schedule

import (
	"math"

	"helium/inference/exact"
)

// dpmSolver is DPM-Solver++ (arXiv 2211.01095), multistep of first or second
// order. A sample has variance 1.
func dpmSolver(c Config, steps int) (*Schedule, error) {
	if err := c.refuse(
		refusal{c.SolverOrder != 1 && c.SolverOrder != 2, "solver_order", c.SolverOrder},
		refusal{c.AlgorithmType != "dpmsolver++", "algorithm_type", c.AlgorithmType},
		refusal{c.SolverType != "midpoint" && c.SolverType != "heun", "solver_type", c.SolverType},
		refusal{c.Thresholding, "thresholding", true},
		refusal{c.VarianceType != "", "variance_type", c.VarianceType},
		refusal{c.UseExponentialSigmas, "use_exponential_sigmas", true},
		refusal{c.UseBetaSigmas, "use_beta_sigmas", true},
		refusal{c.UseFlowSigmas, "use_flow_sigmas", true},
	); err != nil {
		return nil, err
	}

	t := newTraining(c).withSigmas()
	timesteps, sigmas, err := dpmSigmas(c, t, steps)
	if err != nil {
		return nil, err
	}

	s := &Schedule{Initial: 1}
	for i, timestep := range timesteps {
		sigma, to := sigmas[i], sigmas[i+1]
		unit := math.Sqrt(float64(sigma*sigma) + 1)
		step := Step{Timestep: float32(timestep), Sigma: sigma, Scale: 1}
		if step.clean, err = c.cleanFrom(1/unit, sigma/unit); err != nil {
			return nil, err
		}

		step.alone = firstOrder(sigma, to)
		step.next = step.alone
		if i > 0 && c.SolverOrder == 2 && !c.firstOrderAt(i, steps) {
			step.next = c.secondOrder(sigmas[i-1], sigma, to)
		}
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

// dpmSigmas are the timesteps and sigmas of all steps, and the last step's
// target.
func dpmSigmas(c Config, t *training, steps int) (timesteps, sigmas []float64, err error) {
	timesteps, err = spacing{end: t.belowClip(c.LambdaMinClipped), skipped: 1, whole: true}.timesteps(c, steps)
	if err != nil {
		return nil, nil, err
	}

	switch {
	case c.UseKarrasSigmas:
		sigmas = karras(t.last(), t.sigmas[0], steps)
	case c.UseLuLambdas:
		sigmas = logarithmic(t.last(), t.sigmas[0], steps)
	default:
		for _, timestep := range timesteps {
			sigmas = append(sigmas, t.sigmaAt(timestep))
		}
	}
	if c.UseKarrasSigmas || c.UseLuLambdas {
		for i, sigma := range sigmas {
			timesteps[i] = math.RoundToEven(t.timestepAt(sigma))
		}
	}

	final, err := c.finalSigma(t)
	return timesteps, append(sigmas, final), err
}

func (c Config) finalSigma(t *training) (float64, error) {
	switch c.FinalSigmasType {
	case "zero":
		return 0, nil
	case "sigma_min":
		return t.sigmas[0], nil
	}
	return 0, c.wrong("final_sigmas_type", c.FinalSigmasType)
}

// firstOrderAt says whether a step falls back to the first order for stability.
func (c Config) firstOrderAt(i, steps int) bool {
	return i == steps-1 && (c.EulerAtFinal || c.FinalSigmasType == "zero" || c.LowerOrderFinal && steps < 15)
}

// firstOrder is the step from one sigma to another: with h the gain of the
// logarithm of signal to noise, e^-h is the ratio of the sigmas.
func firstOrder(from, to float64) mix {
	unitFrom, unitTo := math.Sqrt(float64(from*from)+1), math.Sqrt(float64(to*to)+1)
	return mix{
		sample: float64((to/from)*unitFrom) / unitTo,
		clean:  (1 - to/from) / unitTo,
	}
}

// secondOrder adds the change of the clean sample since the step before.
func (c Config) secondOrder(before, from, to float64) mix {
	m := firstOrder(from, to)
	h := exact.Log(from / to)
	ratio := exact.Log(before/from) / h

	change := m.clean / 2
	if c.SolverType == "heun" {
		unit := math.Sqrt(float64(to*to) + 1)
		change = (1 - (1-to/from)/h) / unit
	}
	m.clean += change / ratio
	m.previous = -(change / ratio)
	return m
}

// euler steps along the derivative of the sample by sigma (arXiv 2206.00364,
// algorithm 1 without its correction). A sample is picture + sigma·noise.
func euler(c Config, steps int) (*Schedule, error) {
	if err := c.refuse(
		refusal{c.InterpolationType != "linear", "interpolation_type", c.InterpolationType},
		refusal{c.TimestepType != "discrete", "timestep_type", c.TimestepType},
		refusal{c.UseExponentialSigmas, "use_exponential_sigmas", true},
		refusal{c.UseBetaSigmas, "use_beta_sigmas", true},
		refusal{isSet(c.SigmaMin), "sigma_min", string(c.SigmaMin)},
		refusal{isSet(c.SigmaMax), "sigma_max", string(c.SigmaMax)},
	); err != nil {
		return nil, err
	}
	return alongSigma(c, steps, c.UseKarrasSigmas, func(from, to float64) mix {
		return mix{sample: to / from, clean: 1 - to/from}
	})
}

// eulerAncestral steps further down than euler and adds new noise up to the
// sigma that was the goal.
func eulerAncestral(c Config, steps int) (*Schedule, error) {
	c.FinalSigmasType = "zero"
	if err := c.refuse(refusal{c.PredictionType == "sample", "prediction_type", c.PredictionType}); err != nil {
		return nil, err
	}
	return alongSigma(c, steps, false, func(from, to float64) mix {
		squareFrom, squareTo := float64(from*from), float64(to*to)
		squareUp := float64(squareTo*(squareFrom-squareTo)) / squareFrom
		down := math.Sqrt(squareTo - squareUp)
		return mix{sample: down / from, clean: 1 - down/from, noise: math.Sqrt(squareUp)}
	})
}

// alongSigma plans a method that counts in sigmas.
func alongSigma(c Config, steps int, asKarras bool, take func(from, to float64) mix) (*Schedule, error) {
	t := newTraining(c).withSigmas()
	timesteps, err := spacing{end: c.NumTrainTimesteps}.timesteps(c, steps)
	if err != nil {
		return nil, err
	}

	sigmas := make([]float64, steps)
	for i := range timesteps {
		timesteps[i] = float64(float32(timesteps[i]))
		sigmas[i] = t.sigmaAt(timesteps[i])
	}
	if asKarras {
		sigmas = karras(sigmas[0], sigmas[steps-1], steps)
		for i, sigma := range sigmas {
			timesteps[i] = t.timestepAt(sigma)
		}
	}
	final, err := c.finalSigma(t)
	if err != nil {
		return nil, err
	}

	s := &Schedule{Initial: c.initial(sigmas[0])}
	for i, sigma := range sigmas {
		to := final
		if i+1 < steps {
			to = sigmas[i+1]
		}
		step := Step{Timestep: float32(timesteps[i]), Sigma: sigma, Scale: 1 / math.Sqrt(float64(sigma*sigma)+1)}
		if step.clean, err = c.cleanFrom(1, sigma); err != nil {
			return nil, err
		}
		step.alone = take(sigma, to)
		step.next = step.alone
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

// initial is the deviation of a sample that is all noise, with that of a picture
// or without it.
func (c Config) initial(sigma float64) float64 {
	if c.TimestepSpacing == "leading" {
		return math.Sqrt(float64(sigma*sigma) + 1)
	}
	return sigma
}

// ddim is DDIM without noise (arXiv 2010.02502, η = 0). A sample has variance 1.
func ddim(c Config, steps int) (*Schedule, error) {
	if err := c.refuse(
		refusal{c.ClipSample, "clip_sample", true},
		refusal{c.Thresholding, "thresholding", true},
	); err != nil {
		return nil, err
	}

	t := newTraining(c)
	timesteps, err := spacing{end: c.NumTrainTimesteps, whole: true}.timesteps(c, steps)
	if err != nil {
		return nil, err
	}

	s := &Schedule{Initial: 1}
	for _, timestep := range timesteps {
		step, err := c.unitStep(t, int(timestep))
		if err != nil {
			return nil, err
		}

		// diffusers steps by the stride, whatever the next timestep is.
		to := t.signal[0]
		if before := int(timestep) - c.NumTrainTimesteps/steps; before >= 0 {
			to = t.signal[before]
		} else if c.SetAlphaToOne {
			to = 1
		}
		from := t.signal[int(timestep)]
		noise := math.Sqrt((1 - to) / (1 - from))
		step.alone = mix{sample: noise, clean: math.Sqrt(to) - float64(math.Sqrt(from)*noise)}
		step.next = step.alone
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

// lcm is the sampling of latent consistency models (arXiv 2310.04378): each step
// foretells the picture and noises it anew, but the last. A sample has variance
// 1.
func lcm(c Config, steps int) (*Schedule, error) {
	if err := c.refuse(
		refusal{c.ClipSample, "clip_sample", true},
		refusal{c.Thresholding, "thresholding", true},
		refusal{c.OriginalInferenceSteps < 1 || c.OriginalInferenceSteps > c.NumTrainTimesteps, "original_inference_steps", c.OriginalInferenceSteps},
		refusal{steps > c.OriginalInferenceSteps, "original_inference_steps below the steps,", c.OriginalInferenceSteps},
		refusal{!(c.TimestepScaling > 0 && c.TimestepScaling < 1e6), "timestep_scaling", c.TimestepScaling},
	); err != nil {
		return nil, err
	}

	t := newTraining(c)
	timesteps := lcmTimesteps(c, steps)
	s := &Schedule{Initial: 1}
	for i, timestep := range timesteps {
		step, err := c.unitStep(t, timestep)
		if err != nil {
			return nil, err
		}

		signal, noise := 1.0, 0.0
		if i+1 < steps {
			to := t.signal[timesteps[i+1]]
			signal, noise = math.Sqrt(to), math.Sqrt(1-to)
		}
		const deviation = 0.5 // of the pictures, in the models' training
		scaled := float64(float64(timestep) * c.TimestepScaling)
		square := float64(scaled*scaled) + deviation*deviation
		step.alone = mix{
			sample: float64(signal * (deviation * deviation / square)),
			clean:  float64(signal * (scaled / math.Sqrt(square))),
			noise:  noise,
		}
		step.next = step.alone
		s.Steps = append(s.Steps, step)
	}
	return s, nil
}

// lcmTimesteps takes evenly from the timesteps of the model's distillation.
func lcmTimesteps(c Config, steps int) []int {
	stride := c.NumTrainTimesteps / c.OriginalInferenceSteps
	each := float64(c.OriginalInferenceSteps) / float64(steps)
	out := make([]int, steps)
	for i := range out {
		skipped := int(math.Floor(float64(float64(i) * each)))
		out[i] = (c.OriginalInferenceSteps-skipped)*stride - 1
	}
	return out
}

// unitStep is the part of a step that methods share whose samples have variance
// 1 and whose timesteps are the training's.
func (c Config) unitStep(t *training, timestep int) (Step, error) {
	signal := t.signal[timestep]
	clean, err := c.cleanFrom(math.Sqrt(signal), math.Sqrt(1-signal))
	return Step{Timestep: float32(timestep), Sigma: math.Sqrt((1 - signal) / signal), Scale: 1, clean: clean}, err
}
