package checkpoint

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrSafetensors means that a folder's weights are not safetensors files that
// this program will load.
var ErrSafetensors = errors.New("not usable safetensors weights")

// Limits of a folder of weights. A model of 671 billion weights has 91,991
// tensors in 163 files.
const (
	maxSafetensorsHeader = 100 << 20 // the format's own limit
	maxWeightFiles       = 1024
	maxWeightName        = 512
	maxWeightDims        = 8
	maxIndexBytes        = 64 << 20
)

// Names of the weights in a folder of the Hugging Face layout.
const (
	WeightsFile  = "model.safetensors"
	WeightsIndex = WeightsFile + indexSuffix

	indexSuffix = ".index.json"
)

// Weight is a tensor of a folder.
type Weight struct {
	Name  string
	Type  TensorType // F32, F16 or BF16; other number formats are kept apart by Format
	Known bool       // whether Type says how the numbers are stored
	Shape []uint64   // slowest first: {rows, columns}

	Format string // as the file names it, such as F8_E4M3

	file   *os.File
	offset int64
	size   int64
	turned bool // see Transposed
}

// Size is the data's length in bytes.
func (w Weight) Size() int64 { return w.size }

// ReadAt reads data from an offset in the tensor. It reads nothing outside of it.
func (w Weight) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 || offset > w.size {
		return 0, fmt.Errorf("read tensor %s: offset %d of %d bytes", w.Name, offset, w.size)
	}
	from := io.NewSectionReader(w.file, w.offset, w.size)
	if !w.turned {
		return from.ReadAt(p, offset)
	}
	raw := make([]byte, w.size)
	if _, err := io.ReadFull(from, raw); err != nil {
		return 0, err
	}
	return bytes.NewReader(w.transpose(raw)).ReadAt(p, offset)
}

// Weights are all tensors of a folder, in one file or several. Close them.
type Weights struct {
	tensors  map[string]Weight
	files    []*os.File
	metadata map[string]string
}

// OpenWeights opens the safetensors files of a folder, as its index lists them
// or the one named model.safetensors, and makes sure that they hold every
// tensor that they promise.
func OpenWeights(dir string) (*Weights, error) { return OpenWeightsNamed(dir, WeightsFile) }

// OpenWeightsFile opens one safetensors file.
func OpenWeightsFile(path string) (*Weights, error) {
	w := &Weights{tensors: map[string]Weight{}}
	if err := w.add(path); err != nil {
		w.Close()
		return nil, fmt.Errorf("open weights %s: %w", path, err)
	}
	return w, nil
}

// OpenWeightsNamed is OpenWeights for files that have another name.
func OpenWeightsNamed(dir, name string) (*Weights, error) { return OpenVariant(dir, name, "") }

// OpenVariant is OpenWeightsNamed for a variant of the files, as in fp16; "" is the
// plain one.
func OpenVariant(dir, name, variant string) (*Weights, error) {
	names, listed, err := weightFiles(dir, name, variant)
	if err != nil {
		return nil, fmt.Errorf("open weights in %s: %w", dir, err)
	}

	w := &Weights{tensors: map[string]Weight{}}
	for _, file := range names {
		if err := w.add(filepath.Join(dir, file)); err != nil {
			w.Close()
			return nil, fmt.Errorf("open weights %s: %w", filepath.Join(dir, file), err)
		}
	}

	for tensor, file := range listed {
		t, ok := w.tensors[tensor]
		if !ok || filepath.Base(t.file.Name()) != file {
			w.Close()
			return nil, fmt.Errorf("open weights in %s: %w: the index puts tensor %q into %s, which lacks it", dir, ErrSafetensors, tensor, file)
		}
	}
	return w, nil
}

// Close closes the files.
func (w *Weights) Close() {
	for _, f := range w.files {
		f.Close()
	}
	w.files = nil
}

// Get returns a tensor by its name.
func (w *Weights) Get(name string) (Weight, bool) {
	t, ok := w.tensors[name]
	return t, ok
}

// Names lists the tensors in alphabetical order.
func (w *Weights) Names() []string {
	out := make([]string, 0, len(w.tensors))
	for name := range w.tensors {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Metadata are the texts that the files' makers put beside the tensors.
func (w *Weights) Metadata() map[string]string { return w.metadata }

// Size is the data's length in all files, in bytes.
func (w *Weights) Size() int64 {
	var n int64
	for _, t := range w.tensors {
		n += t.size
	}
	return n
}

// WeightFiles lists the files of a folder's weights, and the index where there
// is one.
func WeightFiles(dir string) ([]string, error) { return VariantFiles(dir, WeightsFile, "") }

// VariantFiles is WeightFiles for a variant of files that have another name.
func VariantFiles(dir, name, variant string) ([]string, error) {
	names, listed, err := weightFiles(dir, name, variant)
	if err == nil && listed != nil {
		names = append(names, ofVariant(name+indexSuffix, variant))
	}
	return names, err
}

// weightFiles lists the files of a folder's weights and, where there is an
// index, the file of every tensor.
func weightFiles(dir, name, variant string) (names []string, listed map[string]string, err error) {
	if variant != "" && !plainVariant(variant) {
		return nil, nil, fmt.Errorf("%w: the variant %.100q, want letters and digits", ErrSafetensors, variant)
	}
	raw, err := ReadLimited(filepath.Join(dir, ofVariant(name+indexSuffix, variant)), maxIndexBytes)
	if errors.Is(err, os.ErrNotExist) {
		file := ofVariant(name, variant)
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return nil, nil, noWeights(dir, name, variant, err)
		}
		return []string{file}, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}

	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return nil, nil, fmt.Errorf("%w: read index: %w", ErrSafetensors, err)
	}
	if len(index.Map) == 0 || len(index.Map) > maxTensors {
		return nil, nil, fmt.Errorf("%w: the index lists %d tensors, want 1 to %d", ErrSafetensors, len(index.Map), maxTensors)
	}

	for _, file := range index.Map {
		if !plainName(file) {
			return nil, nil, fmt.Errorf("%w: the index names the file %q, want a .safetensors file of the same folder", ErrSafetensors, file)
		}
		if !slices.Contains(names, file) {
			names = append(names, file)
		}
		if len(names) > maxWeightFiles {
			return nil, nil, fmt.Errorf("%w: the index lists more than %d files", ErrSafetensors, maxWeightFiles)
		}
	}
	slices.Sort(names)
	return names, index.Map, nil
}

// plainName keeps an index from naming a file outside of its folder.
func plainName(name string) bool {
	return strings.HasSuffix(name, ".safetensors") && len(name) <= 255 &&
		!strings.ContainsAny(name, `/\:`) && !strings.HasPrefix(name, ".") && filepath.IsLocal(name)
}

// ReadLimited reads a small file whole, and refuses a larger one.
func ReadLimited(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()

	raw, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("%s has more than %d MB", filepath.Base(path), limit>>20)
	}
	return raw, nil
}

// openRegular opens a file and refuses pipes, devices and folders.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", filepath.Base(path))
	}
	return os.Open(path)
}

func (w *Weights) add(path string) error {
	f, err := openRegular(path)
	if err != nil {
		return err
	}
	w.files = append(w.files, f)

	info, err := f.Stat()
	if err != nil {
		return err
	}
	tensors, metadata, err := readSafetensors(f, info.Size())
	if err != nil {
		return err
	}
	if w.metadata == nil {
		w.metadata = metadata
	}
	for _, t := range tensors {
		if _, twice := w.tensors[t.Name]; twice {
			return fmt.Errorf("%w: tensor %q is in two files", ErrSafetensors, t.Name)
		}
		t.file = f
		w.tensors[t.Name] = t
	}
	return nil
}

// ReadSafetensors reads the table at the start of a file of the given size, in
// the order of the data.
func ReadSafetensors(r io.Reader, size int64) ([]Weight, error) {
	tensors, _, err := readSafetensors(r, size)
	return tensors, err
}

func readSafetensors(r io.Reader, size int64) (tensors []Weight, metadata map[string]string, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, nil, fmt.Errorf("%w: the file has %d bytes", ErrSafetensors, max(size, 0))
	}

	n := binary.LittleEndian.Uint64(head[:])
	if n > maxSafetensorsHeader || int64(n) > size-8 {
		return nil, nil, fmt.Errorf("%w: a header of %d bytes in a file of %d, want at most %d", ErrSafetensors, n, size, maxSafetensorsHeader)
	}
	raw, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: read header: %w", ErrSafetensors, err)
	}
	if uint64(len(raw)) != n {
		return nil, nil, fmt.Errorf("%w: the header ends after %d of %d bytes", ErrSafetensors, len(raw), n)
	}

	tensors, metadata, err = parseSafetensors(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSafetensors, err)
	}
	if err := placeWeights(tensors, 8+int64(n), size); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSafetensors, err)
	}
	return tensors, metadata, nil
}

func parseSafetensors(raw []byte) (tensors []Weight, metadata map[string]string, err error) {
	var table map[string]json.RawMessage
	if err := json.Unmarshal(raw, &table); err != nil {
		return nil, nil, fmt.Errorf("read header: %w", err)
	}
	// Some makers put other things than texts there, which say nothing here.
	if err := json.Unmarshal(table["__metadata__"], &metadata); err != nil {
		metadata = nil
	}
	delete(table, "__metadata__")
	if len(table) > maxTensors {
		return nil, nil, fmt.Errorf("%d tensors, want at most %d", len(table), maxTensors)
	}

	tensors = make([]Weight, 0, len(table))
	for name, row := range table {
		w, err := parseWeight(name, row)
		if err != nil {
			return nil, nil, err
		}
		tensors = append(tensors, w)
	}
	slices.SortFunc(tensors, func(a, b Weight) int {
		switch {
		case a.offset != b.offset:
			return int(min(max(a.offset-b.offset, -1), 1))
		case a.size != b.size:
			return int(min(max(a.size-b.size, -1), 1))
		default:
			return strings.Compare(a.Name, b.Name)
		}
	})
	return tensors, metadata, nil
}

func parseWeight(name string, raw json.RawMessage) (Weight, error) {
	if len(name) > maxWeightName {
		return Weight{}, fmt.Errorf("a tensor's name has %d bytes, want at most %d", len(name), maxWeightName)
	}
	var row struct {
		Type    string   `json:"dtype"`
		Shape   []uint64 `json:"shape"`
		Offsets []int64  `json:"data_offsets"`
	}
	if err := json.Unmarshal(raw, &row); err != nil {
		return Weight{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if len(row.Offsets) != 2 || row.Offsets[0] < 0 || row.Offsets[1] < row.Offsets[0] {
		return Weight{}, fmt.Errorf("tensor %q lies at %v, want a beginning and an end", name, row.Offsets)
	}
	if len(row.Shape) > maxWeightDims {
		return Weight{}, fmt.Errorf("tensor %q has %d dimensions, want at most %d", name, len(row.Shape), maxWeightDims)
	}

	w := Weight{Name: name, Format: row.Type, Shape: row.Shape, offset: row.Offsets[0], size: row.Offsets[1] - row.Offsets[0]}
	width, ok := safetensorsWidths()[row.Type]
	if !ok {
		return Weight{}, fmt.Errorf("tensor %q is in the unknown number format %q", name, row.Type)
	}
	w.Type, w.Known = safetensorsTypes()[row.Type]

	size := width
	for _, d := range row.Shape {
		const limit = 1 << 62
		if d != 0 && size > limit/d {
			return Weight{}, fmt.Errorf("tensor %q of %v has no valid size", name, row.Shape)
		}
		size *= d
	}
	if size != uint64(w.size) {
		return Weight{}, fmt.Errorf("tensor %q of %v in %s has %d bytes, want %d", name, row.Shape, row.Type, w.size, size)
	}
	return w, nil
}

// safetensorsWidths lists the bytes of a number in every format of the file.
func safetensorsWidths() map[string]uint64 {
	return map[string]uint64{
		"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
		"U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
	}
}

// safetensorsTypes lists the formats that weights may have.
func safetensorsTypes() map[string]TensorType {
	return map[string]TensorType{"F32": F32, "F16": F16, "BF16": BF16}
}

// placeWeights turns offsets in the data into offsets in the file. The format
// wants the tensors to fill the data without holes and without overlaps.
func placeWeights(tensors []Weight, begin, size int64) error {
	var end int64
	for i, t := range tensors {
		if t.offset != end {
			return fmt.Errorf("tensor %q begins at %d, want %d: tensors may neither overlap nor leave holes", t.Name, t.offset, end)
		}
		end += t.size
		if end > size-begin {
			return fmt.Errorf("tensor %q ends after the file's %d bytes; the file is cut short", t.Name, size)
		}
		tensors[i].offset += begin
	}
	if end != size-begin {
		return fmt.Errorf("%d bytes after the last tensor", size-begin-end)
	}
	return nil
}
