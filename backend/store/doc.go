// Package store keeps what a program must not forget, in Badger, opened once
// per data folder.
//
// A store is one folder. A table is a named set of rows of one type under typed
// keys. A transaction reads and writes any number of tables and is applied
// whole or not at all. A migration changes the rows of an older program into
// those of this one; the store remembers how many it has seen.
//
// The promise: what Update acknowledged is on disk, and survives the death of
// the process at any instruction after it returned.
package store
