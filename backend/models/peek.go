package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/pretrained"
	"helium/inference/task"
)

// maxPeek is how much of a file is read without fetching it.
const maxPeek = 32 << 20

// Peek returns the first bytes of one of a repository's files, at most so many,
// and keeps none: enough to read a configuration, or a GGUF file's header, and
// tell whether the model runs here before it is fetched. A whole file is checked
// against the hub's checksum; a part can't be.
func (l *Library) Peek(ctx context.Context, r Repository, name string, most int64) ([]byte, error) {
	b, err := l.peek(ctx, r, name, min(most, maxPeek))
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", name, r.ID, err)
	}
	return b, nil
}

func (l *Library) peek(ctx context.Context, r Repository, name string, most int64) ([]byte, error) {
	f, ok := r.Find(name)
	if !ok {
		return nil, notFound("the repository has no such file", "Look up its files on the hub.")
	}
	if most <= 0 {
		return nil, nil
	}
	if here, err := os.Open(l.snapshotPath(r.ID, r.Commit, name)); err == nil {
		defer here.Close()
		if b, err := io.ReadAll(io.LimitReader(here, most)); err == nil && matches(b, f) {
			return b, nil
		}
	}
	b, err := l.hub.start(ctx, l.hub.address(r.ID, r.Commit, name), most)
	if err != nil {
		return nil, err
	}
	if !matches(b, f) {
		return nil, fail(CodeDamaged, "The file is not what the hub says", "the checksum of "+name+" is wrong", "Try again, or set HF_ENDPOINT to another hub.")
	}
	return b, nil
}

// PeekConfig says what a folder's config.json tells, before any of it is fetched.
// It refuses one that this program can't run.
func (l *Library) PeekConfig(ctx context.Context, r Repository) (*checkpoint.Header, error) {
	raw, err := l.peek(ctx, r, "config.json", maxPeek)
	if err != nil {
		return nil, err
	}
	h, err := pretrained.DescribeConfig(raw)
	switch {
	case errors.Is(err, pretrained.ErrUnsupported):
		return nil, unsupported(err.Error(), "Take another model, or a repository with a GGUF file of this one.")
	case err != nil:
		return nil, unreadable(err)
	}
	return h, nil
}

// readIndex reads what the repository says of itself as a pipeline, if it is one.
func (l *Library) readIndex(ctx context.Context, r Repository) (Repository, error) {
	if _, ok := r.Find(indexName); !ok {
		return r, nil
	}
	raw, err := l.peek(ctx, r, indexName, maxIndex)
	if err != nil {
		return r, err
	}
	if r.index, err = parseIndex(raw); err != nil {
		return r, unreadable(err)
	}
	return r, nil
}

// checkPipeline refuses networks that this program can't run, before any weights
// are fetched.
func (l *Library) checkPipeline(ctx context.Context, r Repository) error {
	for _, part := range []struct {
		name  string
		parse func(raw []byte) error
	}{
		{"text_encoder", parseText}, {"text_encoder_2", parseText}, {"unet", parseUNet}, {"vae", parseVAE},
	} {
		if !r.index.parts[part.name] {
			continue
		}
		raw, err := l.peek(ctx, r, part.name+"/"+configName, maxIndex)
		if err != nil {
			return err
		}
		if err := part.parse(raw); err != nil {
			return unfit(fmt.Errorf("%s: %w", part.name, err), "Take another model: one of Stable Diffusion 1.5, 2.1 or XL.")
		}
	}
	return nil
}

// checkNetwork is checkPipeline for a network of its own.
func (l *Library) checkNetwork(ctx context.Context, r Repository) error {
	raw, err := l.peek(ctx, r, configName, maxIndex)
	if err != nil {
		return err
	}
	kind, err := networkKind(raw)
	if err == nil {
		err = kind.parse(raw)
	}
	if err != nil {
		return unfit(err, "Take another network: one of Stable Diffusion 1.5, 2.1 or XL.")
	}
	return nil
}

// kind of network, which some fields of a task may name.
type kind struct {
	class  string
	fields []task.ModelRole
	parse  func(raw []byte) error
}

// networkKind reads the class that config.json names.
func networkKind(raw []byte) (kind, error) {
	var config struct {
		Class string `json:"_class_name"`
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return kind{}, errors.New(configName + " is not a JSON object")
	}
	kinds := []kind{
		{"UNet2DConditionModel", []task.ModelRole{task.RoleUNet}, parseUNet},
		{"AutoencoderKL", []task.ModelRole{task.RoleVAE}, parseVAE},
		{"ControlNetModel", []task.ModelRole{task.RoleControlNet}, parseControlNet},
	}
	var known []string
	for _, k := range kinds {
		if k.class == config.Class {
			return k, nil
		}
		known = append(known, k.class)
	}
	return kind{}, fmt.Errorf("%w: %s describes a %.100q, and this program knows %s", network.ErrUnsupported, configName, config.Class, strings.Join(known, ", "))
}

func parseText(raw []byte) error       { _, err := network.ParseText(raw); return err }
func parseUNet(raw []byte) error       { _, err := network.ParseUNet(raw); return err }
func parseVAE(raw []byte) error        { _, _, err := network.ParseVAE(raw); return err }
func parseControlNet(raw []byte) error { _, err := network.ParseControlNet(raw); return err }

// unfit tells what can't be run from what can't be read.
func unfit(err error, action string) error {
	if errors.Is(err, network.ErrUnsupported) {
		return unsupported(err.Error(), action)
	}
	return unreadable(err)
}

func unreadable(err error) error {
	return fail(CodeDamaged, "The model can't be read", err.Error(), "Take another model: this one's author published it so.")
}

// startBytes of a GGUF file hold the name of its architecture. A file of less than
// worthAsking is fetched as fast as they are.
const (
	startBytes  = 64 << 10
	worthAsking = 16 << 20
)

// checkStart refuses a GGUF file of an architecture that this program can't run,
// and what is no model file, before the rest of it is fetched.
func (l *Library) checkStart(ctx context.Context, r Repository, name string) error {
	f, _ := r.Find(name)
	raw, err := l.peek(ctx, r, name, startBytes)
	if err != nil {
		return err
	}
	if hasSuffix(name, ".safetensors") {
		if err := checkSafetensors(raw, f.Bytes); err != nil {
			return unreadable(fmt.Errorf("%s: %w", name, err))
		}
		return nil
	}
	h, err := checkpoint.ReadStart(raw)
	if err != nil {
		return unreadable(fmt.Errorf("%s: %w", name, err))
	}
	architecture := h.Text("general.architecture")
	if architecture == "" { // said later in the file, or not at all: the engine will tell
		return nil
	}
	if why := checkpoint.WhyNoText(architecture); why != "" {
		return unsupported(why, "Take another model.")
	}
	return nil
}

// maxTable is the format's own limit of a table of tensors.
const maxTable = 100 << 20

// tableBytes is how long the table of tensors at the beginning of a file of
// safetensors is, with its length before it.
func tableBytes(start []byte, size int64) (int64, error) {
	if len(start) < 9 {
		return 0, fmt.Errorf("a file of %d bytes is not one of safetensors", size)
	}
	n := binary.LittleEndian.Uint64(start)
	if n < 2 || n > maxTable || int64(n) > size-8 || start[8] != '{' {
		return 0, errors.New("it does not begin as a file of safetensors does")
	}
	return 8 + int64(n), nil
}

// checkSafetensors reads as much of the table of tensors as there is.
func checkSafetensors(start []byte, size int64) error {
	end, err := tableBytes(start, size)
	if err != nil || int64(len(start)) < end {
		return err
	}
	_, err = checkpoint.ReadSafetensors(bytes.NewReader(start), size)
	return err
}

func unsupported(why, action string) error {
	return fail(CodeUnsupported, "The model can't run here", why, action)
}

// matches compares what is a whole file with its checksum, where there is one.
func matches(b []byte, f RemoteFile) bool {
	h := sha256.New()
	switch {
	case f.blob == "" || int64(len(b)) < f.Bytes:
		return true
	case len(f.blob) == 40:
		h = gitHash(int64(len(b)))
	}
	io.Copy(h, bytes.NewReader(b))
	return hex.EncodeToString(h.Sum(nil)) == f.blob
}
