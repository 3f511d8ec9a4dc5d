package task

import (
	"crypto/sha256"
	"encoding/binary"

	"helium/inference/imagehash"
)

// SDDigest is what stands on chain for images: their hashes in the order of the
// task, 8 bytes each with the highest bit first, each masked with the beginning
// of sha256 of salt and its place (4 bytes, highest first). The mask is the same
// for all three nodes, so distances stay; without the salt, which only the
// creator and the nodes know, nobody sees what the images look like, nor whether
// two of them are alike.
func SDDigest(salt [32]byte, images []imagehash.Hash) []byte {
	var digest []byte
	for i, hash := range images {
		mask := sha256.Sum256(binary.BigEndian.AppendUint32(salt[:], uint32(i)))
		digest = binary.BigEndian.AppendUint64(digest, uint64(hash)^binary.BigEndian.Uint64(mask[:]))
	}
	return digest
}

// SDDistance is the most bits by which an image of one digest differs from the
// same image of the other. The contract compares so: below one bound two results
// match, from another on they deviate. Digests of different lengths have no
// distance.
func SDDistance(a, b []byte) (worst int, ok bool) {
	if len(a) != len(b) || len(a)%8 != 0 {
		return 0, false
	}
	for i := 0; i < len(a); i += 8 {
		x, y := binary.BigEndian.Uint64(a[i:]), binary.BigEndian.Uint64(b[i:])
		worst = max(worst, imagehash.Distance(imagehash.Hash(x), imagehash.Hash(y)))
	}
	return worst, true
}
