package protocol

import (
	"math/bits"

	"github.com/ethereum/go-ethereum/common"
)

// ModelSet is a set of models as a node announces it on chain: each model sets
// three of 64 bits, so that a set may seem to hold a model that it does not.
type ModelSet uint64

// maxModelBits is what the Node contract takes: with more a node would seem to
// hold everything.
const maxModelBits = 32

// ModelSetOf takes as many of the models as fit, the first ones first.
func ModelSetOf(keys ...common.Hash) (set ModelSet) {
	for _, key := range keys {
		if next := set | bitsOf(key); bits.OnesCount64(uint64(next)) <= maxModelBits {
			set = next
		}
	}
	return set
}

// Has says whether a node with this set may hold the model.
func (s ModelSet) Has(key common.Hash) bool { return s&bitsOf(key) == bitsOf(key) }

func bitsOf(key common.Hash) (set ModelSet) {
	low := uint64(key[29])<<16 | uint64(key[30])<<8 | uint64(key[31])
	for range 3 {
		set |= 1 << (low & 63)
		low >>= 6
	}
	return set
}
