// Package netstats counts what a network does, from the chain's own logs.
//
// A fold is the state that the logs up to a block amount to: who is joined with
// which card, which tasks are open, and a row for each of the last days. A follower
// keeps two: the settled one, of blocks too deep to be taken back, and the newest,
// which is made anew from the settled one when the chain takes another branch.
//
// The promise: the numbers are what the canonical chain says up to the block they
// name, whatever branches were seen on the way. Nothing is kept on disk: a start
// reads the contracts' logs from the first block. Memory grows with the nodes that
// are joined and the tasks that are open, not with the past.
package netstats
