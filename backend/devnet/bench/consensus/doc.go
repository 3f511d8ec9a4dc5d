// Package consensus works out, on paper and by simulation, what an attack on
// the consensus of three costs and what it gains.
//
// A class is the set of nodes that a GPT task's trio is drawn from. Own nodes
// are those of one attacker; the others are honest. A fraud is a task in which
// at least two of the trio are own and agree on a result that nobody computed.
// A win is one own seat in a fraud. Alone means that exactly one of the trio is
// own. A policy says what an own node does then: lie and be slashed (attack A,
// "fake"), or get out of it unharmed (attack B) by silence, by reporting a
// machine's fault, by declining, or by honest work. A holder is a node that has
// announced the task's model.
//
// The promise: the rules are the contracts' own. What has a parameter is taken
// from contracts.Params, what has none is held against the Solidity sources by a
// test, and what a task pays is held against the contracts themselves, run. A
// probability has a closed form and a simulation that shares no code with it but
// the rules' numbers, and the tests hold one against the other. Nothing that is
// printed is written down anywhere, but the documents' own table and what calls
// of the contracts cost. Amounts are CNX as floating-point numbers, times are
// seconds: this is an estimate, no ledger.
package consensus
