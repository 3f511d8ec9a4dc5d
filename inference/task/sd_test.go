package task

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestPublishedSDDocumentsAreJudgedAsByTheNewestValidator(t *testing.T) {
	valid := 0
	for _, e := range examples(t, "sd") {
		_, err := ParseSD(e.doc)
		if got := err == nil; got != (e.Newest == "valid") {
			t.Errorf("%s: error %v, newest validator says %s", e.File, err, e.Newest)
		}
		if err == nil {
			valid++
		}
	}
	if valid != 68 {
		t.Errorf("%d documents are valid, want 68", valid)
	}
}

// The manifest writes what it left out of image_dataurl as "@unchanged".
func TestPublishedSDDocumentsNormaliseAsHelium(t *testing.T) {
	compared := 0
	for _, e := range examples(t, "sd") {
		s, err := ParseSD(e.doc)
		if err != nil || e.Helium != "valid" {
			continue
		}
		compared++

		var want bytes.Buffer
		if err := json.Compact(&want, e.Normalised); err != nil {
			t.Fatal(err)
		}
		if s.ControlNet != nil {
			image, _ := json.Marshal(s.ControlNet.DataURL)
			want = *bytes.NewBuffer(bytes.Replace(want.Bytes(), []byte(`"@unchanged"`), image, 1))
		}
		if got := s.Normalised(); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s:\n got %s\nwant %s", e.File, got, want.Bytes())
		}
	}
	if compared != 34 {
		t.Errorf("compared %d documents, want 34", compared)
	}
}

// Of the documents that Helium refused, the manifest has no normalised form:
// there the document itself says what must stay.
func TestPublishedSDDocumentsKeepEveryField(t *testing.T) {
	for _, e := range examples(t, "sd") {
		s, err := ParseSD(e.doc)
		if err != nil {
			continue
		}
		got := decode(t, s.Normalised())
		for _, lost := range missing(decode(t, e.doc), got, "") {
			t.Errorf("%s: %s is lost: %s", e.File, lost, s.Normalised())
		}
	}
}

// missing names what the document says and its normalised form does not, apart
// from defaults of what Helium did not have and spellings that mean the same.
func missing(doc, normal any, path string) []string {
	if base, ok := normal.(string); ok && path == "base_model" {
		normal = map[string]any{"name": base}
		if name, ok := doc.(string); ok {
			doc = map[string]any{"name": name}
		}
	}
	fields, ok := doc.(map[string]any)
	if !ok {
		if reflect.DeepEqual(doc, normal) || doc == nil && normal == nil || doc == SDVersion && normal == nil {
			return nil
		}
		return []string{path}
	}
	var lost []string
	there, _ := normal.(map[string]any)
	for key, item := range fields {
		lost = append(lost, missing(item, there[key], join(path, key))...)
	}
	return lost
}

// fullSD uses every field of the format, apart from the arguments of other
// methods than its own.
const fullSD = `{
 "version": "3.0.0",
 "base_model": {"name": "b/m", "variant": "fp16"},
 "dtype": "float16", "unet": "u/n", "prompt": "p", "negative_prompt": "n",
 "task_config": {"image_width": 768, "image_height": 640, "steps": 30, "seed": 7, "num_images": 2, "safety_checker": false, "cfg": 7.5},
 "lora": {"model": "l/m", "weight_file_name": "w.safetensors", "weight": 80},
 "controlnet": {"model": "c/m", "variant": "v", "image_dataurl": "data:,", "weight": 60,
  "preprocess": {"method": "canny", "args": {"low_threshold": 1, "high_threshold": 2}}},
 "scheduler": {"method": "DPMSolverMultistepScheduler", "args": {
  "num_train_timesteps": 1000, "beta_start": 0.1, "beta_end": 0.2, "beta_schedule": "linear", "prediction_type": "epsilon",
  "timestep_spacing": "trailing", "steps_offset": 1, "rescale_betas_zero_snr": true, "solver_order": 2, "thresholding": false,
  "dynamic_thresholding_ratio": 0.995, "sample_max_value": 1, "algorithm_type": "dpmsolver++", "solver_type": "midpoint",
  "lower_order_final": true, "euler_at_final": false, "use_karras_sigmas": true, "use_lu_lambdas": false,
  "final_sigmas_type": "zero", "lambda_min_clipped": -5.1, "variance_type": "learned"}},
 "vae": "v/m", "refiner": {"model": "r/m", "variant": "fp16", "denoising_cutoff": 90, "steps": 10}, "textual_inversion": "t/m", "helium": {}
}`

func TestEveryFieldOfSDIsRead(t *testing.T) {
	got, err := ParseSD([]byte(fullSD))
	if err != nil {
		t.Fatal(err)
	}
	args := newPreprocessArgs()
	args.LowThreshold, args.HighThreshold = 1, 2
	want := &SD{
		Version: "3.0.0", BaseModel: BaseModel{"b/m", "fp16"}, DType: DTypeFloat16, UNet: "u/n", Prompt: "p", NegativePrompt: "n",
		Config:     SDConfig{Width: 768, Height: 640, Steps: 30, Seed: 7, Images: 2, CFG: 7.5},
		LoRA:       &LoRA{"l/m", "w.safetensors", 80},
		ControlNet: &ControlNet{"c/m", "v", "data:,", 60, &Preprocess{"canny", args}},
		Scheduler: Scheduler{SchedulerDPM, SchedulerArgs{
			NumTrainTimesteps: new(1000), BetaStart: new(0.1), BetaEnd: new(0.2), BetaSchedule: new("linear"), PredictionType: new("epsilon"),
			TimestepSpacing: new("trailing"), StepsOffset: new(1), RescaleBetasZeroSNR: new(true), SolverOrder: new(2), Thresholding: new(false),
			DynamicThresholdingRatio: new(0.995), SampleMaxValue: new(1.0), AlgorithmType: new("dpmsolver++"), SolverType: new("midpoint"),
			LowerOrderFinal: new(true), EulerAtFinal: new(false), UseKarrasSigmas: new(true), UseLuLambdas: new(false),
			FinalSigmasType: new("zero"), LambdaMinClipped: new(-5.1), VarianceType: new("learned"),
		}},
		VAE: "v/m", Refiner: &Refiner{"r/m", "fp16", 90, 10}, TextualInversion: "t/m",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", got.Normalised(), want.Normalised())
	}
}

func TestNormalisedSDIsFixedToTheByte(t *testing.T) {
	const head, defaults = `{"base_model":"m","prompt":"<é>","negative_prompt":"","task_config":`,
		`{"image_width":512,"image_height":512,"steps":25,"seed":0,"num_images":6,"safety_checker":true,"cfg":5}`
	for doc, want := range map[string]string{
		`{"task_config": {}, "prompt": "<\u00e9>", "base_model": {"variant": null, "name": "m"}, "version": "2.5.0", "dtype": "auto", "unet": "",
		  "scheduler": {"args": {"beta_start": null}, "method": "DPMSolverMultistepScheduler"}, "lora": null, "helium": null}`: head + defaults + `,"lora":null,"controlnet":null,"vae":"","refiner":null,"textual_inversion":""}`,
		`{"task_config": {"cfg": 7.0, "seed": 1e3}, "prompt": "<é>", "base_model": "m", "lora": {"model": "l", "weight_file_name": ""},
		  "controlnet": {"model": "c", "variant": "", "preprocess": {"method": "shuffle", "args": {"w": 4}}}, "refiner": {"model": "r"},
		  "scheduler": {"method": "LCMScheduler", "args": {}}}`: head + strings.NewReplacer(`"cfg":5`, `"cfg":7`, `"seed":0`, `"seed":1000`).Replace(defaults) +
			`,"lora":{"model":"l","weight":100},"controlnet":{"model":"c","image_dataurl":"","weight":70,"preprocess":{"method":"shuffle","args":{"h":null,"w":4,"f":null}}},` +
			`"scheduler":{"method":"LCMScheduler"},"vae":"","refiner":{"model":"r","denoising_cutoff":80,"steps":20},"textual_inversion":""}`,
		`{"task_config": {"cfg": 0.5}, "prompt": "<é>", "base_model": "m", "controlnet": {"model": "c", "preprocess": {"method": "mediapipe_face", "args": {}}},
		  "scheduler": {"method": "EulerAncestralDiscreteScheduler", "args": {"timestep_spacing": "trailing", "steps_offset": null, "beta_end": 1}}}`: head + strings.Replace(defaults, `"cfg":5`, `"cfg":0.5`, 1) +
			`,"lora":null,"controlnet":{"model":"c","image_dataurl":"","weight":70,"preprocess":{"method":"mediapipe_face","args":{"max_faces":1,"min_confidence":50}}},` +
			`"scheduler":{"method":"EulerAncestralDiscreteScheduler","args":{"beta_end":1.0,"timestep_spacing":"trailing"}},"vae":"","refiner":null,"textual_inversion":""}`,
	} {
		s, err := ParseSD([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.Normalised()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Helium's own validator wrote some of them back one lower, and 1 as 100.
func TestEveryPercentageStays(t *testing.T) {
	for percent := 1; percent <= 100; percent++ {
		s, err := ParseSD(fmt.Appendf(nil, `{"base_model":"m","prompt":"p","task_config":{},"lora":{"model":"l","weight":%d}}`, percent))
		if err != nil || s.LoRA.Weight != Percent(percent) || !bytes.Contains(s.Normalised(), fmt.Appendf(nil, `"weight":%d}`, percent)) {
			t.Errorf("%d %%: %v, %+v", percent, err, s)
		}
	}
}

func TestEveryMethodTakesItsArgumentsAlone(t *testing.T) {
	const head = `{"base_model":"m","prompt":"p","task_config":{},`
	for _, method := range preprocessMethods() {
		for _, of := range preprocessMethods() {
			list := newPreprocessArgs().of(of)
			if list == nil {
				continue
			}
			var args writer
			args.arguments(list)
			doc := fmt.Sprintf(head+`"controlnet":{"model":"c","preprocess":{"method":%q,"args":%s}}}`, method, args.b)
			_, err := ParseSD([]byte(doc))
			if own := reflect.DeepEqual(list, newPreprocessArgs().of(method)); (err == nil) != own {
				t.Errorf("%s with the arguments of %s: %v", method, of, err)
			}
		}
		for _, args := range []string{``, `,"args":null`, `,"args":{}`} {
			_, err := ParseSD(fmt.Appendf(nil, head+`"controlnet":{"model":"c","preprocess":{"method":%q%s}}}`, method, args))
			if takes := args == "" || newPreprocessArgs().of(method) != nil; (err == nil) != takes {
				t.Errorf("%s%s: %v", method, args, err)
			}
		}
	}
}

func TestPreprocessingWithoutArgumentsHasTheDefaults(t *testing.T) {
	given := &Preprocess{"mlsd", &PreprocessArgs{ThrV: 1, ThrD: 2}}
	if got := given.Settings(); got != *given.Args {
		t.Errorf("got %+v, want what is given", got)
	}
	if got := (&Preprocess{Method: "mlsd"}).Settings(); got.ThrV != 10 || got.ThrD != 10 {
		t.Errorf("got %+v, want 10 and 10", got)
	}
}

func TestErrorNamesTheFieldOfSD(t *testing.T) {
	const head = `{"base_model":"m","prompt":"p","task_config":{}`
	for name, c := range map[string]struct{ doc, field, problem string }{
		"not JSON":            {`{"base_model":"m","task_config":{"safety_checker":False}}`, "task_config.safety_checker", "not JSON"},
		"a list":              {`[]`, "", "must be an object, not a list"},
		"no model":            {`{"prompt":"p","task_config":{}}`, "base_model", "is missing; add it"},
		"null model":          {`{"base_model":null,"prompt":"p","task_config":{}}`, "base_model", "must be a string or an object, not null"},
		"empty model":         {`{"base_model":"","prompt":"p","task_config":{}}`, "base_model", "is empty; name a model"},
		"nameless model":      {`{"base_model":{"variant":"fp16"},"prompt":"p","task_config":{}}`, "base_model.name", "missing"},
		"variant":             {`{"base_model":{"name":"m","variant":16},"prompt":"p","task_config":{}}`, "base_model.variant", "must be a string, not a number"},
		"no prompt":           {`{"base_model":"m","task_config":{}}`, "prompt", "missing"},
		"empty prompt":        {`{"base_model":"m","prompt":"","task_config":{}}`, "prompt", "is empty; say what"},
		"no config":           {`{"base_model":"m","prompt":"p"}`, "task_config", "missing"},
		"null config":         {`{"base_model":"m","prompt":"p","task_config":null}`, "task_config", "must be an object, not null"},
		"unknown field":       {head + `,"loras":[]}`, "loras", "is not a field of this format; known here: version"},
		"version":             {head + `,"version":"4.0.0"}`, "version", `is "4.0.0"; use one of 1.0.0`},
		"dtype":               {head + `,"dtype":"int8"}`, "dtype", "int8"},
		"null vae":            {head + `,"vae":null}`, "vae", "must be a string, not null"},
		"null negative":       {head + `,"negative_prompt":null}`, "negative_prompt", "not null"},
		"width":               {`{"base_model":"m","prompt":"p","task_config":{"image_width":512.5}}`, "task_config.image_width", "not a whole number"},
		"wide":                {`{"base_model":"m","prompt":"p","task_config":{"image_width":4294967296}}`, "task_config.image_width", "use -2147483648 to 2147483647"},
		"steps":               {`{"base_model":"m","prompt":"p","task_config":{"steps":101}}`, "task_config.steps", "is 101; use 1 to 100"},
		"seed":                {`{"base_model":"m","prompt":"p","task_config":{"seed":2147483648}}`, "task_config.seed", "use 0 to 2147483647"},
		"images":              {`{"base_model":"m","prompt":"p","task_config":{"num_images":11}}`, "task_config.num_images", "use 1 to 10"},
		"null images":         {`{"base_model":"m","prompt":"p","task_config":{"num_images":null}}`, "task_config.num_images", "must be a whole number, not null"},
		"checker":             {`{"base_model":"m","prompt":"p","task_config":{"safety_checker":"no"}}`, "task_config.safety_checker", "must be true or false"},
		"cfg":                 {`{"base_model":"m","prompt":"p","task_config":{"cfg":20.01}}`, "task_config.cfg", "use 0 to 20"},
		"lora without model":  {head + `,"lora":{"weight":80}}`, "lora.model", "missing"},
		"lora weight":         {head + `,"lora":{"model":"l","weight":101}}`, "lora.weight", "is 101; use 1 to 100"},
		"lora half":           {head + `,"lora":{"model":"l","weight":0.5}}`, "lora.weight", "is 0.5, which is not a whole number"},
		"lora list":           {head + `,"lora":[]}`, "lora", "must be an object, not a list"},
		"controlnet image":    {head + `,"controlnet":{"model":"c","image_dataurl":null}}`, "controlnet.image_dataurl", "not null"},
		"preprocess method":   {head + `,"controlnet":{"model":"c","preprocess":{"method":"dwpose"}}}`, "controlnet.preprocess.method", `is "dwpose"; use one of canny`},
		"preprocess nothing":  {head + `,"controlnet":{"model":"c","preprocess":{}}}`, "controlnet.preprocess.method", "missing"},
		"preprocess args":     {head + `,"controlnet":{"model":"c","preprocess":{"method":"openpose","args":{}}}}`, "controlnet.preprocess.args", "does not belong to method openpose; leave it out"},
		"preprocess argument": {head + `,"controlnet":{"model":"c","preprocess":{"method":"mlsd","args":{"thr_v":0}}}}`, "controlnet.preprocess.args.thr_v", "is 0; use 1 to 100"},
		"scheduler null":      {head + `,"scheduler":null}`, "scheduler", "must be an object, not null"},
		"scheduler method":    {head + `,"scheduler":{"method":"DDIM","args":{"x":1}}}`, "scheduler.method", `is "DDIM"; use one of DPMSolverMultistepScheduler`},
		"scheduler argument":  {head + `,"scheduler":{"method":"LCMScheduler","args":{"solver_order":2}}}`, "scheduler.args.solver_order", "not a field"},
		"scheduler type":      {head + `,"scheduler":{"method":"LCMScheduler","args":{"clip_samples":true}}}`, "scheduler.args.clip_samples", "must be a whole number, not true or false"},
		"refiner cutoff":      {head + `,"refiner":{"model":"r","denoising_cutoff":0}}`, "refiner.denoising_cutoff", "use 1 to 100"},
		"helium field":        {head + `,"helium":{"x":1}}`, "helium.x", "not a field"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := CheckSD([]byte(c.doc))
			if len(problems) != 1 || problems[0].Field != c.field || !strings.Contains(problems[0].Error(), c.problem) {
				t.Errorf("problems %v, want %q about %q alone", problems, c.problem, c.field)
			}
		})
	}
}

func TestARefusalNamesTheBrokenFieldOfSD(t *testing.T) {
	refused := 0
	for _, e := range examples(t, "sd") {
		if e.Newest != "valid" {
			continue
		}
		for _, b := range breakEach(decode(t, e.doc), "") {
			doc, err := json.Marshal(b.doc)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := CheckSD(doc)
			if len(problems) > 0 {
				refused++
			}
			for _, p := range problems {
				if !strings.HasPrefix(p.Field, b.path) || p.Problem == "" {
					t.Errorf("%s with %s broken: %v", e.File, b.path, p)
				}
			}
		}
	}
	if refused < 1800 {
		t.Errorf("%d refusals, want at least 1800", refused)
	}
}

func TestSchemaAndParserAgreeOnEveryEditOfSD(t *testing.T) {
	docs := map[string]any{"": decode(t, []byte(fullSD))}
	for _, method := range preprocessMethods() {
		if list := newPreprocessArgs().of(method); list != nil {
			var args writer
			args.arguments(list)
			doc := decode(t, fmt.Appendf(nil, `{"base_model":"m","prompt":"p","task_config":{},"controlnet":{"model":"c","preprocess":{"method":%q,"args":%s}}}`, method, args.b))
			docs[shape(doc)] = doc
		}
	}
	docs["lcm"] = decode(t, []byte(`{"base_model":"m","prompt":"p","task_config":{},"scheduler":{"method":"LCMScheduler","args":{
		"original_inference_steps":50,"clip_samples":1,"clip_samples_range":1.5,"set_alpha_to_one":true,"thresholding":true,"timestep_scaling":10}}}`))
	for _, e := range examples(t, "sd") {
		if e.Newest == "valid" && len(e.doc) < 4096 {
			doc := decode(t, e.doc)
			docs[shape(doc)] = doc
		}
	}
	agreeOnEveryEdit(t, docs, compiledSchema(t, SDSchema()), func(data []byte) error { _, err := ParseSD(data); return err })
}
