package validator

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/ethereum/go-ethereum/common"
)

// randaoMessage is what a proposer signs to make the next block's prevrandao.
func randaoMessage(chainID uint64, parent common.Hash) []byte {
	m := append([]byte("helium randao 1\x00"), parent[:]...)
	return binary.BigEndian.AppendUint64(m, chainID)
}

func randaoOf(proof []byte) common.Hash { return sha256.Sum256(proof) }
