package task

import (
	"encoding/json"
	"math"
)

// ParseSD reads a Stable Diffusion task. What is wrong with it comes back as a
// *FieldError, as from ParseGPT. It takes what the format allows; what this
// network does not run besides is for Refusals to say.
func ParseSD(data []byte) (*SD, error) {
	return first(CheckSD(data))
}

// CheckSD is ParseSD for those who write tasks: it names every field that is
// wrong, up to 32 of them. The first is ParseSD's error.
func CheckSD(data []byte) (*SD, []*FieldError) { return check(data, (*reader).sd) }

func (r *reader) sd(doc *value) *SD {
	f := r.fields(doc, "version", "base_model", "dtype", "unet", "prompt", "negative_prompt", "task_config",
		"lora", "controlnet", "scheduler", "vae", "refiner", "textual_inversion", "helium")
	s := newSD()

	if v := f["version"]; v != nil {
		s.Version = r.oneOf(v, "1.0.0", "2.0.0", "2.1.0", SDVersion, "3.0.0")
	}
	s.BaseModel = r.baseModel(r.required(doc, f, "base_model"))
	if v := f["dtype"]; v != nil {
		s.DType = r.dtype(v)
	}
	s.UNet = r.optStr(f["unet"])
	s.Prompt = r.filled(r.required(doc, f, "prompt"), "say what the images show")
	s.NegativePrompt = r.optStr(f["negative_prompt"])
	s.Config = r.sdConfig(r.required(doc, f, "task_config"))
	if v := f["lora"]; !isNull(v) {
		s.LoRA = r.lora(v)
	}
	if v := f["controlnet"]; !isNull(v) {
		s.ControlNet = r.controlNet(v)
	}
	if v := f["scheduler"]; v != nil {
		s.Scheduler = r.scheduler(v)
	}
	s.VAE = r.optStr(f["vae"])
	if v := f["refiner"]; !isNull(v) {
		s.Refiner = r.refiner(v)
	}
	s.TextualInversion = r.optStr(f["textual_inversion"])
	if v := f["helium"]; !isNull(v) {
		r.fields(v)
	}
	return s
}

func (r *reader) baseModel(v *value) BaseModel {
	if _, ok := v.token.(string); ok {
		return BaseModel{Name: r.model(v)}
	}
	if v.token != json.Delim('{') {
		r.wrongType(v, "a string or an object")
		return BaseModel{}
	}
	f := r.fields(v, "name", "variant")
	return BaseModel{r.model(r.required(v, f, "name")), r.variant(f["variant"])}
}

func (r *reader) model(v *value) string {
	return r.filled(v, "name a model, as in stabilityai/stable-diffusion-xl-base-1.0, or the URL of its file")
}

// variant is optional; null, empty and absent are alike.
func (r *reader) variant(v *value) string {
	if isNull(v) {
		return ""
	}
	return r.str(v)
}

func (r *reader) sdConfig(v *value) SDConfig {
	f := r.fields(v, "image_width", "image_height", "steps", "seed", "num_images", "safety_checker", "cfg")
	c := newSD().Config
	if v := f["image_width"]; v != nil {
		c.Width = r.int32(v)
	}
	if v := f["image_height"]; v != nil {
		c.Height = r.int32(v)
	}
	if v := f["steps"]; v != nil {
		c.Steps = int(r.integer(v, 1, 100))
	}
	if v := f["seed"]; v != nil {
		c.Seed = r.integer(v, 0, MaxSDSeed)
	}
	if v := f["num_images"]; v != nil {
		c.Images = int(r.integer(v, 1, MaxImages))
	}
	if v := f["safety_checker"]; v != nil {
		c.SafetyChecker = r.boolean(v)
	}
	if v := f["cfg"]; v != nil {
		c.CFG = r.number(v, 0, 20, false)
	}
	return c
}

func (r *reader) lora(v *value) *LoRA {
	f := r.fields(v, "model", "weight_file_name", "weight")
	l := newLoRA()
	l.Model = r.model(r.required(v, f, "model"))
	l.WeightFile = r.optStr(f["weight_file_name"])
	if v := f["weight"]; v != nil {
		l.Weight = r.percent(v)
	}
	return l
}

func (r *reader) controlNet(v *value) *ControlNet {
	f := r.fields(v, "model", "variant", "image_dataurl", "weight", "preprocess")
	c := newControlNet()
	c.Model = r.model(r.required(v, f, "model"))
	c.Variant = r.variant(f["variant"])
	c.DataURL = r.optStr(f["image_dataurl"])
	if v := f["weight"]; v != nil {
		c.Weight = r.percent(v)
	}
	if v := f["preprocess"]; !isNull(v) {
		c.Preprocess = r.preprocess(v)
	}
	return c
}

func (r *reader) refiner(v *value) *Refiner {
	f := r.fields(v, "model", "variant", "denoising_cutoff", "steps")
	refiner := newRefiner()
	refiner.Model = r.model(r.required(v, f, "model"))
	refiner.Variant = r.variant(f["variant"])
	if v := f["denoising_cutoff"]; v != nil {
		refiner.Cutoff = r.percent(v)
	}
	if v := f["steps"]; v != nil {
		refiner.Steps = int(r.integer(v, 1, 100))
	}
	return refiner
}

// percent takes whole numbers only: Helium's relay did so too, and its nodes read
// 0.5 as a half.
func (r *reader) percent(v *value) Percent { return Percent(r.integer(v, 1, 100)) }

func (r *reader) int32(v *value) int { return int(r.integer(v, math.MinInt32, math.MaxInt32)) }
