package relay

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/internal/wire"
	"helium/backend/seal"
)

// raw sends a request as it is and returns status, error code and body.
func (n *network) raw(method, path, token string, body []byte, change ...func(*http.Request)) (int, string, []byte) {
	n.t.Helper()
	req, err := http.NewRequestWithContext(n.ctx(), method, n.relay.URL()+path, bytes.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", token)
	}
	for _, c := range change {
		c(req)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		n.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	var reply wire.ErrorReply
	if resp.StatusCode != http.StatusOK {
		if err := json.Unmarshal(out, &reply); err != nil {
			n.t.Errorf("%s %s: %d with a body that is not an error: %.100q", method, path, resp.StatusCode, out)
		}
	}
	return resp.StatusCode, reply.Error.Code, out
}

func encodeJSON(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// challenge is a text to sign for p.
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

// bearerOf signs p in.
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

func TestHostileRequestsAreRefusedWithAReason(t *testing.T) {
	n := newNetwork(t, func(c *Config) {
		c.Limits.MaxEnvelope, c.Limits.MaxResult = 4096, 4096
		c.Limits.TaskWait = 10 * time.Millisecond
	})
	creator, node, stranger := n.bearerOf(n.creator), n.bearerOf(n.nodes[0]), n.bearerOf(n.stranger)
	base := "/v1/tasks/" + n.key.Hex()
	env, res := base+"/envelope", base+"/results"
	blob := sealed(t, "x", n.creator)
	huge := append([]byte("age-encryption.org/v1\n"), make([]byte, 5000)...)
	flipped := []byte(strings.TrimPrefix(creator, "Bearer "))
	flipped[5] ^= 1
	chunked := func(r *http.Request) { r.ContentLength = -1 }

	cases := []struct {
		name, method, path, token string
		body                      []byte
		status                    int
		code                      string
		change                    func(*http.Request)
	}{
		{name: "no token", method: "PUT", path: env, body: blob, status: 401, code: "not_signed_in"},
		{name: "basic auth", method: "PUT", path: env, token: "Basic Zm9v", body: blob, status: 401, code: "not_signed_in"},
		{name: "empty token", method: "PUT", path: env, token: "Bearer ", body: blob, status: 401, code: "not_signed_in"},
		{name: "made-up token", method: "PUT", path: env, token: "Bearer abc", body: blob, status: 401, code: "bad_token"},
		{name: "changed token", method: "PUT", path: env, token: "Bearer " + string(flipped), body: blob, status: 401, code: "bad_token"},
		{name: "long token", method: "PUT", path: env, token: creator + "AAAA", body: blob, status: 401, code: "bad_token"},
		{name: "token in the URL", method: "PUT", path: env + "?token=" + strings.TrimPrefix(creator, "Bearer "), body: blob, status: 401, code: "not_signed_in"},
		{name: "envelope by a stranger", method: "PUT", path: env, token: stranger, body: blob, status: 403, code: "not_yours"},
		{name: "envelope by a node", method: "PUT", path: env, token: node, body: blob, status: 403, code: "not_yours"},
		{name: "envelope for a stranger", method: "GET", path: env, token: stranger, status: 403, code: "not_yours"},
		{name: "result by the creator", method: "PUT", path: res, token: creator, body: blob, status: 403, code: "not_yours"},
		{name: "result by a stranger", method: "PUT", path: res, token: stranger, body: blob, status: 403, code: "not_yours"},
		{name: "result for a stranger", method: "GET", path: res + "/" + n.nodes[0].Address().Hex(), token: stranger, status: 403, code: "not_yours"},
		{name: "another node's result", method: "GET", path: res + "/" + n.nodes[1].Address().Hex(), token: node, status: 403, code: "not_yours"},
		{name: "result of a stranger", method: "GET", path: res + "/" + n.stranger.Address().Hex(), token: creator, status: 404, code: "not_stored"},
		{name: "no result yet", method: "GET", path: res + "/" + n.nodes[0].Address().Hex(), token: creator, status: 404, code: "not_stored"},
		{name: "no envelope yet", method: "GET", path: env, token: node, status: 404, code: "not_stored"},
		{name: "plain text envelope", method: "PUT", path: env, token: creator, body: []byte(`{"prompt":"secret"}`), status: 400, code: "not_sealed"},
		{name: "empty envelope", method: "PUT", path: env, token: creator, status: 400, code: "not_sealed"},
		{name: "plain text result", method: "PUT", path: res, token: node, body: []byte("answer"), status: 400, code: "not_sealed"},
		{name: "huge envelope", method: "PUT", path: env, token: creator, body: huge, status: 413, code: "too_large"},
		{name: "huge envelope without length", method: "PUT", path: env, token: creator, body: huge, status: 413, code: "too_large", change: chunked},
		{name: "huge result", method: "PUT", path: res, token: node, body: huge, status: 413, code: "too_large"},
		{name: "unknown task", method: "GET", path: "/v1/tasks/" + common.Hash{9}.Hex() + "/envelope", token: node, status: 404, code: "unknown_task"},
		{name: "short key", method: "GET", path: "/v1/tasks/0x12/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "key without 0x", method: "GET", path: "/v1/tasks/" + n.key.Hex()[2:] + "00/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "key in upper case", method: "GET", path: "/v1/tasks/0x" + strings.ToUpper(n.key.Hex()[2:]) + "/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "wildcard for a key", method: "GET", path: "/v1/tasks/*/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "subject in a key", method: "GET", path: "/v1/tasks/%3E/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "path in a key", method: "GET", path: "/v1/tasks/..%2F..%2Fetc%2Fpasswd/envelope", token: node, status: 400, code: "bad_task_key"},
		{name: "wildcard for a node", method: "GET", path: res + "/*", token: creator, status: 400, code: "bad_address"},
		{name: "short node", method: "GET", path: res + "/0x12", token: creator, status: 400, code: "bad_address"},
		{name: "node with a dot", method: "GET", path: res + "/0x.", token: creator, status: 400, code: "bad_address"},
		{name: "negative wait", method: "GET", path: env + "?wait=-1", token: node, status: 400, code: "bad_wait"},
		{name: "endless wait", method: "GET", path: env + "?wait=3600", token: node, status: 400, code: "bad_wait"},
		{name: "wait that is no number", method: "GET", path: env + "?wait=1e9", token: node, status: 400, code: "bad_wait"},
		{name: "no such path", method: "GET", path: "/v1/secrets", token: node, status: 404, code: "no_such_path"},
		{name: "other method", method: "DELETE", path: env, token: creator, status: 405, code: "method"},
		{name: "challenge without JSON", method: "POST", path: "/v1/auth/challenge", body: []byte("x"), status: 400, code: "bad_json"},
		{name: "challenge without address", method: "POST", path: "/v1/auth/challenge", body: []byte("{}"), status: 400, code: "no_address"},
		{name: "challenge with more", method: "POST", path: "/v1/auth/challenge", body: []byte(`{"address":"0x0000000000000000000000000000000000000001","admin":true}`), status: 400, code: "bad_json"},
		{name: "two challenges", method: "POST", path: "/v1/auth/challenge", body: []byte(`{}{}`), status: 400, code: "bad_json"},
		{name: "huge challenge", method: "POST", path: "/v1/auth/challenge", body: make([]byte, 20<<10), status: 413, code: "too_large"},
		{name: "deep JSON", method: "POST", path: "/v1/auth/token", body: []byte(strings.Repeat("[", 10000)), status: 400, code: "bad_json"},
		{name: "signature that is no hex", method: "POST", path: "/v1/auth/token", body: []byte(`{"message":"","signature":"0xzz"}`), status: 400, code: "bad_json"},
		{name: "socket with a wrong token", method: "GET", path: "/v1/events", token: "Bearer abc", status: 401, code: "bad_token"},
	}
	for _, c := range cases {
		var change []func(*http.Request)
		if c.change != nil {
			change = append(change, c.change)
		}
		status, code, _ := n.raw(c.method, c.path, c.token, c.body, change...)
		if status != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s", c.name, status, code, c.status, c.code)
		}
	}
	if status, _, _ := n.raw("PUT", env, creator, blob); status != 200 {
		t.Errorf("after all that, the right request: %d", status)
	}
}

// rawSocket is a client that says what it likes.
type rawSocket struct {
	t    testing.TB
	conn *websocket.Conn
}

func (n *network) socket(token string) *rawSocket {
	n.t.Helper()
	o := &websocket.DialOptions{HTTPHeader: http.Header{}}
	if token != "" {
		o.HTTPHeader.Set("Authorization", token)
	}
	conn, _, err := websocket.Dial(n.ctx(), n.relay.URL()+"/v1/events", o)
	if err != nil {
		n.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	n.t.Cleanup(func() { _ = conn.CloseNow() })
	return &rawSocket{n.t, conn}
}

func (s *rawSocket) write(v any) {
	s.t.Helper()
	raw, ok := v.(string)
	if !ok {
		raw = string(encodeJSON(s.t, v))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(raw)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *rawSocket) read() (wire.Frame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var f wire.Frame
	_, raw, err := s.conn.Read(ctx)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	return f, err
}

// expect reads until a frame has the op.
func (s *rawSocket) expect(op string) wire.Frame {
	s.t.Helper()
	for {
		f, err := s.read()
		if err != nil {
			s.t.Fatalf("no %s came: %v", op, err)
		}
		if f.Op == op {
			return f
		}
	}
}

func TestHostileFramesAreRefusedWithAReason(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.TaskWait, c.Limits.MaxStream = 10*time.Millisecond, 2000 })
	node := n.nodes[0]
	s := n.socket(n.bearerOf(node))
	s.expect(wire.OpHello)
	stranger := n.socket(n.bearerOf(n.stranger))
	stranger.expect(wire.OpHello)
	creator := n.socket(n.bearerOf(n.creator))
	creator.expect(wire.OpHello)

	stream, err := seal.NewStreamSealer(n.creator.seal.Public(), n.key, node.Address())
	if err != nil {
		t.Fatal(err)
	}
	var chunks [][]byte
	for range 12 {
		_, chunk, err := stream.Seal(make([]byte, 200), false)
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, chunk)
	}
	message := func(p *party, m protocol.Message, change func(*client.Message)) json.RawMessage {
		out := n.message(p, m)
		if change != nil {
			change(&out)
		}
		return encodeJSON(t, out)
	}
	ready := protocol.Ready{TaskKey: n.key}
	other := common.Hash{9}

	cases := []struct {
		name  string
		on    *rawSocket
		frame wire.Frame
		code  string // empty for accepted
	}{
		{"unknown op", s, wire.Frame{Op: "shutdown"}, "bad_op"},
		{"no op", s, wire.Frame{}, "bad_op"},
		{"chunk by a stranger", stranger, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: chunks[0]}, "not_yours"},
		{"chunk by the creator", creator, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: chunks[0]}, "not_yours"},
		{"plain chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: []byte("the plain answer")}, "not_sealed"},
		{"empty chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key}, "not_sealed"},
		{"long chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: append([]byte("hst1"), make([]byte, seal.MaxSealedChunk)...)}, "not_sealed"},
		{"chunk of an unknown task", s, wire.Frame{Op: wire.OpChunk, TaskKey: other, Sealed: chunks[0]}, "unknown_task"},
		{"chunk too early", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Seq: 1, Sealed: chunks[1]}, "gap"},
		{"first chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: chunks[0]}, ""},
		{"first chunk again", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: chunks[0]}, ""},
		{"another first chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Sealed: chunks[2]}, "different"},
		{"far chunk", s, wire.Frame{Op: wire.OpChunk, TaskKey: n.key, Seq: 1<<64 - 1, Sealed: chunks[1]}, "gap"},
		{"message of another", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(n.nodes[1], ready, nil)}, "not_yours"},
		{"message signed by another", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(n.nodes[1], ready, func(m *client.Message) { m.From = node.Address() })}, "bad_message"},
		{"message by a stranger", stranger, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(n.stranger, ready, nil)}, "not_yours"},
		{"message by the creator", creator, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(n.creator, ready, nil)}, "not_yours"},
		{"message of another task", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(node, protocol.Ready{TaskKey: other}, nil)}, "bad_message"},
		{"message of unknown type", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(node, ready, func(m *client.Message) { m.Type = "*.>" })}, "bad_message"},
		{"payload with more", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(node, ready, func(m *client.Message) { m.Payload = json.RawMessage(`{"x":1}`) })}, "bad_message"},
		{"no payload", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: json.RawMessage(`{"type":"ready"}`)}, "not_yours"},
		{"message that is a list", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: json.RawMessage(`[]`)}, "bad_message"},
		{"message of zeros", s, wire.Frame{Op: wire.OpMessage, TaskKey: n.key, Message: message(node, ready, func(m *client.Message) { m.Signature = make([]byte, 65) })}, "bad_message"},
		{"watch by a stranger", stranger, wire.Frame{Op: wire.OpWatch, TaskKey: n.key}, "not_yours"},
		{"watch of an unknown task", s, wire.Frame{Op: wire.OpWatch, TaskKey: other}, "unknown_task"},
		{"watch", s, wire.Frame{Op: wire.OpWatch, TaskKey: n.key, ID: 7000}, ""},
		{"watch with its id", s, wire.Frame{Op: wire.OpWatch, TaskKey: n.key, ID: 7000}, "id_taken"},
		{"end of no watch and an op", s, wire.Frame{Op: wire.OpAuth}, "bad_op"},
	}
	for i, c := range cases {
		if c.frame.ID == 0 {
			c.frame.ID = uint64(i + 1)
		}
		c.on.write(c.frame)
		for {
			f, err := c.on.read()
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if f.Op == wire.OpEvent {
				continue
			}
			code := ""
			if f.Error != nil {
				code = f.Error.Code
			}
			if code != c.code || f.ID != c.frame.ID {
				t.Errorf("%s: %s of %d with %q, want %q", c.name, f.Op, f.ID, code, c.code)
			}
			break
		}
	}

	var code string
	for i := 1; i < len(chunks) && code == ""; i++ {
		s.write(wire.Frame{Op: wire.OpChunk, ID: 9000, TaskKey: n.key, Seq: uint64(i), Sealed: chunks[i]})
		for {
			if f, err := s.read(); err != nil {
				t.Fatal(err)
			} else if f.ID == 9000 {
				if f.Error != nil {
					code = f.Error.Code
				}
				break
			}
		}
	}
	if code != "too_large" {
		t.Errorf("a stream over its limit: %q, want too_large", code)
	}
}

func TestSocketsThatBreakTheRulesAreClosedWithAReason(t *testing.T) {
	n := newNetwork(t)
	token := n.bearerOf(n.creator)
	cases := []struct {
		name, token string
		first       any
		says        string
	}{
		{"first frame isn't auth", "", wire.Frame{Op: wire.OpWatch}, "auth"},
		{"first frame has a wrong token", "", wire.Frame{Op: wire.OpAuth, Token: "abc"}, "token"},
		{"not JSON", token, "hello", "can't be read"},
		{"unknown field", token, `{"op":"watch","admin":1}`, "can't be read"},
		{"two values", token, `{}{}`, "can't be read"},
		{"too long", token, strings.Repeat(" ", maxFrame+1), ""},
	}
	for _, c := range cases {
		s := n.socket(c.token)
		if c.token != "" {
			s.expect(wire.OpHello)
		}
		s.write(c.first)
		_, err := s.read()
		if status := websocket.CloseStatus(err); status != websocket.StatusPolicyViolation && status != websocket.StatusMessageTooBig || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want a close that says %q", c.name, err, c.says)
		}
	}

	s := n.socket("")
	s.write(wire.Frame{Op: wire.OpAuth, Token: strings.TrimPrefix(token, "Bearer ")})
	s.expect(wire.OpHello)
}

func TestSlowReaderIsDroppedAndResumes(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.SlowReader = 300 * time.Millisecond })
	node := n.dial(n.nodes[0])
	s := n.socket(n.bearerOf(n.creator))
	epoch := s.expect(wire.OpHello).Epoch
	stream, err := seal.NewStreamSealer(n.creator.seal.Public(), n.key, n.nodes[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	const chunks = 400
	for range chunks {
		seq, chunk, err := stream.Seal(make([]byte, 24<<10), false)
		if err != nil {
			t.Fatal(err)
		}
		if err := node.SendChunk(n.ctx(), n.key, seq, chunk); err != nil {
			t.Fatal(err)
		}
	}
	s.write(wire.Frame{Op: wire.OpWatch, ID: 1, TaskKey: n.key})
	first := s.expect(wire.OpEvent)

	deadline := time.Now().Add(20 * time.Second)
	for n.relay.sockets.count() > 1 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond) // not reading
	}
	if got := n.relay.sockets.count(); got > 1 {
		t.Fatalf("%d sockets are open, the slow one is not dropped", got)
	}
	last, got := first.N, 1
	for {
		f, err := s.read()
		if err != nil {
			break
		}
		if f.Op == wire.OpEvent {
			last, got = f.N, got+1
		}
	}
	if got >= chunks {
		t.Fatalf("the slow reader was sent all %d chunks", got)
	}

	s = n.socket(n.bearerOf(n.creator))
	s.expect(wire.OpHello)
	s.write(wire.Frame{Op: wire.OpWatch, ID: 1, TaskKey: n.key, Epoch: epoch, After: last})
	for i := got; i < chunks; i++ {
		var ev wire.Event
		if err := json.Unmarshal(s.expect(wire.OpEvent).Event, &ev); err != nil || ev.Seq != uint64(i) {
			t.Fatalf("after resuming: chunk %d, %v, want %d", ev.Seq, err, i)
		}
	}
}

func TestLimitsPerAddress(t *testing.T) {
	n := newNetwork(t, func(c *Config) {
		c.Limits.PerAddress = Rate{PerSecond: 0.001, Burst: 5}
		c.Limits.Sockets = 2
		c.Limits.MaxMessages = 2
	})
	token := n.bearerOf(n.creator)
	var statuses []int
	for range 7 {
		status, _, _ := n.raw("GET", "/v1/tasks/"+n.key.Hex()+"/envelope", token, nil)
		statuses = append(statuses, status)
	}
	if want := "[404 404 404 404 404 429 429]"; fmt.Sprint(statuses) != want {
		t.Errorf("statuses %v, want %s", statuses, want)
	}

	other := n.bearerOf(n.nodes[0])
	for range 2 {
		n.socket(other).expect(wire.OpHello)
	}
	if _, err := n.socket(other).read(); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("a third socket: %v", err)
	}

	s := n.socket(n.bearerOf(n.nodes[1]))
	for i, want := range []string{"", "", "different"} {
		m := n.message(n.nodes[1], protocol.Commitment{TaskKey: n.key, Commitment: common.Hash{byte(i)}})
		s.write(wire.Frame{Op: wire.OpMessage, ID: uint64(i + 1), TaskKey: n.key, Message: encodeJSON(t, m)})
		for f, err := s.read(); ; f, err = s.read() {
			if err != nil {
				t.Fatal(err)
			}
			if f.Op == wire.OpHello {
				continue
			}
			if got := f.Error; (got == nil) != (want == "") || got != nil && got.Code != want {
				t.Errorf("message %d: %+v, want %q", i, got, want)
			}
			break
		}
	}
}

func TestGuestsAreLimited(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.PerGuest = Rate{PerSecond: 0.001, Burst: 3} })
	for range 3 {
		n.challenge(n.stranger)
	}
	if status, code, _ := n.raw("GET", "/healthz", "", nil); status != 429 || code != "too_often" {
		t.Errorf("%d %s, want 429", status, code)
	}
}

func TestSlowSendersAreCutOff(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.ReadTimeout = 200 * time.Millisecond })
	token := n.bearerOf(n.creator)
	conn, err := net.Dial("tcp", n.relay.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT /v1/tasks/%s/envelope HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 1000\r\n\r\nage-", n.key.Hex(), token)
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatalf("the relay waits on: %v", err)
	}
	if !bytes.Contains(answer, []byte("408")) {
		t.Errorf("answer %.60q, want 408", answer)
	}
}

func TestWaitOutlivesTheReadTimeout(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.ReadTimeout = 100 * time.Millisecond })
	got := make(chan error, 1)
	node := n.dial(n.nodes[0])
	go func() {
		_, err := node.Envelope(n.ctx(), n.key)
		got <- err
	}()
	time.Sleep(400 * time.Millisecond)
	if err := n.dial(n.creator).PutEnvelope(n.ctx(), n.key, sealed(t, "x", n.nodes[0])); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestFullDiskQuotaIsSaid(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.BlobBytes = 64 << 10 })
	token := n.bearerOf(n.nodes[0])
	big, err := seal.Seal(make([]byte, 100<<10), n.creator.seal.Public())
	if err != nil {
		t.Fatal(err)
	}
	status, code, _ := n.raw("PUT", "/v1/tasks/"+n.key.Hex()+"/results", token, big)
	if status != 503 || code != "full" {
		t.Errorf("%d %s, want 503 full", status, code)
	}
}

func TestPublicPages(t *testing.T) {
	n := newNetwork(t)
	if err := n.dial(n.creator).PutEnvelope(n.ctx(), n.key, sealed(t, "x", n.nodes[0])); err != nil {
		t.Fatal(err)
	}
	got, err := client.FetchProfile(n.ctx(), n.relay.URL()+client.ProfilePath)
	if err == nil || got != nil {
		t.Errorf("a profile without relays passed its check")
	}
	if status, _, body := n.raw("GET", client.ProfilePath, "", nil); status != 200 || !bytes.Contains(body, []byte(`"chain_id":4242`)) {
		t.Errorf("profile: %d %s", status, body)
	}
	if status, _, _ := n.raw("GET", "/healthz", "", nil); status != 200 {
		t.Errorf("health: %d", status)
	}
	_, _, body := n.raw("GET", "/v1/stats", "", nil)
	var stats Stats
	if err := json.Unmarshal(body, &stats); err != nil || stats.Blobs != 1 || stats.Events != 4 || stats.Sockets != 1 || stats.Relay != n.relay.Address() {
		t.Errorf("statistics %s, %v", body, err)
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

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"op":"chunk","id":1,"task_key":"0x00","seq":1,"sealed":"aGVsbG8="}`))
	f.Add([]byte(`{"op":"message","message":{"from":"0x0","type":"ready"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var frame wire.Frame
		if wire.DecodeStrict(b, &frame) != nil {
			return
		}
		var m client.Message
		if wire.DecodeStrict(frame.Message, &m) == nil {
			_, _ = m.Verify(protocol.Domain{ChainID: 1}, frame.TaskKey)
		}
	})
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
