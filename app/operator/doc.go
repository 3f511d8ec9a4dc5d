// Package operator runs the parts of a network that its operator owns, each on
// whatever machine it is to be.
//
// The owner is the account that deploys a network's contracts and may change its
// rules, behind the timelock. The record is the file that says what of a
// deployment is on the chain already; the profile is the one that everybody else
// opens. A service is a relay, a bridge or a chain: a process with a folder of its
// own, which nothing else writes to.
//
// The promise: a command that was cut goes on where it was, and never pays twice
// for what is done; what a service needs is checked, and named when it is
// missing, before it opens its door; and no passphrase or key shows in an
// argument, a log or an error.
package operator
