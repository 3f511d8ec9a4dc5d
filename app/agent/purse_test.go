package agent

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/app/api"
	"helium/app/local"
	"helium/backend/wallet"
)

// logFile is a log that is safe for the agent's goroutines.
type logFile struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logFile) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logFile) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

// running is an agent in its first run, and a client of its API.
type running struct {
	*local.Client
	agent *Agent
	dir   string
	log   *logFile
	end   func()
}

func runAgent(t *testing.T, dir string) *running {
	t.Helper()
	t.Setenv("HF_ENDPOINT", "http://127.0.0.1:9")
	log := &logFile{}
	a, err := Open(Config{
		DataDir: dir, ModelsDir: filepath.Join(t.TempDir(), "models"), FirstRun: true, Wallet: wallet.Options{FileOnly: true, LightScrypt: true},
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Run(ctx)
	}()
	c, err := local.Dial(t.Context(), a.server.Address())
	if err != nil {
		t.Fatal(err)
	}
	r := &running{Client: c, agent: a, dir: dir, log: log}
	r.end = sync.OnceFunc(func() {
		c.Close()
		cancel()
		<-done
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.end)
	return r
}

// secretsOf are a phrase and a key in the forms in which they could lie about.
func secretsOf(t *testing.T, words []string, keyHex string) map[string][]byte {
	t.Helper()
	raw, err := hex.DecodeString(keyHex)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{"the key": raw, "the key in hexadecimal": []byte(keyHex)}
	for i := range len(words) - 1 {
		secrets[fmt.Sprintf("word %d with the next", i+1)] = []byte(words[i] + " " + words[i+1])
		secrets[fmt.Sprintf("word %d of a list", i+1)] = []byte(words[i] + `","` + words[i+1])
	}
	return secrets
}

// noSecrets looks into every file of the folder, the log, and what a crash would
// print.
func (r *running) noSecrets(t *testing.T, secrets map[string][]byte) {
	t.Helper()
	places := map[string][]byte{"the log": r.log.bytes()}
	dump := make([]byte, 1<<20)
	places["the stacks"] = dump[:runtime.Stack(dump, true)]
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		places[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(places) < 6 {
		t.Fatalf("only %d places", len(places))
	}
	for place, b := range places {
		lower := bytes.ToLower(b)
		for name, secret := range secrets {
			if bytes.Contains(b, secret) || bytes.Contains(lower, secret) {
				t.Errorf("%s is in %s", name, place)
			}
		}
	}
}

func TestAMadeWalletIsNowhereInClear(t *testing.T) {
	r := runAgent(t, t.TempDir())
	ctx := t.Context()
	draft, err := r.DraftPhrase(ctx)
	if err != nil || len(draft.Words) != 12 || len(draft.Ask) != 2 {
		t.Fatalf("%d words, %v", len(draft.Words), err)
	}
	if again, err := r.DraftPhrase(ctx); err != nil || strings.Join(again.Words, " ") != strings.Join(draft.Words, " ") {
		t.Errorf("another draft for who looks again: %v", err)
	}

	wrong := api.CreateWallet{Words: []string{draft.Words[draft.Ask[0]-1], "zoo zoo"}}
	if err := r.CreateWallet(ctx, wrong); err == nil || wallet.Exists(walletDir(r.dir)) {
		t.Fatalf("with a wrong word: %v", err)
	}
	right := api.CreateWallet{Words: []string{" " + strings.ToUpper(draft.Words[draft.Ask[0]-1]), draft.Words[draft.Ask[1]-1]}}
	if err := r.CreateWallet(ctx, right); err != nil {
		t.Fatal(err)
	}
	if err := r.CreateWallet(ctx, right); err == nil {
		t.Error("it was made twice")
	}
	shown, err := r.ShowPhrase(ctx, "")
	if err != nil || strings.Join(shown, " ") != strings.Join(draft.Words, " ") {
		t.Errorf("another phrase is shown: %v", err)
	}
	file, err := r.ExportWallet(ctx, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	key, err := wallet.KeyFromKeystore([]byte(file), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.State(ctx)
	if err != nil || s.Wallet.Address != crypto.PubkeyToAddress(key.PublicKey).Hex() {
		t.Errorf("the state shows %q, %v", s.Wallet.Address, err)
	}
	secrets := secretsOf(t, draft.Words, hex.EncodeToString(crypto.FromECDSA(key)))
	r.noSecrets(t, secrets)

	// Neither after it has been opened again.
	r.end()
	again := runAgent(t, r.dir)
	if _, err := again.ShowPhrase(ctx, ""); err != nil {
		t.Error(err)
	}
	again.noSecrets(t, secrets)
}

func TestAnImportedWalletIsNowhereInClear(t *testing.T) {
	const (
		junk    = "test test test test test test test test test test test junk"
		junkKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
	)
	key, err := wallet.KeyFromHex(junkKey)
	if err != nil {
		t.Fatal(err)
	}
	w, err := wallet.Import(t.Context(), t.TempDir(), key, wallet.Options{FileOnly: true, LightScrypt: true})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(w.KeyFile())
	if err != nil {
		t.Fatal(err)
	}
	passphrase, err := os.ReadFile(filepath.Join(filepath.Dir(w.KeyFile()), "passphrase-"+strings.ToLower(w.Address().Hex()[2:])))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []api.ImportWallet{
		{Kind: "phrase", Text: " " + strings.ToUpper(junk), Passphrase: "correct horse"},
		{Kind: "key", Text: "0x" + junkKey},
		{Kind: "keystore", Text: string(file), FilePassphrase: strings.TrimSpace(string(passphrase))},
	} {
		r := runAgent(t, t.TempDir())
		if err := r.ImportWallet(t.Context(), api.ImportWallet{Kind: i.Kind, Text: i.Text + "x"}); err == nil || wallet.Exists(walletDir(r.dir)) {
			t.Errorf("%s: what is wrong was imported: %v", i.Kind, err)
		}
		if err := r.ImportWallet(t.Context(), i); err != nil {
			t.Errorf("%s: %v", i.Kind, err)
			continue
		}
		if s, err := r.State(t.Context()); err != nil || s.Wallet.Address != w.Address().Hex() {
			t.Errorf("%s: %q, %v", i.Kind, s.Wallet.Address, err)
		}
		secrets := secretsOf(t, strings.Fields(junk), junkKey)
		secrets["the owner's passphrase"] = []byte("correct horse")
		r.noSecrets(t, secrets)
		r.end()
	}
}

// The agent is started anew between the tries.
func TestAnOwnersPassphraseIsAskedForAtEveryStart(t *testing.T) {
	dir := t.TempDir()
	r := runAgent(t, dir)
	key := strings.Repeat("01", 32)
	if err := r.ImportWallet(t.Context(), api.ImportWallet{Kind: "key", Text: key, Passphrase: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	r.end()
	for range 5 {
		r = runAgent(t, dir)
		if err := r.UnlockWallet(t.Context(), "wrong horse"); err == nil || !strings.Contains(err.Error(), "not the passphrase") {
			t.Errorf("wrong: %v", err)
		}
		r.end()
	}
	r = runAgent(t, dir)
	if err := r.UnlockWallet(t.Context(), "correct horse"); err == nil || !strings.Contains(err.Error(), "Wait") {
		t.Errorf("after five wrong ones: %v", err)
	}
	if s, err := r.State(t.Context()); err != nil || s.Wallet.Address != "" {
		t.Errorf("a locked wallet is shown as open: %+v, %v", s.Wallet, err)
	}
}

func TestTheTwoAskedWordsDiffer(t *testing.T) {
	seen := map[int]bool{}
	for range 500 {
		ask := asked(12)
		if len(ask) != 2 || ask[0] < 1 || ask[0] >= ask[1] || ask[1] > 12 {
			t.Fatalf("asked for %v", ask)
		}
		seen[ask[0]], seen[ask[1]] = true, true
	}
	if len(seen) != 12 {
		t.Errorf("only %d of the words are ever asked for", len(seen))
	}
}
