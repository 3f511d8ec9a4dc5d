package network_test

import (
	"fmt"
	"testing"

	"helium/inference/diffusion/network"
)

// control computes a ControlNet's outputs, the middle's last.
func (r *reference) control(c unetCase, p, hint picture, g guide) []picture {
	const at = "controlnet_cond_embedding"
	hint = r.conv3(at+".conv_in", hint, 4).apply(silu)
	for i, width := range []int{6, 8} {
		hint = r.conv3(fmt.Sprintf("%s.blocks.%d", at, 2*i), hint, hint.channels).apply(silu)
		hint = r.conv(fmt.Sprintf("%s.blocks.%d", at, 2*i+1), hint, width, 3, 2, 1, hint.height/2, hint.width/2).apply(silu)
	}
	p = r.conv3("conv_in", p, c.channels[0]).plus(r.conv3(at+".conv_out", hint, c.channels[0]))

	kept, mid := r.downward(c, p, r.moment(c, g), g.context)
	for i, q := range kept {
		kept[i] = r.conv1(fmt.Sprintf("controlnet_down_blocks.%d", i), q, q.channels)
	}
	return append(kept, r.conv1("controlnet_mid_block", mid, mid.channels))
}

func TestControlNetsAndTheirUNetsComputeTheReference(t *testing.T) {
	for _, name := range []string{"stable diffusion 1", "stable diffusion xl"} {
		t.Run(name, func(t *testing.T) {
			c := unetCases()[name]
			n, err := network.ParseControlNet(c.config(t, "ControlNetModel"))
			if err != nil {
				t.Fatal(err)
			}
			u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
			if err != nil {
				t.Fatal(err)
			}
			first, second := newReference(4), newReference(5)
			images, guides := first.example(c)
			hint := picture{3, 4 * c.height, 4 * c.width, first.normal(3 * 16 * c.height * c.width)}
			control := first.control(c, images[0], hint, guides[0])
			want := second.unet(c, images[0], guides[0], control)

			size := network.Size{Width: int64(c.width), Height: int64(c.height), Count: 1, Tokens: testTokens}
			in := inputs(t, &n.UNetConfig, images[:1], guides[:1])
			in["hint"] = floats(hint.data)
			out, err := first.engine(t, unetFile, n, exact, size, 1).Do(t.Context(), in, nil)
			if err != nil {
				t.Fatal(err)
			}
			var worst float64
			delete(in, "hint")
			for i, p := range control {
				at := fmt.Sprintf("down.%d", i)
				if i == len(control)-1 {
					at = "mid"
				}
				worst = max(worst, relative(t, out[at], p.data))
				in[at] = out[at]
			}
			if len(out) != len(control) {
				t.Errorf("%d outputs, want %d", len(out), len(control))
			}

			size.Control = true
			out, err = second.engine(t, unetFile, u, exact, size, 1).Do(t.Context(), in, nil)
			if err != nil {
				t.Fatal(err)
			}
			e := relative(t, out["sample"], want.data)
			t.Logf("relative errors: ControlNet %.2g, UNet with it %.2g", worst, e)
			if worst > 1e-3 || e > 1e-3 {
				t.Errorf("relative errors: ControlNet %.2g, UNet with it %.2g", worst, e)
			}
		})
	}
}
