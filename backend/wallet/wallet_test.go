package wallet

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/zalando/go-keyring"

	"helium/backend/protocol"
)

// memoryKeychain behaves as the system's does, with the failures a test wants.
type memoryKeychain struct {
	mu      sync.Mutex
	secrets map[string]string
	getErr  error
	setErr  error
	block   chan struct{}
}

func (k *memoryKeychain) Set(service, user, secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setErr != nil {
		return k.setErr
	}
	if k.secrets == nil {
		k.secrets = map[string]string{}
	}
	k.secrets[service+user] = secret
	return nil
}

func (k *memoryKeychain) Get(service, user string) (string, error) {
	if k.block != nil {
		<-k.block
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.getErr != nil {
		return "", k.getErr
	}
	if s, ok := k.secrets[service+user]; ok {
		return s, nil
	}
	return "", keyring.ErrNotFound
}

func (k *memoryKeychain) Delete(service, user string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.setErr != nil {
		return k.setErr
	}
	if _, ok := k.secrets[service+user]; !ok {
		return keyring.ErrNotFound
	}
	delete(k.secrets, service+user)
	return nil
}

func mustOpen(t *testing.T, dir string, o Options) *Wallet {
	t.Helper()
	o.LightScrypt = true
	w, err := OpenOrCreate(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestKeystoreVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/keystore_v3.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors map[string]struct {
		JSON     json.RawMessage
		Password string
		Priv     string
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 4 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for name, v := range vectors {
		key, err := KeyFromKeystore(v.JSON, v.Password)
		if len(v.Priv) != 64 {
			if err == nil {
				t.Errorf("%s: a key of %d bytes was taken", name, len(v.Priv)/2)
			}
			continue
		}
		if err != nil || hex.EncodeToString(crypto.FromECDSA(key)) != v.Priv {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := KeyFromKeystore(v.JSON, v.Password+"x"); !errors.Is(err, ErrPassphraseWrong) {
			t.Errorf("%s: wrong password gave %v", name, err)
		}
	}
}

func TestAWalletComesBackFromKeychainAndFromFile(t *testing.T) {
	for name, c := range map[string]struct {
		options Options
		want    Place
	}{
		"keychain":         {Options{Keychain: &memoryKeychain{}}, InKeychain},
		"file only":        {Options{FileOnly: true, Keychain: &memoryKeychain{}}, InFile},
		"no keychain":      {Options{Keychain: &memoryKeychain{getErr: errors.New("dial unix: no bus")}}, InFile},
		"refuses to keep":  {Options{Keychain: &memoryKeychain{setErr: keyring.ErrSetDataTooBig}}, InFile},
		"blocked keychain": {Options{Keychain: &memoryKeychain{block: make(chan struct{})}, KeychainTimeout: time.Millisecond}, InFile},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "wallet")
			made := mustOpen(t, dir, c.options)
			again := mustOpen(t, dir, c.options)
			if made.Address() != again.Address() || made.DeriveSecret("a") != again.DeriveSecret("a") {
				t.Errorf("made %s, opened %s", made, again)
			}
			if made.PassphraseIn() != c.want || again.PassphraseIn() != c.want {
				t.Errorf("passphrase in %s and %s, want %s", made.PassphraseIn(), again.PassphraseIn(), c.want)
			}
			if (made.Notice() == "") != (c.want == InKeychain) {
				t.Errorf("notice %q for %s", made.Notice(), c.want)
			}
			checkModes(t, dir)
		})
	}
}

func checkModes(t *testing.T, dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.Name() != lockFileName && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
		if d.Name() != lockFileName && strings.HasPrefix(d.Name(), ".") {
			t.Errorf("%s was left behind", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestALostPassphraseLosesNothing(t *testing.T) {
	dir := t.TempDir()
	w := mustOpen(t, dir, Options{FileOnly: true})
	before, err := os.ReadFile(w.KeyFile())
	if err != nil {
		t.Fatal(err)
	}
	file := passphraseFile(dir, w.Address())
	passphrase, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		write   []byte
		options Options
		want    error
	}{
		"gone":            {nil, Options{Keychain: &memoryKeychain{}}, ErrPassphraseLost},
		"gone, file only": {nil, Options{FileOnly: true}, ErrPassphraseLost},
		"locked":          {nil, Options{Keychain: &memoryKeychain{getErr: errors.New("locked")}}, ErrKeychainLocked},
		"wrong":           {[]byte("wrong\n"), Options{}, ErrPassphraseWrong},
	} {
		os.Remove(file)
		if c.write != nil {
			if err := os.WriteFile(file, c.write, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := OpenOrCreate(context.Background(), dir, c.options)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), strings.TrimSpace(string(passphrase))) {
			t.Errorf("%s: the error shows the passphrase", name)
		}
	}
	after, err := os.ReadFile(w.KeyFile())
	if err != nil || !bytes.Equal(before, after) {
		t.Fatalf("the key file changed: %v", err)
	}
	if err := os.WriteFile(file, passphrase, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := mustOpen(t, dir, Options{}); got.Address() != w.Address() {
		t.Error("the restored passphrase opens another wallet")
	}
}

func TestADeathBetweenPassphraseAndKeyFileMakesANewWallet(t *testing.T) {
	dir := t.TempDir()
	first := mustOpen(t, dir, Options{FileOnly: true})
	kept := filepath.Join(t.TempDir(), "kept.json")
	if err := os.Rename(first.KeyFile(), kept); err != nil {
		t.Fatal(err)
	}
	second := mustOpen(t, dir, Options{FileOnly: true})
	if second.Address() == first.Address() {
		t.Fatal("the same key was made twice")
	}
	if err := os.Rename(kept, first.KeyFile()); err != nil {
		t.Fatal(err)
	}
	if back := mustOpen(t, dir, Options{FileOnly: true}); back.Address() != first.Address() {
		t.Error("the first wallet's passphrase was written over")
	}
}

func TestDamagedKeyFilesAreRefusedAndKept(t *testing.T) {
	for name, b := range map[string]string{
		"cut": `{"address":"`, "empty": ``, "other version": `{"address":"0x0000000000000000000000000000000000000001","version":1}`,
		"no address": `{"version":3}`,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, keyFileName)
		if err := os.WriteFile(path, []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenOrCreate(context.Background(), dir, Options{FileOnly: true}); err == nil {
			t.Errorf("%s: opened", name)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != b {
			t.Errorf("%s: changed to %q, %v", name, after, err)
		}
	}
}

func TestManyOpenersMakeOneWallet(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	addresses := make([]common.Address, 8)
	for i := range addresses {
		wg.Go(func() {
			w, err := OpenOrCreate(context.Background(), dir, Options{FileOnly: true, LightScrypt: true})
			if err != nil {
				t.Error(err)
				return
			}
			addresses[i] = w.Address()
		})
	}
	wg.Wait()
	for _, a := range addresses {
		if a != addresses[0] || a == (common.Address{}) {
			t.Fatalf("different wallets: %v", addresses)
		}
	}
}

func TestNothingPrintsTheKey(t *testing.T) {
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w, err := FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "pointer", w, "value", *w)
	holder := struct{ W *Wallet }{w}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		fmt.Fprintf(&out, verb+"\n"+verb+"\n"+verb+"\n", w, *w, holder)
	}
	j, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	for name, secret := range map[string]string{
		"hex": hex.EncodeToString(crypto.FromECDSA(key)), "decimal": key.D.String(), "upper": strings.ToUpper(key.D.Text(16)),
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("the key shows as %s", name)
		}
	}
}

func TestSignaturesRecoverToTheAddress(t *testing.T) {
	key, err := crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
	if err != nil {
		t.Fatal(err)
	}
	w, err := FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if want := common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"); w.Address() != want {
		t.Fatalf("got %s, want %s", w.Address(), want)
	}

	text, err := w.SignText([]byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if v := text[64]; v != 27 && v != 28 {
		t.Errorf("v is %d", v)
	}
	text[64] -= 27
	pub, err := crypto.SigToPub(accounts.TextHash([]byte("hello")), text)
	if err != nil || crypto.PubkeyToAddress(*pub) != w.Address() {
		t.Errorf("text signature: %v", err)
	}

	d := protocol.Domain{ChainID: 7, Task: common.HexToAddress("0x01")}
	m := protocol.Ready{TaskKey: common.HexToHash("0x02")}
	sig, err := w.SignMessage(d, m)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := d.Signer(m, sig); err != nil || got != w.Address() {
		t.Errorf("message signature: %s, %v", got, err)
	}

	tx := types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(7), Gas: 21000, GasFeeCap: big.NewInt(1), GasTipCap: big.NewInt(1)})
	signed, err := w.SignTx(tx, big.NewInt(7))
	if err != nil {
		t.Fatal(err)
	}
	if from, err := types.Sender(types.LatestSignerForChainID(big.NewInt(7)), signed); err != nil || from != w.Address() {
		t.Errorf("transaction signature: %s, %v", from, err)
	}
}

func TestDerivedSecretsAreStableAndApart(t *testing.T) {
	key, err := crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
	if err != nil {
		t.Fatal(err)
	}
	w, err := FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	seal := w.DeriveSecret("seal")
	// A node whose secrets change can't open what was committed: this value must never change.
	if got := hex.EncodeToString(seal[:]); got != wantSealSecret {
		t.Errorf("got %s, want %s", got, wantSealSecret)
	}
	if w.DeriveSecret("nonce") == seal {
		t.Error("two purposes share a secret")
	}
}

func TestFromKeyRefusesOtherKeys(t *testing.T) {
	if _, err := FromKey(nil); err == nil {
		t.Error("nil was taken")
	}
}

// Computed with Python's hmac: HKDF-SHA256 of RFC 5869.
const wantSealSecret = "f5b7cdff6d51ac37819578a0b22b60739e69cef24745a98ede03cec87c6d45f2"

// Without a session nothing is asked: asking would start a bus that stays.
func TestWithoutASessionThereIsNoKeychain(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the keychain of this system needs no session bus")
	}
	for name, c := range map[string]struct {
		address string
		bus     bool
		want    bool
	}{
		"none": {}, "would start one": {address: "autolaunch:"},
		"named": {address: "unix:path=/run/bus", want: true}, "in its folder": {bus: true, want: true},
	} {
		dir := t.TempDir()
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", c.address)
		t.Setenv("XDG_RUNTIME_DIR", dir)
		if c.bus {
			if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got := hasSession(); got != c.want {
			t.Errorf("%s: want %v, got %v", name, c.want, got)
		}
		if _, err := (systemKeychain{}).Get(service, "nobody"); !c.want && !errors.Is(err, errNoSession) {
			t.Errorf("%s: the keychain was asked: %v", name, err)
		}
	}
}
