// Package agent is Helium on one computer: the wallet, the engine and the node
// loop, put together and shown through the local API.
//
// Setting up is a row of steps, each of which may fail for a reason that a
// person can lift: no network, no engine, a locked keychain. The agent serves
// its API from the first moment, shows the reason, and tries again by itself.
//
// One folder belongs to one agent; a second one is refused.
package agent
