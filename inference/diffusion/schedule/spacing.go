package schedule

import (
	"fmt"
	"math"
	"slices"
)

// spacing chooses a method's timesteps, most noise first. The methods differ in
// details, which are those of diffusers.
type spacing struct {
	end     int  // timesteps that may be used, from 0
	skipped int  // timesteps planned below the last one and left out
	whole   bool // linspace rounds to whole timesteps
}

// timesteps are those of so many steps.
func (s spacing) timesteps(c Config, steps int) ([]float64, error) {
	var out []float64
	switch c.TimestepSpacing {
	case "linspace":
		out = linspace(0, float64(s.end-1), steps+s.skipped)
		slices.Reverse(out)
		for i := range out {
			if s.whole {
				out[i] = math.RoundToEven(out[i])
			}
		}
	case "leading":
		stride := s.end / (steps + s.skipped)
		for i := steps + s.skipped - 1; i >= 0; i-- {
			out = append(out, float64(i*stride+c.StepsOffset))
		}
	case "trailing":
		stride := float64(c.NumTrainTimesteps) / float64(steps)
		delta := (float64(s.end) - stride) - float64(s.end)
		for i := range steps {
			out = append(out, math.RoundToEven(float64(s.end)+float64(float64(i)*delta))-1)
		}
	default:
		return nil, c.wrong("timestep_spacing", c.TimestepSpacing)
	}

	out = out[:steps]
	if highest, lowest := slices.Max(out), slices.Min(out); highest >= float64(c.NumTrainTimesteps) || lowest < 0 {
		return nil, fmt.Errorf("%w: the timesteps %v to %v leave those of the training", ErrConfig, highest, lowest)
	}
	return out, nil
}
