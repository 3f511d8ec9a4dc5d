//go:build linux && !desktop

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/imagehash"
)

// mixedCards are three nodes of which no two could run one GPT task.
func mixedCards() []string {
	return []string{"--card", "NVIDIA GeForce RTX 4070:12", "--card", "AMD Radeon RX 7900 XTX:24", "--card", "Apple M3 Pro:18"}
}

// paint sends a task for images with a wallet of the command's own, and gives its
// files and its receipt.
func (l *lab) paint(t *testing.T, prompt string, images int) (files []string, receipt string) {
	t.Helper()
	dir := t.TempDir()
	receipt = filepath.Join(dir, "receipt.json")
	out, err := l.helium(t, "task", "run", "--type", "sd", prompt, "--images", fmt.Sprint(images), "--size", "128x128", "--steps", "6",
		"--out", dir, "--receipt", receipt, "--network", l.ready.Profile)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.SplitSeq(out, "\n") {
		if strings.HasSuffix(line, ".png") {
			files = append(files, strings.TrimSpace(line))
		}
	}
	if len(files) != images {
		t.Fatalf("%d images of %d in\n%s", len(files), images, out)
	}
	return files, receipt
}

func readReceipt(t *testing.T, path string) (r protocol.Receipt) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNodesOfDifferentCardsAgreeOnImages(t *testing.T) {
	l := openLab(t, mixedCards()...)
	files, path := l.paint(t, "a green forest in the morning", 2)
	r := readReceipt(t, path)
	if r.Outcome != protocol.OutcomeAgreed || r.Model != models.DemoImagesID || len(r.Result) != 16 {
		t.Errorf("the receipt is %+v", r)
	}
	classes := map[string]bool{}
	for _, n := range r.Nodes {
		if !n.Agrees || n.Slashed || n.Paid.IsZero() {
			t.Errorf("node %s: %+v", n.Address, n)
		}
		classes[fmt.Sprintf("%x", l.nodeInfo(t, n.Address).ClassId)] = true
	}
	if len(classes) != 3 {
		t.Errorf("the nodes are of %d classes", len(classes))
	}

	verify := func(images ...string) (string, error) {
		args := []string{"task", "verify", path, "--network", l.ready.Profile}
		for _, name := range images {
			args = append(args, "--image", name)
		}
		return l.helium(t, args...)
	}
	if out, err := verify(files...); err != nil || !strings.Contains(out, "these are the images") {
		t.Errorf("its own images: %v\n%s", err, out)
	}
	if out, err := l.helium(t, "task", "verify", path, "--offline", "--image", files[0], "--image", files[1]); err != nil ||
		!strings.Contains(out, "these are the images") || !strings.Contains(out, "fits together") {
		t.Errorf("its own images, without a chain: %v\n%s", err, out)
	}
	if out, err := l.helium(t, "task", "verify", path, "--offline", "--image", files[1], "--image", files[0]); err == nil {
		t.Errorf("images in another order verify without a chain:\n%s", out)
	}
	if out, err := verify(files[1], files[0]); err == nil {
		t.Errorf("images in another order verify:\n%s", out)
	}

	// The same task gives the same picture, another prompt another one.
	again, _ := l.paint(t, "a green forest in the morning", 1)
	other, _ := l.paint(t, "a red lamp in a dark room", 1)
	hash := func(name string) imagehash.Hash {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := imagehash.ReadPNG(data)
		if err != nil {
			t.Fatal(err)
		}
		return imagehash.Of(img)
	}
	if d := imagehash.Distance(hash(files[0]), hash(again[0])); d != 0 {
		t.Errorf("the same task differs by %d bits", d)
	}
	if d := imagehash.Distance(hash(files[0]), hash(other[0])); d < 5 {
		t.Errorf("another prompt differs by %d bits", d)
	}
}

func TestANodeThatDrawsSomethingElseIsSlashed(t *testing.T) {
	l := openLab(t, append(mixedCards(), "--cheat", "1")...)
	cheat := l.ready.Nodes[2].Address
	_, path := l.paint(t, "a blue boat", 1)
	r := readReceipt(t, path)
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
	for _, n := range r.Nodes {
		if cheats := n.Address == cheat; n.Slashed != cheats || n.Agrees == cheats || n.Paid.IsZero() != cheats {
			t.Errorf("the receipt says of %s (the cheat is %s): slashed %t, agrees %t, paid %s", n.Address, cheat, n.Slashed, n.Agrees, n.Paid)
		}
	}
	if info := l.nodeInfo(t, cheat); protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.Stake.Sign() != 0 {
		t.Errorf("the cheat is %s with a stake of %s", protocol.NodeStatus(info.Status), info.Stake)
	}
}
