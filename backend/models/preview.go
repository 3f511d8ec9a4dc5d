package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/gpt"
)

// Kind is what a model is for.
type Kind string

const (
	// KindText: text tasks run on it.
	KindText Kind = "text"
	// KindImages: tasks of images run on it.
	KindImages Kind = "images"
	// KindPart: it goes with a model of images, as a LoRA does.
	KindPart Kind = "part"
)

// Preview is what can be told of a model before it is fetched.
type Preview struct {
	ID string
	// File is the GGUF file that is meant; empty where it is more than one, or another.
	File string
	Kind Kind
	// Bytes of its files, and those of them that have to be fetched.
	Bytes, Missing int64
	// Memory that it takes about, in bytes; 0 where that can't be told.
	Memory uint64
}

// headerSteps bound what is read of a GGUF file to see its header, whose largest
// part is the vocabulary.
func headerSteps() []int64 { return []int64{512 << 10, 8 << 20, maxPeek} }

// Preview asks where a model comes from what it is, and fetches none of it. An error
// says, where it holds a protocol.Reason, why it can't be had or can't run here.
func (l *Library) Preview(ctx context.Context, w Want) (Preview, error) {
	ref, err := w.check()
	if err != nil {
		return Preview{}, err
	}
	var p Preview
	if ref.address != nil {
		r := &remote{web: l.web, url: ref.address}
		err = l.hub.patience.try(ctx, func() error { return r.probe(ctx) })
		p = Preview{Kind: KindPart, Bytes: r.size, Missing: r.size}
	} else {
		p, err = l.previewRepository(ctx, w)
	}
	if err != nil {
		return Preview{}, fmt.Errorf("look up %s: %w", Label(w.ID), err)
	}
	p.ID = w.ID
	if _, ok := l.has(w); ok {
		p.Missing = 0
	}
	return p, nil
}

// Missing asks how many bytes of a model would have to be fetched.
func (l *Library) Missing(ctx context.Context, w Want) (int64, error) {
	ref, err := w.check()
	if err != nil {
		return 0, err
	}
	if _, ok := l.has(w); ok {
		return 0, nil
	}
	if ref.address != nil {
		r := &remote{web: l.web, url: ref.address}
		err := l.hub.patience.try(ctx, func() error { return r.probe(ctx) })
		return r.size, err
	}
	p, _, _, _, err := l.measure(ctx, w)
	return p.Missing, err
}

// measure looks which files there are and which of them are here.
func (l *Library) measure(ctx context.Context, w Want) (p Preview, r Repository, files []RemoteFile, folder bool, err error) {
	if r, err = l.Look(ctx, w.ID, w.Revision); err != nil {
		return p, r, nil, false, err
	}
	if files, folder, err = r.Choose(w); err != nil {
		return p, r, nil, false, err
	}
	for i, f := range files {
		if f.Bytes == 0 && f.blob == "" { // not every hub tells sizes with its list
			if files[i], err = l.hub.head(ctx, r.ID, r.Commit, f); err != nil {
				return p, r, nil, false, err
			}
		}
	}
	for _, f := range files {
		p.Bytes += f.Bytes
		if info, err := os.Stat(l.snapshotPath(r.ID, r.Commit, f.Name)); err != nil || info.Size() != f.Bytes {
			p.Missing += f.Bytes
		}
	}
	return p, r, files, folder, nil
}

func (l *Library) previewRepository(ctx context.Context, w Want) (Preview, error) {
	p, r, files, folder, err := l.measure(ctx, w)
	if err != nil {
		return p, err
	}
	image, err := l.PeekImage(ctx, r, files)
	switch {
	case err == nil && len(image.Fields) == 0:
		return p, unsupported("this program does not use a model of this kind ("+image.Class+")", "Take another model.")
	case err == nil && image.isBase():
		p.Kind, p.Memory = KindImages, uint64(p.Bytes)
		return p, nil
	case err == nil:
		p.Kind = KindPart
		return p, nil
	case !errors.Is(err, ErrNoImage):
		return p, err
	}
	p.Kind = KindText
	if !folder && len(files) == 1 {
		p.File = files[0].Name
	}
	p.Memory, err = l.previewText(ctx, r, files, folder)
	return p, err
}

// previewText reads of a text model as much as tells how much memory it takes.
func (l *Library) previewText(ctx context.Context, r Repository, files []RemoteFile, folder bool) (uint64, error) {
	var header *checkpoint.Header
	var err error
	if folder {
		header, err = l.PeekConfig(ctx, r)
	} else if err = l.checkStart(ctx, r, files[0].Name); err == nil {
		header, err = l.peekHeader(ctx, r, files[0])
	}
	if err != nil {
		return 0, err
	}
	shown := header.Summary()
	if folder || len(files) > 1 { // the header does not tell of all tensors
		shown.WeightBytes = 0
		for _, f := range files {
			if hasSuffix(f.Name, ".gguf") || hasSuffix(f.Name, ".safetensors") {
				shown.WeightBytes += uint64(f.Bytes)
			}
		}
	}
	if why := shown.WhyNot(); why != "" && !folder {
		return 0, unsupported(why, "Take another model.")
	}
	return shown.Memory(min(shown.Context, gpt.MaxContext), ggml.Batch), nil
}

func (l *Library) peekHeader(ctx context.Context, r Repository, f RemoteFile) (h *checkpoint.Header, err error) {
	for _, most := range headerSteps() {
		var start []byte
		if start, err = l.peek(ctx, r, f.Name, most); err != nil {
			return nil, err
		}
		if h, err = checkpoint.ReadHeader(bytes.NewReader(start), f.Bytes); err == nil {
			return h, nil
		}
	}
	return nil, unreadable(fmt.Errorf("%s: %w", f.Name, err))
}

// Kind says what a model that is here is for.
func (l *Library) Kind(f File) Kind {
	switch image, err := l.Image(f); {
	case errors.Is(err, ErrNoImage):
		return KindText
	case err == nil && image.isBase():
		return KindImages
	default:
		return KindPart
	}
}
