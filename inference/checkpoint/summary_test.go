package checkpoint

import (
	"reflect"
	"strings"
	"testing"
)

// small is a model that runs; change gives keys other values, nil takes one out.
func small(change map[string]any) *Header {
	meta := []KV{
		{"general.architecture", "qwen2"},
		{"general.name", "Small"},
		{"qwen2.block_count", uint32(3)},
		{"qwen2.embedding_length", uint32(64)},
		{"qwen2.feed_forward_length", uint32(128)},
		{"qwen2.attention.head_count", uint32(8)},
		{"qwen2.attention.head_count_kv", uint32(2)},
		{"qwen2.context_length", uint32(1000)},
		{"tokenizer.ggml.model", "gpt2"},
		{"tokenizer.ggml.tokens", []string{"a", "<s>", "</s>"}},
		{"tokenizer.ggml.bos_token_id", uint32(1)},
		{"tokenizer.ggml.eos_token_id", uint32(2)},
		{"tokenizer.chat_template", "{{ messages }}"},
	}
	var changed []KV
	for _, kv := range meta {
		if value, ok := change[kv.Key]; ok {
			kv.Value = value
			delete(change, kv.Key)
		}
		if kv.Value != nil {
			changed = append(changed, kv)
		}
	}
	for key, value := range change {
		changed = append(changed, KV{key, value})
	}
	return &Header{Meta: changed, Tensors: []TensorInfo{
		{Name: "a", Dims: []uint64{7}, Type: F32}, {Name: "b", Dims: []uint64{64, 10}, Type: F16}, {Name: "c", Dims: []uint64{1}, Type: F32},
	}}
}

func TestSummaryIsWhatTheHeaderSays(t *testing.T) {
	got := small(map[string]any{"qwen2.expert_count": uint32(4), "qwen2.expert_used_count": int32(2)}).Summary()
	want := Summary{
		Name: "Small", Architecture: "qwen2", Parameters: 648, Formats: []string{"F16", "F32"}, WeightBytes: 1280 + 32,
		Layers: 3, Width: 64, Heads: 8, Experts: 4, ExpertsUsed: 2, Context: 1000, Tokenizer: "gpt2", Vocabulary: 3,
		Template: true, BOS: "<s>", EOS: "</s>",
		feedForward: 128, cacheValues: 3 * 2 * (8 + 8),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if why := got.WhyNot(); why != "" {
		t.Errorf("can't run: %s", why)
	}

	weights, cache, room := 1312, 2*96*100, 4*10*(8*100+3+2*64+128)
	if got, want := got.Memory(100, 10), uint64(weights+cache+room); got != want {
		t.Errorf("memory %d, want %d", got, want)
	}
}

func TestCacheCountsHeadsOfEachLayer(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]any
		want   uint64
	}{
		"as many as queries": {map[string]any{"qwen2.attention.head_count_kv": nil}, 3 * 8 * 16},
		"own sizes":          {map[string]any{"qwen2.attention.key_length": uint32(32), "qwen2.attention.value_length": uint32(4)}, 3 * 2 * 36},
		"layer by layer":     {map[string]any{"qwen2.attention.head_count_kv": RawArray{kindInt32, []byte{2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}}}, 3 * 16},
		"too few layers":     {map[string]any{"qwen2.attention.head_count_kv": RawArray{kindUint32, []byte{2, 0, 0, 0}}}, 3 * 2 * 16},
		"no heads":           {map[string]any{"qwen2.attention.head_count": nil, "qwen2.attention.head_count_kv": nil}, 0},
		"negative":           {map[string]any{"qwen2.block_count": int32(-1)}, 0},
	} {
		if got := small(c.change).Summary().cacheValues; got != c.want {
			t.Errorf("%s: %d values, want %d", name, got, c.want)
		}
	}
}

func TestWhyNotIsTheReason(t *testing.T) {
	for want, change := range map[string]map[string]any{
		`no model but what it calls "adapter"`:    {"general.type": "adapter"},
		`does not know the architecture "later9"`: {"general.architecture": "later9"},
		"which architecture":                      {"general.architecture": nil},
		"only makes embeddings":                   {"general.architecture": "bert"},
		"has an encoder":                          {"general.architecture": "t5"},
		"no tokenizer":                            {"tokenizer.ggml.tokens": nil},
		"how many layers":                         {"qwen2.context_length": "long"},
	} {
		if got := small(change).Summary().WhyNot(); !strings.Contains(got, want) {
			t.Errorf("reason %q, want %q", got, want)
		}
	}
	if got := (&Header{Meta: []KV{{"general.architecture", "llama"}}}).Summary().WhyNot(); !strings.Contains(got, "no weights") {
		t.Errorf("reason %q, want one about weights", got)
	}
}

func TestSpecialTokensAreThoseOfTheVocabulary(t *testing.T) {
	for _, odd := range []any{uint32(3), int32(-1), "1", uint64(1 << 40)} {
		if got := small(map[string]any{"tokenizer.ggml.bos_token_id": odd}).SpecialToken("bos"); got != "" {
			t.Errorf("token of id %v is %q", odd, got)
		}
	}
	if got := small(nil).SpecialToken("pad"); got != "" {
		t.Errorf("padding is %q, want none", got)
	}
}

func TestNoArchitectureIsListedTwice(t *testing.T) {
	for _, name := range strings.Fields(textArchitectures) {
		if what, ok := otherArchitectures()[name]; ok {
			t.Errorf("%s makes text and %s", name, what)
		}
	}
	if n := len(strings.Fields(textArchitectures)) + len(otherArchitectures()); n != 148 {
		t.Errorf("%d architectures, want the library's 148", n)
	}
}
