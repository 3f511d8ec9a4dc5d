package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"helium/inference/checkpoint"
	"helium/inference/pretrained"
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
	resp, err := l.hub.ask(ctx, l.hub.client, http.MethodGet, l.hub.address(r.ID, r.Commit, name), fmt.Sprintf("bytes=0-%d", most-1))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return nil, l.hub.unreachable(ctx, resp.Request.URL.Host, err)
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
		return nil, fail(CodeDamaged, "The model can't be read", err.Error(), "Take another model: this one's author published it so.")
	}
	return h, nil
}

// startBytes of a GGUF file hold the name of its architecture. A file of less than
// worthAsking is fetched as fast as they are.
const (
	startBytes  = 64 << 10
	worthAsking = 16 << 20
)

// checkStart refuses a GGUF file of an architecture that this program can't run,
// before the rest of it is fetched.
func (l *Library) checkStart(ctx context.Context, r Repository, name string) error {
	raw, err := l.peek(ctx, r, name, startBytes)
	if err != nil {
		return err
	}
	h, err := checkpoint.ReadStart(raw)
	if err != nil {
		return fail(CodeDamaged, "The model can't be read", name+": "+err.Error(), "Take another model: this one's author published it so.")
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
