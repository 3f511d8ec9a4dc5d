package gpt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// Fingerprint is the hash of every bit that the library computes for a fixed
// model and a fixed text on this machine: a long prompt at once, then single
// tokens. Machines whose fingerprints differ can't check each other's texts,
// whatever they call themselves.
func Fingerprint(lib *ggml.Library) (string, error) {
	dir, err := os.MkdirTemp("", "helium-probe-")
	if err != nil {
		return "", fmt.Errorf("take fingerprint: %w", err)
	}
	defer os.RemoveAll(dir)

	path := filepath.Join(dir, "probe.gguf")
	if err := writeProbe(path); err != nil {
		return "", fmt.Errorf("take fingerprint: %w", err)
	}
	sum, err := probe(lib, path)
	if err != nil {
		return "", fmt.Errorf("take fingerprint: %w", err)
	}
	return sum, nil
}

func writeProbe(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := checkpoint.WriteProbeModel(f); err != nil {
		return err
	}
	return f.Close()
}

func probe(lib *ggml.Library, path string) (string, error) {
	model, err := lib.LoadModel(path)
	if err != nil {
		return "", err
	}
	defer model.Close()

	context, err := model.NewContext(ggml.ContextParams{Size: 256, Threads: 1})
	if err != nil {
		return "", err
	}
	defer context.Close()

	const promptLen, steps = 100, 16
	prompt := make([]ggml.Token, promptLen)
	for i := range prompt {
		prompt[i] = ggml.Token((i*i*7 + 13*i) % 256)
	}

	hash := sha256.New()
	for step, next := 0, prompt; step < steps; step++ {
		if err := context.Decode(next); err != nil {
			return "", err
		}
		logits, err := context.Logits()
		if err != nil {
			return "", err
		}
		for _, x := range logits {
			hash.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
		}
		next = []ggml.Token{ggml.Token((step*31 + 5) % 256)}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
