package protocol

import (
	"sync"

	"github.com/ethereum/go-ethereum/common"
)

// Recall remembers who made the signatures that were checked last, for a process in
// which many check the same ones: in a network of one process each is checked by the
// relay, the creator and the other nodes. It is safe for concurrent use.
type Recall struct {
	most int

	// mu guards everything that follows: two generations, of which the older one goes
	// when the younger one is full.
	mu         sync.Mutex
	young, old map[signing]common.Address
}

// signing is a digest and a signature of it.
type signing struct {
	digest    common.Hash
	signature [65]byte
}

// NewRecall remembers between most and twice as many.
func NewRecall(most int) *Recall {
	return &Recall{most: most, young: map[signing]common.Address{}}
}

// signer is who made a signature; ok is false when it is not remembered, as it never
// is by nil.
func (r *Recall) signer(s signing) (signer common.Address, ok bool) {
	if r == nil {
		return signer, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if signer, ok = r.young[s]; !ok {
		signer, ok = r.old[s]
	}
	return signer, ok
}

func (r *Recall) keep(s signing, signer common.Address) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= r.most {
		r.old, r.young = r.young, map[signing]common.Address{}
	}
	r.young[s] = signer
}
