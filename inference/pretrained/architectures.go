package pretrained

import (
	"fmt"
	"slices"
	"strings"

	"helium/inference/checkpoint"
)

// architecture is how a family of models is handed to the engine. To add one:
// write its row here, its settings in families.go, and its forward pass as a
// case of the test's reference.
type architecture struct {
	class   string // as config.json names it
	engine  string // as the engine names it
	tied    bool   // whether the output matrix is the embedding where config.json doesn't say
	dims    func(*config) dims
	keys    func(*config, *header, dims)
	tensors []row
}

// row is one tensor, or one of every layer. {l} stands for the layer and {x}
// for the expert.
type row struct {
	to, from string
	shape    string // of from, slowest first, in the letters of dims.letter
	how      transform
	optional bool // the engine does without it, or with zeros
}

// transform is what happens to a tensor's numbers on the way.
type transform int

const (
	asIs       transform = iota
	turned               // rows and columns exchanged
	plusOne              // the engine's norm multiplies by x where the folder's does by 1+x
	queryPairs           // a query head's halves interleaved, as the engine rotates pairs
	keyPairs             // the same of a key head
	experts              // a tensor of every expert becomes one
	queryPart            // the query rows of a joint matrix
	keyPart
	valuePart
	headTriples // query, key and value of each head in turn become all queries, all keys, all values
	headGroups  // the queries, the key and the value of each group in turn, the same way
)

// dims are a model's sizes.
type dims struct {
	layers, vocab, width, hidden, context uint64
	heads, kvHeads, headDim               uint64
	experts, expertHidden, sharedHidden   uint64
}

func (d dims) letter(l string) uint64 {
	switch l {
	case "V":
		return d.vocab
	case "E":
		return d.width
	case "F":
		return d.hidden
	case "2F":
		return 2 * d.hidden
	case "P":
		return d.context
	case "H":
		return d.headDim
	case "Q":
		return d.heads * d.headDim
	case "K":
		return d.kvHeads * d.headDim
	case "QKV":
		return (d.heads + 2*d.kvHeads) * d.headDim
	case "X":
		return d.experts
	case "M":
		return d.expertHidden
	case "S":
		return d.sharedHidden
	default:
		return 1
	}
}

func (d dims) shape(letters string) []uint64 {
	var out []uint64
	for l := range strings.FieldsSeq(letters) {
		out = append(out, d.letter(l))
	}
	return out
}

// Parts of the rows that many architectures share.
var (
	embedding = row{to: "token_embd.weight", from: "model.embed_tokens.weight", shape: "V E"}
	finalNorm = row{to: "output_norm.weight", from: "model.norm.weight", shape: "E"}
	lmHead    = row{to: "output.weight", from: "lm_head.weight", shape: "V E"}

	inputNorm     = row{to: "blk.{l}.attn_norm.weight", from: "model.layers.{l}.input_layernorm.weight", shape: "E"}
	afterAttnNorm = row{to: "blk.{l}.ffn_norm.weight", from: "model.layers.{l}.post_attention_layernorm.weight", shape: "E"}
	queryNorm     = row{to: "blk.{l}.attn_q_norm.weight", from: "model.layers.{l}.self_attn.q_norm.weight", shape: "H"}
	keyNorm       = row{to: "blk.{l}.attn_k_norm.weight", from: "model.layers.{l}.self_attn.k_norm.weight", shape: "H"}

	pairedAttention = []row{
		{to: "blk.{l}.attn_q.weight", from: "model.layers.{l}.self_attn.q_proj.weight", shape: "Q E", how: queryPairs},
		{to: "blk.{l}.attn_k.weight", from: "model.layers.{l}.self_attn.k_proj.weight", shape: "K E", how: keyPairs},
		{to: "blk.{l}.attn_v.weight", from: "model.layers.{l}.self_attn.v_proj.weight", shape: "K E"},
		{to: "blk.{l}.attn_output.weight", from: "model.layers.{l}.self_attn.o_proj.weight", shape: "E Q"},
		{to: "blk.{l}.attn_q.bias", from: "model.layers.{l}.self_attn.q_proj.bias", shape: "Q", how: queryPairs, optional: true},
		{to: "blk.{l}.attn_k.bias", from: "model.layers.{l}.self_attn.k_proj.bias", shape: "K", how: keyPairs, optional: true},
		{to: "blk.{l}.attn_v.bias", from: "model.layers.{l}.self_attn.v_proj.bias", shape: "K", optional: true},
		{to: "blk.{l}.attn_output.bias", from: "model.layers.{l}.self_attn.o_proj.bias", shape: "E", optional: true},
	}
	attention = []row{
		{to: "blk.{l}.attn_q.weight", from: "model.layers.{l}.self_attn.q_proj.weight", shape: "Q E"},
		{to: "blk.{l}.attn_k.weight", from: "model.layers.{l}.self_attn.k_proj.weight", shape: "K E"},
		{to: "blk.{l}.attn_v.weight", from: "model.layers.{l}.self_attn.v_proj.weight", shape: "K E"},
		{to: "blk.{l}.attn_output.weight", from: "model.layers.{l}.self_attn.o_proj.weight", shape: "E Q"},
	}
	attentionBias = []row{
		{to: "blk.{l}.attn_q.bias", from: "model.layers.{l}.self_attn.q_proj.bias", shape: "Q"},
		{to: "blk.{l}.attn_k.bias", from: "model.layers.{l}.self_attn.k_proj.bias", shape: "K"},
		{to: "blk.{l}.attn_v.bias", from: "model.layers.{l}.self_attn.v_proj.bias", shape: "K"},
	}
	gatedMLP = []row{
		{to: "blk.{l}.ffn_gate.weight", from: "model.layers.{l}.mlp.gate_proj.weight", shape: "F E"},
		{to: "blk.{l}.ffn_up.weight", from: "model.layers.{l}.mlp.up_proj.weight", shape: "F E"},
		{to: "blk.{l}.ffn_down.weight", from: "model.layers.{l}.mlp.down_proj.weight", shape: "E F"},
	}
	gatedMLPBias = []row{
		{to: "blk.{l}.ffn_gate.bias", from: "model.layers.{l}.mlp.gate_proj.bias", shape: "F", optional: true},
		{to: "blk.{l}.ffn_up.bias", from: "model.layers.{l}.mlp.up_proj.bias", shape: "F", optional: true},
		{to: "blk.{l}.ffn_down.bias", from: "model.layers.{l}.mlp.down_proj.bias", shape: "E", optional: true},
	}
	expertMLP = []row{
		{to: "blk.{l}.ffn_gate_inp.weight", from: "model.layers.{l}.mlp.gate.weight", shape: "X E"},
		{to: "blk.{l}.ffn_gate_exps.weight", from: "model.layers.{l}.mlp.experts.{x}.gate_proj.weight", shape: "M E", how: experts},
		{to: "blk.{l}.ffn_up_exps.weight", from: "model.layers.{l}.mlp.experts.{x}.up_proj.weight", shape: "M E", how: experts},
		{to: "blk.{l}.ffn_down_exps.weight", from: "model.layers.{l}.mlp.experts.{x}.down_proj.weight", shape: "E M", how: experts},
	}
)

// architectures is the table.
func architectures() []architecture {
	llama := slices.Concat([]row{embedding, finalNorm, lmHead, inputNorm, afterAttnNorm}, pairedAttention, gatedMLP)
	return []architecture{
		{class: "LlamaForCausalLM", engine: "llama", dims: decoderDims, keys: llamaKeys, tensors: slices.Concat(llama, gatedMLPBias)},
		{class: "MistralForCausalLM", engine: "llama", dims: decoderDims, keys: llamaKeys, tensors: llama},
		{class: "Qwen2ForCausalLM", engine: "qwen2", dims: decoderDims, keys: qwen2Keys,
			tensors: slices.Concat([]row{embedding, finalNorm, lmHead, inputNorm, afterAttnNorm}, attention, attentionBias, gatedMLP)},
		{class: "GPT2LMHeadModel", engine: "gpt2", tied: true, dims: gpt2Dims, keys: gpt2Keys, tensors: gpt2Rows()},
	}
}

func gpt2Rows() []row {
	return []row{
		{to: "token_embd.weight", from: "wte.weight", shape: "V E"},
		{to: "position_embd.weight", from: "wpe.weight", shape: "P E"},
		{to: "output_norm.weight", from: "ln_f.weight", shape: "E"},
		{to: "output_norm.bias", from: "ln_f.bias", shape: "E"},
		lmHead,
		{to: "blk.{l}.attn_norm.weight", from: "h.{l}.ln_1.weight", shape: "E"},
		{to: "blk.{l}.attn_norm.bias", from: "h.{l}.ln_1.bias", shape: "E"},
		{to: "blk.{l}.attn_qkv.weight", from: "h.{l}.attn.c_attn.weight", shape: "E QKV", how: turned},
		{to: "blk.{l}.attn_qkv.bias", from: "h.{l}.attn.c_attn.bias", shape: "QKV"},
		{to: "blk.{l}.attn_output.weight", from: "h.{l}.attn.c_proj.weight", shape: "Q E", how: turned},
		{to: "blk.{l}.attn_output.bias", from: "h.{l}.attn.c_proj.bias", shape: "E"},
		{to: "blk.{l}.ffn_norm.weight", from: "h.{l}.ln_2.weight", shape: "E"},
		{to: "blk.{l}.ffn_norm.bias", from: "h.{l}.ln_2.bias", shape: "E"},
		{to: "blk.{l}.ffn_up.weight", from: "h.{l}.mlp.c_fc.weight", shape: "E F", how: turned},
		{to: "blk.{l}.ffn_up.bias", from: "h.{l}.mlp.c_fc.bias", shape: "F"},
		{to: "blk.{l}.ffn_down.weight", from: "h.{l}.mlp.c_proj.weight", shape: "F E", how: turned},
		{to: "blk.{l}.ffn_down.bias", from: "h.{l}.mlp.c_proj.bias", shape: "E"},
	}
}

// Supported lists the architectures by the names that config.json has for them.
func Supported() []string {
	var out []string
	for _, a := range architectures() {
		out = append(out, a.class)
	}
	return out
}

// findArchitecture names the row of a model. That it has none is the first
// thing that is said of it.
func findArchitecture(c *config) (architecture, error) {
	var classes []string
	if !c.read("architectures", &classes) || len(classes) == 0 {
		return architecture{}, fmt.Errorf("%w: config.json names no architecture", ErrUnsupported)
	}
	for _, a := range architectures() {
		if a.class == classes[0] {
			return a, nil
		}
	}
	return architecture{}, fmt.Errorf("%w: its architecture is %q; known are %s. A repository with a GGUF file of the model may work",
		ErrUnsupported, classes[0], strings.Join(Supported(), ", "))
}

// header collects the engine's keys and the tensors that settings make.
type header struct {
	prefix string
	meta   []checkpoint.KV
	extra  []plan
}

// set adds a key of the architecture.
func (h *header) set(key string, value any) {
	if n, ok := value.(uint64); ok {
		value = uint32(n)
	}
	if v, ok := value.(float64); ok {
		value = float32(v)
	}
	h.meta = append(h.meta, checkpoint.KV{Key: h.prefix + "." + key, Value: value})
}

// constant adds a tensor that settings make.
func (h *header) constant(name string, values []float32) {
	h.extra = append(h.extra, plan{
		info:   checkpoint.TensorInfo{Name: name, Dims: []uint64{uint64(len(values))}, Type: checkpoint.F32},
		values: values,
	})
}
