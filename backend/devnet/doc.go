// Package devnet is a whole network on one computer: a validator, a relay, a
// bridge with its chat page and a faucet in one process, and nodes as processes
// of their own.
//
// Its parts are the ones that operators run on many machines, made with the
// same code; only their wallets lie in one folder and their ports on loopback.
// Everything is kept in that folder, so that stopping and starting again, or
// being killed and starting again, goes on where it was.
package devnet
