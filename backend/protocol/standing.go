package protocol

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Join says: stake for me and make me a node. Whoever has it may bring it to the
// Node contract, once, as long as Nonce is the node's and Deadline has not passed.
type Join struct {
	Node        common.Address
	Class       GPUClass
	Fingerprint common.Hash
	// SealKey is the X25519 key to which arguments are sealed.
	SealKey common.Hash
	// Payout receives earnings and the returned stake.
	Payout common.Address
	Models ModelSet
	// Nonce is the one in nodeInfo; each join and each move uses one up.
	Nonce uint32
	// Deadline is chain time in seconds.
	Deadline uint64
}

// NodeMove is what a node does of itself while it is joined, as the Node
// contract numbers it.
type NodeMove uint8

const (
	MovePause NodeMove = iota
	MoveResume
	MoveQuit
	// MoveAnnounce says which models the node holds.
	MoveAnnounce
)

var moveNames = [...]string{"pause", "resume", "quit", "announce"}

func (m NodeMove) String() string { return nameOf(moveNames[:], uint8(m)) }

// Move says: do this for me. It is brought like a Join.
type Move struct {
	Node common.Address
	Move NodeMove
	// Models is for MoveAnnounce, and 0 for the others.
	Models   ModelSet
	Nonce    uint32
	Deadline uint64
}

// Permit lets Spender take up to Value CNX of Owner, see EIP-2612.
type Permit struct {
	Owner   common.Address
	Spender common.Address
	Value   Wei
	// Nonce is the token's for Owner, another than the node's.
	Nonce    uint64
	Deadline uint64
}

func (Join) contract(d Domain) common.Address   { return d.Node }
func (Move) contract(d Domain) common.Address   { return d.Node }
func (Permit) contract(d Domain) common.Address { return d.Token }

func (m Join) structHash() common.Hash {
	return hashWords(
		typeJoin,
		addressWord(m.Node), crypto.Keccak256Hash([]byte(m.Class.Card)), word(uint64(m.Class.VRAMGB)),
		crypto.Keccak256Hash([]byte(m.Class.Runtime)), m.Fingerprint, m.SealKey, addressWord(m.Payout),
		word(uint64(m.Models)), word(uint64(m.Nonce)), word(m.Deadline),
	)
}

func (m Move) structHash() common.Hash {
	return hashWords(
		typeMove,
		addressWord(m.Node), word(uint64(m.Move)), word(uint64(m.Models)), word(uint64(m.Nonce)), word(m.Deadline),
	)
}

func (m Permit) structHash() common.Hash {
	return hashWords(
		typePermit,
		addressWord(m.Owner), addressWord(m.Spender), common.BigToHash(m.Value.Big()), word(m.Nonce), word(m.Deadline),
	)
}

// vramSteps are the sizes of memory, in GB, by which the Node contract keeps
// classes.
var vramSteps = [...]uint16{1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 128}

// OtherClass is where the Node contract puts a node whose class it does not
// know, or whose engine computes something else. It serves no GPT tasks.
func OtherClass(vramGB uint16) GPUClass {
	step := vramSteps[0]
	for _, gb := range vramSteps {
		if gb <= vramGB {
			step = gb
		}
	}
	return GPUClass{Card: "other", VRAMGB: step}
}
