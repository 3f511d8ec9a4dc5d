package network_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
)

// lowRank is a branch of a LoRA that is computed beside its layer: up·(down·x),
// times alpha by rank.
type lowRank struct {
	down, up tensor
	alpha    float64
}

const testRank, testAlpha = 3, 2

// branch makes one up for a layer when it is first asked for.
func (r *reference) branch(name string, rows int, row ...int) lowRank {
	if l, ok := r.beside[name]; ok {
		return l
	}
	fan := 1
	for _, d := range row {
		fan *= d
	}
	l := lowRank{
		tensor{append([]int{testRank}, row...), made(name+" down", testRank*fan, 0, 1/math.Sqrt(float64(fan)))},
		tensor{append([]int{rows, testRank}, slices.Repeat([]int{1}, len(row)-1)...), made(name+" up", rows*testRank, 0, 0.4)},
		testAlpha,
	}
	r.beside[name] = l
	return l
}

// withBranch adds the branch of a layer.
func (r *reference) withBranch(name string, x, y []float64) []float64 {
	if r.beside == nil {
		return y
	}
	l := r.branch(name, len(y), len(x))
	mid := make([]float64, testRank)
	for k := range mid {
		for i, v := range x {
			mid[k] += l.down.data[k*len(x)+i] * v
		}
	}
	for o := range y {
		for k, v := range mid {
			y[o] += l.alpha / testRank * l.up.data[o*testRank+k] * v
		}
	}
	return y
}

// withKernelBranch is the same for a convolution: one to the rank, and one of
// single points.
func (r *reference) withKernelBranch(name string, p, q picture, size, stride, pad int) picture {
	if r.beside == nil {
		return q
	}
	l := r.branch(name, q.channels, p.channels, size, size)
	plain := newReference(0)
	plain.tensors["down.weight"] = l.down
	plain.tensors["down.bias"] = tensor{[]int{testRank}, make([]float64, testRank)}
	mid := plain.conv("down", p, testRank, size, stride, pad, q.height, q.width)
	points := q.height * q.width
	for i := range q.data {
		for k := range testRank {
			q.data[i] += l.alpha / testRank * l.up.data[i/points*testRank+k] * mid.data[k*points+i%points]
		}
	}
	return q
}

// writeLoRA stores the branches in the way of safetensors; layout names the parts
// of a layer's.
func (r *reference) writeLoRA(t testing.TB, layout func(layer string) (down, up, alpha string)) string {
	t.Helper()
	table := map[string]any{}
	var data []byte
	put := func(name string, v tensor) {
		begin := len(data)
		for _, x := range v.data {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(x)))
		}
		table[name] = map[string]any{"dtype": "F32", "shape": v.shape, "data_offsets": []int{begin, len(data)}}
	}
	for layer, l := range r.beside {
		down, up, alpha := layout(layer)
		put(down, l.down)
		put(up, l.up)
		put(alpha, tensor{[]int{}, []float64{l.alpha}})
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	path := filepath.Join(t.TempDir(), "lora.safetensors")
	if err := os.WriteFile(path, append(file, data...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A LoRA that is added to the weights computes what its branches do beside the
// layers: of all matrices and all kernels, in the names of every layout.
func TestAMergedLoRAComputesItsBranches(t *testing.T) {
	for _, name := range []string{"stable diffusion 1", "stable diffusion 2", "stable diffusion xl", "latent consistency"} {
		c := unetCases()[name]
		u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
		if err != nil {
			t.Fatal(err)
		}
		r := newReference(2)
		images, guides := r.example(c)
		size := network.Size{Width: int64(c.width), Height: int64(c.height), Count: 2, Tokens: testTokens}
		compute := func() (out []float64) {
			for i := range images {
				out = append(out, r.unet(c, images[i], guides[i], nil).data...)
			}
			return out
		}
		plain := compute()
		r.beside = map[string]lowRank{}
		want := compute()
		in := inputs(t, &u.UNetConfig, images, guides)

		flat := func(prefix string, rename func(string) string) func(string) (string, string, string) {
			return func(layer string) (string, string, string) {
				layer = prefix + strings.ReplaceAll(rename(layer), ".", "_")
				return layer + ".lora_down.weight", layer + ".lora_up.weight", layer + ".alpha"
			}
		}
		same := func(s string) string { return s }
		layouts := map[string]func(string) (string, string, string){
			"kohya": flat("lora_unet_", same),
			"PEFT": func(s string) (string, string, string) {
				return "unet." + s + ".lora_A.weight", "unet." + s + ".lora_B.weight", "unet." + s + ".alpha"
			},
		}
		if !c.guidance { // which the published checkpoints don't have
			layouts["LDM"] = flat("lora_unet_", u.LDMName)
		}
		var first []float32
		for layout, names := range layouts {
			out := r.engineWith(t, u, r.writeLoRA(t, names), size, 1, in)
			e, far := relative(t, out, want), relative(t, out, plain)
			t.Logf("%s, %s: %d branches, relative error %.2g, %.2g from the plain model", name, layout, len(r.beside), e, far)
			if e > 1e-4 || far < 0.05 {
				t.Errorf("%s, %s: relative error %.2g, %.2g from the plain model", name, layout, e, far)
			}
			if first == nil {
				first = out
			}
			if !slices.Equal(out, first) {
				t.Errorf("%s, %s: another layout computes other bits", name, layout)
			}
		}
		none := r.engineWith(t, u, r.writeLoRA(t, layouts["kohya"]), size, 0, in)
		if e := relative(t, none, plain); e > 1e-4 {
			t.Errorf("%s: the weight 0 is %.2g from the plain model", name, e)
		}
	}
}

// engineWith runs a UNet with a LoRA.
func (r *reference) engineWith(t testing.TB, u *network.UNet, path string, size network.Size, weight float64, in map[string][]float32) []float32 {
	t.Helper()
	weights, err := network.Weights(u, exact)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lora.Open(path, []lora.Part{{Name: lora.UNet, Weights: weights, UNet: &u.UNetConfig}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	run := r.changedEngine(t, unetFile, u, exact, size, 1, l.Change(lora.UNet, weight, 1))
	out, err := run.Do(t.Context(), in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out["sample"]
}

func TestAChangedWeightIsRoundedOnce(t *testing.T) {
	const small = 0x1p-12 // beyond a half float beside 1, and with a third digit beyond a float
	for to, want := range map[checkpoint.TensorType][]byte{
		checkpoint.F16: {0x01, 0x3c}, // 1 + 2^-11 + 2^-40 is above the middle between two halves
		checkpoint.F32: {0x00, 0x10, 0x80, 0x3f},
	} {
		raw := checkpoint.EncodeFloats([]float32{1 + small}, checkpoint.F32, 0)
		got, err := network.Changed(raw, checkpoint.F32, to, func(numbers []float64, first int64) { numbers[0] += small + 0x1p-40 })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("to %v: % x and %v, want % x", to, got, err, want)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := network.Changed(make([]byte, 4), checkpoint.F32, checkpoint.F16, func(numbers []float64, first int64) { numbers[0] = bad })
		if err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
