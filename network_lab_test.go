//go:build linux && !desktop

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/devnet"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/inference/ggml"
)

// patience is how long anything may take before a test gives up on it. It is
// no measure of speed: a task with a dead node may wait for a deadline of the
// contract, which is over three minutes away.
const patience = 8 * time.Minute

// lab is a devnet in processes of its own, as a person starts it. All of them
// carry its mark, so that none can be left behind.
type lab struct {
	dir   string
	mark  string
	args  []string
	ready devnet.Ready
	main  *process
	rpc   *ethclient.Client
	net   *protocol.Profile
}

const labMark = "HELIUM_TEST_NETWORK="

// openLab starts a devnet with these flags and stops all of it with the test.
func openLab(t *testing.T, args ...string) *lab {
	t.Helper()
	if testing.Short() {
		t.Skip("a whole network is not short")
	}
	dir := t.TempDir()
	l := &lab{dir: dir, mark: labMark + dir, args: args}
	t.Cleanup(func() {
		l.killAll(t)
		if t.Failed() {
			l.showLogs(t)
		}
	})
	l.start(t)
	return l
}

func (l *lab) data() string      { return filepath.Join(l.dir, "data") }
func (l *lab) readyFile() string { return filepath.Join(l.dir, "ready.json") }

// nodeDir is the folder of node n, from 0.
func (l *lab) nodeDir(n int) string { return filepath.Join(l.data(), fmt.Sprintf("node-%d", n+1)) }

// engineDir is the engine that programs of these tests load: build/engine's, unless
// HELIUM_TEST_ENGINE names another.
func engineDir(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("HELIUM_TEST_ENGINE"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs(filepath.Join("build", "engine", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// environ makes this binary behave as helium and keeps it off the person's
// own files.
func (l *lab) environ(t *testing.T) []string {
	t.Helper()
	return append(os.Environ(), asProgram+"=1", l.mark, ggml.DirEnv+"="+engineDir(t),
		"HF_HOME="+filepath.Join(l.dir, "models"), "HF_ENDPOINT=http://127.0.0.1:9", "HELIUM_DATA="+filepath.Join(l.dir, "own"))
}

// start returns once the devnet serves. A later start goes on where it was.
func (l *lab) start(t *testing.T) {
	t.Helper()
	out, err := os.OpenFile(filepath.Join(l.dir, "devnet.out"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	os.Remove(l.readyFile()) // a devnet that was killed leaves it
	args := append([]string{"devnet", "--demo-model", "--port", "0", "--data", l.data(), "--ready", l.readyFile()}, l.args...)
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = l.environ(t), out, out
	if l.main, err = begin(cmd); err != nil {
		t.Fatal(err)
	}
	await(t, "the devnet to serve", func() bool {
		select {
		case <-l.main.ended:
			t.Fatalf("the devnet ended before it served: %v", l.main.err)
		default:
		}
		_, err := os.Stat(l.readyFile())
		return err == nil
	})
	if l.ready, err = devnet.ReadReady(l.readyFile()); err != nil {
		t.Fatal(err)
	}
	if l.rpc, err = ethclient.DialContext(t.Context(), l.ready.Chain.WS); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.rpc.Close)
	if l.net, err = client.FetchProfile(t.Context(), l.ready.Profile); err != nil {
		t.Fatal(err)
	}
}

// stop is a Ctrl-C.
func (l *lab) stop(t *testing.T) {
	t.Helper()
	l.main.Process.Signal(os.Interrupt)
	select {
	case <-l.main.ended:
	case <-time.After(patience):
		t.Fatal("the devnet does not stop")
	}
}

// killAll ends every process of the network at once, devnet, nodes and
// engines, as when the power fails.
func (l *lab) killAll(t *testing.T) {
	t.Helper()
	await(t, "every process to be gone", func() bool {
		left := l.processes()
		for _, pid := range left {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		return len(left) == 0
	})
	if l.main != nil {
		<-l.main.ended
	}
}

// processes are those of this lab that run, by their mark.
func (l *lab) processes() (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environ, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err == nil && slices.Contains(strings.Split(string(environ), "\x00"), l.mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// nodePID finds node n's process, which the ready file no longer knows once it
// was started again; 0 between two.
func (l *lab) nodePID(n int) int {
	dir := l.nodeDir(n)
	for _, pid := range l.processes() {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if slices.Contains(strings.Split(string(line), "\x00"), dir) {
			return pid
		}
	}
	return 0
}

func (l *lab) showLogs(t *testing.T) {
	logs, _ := filepath.Glob(filepath.Join(l.data(), "*", "node.log"))
	for _, path := range append([]string{filepath.Join(l.dir, "devnet.out"), filepath.Join(l.data(), "devnet.log")}, logs...) {
		b, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		t.Logf("── %s ends with\n%s", path, b[max(0, len(b)-3000):])
	}
}

// helium runs another command beside the devnet.
func (l *lab) helium(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = l.environ(t)
	return combined(cmd)
}

// await polls until done; what it waits for is in another process.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for began := time.Now(); !done(); time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > patience {
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// question is a chat request whose answer the arguments alone decide.
func question(prompt string, stream bool) map[string]any {
	return map[string]any{
		"model": models.DemoID, "messages": []map[string]string{{"role": "user", "content": prompt}},
		"temperature": 0, "seed": 7, "max_tokens": 24, "stream": stream,
	}
}

// post sends a chat request with the devnet's own key.
func (l *lab) post(ctx context.Context, body map[string]any) (*http.Response, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return l.request(ctx, http.MethodPost, "/v1/chat/completions", b)
}

func (l *lab) request(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, l.ready.Bridge+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+l.ready.APIKey)
	req.Header.Set("X-Helium-Events", "1")
	return http.DefaultClient.Do(req)
}

// get reads a JSON answer; false when the status is not 200.
func (l *lab) get(t *testing.T, path string, into any) bool {
	t.Helper()
	resp, err := l.request(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		return false
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s answers %s: %v", path, b, err)
	}
	return true
}

// chat asks without streaming and returns the verified text.
func (l *lab) chat(t *testing.T, prompt string) (text, id string) {
	t.Helper()
	resp, err := l.post(t.Context(), question(prompt, false))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("chat answers %s: %s, %v", resp.Status, b, err)
	}
	var answer struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal(b, &answer); err != nil || len(answer.Choices) != 1 {
		t.Fatalf("chat answers %s: %v", b, err)
	}
	return answer.Choices[0].Message.Content, resp.Header.Get("X-Helium-Receipt")
}

// receipt waits until a request is settled.
func (l *lab) receipt(t *testing.T, id string) (r protocol.Receipt) {
	t.Helper()
	await(t, "the receipt of "+id, func() bool { return l.get(t, "/v1/receipts/"+id, &r) })
	return r
}

// streamEvent is one event of a streamed answer.
type streamEvent struct {
	name string
	data []byte
}

// readStream gives each event to see until the stream ends or see says no.
func readStream(body io.Reader, see func(streamEvent) bool) error {
	var e streamEvent
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		line := lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			e.name = name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			e.data = []byte(data)
			if !see(e) {
				return nil
			}
			e = streamEvent{}
		}
	}
	return lines.Err()
}

// transactionsIn are those that an event tells of.
func transactionsIn(e streamEvent) (txs []common.Hash) {
	var got struct{ Tx *common.Hash }
	if json.Unmarshal(e.data, &got) == nil && got.Tx != nil {
		txs = append(txs, *got.Tx)
	}
	return txs
}
