package network_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion/network"
)

const vaeConfig = `{"_class_name":"AutoencoderKL","act_fn":"silu","block_out_channels":[8,16,24],"in_channels":3,"out_channels":3,
	"latent_channels":4,"layers_per_block":2,"norm_num_groups":4,"sample_size":64,
	"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
	"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}`

// vae is an autoencoder of the configuration above.
type vae struct {
	*reference
	quant bool
}

func (r vae) mid(name string, p picture) picture {
	p = r.resnet(name+".resnets.0", p, nil, 24, 4, 1e-6)
	at := name + ".attentions.0"
	x := r.groupNorm(at+".group_norm", p, 4, 1e-6).points()
	project := func(layer string, x rows) rows {
		return each(x, func(v []float64) []float64 { return r.linear(at+layer, v, 24, true) })
	}
	x = project(".to_out.0", attend(project(".to_q", x), project(".to_k", x), project(".to_v", x), 1, nil))
	return r.resnet(name+".resnets.1", p.plus(x.picture(p.height, p.width)), nil, 24, 4, 1e-6)
}

func (r vae) decode(p picture) picture {
	if r.quant {
		p = r.conv1("post_quant_conv", p, 4)
	}
	p = r.mid("decoder.mid_block", r.conv3("decoder.conv_in", p, 24))
	for i, channels := range []int{24, 16, 8} {
		for l := range 3 {
			p = r.resnet(fmt.Sprintf("decoder.up_blocks.%d.resnets.%d", i, l), p, nil, channels, 4, 1e-6)
		}
		if i < 2 {
			p = r.conv3(fmt.Sprintf("decoder.up_blocks.%d.upsamplers.0.conv", i), p.resized(2*p.height, 2*p.width), channels)
		}
	}
	return r.conv3("decoder.conv_out", r.groupNorm("decoder.conv_norm_out", p, 4, 1e-6).apply(silu), 3)
}

func (r vae) encode(p picture) picture {
	p = r.conv3("encoder.conv_in", p, 8)
	for i, channels := range []int{8, 16, 24} {
		for l := range 2 {
			p = r.resnet(fmt.Sprintf("encoder.down_blocks.%d.resnets.%d", i, l), p, nil, channels, 4, 1e-6)
		}
		if i < 2 {
			// Its zeros are on the right and below only.
			p = r.conv(fmt.Sprintf("encoder.down_blocks.%d.downsamplers.0.conv", i), p, channels, 3, 2, 0, p.height/2, p.width/2)
		}
	}
	p = r.conv3("encoder.conv_out", r.groupNorm("encoder.conv_norm_out", r.mid("encoder.mid_block", p), 4, 1e-6).apply(silu), 8)
	if r.quant {
		p = r.conv1("quant_conv", p, 8)
	}
	return p
}

// old renames the attention as files until 2023 have it, and makes its matrices
// kernels.
func (r *reference) old() {
	names := strings.NewReplacer(".to_q.", ".query.", ".to_k.", ".key.", ".to_v.", ".value.", ".to_out.0.", ".proj_attn.")
	for name, t := range maps.Clone(r.tensors) {
		if to := names.Replace(name); to != name {
			if len(t.shape) == 2 {
				t.shape = append(t.shape, 1, 1)
			}
			delete(r.tensors, name)
			r.tensors[to] = t
		}
	}
	r.order = slices.Sorted(maps.Keys(r.tensors))
}

func TestAutoencodersComputeTheReference(t *testing.T) {
	for name, change := range map[string]struct {
		config string
		quant  bool
		old    bool
	}{
		"plain":               {vaeConfig, true, false},
		"with old names":      {vaeConfig, true, true},
		"without quant convs": {strings.Replace(vaeConfig, `{`, `{"use_quant_conv":false,"use_post_quant_conv":false,`, 1), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			e, d, err := network.ParseVAE([]byte(change.config))
			if err != nil {
				t.Fatal(err)
			}
			r := vae{newReference(3), change.quant}
			latents := []picture{{4, 5, 3, r.normal(60)}, {4, 5, 3, r.normal(60)}}
			image := picture{3, 12, 20, r.normal(720)}
			decoded := slices.Concat(r.decode(latents[0]).data, r.decode(latents[1]).data)
			encoded := r.encode(image)
			if change.old {
				r.old()
			}

			run := r.engine(t, unetFile, d, exact, network.Size{Width: 3, Height: 5, Count: 2}, 1)
			out, err := run.Do(t.Context(), map[string][]float32{"latents": floats(latents[0].data, latents[1].data)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			decodeError := relative(t, out["image"], decoded)

			run = r.engine(t, unetFile, e, exact, network.Size{Width: 20, Height: 12, Count: 1}, 1)
			out, err = run.Do(t.Context(), map[string][]float32{"image": floats(image.data)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			encodeError := relative(t, out["latents"], encoded.data)
			t.Logf("relative errors: decoder %.2g, encoder %.2g", decodeError, encodeError)
			if decodeError > 1e-3 || encodeError > 1e-3 {
				t.Errorf("relative errors: decoder %.2g, encoder %.2g", decodeError, encodeError)
			}
		})
	}
}
