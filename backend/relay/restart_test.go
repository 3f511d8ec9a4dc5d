package relay

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

// childSetup is what a relay in a child process needs.
type childSetup struct {
	DataDir string                         `json:"data_dir"`
	Listen  string                         `json:"listen"`
	Key     string                         `json:"key"`
	Tasks   map[protocol.TaskKey]TaskRoles `json:"tasks"`
	Hosts   []string                       `json:"hosts"`
	Cluster *Cluster                       `json:"cluster"`
}

// runChild is a relay as a process of its own, until it is killed.
func runChild() {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var setup childSetup
	if err := json.Unmarshal([]byte(os.Getenv("HELIUM_RELAY_CHILD")), &setup); err != nil {
		fail(err)
	}
	key, err := crypto.HexToECDSA(setup.Key)
	if err != nil {
		fail(err)
	}
	tasks := newFakeTasks()
	for k, t := range setup.Tasks {
		tasks.set(k, t)
	}
	r, err := Start(context.Background(), Config{
		DataDir: setup.DataDir, Listen: setup.Listen, Profile: testProfile(), Key: key, Tasks: tasks,
		Hosts: setup.Hosts, Cluster: setup.Cluster,
	})
	if err != nil {
		fail(err)
	}
	fmt.Println(r.URL())
	select {}
}

// startChild starts the relay process and returns where it listens.
func startChild(t *testing.T, setup childSetup) (url string, kill func()) {
	t.Helper()
	return child(t, "HELIUM_RELAY_CHILD", setup)
}

// child starts this program again in another part, and returns the first word it says.
func child(t *testing.T, part string, setup any) (says string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), part+"="+string(encodeJSON(t, setup)))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill = func() {
		once.Do(func() {
			_ = cmd.Process.Kill()
			_ = cmd.Wait() // says that it was killed
		})
	}
	t.Cleanup(kill)
	if _, err := fmt.Fscanln(out, &says); err != nil {
		t.Fatalf("the child says nothing: %v", err)
	}
	return says, kill
}

func TestKilledRelayKeepsWhatItSignedFor(t *testing.T) {
	relayKey := newParty(t)
	creator, node := newParty(t), newParty(t)
	setup := childSetup{DataDir: t.TempDir(), Listen: "127.0.0.1:0", Key: hex.EncodeToString(crypto.FromECDSA(relayKey.key)), Tasks: map[protocol.TaskKey]TaskRoles{}}
	const tasks = 150
	keys := make([]protocol.TaskKey, tasks)
	for i := range keys {
		keys[i] = crypto.Keccak256Hash([]byte{byte(i), 77})
		setup.Tasks[keys[i]] = TaskRoles{ID: protocol.TaskID(i + 1), Creator: creator.Address(), Nodes: [3]common.Address{node.Address()}}
	}
	domain := testProfile().Domain()
	url, kill := startChild(t, setup)
	setup.Listen = strings.TrimPrefix(url, "http://")
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	dial := func(p *party) *client.Client {
		c, err := client.Dial(ctx, client.Options{URL: url, Signer: p, Domain: domain})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	asNode, asCreator := dial(node), dial(creator)

	ready := func(key protocol.TaskKey) client.Message {
		sig, err := domain.Sign(protocol.Ready{TaskKey: key}, node.key)
		if err != nil {
			t.Error(err)
		}
		m, err := client.NewMessage(node.Address(), protocol.Ready{TaskKey: key}, sig)
		if err != nil {
			t.Error(err)
		}
		return m
	}

	// Store under load until, somewhere in the middle, the relay is killed.
	type stored struct{ blob, signature []byte }
	results := make(map[int]stored)
	var mu sync.Mutex
	enough := make(chan struct{})
	killed, stop := context.WithCancel(ctx)
	defer stop()
	var workers sync.WaitGroup
	for w := range 6 {
		workers.Go(func() {
			for i := w; i < tasks; i += 6 {
				blob := sealed(t, strings.Repeat("answer", 100*(i%20)), creator)
				if err := asCreator.PutEnvelope(killed, keys[i], sealed(t, "question", node)); err != nil {
					return
				}
				sig, err := asNode.PutResult(killed, keys[i], blob)
				if err != nil {
					return
				}
				// The last that is acknowledged before the kill must be there after it.
				if err := asNode.SendMessage(killed, keys[i], ready(keys[i])); err != nil {
					return
				}
				mu.Lock()
				results[i] = stored{blob, sig}
				if len(results) == 60 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	kill()
	stop()
	workers.Wait()
	if len(results) < 60 || len(results) == tasks {
		t.Fatalf("%d of %d were stored before the kill", len(results), tasks)
	}

	startChild(t, setup)
	for i, want := range results {
		got, err := asCreator.Result(ctx, keys[i], node.Address())
		if err != nil || !bytes.Equal(got, want.blob) {
			t.Fatalf("task %d: %d bytes, %v, want the %d that were signed for", i, len(got), err, len(want.blob))
		}
		again, err := asNode.PutResult(ctx, keys[i], want.blob)
		if err != nil || !bytes.Equal(again, want.signature) {
			t.Fatalf("task %d: signature %x, %v, want the same as before", i, again, err)
		}
		if _, err := asNode.PutResult(ctx, keys[i], sealed(t, "other", creator)); !errors.Is(err, client.ErrDifferent) {
			t.Fatalf("task %d: another result: %v, want ErrDifferent", i, err)
		}
		events, err := asCreator.Watch(ctx, keys[i])
		if err != nil {
			t.Fatal(err)
		}
		if ev := next(t, events, client.EventResult); ev.CiphertextHash != crypto.Keccak256Hash(want.blob) {
			t.Fatalf("task %d: event %+v", i, ev)
		}
		if ev := next(t, events, client.EventMessage); ev.Node != node.Address() {
			t.Fatalf("task %d: event %+v", i, ev)
		}
	}
}

func TestBlobsStoredWithoutTheirEventAreAnnouncedAtTheNextStart(t *testing.T) {
	n := newNetwork(t)
	envelope, result_ := sealed(t, "q", n.nodes[0]), sealed(t, "a", n.creator)
	// What a relay that dies between the two writes leaves behind.
	for subject, blob := range map[string][]byte{"blob." + envelopePath(n.key): envelope, "blob." + resultPath(n.key, n.nodes[0].Address()): result_} {
		if err := n.relay.bus.storeBlob(n.ctx(), subject, blob); err != nil {
			t.Fatal(err)
		}
	}
	n.stop()
	n.start()
	events, err := n.dial(n.creator).Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[client.EventKind]common.Hash{}
	for range 2 {
		ev := <-events
		hashes[ev.Kind] = ev.CiphertextHash
	}
	if hashes[client.EventEnvelope] != crypto.Keccak256Hash(envelope) || hashes[client.EventResult] != crypto.Keccak256Hash(result_) {
		t.Errorf("events %v", hashes)
	}
}

func TestEverythingGoesAfterItsRetention(t *testing.T) {
	now := time.Now()
	n := newNetwork(t, func(c *Config) { c.Now = func() time.Time { return now } })
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	running := common.HexToHash("0x5555")
	n.tasks.set(running, n.tasks.tasks[n.key])
	for _, key := range []protocol.TaskKey{n.key, running} {
		if err := creator.PutEnvelope(n.ctx(), key, sealed(t, "q", n.nodes[0])); err != nil {
			t.Fatal(err)
		}
		if _, err := node.PutResult(n.ctx(), key, sealed(t, "a", n.creator)); err != nil {
			t.Fatal(err)
		}
		if err := node.SendMessage(n.ctx(), key, n.message(n.nodes[0], protocol.Ready{TaskKey: key})); err != nil {
			t.Fatal(err)
		}
	}
	ended := n.tasks.tasks[n.key]
	ended.Ended = now
	n.tasks.set(n.key, ended)

	now = now.Add(time.Hour)
	if removed, err := n.relay.cleanOnce(n.ctx()); removed != 0 || err != nil {
		t.Errorf("before its time %d were removed, %v", removed, err)
	}
	if _, err := creator.Result(n.ctx(), n.key, n.nodes[0].Address()); err != nil {
		t.Errorf("before its time: %v", err)
	}
	now = now.Add(time.Second)
	if removed, err := n.relay.cleanOnce(n.ctx()); removed != 1 || err != nil {
		t.Errorf("%d were removed, %v, want 1", removed, err)
	}
	if status, code, _ := n.raw("GET", "/v1/tasks/"+n.key.Hex()+"/envelope", n.bearerOf(n.nodes[0]), nil); status != 410 || code != "expired" {
		t.Errorf("after its time: %d %s, want 410", status, code)
	}
	for _, s := range []struct {
		name string
		got  func() (map[string]uint64, error)
		want int
	}{
		{"blobs", func() (map[string]uint64, error) { return n.relay.bus.subjects(n.ctx(), n.relay.bus.blobs, "blob.>") }, 2},
		{"events", func() (map[string]uint64, error) { return n.relay.bus.subjects(n.ctx(), n.relay.bus.events, "ev.>") }, 3},
		{"drawn", func() (map[string]uint64, error) { return n.relay.bus.subjects(n.ctx(), n.relay.bus.events, "drawn.>") }, 3},
	} {
		got, err := s.got()
		if err != nil || len(got) != s.want {
			t.Errorf("%s kept: %d, %v, want %d", s.name, len(got), err, s.want)
		}
		for subject := range got {
			if strings.Contains(subject, keyPart(n.key)) {
				t.Errorf("%s is still there", subject)
			}
		}
	}
}

// haystack collects what a relay writes down, on disk and in its log.
type haystack struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (h *haystack) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.Write(b)
}

func (h *haystack) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.log.Bytes())
}

func TestRelayWritesDownNothingItShouldNotKnow(t *testing.T) {
	var log haystack
	n := newNetwork(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	const prompt, answer = "WHERE-IS-THE-TREASURE-BURIED", "UNDER-THE-OLD-OAK-TREE"
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	token := n.bearerOf(n.creator)
	roles := n.tasks.tasks[n.key]
	for i := range 100 {
		key := crypto.Keccak256Hash([]byte{byte(i), 3})
		n.tasks.set(key, roles)
		if err := creator.PutEnvelope(n.ctx(), key, sealed(t, prompt, n.nodes[:]...)); err != nil {
			t.Fatal(err)
		}
		stream, err := seal.NewStreamSealer(n.creator.seal.Public(), key, n.nodes[0].Address())
		if err != nil {
			t.Fatal(err)
		}
		seq, chunk, err := stream.Seal([]byte(answer), true)
		if err != nil {
			t.Fatal(err)
		}
		if err := node.SendChunk(n.ctx(), key, seq, chunk); err != nil {
			t.Fatal(err)
		}
		if _, err := node.PutResult(n.ctx(), key, sealed(t, answer, n.creator)); err != nil {
			t.Fatal(err)
		}
	}
	// A client that forgets to seal is refused, and that leaves nothing behind.
	n.raw("PUT", "/v1/tasks/"+n.key.Hex()+"/envelope", token, []byte(prompt))
	n.stop()

	secrets := map[string][]byte{
		"prompt": []byte(prompt), "answer": []byte(answer), "token": []byte(strings.TrimPrefix(token, "Bearer ")),
		"prompt in base64": []byte(base64.StdEncoding.EncodeToString([]byte(prompt))[:30]),
		"answer in base64": []byte(base64.StdEncoding.EncodeToString([]byte(answer))[:24]),
		"relay's key":      crypto.FromECDSA(n.cfg.Key), "relay's key in hex": []byte(hex.EncodeToString(crypto.FromECDSA(n.cfg.Key))),
	}
	for i, p := range append(n.nodes[:], n.creator) {
		secret := p.seal.Secret()
		secrets[fmt.Sprintf("seal key %d", i)] = secret[:]
	}
	hay := map[string][]byte{"the log": log.bytes()}
	blobs := 0
	err := filepath.WalkDir(n.cfg.DataDir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		hay[path], err = os.ReadFile(path)
		blobs += bytes.Count(hay[path], []byte("age-encryption.org/v1"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if blobs < 200 {
		t.Fatalf("only %d blobs found on disk: the test looks in the wrong place", blobs)
	}
	for where, content := range hay {
		for what, secret := range secrets {
			if bytes.Contains(content, secret) {
				t.Errorf("%s holds the %s", where, what)
			}
		}
	}
}
