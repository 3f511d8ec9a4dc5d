// Package relay keeps sealed bytes for the life of a task and passes on what
// its parties tell each other.
//
// A blob is an envelope or a node's result, both sealed to others than the
// relay. An event says that a blob is stored, carries a message that a node
// signed, or a chunk of a node's live stream. A role is the part that the chain
// gives an address in a task: its creator, or one of the three nodes drawn. A
// storage signature is the relay's word, good on chain, that it holds a node's
// result. A relay may have a sponsor, which pays the gas of those who earn: see
// package sponsor.
//
// The promises: what a storage signature vouches for is on disk before the
// signature exists, and never changes; nobody reads or writes without the role
// for it; a task's events reach every party in one order, without gaps. A relay
// is trusted with delivery and with nothing else: it can read none of it.
//
// All state that decides an answer lives in JetStream: in the relay's own, or in a
// cluster that several relays share, of which each then serves every request. What
// is not shared are the limits on clients, which hold for each relay, and the
// sponsor, which is one relay's with an account of its own.
package relay
