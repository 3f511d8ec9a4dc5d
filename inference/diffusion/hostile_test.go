package diffusion_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/gpt"
	"helium/inference/task"
)

func TestHostileFoldersAreRefusedByTheirPart(t *testing.T) {
	plain := folderFiles(t)
	unet := plain[unetWeights]
	size := binary.LittleEndian.Uint64([]byte(unet))
	header, data := unet[8:8+size], unet[8+size:]
	table := func(header string) string {
		return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + data
	}
	const index = "unet/diffusion_pytorch_model.safetensors.index.json"
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"a huge config":      {map[string]string{"unet/config.json": "{" + strings.Repeat(" ", 2<<20) + unetConfig[1:]}, "unet: config.json has more"},
		"a huge index":       {map[string]string{"model_index.json": "{" + strings.Repeat(" ", 2<<20) + "}"}, "model_index.json has more"},
		"a billion channels": {map[string]string{"unet/config.json": strings.Replace(unetConfig, "[16,24]", "[16,1000000000]", 1)}, "unet: config.json has block_out_channels"},
		"a billion tokens":   {map[string]string{"text_encoder/config.json": strings.Replace(textConfig, "514", "1000000000", 1)}, "text_encoder: config.json has vocab_size"},
		"an index outwards":  {map[string]string{index: `{"weight_map":{"conv_in.weight":"../../etc/passwd"}}`}, "unet: "},
		"an index aside":     {map[string]string{index: `{"weight_map":{"conv_in.weight":"../vae/diffusion_pytorch_model.safetensors"}}`}, "unet: "},
		"an index of itself": {map[string]string{index: `{"weight_map":{"conv_in.weight":"diffusion_pytorch_model.safetensors.index.json"}}`}, "unet: "},
		"an index of less":   {map[string]string{index: `{"weight_map":{"conv_in.weight":"none.safetensors"}}`}, "unet: "},
		"overlapping":        {map[string]string{unetWeights: table(strings.Replace(header, `"data_offsets":[0,`, `"data_offsets":[4,`, 1))}, "unet: "},
		"cut short":          {map[string]string{unetWeights: unet[:len(unet)-1]}, "cut short"},
		"other sizes":        {map[string]string{unetWeights: table(strings.Replace(header, `"shape":[16,4,3,3]`, `"shape":[4,16,3,3]`, 1))}, "conv_in.weight"},
		"bytes":              {map[string]string{unetWeights: table(strings.Replace(header, `"dtype":"F32"`, `"dtype":"I32"`, 1))}, "number format I32"},
	} {
		if !strings.Contains(name, "index") {
			for path, content := range c.files {
				if content == plain[path] {
					t.Fatalf("%s: nothing was changed", name)
				}
			}
		}
		_, err := making(t, at(folder(t, c.files)), exact, "")
		if gpt.CodeOf(err) != gpt.CodeCannotRun || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 2000 {
			t.Errorf("%s: %.2000v, want an error about %q", name, err, c.says)
		}
	}
}

// Numbers that are none are not refused, as a file may hold some that are never
// used, and the image of none is an error.
func TestWeightsThatAreNoNumbersDoNoHarm(t *testing.T) {
	for _, path := range []string{unetWeights, vaeWeights, "text_encoder/model.safetensors"} {
		file := []byte(folderFiles(t)[path])
		for at := 8 + binary.LittleEndian.Uint64(file); at < uint64(len(file)); at += 4 {
			binary.LittleEndian.PutUint32(file[at:], math.Float32bits(float32(math.NaN())))
		}
		p, err := diffusion.Open(newCompute(t, 1), at(folder(t, map[string]string{path: string(file)})), diffusion.Options{Network: exact})
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Run(t.Context(), made(t, `"steps":1`, ""), diffusion.Hooks{})
		if gpt.CodeOf(err) != gpt.CodeCannotRun {
			t.Errorf("%s: %v, want an error about the image", path, err)
		}
		p.Close()
	}
}

func TestASpoiledFileIsRefusedOrRuns(t *testing.T) {
	files := wideFiles(t, "first")
	file, err := os.ReadFile(onlyVAE(t, converted(t, folder(t, files), nil), ""))
	if err != nil {
		t.Fatal(err)
	}
	base := folder(t, nil)
	header := int(binary.LittleEndian.Uint64(file))
	rng := rand.New(rand.NewPCG(20261126, 6))
	compute := newCompute(t, 1)
	refused, ran := 0, 0
	for i := range 150 {
		spoiled := slices.Clone(file)
		at0 := 8 + rng.IntN(header)
		switch rng.IntN(4) {
		case 0:
			spoiled = spoiled[:rng.IntN(len(spoiled))]
		case 1:
			spoiled[at0] ^= 1 << rng.IntN(8)
		case 2: // a name or a number, of the same length
			for _, digit := range "0123456789" {
				if n := bytes.IndexRune(spoiled[at0:], digit); n >= 0 && at0+n < header {
					spoiled[at0+n] = byte('0' + rng.IntN(10))
					break
				}
			}
		default:
			spoiled[len(spoiled)-1-rng.IntN(len(spoiled)-header-8)] ^= 1 << rng.IntN(8)
		}
		models := at(base)
		models[task.RoleVAE] = diffusion.Model{Path: written(t, spoiled)}
		p, err := diffusion.Open(compute, models, diffusion.Options{Network: exact})
		if err != nil {
			refused++
			var coded *gpt.Error
			if !errors.As(err, &coded) || len(err.Error()) < 20 {
				t.Errorf("file %d: the error %q gives no reason", i, err)
			}
			continue
		}
		ran++
		p.Close()
	}
	if refused < 50 || ran < 30 {
		t.Errorf("%d files refused and %d opened; the test does not reach both", refused, ran)
	}
}
