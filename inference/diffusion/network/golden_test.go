package network_test

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"os"
	"strings"
	"testing"

	"helium/inference/diffusion/network"
)

// made are numbers that follow from a name, as in testdata/diffusers.py.
func made(name string, n int, mean, deviation float64) []float64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	out := make([]float64, n)
	for i := range out {
		x := h.Sum64() + uint64(i)*0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		unit := float64((x^x>>31)>>11) * 0x1p-53
		out[i] = float64(float32(mean + deviation*math.Sqrt(3)*(2*unit-1)))
	}
	return out
}

// madeWeights are the weights of networks by the rule of testdata/diffusers.py.
func madeWeights(t *testing.T, networks ...network.Network) *reference {
	t.Helper()
	r := newReference(0)
	for _, n := range networks {
		for name, s := range shapesOf(t, n) {
			rows := max(s[1], s[3]) // of a matrix or a kernel
			mean, deviation := 0.0, math.Sqrt(float64(rows)/float64(s.Elements()))
			switch {
			case strings.HasSuffix(name, ".bias"):
				deviation = 0.1
			case rows == 1:
				mean, deviation = 1, 0.1
			}
			shape := []int{int(s[3]), int(s[2]), int(s[1]), int(s[0])}
			r.tensors[name] = tensor{shape, made(name, int(s.Elements()), mean, deviation)}
			r.order = append(r.order, name)
		}
	}
	return r
}

// golden is one case of testdata/diffusers.json; of an output it has the first
// numbers.
type golden struct {
	Config        json.RawMessage
	Width, Height int
	Tensors       int
	Outputs       map[string][]float64
	Tokens        []int32
}

// inputs are those that testdata/diffusers.py gives.
func (g golden) inputs(t *testing.T, n network.Network) (in map[string][]float32, rows map[string][]int32, size network.Size) {
	t.Helper()
	image := func(name string, channels, factor int) []float32 {
		return floats(made(name, channels*g.Width*g.Height*factor*factor, 0, 1))
	}
	size = network.Size{Width: int64(g.Width), Height: int64(g.Height), Count: 1, Tokens: 5}
	in = map[string][]float32{}
	var c *network.UNetConfig
	switch n := n.(type) {
	case *network.Decoder:
		return map[string][]float32{"latents": image("latents", 4, 1)}, nil, size
	case *network.Encoder:
		size.Width, size.Height = 4*size.Width, 4*size.Height
		return map[string][]float32{"image": image("image", 3, 4)}, nil, size
	case *network.Text:
		in, rows, err := n.Inputs([]network.Tokens{{IDs: g.Tokens}})
		if err != nil {
			t.Fatal(err)
		}
		return in, rows, size
	case *network.SafetyChecker:
		side := int(n.Config.Side)
		return map[string][]float32{"image": floats(made("image", 3*side*side, 0, 1))}, nil, size
	case *network.ControlNet:
		c, in["hint"] = &n.UNetConfig, image("hint", 3, 4)
	case *network.UNet:
		c = &n.UNetConfig
	}

	in["sample"], in["time"], in["context"] = image("sample", 4, 1), c.Time(981, 1), floats(made("context", 60, 0, 1))
	if c.GuidanceWidth > 0 {
		in["guidance"] = c.Guidance(7.5)
	}
	if c.Added != "" {
		sizes := []float64{100, 200, 300, 400, 500, 600}[:(c.AddedWidth-10)/6]
		added, err := c.AddedText(floats(made("pooled", 10, 0, 1)), sizes)
		if err != nil {
			t.Fatal(err)
		}
		in["added"] = added
	}
	return in, nil, size
}

// The outputs were computed on torch 1.13 by diffusers 0.21.2 in float64, but for
// its time, and by OpenAI's CLIP in float32.
func TestNetworksComputeWhatDiffusersComputes(t *testing.T) {
	raw, err := os.ReadFile("testdata/diffusers.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]golden
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for name, g := range cases {
		t.Run(name, func(t *testing.T) {
			networks, err := parse(g.Config)
			if err != nil {
				t.Fatal(err)
			}
			file := unetFile
			if text, ok := networks[0].(*network.Text); ok {
				text.Skip, text.Norm, text.Pooled, file = 1, false, true, "model.safetensors"
			}
			if _, ok := networks[0].(*network.SafetyChecker); ok {
				file = "model.safetensors"
			}
			r := madeWeights(t, networks...)
			if len(r.order) != g.Tensors {
				t.Errorf("%d tensors, want %d", len(r.order), g.Tensors)
			}
			compared := 0
			for _, n := range networks {
				in, rows, size := g.inputs(t, n)
				out, err := r.engine(t, file, n, exact, size, 1).Do(t.Context(), in, rows)
				if err != nil {
					t.Fatal(err)
				}
				for port, got := range out {
					want := g.Outputs[port]
					e := relative(t, got[:min(len(got), 256)], want)
					compared++
					if e > 1e-5 {
						t.Errorf("%s: relative error %.2g", port, e)
					}
				}
			}
			if compared != len(g.Outputs) {
				t.Errorf("%d outputs, want %d", compared, len(g.Outputs))
			}
		})
	}
}
