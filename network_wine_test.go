//go:build linux && !desktop

package main

import (
	"context"
	"io"
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

	"helium/app/api"
	"helium/app/local"
	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/ggml"
)

// windowsCard is the card that two nodes on Linux and the one on Windows declare,
// so that every task is drawn to these three.
const windowsCard = "A card under Wine:2"

// TestWindowsUnderWine runs the Windows program, with Windows' own engine package,
// as the third node of a class whose others run on Linux: a task ends well only if
// all three compute the same bytes. It needs what build/wine-test.sh makes, so make
// test-wine runs it.
func TestWindowsUnderWine(t *testing.T) {
	program := os.Getenv("HELIUM_TEST_WINE")
	if program == "" {
		t.Skip("needs Wine and the Windows build: make test-wine runs it")
	}
	l := openLab(t, "--card", windowsCard, "--card", windowsCard, "--card", "Another card:2")
	w := &windowsNode{lab: l, program: program, dir: filepath.Join(l.dir, "Hëlium, 氦 of two words")}
	t.Cleanup(func() {
		if t.Failed() {
			w.showOutput(t)
		}
	})
	want := bareAnswer(t, plainPrompt)

	w.start(t)
	first := w.awaitAvailable(t)
	account := common.HexToAddress(first.Wallet.Address)
	t.Run("its passphrase is in the credential store and in no file", func(t *testing.T) { w.testPassphrase(t, first) })
	t.Run("its engine is that of the other system", func(t *testing.T) {
		if h := first.Hardware; !strings.HasPrefix(h.Runtime, "cpu-") || h.Why == "" || h.Name == "" {
			t.Errorf("the hardware is %+v", h)
		}
	})
	t.Run("a task is done as on Linux, and paid", func(t *testing.T) { w.testTask(t, account, want) })
	t.Run("a second one in the folder is refused", w.testSecond)
	t.Run("started again, it is the same node", func(t *testing.T) {
		w.stop(t)
		if _, err := os.Stat(filepath.Join(w.dir, local.AddressFile)); err == nil {
			t.Error("an agent that has ended leaves its address")
		}
		w.start(t)
		if s := w.awaitAvailable(t); s.Wallet.Address != first.Wallet.Address || s.Wallet.PassphraseIn != "keychain" {
			t.Errorf("the wallet is %+v, was %+v", s.Wallet, first.Wallet)
		}
		w.testTask(t, account, want)
	})
	t.Run("killed, it takes its engine along and comes back", func(t *testing.T) {
		engines := w.pids("engine")
		if len(engines) == 0 {
			t.Error("no engine runs")
		}
		w.kill(t)
		await(t, "the engine to end with its agent", func() bool { return len(w.pids("engine")) == 0 })
		w.start(t)
		if s := w.awaitAvailable(t); s.Wallet.Address != first.Wallet.Address {
			t.Errorf("the wallet is %+v, was %+v", s.Wallet, first.Wallet)
		}
		w.testTask(t, account, want)
	})
	w.stop(t)
	if left := w.pids(""); len(left) > 0 {
		t.Errorf("processes %d still run", left)
	}
}

// windowsNode is an agent under Wine that stops when its input ends.
type windowsNode struct {
	lab          *lab
	program, dir string

	*process
	stdin io.Closer
}

// windowsPath is how Wine's programs name a file of this system.
func windowsPath(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }

func (w *windowsNode) args() []string {
	return []string{w.program, "node", "--data", windowsPath(w.dir), "--profile", w.lab.ready.Profile, "--run", "--always", "--stop-with-stdin", "--card", windowsCard}
}

// environ leaves the engine to be found beside the program, as where it is installed.
func (w *windowsNode) environ() []string {
	return append(os.Environ(), w.lab.mark, ggml.DirEnv+"=", asProgram+"=", "WINEDEBUG=-all", "HF_ENDPOINT=http://127.0.0.1:9", "HF_HOME="+windowsPath(filepath.Join(w.lab.dir, "models of Windows")))
}

func (w *windowsNode) start(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	out, err := os.OpenFile(w.output(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command("wine", w.args()...)
	cmd.Env, cmd.Stdout, cmd.Stderr = w.environ(), out, out
	if w.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if w.process, err = begin(cmd); err != nil {
		t.Fatal(err)
	}
}

func (w *windowsNode) output() string { return filepath.Join(w.lab.dir, "windows.out") }

func (w *windowsNode) showOutput(t *testing.T) {
	b, _ := os.ReadFile(w.output())
	t.Logf("── the agent says\n%s", b[max(0, len(b)-4000):])
}

// stop ends the agent as its window does.
func (w *windowsNode) stop(t *testing.T) {
	t.Helper()
	w.stdin.Close()
	select {
	case <-w.ended:
	case <-time.After(time.Minute):
		t.Fatal("the agent does not end with its input")
	}
	if code := w.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the agent ends with %d", code)
	}
}

// kill ends the agent as the Task Manager does.
func (w *windowsNode) kill(t *testing.T) {
	t.Helper()
	for _, pid := range w.pids("node") {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	select {
	case <-w.ended:
	case <-time.After(time.Minute):
		t.Fatal("the agent does not end when it is killed")
	}
}

// pids are the program's processes whose first argument is command, or all of them.
func (w *windowsNode) pids(command string) (found []int) {
	for _, pid := range w.lab.processes() {
		b, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
		args := strings.Split(string(b), "\x00")
		i := slices.IndexFunc(args, func(arg string) bool { return strings.HasSuffix(arg, filepath.Base(w.program)) })
		if i >= 0 && (command == "" || i+1 < len(args) && args[i+1] == command) {
			found = append(found, pid)
		}
	}
	return found
}

func (w *windowsNode) state(ctx context.Context) (api.State, error) {
	a, err := local.ReadAddress(w.dir)
	if err != nil {
		return api.State{}, err
	}
	c, err := local.Dial(ctx, a)
	if err != nil {
		return api.State{}, err
	}
	defer c.Close()
	return c.State(ctx)
}

// awaitAvailable waits until the node can be drawn.
func (w *windowsNode) awaitAvailable(t *testing.T) (s api.State) {
	t.Helper()
	began := time.Now()
	await(t, "the node of Windows to be available", func() bool {
		select {
		case <-w.ended:
			t.Fatalf("the agent ended: %s", w.ProcessState)
		default:
		}
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("the node is %s, its reason %+v", s.Node.Chain, s.Node.Reason)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var err error
		s, err = w.state(ctx)
		return err == nil && s.Node.Chain == protocol.NodeAvailable.String() && s.Hardware.Runtime != ""
	})
	return s
}

func (w *windowsNode) testPassphrase(t *testing.T, s api.State) {
	if s.Wallet.PassphraseIn != "keychain" || s.Wallet.Notice != "" {
		t.Errorf("the wallet is %+v", s.Wallet)
	}
	cmd := exec.Command("wine", "reg", "query", `HKCU\Software\Wine\Credential Manager`)
	cmd.Env = w.environ()
	out, err := combined(cmd)
	if err != nil || !strings.Contains(out, "Helium wallet:"+s.Wallet.Address) {
		t.Errorf("the credential store holds %q, %v", out, err)
	}
	files, err := os.ReadDir(filepath.Join(w.dir, "wallet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(f.Name(), "passphrase") {
			t.Errorf("the wallet's folder has %s", f.Name())
		}
	}
}

// testTask asks, and reads in the receipt that the node of Windows opened what
// the others did, and was paid for it as they were.
func (w *windowsNode) testTask(t *testing.T, account common.Address, want string) {
	t.Helper()
	text, id := w.lab.chat(t, plainPrompt)
	if text != want {
		t.Errorf("the network answers %q, the engine alone %q", text, want)
	}
	r := w.lab.receipt(t, id)
	if r.Outcome != protocol.OutcomeAgreed {
		t.Errorf("the outcome is %s", r.Outcome)
	}
	i := slices.IndexFunc(r.Nodes[:], func(n protocol.ReceiptNode) bool { return n.Address == account })
	if i < 0 {
		t.Fatalf("the node of Windows, %s, is not among %+v", account, r.Nodes)
	}
	for _, n := range r.Nodes {
		if !n.Agrees || n.Slashed || string(n.Result) != string(r.Nodes[i].Result) || n.Paid.IsZero() {
			t.Errorf("a node's part is %+v", n)
		}
	}
	if found, err := creator.VerifyReceipt(t.Context(), w.lab.rpc, *w.lab.net, r); err != nil || len(found) < 8 {
		t.Errorf("the chain says %v, %v", found, err)
	}
}

// testSecond starts another agent in the folder, which Windows' locks keep out.
func (w *windowsNode) testSecond(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "wine", w.args()...)
	cmd.Env = w.environ()
	out, err := combined(cmd)
	if err == nil || !strings.Contains(out, "another Helium is running") {
		t.Errorf("it says %q, %v", out, err)
	}
}
