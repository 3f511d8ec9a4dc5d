package protocol

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// ReceiptVersion is the only version this program writes and reads.
const ReceiptVersion = 2

// ReceiptNode is one of the three machines behind an answer.
type ReceiptNode struct {
	Address    common.Address `json:"address"`
	Commitment common.Hash    `json:"commitment"`
	// CommitTx is zero when the commitment did not have to go to court: what the
	// node signed when it opened binds it to it.
	CommitTx common.Hash `json:"commit_tx"`
	// Kind, Result and Nonce open the commitment; RevealTx is zero when the node never did.
	Kind           ResultKind    `json:"kind"`
	Result         hexutil.Bytes `json:"result"`
	Nonce          common.Hash   `json:"nonce"`
	CiphertextHash common.Hash   `json:"ciphertext_hash"`
	RevealTx       common.Hash   `json:"reveal_tx"`
	// Agrees says that its result matches the one the task ended with.
	Agrees bool `json:"agrees"`
	// Paid is what the node was credited, in wei.
	Paid    Wei  `json:"paid"`
	Slashed bool `json:"slashed"`
}

// Receipt is what anybody can check against the chain, long after the task.
// It claims that staked nodes of one class agreed on the digest, not that they
// are independent of each other.
type Receipt struct {
	Version  int            `json:"version"`
	ChainID  uint64         `json:"chain_id"`
	Contract common.Address `json:"task_contract"`
	TaskID   TaskID         `json:"task_id"`
	TaskKey  TaskKey        `json:"task_key"`
	Type     TaskType       `json:"type"`
	Model    string         `json:"model"`
	Creator  common.Address `json:"creator"`
	ArgsHash common.Hash    `json:"args_hash"`
	ClassID  common.Hash    `json:"class_id"`
	Class    GPUClass       `json:"class"`
	Fee      Wei            `json:"fee"`
	Refunded Wei            `json:"refunded"`
	// Rewards went to who dispatched the task and who settled it.
	Rewards  Wei         `json:"rewards"`
	CreateTx common.Hash `json:"create_tx"`
	DrawTx   common.Hash `json:"draw_tx"`
	SettleTx common.Hash `json:"settle_tx"`
	// SettledBy sent SettleTx.
	SettledBy common.Address `json:"settled_by"`
	// Fast says that the three signed openings came in SettleTx alone; otherwise
	// the task was settled by the court.
	Fast bool `json:"fast"`
	// SettleBlock is the block of SettleTx, CreatedAt and SettledAt are chain time in seconds.
	SettleBlock uint64        `json:"settle_block"`
	CreatedAt   uint64        `json:"created_at"`
	SettledAt   uint64        `json:"settled_at"`
	Outcome     Outcome       `json:"outcome"`
	Kind        ResultKind    `json:"kind"`
	Result      hexutil.Bytes `json:"result"`
	// Salt and Response let a holder show that a text is the one that a node has
	// opened: sha256(salt ‖ response). Of images it is their hashes that Salt masks.
	// The creator may leave either out.
	Salt     common.Hash        `json:"salt"`
	Response string             `json:"response,omitempty"`
	Images   []hexutil.Bytes    `json:"images,omitempty"` // 8 bytes each
	Nodes    [Seats]ReceiptNode `json:"nodes"`
}
