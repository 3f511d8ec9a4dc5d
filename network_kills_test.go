//go:build linux && !desktop

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/ethclient"

	"helium/app/network"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/natstest"
)

// TestKilledServices runs a network of which every service is there several
// times, each a process of its own: four validators, two relays on three NATS
// servers, two bridges. One of each is killed while two hundred requests are
// answered, the one that the others call first; then all validators at once, one
// of which loses its disk besides. Nothing that anybody was told may be lost.
//
// It takes minutes, so make test leaves it out; make test-kills runs it.
func TestKilledServices(t *testing.T) {
	if os.Getenv("HELIUM_TEST_KILLS") == "" {
		t.Skip("takes minutes: make test-kills runs it")
	}
	r := startRedundant(t)
	const requests, atOnce, nodes = 200, 6, 7
	r.startNodes(t, nodes)
	for i := range r.bridges {
		r.startNamedBridge(t, i)
	}
	want := bareAnswer(t, plainPrompt)

	kills := map[int]func(){
		30:  func() { r.kill(t, "v0") },
		70:  func() { r.kill(t, "n0") },
		110: func() { r.kill(t, "relay-0") },
		150: func() { r.kill(t, "bridge-0"); r.startNamedBridge(t, 0) },
	}
	receipts := r.askAll(t, requests, atOnce, want, kills)

	r.settled(t, receipts)
	r.killValidators(t)
	if text := r.insist(t, 1, "after everything"); text != want {
		t.Errorf("the network answers %q, the engine alone %q", text, want)
	}
}

// redundant is an operated network of which every service is there several times.
type redundant struct {
	*operated
	rpcs, wss      []string
	nats           []natstest.Server
	relays         []string
	bridges, chats []string // addresses to listen at, and API keys
}

func startRedundant(t *testing.T) *redundant {
	t.Helper()
	r := &redundant{operated: openOperated(t)}
	owner := r.line(t, "network", "key", "--data", r.path("owner"))
	r.startValidators(t, owner)
	r.startNATS(t)
	r.relays, r.bridges = freeAddresses(t, 2), freeAddresses(t, 2)
	args := []string{
		"network", "init", "--key", r.path("owner/key.json"), "--rpc", r.rpcs[0], "--small", "--delay", "0s",
		"--classes", r.path("classes.json"), "--out", r.profile(),
	}
	for _, ws := range r.wss {
		args = append(args, "--ws", ws)
	}
	if err := os.WriteFile(r.path("classes.json"), []byte(r.line(t, "network", "class")), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, at := range r.relays {
		args = append(args, "--relay", "http://"+at+"="+r.line(t, "relay", "key", "--data", r.path(fmt.Sprintf("relay-%d", i))))
	}
	r.line(t, args...)
	var err error
	if r.net, err = network.Load(t.Context(), r.profile()); err != nil {
		t.Fatal(err)
	}
	rich := []string{"--coin", "100"}
	for i, at := range r.relays {
		name := fmt.Sprintf("relay-%d", i)
		rich = append(rich, "--to", r.line(t, "relay", "key", "--data", r.path(name), "--sponsor"))
		relay := []string{"relay", "run", "--data", r.path(name), "--profile", r.profile(), "--listen", at, "--sponsor"}
		for _, s := range r.nats {
			relay = append(relay, "--nats", s.URL())
		}
		r.start(t, name, relay...)
		r.awaitLine(t, name, `The relay serves at (\S+)`)
	}
	payers := []string{"--cnx", "100000"}
	for i := range r.bridges {
		payer := r.line(t, "bridge", "wallet", "--data", r.path(fmt.Sprintf("bridge-%d", i)))
		rich, payers = append(rich, "--to", payer), append(payers, "--to", payer)
	}
	r.send(t, rich...)
	r.send(t, payers...)
	return r
}

func freeAddresses(t *testing.T, n int) (all []string) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		all = append(all, l.Addr().String())
	}
	return all
}

func (r *redundant) startValidators(t *testing.T, owner string) {
	t.Helper()
	init := []string{"chain", "init", "--out", r.path("genesis.json"), "--chain-id", "4713", "--alloc", owner + "=1000000"}
	at := freeAddresses(t, 12)
	for i := range 4 {
		name := fmt.Sprintf("v%d", i)
		init = append(init, "--validator", r.line(t, "chain", "key", "--data", r.path(name), "--name", name, "--at", at[i]))
		r.rpcs, r.wss = append(r.rpcs, "http://"+at[4+i]), append(r.wss, "ws://"+at[8+i])
	}
	r.line(t, init...)
	for i := range 4 {
		r.startValidator(t, i)
	}
	for i := range 4 {
		r.awaitLine(t, fmt.Sprintf("v%d", i), `serves at (\S+)`)
	}
	r.ready.Chain.HTTP, r.ready.Chain.WS = r.rpcs[3], r.wss[3] // one that stays
	var err error
	if r.rpc, err = ethclient.DialContext(t.Context(), r.ready.Chain.WS); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.rpc.Close() })
}

func (r *redundant) startValidator(t *testing.T, i int) {
	t.Helper()
	r.start(t, fmt.Sprintf("v%d", i), "chain", "run", "--data", r.path(fmt.Sprintf("v%d", i)), "--genesis", r.path("genesis.json"),
		"--http", strings.TrimPrefix(r.rpcs[i], "http://"), "--ws", strings.TrimPrefix(r.wss[i], "ws://"))
}

func (r *redundant) startNATS(t *testing.T) {
	t.Helper()
	r.nats = natstest.Three(t, r.dir)
	for _, s := range r.nats {
		out, err := os.Create(r.path(s.Name + ".out"))
		if err != nil {
			t.Fatal(err)
		}
		setup, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env, cmd.Stdout, cmd.Stderr = append(r.environ(t), asNATS+"="+string(setup)), out, out
		r.parts[s.Name], err = begin(cmd)
		out.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range r.nats {
		r.awaitLine(t, s.Name, `(ready)`)
	}
}

// startNamedBridge starts a bridge, or starts it again where it was.
func (r *redundant) startNamedBridge(t *testing.T, i int) {
	t.Helper()
	name := fmt.Sprintf("bridge-%d", i)
	pins := r.path("pins.json")
	if len(r.chats) == i {
		if err := os.WriteFile(pins, []byte(r.line(t, "bridge", "pins", models.DemoID)), 0o600); err != nil {
			t.Fatal(err)
		}
		r.chats = append(r.chats, r.line(t, "bridge", "key", "create", "first", "--data", r.path(name)))
	}
	r.start(t, name, "bridge", "--data", r.path(name), "--profile", r.profile(), "--pins", pins, "--listen", r.bridges[i], "--no-page")
	r.awaitLine(t, name, `models at (\S+)/v1`)
}

// kill is the end of a machine: nothing is written any more, nobody is told.
func (r *redundant) kill(t *testing.T, name string) {
	t.Helper()
	part := r.parts[name]
	if err := part.Process.Kill(); err != nil {
		t.Errorf("kill %s: %v", name, err)
	}
	<-part.ended
	t.Logf("%s is killed", name)
}

// asked is an answer that somebody was given.
type asked struct {
	bridge int
	id     string
}

// askAll sends requests, so many at once and to the bridges in turn. A kill waits
// for its number to be answered, with others in flight.
func (r *redundant) askAll(t *testing.T, requests, atOnce int, want string, kills map[int]func()) (all []asked) {
	t.Helper()
	var mu sync.Mutex
	var answered int
	var workers sync.WaitGroup
	work := make(chan int)
	began := time.Now()
	for range atOnce {
		workers.Go(func() {
			for i := range work {
				text, id, err := r.ask(t, i%2, fmt.Sprintf("request %d", i))
				if err != nil || text != want {
					t.Errorf("request %d: %q, %v", i, text, err)
				}
				mu.Lock()
				answered++
				all = append(all, asked{i % 2, id})
				kill := kills[answered]
				mu.Unlock()
				if kill != nil {
					kill()
				}
			}
		})
	}
	for i := range requests {
		work <- i
	}
	close(work)
	workers.Wait()
	t.Logf("%d requests answered in %s", answered, time.Since(began).Round(time.Second))
	return all
}

// ask asks until it is answered, as a client does whose connection broke: the key
// makes it one request, however often it is sent.
func (r *redundant) ask(t *testing.T, bridge int, key string) (text, id string, err error) {
	body, err := json.Marshal(question(plainPrompt, false))
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for ; ctx.Err() == nil; time.Sleep(200 * time.Millisecond) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.bridges[bridge]+"/v1/chat/completions", bytes.NewReader(body))
		if err != nil {
			return "", "", err
		}
		req.Header.Set("Authorization", "Bearer "+r.chats[bridge])
		req.Header.Set("Idempotency-Key", key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // it is down
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests {
			continue
		}
		if resp.StatusCode != http.StatusOK {
			return "", "", fmt.Errorf("%s: %s", resp.Status, b)
		}
		var answer struct {
			Choices []struct{ Message struct{ Content string } }
		}
		if err := json.Unmarshal(b, &answer); err != nil || len(answer.Choices) != 1 {
			return "", "", fmt.Errorf("answer is %s: %v", b, err)
		}
		return answer.Choices[0].Message.Content, resp.Header.Get("X-Helium-Receipt"), nil
	}
	return "", "", ctx.Err()
}

func (r *redundant) insist(t *testing.T, bridge int, key string) string {
	t.Helper()
	text, _, err := r.ask(t, bridge, key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// settled wants a receipt of every answer, each of a task of its own that the
// nodes agreed about and were paid for.
func (r *redundant) settled(t *testing.T, all []asked) {
	t.Helper()
	tasks := map[protocol.TaskKey]string{}
	for _, a := range all {
		r.ready.Bridge, r.ready.APIKey = "http://"+r.bridges[a.bridge], r.chats[a.bridge]
		receipt := r.receipt(t, a.id)
		if receipt.Outcome != protocol.OutcomeAgreed {
			t.Errorf("%s ended with %s", a.id, receipt.Outcome)
		}
		if other, twice := tasks[receipt.TaskKey]; twice {
			t.Errorf("%s and %s are one task", a.id, other)
		}
		tasks[receipt.TaskKey] = a.id
	}
	t.Logf("%d tasks, each settled", len(tasks))
}

// killValidators kills those that run at once, empties the disk of the one that
// was dead but for its keys, and starts all of them.
func (r *redundant) killValidators(t *testing.T) {
	t.Helper()
	head, err := r.rpc.BlockByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"v1", "v2", "v3"} {
		r.kill(t, name)
	}
	r.emptyDisk(t, "v0")
	for i := range 4 {
		r.startValidator(t, i)
	}
	for i := range 4 {
		name := fmt.Sprintf("v%d", i)
		r.awaitLine(t, name, `serves at (\S+)`)
		client, err := ethclient.DialContext(t.Context(), r.wss[i])
		if err != nil {
			t.Fatal(err)
		}
		await(t, name+" to have what was there", func() bool {
			b, err := client.BlockByNumber(t.Context(), head.Number())
			if err == nil && b.Hash() != head.Hash() {
				t.Fatalf("%s has %s where %s was", name, b.Hash(), head.Hash())
			}
			return err == nil
		})
		client.Close()
	}
}

// emptyDisk leaves a validator its keys alone.
func (r *redundant) emptyDisk(t *testing.T, name string) {
	t.Helper()
	keys := filepath.Join(r.path(name), "chain", "agreement", "config")
	saved := r.path(name + "-keys")
	for _, step := range []func() error{
		func() error { return os.Rename(keys, saved) },
		func() error { return os.RemoveAll(r.path(name)) },
		func() error { return os.MkdirAll(filepath.Dir(keys), 0o700) },
		func() error { return os.Rename(saved, keys) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}
