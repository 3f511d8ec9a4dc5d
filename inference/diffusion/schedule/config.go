package schedule

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// ErrConfig means that a method's arguments are wrong or not supported: the
// task or the model has to change.
var ErrConfig = errors.New("not a usable scheduler")

// Method is a way to step, named as the class in diffusers.
type Method string

const (
	DPMSolver      Method = "DPMSolverMultistepScheduler"
	Euler          Method = "EulerDiscreteScheduler"
	EulerAncestral Method = "EulerAncestralDiscreteScheduler"
	DDIM           Method = "DDIMScheduler"
	LCM            Method = "LCMScheduler"
)

// Config holds the arguments of a method. A method ignores those that it does
// not have, as diffusers does: a model's config is written for another one.
type Config struct {
	NumTrainTimesteps  int             `json:"num_train_timesteps"`
	BetaStart          float64         `json:"beta_start"`
	BetaEnd            float64         `json:"beta_end"`
	BetaSchedule       string          `json:"beta_schedule"`
	TrainedBetas       json.RawMessage `json:"trained_betas"`
	PredictionType     string          `json:"prediction_type"`
	TimestepSpacing    string          `json:"timestep_spacing"`
	StepsOffset        int             `json:"steps_offset"`
	RescaleBetasToZero bool            `json:"rescale_betas_zero_snr"`

	SolverOrder      int     `json:"solver_order"`
	AlgorithmType    string  `json:"algorithm_type"`
	SolverType       string  `json:"solver_type"`
	LowerOrderFinal  bool    `json:"lower_order_final"`
	EulerAtFinal     bool    `json:"euler_at_final"`
	UseKarrasSigmas  bool    `json:"use_karras_sigmas"`
	UseLuLambdas     bool    `json:"use_lu_lambdas"`
	FinalSigmasType  string  `json:"final_sigmas_type"`
	LambdaMinClipped float64 `json:"lambda_min_clipped"`
	VarianceType     string  `json:"variance_type"`
	Thresholding     bool    `json:"thresholding"`

	UseExponentialSigmas bool            `json:"use_exponential_sigmas"`
	UseBetaSigmas        bool            `json:"use_beta_sigmas"`
	UseFlowSigmas        bool            `json:"use_flow_sigmas"`
	InterpolationType    string          `json:"interpolation_type"`
	TimestepType         string          `json:"timestep_type"`
	SigmaMin             json.RawMessage `json:"sigma_min"`
	SigmaMax             json.RawMessage `json:"sigma_max"`

	ClipSample             bool    `json:"clip_sample"`
	SetAlphaToOne          bool    `json:"set_alpha_to_one"`
	OriginalInferenceSteps int     `json:"original_inference_steps"`
	TimestepScaling        float64 `json:"timestep_scaling"`
}

// Defaults are the arguments that diffusers presets for a method.
func Defaults(m Method) (Config, error) {
	c := Config{
		NumTrainTimesteps: 1000, BetaStart: 0.0001, BetaEnd: 0.02, BetaSchedule: "linear",
		PredictionType: "epsilon", TimestepSpacing: "linspace",
		SolverOrder: 2, AlgorithmType: "dpmsolver++", SolverType: "midpoint", LowerOrderFinal: true,
		FinalSigmasType: "zero", LambdaMinClipped: math.Inf(-1),
		InterpolationType: "linear", TimestepType: "discrete",
	}
	switch m {
	case DPMSolver, Euler, EulerAncestral:
	case DDIM:
		c.TimestepSpacing, c.ClipSample, c.SetAlphaToOne = "leading", true, true
	case LCM:
		c.BetaStart, c.BetaEnd, c.BetaSchedule = 0.00085, 0.012, "scaled_linear"
		c.OriginalInferenceSteps, c.TimestepScaling = 50, 10
	default:
		return Config{}, fmt.Errorf("%w: the method %q is not known", ErrConfig, m)
	}
	return c, nil
}

// Overlay sets the arguments that a JSON object names, as a model's
// scheduler_config.json or a task's arguments do. Null leaves an argument as it
// is.
func (c *Config) Overlay(raw []byte) error {
	// Python writes the preset of lambda_min_clipped as a number that JSON has no
	// sign for. This one does the same.
	raw = bytes.ReplaceAll(raw, []byte("-Infinity"), []byte("-1e308"))
	if err := json.Unmarshal(raw, c); err != nil {
		return fmt.Errorf("%w: read arguments: %w", ErrConfig, err)
	}
	return nil
}

// check refuses what every method understands and this package doesn't.
func (c Config) check(steps int) error {
	switch {
	case c.NumTrainTimesteps < 2 || c.NumTrainTimesteps > 10_000:
		return c.wrong("num_train_timesteps", c.NumTrainTimesteps)
	case steps < 1 || steps > c.NumTrainTimesteps:
		return fmt.Errorf("%w: %d steps of a model trained in %d", ErrConfig, steps, c.NumTrainTimesteps)
	case !(c.BetaStart > 0 && c.BetaStart <= c.BetaEnd && c.BetaEnd < 1):
		return fmt.Errorf("%w: betas from %v to %v", ErrConfig, c.BetaStart, c.BetaEnd)
	case c.BetaSchedule != "linear" && c.BetaSchedule != "scaled_linear":
		return c.wrong("beta_schedule", c.BetaSchedule)
	case isSet(c.TrainedBetas):
		return c.wrong("trained_betas", "an array")
	case c.StepsOffset < 0 || c.StepsOffset >= c.NumTrainTimesteps:
		return c.wrong("steps_offset", c.StepsOffset)
	}
	return nil
}

// wrong names the argument that can't be used.
func (c Config) wrong(argument string, value any) error {
	return fmt.Errorf("%w: %s %v is not supported", ErrConfig, argument, value)
}

func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// refuse finds the first condition that holds.
func (c Config) refuse(conditions ...refusal) error {
	for _, r := range conditions {
		if r.holds {
			return c.wrong(r.argument, r.value)
		}
	}
	return nil
}

type refusal struct {
	holds    bool
	argument string
	value    any
}
