package worker

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/imagehash"
)

// protocolVersion changes whenever frames do. Parent and child are the same
// executable, so a difference means that it was replaced while it ran.
const protocolVersion = 4

// maxFrame bounds one message, in bytes.
const maxFrame = 64 << 20

// kind names a message.
type kind string

// Messages of the parent.
const (
	kindConfigure kind = "configure" // first: how to open the library
	kindGPT       kind = "gpt"       // run a GPT task
	kindSD        kind = "sd"        // run a Stable Diffusion task
	kindCancel    kind = "cancel"    // end the task with this id
	kindUnload    kind = "unload"    // free the models, keep the process
	kindMemory    kind = "memory"    // how much is free
)

// Messages of the engine.
const (
	kindHello    kind = "hello" // answers configure
	kindProgress kind = "progress"
	kindDelta    kind = "delta"
	kindStep     kind = "step"
	kindImage    kind = "image" // one by one, as all together are too long for a message
	kindResult   kind = "result"
	kindError    kind = "error"
	kindDone     kind = "done" // answers unload and memory
)

// frame is every message; a kind uses the fields that it needs.
type frame struct {
	Kind kind   `json:"kind"`
	ID   uint64 `json:"id,omitempty"` // of the request it belongs to

	Version int     `json:"version,omitempty"`
	Config  *config `json:"config,omitempty"`
	Hello   *Info   `json:"hello,omitempty"`
	Models  []Model `json:"models,omitempty"`
	Task    rawTask `json:"task,omitempty"`
	Stage   *Stage  `json:"stage,omitempty"`
	Delta   *Delta  `json:"delta,omitempty"`
	Result  *Result `json:"result,omitempty"`

	PreviewEvery int            `json:"preview_every,omitempty"`
	Step         *ImageProgress `json:"step,omitempty"`
	Image        *madeImage     `json:"image,omitempty"`

	Code    gpt.Code `json:"code,omitempty"`
	Message string   `json:"message,omitempty"`
	Memory  *Memory  `json:"memory,omitempty"`
}

// rawTask is a task document, carried as its exact bytes.
type rawTask []byte

// config is what the engine needs to know before it opens the library.
type config struct {
	Package     ggml.Package `json:"package"`
	Card        ggml.Card    `json:"card"`
	Variant     string       `json:"variant,omitempty"`
	CPUOnly     bool         `json:"cpu_only,omitempty"`
	Threads     int          `json:"threads"`
	MemoryLimit uint64       `json:"memory_limit,omitempty"`
	ModelMemory uint64       `json:"model_memory,omitempty"`
	MadeDir     string       `json:"made_dir,omitempty"`
}

// Memory is that of the device, in bytes.
type Memory struct {
	Limit uint64 `json:"limit"` // that models may take together
	Held  uint64 `json:"held"`  // about what those loaded take
	Free  uint64 `json:"free"`  // of the card, whoever has the rest; of a processor all of it
}

// Room says whether a model that needs so much could be loaded now, in place of
// those loaded.
func (m Memory) Room(needs uint64) bool { return needs <= m.Limit && needs <= m.Free+m.Held }

// Info says what an engine computes with.
type Info struct {
	PID         int    `json:"pid"`
	Build       string `json:"build"`       // of the native library, such as 0.4.0
	Backend     string `json:"backend"`     // such as cpu-haswell or metal
	Runtime     string `json:"runtime"`     // backend and build, as a GPU class names it
	Fingerprint string `json:"fingerprint"` // of the fixed numeric probe, hex
	Device      string `json:"device"`      // the maker's name
	Memory      uint64 `json:"memory"`      // of the device, bytes
}

// Model is a model on this machine.
type Model struct {
	ID   string `json:"id"`   // for messages to people; of a Stable Diffusion task as task.NamedModel has it
	Path string `json:"path"` // absolute: of a file, the first of several, or a folder in the Hugging Face layout
	// Files are what the model's files have to be; none skips the check. Every file
	// that decides what the model computes must be among them.
	Files []File `json:"files,omitempty"`
}

// File is a model's file.
type File struct {
	Name   string `json:"name"`   // in the folder that holds the model's files, with slashes
	SHA256 string `json:"sha256"` // lower-case hex
}

// Stage is what an engine is doing before the first token or step.
type Stage struct {
	Name  string `json:"name"` // "checking", "loading", "running"
	Done  int64  `json:"done,omitempty"`
	Total int64  `json:"total,omitempty"` // in the stage's own unit; 0 is unknown
}

// Names of stages.
const (
	StageChecking   = "checking"   // bytes of the model's files hashed
	StageQuantizing = "quantizing" // once for a model; a matter of minutes
	StageLoading    = "loading"
	StageRunning    = "running"
)

// Delta is the next piece of the text.
type Delta = gpt.Delta

// ImageProgress says what was done last of a task's images.
type ImageProgress struct {
	Image   int    `json:"image"` // counted from 0
	Images  int    `json:"images"`
	Step    int    `json:"step"` // done of Steps
	Steps   int    `json:"steps"`
	Preview []byte `json:"preview,omitempty"` // a PNG file of at most 16 KB; told with its step once more
}

// madeImage is a finished image.
type madeImage struct {
	Number int            `json:"number"` // counted from 0
	File   []byte         `json:"file"`   // PNG
	Hash   imagehash.Hash `json:"hash"`
}

// SDResult is a finished Stable Diffusion task.
type SDResult struct {
	Response   []byte           // of the form of task.SDResponse
	Hashes     []imagehash.Hash // of the images
	RunSeconds float64          // with the loading of the model's parts
}

// Result is a finished task; one of images has no response here.
type Result struct {
	Response         []byte  `json:"response"` // the exact bytes whose digest is compared
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	LoadSeconds      float64 `json:"load_seconds"` // 0 where the model was warm
	RunSeconds       float64 `json:"run_seconds"`
}

// writer sends frames from several goroutines.
type writer struct {
	mu sync.Mutex // guards what follows
	w  io.Writer
}

func (w *writer) send(f frame) error {
	body, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("send %s: %w", f.Kind, err)
	}
	if len(body) > maxFrame {
		return fmt.Errorf("send %s: %d bytes are more than a message may have", f.Kind, len(body))
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	message := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	if _, err := w.w.Write(append(message, body...)); err != nil {
		return fmt.Errorf("send %s: %w", f.Kind, err)
	}
	return nil
}

// readFrame reads one message. io.EOF means that the other side ended.
func readFrame(r *bufio.Reader) (frame, error) {
	var f frame
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return f, err
	}

	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return f, fmt.Errorf("read message: %d bytes are more than a message may have", n)
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		return f, fmt.Errorf("read message: %w", err)
	}
	if len(body) < int(n) {
		return f, io.ErrUnexpectedEOF
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return f, fmt.Errorf("read message: %w", err)
	}
	return f, nil
}
