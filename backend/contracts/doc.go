// Package contracts holds the network's three contracts: their Solidity
// sources (src), the Go bindings made from them, and the code that deploys
// them.
//
// Token is CNX, Node keeps stakes, classes and statuses, Task keeps fees in
// flight and decides who is paid. The package promises that the bindings and
// the bytecode in them are what `go generate` makes of the sources, byte for
// byte.
package contracts

//go:generate node build.mjs
//go:generate node bindings.mjs
