package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/bridge"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/store"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParamsThatArePrintedAreReadTheSame(t *testing.T) {
	for _, want := range []contracts.Params{contracts.DefaultParams(), contracts.DevnetParams()} {
		b, err := json.Marshal(ParamsOf(want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadParams(write(t, "params.json", string(b)), contracts.Params{
			Stake: new(big.Int), MinFee: new(big.Int), SettleReward: new(big.Int), DispatchReward: new(big.Int),
		})
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(ParamsOf(got)); !bytes.Equal(again, b) || got.Stake.Cmp(want.Stake) != 0 || got.Gpt != want.Gpt {
			t.Errorf("got %s, want %s", again, b)
		}
	}
	got, err := ReadParams(write(t, "params.json", `{"stake": "12.5", "gpt": {"seconds_per_unit": 3}}`), contracts.DefaultParams())
	want := contracts.DefaultParams()
	if err != nil || got.Stake.String() != "12500000000000000000" || got.MinFee.Cmp(want.MinFee) != 0 ||
		got.Gpt != (contracts.Pricing{OverheadSeconds: want.Gpt.OverheadSeconds, SecondsPerUnit: 3, Served: true}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAFileWithASlipIsNamed(t *testing.T) {
	for text, says := range map[string]string{
		`{"steak": "1"}`:            `unknown field "steak"`,
		`{"stake": 400}`:            "stake",
		`{"stake": "-1"}`:           "stake: amount",
		`{"cut_per_mille": 70000}`:  "cut_per_mille",
		`{"stake": "1"} {}`:         "something follows",
		`[]`:                        "array",
		strings.Repeat(" ", 5<<20):  "more than",
		`{"min_fee": "1e3"}`:        "min_fee: amount",
		`{"gpt": {"seconds": "1"}}`: `unknown field "seconds"`,
	} {
		path := write(t, "params.json", text)
		if _, err := ReadParams(path, contracts.DefaultParams()); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func FuzzParams(f *testing.F) {
	b, _ := json.Marshal(ParamsOf(contracts.DefaultParams()))
	f.Add(b)
	f.Add([]byte(`{"stake": "1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p := ParamsOf(contracts.DefaultParams())
		if decodeStrict(b, &p) != nil {
			return
		}
		c, err := p.Contracts()
		if err != nil {
			return
		}
		if again, err := ParamsOf(c).Contracts(); err != nil || again.Stake.Cmp(c.Stake) != 0 || again.MinFee.Cmp(c.MinFee) != 0 {
			t.Errorf("%s: %v", b, err)
		}
	})
}

func aClass(fingerprint byte) contracts.RegisteredClass {
	return contracts.RegisteredClass{
		GPUClass: protocol.GPUClass{Card: "Card", VRAMGB: 24, Runtime: "cuda/1"}, Fingerprint: common.Hash{fingerprint},
	}
}

func TestClassesOfSeveralComputersCountOnce(t *testing.T) {
	file := func(classes ...contracts.RegisteredClass) string {
		b, err := json.Marshal(classes)
		if err != nil {
			t.Fatal(err)
		}
		return write(t, "classes.json", string(b))
	}
	other := aClass(2)
	other.VRAMGB = 12
	all, err := ReadClasses([]string{file(aClass(1)), file(other, aClass(1))})
	if err != nil || !slices.Equal(all, []contracts.RegisteredClass{aClass(1), other}) {
		t.Errorf("got %v, %v", all, err)
	}
	if _, err := ReadClasses([]string{file(aClass(1)), file(aClass(2))}); err == nil || !strings.Contains(err.Error(), "two fingerprints") {
		t.Errorf("got %v", err)
	}
}

func TestARehearsalKnowsEveryTransaction(t *testing.T) {
	n := contracts.Network{Params: contracts.DevnetParams(), Relays: []common.Address{{7}}, Classes: []contracts.RegisteredClass{aClass(1)}}
	got, err := rehearse(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range got {
		names = append(names, c.name)
		if c.gas < 21_000 {
			t.Errorf("%s takes %d gas", c.name, c.gas)
		}
	}
	want := []string{"Token", "Rules", "Node", "TaskQueue", "Clerk", "Court", "Task", "Timelock", "wire", "setRelay", "setClass", "transferOwnership"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v", names)
	}
	left := got.left(contracts.Deployment{Token: common.Address{1}, Rules: common.Address{2}})
	if len(left) != len(want)-2 || left.gas() != got.gas()-got[0].gas-got[1].gas {
		t.Errorf("with two contracts there, %d are left, of %d gas", len(left), left.gas())
	}

	// What the contracts refuse costs nothing to find out.
	n.Params.CommitSeconds = 0
	var refused *contracts.Refusal
	if _, err := rehearse(t.Context(), n); !errors.As(err, &refused) {
		t.Errorf("parameters that make no sense: %v", err)
	}
}

// TestKeysAreTheSameThroughABridgeAndWithoutIt makes a key in one way and looks at
// it in the other.
func TestKeysAreTheSameThroughABridgeAndWithoutIt(t *testing.T) {
	dir := t.TempDir()
	log := slog.New(slog.DiscardHandler)
	ends := time.Now().Add(time.Hour).Truncate(time.Second)
	s, err := store.Open(storeDir(dir), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeys(t.Context(), dir, log); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("while its bridge starts: %v", err)
	}
	closeAdmin, err := startAdmin(dir, &storedKeys{s}, func(context.Context) []bridge.Account {
		return []bridge.Account{{Number: 2, Address: common.Address{7}, Waiting: 3, Since: ends, CNX: new(protocol.CNX(5))}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, adminFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	through := openKeys(t, dir)
	secret, err := through.Create(t.Context(), NewKey{Name: "app", Budget: protocol.CNX(5), PerMinute: 9, Expires: ends})
	if err != nil || !strings.HasPrefix(secret, "sk-helium-") {
		t.Fatalf("got %.10s, %v", secret, err)
	}
	if _, err := through.Create(t.Context(), NewKey{}); err == nil || !strings.Contains(err.Error(), "name") {
		t.Errorf("without a name: %v", err)
	}
	if _, err := through.Revoke(t.Context(), "../keys"); err == nil {
		t.Error("a strange id was taken")
	}
	all, err := through.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("got %v, %v", all, err)
	}
	accounts, err := Accounts(t.Context(), dir)
	if err != nil || len(accounts) != 1 || accounts[0].Address != (common.Address{7}) || accounts[0].CNX.Cmp(protocol.CNX(5)) != 0 || accounts[0].Gas != nil || !accounts[0].Since.Equal(ends) {
		t.Errorf("the accounts are %+v, %v", accounts, err)
	}
	testAdminGuard(t, through.(*adminClient))
	closeAdmin()
	if _, err := Accounts(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "only a bridge that runs") {
		t.Errorf("the accounts of a bridge that has stopped: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	without := openKeys(t, dir)
	defer without.Close()
	again, err := without.List(t.Context())
	if err != nil || len(again) != 1 || again[0].ID != all[0].ID || !again[0].Expires.Equal(ends) || again[0].Budget.Cmp(protocol.CNX(5)) != 0 || again[0].PerMinute != 9 {
		t.Errorf("got %+v, %v, before %+v", again, err, all)
	}
	k, err := without.Change(t.Context(), all[0].ID, bridge.KeyChange{Budget: new(protocol.Wei)})
	if err != nil || !k.Budget.IsZero() {
		t.Errorf("got %+v, %v", k, err)
	}
}

func openKeys(t *testing.T, dir string) KeyBook {
	t.Helper()
	keys, err := OpenKeys(t.Context(), dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// testAdminGuard asks as a stranger, and as a web page that knows the token.
func testAdminGuard(t *testing.T, c *adminClient) {
	t.Helper()
	for name, header := range map[string]http.Header{
		"no token": {}, "another token": {"Authorization": {"Bearer x"}},
		"a web page": {"Authorization": {"Bearer " + c.Token}, "Origin": {"http://example.org"}},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/keys", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
}

func TestAFileThatAKilledBridgeLeftIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	if err := writeJSON(filepath.Join(dir, adminFile), adminAddress{URL: "http://127.0.0.1:1", Token: "x"}, 0o600); err != nil {
		t.Fatal(err)
	}
	keys := openKeys(t, dir)
	defer keys.Close()
	if all, err := keys.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestAWalletThatRunsLowIsToldOnce(t *testing.T) {
	var out bytes.Buffer
	has := big.NewInt(5)
	watch := &purseWatch{log: slog.New(slog.NewTextHandler(&out, nil)), name: "bridge", look: func(context.Context) ([]holding, error) {
		return []holding{{"gas", has, big.NewInt(10), big.NewInt(2)}, {what: "CNX", has: big.NewInt(10), least: big.NewInt(10)}}, nil
	}}
	watch.check(t.Context())
	watch.check(t.Context())
	if low := watch.Low(); !slices.Equal(low, []string{"gas"}) || strings.Count(out.String(), "runs low") != 1 || !strings.Contains(out.String(), `"tasks left"=2`) {
		t.Errorf("low is %v, the log %s", low, out.String())
	}
	has.SetInt64(10)
	watch.check(t.Context())
	if low := watch.Low(); len(low) > 0 {
		t.Errorf("low is %v", low)
	}
	has.SetInt64(9)
	watch.check(t.Context())
	if strings.Count(out.String(), "runs low") != 2 {
		t.Errorf("the second time it isn't told: %s", out.String())
	}
}

func TestAStoreBelongsToOneNetwork(t *testing.T) {
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	of := func(chain uint64) error {
		return (&service{profile: protocol.Profile{ChainID: chain}, store: s}).ofThisNetwork()
	}
	if err := errors.Join(of(1), of(1)); err != nil {
		t.Fatal(err)
	}
	if err := of(2); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("another network: %v", err)
	}
}

func TestPinsComeBack(t *testing.T) {
	offers := []bridge.Model{{
		Pin:       protocol.ModelPin{ID: "a/b", Revision: "r", Files: []protocol.ModelFile{{Name: "x", Bytes: 3}}},
		MinVRAMGB: 4, Images: true,
	}}
	b, err := json.Marshal(Pins(offers))
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadPins(write(t, "pins.json", string(b)))
	if err != nil || len(back) != 1 || back[0].Pin.ID != "a/b" || back[0].MinVRAMGB != 4 || !back[0].Images || back[0].Pin.Files[0].Bytes != 3 {
		t.Errorf("got %+v, %v", back, err)
	}
	for bytes, want := range map[int64]uint16{0: 1, 33 << 20: 1, 4 << 30: 6, 40 << 30: 51} {
		if got := roomFor(bytes); got != want {
			t.Errorf("%d bytes need %d GB, want %d", bytes, got, want)
		}
	}
}

func TestAGenesisComesBackAndIsNeverWrittenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "genesis.json")
	g := Genesis{ChainID: 7, Time: 1000, Alloc: map[common.Address]protocol.Wei{{1}: protocol.CNX(3)}}
	hash, err := WriteGenesis(path, g)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadGenesis(path)
	if err != nil || back.Hash() != hash || back.ChainID != 7 || back.Time != 1000 || back.Alloc[common.Address{1}].Cmp(protocol.CNX(3).Big()) != 0 {
		t.Errorf("got %+v, %v", back, err)
	}
	if _, err := WriteGenesis(path, g); err == nil {
		t.Error("it was written over")
	}
	for name, bad := range map[string]Genesis{"no id": {Alloc: g.Alloc}, "no coins": {ChainID: 7}} {
		if _, err := WriteGenesis(path+name, bad); err == nil {
			t.Errorf("%s: it was written", name)
		}
	}
}

func TestAGenesisOfSeveralValidatorsIsTheSameForAll(t *testing.T) {
	dir := t.TempDir()
	g := Genesis{ChainID: 7, Time: 1000, Alloc: map[common.Address]protocol.Wei{{1}: protocol.CNX(3)}}
	for _, name := range []string{"a", "b"} {
		m, err := ChainKey(filepath.Join(dir, name), name, "192.168.0.1:26656")
		if err != nil {
			t.Fatal(err)
		}
		again, err := ChainKey(filepath.Join(dir, name), name, "192.168.0.1:26656")
		if err != nil || again != m {
			t.Errorf("the key of %s changed: %v, %v", name, again, err)
		}
		g.Validators = append(g.Validators, m)
	}
	path := filepath.Join(dir, "genesis.json")
	hash, err := WriteGenesis(path, g)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ReadGenesis(path)
	if err != nil || !slices.Equal(back.Validators, g.Validators) || back.Alloc[g.Validators[0].Account].Sign() != 1 {
		t.Fatalf("got %+v, %v", back, err)
	}

	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(string(text), "192.168.0.1", "10.0.0.1", 1)
	if back, err := ReadGenesis(write(t, "moved.json", moved)); err != nil || back.Hash() != hash {
		t.Errorf("after a machine moved: %v", err)
	}
	stronger := strings.Replace(string(text), `"power": 10`, `"power": 30`, 1)
	if _, err := ReadGenesis(write(t, "changed.json", stronger)); err == nil || !strings.Contains(err.Error(), "changed since it was written") {
		t.Errorf("after a change: %v", err)
	}
	g.Validators[1].Key = g.Validators[0].Key
	if _, err := WriteGenesis(path+"2", g); err == nil || !strings.Contains(err.Error(), "the same key") {
		t.Errorf("two with one key: %v", err)
	}
}
