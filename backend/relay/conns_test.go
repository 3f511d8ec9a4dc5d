package relay

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
)

// tell sends bytes as they are and returns all that comes back until the relay
// closes the connection.
func (n *network) tell(text string) string {
	n.t.Helper()
	conn, err := net.Dial("tcp", n.relay.listener.Addr().String())
	if err != nil {
		n.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		n.t.Fatal(err)
	}
	_, _ = io.WriteString(conn, text) // may be cut, which is an answer
	answer, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		n.t.Errorf("the relay keeps a connection open that said %.40q", text)
	}
	return string(answer)
}

func TestConnectionsThatBreakHTTPAreAnsweredAndClosed(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.ReadTimeout = 300 * time.Millisecond })
	token := "Authorization: " + n.bearerOf(n.creator) + "\r\n"
	put := "PUT /v1/tasks/" + n.key.Hex() + "/envelope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + token
	get := "GET /v1/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	for _, c := range []struct {
		name, says string
		want       string // of the first line; empty for nothing
	}{
		{"zeros", strings.Repeat("\x00", 100) + "\r\n\r\n", "400"},
		{"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("a", 100) + "\r\n\r\n", "400"},
		{"HTTP/0.9", "GET /v1/stats\r\n\r\n", "400"},
		{"HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "404"},
		{"a version to come", "GET / HTTP/9.9\r\nHost: x\r\n\r\n", "505"},
		{"no host", "GET /v1/stats HTTP/1.1\r\n\r\n", "400"},
		{"two hosts", "GET /v1/stats HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
		{"a host with a space", "GET /v1/stats HTTP/1.1\r\nHost: x y\r\n\r\n", "400"},
		{"a header with a space in its name", get + "X : y\r\n\r\n", "400"},
		{"a header without a colon", get + "Xy\r\n\r\n", "400"},
		{"a header with a zero", get + "X: a\x00b\r\n\r\n", "400"},
		{"a long header", get + "X: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", "431"},
		{"many headers", get + strings.Repeat("X: aaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 2000) + "\r\n", "431"},
		{"a long path", "GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
		{"two lengths", put + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "400"},
		{"a negative length", put + "Content-Length: -1\r\n\r\n", "400"},
		{"a length with a sign", put + "Content-Length: +4\r\n\r\nabcd", "400"},
		{"a length past all numbers", put + "Content-Length: 99999999999999999999\r\n\r\n", "400"},
		{"a length of an exabyte", put + "Content-Length: 1000000000000000000\r\n\r\n", "413"},
		{"an unknown encoding", put + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501"},
		{"two encodings", put + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "501"},
		{"a chunk of no size", put + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", "408"},
		{"a chunk past all numbers", put + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc", "408"},
		{"a chunk with a long remark", put + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("a", 8<<10) + "\r\na\r\n0\r\n\r\n", "408"},
		{"an escape that is none", "GET /v1/%zz HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
		{"an unknown expectation", put + "Expect: a-miracle\r\nContent-Length: 4\r\n\r\nabcd", "417"},
		{"a tunnel", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n", "404"},
		{"an unknown method", "BREW /v1/stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405"},
		{"a slow header", "GET /v1/stats HTTP/1.1\r\nHost: x\r\nX: ", ""},
		{"nothing", "", ""},
		{"half a request line", "GET /v1/st", "400"},
		{"a body that stops", put + "Content-Length: 1000\r\n\r\nage-encryption.org/v1\n", "408"},
		{"a chunk that stops", put + "Transfer-Encoding: chunked\r\n\r\n400\r\nage-encryption.org/v1\n", "408"},
		{"a body that never starts", put + "Content-Length: 1000\r\n\r\n", "408"},
		{"a JSON body that stops", "POST /v1/auth/challenge HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{", "408"},
		{"a socket without a key", "GET /v1/events HTTP/1.1\r\nHost: x\r\n" + token + "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n", "400"},
		{"a socket of an old version", "GET /v1/events HTTP/1.1\r\nHost: x\r\n" + token + "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "400"},
		{"a socket that is none", "GET /v1/events HTTP/1.1\r\nHost: x\r\n" + token + "Connection: close\r\n\r\n", "426"},
		{"a socket from another site's page", "GET /v1/events HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\n" + token + "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "403"},
	} {
		answer := n.tell(c.says)
		line, _, _ := strings.Cut(answer, "\r\n")
		if c.want == "" && answer == "" {
			continue
		}
		if _, status, _ := strings.Cut(line, " "); c.want == "" || !strings.HasPrefix(status, c.want) {
			t.Errorf("%s: %q, want %q", c.name, line, c.want)
		}
	}
	if err := n.dial(n.creator).PutEnvelope(n.ctx(), n.key, sealed(t, "x", n.nodes[0])); err != nil {
		t.Errorf("after all that, the right request: %v", err)
	}
}

// frame is a WebSocket frame by a client: masked with zeros.
func frame(first byte, payload string) string {
	return string([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
}

func TestSocketsThatBreakTheProtocolAreClosed(t *testing.T) {
	n := newNetwork(t)
	upgrade := "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: " + n.bearerOf(n.creator) +
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	const fin, text, binaryData, closing, ping = 0x80, 1, 2, 8, 9
	for _, c := range []struct {
		name, says string
		status     websocket.StatusCode // 0 for a connection that just ends
	}{
		{"a frame without a mask", "\x81\x02{}", 0},
		{"an unknown opcode", frame(fin|3, "{}"), websocket.StatusProtocolError},
		{"a reserved bit", frame(fin|0x40|text, "{}"), websocket.StatusProtocolError},
		{"all reserved bits", frame(fin|0x70|text, "{}"), websocket.StatusProtocolError},
		{"a ping in pieces", frame(ping, "a"), websocket.StatusProtocolError},
		{"a long ping", "\x89\xfe\x00\x7e\x00\x00\x00\x00" + strings.Repeat("a", 126), websocket.StatusProtocolError},
		{"a piece of nothing", frame(fin, "{}"), websocket.StatusProtocolError},
		{"a text within a text", frame(text, "{") + frame(fin|text, "{}"), websocket.StatusProtocolError},
		{"binary data", frame(fin|binaryData, "{}"), websocket.StatusPolicyViolation},
		{"text that is no UTF-8", frame(fin|text, "{\"op\":\"\xff\xfe\"}"), websocket.StatusPolicyViolation},
		{"an empty text", frame(fin|text, ""), websocket.StatusPolicyViolation},
		{"a frame of 2^63 bytes", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 0},
		{"a frame of 2^62 bytes", "\x81\xff\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + strings.Repeat(" ", maxFrame+1), websocket.StatusMessageTooBig},
		{"a close of one byte", frame(fin|closing, "a"), websocket.StatusProtocolError},
		{"a close with a status that is none", frame(fin|closing, "\x00\x01"), websocket.StatusProtocolError},
	} {
		conn, err := net.Dial("tcp", n.relay.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, upgrade+c.says)
		in := bufio.NewReader(conn)
		resp, err := http.ReadResponse(in, nil)
		if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
			t.Fatalf("%s: %v, %v", c.name, resp, err)
		}
		if got := closeStatus(in); got != c.status {
			t.Errorf("%s: closed with %d, want %d", c.name, got, c.status)
		}
		conn.Close()
	}
}

// closeStatus reads a server's frames up to its close; 0 when there is none.
func closeStatus(in *bufio.Reader) websocket.StatusCode {
	for {
		var head [2]byte
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return 0
		}
		size := int64(head[1])
		if size == 126 {
			var long [2]byte
			if _, err := io.ReadFull(in, long[:]); err != nil {
				return 0
			}
			size = int64(binary.BigEndian.Uint16(long[:]))
		}
		payload, err := io.ReadAll(io.LimitReader(in, size))
		if err != nil {
			return 0
		}
		if head[0]&0x0f == 8 && len(payload) >= 2 {
			return websocket.StatusCode(binary.BigEndian.Uint16(payload))
		}
	}
}

// What was signed for one network, contract or task is worth nothing in another.
func TestMessagesOfOtherNetworksAreRefused(t *testing.T) {
	n := newNetwork(t)
	s := n.socket(n.bearerOf(n.nodes[0]))
	s.expect(wire.OpHello)
	for name, change := range map[string]func(*protocol.Profile){
		"another chain":    func(p *protocol.Profile) { p.ChainID++ },
		"another contract": func(p *protocol.Profile) { p.Contracts.Task = common.Address{9} },
	} {
		foreign := *n
		change(&foreign.cfg.Profile)
		m := foreign.message(n.nodes[0], protocol.Ready{TaskKey: n.key})
		s.write(wire.Frame{Op: wire.OpMessage, ID: 1, TaskKey: n.key, Message: encodeJSON(t, m)})
		if f := s.expect(wire.OpError); f.Error == nil || f.Error.Code != "bad_message" {
			t.Errorf("%s: %+v", name, f.Error)
		}
	}
}

func TestConnectionsAreLimitedByPlaceAndInAll(t *testing.T) {
	for name, limits := range map[string]Limits{"place": {ConnectionsPerGuest: 3}, "all": {Connections: 3}} {
		n := newNetwork(t, func(c *Config) {
			c.Limits.Connections, c.Limits.ConnectionsPerGuest = limits.Connections, limits.ConnectionsPerGuest
		})
		for range 3 {
			conn, err := net.Dial("tcp", n.relay.listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
			if resp, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || resp.StatusCode != 200 {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if answer := n.tell("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); answer != "" {
			t.Errorf("%s: one too many is answered %.40q", name, answer)
		}
		if got := n.relay.gate.count(); got != 3 {
			t.Errorf("%s: %d connections are open, want 3", name, got)
		}
	}
}

func TestPlaces(t *testing.T) {
	for address, want := range map[string]string{
		"1.2.3.4:80": "1.2.3.4", "[::ffff:1.2.3.4]:80": "1.2.3.4", "[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:9": "2001:db8:1:2::/64", "[fe80::1%eth0]:9": "fe80::/64", "pipe": "pipe",
	} {
		if got := placeOf(address); got != want {
			t.Errorf("place of %s is %s, want %s", address, got, want)
		}
	}
}

func TestAnAddressMaySendAndFetchItsShareOnly(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.BytesPerAddress = Rate{PerSecond: 1, Burst: 20 << 10} })
	envelope := append(sealed(t, "x", n.nodes[0]), make([]byte, 8<<10)...)
	path, creator, node := "/v1/tasks/"+n.key.Hex()+"/envelope", n.bearerOf(n.creator), n.bearerOf(n.nodes[0])
	for _, c := range []struct {
		method, token string
		want          string
	}{{"PUT", creator, "200 200 429"}, {"GET", node, "200 200 429"}} {
		var got []string
		for range 3 {
			body := envelope
			if c.method == "GET" {
				body = nil
			}
			status, code, _ := n.raw(c.method, path, c.token, body)
			if status == 429 && code != "too_many_bytes" {
				t.Errorf("code %s", code)
			}
			got = append(got, fmt.Sprint(status))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.method, got, c.want)
		}
	}
	if answer := n.tell("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " + node + "\r\n\r\n"); !strings.Contains(answer, "Retry-After: ") {
		t.Errorf("no word of when to come again: %.200q", answer)
	}
}

func TestWatchesAreLimitedByAddressAndInAll(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.Watches, c.Limits.AllWatches = 2, 3 })
	creator, again, node := n.socket(n.bearerOf(n.creator)), n.socket(n.bearerOf(n.creator)), n.socket(n.bearerOf(n.nodes[0]))
	watch := func(s *rawSocket, id uint64) string {
		s.write(wire.Frame{Op: wire.OpWatch, ID: id, TaskKey: n.key})
		for {
			f, err := s.read()
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case f.ID != id:
			case f.Error != nil:
				return f.Error.Code
			case f.Op == wire.OpOK:
				return "ok"
			}
		}
	}
	got := []string{watch(creator, 1), watch(again, 2), watch(creator, 3), watch(node, 4), watch(node, 5)}
	if want := "ok ok too_many_watches ok too_many_watches"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	creator.write(wire.Frame{Op: wire.OpUnwatch, ID: 1})
	for range 500 {
		if watch(creator, 6) == "ok" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the place of a watch that ended stays taken")
}

func TestWhoGuessesTokensIsAGuest(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.PerGuest = Rate{PerSecond: 0.001, Burst: 3} })
	var got []int
	for i := range 5 {
		status, _, _ := n.raw("GET", "/v1/tasks/"+n.key.Hex()+"/envelope", "Bearer "+strings.Repeat("A", i+10), nil)
		got = append(got, status)
	}
	if want := "[401 401 401 429 429]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func TestManyRequestsInOneBreathAreLimited(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.PerGuest = Rate{PerSecond: 0.001, Burst: 5} })
	one := "GET /v1/stats HTTP/1.1\r\nHost: x\r\n"
	answer := n.tell(strings.Repeat(one+"\r\n", 20) + one + "Connection: close\r\n\r\n")
	if good := strings.Count(answer, "HTTP/1.1 200"); good != 5 || bytes.Count([]byte(answer), []byte("HTTP/1.1 429")) != 16 {
		t.Errorf("%d of 21 requests were answered, want 5", good)
	}
}
