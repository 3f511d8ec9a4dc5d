package relay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/seal"
)

func TestSlowReaderIsDroppedAndResumes(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.SlowReader = time.Second })
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
