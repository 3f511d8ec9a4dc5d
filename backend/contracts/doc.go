// Package contracts holds the network's contracts: their Solidity sources
// (src), the Go bindings made from them, and the code that deploys them.
//
// Token is CNX, Node keeps stakes, classes and scores and draws, Task keeps fees
// in flight and decides who is paid, Rules holds everything that the owner of a
// network can do, and Timelock is that owner. Task's code is in parts, because
// a contract's size is bounded: Court, Clerk and TaskQueue are deployed beside it
// and nobody speaks to them. Validators belongs to the project's own chain and not to
// a network: the chain's genesis holds it. The package promises that the bindings and the
// bytecode in them are what `go generate` makes of the sources, byte for byte.
package contracts

//go:generate node build.mjs
//go:generate node bindings.mjs
