package contracts

import "helium/backend/protocol"

// StatementOf is what settle and reveal take of a node's signed opening. proof
// is a signature of protocol.Stored or the sealed response; it is empty for a
// kind without a response.
func StatementOf(r protocol.Reveal, signature, proof []byte) Statement {
	return Statement{
		Opening: Reveal{
			CommitmentsHash: r.CommitmentsHash, Order: r.Order, Kind: uint8(r.Kind), Result: r.Result,
			Nonce: r.Nonce, CiphertextHash: r.CiphertextHash,
		},
		Signature: signature, Proof: proof,
	}
}
