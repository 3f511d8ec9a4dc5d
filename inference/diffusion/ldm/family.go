package ldm

import (
	"fmt"
	"slices"
	"strings"
)

// family is what a file's names say of the model.
type family string

const (
	first   family = "Stable Diffusion 1"
	second  family = "Stable Diffusion 2"
	xl      family = "Stable Diffusion XL"
	refiner family = "the refiner of Stable Diffusion XL"
	alone   family = "a VAE alone"
)

// Where the parts are.
const (
	unetPrefix = "model.diffusion_model."
	vaePrefix  = "first_stage_model."
)

// reader makes a part of the tensors that stand under a prefix.
type reader struct {
	part   string
	prefix string
	read   func(t Tensors) (settings, renamer)
}

// readers are those of a family.
func (f family) readers() []reader {
	list := []reader{{UNet, unetPrefix, readUNet}, {VAE, vaePrefix, readVAE}}
	switch f {
	case first:
		return append(list, reader{Text, "cond_stage_model.transformer.", readCLIP})
	case second:
		return append(list, reader{Text, "cond_stage_model.model.", readPenultimate})
	case xl:
		return append(list, reader{Text, "conditioner.embedders.0.transformer.", readCLIP},
			reader{SecondText, "conditioner.embedders.1.model.", readOpenCLIP})
	case refiner:
		return append(list, reader{SecondText, "conditioner.embedders.0.model.", readOpenCLIP})
	}
	return []reader{{VAE, "", readVAE}}
}

// familyOf tells the family by the text encoders, and by the UNet where there are
// none.
func familyOf(t Tensors) (family, error) {
	has := func(prefix string) bool {
		for name := range t {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case has("conditioner.embedders.1.model."):
		return xl, nil
	case has("conditioner.embedders.0.model."):
		return refiner, nil
	case has("cond_stage_model.model."):
		return second, nil
	case has("cond_stage_model.transformer."):
		return first, nil
	case t.width(unetPrefix+"label_emb.0.0.weight", 1) > 0:
		return xl, nil
	case has(unetPrefix):
		return first, nil
	case has("decoder.conv_in."), has(vaePrefix + "decoder.conv_in."):
		return alone, nil
	}
	return "", fmt.Errorf("%w: no tensor begins with %s: it is no Stable Diffusion model in one file", ErrUnsupported, unetPrefix)
}

// read sorts a file's tensors into parts.
func read(t Tensors, metadata map[string]string) (model, error) {
	var err error
	m := model{parts: map[string]*part{}}
	if m.family, err = familyOf(t); err != nil {
		return m, err
	}
	readers := m.family.readers()
	if m.family == alone && t.width(vaePrefix+"decoder.conv_in.weight", 0) > 0 {
		readers[0].prefix = vaePrefix
	}
	used := map[string]bool{}
	for _, r := range readers {
		own := Tensors{}
		for name, w := range t {
			if inner, ok := strings.CutPrefix(name, r.prefix); ok && !used[name] {
				own[inner], used[name] = w, true
			}
		}
		if len(own) == 0 {
			continue
		}
		if m.parts[r.part], err = newPart(r, own); err != nil {
			return m, err
		}
	}
	for _, name := range t.Names() {
		if !used[name] && !changesNothing(name) {
			return m, fmt.Errorf("%w: it has a tensor %q, which %s doesn't have", ErrUnsupported, name, m.family)
		}
	}
	if vae := m.parts[VAE]; vae != nil {
		vae.config[scaling] = m.family.scale()
	}
	m.scheduler, err = m.family.schedule(t, metadata)
	return m, err
}

// newPart gives the tensors of a part their names. What has none keeps the one
// that it has, as no network asks for it.
func newPart(r reader, own Tensors) (*part, error) {
	config, rename := r.read(own)
	p := &part{config, Tensors{}}
	for _, name := range own.Names() {
		if leftOut(name) {
			continue
		}
		place := rename(name)
		if place.name == "" {
			place.name = r.prefix + name
		}
		views, err := place.views(own[name])
		if err != nil {
			return nil, err
		}
		for to, w := range views {
			if _, twice := p.tensors[to]; twice {
				return nil, fmt.Errorf("it has two tensors for %s of %s, the second is %q", to, r.part, r.prefix+name)
			}
			p.tensors[to] = w
		}
	}
	return p, nil
}

// leftOut are tensors of the parts that were for training alone.
func leftOut(name string) bool {
	return strings.HasPrefix(name, "loss.") || strings.HasPrefix(name, "model_ema.") || name == "logit_scale"
}

// changesNothing are tensors beside the parts that say what every model of the
// family has, or were for training alone, and the marks that schedule reads.
func changesNothing(name string) bool {
	return strings.HasPrefix(name, "model_ema.") || slices.Contains([]string{
		"betas", "alphas_cumprod", "alphas_cumprod_prev", "sqrt_alphas_cumprod", "sqrt_one_minus_alphas_cumprod",
		"log_one_minus_alphas_cumprod", "sqrt_recip_alphas_cumprod", "sqrt_recipm1_alphas_cumprod", "posterior_variance",
		"posterior_log_variance_clipped", "posterior_mean_coef1", "posterior_mean_coef2", "logvar", "denoiser.sigmas",
		"cond_stage_model.logit_scale", "conditioner.embedders.0.logit_scale", "conditioner.embedders.1.logit_scale",
		velocityMark, zeroMark,
	}, name)
}

// scaling is the setting that says what latents are multiplied by.
const scaling = "scaling_factor"

func (f family) scale() float64 {
	if f == xl || f == refiner {
		return 0.13025
	}
	return 0.18215
}

// Tensors that mark a model that predicts the velocity, and one whose last step
// is noise alone. They hold no numbers.
const (
	velocityMark = "v_pred"
	zeroMark     = "ztsnr"
)

// schedule is what the models of a family are published with. Whether the model
// predicts the noise or the velocity is what the file says; of Stable Diffusion
// 2, whose files mostly say nothing, there are both, and the velocity is what
// diffusers takes it for.
func (f family) schedule(t Tensors, metadata map[string]string) (settings, error) {
	s := settings{
		"_class_name": "DDIMScheduler", "num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
		"prediction_type": "epsilon", "clip_sample": false, "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1,
	}
	if f == xl || f == refiner {
		s["timestep_spacing"] = "leading"
	}
	if f == second {
		s["prediction_type"] = velocity
	}
	said, architecture := metadata["modelspec.prediction_type"], metadata["modelspec.architecture"]
	switch {
	case said == "v", said == velocity:
		s["prediction_type"] = velocity
	case said == "epsilon":
		s["prediction_type"] = "epsilon"
	case said != "":
		return nil, fmt.Errorf("%w: its metadata has modelspec.prediction_type = %.100q, and this program knows epsilon and v", ErrUnsupported, said)
	case strings.HasPrefix(architecture, "stable-diffusion-v2-512"):
		s["prediction_type"] = "epsilon"
	case strings.HasPrefix(architecture, "stable-diffusion-v2-768-v"):
		s["prediction_type"] = velocity
	}
	if _, ok := t[velocityMark]; ok {
		s["prediction_type"] = velocity
	}
	if _, ok := t[zeroMark]; ok {
		s["rescale_betas_zero_snr"] = true
	}
	return s, nil
}

const velocity = "v_prediction"
