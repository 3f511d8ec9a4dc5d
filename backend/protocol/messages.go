package protocol

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Domain is the EIP-712 domain of everything nodes and relays sign: name
// "Helium", version "1", the chain, and the contract that a message is for. Node
// and Token may be left out where nobody signs for them.
type Domain struct {
	ChainID uint64
	Task    common.Address
	Node    common.Address
	Token   common.Address
	// recall remembers signers; nil for one that checks every signature.
	recall *Recall
}

// Message is an EIP-712 message of the protocol.
type Message interface {
	structHash() common.Hash
}

// addressed is a message for another contract than Task.
type addressed interface {
	contract(d Domain) common.Address
}

// Ready says: I could open the envelope and its hash is right.
type Ready struct{ TaskKey TaskKey }

// NoArguments says: past the argument deadline I have no envelope, can't open
// it, or its hash is wrong.
type NoArguments struct{ TaskKey TaskKey }

// Decline says, before Ready: draw somebody else.
type Decline struct{ TaskKey TaskKey }

// Commitment binds its signer to a result without showing it.
type Commitment struct {
	TaskKey    TaskKey     `json:"task_key"`
	Commitment common.Hash `json:"commitment"`
}

// Reveal opens a commitment.
type Reveal struct {
	TaskKey TaskKey `json:"task_key"`
	// CommitmentsHash is what CommitmentsHash returns for the commitments the signer held.
	CommitmentsHash common.Hash `json:"commitments_hash"`
	// Order is the signer's view of the order of commitments, as PackOrder packs it.
	Order  uint8      `json:"order"`
	Kind   ResultKind `json:"kind"`
	Result []byte     `json:"result"`
	Nonce  [32]byte   `json:"nonce"`
	// CiphertextHash is keccak256 of the sealed result as stored at a relay; zero for a kind without a response.
	CiphertextHash common.Hash `json:"ciphertext_hash"`
}

// Stored is a relay's word that it holds, on disk, the sealed result of a node.
type Stored struct {
	TaskKey        TaskKey
	Node           common.Address
	CiphertextHash common.Hash
}

// What EIP-712 puts before the words of each message, and of the domain.
var (
	typeReady       = typeHash("Ready(bytes32 taskKey)")
	typeNoArguments = typeHash("NoArguments(bytes32 taskKey)")
	typeDecline     = typeHash("Decline(bytes32 taskKey)")
	typeCommitment  = typeHash("Commitment(bytes32 taskKey,bytes32 commitment)")
	typeReveal      = typeHash("Reveal(bytes32 taskKey,bytes32 commitmentsHash,uint8 order,uint8 kind,bytes result,bytes32 nonce,bytes32 ciphertextHash)")
	typeStored      = typeHash("Stored(bytes32 taskKey,address node,bytes32 ciphertextHash)")
	typeJoin        = typeHash("Join(address node,string card,uint16 vramGB,string runtime,bytes32 fingerprint,bytes32 sealKey,address payout,uint64 models,uint32 nonce,uint64 deadline)")
	typeMove        = typeHash("Move(address node,uint8 move,uint64 models,uint32 nonce,uint64 deadline)")
	typePermit      = typeHash("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
	typeDomain      = typeHash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")

	hashOfName, hashOfVersion = typeHash("Helium"), typeHash("1")
)

func (m Ready) structHash() common.Hash {
	return hashWords(typeReady, m.TaskKey)
}

func (m NoArguments) structHash() common.Hash {
	return hashWords(typeNoArguments, m.TaskKey)
}

func (m Decline) structHash() common.Hash {
	return hashWords(typeDecline, m.TaskKey)
}

func (m Commitment) structHash() common.Hash {
	return hashWords(typeCommitment, m.TaskKey, m.Commitment)
}

func (m Reveal) structHash() common.Hash {
	return hashWords(
		typeReveal, m.TaskKey, m.CommitmentsHash, word(uint64(m.Order)), word(uint64(m.Kind)),
		crypto.Keccak256Hash(m.Result), m.Nonce, m.CiphertextHash,
	)
}

func (m Stored) structHash() common.Hash {
	return hashWords(typeStored, m.TaskKey, common.BytesToHash(m.Node[:]), m.CiphertextHash)
}

// Hash is the EIP-712 digest of m under d: what is signed.
func (d Domain) Hash(m Message) common.Hash {
	reader := d.Task
	if m, ok := m.(addressed); ok {
		reader = m.contract(d)
	}
	separator := hashWords(
		typeDomain, hashOfName, hashOfVersion,
		word(d.ChainID), addressWord(reader),
	)
	inner := m.structHash()
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, separator[:], inner[:])
}

// Sign signs m under d: 65 bytes r, s, v with v 27 or 28 and s in the lower half.
func (d Domain) Sign(m Message, key *ecdsa.PrivateKey) ([]byte, error) {
	digest := d.Hash(m)
	sig, err := crypto.Sign(digest[:], key)
	if err != nil {
		return nil, fmt.Errorf("sign message: %w", err)
	}
	sig[64] += 27
	return sig, nil
}

// Signer recovers who signed m under d. It refuses signatures that Sign would
// not make, so that a signature has one encoding only.
func (d Domain) Signer(m Message, sig []byte) (common.Address, error) {
	if len(sig) != 65 || (sig[64] != 27 && sig[64] != 28) {
		return common.Address{}, fmt.Errorf("signature of %d bytes is not r, s, v with v 27 or 28", len(sig))
	}
	r, s := new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:64])
	if !crypto.ValidateSignatureValues(sig[64]-27, r, s, true) {
		return common.Address{}, fmt.Errorf("signature values are out of range")
	}
	raw := append([]byte(nil), sig...)
	raw[64] -= 27
	digest := d.Hash(m)
	what := signing{digest, [65]byte(sig)}
	if signer, ok := d.recall.signer(what); ok {
		return signer, nil
	}
	pub, err := crypto.SigToPub(digest[:], raw)
	if err != nil {
		return common.Address{}, fmt.Errorf("recover signer: %w", err)
	}
	signer := crypto.PubkeyToAddress(*pub)
	d.recall.keep(what, signer)
	return signer, nil
}

// CommitmentHash is what a node commits to:
// keccak256(abi.encode(taskKey, node, kind, keccak256(result), nonce)).
func CommitmentHash(key TaskKey, node common.Address, kind ResultKind, result []byte, nonce [32]byte) common.Hash {
	return hashWords(key, common.BytesToHash(node[:]), word(uint64(kind)), crypto.Keccak256Hash(result), nonce)
}

// CommitmentsHash is keccak256(abi.encode(c0, c1, c2)) by seat, zero where a seat has none.
func CommitmentsHash(c [Seats]common.Hash) common.Hash { return hashWords(c[0], c[1], c[2]) }

// PackOrder packs the seats in the order in which their commitments came, two
// bits each, the first in the lowest bits.
func PackOrder(seats [Seats]uint8) uint8 { return seats[0]&3 | seats[1]&3<<2 | seats[2]&3<<4 }

// TaskKeyOf is keccak256(abi.encode(chainId, task contract, id, creator,
// argsHash, node0, node1, node2, prevrandao of the draw's block)).
func TaskKeyOf(d Domain, id TaskID, creator common.Address, argsHash common.Hash, nodes [Seats]common.Address, prevRandao common.Hash) TaskKey {
	words := []common.Hash{word(d.ChainID), addressWord(d.Task), word(uint64(id)), addressWord(creator), argsHash}
	for _, n := range nodes {
		words = append(words, addressWord(n))
	}
	return hashWords(append(words, prevRandao)...)
}

func typeHash(s string) common.Hash { return crypto.Keccak256Hash([]byte(s)) }

func word(n uint64) common.Hash { return common.BigToHash(new(big.Int).SetUint64(n)) }

func addressWord(a common.Address) common.Hash { return common.BytesToHash(a[:]) }

func hashWords(words ...common.Hash) common.Hash {
	flat := make([]byte, 0, 32*len(words))
	for _, w := range words {
		flat = append(flat, w[:]...)
	}
	return crypto.Keccak256Hash(flat)
}
