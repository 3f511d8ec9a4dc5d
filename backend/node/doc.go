// Package node is the node loop: it stakes, takes the tasks that the chain
// gives it, runs them in the engine and is paid.
//
// A wish is what the owner last asked for: run, pause or stop. Steering brings
// the node's status on chain to the wish. A job is a task on this node, from
// the draw until the contract lets the node go; what is known of it lies in the
// journal. A fact is something that stands outside this process: a draw, a
// commitment, a payment. An answer is what the node will open: a kind, a result
// and a nonce. An exchange is the way by which signed answers reach the other
// two nodes and the contract. An errand is what a node wants to have on chain, paid
// with its own gas or by the relay's sponsor. A reason says why a node does not earn.
//
// A record is what is left of a task that is over, for its owner's receipt. The
// book sums up what came in, by quarters of an hour, and work is what the engine
// did for it.
//
// The promise: whatever instruction the process dies at, the next run goes on
// from the journal and the chain, signs no second commitment for a task, and
// pays for nothing twice.
package node
