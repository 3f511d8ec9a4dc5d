// Package validator runs a validator of the project's own chain: go-ethereum
// executes, CometBFT agrees.
//
// An EVM block travels as the first transaction of a CometBFT block; CometBFT's
// height counts agreements, which may be empty, so it is not the EVM block
// number. A member is one of the validators of a chain: the genesis names the
// first ones, and the register, a contract in the first block, who they are since.
// A machine that is no member follows: it keeps the chain and takes transactions.
// Gossip brings what one pool has to all. A wake is a tiny CometBFT transaction by
// which a member says that its pool has work: without one the validators rest. The
// interval is the shortest time between two blocks by chain time, which is whole
// seconds, strictly rising, and never ahead of the clock of the validator that
// proposed.
//
// The promise: a block that anybody has seen is final. It was on disk in
// CometBFT's store before geth showed it, so killing every validator at any
// instruction loses nothing that was acknowledged; what geth forgot is replayed
// at the next start. And no key signs two things for one step, even after its
// machine lost everything else.
//
// prevrandao is a hash of the proposer's Ed25519 signature of the parent block,
// checked by the other validators: nobody else can foretell it. The proposer
// itself knows it before it proposes and could withhold a block, and a validator
// alone on its chain could grind it; a network that must not trust its one
// operator needs several.
package validator
