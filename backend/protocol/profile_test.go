package protocol

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func testProfile() Profile {
	a := common.HexToAddress("0x01")
	return Profile{
		Version: ProfileVersion, Name: "test", ChainID: 7, HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:2",
		Contracts: Contracts{Token: a, Node: a, Task: a}, Relays: []RelayInfo{{URL: "http://127.0.0.1:3", Address: a}},
	}
}

func TestParseProfileNamesWhatIsWrong(t *testing.T) {
	for want, spoil := range map[string]func(*Profile){
		"version":          func(p *Profile) { p.Version = 9 },
		"chain_id":         func(p *Profile) { p.ChainID = 0 },
		"chain_http":       func(p *Profile) { p.HTTP = "localhost" },
		"chain_ws":         func(p *Profile) { p.WS = "http://127.0.0.1" },
		"chain_ws_also[0]": func(p *Profile) { p.AlsoWS = []string{"http://127.0.0.1"} },
		"contracts":        func(p *Profile) { p.Contracts.Node = common.Address{} },
		"relays is":        func(p *Profile) { p.Relays = nil },
		"relays[0].url":    func(p *Profile) { p.Relays[0].URL = "ftp://x" },
		"faucet":           func(p *Profile) { p.Faucet = "x" },
		"chat":             func(p *Profile) { p.Chat = "x" },
		"downloads":        func(p *Profile) { p.Downloads = "http://downloads.example" },
		"is not a version": func(p *Profile) { p.Release, p.Downloads = "newest", "https://downloads.example" },
		"name the page":    func(p *Profile) { p.Release = "1.4.0" },
	} {
		p := testProfile()
		spoil(&p)
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseProfile(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %s, got %v", want, err)
		}
	}
	b, _ := json.Marshal(testProfile())
	if _, err := ParseProfile(b); err != nil {
		t.Errorf("a good profile was refused: %v", err)
	}
}

func TestProfileNewer(t *testing.T) {
	for _, c := range []struct{ release, have, want string }{
		{"1.4.0", "1.3.9", "1.4.0"},
		{"1.4.0", "1.4.0-dev", "1.4.0"},
		{"1.10.0", "1.9.0", "1.10.0"},
		{"1.4.0", "1.4.0", ""},
		{"1.4.0", "2.0.0", ""},
		{"1.4.0-rc.1", "1.4.0", ""},
		{"", "1.0.0", ""},
		{"1.4.0", "a build of my own", ""},
	} {
		p := Profile{Release: c.release}
		if got := p.Newer(c.have); got != c.want {
			t.Errorf("recommended %q, have %q: newer is %q, want %q", c.release, c.have, got, c.want)
		}
	}
}

func TestASpreadProfileHasTheSamePlacesInAnotherOrder(t *testing.T) {
	p := testProfile()
	p.AlsoWS = []string{"ws://127.0.0.1:4", "ws://127.0.0.1:5"}
	p.Relays = append(p.Relays, RelayInfo{URL: "http://127.0.0.1:6"})
	turned := func(n int, swap func(i, j int)) { swap(0, n-1) }
	got := p.Spread(turned)
	if s := got.Sockets(); !slices.Equal(s, []string{"ws://127.0.0.1:5", "ws://127.0.0.1:4", "ws://127.0.0.1:2"}) {
		t.Errorf("sockets are %v", s)
	}
	if r := got.RelayURLs(); !slices.Equal(r, []string{"http://127.0.0.1:6", "http://127.0.0.1:3"}) || p.Relays[0].URL != "http://127.0.0.1:3" {
		t.Errorf("relays are %v, and were %v", r, p.Relays)
	}
	if got.Name != p.Name || got.Contracts != p.Contracts {
		t.Errorf("it is another network: %+v", got)
	}
}
