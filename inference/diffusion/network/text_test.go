package network_test

import (
	"fmt"
	"slices"
	"testing"

	"helium/inference/diffusion/network"
)

// textCase is a small text encoder of one of the models' kinds.
type textCase struct {
	config                 string
	width, hidden, layers  int
	heads, vocab, skip     int
	act                    func(float64) float64
	norm, pooled, projects bool
	unseen                 []bool      // of each text
	added                  [][]float64 // vectors of the tokens 60 and on
}

func textCases() map[string]textCase {
	const common = `"vocab_size":60,"max_position_embeddings":9,"layer_norm_eps":1e-5,"model_type":"clip_text_model"`
	first := `{"architectures":["CLIPTextModel"],"hidden_size":24,"intermediate_size":48,"num_hidden_layers":3,"num_attention_heads":3,"hidden_act":"quick_gelu","projection_dim":16,"eos_token_id":0,` + common + "}"
	open := `{"architectures":["CLIPTextModel"],"hidden_size":32,"intermediate_size":64,"num_hidden_layers":3,"num_attention_heads":4,"hidden_act":"gelu","projection_dim":16,"eos_token_id":2,` + common + "}"
	second := `{"architectures":["CLIPTextModelWithProjection"],"hidden_size":32,"intermediate_size":64,"num_hidden_layers":3,"num_attention_heads":4,"hidden_act":"gelu","projection_dim":20,"eos_token_id":58,` + common + "}"
	return map[string]textCase{
		"stable diffusion 1":              {first, 24, 48, 3, 3, 60, 0, quickGELU, true, false, false, nil, nil},
		"stable diffusion 1, clip skip 1": {first, 24, 48, 3, 3, 60, 1, quickGELU, true, false, false, nil, nil},
		"stable diffusion 2":              {open, 32, 64, 3, 4, 60, 0, gelu, true, false, false, nil, nil},
		"stable diffusion xl, first":      {first, 24, 48, 3, 3, 60, 1, quickGELU, false, false, false, nil, nil},
		"stable diffusion xl, second":     {second, 32, 64, 3, 4, 60, 1, gelu, false, true, true, nil, nil},
		"pooled without a projection":     {open, 32, 64, 3, 4, 60, 2, gelu, false, true, false, nil, nil},
		"hidden tokens": {second, 32, 64, 3, 4, 60, 1, gelu, false, true, true,
			[]bool{false, true, true, false, false, true, false, false, false}, nil},
		"a textual inversion": {first, 24, 48, 3, 3, 60, 0, quickGELU, true, false, false, nil,
			[][]float64{made("one", 24, 0, 1), made("other", 24, 0, 1)}},
	}
}

// text computes the hidden rows and the pooled one.
func (r *reference) text(c textCase, tokens []int32, end int) (rows, []float64) {
	table := r.get("text_model.embeddings.token_embedding.weight", 0, 1, c.vocab, c.width)
	places := r.get("text_model.embeddings.position_embedding.weight", 0, 1, len(tokens), c.width)
	var x rows
	for p, token := range tokens {
		vector := slices.Concat(append([][]float64{table}, c.added...)...)[int(token)*c.width:][:c.width]
		x = append(x, sum(vector, places[p*c.width:][:c.width]))
	}

	hidden := x
	for l := range c.layers {
		at := fmt.Sprintf("text_model.encoder.layers.%d.", l)
		h := each(x, func(v []float64) []float64 { return r.layerNorm(at+"layer_norm1", v, 1e-5) })
		project := func(name string) rows {
			return each(h, func(v []float64) []float64 { return r.linear(at+"self_attn."+name, v, c.width, true) })
		}
		h = attend(project("q_proj"), project("k_proj"), project("v_proj"), c.heads, causal(c.unseen))
		x = sumRows(x, each(h, func(v []float64) []float64 { return r.linear(at+"self_attn.out_proj", v, c.width, true) }))
		x = sumRows(x, each(x, func(v []float64) []float64 {
			v = r.linear(at+"mlp.fc1", r.layerNorm(at+"layer_norm2", v, 1e-5), c.hidden, true)
			return r.linear(at+"mlp.fc2", apply(v, c.act), c.width, true)
		}))
		if l == c.layers-1-c.skip {
			hidden = x
		}
	}

	norm := func(v []float64) []float64 { return r.layerNorm("text_model.final_layer_norm", v, 1e-5) }
	pooled := norm(x[end])
	if c.norm {
		hidden = each(hidden, norm)
	}
	if c.projects {
		pooled = r.linear("text_projection", pooled, 20, false)
	}
	return hidden, pooled
}

// causal says which tokens a token looks at.
func causal(unseen []bool) func(i, j int) bool {
	return func(i, j int) bool { return j <= i && (unseen == nil || !unseen[j]) }
}

func TestTextEncodersComputeTheReference(t *testing.T) {
	// In the third text the largest token, where old models end, is not the last.
	texts := [][]int32{{57, 3, 20, 58, 58, 58, 58, 58, 58}, {57, 1, 2, 3, 4, 5, 6, 7, 58}, {57, 59, 58, 0, 0, 0, 0, 0, 0}}
	ends := map[int64][]int{0: {0, 0, 3}, 2: {3, 8, 1}, 58: {3, 8, 2}}
	for name, c := range textCases() {
		t.Run(name, func(t *testing.T) {
			n, err := network.ParseText([]byte(c.config))
			if err != nil {
				t.Fatal(err)
			}
			n.Skip, n.Norm, n.Pooled = int64(c.skip), c.norm, c.pooled
			texts := texts
			if c.added != nil {
				texts = [][]int32{{57, 60, 20, 61, 60, 58, 58, 58, 58}}
				n.Added = [][]float32{floats(c.added[0]), floats(c.added[1])}
			}
			r := newReference(1)
			var tokens []network.Tokens
			var hidden, pooled []float64
			for i, text := range texts {
				h, p := r.text(c, text, ends[n.Config.EndOfText][i])
				hidden, pooled = append(hidden, slices.Concat(h...)...), append(pooled, p...)
				tokens = append(tokens, network.Tokens{IDs: text, Hidden: c.unseen})
			}

			run := r.engine(t, "model.safetensors", n, exact, network.Size{Count: int64(len(texts))}, 1)
			in, ids, err := n.Inputs(tokens)
			if err != nil {
				t.Fatal(err)
			}
			out, err := run.Do(t.Context(), in, ids)
			if err != nil {
				t.Fatal(err)
			}
			e := relative(t, out["hidden"], hidden)
			if c.pooled {
				e = max(e, relative(t, out["pooled"], pooled))
			}
			t.Logf("relative error %.2g", e)
			if e > 1e-3 {
				t.Errorf("relative error %.2g", e)
			}
		})
	}
}

func TestTextsThatDontFitAreRefused(t *testing.T) {
	n, err := network.ParseText([]byte(textCases()["stable diffusion 1"].config))
	if err != nil {
		t.Fatal(err)
	}
	n.Added = [][]float32{make([]float32, 24)}
	nine := make([]int32, 9)
	for _, text := range []network.Tokens{
		{}, {IDs: []int32{1, 2}}, {IDs: []int32{61, 0, 0, 0, 0, 0, 0, 0, 0}}, {IDs: []int32{0, 0, 0, 0, 0, 0, 0, 0, -1}},
		{IDs: nine, Hidden: make([]bool, 8)}, {IDs: nine, Hidden: slices.Repeat([]bool{true}, 9)},
	} {
		if _, _, err := n.Inputs([]network.Tokens{text}); err == nil {
			t.Errorf("%v was taken", text)
		}
	}
	n.Skip = 4
	if _, _, err := n.Inputs([]network.Tokens{{IDs: nine}}); err == nil {
		t.Error("more layers than there are were left out")
	}
	n.Skip, n.Added[0] = 0, n.Added[0][1:]
	if _, _, err := n.Inputs([]network.Tokens{{IDs: nine}}); err == nil {
		t.Error("a short vector was taken")
	}
}

// Old models end a text at its largest token; the number of an added one is only
// where it was put.
func TestAnAddedTokenIsNoEndOfAText(t *testing.T) {
	n, err := network.ParseText([]byte(textCases()["stable diffusion 2"].config))
	if err != nil {
		t.Fatal(err)
	}
	n.Pooled, n.Added = true, [][]float32{make([]float32, 32)}
	_, rows, err := n.Inputs([]network.Tokens{{IDs: []int32{57, 60, 20, 3, 60, 58, 58, 58, 58}}})
	if err != nil || !slices.Equal(rows["ends"], []int32{5}) {
		t.Errorf("the text ends at %v, %v, want 5", rows["ends"], err)
	}
}
