package relay

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// images are sealed bytes as long as those of a Stable Diffusion task.
func images(n int, seed uint64) []byte {
	blob := []byte("age-encryption.org/v1\n")
	var key [32]byte
	key[0] = byte(seed)
	rest := make([]byte, n-len(blob))
	rand.NewChaCha8(key).Read(rest)
	return append(blob, rest...)
}

func TestALongResultGoesThroughTheRelayInParts(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.UploadBytes = partBytes }) // for no two parts at a time
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	for name, size := range map[string]int{"40 MB": 40<<20 + 7, "whole parts": 2 * partBytes, "a part": partBytes, "one byte more": partBytes + 1} {
		key := crypto.Keccak256Hash([]byte(name))
		n.tasks.set(key, n.tasks.tasks[n.key])
		result := images(size, 1)
		signature, err := node.PutResult(n.ctx(), key, result)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if again, err := node.PutResult(n.ctx(), key, result); err != nil || !bytes.Equal(again, signature) {
			t.Errorf("%s, again: %v", name, err)
		}
		for _, other := range [][]byte{images(size, 2), result[:size-1], images(100, 1)} {
			if _, err := node.PutResult(n.ctx(), key, other); !errors.Is(err, client.ErrDifferent) {
				t.Errorf("%s: another result of %d bytes: %v, want ErrDifferent", name, len(other), err)
			}
		}
		n.stop()
		n.start()
		if got, err := creator.Result(n.ctx(), key, n.nodes[0].Address()); err != nil || !bytes.Equal(got, result) {
			t.Errorf("%s: the creator got %d bytes, %v", name, len(got), err)
		}
		events, err := creator.Watch(n.ctx(), key)
		if err != nil {
			t.Fatal(err)
		}
		if ev := next(t, events, client.EventResult); ev.CiphertextHash != crypto.Keccak256Hash(result) {
			t.Errorf("%s: the event has the hash %s", name, ev.CiphertextHash)
		}
	}
}

func TestATextMayNotBeAsLongAsImages(t *testing.T) {
	n := newNetwork(t)
	roles := n.tasks.tasks[n.key]
	roles.Type = protocol.GPT
	n.tasks.set(n.key, roles)
	token, path := n.bearerOf(n.nodes[0]), "/v1/tasks/"+n.key.Hex()+"/results"
	long := images(protocol.MaxTextBytes+sealOverhead+1000, 1)
	chunked := func(r *http.Request) { r.ContentLength = -1 }
	for _, change := range [][]func(*http.Request){nil, {chunked}} {
		if status, code, _ := n.raw("PUT", path, token, long, change...); status != 413 || code != "too_large" {
			t.Errorf("%d %s, want 413", status, code)
		}
	}
	if _, err := n.dial(n.nodes[0]).PutResult(n.ctx(), n.key, long[:protocol.MaxTextBytes]); err != nil {
		t.Error(err)
	}
}

// A line that breaks in the middle leaves no result, and the next try goes on
// with the parts that came.
func TestACutUploadIsNoResult(t *testing.T) {
	n := newNetwork(t)
	token, path := n.bearerOf(n.nodes[0]), "/v1/tasks/"+n.key.Hex()+"/results"
	stored := func() int {
		parts, err := n.relay.bus.subjects(n.ctx(), n.relay.bus.blobs, "part.>")
		if err != nil {
			t.Fatal(err)
		}
		return len(parts)
	}
	cut := func(result []byte, after int) {
		before := stored()
		conn, err := net.Dial("tcp", strings.TrimPrefix(n.relay.URL(), "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		req, err := http.NewRequest("PUT", n.relay.URL()+path, io.MultiReader(bytes.NewReader(result[:after]), brokenReader{}))
		if err != nil {
			t.Fatal(err)
		}
		req.ContentLength = int64(len(result))
		req.Header.Set("Authorization", token)
		req.Write(conn) // fails where the reader does
		for range 500 {
			if stored() > before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	result := images(3*partBytes, 1)
	cut(result, 2*partBytes+100)
	if status, code, _ := n.raw("GET", path+"/"+n.nodes[0].Address().Hex(), n.bearerOf(n.creator), nil); status != 404 || code != "not_stored" {
		t.Errorf("after a cut upload: %d %s", status, code)
	}
	if _, err := n.dial(n.nodes[0]).PutResult(n.ctx(), n.key, result); err != nil {
		t.Fatal(err)
	}
	if got := stored(); got != 3 {
		t.Errorf("%d parts are stored, want 3", got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestUploadsThatAreNeverFinishedHaveABound(t *testing.T) {
	n := newNetwork(t, func(c *Config) { c.Limits.MaxImages = 2*partBytes + 100 })
	token, path := n.bearerOf(n.nodes[0]), "/v1/tasks/"+n.key.Hex()+"/results"
	chunked := func(r *http.Request) { r.ContentLength = -1 }
	var codes []string
	for seed := range uint64(8) {
		length := 2*partBytes + 1000 // too long, which shows when two parts are stored
		if seed >= 6 {
			length = partBytes + 1000 // refused at its first part
		}
		_, code, _ := n.raw("PUT", path, token, images(length, seed), chunked)
		codes = append(codes, code)
	}
	if got, want := strings.Join(codes, " "), strings.Repeat("too_large ", 6)+"too_many_parts too_many_parts"; got != want {
		t.Errorf("codes are %s, want %s", got, want)
	}
}

func TestPartsGoWithTheirTask(t *testing.T) {
	now := time.Now()
	n := newNetwork(t, func(c *Config) { c.Now = func() time.Time { return now } })
	if _, err := n.dial(n.nodes[0]).PutResult(n.ctx(), n.key, images(2*partBytes, 1)); err != nil {
		t.Fatal(err)
	}
	ended := n.tasks.tasks[n.key]
	ended.Ended = now
	n.tasks.set(n.key, ended)
	now = now.Add(time.Hour + time.Second)
	if removed, err := n.relay.cleanOnce(n.ctx()); removed != 1 || err != nil {
		t.Errorf("%d tasks were removed, %v", removed, err)
	}
	info, err := n.relay.bus.blobs.Info(n.ctx())
	if err != nil || info.State.Msgs != 0 {
		t.Errorf("%d blobs and parts are left, %v", info.State.Msgs, err)
	}
}

// What a relay that dies between the two writes leaves of a long result is
// announced by the hash of the whole.
func TestALongResultIsAnnouncedAtTheNextStart(t *testing.T) {
	n := newNetwork(t)
	result := images(2*partBytes, 1)
	if _, err := n.dial(n.nodes[0]).PutResult(n.ctx(), n.key, result); err != nil {
		t.Fatal(err)
	}
	if err := n.relay.bus.purge(n.ctx(), n.relay.bus.events, "ev.>"); err != nil {
		t.Fatal(err)
	}
	n.stop()
	n.start()
	events, err := n.dial(n.creator).Watch(n.ctx(), n.key)
	if err != nil {
		t.Fatal(err)
	}
	if ev := next(t, events, client.EventResult); ev.CiphertextHash != crypto.Keccak256Hash(result) || ev.Node == (common.Address{}) {
		t.Errorf("event = %+v", ev)
	}
}
