package contracts

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// JoinMessage is what a node signs so that others can bring its request to join.
func JoinMessage(node common.Address, r JoinRequest, nonce uint32, deadline uint64) protocol.Join {
	return protocol.Join{
		Node: node, Class: protocol.GPUClass{Card: r.Card, VRAMGB: r.VramGB, Runtime: r.Runtime},
		Fingerprint: r.Fingerprint, SealKey: r.SealKey, Payout: r.Payout, Models: protocol.ModelSet(r.Models),
		Nonce: nonce, Deadline: deadline,
	}
}

// NoPermit is for a stake whose allowance is there already.
func NoPermit() StakePermit { return StakePermit{Value: new(big.Int), Deadline: new(big.Int)} }

// PermitOf is what joinFor takes of a signed permit. signature is 65 bytes, as
// protocol.Domain signs.
func PermitOf(p protocol.Permit, signature []byte) StakePermit {
	return StakePermit{
		Value: p.Value.Big(), Deadline: new(big.Int).SetUint64(p.Deadline),
		V: signature[64], R: [32]byte(signature[:32]), S: [32]byte(signature[32:64]),
	}
}
