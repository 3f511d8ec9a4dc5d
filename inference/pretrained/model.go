package pretrained

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"helium/inference/checkpoint"
)

// Model is a folder that is ready for the engine. Close it when the engine has
// loaded it.
type Model struct {
	weights *checkpoint.Weights
	meta    []checkpoint.KV
	arch    architecture
	plans   map[string]*plan
	order   []string // of the tensors in the header
}

// Options choose how a folder is read.
type Options struct {
	// Number is the number format of the matrices: "float32", "float16",
	// "bfloat16", or "" or "auto" for the folder's own.
	Number string
}

// Is says whether a path is a folder, which Open reads, and not a file.
func Is(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// CheckConfig says from config.json alone whether this program knows the
// model, so that nothing else of an unknown one has to be downloaded. The error
// names what is not known; it is ErrUnsupported where the file itself is right.
func CheckConfig(raw []byte) error {
	_, err := DescribeConfig(raw)
	return err
}

// DescribeConfig is Model.Describe from config.json alone, without the tensors and
// the tokenizer.
func DescribeConfig(raw []byte) (*checkpoint.Header, error) {
	if len(raw) > maxJSON {
		return nil, fmt.Errorf("config.json has more than %d MB", maxJSON>>20)
	}
	c, err := parseConfig("config.json", raw)
	if err != nil {
		return nil, err
	}
	arch, _, h, err := settings(c)
	if err != nil {
		return nil, err
	}
	return &checkpoint.Header{Meta: append([]checkpoint.KV{{Key: "general.architecture", Value: arch.engine}}, h.meta...)}, nil
}

// settings reads what config.json says of the model.
func settings(c *config) (architecture, dims, *header, error) {
	arch, err := findArchitecture(c)
	if err != nil {
		return arch, dims{}, nil, err
	}
	if c.has("quantization_config") {
		method := c.object("quantization_config").text("quant_method", "unknown")
		return arch, dims{}, nil, fmt.Errorf("%w: its weights are quantized by the method %q; take the original repository or one with GGUF files", ErrUnsupported, method)
	}

	if arch.text {
		c = c.object("text_config")
	}
	d := arch.dims(c)
	h := &header{prefix: arch.engine}
	if *c.err == nil {
		arch.keys(c, h, d)
	}
	return arch, d, h, *c.err
}

// Open reads a folder: its architecture first, then its settings, the table of
// its weights and its tokenizer. It reads no weights yet.
func Open(dir string, opts Options) (*Model, error) {
	m, err := open(dir, opts)
	if err != nil {
		return nil, fmt.Errorf("open model in %s: %w", dir, err)
	}
	return m, nil
}

func open(dir string, opts Options) (*Model, error) {
	raw, err := checkpoint.ReadLimited(filepath.Join(dir, "config.json"), maxJSON)
	if err != nil {
		return nil, err
	}
	c, err := parseConfig("config.json", raw)
	if err != nil {
		return nil, err
	}
	arch, d, h, err := settings(c)
	if err != nil {
		return nil, err
	}
	number, err := numberOption(opts.Number)
	if err != nil {
		return nil, err
	}

	weights, err := checkpoint.OpenWeights(dir)
	if err != nil {
		return nil, err
	}

	mapper := &mapper{weights: weights, arch: arch, dims: d, number: number}
	if err := mapper.run(isTied(c, arch, weights)); err != nil {
		weights.Close()
		return nil, err
	}
	// The weights have borne out the size of the vocabulary by now.
	vocabulary, err := readVocabulary(dir, c, d.vocab)
	if err != nil {
		weights.Close()
		return nil, err
	}
	m := &Model{weights: weights, arch: arch, plans: map[string]*plan{}}
	m.meta = append([]checkpoint.KV{
		{Key: "general.architecture", Value: arch.engine},
		{Key: "general.name", Value: engineName},
	}, h.meta...)
	m.meta = append(m.meta, vocabulary...)
	for _, p := range append(mapper.plans, h.extra...) {
		m.plans[p.info.Name] = &p
		m.order = append(m.order, p.info.Name)
	}
	return m, nil
}

// isTied says whether the output matrix is the embedding.
func isTied(c *config, arch architecture, weights *checkpoint.Weights) bool {
	if c.has("tie_word_embeddings") {
		return c.flag("tie_word_embeddings", false)
	}
	for _, r := range arch.tensors {
		if r.to == "output.weight" {
			_, own := weights.Get(r.from)
			return arch.tied || !own
		}
	}
	return true
}

// engineName is every folder's name for the engine, which treats the tokens of
// models with some names in a way of its own.
const engineName = "safetensors"

func numberOption(name string) (checkpoint.TensorType, error) {
	switch name {
	case "", "auto":
		return asStored, nil
	case "float32":
		return checkpoint.F32, nil
	case "float16":
		return checkpoint.F16, nil
	case "bfloat16":
		return checkpoint.BF16, nil
	default:
		return 0, fmt.Errorf("number format %q, want auto, float32, float16 or bfloat16", name)
	}
}

// NeedsFile says whether the engine can't take this model from memory: there it
// makes up tensors that the architecture may have, and this one's change what it
// computes. It has to be written by WriteGGUF and loaded as a file.
func (m *Model) NeedsFile() bool { return m.arch.asFile }

// Close closes the folder's files.
func (m *Model) Close() { m.weights.Close() }

// Size is the length of all tensors as the engine will hold them, in bytes.
func (m *Model) Size() uint64 {
	var n uint64
	for _, p := range m.plans {
		n += p.size()
	}
	return n
}

// infos is the header's table of tensors.
func (m *Model) infos() []checkpoint.TensorInfo {
	var out []checkpoint.TensorInfo
	for _, name := range m.order {
		out = append(out, m.plans[name].info)
	}
	return out
}

// Header is the GGUF header that describes the model.
func (m *Model) Header() ([]byte, error) {
	var out bytes.Buffer
	if err := checkpoint.WriteHeader(&out, m.meta, m.infos()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Describe is the header as checkpoint.CheckGGUF would read it from the file
// that WriteGGUF writes.
func (m *Model) Describe() (*checkpoint.Header, error) {
	raw, err := m.Header()
	if err != nil {
		return nil, err
	}
	padded := func(n int64) int64 { return n + -n&31 }
	size := padded(int64(len(raw)))
	for _, p := range m.plans {
		size += padded(int64(p.size()))
	}
	return checkpoint.ReadHeader(bytes.NewReader(raw), size)
}

// Tensor hands the bytes of a tensor to put, in pieces and in order. The engine
// also asks for tensors that a model may lack; they get the numbers with which
// they change nothing, or an error where there are no such numbers.
func (m *Model) Tensor(name string, size uint64, put func(offset uint64, data []byte) error) error {
	if m.NeedsFile() {
		return fmt.Errorf("%s has to be loaded as a file", m.arch.class)
	}
	if p, ok := m.plans[name]; ok {
		if p.size() != size {
			return fmt.Errorf("tensor %s has %d bytes, and the engine wants %d", name, p.size(), size)
		}
		return p.write(put)
	}

	var neutral float32
	switch {
	case strings.HasSuffix(name, ".bias"), name == "cls.output.weight":
	case strings.HasPrefix(name, "rope_f"): // divides the frequencies
		neutral = 1
	default:
		return fmt.Errorf("the engine wants a tensor %s, which the folder has not", name)
	}
	values := make([]float32, min(size/4, chunkBytes/4))
	for i := range values {
		values[i] = neutral
	}
	for offset := uint64(0); offset < size; {
		n := min(size-offset, uint64(len(values))*4)
		if n == 0 {
			return errors.New("tensor " + name + " has an odd size")
		}
		if err := put(offset, checkpoint.EncodeFloats(values[:n/4], checkpoint.F32, 0)); err != nil {
			return err
		}
		offset += n
	}
	return nil
}

// WriteGGUF writes the model as a GGUF file, the same to the byte each time.
func (m *Model) WriteGGUF(w io.Writer) error {
	out := &countingWriter{w: w}
	if err := checkpoint.WriteHeader(out, m.meta, m.infos()); err != nil {
		return err
	}
	for _, name := range m.order {
		if err := out.pad(); err != nil {
			return err
		}
		err := m.plans[name].write(func(_ uint64, data []byte) error {
			_, err := out.Write(data)
			return err
		})
		if err != nil {
			return fmt.Errorf("write tensor %s: %w", name, err)
		}
	}
	return out.pad()
}

// countingWriter knows where in the file it is.
type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// pad fills up to the alignment of tensors.
func (c *countingWriter) pad() error {
	_, err := c.Write(make([]byte, -c.n&31))
	return err
}
