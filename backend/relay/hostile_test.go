package relay

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
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
	if len(body) > 1<<20 {
		// Who sends much without asking may find the line cut before the answer.
		req.Header.Set("Expect", "100-continue")
	}
	for _, c := range change {
		c(req)
	}
	transport := &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Minute}
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

// bearerOf signs p in.

func TestHostileRequestsAreRefusedWithAReason(t *testing.T) {
	n := newNetwork(t, func(c *Config) {
		c.Limits.MaxEnvelope, c.Limits.MaxText, c.Limits.MaxImages = 4096, 4096, 4096
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
