//go:build linux && !desktop

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/app/network"
	"helium/backend/models"
	"helium/backend/protocol"
)

// TestOperatedNetwork starts a network as its operators do, from nothing: each
// part a process with a folder of its own that knows the others from the profile
// alone. The deployment is killed on the way and goes on.
func TestOperatedNetwork(t *testing.T) {
	o := openOperated(t)
	o.startAll(t, 3, "1000", models.DemoID)
	t.Run("profile is right", func(t *testing.T) {
		out, err := o.helium(t, "network", "show", o.profile())
		if err != nil || !strings.Contains(out, "3 joined") || !strings.Contains(out, o.net.Relays[0].URL) {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("answer is verified", func(t *testing.T) {
		text, id := o.chat(t, plainPrompt)
		if want := bareAnswer(t, plainPrompt); text != want {
			t.Errorf("the network answers %q, the engine alone %q", text, want)
		}
		if r := o.receipt(t, id); r.Outcome != protocol.OutcomeAgreed {
			t.Errorf("outcome is %s", r.Outcome)
		}
	})
	t.Run("every account pays", o.testAccounts)
	t.Run("health names what is low", o.testHealth)
	t.Run("keys are administered", o.testKeys)
}

// operated is a lab without a devnet.
type operated struct {
	*lab
	parts map[string]*process
}

func openOperated(t *testing.T) *operated {
	t.Helper()
	if testing.Short() {
		t.Skip("a whole network is not short")
	}
	dir := t.TempDir()
	o := &operated{&lab{dir: dir, mark: labMark + dir}, map[string]*process{}}
	t.Cleanup(func() {
		o.killAll(t)
		for name := range o.parts {
			if t.Failed() {
				b, _ := os.ReadFile(o.path(name + ".out"))
				t.Logf("── %s ends with\n%s", name, b[max(0, len(b)-2000):])
			}
		}
	})
	return o
}

// startAll starts every part, with so many nodes, and gives the bridge's wallet
// so much CNX.
func (o *operated) startAll(t *testing.T, nodes int, cnx string, offers ...string) {
	t.Helper()
	owner := o.line(t, "network", "key", "--data", o.path("owner"))
	o.startChain(t, owner)
	relayURL := o.deploy(t)
	o.start(t, "relay", "-v", "relay", "run", "--data", o.path("relay"), "--profile", o.profile(), "--listen", strings.TrimPrefix(relayURL, "http://"), "--sponsor")
	o.awaitLine(t, "relay", `The relay serves at (\S+)`)
	sponsor := o.line(t, "relay", "key", "--data", o.path("relay"), "--sponsor")
	payer := o.line(t, "bridge", "wallet", "--data", o.path("bridge"))
	o.send(t, "--to", sponsor, "--to", payer, "--coin", "10")
	o.send(t, "--to", payer, "--cnx", cnx)

	o.startNodes(t, nodes)
	o.startBridge(t, offers)
}

func (o *operated) path(name string) string { return filepath.Join(o.dir, name) }
func (o *operated) profile() string         { return o.path("network.json") }

// start runs a part beside the test, which writes to NAME.out.
func (o *operated) start(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := os.OpenFile(o.path(name+".out"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = o.environ(t), out, out
	if o.parts[name], err = begin(cmd); err != nil {
		t.Fatal(err)
	}
}

// stop ends a part as a service manager does, and wants it to end well.
func (o *operated) stop(t *testing.T, name string) {
	t.Helper()
	part := o.parts[name]
	part.Process.Signal(syscall.SIGTERM)
	select {
	case <-part.ended:
		if part.err != nil {
			t.Errorf("%s ends with %v", name, part.err)
		}
	case <-time.After(patience):
		t.Fatalf("%s does not stop", name)
	}
}

// awaitLine waits for a part to say something, and returns what the pattern's
// group has.
func (o *operated) awaitLine(t *testing.T, name, pattern string) (found string) {
	t.Helper()
	want := regexp.MustCompile(pattern)
	await(t, name+" to say "+pattern, func() bool {
		b, _ := os.ReadFile(o.path(name + ".out"))
		if m := want.FindSubmatch(b); m != nil {
			found = string(m[1])
		}
		return found != "" || o.gone(t, name)
	})
	return found
}

// gone ends the test when a part that should run has ended.
func (o *operated) gone(t *testing.T, name string) bool {
	t.Helper()
	select {
	case <-o.parts[name].ended:
		t.Fatalf("%s ended: %v", name, o.parts[name].err)
		return true
	default:
		return false
	}
}

// line runs a command that prints one line.
func (o *operated) line(t *testing.T, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = o.environ(t), &out, &said
	if err := finish(cmd); err != nil {
		t.Fatalf("%v: %v: %s%s", args, err, &out, &said)
	}
	return strings.TrimSpace(out.String())
}

func (o *operated) startChain(t *testing.T, owner string) {
	t.Helper()
	o.line(t, "chain", "init", "--out", o.path("genesis.json"), "--chain-id", "4711", "--alloc", owner+"=1000000")
	o.start(t, "chain", "chain", "run", "--data", o.path("chain"), "--genesis", o.path("genesis.json"), "--http", "127.0.0.1:0", "--ws", "127.0.0.1:0")
	o.ready.Chain.HTTP = o.awaitLine(t, "chain", `serves at (\S+) and`)
	o.ready.Chain.WS = o.awaitLine(t, "chain", `and (ws\S+)\. `)
	var err error
	if o.rpc, err = ethclient.DialContext(t.Context(), o.ready.Chain.WS); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.rpc.Close)
}

// deploy is cut in the middle once. It returns where the relay is to be.
func (o *operated) deploy(t *testing.T) (relayURL string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	relayURL = "http://" + free.Addr().String()
	free.Close()
	relayAddress := o.line(t, "relay", "key", "--data", o.path("relay"))
	if err := os.WriteFile(o.path("classes.json"), []byte(o.line(t, "network", "class")), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"network", "init", "--key", o.path("owner/key.json"), "--rpc", o.ready.Chain.HTTP, "--ws", o.ready.Chain.WS, "--small", "--delay", "0s",
		"--relay", relayURL + "=" + relayAddress, "--classes", o.path("classes.json"), "--out", o.profile(),
	}
	dry := o.line(t, append(args, "--dry-run")...)
	if _, err := os.Stat(o.path("network.record.json")); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(dry, "12 transactions") {
		t.Errorf("a dry run leaves a record (%v) and says %s", err, dry)
	}

	o.start(t, "init", args...)
	var first string
	await(t, "the first contracts", func() bool {
		first = o.recorded(t, "node")
		return first != common.Address{}.Hex()
	})
	o.parts["init"].Process.Kill()
	<-o.parts["init"].ended
	if _, err := os.Stat(o.profile()); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the profile is there before the network: %v", err)
	}
	o.line(t, args...)
	if again := o.recorded(t, "node"); again != first {
		t.Errorf("Node was at %s and is at %s: it was paid for twice", first, again)
	}
	nonce := func() uint64 {
		n, err := o.rpc.NonceAt(t.Context(), common.HexToAddress(o.recorded(t, "owner")), nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := nonce()
	o.line(t, args...)
	if after := nonce(); after != before {
		t.Errorf("the third run sent %d transactions", after-before)
	}
	if o.net, err = network.Load(t.Context(), o.profile()); err != nil {
		t.Fatal(err)
	}
	return relayURL
}

// recorded reads an address of the deployment's record; zero when there is none.
func (o *operated) recorded(t *testing.T, name string) string {
	t.Helper()
	var r struct {
		Owner      common.Address
		Deployment map[string]any
	}
	b, err := os.ReadFile(o.path("network.record.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return common.Address{}.Hex()
	}
	if err != nil || json.Unmarshal(b, &r) != nil {
		t.Fatalf("the record is %s, %v", b, err)
	}
	if name == "owner" {
		return r.Owner.Hex()
	}
	return common.HexToAddress(r.Deployment[name].(string)).Hex()
}

func (o *operated) send(t *testing.T, args ...string) {
	t.Helper()
	o.line(t, append([]string{"network", "send", o.profile(), "--key", o.path("owner/key.json")}, args...)...)
}

// startNodes starts nodes that have CNX and no coin of the chain.
func (o *operated) startNodes(t *testing.T, nodes int) {
	t.Helper()
	o.line(t, "model", "demo")
	var to []string
	for i := range nodes {
		name := fmt.Sprintf("node-%d", i+1)
		o.start(t, name, "node", "--data", o.path(name), "--profile", o.profile(), "--run", "--passphrase-file", "--always")
		o.awaitLine(t, name, `(http://\S+)`)
		var address string
		await(t, "the wallet of "+name, func() bool {
			out, err := o.helium(t, "status", "--data", o.path(name), "--field", "wallet.address")
			address = strings.TrimSpace(out)
			return err == nil && common.IsHexAddress(address) && common.HexToAddress(address) != (common.Address{})
		})
		to = append(to, "--to", address)
	}
	o.send(t, append(to, "--cnx", "500")...)
	for i := range nodes {
		name := fmt.Sprintf("node-%d", i+1)
		await(t, name+" to be available", func() bool {
			out, _ := o.helium(t, "status", "--data", o.path(name), "--field", "node.chain")
			return strings.TrimSpace(out) == "available" || o.gone(t, name)
		})
	}
}

func (o *operated) startBridge(t *testing.T, offers []string) {
	t.Helper()
	pins := o.path("pins.json")
	if err := os.WriteFile(pins, []byte(o.line(t, append([]string{"bridge", "pins"}, offers...)...)), 0o600); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`{"pins": [%q], "listen": "127.0.0.1:0", "low_cnx": 5000, "page": false, "accounts": 3}`, pins)
	if err := os.WriteFile(o.path("bridge.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// A key that was made before the bridge ever ran.
	o.ready.APIKey = o.line(t, "bridge", "key", "create", "first", "--data", o.path("bridge"))
	o.start(t, "bridge", "bridge", "--config", o.path("bridge.json"), "--data", o.path("bridge"), "--profile", o.profile())
	o.ready.Bridge = o.awaitLine(t, "bridge", `models at (\S+)/v1`)
}

// testAccounts asks until each of the bridge's wallets has paid, of which only one
// was funded.
func (o *operated) testAccounts(t *testing.T) {
	all := strings.Fields(o.line(t, "bridge", "wallet", "--data", o.path("bridge"), "--accounts", "3"))
	paid := map[string]bool{}
	await(t, "every account to pay", func() bool {
		_, id := o.chat(t, plainPrompt)
		paid[o.receipt(t, id).Creator.Hex()] = true
		return len(paid) >= len(all)
	})
	for _, address := range all {
		if !paid[address] {
			t.Errorf("%s has not paid, but %v", address, paid)
		}
	}
}

func (o *operated) testHealth(t *testing.T) {
	var health struct {
		CanPay bool `json:"can_pay"`
		Low    []string
	}
	if !o.get(t, "/healthz", &health) || !health.CanPay || len(health.Low) != 1 || health.Low[0] != "CNX" {
		t.Errorf("got %+v", health)
	}
	if b, _ := os.ReadFile(o.path("bridge.out")); !strings.Contains(string(b), "runs low") {
		t.Error("the log does not warn")
	}
}

// testKeys makes, limits and revokes keys while the bridge runs, and looks at
// them while it does not.
func (o *operated) testKeys(t *testing.T) {
	data := o.path("bridge")
	first := o.ready.APIKey
	second := o.line(t, "bridge", "key", "create", "second", "--data", data, "--budget", "0.5", "--expires", "24h")
	id := regexp.MustCompile(`(?m)^(\w{12})\s+second`).FindStringSubmatch(o.line(t, "bridge", "key", "list", "--data", data))
	if id == nil {
		t.Fatal("the new key is not in the list")
	}
	status := func(key string) int {
		o.ready.APIKey = key
		resp, err := o.post(t.Context(), question("Hello", false))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := status(second); got != http.StatusPaymentRequired {
		t.Errorf("a key with half a CNX gets status %d", got)
	}
	o.line(t, "bridge", "key", "budget", id[1], "100", "--data", data)
	if got := status(second); got != http.StatusOK {
		t.Errorf("a key with a budget gets status %d", got)
	}
	if got := o.line(t, "bridge", "key", "ledger", id[1], "--data", data); !regexp.MustCompile(`(?s)^at,request,fee_wei,refunded_wei,ended\n[^\n]+,req_\w+,\d+,\d+,(true|false)$`).MatchString(got) {
		t.Errorf("the ledger of a key with one request is %s", got)
	}
	o.line(t, "bridge", "key", "revoke", id[1], "--data", data)
	if got := status(second); got != http.StatusUnauthorized {
		t.Errorf("a revoked key gets status %d", got)
	}
	o.stop(t, "bridge")
	if _, err := os.Stat(filepath.Join(data, "admin.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the address of the administration is left: %v", err)
	}
	list := o.line(t, "bridge", "key", "list", "--data", data)
	if !regexp.MustCompile(`second.*revoked`).MatchString(list) || strings.Contains(list, first) {
		t.Errorf("the list is %s", list)
	}
}
