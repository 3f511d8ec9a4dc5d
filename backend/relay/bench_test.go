package relay

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

// BenchmarkEnvelopeToNode is from the creator's PUT to the bytes at a node that waits.
func BenchmarkEnvelopeToNode(b *testing.B) {
	n := newNetwork(b)
	creator, node := n.dial(n.creator), n.dial(n.nodes[0])
	roles := n.tasks.tasks[n.key]
	envelope := sealed(b, "question", n.nodes[0])
	keys := make([]protocol.TaskKey, b.N)
	for i := range keys {
		keys[i] = crypto.Keccak256Hash(common.BigToHash(common.Big1).Bytes(), []byte{byte(i), byte(i >> 8), byte(i >> 16)})
		n.tasks.set(keys[i], roles)
	}
	b.ResetTimer()
	for _, key := range keys {
		got := make(chan error, 1)
		go func() {
			_, err := node.Envelope(n.ctx(), key)
			got <- err
		}()
		if err := creator.PutEnvelope(n.ctx(), key, envelope); err != nil {
			b.Fatal(err)
		}
		if err := <-got; err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChunkToCreator is from a node's chunk to the creator's watch.
func BenchmarkChunkToCreator(b *testing.B) {
	n := newNetwork(b, func(c *Config) { c.Limits.MaxStream, c.Limits.PerAddress = 1<<40, Rate{1e9, 1e9} })
	node := n.dial(n.nodes[0])
	events, err := n.dial(n.creator).Watch(b.Context(), n.key)
	if err != nil {
		b.Fatal(err)
	}
	stream, err := seal.NewStreamSealer(n.creator.seal.Public(), n.key, n.nodes[0].Address())
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for range b.N {
		seq, chunk, err := stream.Seal([]byte(" token"), false)
		if err != nil {
			b.Fatal(err)
		}
		if err := node.SendChunk(b.Context(), n.key, seq, chunk); err != nil {
			b.Fatal(err)
		}
		next(b, events, client.EventChunk)
	}
}

// BenchmarkPutResult is a node's result on disk and signed for.
func BenchmarkPutResult(b *testing.B) {
	n := newNetwork(b)
	node := n.dial(n.nodes[0])
	roles := n.tasks.tasks[n.key]
	result := sealed(b, "answer", n.creator)
	for i := range b.N {
		key := crypto.Keccak256Hash([]byte{1, byte(i), byte(i >> 8), byte(i >> 16)})
		n.tasks.set(key, roles)
		if _, err := node.PutResult(b.Context(), key, result); err != nil {
			b.Fatal(err)
		}
	}
}
