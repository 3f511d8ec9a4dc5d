package relay

import (
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/internal/wire"
)

func (n *network) challenge(p *party) string {
	n.t.Helper()
	status, code, body := n.raw("POST", "/v1/auth/challenge", "", encodeJSON(n.t, wire.ChallengeRequest{Address: p.Address()}))
	if status != 200 {
		n.t.Fatalf("challenge: %d %s", status, code)
	}
	var reply wire.ChallengeReply
	if err := json.Unmarshal(body, &reply); err != nil {
		n.t.Fatal(err)
	}
	return reply.Message
}

func (n *network) tokenFor(text string, signature []byte) (int, string, []byte) {
	n.t.Helper()
	return n.raw("POST", "/v1/auth/token", "", encodeJSON(n.t, wire.TokenRequest{Message: text, Signature: signature}))
}

func sign(t testing.TB, p *party, text string) []byte {
	t.Helper()
	sig, err := p.SignText([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func (n *network) bearerOf(p *party) string {
	n.t.Helper()
	text := n.challenge(p)
	status, code, body := n.tokenFor(text, sign(n.t, p, text))
	if status != 200 {
		n.t.Fatalf("token: %d %s", status, code)
	}
	var reply wire.TokenReply
	if err := json.Unmarshal(body, &reply); err != nil {
		n.t.Fatal(err)
	}
	return "Bearer " + reply.Token
}

func TestSignInRefuses(t *testing.T) {
	now := time.Now()
	clock := &now
	n := newNetwork(t, func(c *Config) { c.Now = func() time.Time { return *clock } })
	p, other := n.creator, n.stranger
	good := func() string { return n.challenge(p) }
	upper := func(sig []byte) []byte { sig[64] += 4; return sig }

	cases := []struct {
		name string
		code string
		do   func() (text string, signature []byte)
	}{
		{"another's signature", "bad_signature", func() (string, []byte) { s := good(); return s, sign(t, other, s) }},
		{"no signature", "bad_signature", func() (string, []byte) { return good(), nil }},
		{"short signature", "bad_signature", func() (string, []byte) { return good(), []byte{1} }},
		{"zero signature", "bad_signature", func() (string, []byte) { s := make([]byte, 65); s[64] = 27; return good(), s }},
		{"other recovery id", "bad_signature", func() (string, []byte) { s := good(); return s, upper(sign(t, p, s)) }},
		{"other text signed", "bad_signature", func() (string, []byte) { return good(), sign(t, p, good()) }},
		{"no message", "bad_message", func() (string, []byte) { return "", sign(t, p, "") }},
		{"free text", "bad_message", func() (string, []byte) { return "let me in", sign(t, p, "let me in") }},
		{"huge text", "bad_message", func() (string, []byte) { s := strings.Repeat("a\n", 5000); return s, sign(t, p, s) }},
		{"line more", "bad_message", func() (string, []byte) { s := good() + "\nResources:"; return s, sign(t, p, s) }},
		{"address changed", "bad_nonce", func() (string, []byte) {
			s := strings.Replace(good(), p.Address().Hex(), other.Address().Hex(), 1)
			return s, sign(t, other, s)
		}},
		{"nonce changed", "bad_nonce", func() (string, []byte) {
			s := good()
			i := strings.Index(s, "Nonce: ") + 7
			s = s[:i] + "00000000" + s[i+8:]
			return s, sign(t, p, s)
		}},
		{"nonce short", "bad_nonce", func() (string, []byte) {
			s := good()
			i, j := strings.Index(s, "Nonce: ")+7, strings.Index(s, "\nIssued")
			s = s[:i] + "12345678" + s[j:]
			return s, sign(t, p, s)
		}},
		{"expiry later", "bad_nonce", func() (string, []byte) {
			s := good()
			i := strings.Index(s, "Expiration Time: ") + 17
			s = s[:i] + "2099-01-01T00:00:00Z"
			return s, sign(t, p, s)
		}},
		{"chain changed", "bad_nonce", func() (string, []byte) {
			s := strings.Replace(good(), "Chain ID: 4242", "Chain ID: 1", 1)
			return s, sign(t, p, s)
		}},
		{"host changed", "bad_nonce", func() (string, []byte) {
			s := strings.ReplaceAll(good(), n.relay.listener.Addr().String(), "evil.example")
			return s, sign(t, p, s)
		}},
		{"statement changed", "bad_message", func() (string, []byte) {
			s := strings.Replace(good(), "moves no money", "moves all money", 1)
			return s, sign(t, p, s)
		}},
		{"expired", "expired_challenge", func() (string, []byte) {
			s := good()
			later := now.Add(challengeLife + time.Second)
			clock = &later
			return s, sign(t, p, s)
		}},
	}
	for _, c := range cases {
		clock = &now
		text, signature := c.do()
		status, code, _ := n.tokenFor(text, signature)
		if code != c.code || status != 400 && status != 401 {
			t.Errorf("%s: %d %s, want %s", c.name, status, code, c.code)
		}
	}

	clock = &now
	text := good()
	if status, _, _ := n.tokenFor(text, sign(t, p, text)); status != 200 {
		t.Errorf("the right one: %d", status)
	}
	if status, code, _ := n.tokenFor(text, sign(t, p, text)); status != 401 || code != "used_challenge" {
		t.Errorf("replayed: %d %s", status, code)
	}
	n.stop()
	n.start()
	if status, code, _ := n.tokenFor(text, sign(t, p, text)); status != 401 || code != "used_challenge" {
		t.Errorf("replayed after a restart: %d %s", status, code)
	}
	elsewhere := func(r *http.Request) { r.Host = "evil.example" }
	request := encodeJSON(t, wire.ChallengeRequest{Address: p.Address()})
	if status, code, _ := n.raw("POST", "/v1/auth/challenge", "", request, elsewhere); status != 400 || code != "other_host" {
		t.Errorf("under another name: %d %s", status, code)
	}
}

func TestTokensExpireAndOutliveARestart(t *testing.T) {
	now := time.Now()
	n := newNetwork(t, func(c *Config) { c.Now = func() time.Time { return now } })
	token := n.bearerOf(n.creator)
	path := "/v1/tasks/" + n.key.Hex() + "/envelope"
	n.stop()
	n.start()
	if status, code, _ := n.raw("GET", path, token, nil); status != 404 || code != "not_stored" {
		t.Errorf("after a restart: %d %s", status, code)
	}
	now = now.Add(tokenLife)
	if status, code, _ := n.raw("GET", path, token, nil); status != 401 || code != "expired_token" {
		t.Errorf("after its life: %d %s", status, code)
	}
}

func TestClientRefusesToSignWhatIsNotItsSignIn(t *testing.T) {
	n := newNetwork(t)
	signed := 0
	count := &countingSigner{n.creator, &signed}
	for name, answer := range map[string]string{
		"another host":   strings.ReplaceAll(n.challenge(n.creator), n.relay.listener.Addr().String(), "bank.example"),
		"another person": n.challenge(n.stranger),
		"free text":      "I owe you everything",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Write(encodeJSON(t, wire.ChallengeReply{Message: answer}))
		})}
		go srv.Serve(l)
		c, err := client.Dial(n.ctx(), client.Options{URL: "http://" + l.Addr().String(), Signer: count, Domain: n.cfg.Profile.Domain()})
		if err == nil {
			c.Close()
		}
		srv.Close()
		if err == nil || signed != 0 {
			t.Errorf("%s: %v, signed %d times", name, err, signed)
		}
	}
	wrong := protocol.Domain{ChainID: 1}
	if c, err := client.Dial(n.ctx(), client.Options{URL: n.relay.URL(), Signer: count, Domain: wrong}); err == nil || signed != 0 {
		c.Close()
		t.Errorf("another chain: %v, signed %d times", err, signed)
	}
}

type countingSigner struct {
	*party
	signed *int
}

func (c *countingSigner) SignText(text []byte) ([]byte, error) {
	*c.signed++
	return c.party.SignText(text)
}

func FuzzSignInText(f *testing.F) {
	f.Add(wire.SignIn{Host: "h", URI: "https://h", ChainID: 1, Nonce: "12345678", IssuedAt: time.Unix(1, 0), ExpiresAt: time.Unix(2, 0)}.Text())
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := wire.ParseSignIn(text); err == nil && s.Text() != text {
			t.Fatalf("%q was read as %q", text, s.Text())
		}
	})
}

func FuzzToken(f *testing.F) {
	r := &Relay{cfg: Config{Now: time.Now}}
	f.Add(r.makeToken(common.Address{1}))
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, tokenBytes)))
	f.Fuzz(func(t *testing.T, token string) {
		if a, err := r.checkToken(token); err == nil && a != (common.Address{1}) {
			t.Fatalf("token %q is for %s", token, a)
		}
	})
}
