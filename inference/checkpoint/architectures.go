package checkpoint

import (
	"fmt"
	"slices"
	"strings"
)

// textArchitectures are the architectures of the native library that make text
// a token at a time, by their names in GGUF.
const textArchitectures = `
afmoe apertus arcee arctic arwkv7 baichuan bailingmoe bailingmoe2 bailingmoe3 bitnet bloom chameleon chatglm
codeshell cogvlm cohere2 cohere2moe command-r dbrx deci deepseek deepseek2 deepseek2-ocr deepseek32 deepseek4
dots1 dots3note ernie4_5 ernie4_5-moe exaone exaone-moe exaone4 falcon falcon-h1 gemma gemma2 gemma3 gemma3n
gemma4 glm-dsa glm4 glm4moe gpt-oss gpt2 gptj gptneox granite granite_swa granitehybrid granitemoe graniteswitch
grok grovemoe hunyuan-dense hunyuan-moe hunyuan_vl hy_v3 internlm2 jais jais2 jamba kimi-k3 kimi-linear laguna
lfm2 lfm2moe llama llama4 maincoder mamba mamba2 mellum mimo2 minicpm minicpm3 minimax-01 minimax-m2 minimax-m3
mistral3 mistral4 mpt muse-glimmer nanbeige nemotron nemotron_h nemotron_h_moe olmo olmo2 olmoe openelm orion
paddleocr pangu-embedded phi2 phi3 phimoe plamo plamo2 plamo3 plm qwen qwen2 qwen2moe qwen2vl qwen3 qwen35
qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe qwen4exp refact rwkv6 rwkv6qwen2 rwkv7 seed_oss smallthinker
smollm3 stablelm starcoder starcoder2 step35 talkie xverse
`

// otherArchitectures says what the library's other architectures are for.
func otherArchitectures() map[string]string {
	out := map[string]string{}
	for what, names := range map[string]string{
		"only makes embeddings": "bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding llama-embed t5encoder",
		"has an encoder, and this engine runs decoder-only models": "t5",
		"makes all of its text at once, by diffusion":              "dream llada llada-moe rnd1",
		"only helps another model to be faster":                    "eagle3 dflash gemma4-assistant",
		"makes sound":                                              "wavtokenizer-dec qwen3tts pockettts",
		"only reads images for another model":                      "clip",
	} {
		for _, name := range strings.Fields(names) {
			out[name] = what
		}
	}
	return out
}

// WhyNoText is the reason why this engine can't make text with a model of an
// architecture, "" where it can.
func WhyNoText(architecture string) string {
	if slices.Contains(strings.Fields(textArchitectures), architecture) {
		return ""
	}
	if what, ok := otherArchitectures()[architecture]; ok {
		return fmt.Sprintf("a model of the architecture %q %s", architecture, what)
	}
	if architecture == "" {
		return "the file does not say which architecture it is"
	}
	return fmt.Sprintf("this version of the engine does not know the architecture %q", architecture)
}
