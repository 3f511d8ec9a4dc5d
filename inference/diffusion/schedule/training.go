package schedule

import (
	"math"

	"helium/inference/exact"
)

// training is the noise that a model was trained with, by timestep. Its numbers
// are rounded to float32 where diffusers does so: a timestep that is found from
// a sigma would else be another one now and then.
type training struct {
	signal []float64 // the share of the sample's variance that is picture, ᾱ
	sigmas []float64 // √((1-ᾱ)/ᾱ)
	logs   []float64 // of sigmas
}

func newTraining(c Config) *training {
	t := &training{signal: cumulate(betas(c))}
	if c.RescaleBetasToZero {
		rescale(t.signal)
	}
	return t
}

// betas are the variances that the training's steps add.
func betas(c Config) []float64 {
	start, end := c.BetaStart, c.BetaEnd
	if c.BetaSchedule == "scaled_linear" {
		start, end = math.Sqrt(start), math.Sqrt(end)
	}

	out := linspace(start, end, c.NumTrainTimesteps)
	for i := range out {
		out[i] = single(out[i])
		if c.BetaSchedule == "scaled_linear" {
			out[i] = single(out[i] * out[i])
		}
	}
	return out
}

// cumulate multiplies what the steps up to each leave of the picture.
func cumulate(betas []float64) []float64 {
	out := make([]float64, len(betas))
	product := 1.0
	for i, beta := range betas {
		product = float64(product * single(1-beta))
		out[i] = single(product)
	}
	return out
}

// rescale moves the signal so that the last timestep has none and the first
// keeps its own (arXiv 2305.08891, algorithm 1).
func rescale(signal []float64) {
	first, last := math.Sqrt(signal[0]), math.Sqrt(signal[len(signal)-1])
	for i, s := range signal {
		root := float64((math.Sqrt(s)-last)*first) / (first - last)
		signal[i] = single(root * root)
	}
}

// withSigmas adds the sigmas, for the methods that count in them.
func (t *training) withSigmas() *training {
	if last := len(t.signal) - 1; t.signal[last] == 0 {
		t.signal[last] = 1.0 / (1 << 24) // as in diffusers, for a finite sigma
	}
	for _, s := range t.signal {
		sigma := single(math.Sqrt((1 - s) / s))
		t.sigmas = append(t.sigmas, sigma)
		t.logs = append(t.logs, single(exact.Log(sigma)))
	}
	return t
}

// single rounds to float32.
func single(x float64) float64 { return float64(float32(x)) }

func (t *training) last() float64 { return t.sigmas[len(t.sigmas)-1] }

// sigmaAt is the sigma of a timestep, between two of the training by proportion.
func (t *training) sigmaAt(timestep float64) float64 {
	low := min(int(math.Floor(timestep)), len(t.sigmas)-1)
	if low == len(t.sigmas)-1 {
		return t.sigmas[low]
	}
	return t.sigmas[low] + float64((timestep-float64(low))*(t.sigmas[low+1]-t.sigmas[low]))
}

// timestepAt is the timestep of a sigma, between two of the training by the
// proportion of their logarithms.
func (t *training) timestepAt(sigma float64) float64 {
	log := exact.Log(math.Max(sigma, 1e-10))
	low := 0
	for i := 1; i < len(t.logs)-1 && t.logs[i] <= log; i++ {
		low = i
	}

	share := (t.logs[low] - log) / (t.logs[low] - t.logs[low+1])
	share = math.Min(math.Max(share, 0), 1)
	return float64((1-share)*float64(low)) + float64(share*float64(low+1))
}

// belowClip counts the timesteps whose logarithm of signal to noise is at least
// the least that lambda_min_clipped allows.
func (t *training) belowClip(least float64) int {
	n := len(t.logs)
	for n > 0 && -t.logs[n-1] < least {
		n--
	}
	return n
}

// karras spaces n sigmas evenly in their seventh roots (arXiv 2206.00364).
func karras(from, to float64, n int) []float64 {
	out := linspace(exact.Root(from, 7), exact.Root(to, 7), n)
	for i, root := range out {
		square := float64(root * root)
		cube := float64(square * root)
		out[i] = float64(float64(cube*cube) * root)
	}
	return out
}

// logarithmic spaces n sigmas evenly in their logarithms.
func logarithmic(from, to float64, n int) []float64 {
	out := linspace(exact.Log(from), exact.Log(to), n)
	for i, log := range out {
		out[i] = exact.Exp(log)
	}
	return out
}

// linspace is n evenly spaced numbers, both ends among them; the start alone if
// n is 1. The steps are numpy's.
func linspace(from, to float64, n int) []float64 {
	out := make([]float64, n)
	step := (to - from) / float64(max(n-1, 1))
	for i := range out {
		out[i] = float64(float64(i)*step) + from
	}
	if n > 1 {
		out[n-1] = to
	}
	return out
}
