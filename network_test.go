//go:build linux && !desktop

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/devnet"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/ggml"
	"helium/inference/task"
	"helium/inference/worker"
)

// The prompts are long enough that finding one in a folder is no accident.
const (
	plainPrompt    = "What is a relay good for, asked 4711 times?"
	streamedPrompt = "What does a node earn in 4712 days?"
)

// TestNetwork looks at one network that works, from outside, as applications,
// scripts and owners do.
func TestNetwork(t *testing.T) {
	l := openLab(t)
	t.Run("ready file says where everything is", l.testReadyFile)

	var texts []string
	t.Run("answer is verified", func(t *testing.T) {
		text, id := l.chat(t, plainPrompt)
		if want := bareAnswer(t, plainPrompt); text != want {
			t.Errorf("the network answers %q, the engine alone %q", text, want)
		}
		texts = append(texts, text)
		l.testReceipt(t, id)
	})
	t.Run("answer is streamed", func(t *testing.T) { texts = append(texts, l.testStream(t)) })
	t.Run("official client", func(t *testing.T) { l.runClient(t, "client.mjs") })
	t.Run("official client in Go", l.testGoClient)
	t.Run("library for agents", func(t *testing.T) { l.runClient(t, "agent.mjs") })
	t.Run("price", l.testPrice)
	t.Run("nothing was paid twice", func(t *testing.T) {
		l.awaitIdle(t)
		l.readBook(t).check(t, l)
	})
	t.Run("stop leaves nothing running", func(t *testing.T) {
		l.stop(t)
		if _, err := os.Stat(l.readyFile()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the ready file is still there: %v", err)
		}
		for _, pid := range l.processes() {
			line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			t.Errorf("process %d still runs: %q", pid, strings.Split(string(line), "\x00"))
		}
	})
	t.Run("relay kept ciphertext only", func(t *testing.T) { l.testRelayFolder(t, append(texts, plainPrompt, streamedPrompt)) })
}

func (l *lab) testReadyFile(t *testing.T) {
	info, err := os.Stat(l.readyFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(l.readyFile())
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"chain.http", "chain.ws", "chain.id", "relay", "bridge", "chat", "api_key", "faucet", "profile",
		"contracts.token", "contracts.node", "contracts.task",
	} {
		at := any(fields)
		for _, name := range strings.Split(path, ".") {
			object, _ := at.(map[string]any)
			at = object[name]
		}
		if at == nil || at == "" || at == float64(0) {
			t.Errorf("%s is missing", path)
		}
	}
	if len(l.ready.Nodes) != 3 {
		t.Errorf("there are %d nodes", len(l.ready.Nodes))
	}
	for i, n := range l.ready.Nodes {
		if n.PID != l.nodePID(i) || n.Address == (common.Address{}) {
			t.Errorf("node %d is %+v, its process %d", i, n, l.nodePID(i))
		}
		checkPage(t, n.API)
	}
	checkPage(t, l.ready.Chat)
	if id, err := l.rpc.ChainID(t.Context()); err != nil || id.Uint64() != l.ready.Chain.ID || id.Uint64() != devnet.ChainID {
		t.Errorf("the chain's id is %v, %v", id, err)
	}
	if l.net.Contracts != l.ready.Contracts || l.net.WS != l.ready.Chain.WS || l.net.Relays[0].URL != l.ready.Relay || l.ready.Profile != l.ready.Relay+"/.well-known/helium.json" {
		t.Errorf("the relay serves the profile %+v", l.net)
	}
}

func checkPage(t *testing.T, url string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("<html")) {
		t.Errorf("%s answers %s with %d bytes", resp.Request.URL.Path, resp.Status, len(b))
	}
}

// bareAnswer is what the engine says without any network.
func bareAnswer(t *testing.T, prompt string) string {
	t.Helper()
	library, err := models.Open(t.TempDir(), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	model, err := library.MakeDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(ggml.DirEnv, engineDir(t))
	t.Setenv(asProgram, "1")
	engine, err := worker.Start(t.Context(), worker.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	q := question(prompt, false)
	doc, err := json.Marshal(map[string]any{
		"model": q["model"], "seed": q["seed"], "messages": q["messages"],
		"generation_config": map[string]any{"max_new_tokens": q["max_tokens"], "do_sample": false},
	})
	if err != nil {
		t.Fatal(err)
	}
	result, err := engine.RunGPT(t.Context(), worker.GPTRequest{Task: doc, Model: worker.Model{ID: models.DemoID, Path: model.Path}}, func(worker.Delta) {})
	if err != nil {
		t.Fatal(err)
	}
	response, err := task.ParseResponse(result.Response)
	if err != nil {
		t.Fatal(err)
	}
	return response.Choices[0].Content
}

// testReceipt checks a receipt in both ways there are, and that no part of it
// can be changed.
func (l *lab) testReceipt(t *testing.T, id string) {
	r := l.receipt(t, id)
	if r.Outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", r.Outcome)
	}
	if found, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil || len(found) < 8 {
		t.Errorf("found %v, %v", found, err)
	}
	for what, change := range map[string]func(*protocol.Receipt){
		"answer":  func(r *protocol.Receipt) { r.Response += " " },
		"payment": func(r *protocol.Receipt) { r.Nodes[1].Paid = r.Nodes[1].Paid.Add(protocol.CNX(1)) },
		"node":    func(r *protocol.Receipt) { r.Nodes[0].Address[3] ^= 1 },
		"result":  func(r *protocol.Receipt) { r.Result = slices.Clone(r.Result); r.Result[0] ^= 1 },
		"task":    func(r *protocol.Receipt) { r.TaskID++ },
		"slash":   func(r *protocol.Receipt) { r.Nodes[2].Slashed = true },
	} {
		changed := r
		change(&changed)
		if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, changed); err == nil {
			t.Errorf("a receipt with another %s is taken for right", what)
		}
	}

	out, err := l.helium(t, "task", "verify", l.keep(t, r), "--network", l.ready.Profile)
	if err != nil || !strings.Contains(out, "The receipt is right") {
		t.Errorf("helium task verify: %v\n%s", err, out)
	}
	l.testOffline(t, r)
	r.Response += "!"
	if out, err := l.helium(t, "task", "verify", l.keep(t, r), "--network", l.ready.Profile); err == nil || !strings.Contains(out, "response") {
		t.Errorf("helium task verify takes a changed answer: %v\n%s", err, out)
	}
}

// testOffline checks a receipt and its text as somebody does who has no network.
func (l *lab) testOffline(t *testing.T, r protocol.Receipt) {
	t.Helper()
	response, err := task.ParseResponse([]byte(r.Response))
	if err != nil {
		t.Fatal(err)
	}
	text := response.Choices[0].Content
	for what, c := range map[string]struct {
		text  string
		right bool
	}{"the answer": {text, true}, "it as an editor saves it": {text + "\n", true}, "another one": {text + "!", false}, "a part": {text[:1], false}} {
		out, err := l.verifyText(t, r, c.text)
		if (err == nil) != c.right || c.right && !strings.Contains(out, "this is the text") {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	r.Nodes[0].Nonce[0] ^= 1
	if out, err := l.helium(t, "task", "verify", l.keep(t, r), "--offline"); err == nil || !strings.Contains(out, "nodes[0].commitment") {
		t.Errorf("an opening of another commitment: %v\n%s", err, out)
	}
}

// verifyText holds a text against a receipt, without any network.
func (l *lab) verifyText(t *testing.T, r protocol.Receipt, text string) (out string, err error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "answer.txt")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return l.helium(t, "task", "verify", l.keep(t, r), "--offline", "--answer", name)
}

func (l *lab) keep(t *testing.T, r protocol.Receipt) (path string) {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "receipt.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// testStream follows a streamed answer to its receipt and returns its text.
func (l *lab) testStream(t *testing.T) (text string) {
	resp, err := l.post(t.Context(), question(streamedPrompt, true))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var order []string
	var receipt protocol.Receipt
	err = readStream(resp.Body, func(e streamEvent) bool {
		step, piece := readEvent(t, e)
		if step != "" {
			order = append(order, step)
		}
		text += piece
		if step == "receipt" {
			var got struct{ Receipt protocol.Receipt }
			if err := json.Unmarshal(e.data, &got); err != nil {
				t.Fatal(err)
			}
			receipt = got.Receipt
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, want := range []string{"created", "drawn", "text", "verified", "settled", "receipt", "done"} {
		i := slices.Index(order[at:], want)
		if i < 0 {
			t.Fatalf("%s did not come in its order: %v", want, slices.Compact(order))
		}
		at += i
	}
	if want := bareAnswer(t, streamedPrompt); text != want {
		t.Errorf("streamed %q, the engine alone says %q", text, want)
	}
	if stored := l.receipt(t, resp.Header.Get("X-Helium-Receipt")); stored.SettleTx != receipt.SettleTx || stored.Response != receipt.Response {
		t.Errorf("the receipt in the stream is not the stored one")
	}
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, receipt); err != nil {
		t.Error(err)
	}
	return text
}

// readEvent names an event of a stream, and gives the text that it adds.
func readEvent(t *testing.T, e streamEvent) (step, text string) {
	t.Helper()
	if string(e.data) == "[DONE]" {
		return "done", ""
	}
	var got struct {
		Stage   string
		Error   json.RawMessage
		Choices []struct{ Delta struct{ Content string } }
	}
	if err := json.Unmarshal(e.data, &got); err != nil {
		t.Fatalf("event %q: %v", e.data, err)
	}
	switch {
	case e.name == "helium.stage":
		return got.Stage, ""
	case e.name != "":
		return strings.TrimPrefix(e.name, "helium."), ""
	case got.Error != nil:
		return "error", ""
	case len(got.Choices) == 1 && got.Choices[0].Delta.Content != "":
		return "text", got.Choices[0].Delta.Content
	}
	return "", ""
}

// runClient lets others' programs judge the bridge, OpenAI's own among them.
func (l *lab) runClient(t *testing.T, script string) {
	dir := filepath.Join("testdata", "openai")
	for _, module := range []string{"openai", "ai"} {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", module)); err != nil {
			t.Fatal("the clients are not installed: run npm ci --ignore-scripts in testdata/openai (make test does)")
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HELIUM_BASE_URL="+l.ready.Bridge+"/v1", "HELIUM_API_KEY="+l.ready.APIKey, "HELIUM_MODEL="+models.DemoID,
		"HELIUM_IMAGE_MODEL="+models.DemoImagesID)
	out, err := combined(cmd)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(out)
}

// awaitIdle waits until every task on chain has ended: one that its caller left
// goes on.
func (l *lab) awaitIdle(t *testing.T) {
	t.Helper()
	await(t, "every task to end", func() bool {
		for _, task := range l.readBook(t).tasks {
			if task.ended == 0 {
				return false
			}
		}
		return true
	})
}

// testRelayFolder looks for plain text in all that the relay stored.
func (l *lab) testRelayFolder(t *testing.T, secrets []string) {
	bytesSeen, keySeen := 0, false
	err := filepath.WalkDir(filepath.Join(l.data(), "relay"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		bytesSeen += len(b)
		keySeen = keySeen || bytes.Contains(b, []byte("age-encryption.org"))
		for _, secret := range secrets {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	// What is sealed begins with its format's name: without it, the search
	// would look at compressed files, or at nothing.
	if !keySeen {
		t.Errorf("no sealed message was found in %d bytes: the search saw nothing", bytesSeen)
	}
	if slices.Contains(secrets, "") {
		t.Error("a secret is empty")
	}
}
