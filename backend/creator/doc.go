// Package creator makes tasks and follows them to their receipts.
//
// A request is what somebody wants done and what they will pay at most. A
// creator turns it into a task on chain: it pays the fee, seals the envelope to
// the three nodes that are drawn, reads the first node's stream, and waits for
// the chain to say which result stands. An answer is provisional until three
// matching reveals, or two with the third over, have been seen on chain and the
// response at hand hashes to them; then it is verified. A receipt says what the
// chain says of the task, for anybody to check.
//
// An estimate says what a task of some size costs and when it would start: a fee
// over the task's nominal seconds is its value, and the queue serves the highest
// value first. The purse is what can be paid with: the wallet, and the credit that
// the Task contract owes it.
//
// The journal is one row for each request. It keeps what the chain does not
// know (the envelope, the salt, the reply key) and nothing that it does: where a
// task stands is folded from its logs, so a restart reads them again and goes on.
//
// The promise: a request is paid for at most once, whenever the process dies,
// and nothing that a relay says is called verified.
package creator
