package protocol

import (
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// GPUClass is what must be equal for two nodes to give bit-equal text.
type GPUClass struct {
	// Card is the name as the driver gives it, e.g. "NVIDIA GeForce RTX 4070".
	Card string `json:"card"`
	// VRAMGB is the card's memory in GB (2^30 bytes), rounded up.
	VRAMGB uint16 `json:"vram_gb"`
	// Runtime is backend and engine build, e.g. "cuda/0.4.0" or "cpu-haswell/0.4.0".
	Runtime string `json:"runtime"`
}

// ID is the class's name on chain: keccak256(abi.encode(card, vramGB, runtime)).
func (c GPUClass) ID() common.Hash {
	packed, err := classArgs().Pack(c.Card, c.VRAMGB, c.Runtime)
	if err != nil {
		panic(err) // the types are fixed above
	}
	return crypto.Keccak256Hash(packed)
}

func (c GPUClass) String() string {
	return fmt.Sprintf("%s, %d GB, %s", c.Card, c.VRAMGB, c.Runtime)
}

func classArgs() abi.Arguments { return arguments("string", "uint16", "string") }

func arguments(types ...string) abi.Arguments {
	args := make(abi.Arguments, len(types))
	for i, name := range types {
		t, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(err) // only called with literals
		}
		args[i].Type = t
	}
	return args
}
