package schedule

import (
	"errors"
	"fmt"
	"math"
)

// errNotNumbers means that the model computed no usable output.
var errNotNumbers = errors.New("the sample is no longer made of numbers")

// Schedule is the plan of one picture.
type Schedule struct {
	Steps   []Step
	Initial float64 // the deviation of the first sample

	trained int // timesteps of the training
}

// Step is one evaluation of the model and what is made of it.
type Step struct {
	Timestep float32 // what the model is told
	Sigma    float64 // the sample's noise, in units of the signal
	Scale    float64 // what the sample is multiplied with for the model

	clean clean
	alone mix // without the clean sample of the step before
	next  mix // with it
}

// clean is the clean sample as a sum.
type clean struct{ sample, output float64 }

// mix is the next sample as a sum.
type mix struct{ sample, clean, previous, noise float64 }

// NeedsNoise says whether Take has to be given noise. It does not depend on the
// state.
func (s Step) NeedsNoise() bool { return s.next.noise != 0 }

// State is what one step leaves for the next: nothing before the first.
type State struct{ clean []float32 }

// Clean is the clean sample that the last step foretold, a preview. The next
// step overwrites it.
func (s *State) Clean() []float32 { return s.clean }

// New plans so many steps. The error is ErrConfig.
func New(m Method, c Config, steps int) (*Schedule, error) {
	if err := c.check(steps); err != nil {
		return nil, err
	}

	var s *Schedule
	var err error
	switch m {
	case DPMSolver:
		s, err = dpmSolver(c, steps)
	case Euler:
		s, err = euler(c, steps)
	case EulerAncestral:
		s, err = eulerAncestral(c, steps)
	case DDIM:
		s, err = ddim(c, steps)
	case LCM:
		s, err = lcm(c, steps)
	default:
		return nil, fmt.Errorf("%w: the method %q is not known", ErrConfig, m)
	}
	if err != nil {
		return nil, err
	}
	s.trained = c.NumTrainTimesteps
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// check refuses a plan with weights that are not numbers, which some arguments
// lead to that are each right: no signal at all, of which the model is to
// predict the noise.
func (s *Schedule) check() error {
	for i, step := range s.Steps {
		sum := s.Initial + step.Scale + step.clean.sample + step.clean.output
		for _, m := range []mix{step.alone, step.next} {
			sum += m.sample + m.clean + m.previous + m.noise
		}
		if math.IsNaN(sum) || math.IsInf(sum, 0) {
			return fmt.Errorf("%w: step %d has no finite weights", ErrConfig, i)
		}
	}
	return nil
}

// Split is the number of steps in the first so many percent of the denoising: those
// whose timesteps are not below the rest's share of the training. A model that takes
// over there begins, by the schedule that is its own, with the step of this number
// and, as in diffusers, without a state.
func (s *Schedule) Split(percent int) int {
	const whole = 100
	cutoff := math.RoundToEven(float64(s.trained*(whole-percent)) / whole)
	n := 0
	for _, step := range s.Steps {
		if float64(step.Timestep) >= cutoff {
			n++
		}
	}
	return n
}

// Renoise turns a finished sample into the one that the step begins with.
func (s Step) Renoise(sample, noise []float32) {
	unit := float64(math.Sqrt(float64(s.Sigma*s.Sigma)+1) * s.Scale) // 1 where a sample is picture + sigma·noise
	for i, x := range sample {
		sample[i] = float32((float64(x) + float64(s.Sigma*float64(noise[i]))) / unit)
	}
}

// Begin turns noise into the first sample.
func (s *Schedule) Begin(noise []float32) {
	for i, x := range noise {
		noise[i] = float32(float64(x) * s.Initial)
	}
}

// Input writes what the model is to see of the sample.
func (s Step) Input(dst, sample []float32) {
	for i, x := range sample {
		dst[i] = float32(float64(x) * s.Scale)
	}
}

// Take turns the sample into the next one, given the model's output. Noise is
// read only where the step needs it. The slices have one length.
func (s Step) Take(state *State, sample, output, noise []float32) error {
	m := s.next
	if state.clean == nil {
		m = s.alone
		state.clean = make([]float32, len(sample))
	}
	if len(output) != len(sample) || len(state.clean) != len(sample) || m.noise != 0 && len(noise) != len(sample) {
		return fmt.Errorf("step a sample of %d numbers with %d of output, %d of state and %d of noise",
			len(sample), len(output), len(state.clean), len(noise))
	}

	for i, x := range sample {
		clean := float32(float64(s.clean.sample*float64(x)) + float64(s.clean.output*float64(output[i])))
		sum := float64(m.sample*float64(x)) + float64(m.clean*float64(clean))
		if m.previous != 0 {
			sum += float64(m.previous * float64(state.clean[i]))
		}
		if m.noise != 0 {
			sum += float64(m.noise * float64(noise[i]))
		}

		state.clean[i] = clean
		sample[i] = float32(sum)
		if math.IsNaN(sum) || math.IsInf(float64(sample[i]), 0) {
			return errNotNumbers
		}
	}
	return nil
}

// cleanFrom is the clean sample by what the model predicts, where a sample is
// signal·picture + noise·noise. Kinds other than these three are refused.
func (c Config) cleanFrom(signal, noise float64) (clean, error) {
	switch c.PredictionType {
	case "epsilon":
		return clean{sample: 1 / signal, output: -(noise / signal)}, nil
	case "v_prediction":
		// The velocity is signal·noise - noise·picture of a sample of variance 1.
		square := float64(signal*signal) + float64(noise*noise)
		return clean{sample: signal / square, output: -(noise / math.Sqrt(square))}, nil
	case "sample":
		return clean{output: 1}, nil
	}
	return clean{}, c.wrong("prediction_type", c.PredictionType)
}
