package task

import (
	"math"
	"slices"
)

// Scheduler is by which steps noise becomes an image.
type Scheduler struct {
	Method string // one of the three below
	Args   SchedulerArgs
}

// The schedulers.
const (
	SchedulerDPM   = "DPMSolverMultistepScheduler"
	SchedulerEuler = "EulerAncestralDiscreteScheduler"
	SchedulerLCM   = "LCMScheduler"
)

func newScheduler() Scheduler { return Scheduler{Method: SchedulerDPM} }

// SchedulerArgs replace what the model's own configuration says; what is nil is
// left to it. The names are those of diffusers, and so are the meanings.
type SchedulerArgs struct {
	// Of every scheduler.
	NumTrainTimesteps   *int
	BetaStart           *float64
	BetaEnd             *float64
	BetaSchedule        *string
	PredictionType      *string
	TimestepSpacing     *string
	StepsOffset         *int
	RescaleBetasZeroSNR *bool
	// Of DPM and LCM.
	Thresholding             *bool
	DynamicThresholdingRatio *float64
	SampleMaxValue           *float64
	// Of DPM.
	SolverOrder      *int
	AlgorithmType    *string
	SolverType       *string
	LowerOrderFinal  *bool
	EulerAtFinal     *bool
	UseKarrasSigmas  *bool
	UseLuLambdas     *bool
	FinalSigmasType  *string
	LambdaMinClipped *float64
	VarianceType     *string
	// Of LCM.
	OriginalInferenceSteps *int
	ClipSamples            *int
	ClipSamplesRange       *float64
	SetAlphaToOne          *bool
	TimestepScaling        *float64
}

// argument is one field of an args object and where its value is: a *int,
// *Percent or *bool, or a pointer to such a pointer where null leaves it open.
type argument struct {
	name string
	at   any
}

// of lists the arguments of a scheduler, in the order of the format.
func (a *SchedulerArgs) of(method string) []argument {
	list := []argument{
		{"num_train_timesteps", &a.NumTrainTimesteps},
		{"beta_start", &a.BetaStart},
		{"beta_end", &a.BetaEnd},
		{"beta_schedule", &a.BetaSchedule},
		{"prediction_type", &a.PredictionType},
		{"timestep_spacing", &a.TimestepSpacing},
		{"steps_offset", &a.StepsOffset},
		{"rescale_betas_zero_snr", &a.RescaleBetasZeroSNR},
	}
	thresholds := []argument{
		{"thresholding", &a.Thresholding},
		{"dynamic_thresholding_ratio", &a.DynamicThresholdingRatio},
		{"sample_max_value", &a.SampleMaxValue},
	}
	switch method {
	case SchedulerDPM:
		list = append(list, argument{"solver_order", &a.SolverOrder})
		list = append(list, thresholds...)
		list = append(list, []argument{
			{"algorithm_type", &a.AlgorithmType},
			{"solver_type", &a.SolverType},
			{"lower_order_final", &a.LowerOrderFinal},
			{"euler_at_final", &a.EulerAtFinal},
			{"use_karras_sigmas", &a.UseKarrasSigmas},
			{"use_lu_lambdas", &a.UseLuLambdas},
			{"final_sigmas_type", &a.FinalSigmasType},
			{"lambda_min_clipped", &a.LambdaMinClipped},
			{"variance_type", &a.VarianceType},
		}...)
	case SchedulerLCM:
		list = append(list, []argument{
			{"original_inference_steps", &a.OriginalInferenceSteps},
			{"clip_samples", &a.ClipSamples},
			{"clip_samples_range", &a.ClipSamplesRange},
			{"set_alpha_to_one", &a.SetAlphaToOne},
		}...)
		list = append(list, thresholds...)
		list = append(list, argument{"timestep_scaling", &a.TimestepScaling})
	}
	return list
}

// Preprocess is what a ControlNet's image goes through before it is used.
type Preprocess struct {
	Method string          // one of preprocessMethods
	Args   *PreprocessArgs // nil if the document gives none; see Settings
}

// Settings are the arguments, with the defaults where the document gives none.
func (p *Preprocess) Settings() PreprocessArgs {
	if p.Args == nil {
		return *newPreprocessArgs()
	}
	return *p.Args
}

// PreprocessArgs are the arguments of all methods; each looks at its own.
type PreprocessArgs struct {
	LowThreshold, HighThreshold int     // of canny
	ThrV, ThrD                  Percent // of mlsd
	ApplyFilter                 bool    // of the four of PidiNet
	GammaCorrected              bool    // of depth_zoe
	ThrA, ThrB                  int     // of depth_leres and depth_leres++
	H, W, F                     *int    // of shuffle; nil is the image's own
	MaxFaces                    int     // of mediapipe_face
	MinConfidence               Percent // of mediapipe_face
}

func newPreprocessArgs() *PreprocessArgs {
	return &PreprocessArgs{LowThreshold: 100, HighThreshold: 200, ThrV: 10, ThrD: 10, MaxFaces: 1, MinConfidence: 50}
}

func preprocessMethods() []string {
	return []string{
		"canny", "scribble_hed", "scribble_hedsafe", "softedge_hedsafe", "depth_midas", "mlsd",
		"openpose", "openpose_face", "openpose_faceonly", "openpose_full", "openpose_hand",
		"scribble_pidinet", "softedge_pidinet", "scribble_pidisafe", "softedge_pidisafe",
		"normal_bae", "lineart_coarse", "lineart_realistic", "lineart_anime",
		"depth_zoe", "depth_leres", "depth_leres++", "shuffle", "mediapipe_face",
	}
}

// of lists the arguments of a method, in the order of the format; none if the
// method takes none.
func (a *PreprocessArgs) of(method string) []argument {
	switch method {
	case "canny":
		return []argument{{"low_threshold", &a.LowThreshold}, {"high_threshold", &a.HighThreshold}}
	case "mlsd":
		return []argument{{"thr_v", &a.ThrV}, {"thr_d", &a.ThrD}}
	case "scribble_pidinet", "softedge_pidinet", "scribble_pidisafe", "softedge_pidisafe":
		return []argument{{"apply_filter", &a.ApplyFilter}}
	case "depth_zoe":
		return []argument{{"gamma_corrected", &a.GammaCorrected}}
	case "depth_leres", "depth_leres++":
		return []argument{{"thr_a", &a.ThrA}, {"thr_b", &a.ThrB}}
	case "shuffle":
		return []argument{{"h", &a.H}, {"w", &a.W}, {"f", &a.F}}
	case "mediapipe_face":
		return []argument{{"max_faces", &a.MaxFaces}, {"min_confidence", &a.MinConfidence}}
	}
	return nil
}

func (r *reader) scheduler(v *value) Scheduler {
	f := r.fields(v, "method", "args")
	known := []string{SchedulerDPM, SchedulerEuler, SchedulerLCM}
	s := Scheduler{Method: r.oneOf(r.required(v, f, "method"), known...)}
	if args := f["args"]; !isNull(args) && slices.Contains(known, s.Method) {
		r.arguments(args, s.Args.of(s.Method))
	}
	return s
}

func (r *reader) preprocess(v *value) *Preprocess {
	f := r.fields(v, "method", "args")
	p := &Preprocess{Method: r.oneOf(r.required(v, f, "method"), preprocessMethods()...)}
	args := f["args"]
	if args == nil || !slices.Contains(preprocessMethods(), p.Method) {
		return p
	}

	given := newPreprocessArgs()
	list := given.of(p.Method)
	switch {
	case list == nil:
		r.fail(args, "does not belong to method "+p.Method, "leave it out")
	case args.token != nil:
		r.arguments(args, list)
		p.Args = given
	}
	return p
}

func (r *reader) arguments(v *value, list []argument) {
	names := make([]string, len(list))
	for i, a := range list {
		names[i] = a.name
	}
	f := r.fields(v, names...)
	for _, a := range list {
		if v := f[a.name]; v != nil {
			r.argument(v, a.at)
		}
	}
}

func (r *reader) argument(v *value, at any) {
	switch at := at.(type) {
	case *int:
		*at = r.int32(v)
	case *Percent:
		*at = r.percent(v)
	case *bool:
		*at = r.boolean(v)
	case **int:
		*at = orNil(v, r.int32)
	case **bool:
		*at = orNil(v, r.boolean)
	case **string:
		*at = orNil(v, r.str)
	case **float64:
		*at = orNil(v, func(v *value) float64 { return r.number(v, -math.MaxFloat64, math.MaxFloat64, false) })
	}
}

func orNil[T any](v *value, read func(*value) T) *T {
	if isNull(v) {
		return nil
	}
	return new(read(v))
}

func (w *writer) scheduler(s Scheduler) {
	w.open('{')
	w.key("method")
	w.text(s.Method)
	if list := slices.DeleteFunc(s.Args.of(s.Method), argument.isOpen); len(list) > 0 {
		w.key("args")
		w.arguments(list)
	}
	w.close('}')
}

// isOpen tells whether an argument is left to the model.
func (a argument) isOpen() bool {
	switch at := a.at.(type) {
	case **int:
		return *at == nil
	case **bool:
		return *at == nil
	case **string:
		return *at == nil
	case **float64:
		return *at == nil
	}
	return false
}

func (w *writer) preprocess(p *Preprocess) {
	if p == nil {
		w.null()
		return
	}
	w.open('{')
	w.key("method")
	w.text(p.Method)
	args := p.Settings()
	if list := args.of(p.Method); list != nil {
		w.key("args")
		if p.Args == nil {
			w.null()
		} else {
			w.arguments(list)
		}
	}
	w.close('}')
}

func (w *writer) arguments(list []argument) {
	w.open('{')
	for _, a := range list {
		w.key(a.name)
		w.argument(a)
	}
	w.close('}')
}

func (w *writer) argument(a argument) {
	if a.isOpen() {
		w.null()
		return
	}
	switch at := a.at.(type) {
	case *int:
		w.integer(int64(*at))
	case *Percent:
		w.integer(int64(*at))
	case *bool:
		w.boolean(*at)
	case **int:
		w.integer(int64(**at))
	case **bool:
		w.boolean(**at)
	case **string:
		w.text(**at)
	case **float64:
		w.float(**at)
	}
}
