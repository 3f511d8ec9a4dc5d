package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// DemoModelID is the demo model's name in tasks and lists.
const DemoModelID = "helium/demo"

// Special tokens of the demo model.
const (
	startToken = "<|im_start|>"
	endToken   = "<|im_end|>"
	docToken   = "<|endoftext|>"
)

// demoTemplate is the chat template, in the chatml layout.
const demoTemplate = `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

// Info describes a model file that was written.
type Info struct {
	ID     string // the model's name in a task
	Size   int64  // bytes
	SHA256 string // lower-case hex of the file
	Tokens int    // size of the vocabulary
	Topics int    // things it can talk about
}

// WriteDemoModel makes the demo model and puts it at path, whole or not at all.
// The file is the same to the byte each time.
func WriteDemoModel(path string) (Info, error) {
	meta, tensors, info, err := demoModel()
	if err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}

	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part")
	if err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()

	hash := sha256.New()
	if err := WriteGGUF(io.MultiWriter(tmp, hash), meta, tensors); err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}
	if info.Size, err = tmp.Seek(0, io.SeekCurrent); err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}
	if err := tmp.Sync(); err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return Info{}, fmt.Errorf("make demo model: %w", err)
	}

	info.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return info, nil
}

// demoModel returns the whole file in parts.
func demoModel() ([]KV, []Tensor, Info, error) {
	entries, err := readCorpus()
	if err != nil {
		return nil, nil, Info{}, err
	}

	c, err := newCompiler(entries)
	if err != nil {
		return nil, nil, Info{}, err
	}
	info := Info{ID: DemoModelID, Tokens: len(c.vocab), Topics: len(entries)}
	return c.meta(), c.tensors(), info, nil
}

// meta is the header: the shape of the network and the tokenizer.
func (c *compiler) meta() []KV {
	types := make([]int32, len(c.vocab))
	for i := range types {
		types[i] = 1 // normal
	}
	for _, special := range []int{c.start, c.end, c.doc} {
		types[special] = 3 // control
	}

	var merges []string
	for _, m := range c.bpe.merges {
		merges = append(merges, m[0]+" "+m[1])
	}

	return []KV{
		{"general.architecture", "llama"},
		{"general.name", "Helium demo"},
		{"general.description", "Made by the helium program from its own text. Not a trained model."},
		{"general.file_type", uint32(1)},
		{"llama.block_count", uint32(1)},
		{"llama.context_length", uint32(demoContext)},
		{"llama.embedding_length", uint32(width)},
		{"llama.feed_forward_length", uint32(c.hidden)},
		{"llama.attention.head_count", uint32(heads)},
		{"llama.attention.head_count_kv", uint32(heads)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-6)},
		{"llama.rope.dimension_count", uint32(headDim)},
		{"llama.rope.freq_base", float32(ropeBase)},
		{"llama.vocab_size", uint32(len(c.vocab))},
		{"tokenizer.ggml.model", "gpt2"},
		{"tokenizer.ggml.pre", "gpt-2"},
		{"tokenizer.ggml.tokens", c.vocab},
		{"tokenizer.ggml.token_type", types},
		{"tokenizer.ggml.merges", merges},
		{"tokenizer.ggml.bos_token_id", uint32(c.doc)},
		{"tokenizer.ggml.eos_token_id", uint32(c.end)},
		{"tokenizer.ggml.padding_token_id", uint32(c.doc)},
		{"tokenizer.ggml.add_bos_token", false},
		{"tokenizer.chat_template", demoTemplate},
	}
}
