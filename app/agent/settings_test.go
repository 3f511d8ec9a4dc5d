package agent

import (
	"context"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/api"
	"helium/app/logbook"
	"helium/app/redact"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// openAgent opens an agent that is not run, with a log.
func openAgent(t *testing.T, dir string) *Agent {
	t.Helper()
	var r redact.Redactor
	book, err := logbook.Open(filepath.Join(dir, "logs"), slog.LevelDebug, &r)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(book.Handler())
	a, err := Open(Config{
		DataDir: dir, UI: fstest.MapFS{}, Log: log, Logs: book, Redact: &r, ModelsDir: t.TempDir(),
		Wallet: wallet.Options{FileOnly: true, LightScrypt: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); book.Close() })
	return a
}

func TestAProxysAddressIsPartedFromItsLogin(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "",
		"  proxy.example:8080 ":              "http://proxy.example:8080",
		"http://proxy.example":               "http://proxy.example",
		"socks5://10.0.0.1:1080/":            "socks5://10.0.0.1:1080",
		"socks5h://[::1]:1080":               "socks5h://[::1]:1080",
		"https://erika:geheim@proxy.example": "https://proxy.example",
		"erika:geheim@proxy.example:3128":    "http://proxy.example:3128",
		"ftp://proxy.example":                "!",
		"socks4://proxy.example":             "!",
		"http://":                            "!",
		"http://proxy.example:99999":         "!",
		"http://proxy.example:0":             "!",
		"http://proxy.example:80a":           "!",
		"http://proxy.example/path":          "!",
		"http://proxy.example?a=1":           "!",
		"http://erika:ge%zzheim@proxy":       "!",
		"not an address":                     "!",
	} {
		got, login, err := parseProxy(text)
		if err != nil {
			got = "!"
			if strings.Contains(err.Error(), "heim") || err.Error() == "" {
				t.Errorf("%q: the error says %q", text, err)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if wantLogin := strings.Contains(text, "geheim@"); (login != nil) != wantLogin {
			t.Errorf("%q: login %+v", text, login)
		}
	}
}

func TestATokenIsSentOnlyWhereNobodyReadsIt(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "https://hub.example/": "https://hub.example", "hub.example": "https://hub.example", "https://hub.example/sub": "https://hub.example/sub",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080", "http://localhost": "http://localhost", "http://hub.example": "!", "http://127.0.0.1.example": "!",
		"https://hf_x@hub.example": "!", "https://hub.example?token=x": "!", "ftp://hub.example": "!", "https://": "!", "https://h:70000": "!",
	} {
		got, err := parseEndpoint(text)
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestSettingsAreTakenWholeOrNotAtAll(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"language":"de","appearance":"dark","proxy":"","proxy_login":false,"endpoint":"","token":false}`: true,
		`{"language":"zh","appearance":"system"}`:                                                          true,
		`{"language":"de","appearance":"pink"}`:                                                            false,
		`{"language":"!!","appearance":"dark"}`:                                                            false,
		`{"appearance":"dark","colour":"red"}`:                                                             false,
		`{"appearance":"dark"} {"appearance":"light"}`:                                                     false,
		`{"appearance":"dark","proxy":"http://a:b@c"}`:                                                     false,
		`{"appearance":"dark","endpoint":"http://hub.example"}`:                                            false,
		`{}`: false, ``: false, `null`: false, `{"appearance":`: false,
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, settingsName)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a := openAgent(t, dir)
		s := a.hub.get().Settings
		if (s.Reason == nil) != ok {
			t.Errorf("%s: %+v", text, s)
		}
		if ok {
			continue
		}
		if s.Appearance != api.AppearanceSystem || s.Language != "" {
			t.Errorf("%s: the usual choices don't hold: %+v", text, s)
		}
		if aside, err := os.ReadFile(path + ".unreadable"); err != nil || string(aside) != text {
			t.Errorf("%s: it was not put aside: %q, %v", text, aside, err)
		}
		if err := a.SetAppearance(t.Context(), api.AppearanceDark); err != nil || a.hub.get().Settings.Reason != nil {
			t.Errorf("%s: %v, %+v after a new choice", text, err, a.hub.get().Settings)
		}
	}
}

func TestSettingsOutliveTheAgentAndSecretsLieApart(t *testing.T) {
	dir := t.TempDir()
	a := openAgent(t, dir)
	token := "hf_abcdefghijklmnop"
	change := api.SetDownloads{Proxy: "http://erika:geheim12@127.0.0.9:1", Endpoint: "https://hub.example", Token: &token}
	for _, err := range []error{
		a.SetLanguage(t.Context(), "de"), a.SetAppearance(t.Context(), api.AppearanceDark), a.SetDownloads(t.Context(), change),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if a.SetLanguage(t.Context(), "??") == nil || a.SetAppearance(t.Context(), "pink") == nil {
		t.Error("a wrong choice was taken")
	}
	want := api.Preferences{
		Language: "de", Appearance: api.AppearanceDark, LogFolder: filepath.Join(dir, "logs"),
		Downloads: api.Downloads{Proxy: "http://127.0.0.9:1", ProxyLogin: true, Endpoint: "https://hub.example", Token: true, SecretsIn: "file"},
	}
	if got := a.hub.get().Settings; got != want {
		t.Errorf("shown %+v, want %+v", got, want)
	}
	a.Close()

	b := openAgent(t, dir)
	b.applyHub(t.Context())
	if got := b.hub.get().Settings; got != want {
		t.Errorf("after a restart %+v, want %+v", got, want)
	}
	proxy, err := b.prefs.proxy(&url.URL{Scheme: "https", Host: "far.example"})
	if err != nil || proxy.String() != "http://erika:geheim12@127.0.0.9:1" {
		t.Errorf("the proxy is %v, %v", proxy, err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		info, _ := d.Info()
		if holds := strings.Contains(string(text), "geheim12") || strings.Contains(string(text), token); holds && (!strings.HasPrefix(d.Name(), "secret-") || info.Mode().Perm() != 0o600) {
			t.Errorf("%s holds a secret, mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestALoginStaysWithItsProxyAndATokenWithItsHub(t *testing.T) {
	token, none := "hf_abcdefghijklmnop", ""
	login := &api.ProxyLogin{Name: "erika", Password: "geheim12"}
	base := api.SetDownloads{Proxy: "http://one.example:1", Login: login, Endpoint: "https://hub.example", Token: &token}
	for name, c := range map[string]struct {
		next         api.SetDownloads
		login, token bool
	}{
		"the same again":        {api.SetDownloads{Proxy: base.Proxy, Endpoint: base.Endpoint}, true, true},
		"another proxy":         {api.SetDownloads{Proxy: "http://two.example:1", Endpoint: base.Endpoint}, false, true},
		"another port":          {api.SetDownloads{Proxy: "http://one.example:2", Endpoint: base.Endpoint}, false, true},
		"another proxy, login":  {api.SetDownloads{Proxy: "http://hans:pw@two.example:1", Endpoint: base.Endpoint}, true, true},
		"no proxy":              {api.SetDownloads{Endpoint: base.Endpoint, Login: login}, false, true},
		"another hub":           {api.SetDownloads{Proxy: base.Proxy, Endpoint: "https://mirror.example"}, true, false},
		"another hub and token": {api.SetDownloads{Proxy: base.Proxy, Endpoint: "https://mirror.example", Token: &token}, true, true},
		"a forgotten login":     {api.SetDownloads{Proxy: base.Proxy, Login: &api.ProxyLogin{}, Endpoint: base.Endpoint}, false, true},
		"a forgotten token":     {api.SetDownloads{Proxy: base.Proxy, Endpoint: base.Endpoint, Token: &none}, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := openAgent(t, t.TempDir())
			if err := a.SetDownloads(t.Context(), base); err != nil {
				t.Fatal(err)
			}
			if err := a.SetDownloads(t.Context(), c.next); err != nil {
				t.Fatal(err)
			}
			d := a.hub.get().Settings.Downloads
			if d.ProxyLogin != c.login || d.Token != c.token || (d.SecretsIn != "") != (c.login || c.token) {
				t.Errorf("got %+v", d)
			}
			for file, there := range map[string]bool{"secret-proxy": c.login, "secret-hub": c.token} {
				if _, err := os.Stat(filepath.Join(a.cfg.DataDir, "secrets", file)); (err == nil) != there {
					t.Errorf("%s: %v", file, err)
				}
			}
		})
	}
	a := openAgent(t, t.TempDir())
	bad := "two words"
	if err := a.SetDownloads(t.Context(), api.SetDownloads{Token: &bad}); err == nil || strings.Contains(err.Error(), bad) {
		t.Errorf("a token with a space: %v", err)
	}
}

func TestModelsAreFetchedThroughTheProxyThatWasChosen(t *testing.T) {
	t.Setenv("HF_TOKEN", "")
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host)
		if name, password, ok := proxyLogin(r); !ok || name != "erika" || password != "geheim12" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer proxy.Close()
	a := openAgent(t, t.TempDir())
	if err := a.SetDownloads(t.Context(), api.SetDownloads{Proxy: proxy.URL, Endpoint: "https://hub.example"}); err != nil {
		t.Fatal(err)
	}
	err := a.CheckDownloads(t.Context())
	if err == nil || len(asked) != 1 || asked[0] != "CONNECT hub.example:443" || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("without a login: %v, asked %q", err, asked)
	}
	withLogin := api.SetDownloads{Proxy: proxy.URL, Login: &api.ProxyLogin{Name: "erika", Password: "geheim12"}, Endpoint: "https://hub.example"}
	if err := a.SetDownloads(t.Context(), withLogin); err != nil {
		t.Fatal(err)
	}
	if err := a.CheckDownloads(t.Context()); err == nil || strings.Contains(err.Error(), "geheim") || !strings.Contains(err.Error(), "Service Unavailable") {
		t.Errorf("with a login: %v", err)
	}
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer wrong" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer hub.Close()
	token := ""
	for _, token = range []string{"", "wrong"} {
		if err := a.SetDownloads(t.Context(), api.SetDownloads{Endpoint: hub.URL, Token: &token}); err != nil {
			t.Fatal(err)
		}
		if err := a.CheckDownloads(t.Context()); (err != nil) != (token == "wrong") {
			t.Errorf("with the token %q: %v", token, err)
		}
	}
}

func proxyLogin(r *http.Request) (string, string, bool) {
	asBasic := http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
	return asBasic.BasicAuth()
}

// Secrets are put wherever one could get to, and none is in the diagnostics, in the
// log, or in what a page is sent.
func TestDiagnosticsHoldNoSecret(t *testing.T) {
	const (
		key        = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
		phrase     = "legal winner thank year wave sausage worth useful legal winner thank yellow"
		passphrase = "correct-horse-battery"
		token      = "hf_abcdefghijklmnopqrstuv"
		rpcKey     = "0123456789abcdef0123456789abcdef"
	)
	dir := filepath.Join(t.TempDir(), "data")
	a := openAgent(t, dir)
	tok := token
	if err := a.SetDownloads(t.Context(), api.SetDownloads{Proxy: "http://erika:geheim12@proxy.inside.example:3128", Endpoint: "https://hub.example/private-path", Token: &tok}); err != nil {
		t.Fatal(err)
	}
	if err := a.ImportWallet(t.Context(), api.ImportWallet{Kind: "phrase", Text: phrase, Passphrase: passphrase}); err != nil {
		t.Fatal(err)
	}
	home, _ := os.UserHomeDir()
	plant := []string{
		"key " + key, "key 0x" + key, "words " + phrase, "passphrase=" + passphrase, "HF " + token, "token " + a.server.Address().Token,
		"wss://chain.example/v3/" + rpcKey, "https://cdn.example/f?X-Sig=abc123def", "http://erika:geheim12@proxy.other.example:3128", a.Link(),
		filepath.Join(home, "Documents", "x"), "/home/erika/x", `C:\Users\Erika\x`, filepath.Join(dir, "wallet"),
	}
	all := strings.Join(plant, " | ")
	for _, p := range plant {
		a.log.Warn(p, "err", p, "passphrase", passphrase)
	}
	a.mu.Lock()
	a.profile = &protocol.Profile{Name: "n", ChainID: 1, WS: "wss://chain.example/v3/" + rpcKey, Relays: []protocol.RelayInfo{{URL: "https://u:geheim12@relay.example"}}}
	a.mu.Unlock()
	a.hub.change(func(s *api.State) {
		s.Node.Reason = &protocol.Reason{Code: "x", Title: all, Detail: all, Action: all}
		s.Node.Progress, s.Hardware.Name, s.Hardware.Why, s.Engine.Model = all, all, all, all
		s.Engine.Models = plant
		s.Network.Name, s.Network.ChatURL, s.Wallet.Notice = all, all, all
		s.When.Unread = []api.Unread{{Reason: "hot", Why: all}}
		s.When.Settings.Programs = []string{"privategame.exe"}
		s.Desktop.Unable = []api.Unable{{Choice: "notify", Detail: all}}
		s.Recent = []api.TaskRecord{{Model: all}}
		s.Task = &api.Task{Model: all, Stage: all}
		s.Wallet.Balance, _ = protocol.WeiOf(big.NewInt(123456789123456789))
	})

	text, err := a.Diagnostics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	address := a.hub.get().Wallet.Address
	if address == "" {
		t.Fatal("there is no wallet")
	}
	never := []string{
		key, key[8:], "winner", "sausage", passphrase, token, "qrstuv", a.server.Address().Token, rpcKey, "abc123def", "geheim12", "erika", "Erika",
		"inside.example", "private-path", home + string(filepath.Separator), dir, "privategame", strings.ToLower(address[2:]), "123456789123456789",
	}
	for _, secret := range never {
		if strings.Contains(strings.ToLower(text), strings.ToLower(secret)) {
			t.Errorf("the diagnostics hold %q", secret)
		}
	}
	for _, want := range []string{"## Helium", "## Log", "## Node", "proxy: http, with a login", "mirror: hub.example", "programs 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the diagnostics don't say %q", want)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "logs", "agent.log"))
	if err != nil || len(log) < 1000 {
		t.Fatal(len(log), err)
	}
	for _, secret := range []string{key, "sausage", passphrase, token, a.server.Address().Token, rpcKey, "geheim12"} {
		if strings.Contains(string(log), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestACheckNamesHostsAndNoKeys(t *testing.T) {
	a := openAgent(t, t.TempDir())
	if _, err := a.CheckNetwork(t.Context()); err == nil {
		t.Error("there is no network to check")
	}
	relay := httptest.NewServer(http.NotFoundHandler())
	defer relay.Close()
	a.mu.Lock()
	a.profile = &protocol.Profile{ChainID: 7, WS: "ws://127.0.0.1:9/v3/0123456789abcdef0123456789abcdef", Relays: []protocol.RelayInfo{{URL: relay.URL}}}
	a.mu.Unlock()
	check, err := a.CheckNetwork(t.Context())
	if err != nil || len(check.Places) != 2 || check.From != "local" {
		t.Fatalf("%+v, %v", check, err)
	}
	for _, p := range check.Places {
		if p.Problem == "" || p.Milliseconds != 0 || !strings.HasPrefix(p.Host, "127.0.0.1:") || strings.Contains(p.Host+p.Problem, "abcdef0123") {
			t.Errorf("%+v", p)
		}
	}
}

func TestANetworkIsLeftOnlyWhenNothingIsLost(t *testing.T) {
	stake := protocol.CNX(400)
	for name, c := range map[string]struct {
		node       api.Node
		task       bool
		leaveStake bool
		open       bool
	}{
		"stopped":                       {api.Node{Status: api.NodeStopped}, false, false, true},
		"running":                       {api.Node{Status: api.NodeRunning, Stake: stake}, false, true, false},
		"joining":                       {api.Node{Status: api.NodeJoining}, false, true, false},
		"working":                       {api.Node{Status: api.NodeWorking, Stake: stake}, true, true, false},
		"a task that waits for its pay": {api.Node{Status: api.NodePaused}, true, true, false},
		"paused with a deposit":         {api.Node{Status: api.NodePaused, Stake: stake}, false, false, false},
		"paused, deposit left behind":   {api.Node{Status: api.NodePaused, Stake: stake}, false, true, true},
		"cut off with a deposit":        {api.Node{Status: api.NodeBlocked, Stake: stake}, false, false, false},
		"cut off, deposit left behind":  {api.Node{Status: api.NodeBlocked, Stake: stake}, false, true, true},
		"stopped, deposit not yet back": {api.Node{Status: api.NodeStopped, Stake: stake}, false, false, false},
	} {
		a := openAgent(t, t.TempDir())
		a.hub.change(func(s *api.State) {
			s.Node = c.node
			if c.task {
				s.Task = &api.Task{}
			}
		})
		if err := a.mayLeave(c.leaveStake); (err == nil) != c.open {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEachNetworkHasItsStore(t *testing.T) {
	dir := t.TempDir()
	profile := func(chain uint64, task string) *protocol.Profile {
		return &protocol.Profile{ChainID: chain, Contracts: protocol.Contracts{Task: common.HexToAddress(task)}}
	}
	one, two, three := profile(1, "0x01"), profile(1, "0x02"), profile(2, "0x01")
	seen := map[string]bool{}
	for _, p := range []*protocol.Profile{one, two, three} {
		got, err := storeDir(dir, p)
		if err != nil || seen[got] {
			t.Errorf("%s, %v", got, err)
		}
		seen[got] = true
		if again, _ := storeDir(dir, p); again != got {
			t.Errorf("another folder the second time: %s, %s", got, again)
		}
	}
	if !seen[filepath.Join(dir, "store")] {
		t.Error("the first network has not the folder that it always had")
	}
}

func TestTheLogIsSentToWhoLooks(t *testing.T) {
	a := openAgent(t, t.TempDir())
	a.log.Error("something is wrong", "n", 1)
	ctx, stop := context.WithCancel(t.Context())
	feed := a.WatchLog(ctx)
	var last api.LogLine
	for last.Text != "something is wrong n=1" {
		lines := <-feed
		last = lines[len(lines)-1]
	}
	if last.Level != "error" || last.Seq == 0 {
		t.Errorf("got %+v", last)
	}
	stop()
	for range feed {
	}
}
