// Package chain is how Helium uses an EVM chain that it reaches by RPC.
//
// A Chain is one connection and what it knows of the head; its clock is chain
// time. An intent is a transaction somebody wants, under a key that is unique
// for ever; the sender turns intents into transactions through an outbox, a
// table in the store where each step is written before it is taken. A follower
// brings the logs of some contracts, in order, to a handler; its cursor is the
// next block it wants and the last ones it has seen, so that it notices when
// the chain took another branch.
//
// The promises: an intent is paid for at most once, whenever the process dies;
// and a handler sees each log of the canonical chain exactly once, in the same
// store transaction that moves the cursor.
package chain
