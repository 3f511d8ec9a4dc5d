// Package demo makes the image model that the program brings along, so that a
// machine that has downloaded nothing runs a whole network of pictures.
//
// Nouns: a shape is a channel of latents that becomes forms; a colour is one
// that becomes blue, red or light; a code is the pseudo-random numbers by which
// texts differ; a sense is the colour that a known word stands for; a push is
// what the text adds to every step.
//
// It is no trained model. Its weights are designed: the coarse part of the first
// noise is kept as the picture and the fine part is what the UNet takes for
// noise; the text turns the shapes into one another and pushes the colours; the
// decoder cuts paper out of the shapes. It knows a hundred words as colours, and
// has no idea of what they look like.
//
// Promise: the folder is the same to the byte on every platform, as it comes of
// single operations of float64 that are rounded to half floats.
package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"helium/inference/diffusion/network"
)

// Version names the model that this program makes: the first 16 digits of its
// hash. It says, without making the model, whether one that lies on disk is of
// today; a test keeps it true.
const Version = "3751a2db76cc3887"

// Info describes a model that was written.
type Info struct {
	Size   int64  // bytes
	SHA256 string // lower-case hex of the files, each behind its path and size, in a fixed order
}

const indexFile = `{"_class_name":"StableDiffusionPipeline","feature_extractor":[null,null],"safety_checker":[null,null],
"scheduler":["diffusers","PNDMScheduler"],"text_encoder":["transformers","CLIPTextModel"],"tokenizer":["transformers","CLIPTokenizer"],
"unet":["diffusers","UNet2DConditionModel"],"vae":["diffusers","AutoencoderKL"],
"description":"Made by the helium program. Not a trained model."}
`

// schedulerConfig is that of Stable Diffusion 1.5.
const schedulerConfig = `{"_class_name":"PNDMScheduler","beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear",
"num_train_timesteps":1000,"prediction_type":"epsilon","set_alpha_to_one":false,"skip_prk_steps":true,"steps_offset":1,
"timestep_spacing":"leading","clip_sample":false}
`

// Write makes the model and puts it at dir, a folder that isn't there yet, whole
// or not at all. It has the layout of diffusers without what this program doesn't
// use: the encoder of pictures. It takes well below a second.
func Write(dir string) (Info, error) {
	info, err := write(dir)
	if err != nil {
		return Info{}, fmt.Errorf("make demo image model: %w", err)
	}
	return info, nil
}

func write(dir string) (Info, error) {
	if _, err := os.Stat(dir); err == nil {
		return Info{}, fmt.Errorf("%s is already there", dir)
	}
	list, err := files()
	if err != nil {
		return Info{}, err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(dir)+".*.part")
	if err != nil {
		return Info{}, err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return Info{}, err
	}

	var info Info
	hash := sha256.New()
	for _, f := range list {
		if err := f.write(tmp); err != nil {
			return Info{}, err
		}
		fmt.Fprintf(hash, "%s %d\n", f.path, len(f.data))
		hash.Write(f.data)
		info.Size += int64(len(f.data))
	}
	info.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return info, os.Rename(tmp, dir)
}

// file is one of the folder's.
type file struct {
	path string // with slashes
	data []byte
}

// write returns when the file is on the disk.
func (f file) write(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(f.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := out.Write(f.data); err != nil {
		return err
	}
	return out.Sync()
}

// files are the whole folder, always in the same order.
func files() ([]file, error) {
	list := words()
	v := newVocabulary(list)
	names, merges, err := v.files()
	if err != nil {
		return nil, err
	}
	textConfig := textConfig(len(v.names))
	out := []file{
		{"model_index.json", []byte(indexFile)},
		{"scheduler/scheduler_config.json", []byte(schedulerConfig)},
		{"tokenizer/vocab.json", names},
		{"tokenizer/merges.txt", merges},
		{"text_encoder/config.json", textConfig},
		{"unet/config.json", []byte(unetConfig)},
		{"vae/config.json", []byte(vaeConfig)},
	}

	text, err := network.ParseText(textConfig)
	if err != nil {
		return nil, err
	}
	unet, err := network.ParseUNet([]byte(unetConfig))
	if err != nil {
		return nil, err
	}
	_, decoder, err := network.ParseVAE([]byte(vaeConfig))
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		path    string
		network network.Network
		design  func(*weights)
	}{
		{"text_encoder/model.safetensors", text, func(w *weights) { designText(w, v, list) }},
		{"unet/diffusion_pytorch_model.safetensors", unet, designUNet},
		{"vae/diffusion_pytorch_model.safetensors", decoder, designDecoder},
	} {
		w, err := newWeights(part.network)
		if err != nil {
			return nil, err
		}
		part.design(w)
		raw, err := w.file()
		if err != nil {
			return nil, err
		}
		out = append(out, file{part.path, raw})
	}
	return out, nil
}
