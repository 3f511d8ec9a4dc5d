package gpt

import (
	"errors"
	"os"
	"path/filepath"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/pretrained"
	"helium/inference/task"
)

// Format says in which numbers a model runs, as a task asks for it.
type Format struct {
	Number task.DType // of a folder's matrices; "" is auto
	Bits   int        // 4 or 8: quantized on this machine; 0 is not
}

// OpenOptions say how a model is opened.
type OpenOptions struct {
	Threads int // to quantize and to run with; they don't change results; 0 is 1
	Format  Format
	// Made is the folder for files that are made of a model; "" is one in the
	// user's cache.
	Made string
	// Digest identifies the model's files. A quantized file is kept under it for
	// the next time, and only until Close where it is "".
	Digest string
	// OnQuantize, which may be nil, is called before a long wait.
	OnQuantize func()
}

// Source is a model's files, checked and in the format that was asked for, from
// which any number of models can be loaded. Close it when they are.
type Source struct {
	lib     *ggml.Library
	threads int
	made    string            // folder for made files
	path    string            // of a GGUF file; "" is the folder
	folder  *pretrained.Model // nil is the file
	header  *checkpoint.Header
	remove  []string // folders with files of this source alone
}

// Open reads what a model is, from a GGUF file or a folder in the Hugging Face
// layout, and makes the files that its format takes. Errors carry a Code.
func Open(lib *ggml.Library, path string, o OpenOptions) (*Source, error) {
	s := &Source{lib: lib, threads: max(o.Threads, 1), made: o.Made}
	if err := s.open(path, o); err != nil {
		s.Close()
		var coded *Error
		switch {
		case errors.As(err, &coded):
			return nil, err
		case errors.Is(err, os.ErrNotExist):
			return nil, &Error{CodeModelNotFound, err}
		}
		return nil, &Error{CodeCannotRun, err}
	}
	return s, nil
}

func (s *Source) open(path string, o OpenOptions) (err error) {
	if pretrained.Is(path) {
		err = s.openFolder(path, o.Format)
	} else {
		err = s.openFile(path, o.Format)
	}
	if err != nil || o.Format.Bits == 0 {
		return err
	}
	return s.quantize(o)
}

func (s *Source) openFile(path string, f Format) (err error) {
	if s.header, _, err = checkpoint.CheckSplit(path); err != nil {
		return err
	}
	s.path = path
	return f.checkFile(s.header)
}

// checkFile refuses what is not made of a GGUF file: it comes in the numbers that
// its author chose.
func (f Format) checkFile(h *checkpoint.Header) error {
	formats := h.Summary().Formats
	names := map[task.DType]string{task.DTypeFloat32: "F32", task.DTypeFloat16: "F16", task.DTypeBFloat16: "BF16"}
	float := true
	for _, name := range formats {
		float = float && (name == "F32" || name == "F16" || name == "BF16")
	}
	want, named := names[f.Number]
	switch {
	case len(formats) == 0:
		return nil
	case named && (!float || formats[0] != want):
		return fail(CodeFormatRefused, "dtype is %s, and the model is a file of %s numbers, which stay as they are; ask for auto", f.Number, formats[0])
	case f.Bits != 0 && !float:
		return fail(CodeFormatRefused, "quantize_bits is %d, and the model is a file of %s numbers, which is quantized already; leave it out", f.Bits, formats[0])
	}
	return nil
}

func (s *Source) openFolder(path string, f Format) (err error) {
	s.folder, err = pretrained.Open(path, pretrained.Options{Number: string(f.Number)})
	if err != nil {
		return err
	}
	s.header, err = s.folder.Describe()
	return err
}

// Describe reads what a model is: a GGUF file, the first of several, or a folder.
func Describe(path string) (*checkpoint.Header, error) {
	if !pretrained.Is(path) {
		h, _, err := checkpoint.CheckSplit(path)
		return h, err
	}
	folder, err := pretrained.Open(path, pretrained.Options{})
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	return folder.Describe()
}

// Files lists the files that decide what a model computes, by their names in the
// folder dir. There may be more in it.
func Files(path string) (dir string, names []string, err error) {
	if pretrained.Is(path) {
		names, err = pretrained.Files(path)
		return path, names, err
	}
	_, names, err = checkpoint.CheckSplit(path)
	return filepath.Dir(path), names, err
}

// Memory is about what a model takes when it is loaded, with its context, in
// bytes.
func (s *Source) Memory() uint64 {
	shown := s.header.Summary()
	return shown.Memory(min(shown.Context, MaxContext), ggml.Batch)
}

// Load makes a model of the source, with room for its context. A task may take
// spare bytes beside that, which beams do. Errors carry a Code.
func (s *Source) Load(spare uint64) (*Model, error) {
	weights, done, err := s.load()
	if err != nil {
		return nil, &Error{CodeCannotRun, err}
	}
	m, err := newModel(weights, done, s.threads)
	if err != nil {
		return nil, err
	}
	m.spare, m.tokenBytes = spare, s.header.Summary().TokenBytes()
	return m, nil
}

// load returns what is to be called when the weights are closed.
func (s *Source) load() (*ggml.Model, func(), error) {
	switch {
	case s.folder == nil:
		m, err := s.lib.LoadModel(s.path)
		return m, func() {}, err
	case s.folder.NeedsFile():
		return loadCopy(s.lib, s.folder, s.made)
	}
	m, err := s.lib.LoadSource(s.folder)
	return m, func() {}, err
}

// Close closes the files, and removes those that nobody will look for again.
func (s *Source) Close() {
	if s.folder != nil {
		s.folder.Close()
	}
	for _, dir := range s.remove {
		os.RemoveAll(dir)
	}
}
