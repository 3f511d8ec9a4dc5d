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
	asFile  bool // the engine makes up tensors in memory that change what it computes
	text    bool // the settings and tensors of the text model are inside of those of a larger one
}

// row is one tensor, or one of every layer. {l} stands for the layer and {x}
// for the expert; from may give several names, of which a folder has one.
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
	body := []row{embedding, finalNorm, lmHead, inputNorm, afterAttnNorm}
	llama := slices.Concat(body, pairedAttention, gatedMLP)
	return []architecture{
		{class: "LlamaForCausalLM", engine: "llama", dims: decoderDims, keys: llamaKeys, tensors: slices.Concat(llama, gatedMLPBias)},
		{class: "MistralForCausalLM", engine: "llama", dims: decoderDims, keys: llamaKeys, tensors: llama},
		{class: "MixtralForCausalLM", engine: "llama", dims: mixtralDims, keys: mixtralKeys, tensors: slices.Concat(body, pairedAttention, mixtralMLP())},
		{class: "Qwen2ForCausalLM", engine: "qwen2", dims: decoderDims, keys: qwen2Keys, tensors: slices.Concat(body, attention, attentionBias, gatedMLP)},
		{class: "Qwen2MoeForCausalLM", engine: "qwen2moe", dims: qwenMoeDims, keys: qwen2MoeKeys,
			tensors: slices.Concat(body, attention, attentionBias, expertMLP, sharedExpert())},
		{class: "Qwen3ForCausalLM", engine: "qwen3", dims: decoderDims, keys: qwen3Keys, tensors: slices.Concat(body, []row{queryNorm, keyNorm}, attention, gatedMLP)},
		{class: "Qwen3MoeForCausalLM", engine: "qwen3moe", dims: qwenMoeDims, keys: qwen3MoeKeys,
			tensors: slices.Concat(body, []row{queryNorm, keyNorm}, attention, expertMLP)},
		{class: "GemmaForCausalLM", engine: "gemma", tied: true, dims: decoderDims, keys: gemmaKeys,
			tensors: slices.Concat([]row{embedding}, plusOnes(finalNorm, inputNorm, afterAttnNorm), attention, gatedMLP)},
		{class: "Gemma2ForCausalLM", engine: "gemma2", tied: true, dims: decoderDims, keys: gemma2Keys,
			tensors: slices.Concat([]row{embedding}, plusOnes(sandwichNorms()...), attention, gatedMLP)},
		{class: "Gemma3ForCausalLM", engine: "gemma3", tied: true, dims: gemma3Dims, keys: gemma3Keys,
			tensors: slices.Concat([]row{embedding, lmHead}, plusOnes(append(sandwichNorms(), queryNorm, keyNorm)...), attention, gatedMLP)},
		{class: "Gemma3ForConditionalGeneration", engine: "gemma3", tied: true, text: true, dims: gemma3Dims, keys: gemma3Keys,
			tensors: slices.Concat([]row{embedding, lmHead}, plusOnes(append(sandwichNorms(), queryNorm, keyNorm)...), attention, gatedMLP)},
		{class: "Phi3ForCausalLM", engine: "phi3", dims: decoderDims, keys: phi3Keys, tensors: slices.Concat(body, phi3Rows())},
		{class: "StableLmForCausalLM", engine: "stablelm", asFile: true, dims: decoderDims, keys: stableLMKeys, tensors: slices.Concat(body, attention, stableLMRows(), gatedMLP)},
		{class: "Olmo2ForCausalLM", engine: "olmo2", dims: decoderDims, keys: olmo2Keys, tensors: slices.Concat([]row{embedding, finalNorm, lmHead}, olmo2Norms(), attention, gatedMLP)},
		{class: "GPT2LMHeadModel", engine: "gpt2", tied: true, dims: gpt2Dims, keys: gpt2Keys, tensors: gpt2Rows()},
		{class: "GPTNeoXForCausalLM", engine: "gptneox", dims: decoderDims, keys: neoxKeys, tensors: neoxRows()},
		{class: "FalconForCausalLM", engine: "falcon", tied: true, dims: falconDims, keys: falconKeys, tensors: falconRows()},
	}
}

func mixtralMLP() []row {
	const from = "model.layers.{l}.block_sparse_moe."
	return []row{
		{to: "blk.{l}.ffn_gate_inp.weight", from: from + "gate.weight", shape: "X E"},
		{to: "blk.{l}.ffn_gate_exps.weight", from: from + "experts.{x}.w1.weight", shape: "M E", how: experts},
		{to: "blk.{l}.ffn_up_exps.weight", from: from + "experts.{x}.w3.weight", shape: "M E", how: experts},
		{to: "blk.{l}.ffn_down_exps.weight", from: from + "experts.{x}.w2.weight", shape: "E M", how: experts},
	}
}

func sharedExpert() []row {
	const from = "model.layers.{l}.mlp."
	return []row{
		{to: "blk.{l}.ffn_gate_inp_shexp.weight", from: from + "shared_expert_gate.weight", shape: "1 E"},
		{to: "blk.{l}.ffn_gate_shexp.weight", from: from + "shared_expert.gate_proj.weight", shape: "S E"},
		{to: "blk.{l}.ffn_up_shexp.weight", from: from + "shared_expert.up_proj.weight", shape: "S E"},
		{to: "blk.{l}.ffn_down_shexp.weight", from: from + "shared_expert.down_proj.weight", shape: "E S"},
	}
}

// plusOnes are rows of norms whose weights are stored less one.
func plusOnes(rows ...row) []row {
	out := slices.Clone(rows)
	for i := range out {
		out[i].how = plusOne
	}
	return out
}

// sandwichNorms are norms before and after both halves of a layer.
func sandwichNorms() []row {
	return []row{finalNorm, inputNorm,
		{to: "blk.{l}.post_attention_norm.weight", from: "model.layers.{l}.post_attention_layernorm.weight", shape: "E"},
		{to: "blk.{l}.ffn_norm.weight", from: "model.layers.{l}.pre_feedforward_layernorm.weight", shape: "E"},
		{to: "blk.{l}.post_ffw_norm.weight", from: "model.layers.{l}.post_feedforward_layernorm.weight", shape: "E"},
	}
}

func olmo2Norms() []row {
	return []row{
		{to: "blk.{l}.attn_q_norm.weight", from: "model.layers.{l}.self_attn.q_norm.weight", shape: "Q"},
		{to: "blk.{l}.attn_k_norm.weight", from: "model.layers.{l}.self_attn.k_norm.weight", shape: "K"},
		{to: "blk.{l}.post_attention_norm.weight", from: "model.layers.{l}.post_attention_layernorm.weight", shape: "E"},
		{to: "blk.{l}.post_ffw_norm.weight", from: "model.layers.{l}.post_feedforward_layernorm.weight", shape: "E"},
	}
}

func stableLMRows() []row {
	return []row{
		{to: "output_norm.bias", from: "model.norm.bias", shape: "E"},
		{to: "blk.{l}.attn_norm.bias", from: "model.layers.{l}.input_layernorm.bias", shape: "E"},
		{to: "blk.{l}.ffn_norm.bias", from: "model.layers.{l}.post_attention_layernorm.bias", shape: "E"},
		{to: "blk.{l}.attn_q.bias", from: "model.layers.{l}.self_attn.q_proj.bias", shape: "Q", optional: true},
		{to: "blk.{l}.attn_k.bias", from: "model.layers.{l}.self_attn.k_proj.bias", shape: "K", optional: true},
		{to: "blk.{l}.attn_v.bias", from: "model.layers.{l}.self_attn.v_proj.bias", shape: "K", optional: true},
	}
}

func phi3Rows() []row {
	const joint = "model.layers.{l}.self_attn.qkv_proj.weight"
	return []row{
		{to: "blk.{l}.attn_q.weight", from: joint, shape: "QKV E", how: queryPart},
		{to: "blk.{l}.attn_k.weight", from: joint, shape: "QKV E", how: keyPart},
		{to: "blk.{l}.attn_v.weight", from: joint, shape: "QKV E", how: valuePart},
		{to: "blk.{l}.attn_output.weight", from: "model.layers.{l}.self_attn.o_proj.weight", shape: "E Q"},
		{to: "blk.{l}.ffn_up.weight", from: "model.layers.{l}.mlp.gate_up_proj.weight", shape: "2F E"},
		{to: "blk.{l}.ffn_down.weight", from: "model.layers.{l}.mlp.down_proj.weight", shape: "E F"},
	}
}

func neoxRows() []row {
	const from = "gpt_neox.layers.{l}."
	return []row{
		{to: "token_embd.weight", from: "gpt_neox.embed_in.weight", shape: "V E"},
		{to: "output_norm.weight", from: "gpt_neox.final_layer_norm.weight", shape: "E"},
		{to: "output_norm.bias", from: "gpt_neox.final_layer_norm.bias", shape: "E"},
		{to: "output.weight", from: "embed_out.weight", shape: "V E"},
		{to: "blk.{l}.attn_norm.weight", from: from + "input_layernorm.weight", shape: "E"},
		{to: "blk.{l}.attn_norm.bias", from: from + "input_layernorm.bias", shape: "E"},
		{to: "blk.{l}.attn_qkv.weight", from: from + "attention.query_key_value.weight", shape: "QKV E", how: headTriples},
		{to: "blk.{l}.attn_qkv.bias", from: from + "attention.query_key_value.bias", shape: "QKV", how: headTriples},
		{to: "blk.{l}.attn_output.weight", from: from + "attention.dense.weight", shape: "E Q"},
		{to: "blk.{l}.attn_output.bias", from: from + "attention.dense.bias", shape: "E"},
		{to: "blk.{l}.ffn_norm.weight", from: from + "post_attention_layernorm.weight", shape: "E"},
		{to: "blk.{l}.ffn_norm.bias", from: from + "post_attention_layernorm.bias", shape: "E"},
		{to: "blk.{l}.ffn_up.weight", from: from + "mlp.dense_h_to_4h.weight", shape: "F E"},
		{to: "blk.{l}.ffn_up.bias", from: from + "mlp.dense_h_to_4h.bias", shape: "F"},
		{to: "blk.{l}.ffn_down.weight", from: from + "mlp.dense_4h_to_h.weight", shape: "E F"},
		{to: "blk.{l}.ffn_down.bias", from: from + "mlp.dense_4h_to_h.bias", shape: "E"},
	}
}

// falconRows name two norms in front of a layer. The small models have one,
// which then stands for both; the engine makes room for both.
func falconRows() []row {
	const (
		mlpNorm  = "h.{l}.ln_mlp|h.{l}.input_layernorm"
		attnNorm = "h.{l}.ln_attn|h.{l}.input_layernorm"
	)
	named := func(names, suffix string) string { return strings.ReplaceAll(names, "|", suffix+"|") + suffix }
	return []row{
		{to: "token_embd.weight", from: "word_embeddings.weight", shape: "V E"},
		{to: "output_norm.weight", from: "ln_f.weight", shape: "E"},
		{to: "output_norm.bias", from: "ln_f.bias", shape: "E"},
		lmHead,
		{to: "blk.{l}.attn_norm.weight", from: named(mlpNorm, ".weight"), shape: "E"},
		{to: "blk.{l}.attn_norm.bias", from: named(mlpNorm, ".bias"), shape: "E"},
		{to: "blk.{l}.attn_norm_2.weight", from: named(attnNorm, ".weight"), shape: "E"},
		{to: "blk.{l}.attn_norm_2.bias", from: named(attnNorm, ".bias"), shape: "E"},
		{to: "blk.{l}.attn_qkv.weight", from: "h.{l}.self_attention.query_key_value.weight", shape: "QKV E", how: headGroups},
		{to: "blk.{l}.attn_output.weight", from: "h.{l}.self_attention.dense.weight", shape: "E Q"},
		{to: "blk.{l}.ffn_up.weight", from: "h.{l}.mlp.dense_h_to_4h.weight", shape: "F E"},
		{to: "blk.{l}.ffn_down.weight", from: "h.{l}.mlp.dense_4h_to_h.weight", shape: "E F"},
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
	prefix   string
	meta     []checkpoint.KV
	extra    []plan
	longRope bool // frequencies that depend on the context are taken care of
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
