package network_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"helium/inference/diffusion/network"
)

// visionConfig is a small safety checker. The older of its two parts is right.
const visionConfig = `{"architectures":["StableDiffusionSafetyChecker"],"model_type":"clip","projection_dim":10,
	"vision_config":{"hidden_size":20,"intermediate_size":48,"num_hidden_layers":2,"num_attention_heads":4,"image_size":15,"patch_size":5,"layer_norm_eps":0.001},
	"vision_config_dict":{"hidden_size":24}}`

// embedding computes what a safety checker makes of an image.
func (r *reference) embedding(image picture) []float64 {
	const width, patch, at = 24, 5, "vision_model.vision_model."
	const eps = 1e-3
	x := rows{r.get(at+"embeddings.class_embedding", 0, 1, width)}
	kernel := r.get(at+"embeddings.patch_embedding.weight", 0, 1/math.Sqrt(3*patch*patch), width, 3, patch, patch)
	for py := range image.height / patch {
		for px := range image.width / patch {
			v := make([]float64, width)
			for i, k := range kernel {
				o, c, dy, dx := i/(3*patch*patch), i/(patch*patch)%3, i/patch%patch, i%patch
				v[o] += k * image.at(c, py*patch+dy, px*patch+dx)
			}
			x = append(x, v)
		}
	}
	places := r.get(at+"embeddings.position_embedding.weight", 0, 1, len(x), width)
	for i, v := range x {
		x[i] = r.layerNorm(at+"pre_layrnorm", sum(v, places[i*width:][:width]), eps)
	}

	for l := range 2 {
		name := fmt.Sprintf("%sencoder.layers.%d.", at, l)
		h := each(x, func(v []float64) []float64 { return r.layerNorm(name+"layer_norm1", v, eps) })
		project := func(layer string) rows {
			return each(h, func(v []float64) []float64 { return r.linear(name+"self_attn."+layer, v, width, true) })
		}
		h = attend(project("q_proj"), project("k_proj"), project("v_proj"), 4, nil)
		x = sumRows(x, each(h, func(v []float64) []float64 { return r.linear(name+"self_attn.out_proj", v, width, true) }))
		x = sumRows(x, each(x, func(v []float64) []float64 {
			v = r.linear(name+"mlp.fc1", r.layerNorm(name+"layer_norm2", v, eps), 48, true)
			return r.linear(name+"mlp.fc2", apply(v, quickGELU), width, true)
		}))
	}
	r.get("concept_embeds", 0, 1, 17, 10)
	r.get("concept_embeds_weights", 0.9, 0, 17)
	r.get("special_care_embeds", 0, 1, 3, 10)
	r.get("special_care_embeds_weights", 0.9, 0, 3)
	return r.linear("visual_projection", r.layerNorm(at+"post_layernorm", x[0], eps), 10, false)
}

func TestSafetyCheckersComputeTheReference(t *testing.T) {
	n, err := network.ParseSafetyChecker([]byte(visionConfig))
	if err != nil {
		t.Fatal(err)
	}
	r := newReference(13)
	image := picture{3, 15, 15, r.normal(3 * 15 * 15)}
	want := r.embedding(image)
	r.get("vision_model.vision_model.embeddings.position_ids", 0, 1, 1, 10) // a leftover that some files hold
	for name, most := range map[string]float64{"exact": 1e-5, "half floats": 2e-2} {
		opts := exact
		if name != "exact" {
			opts = half
		}
		out, err := r.engine(t, "model.safetensors", n, opts, network.Size{Count: 1}, 1).Do(t.Context(), map[string][]float32{"image": floats(image.data)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		e := relative(t, out["embedding"], want)
		t.Logf("%s: relative error %.2g", name, e)
		if e > most {
			t.Errorf("%s: relative error %.2g", name, e)
		}
	}
}

// concepts are those of a small safety checker whose tensors are replaced.
func concepts(t *testing.T, tensors map[string]tensor) *network.Concepts {
	t.Helper()
	n, err := network.ParseSafetyChecker([]byte(visionConfig))
	if err != nil {
		t.Fatal(err)
	}
	r := newReference(14)
	r.embedding(picture{3, 15, 15, r.normal(3 * 15 * 15)})
	for name, t := range tensors {
		r.tensors[name] = t
	}
	dir := t.TempDir()
	r.write(t, filepath.Join(dir, "model.safetensors"))
	f, err := network.OpenFolder(dir, "", n, exact)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := f.Concepts()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnImageIsFlaggedForAConceptBeyondItsThreshold(t *testing.T) {
	axis := func(i int) []float64 { // the i-th unit vector, three times as long
		v := make([]float64, 10)
		v[i] = 3
		return v
	}
	bad, special := tensor{shape: []int{17, 10}}, tensor{shape: []int{3, 10}}
	for i := range 17 {
		bad.data = append(bad.data, axis(min(i, 1))...)
	}
	for range 3 {
		special.data = append(special.data, axis(2)...)
	}
	// The first concept's threshold is half a cosine, the others' cannot be reached.
	c := concepts(t, map[string]tensor{
		"concept_embeds": bad, "concept_embeds_weights": {[]int{17}, append([]float64{0.5}, slices.Repeat([]float64{2}, 16)...)},
		"special_care_embeds": special, "special_care_embeds_weights": {[]int{3}, []float64{0.5, 0.5, 0.5}},
	})
	for name, test := range map[string]struct {
		first, special float64 // cosines
		flagged        bool
	}{
		"far from it":                     {0.3, 0, false},
		"at the threshold":                {0.5, 0, false},
		"over it in the fourth decimal":   {0.5004, 0, false},
		"over it":                         {0.5006, 0, true},
		"below it":                        {0.492, 0, false},
		"below it with a special concept": {0.492, 0.6, true},
		"and a bit more":                  {0.4904, 0.6, false},
		"a special concept alone":         {0, 1, false},
	} {
		embedding := make([]float32, 10)
		embedding[0], embedding[2] = float32(7*test.first), float32(7*test.special)
		embedding[9] = float32(7 * math.Sqrt(1-test.first*test.first-test.special*test.special))
		flagged, err := c.Flagged(embedding)
		if err != nil || flagged != test.flagged {
			t.Errorf("%s: flagged %v, %v", name, flagged, err)
		}
	}

	for _, wrong := range [][]float32{make([]float32, 9), slices.Repeat([]float32{float32(math.NaN())}, 10), slices.Repeat([]float32{float32(math.Inf(1))}, 10)} {
		if _, err := c.Flagged(wrong); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
	if flagged, err := c.Flagged(make([]float32, 10)); flagged || err != nil {
		t.Errorf("nothing at all: %v, %v", flagged, err)
	}
}
