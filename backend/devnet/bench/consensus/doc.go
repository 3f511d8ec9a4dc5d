// Package consensus works out, on paper and by simulation, what an attack on
// the consensus of three costs and what it gains.
//
// A class is the set of nodes that a GPT task's trio is drawn from. Own nodes
// are those of one attacker; the others are honest. A fraud is a task in which
// at least two of the trio are own and agree on a result that nobody computed.
// A win is one own seat in a fraud. Alone means that exactly one of the trio is
// own. A policy says what an own node does then: lie and be slashed (attack A,
// "fake"), or get out of it unharmed (attack B) by silence, by reporting a
// machine's fault, by declining, or by honest work.
//
// The promise: nothing that is printed is written down anywhere. A probability
// has a closed form and a simulation that shares no code with it but the rules'
// numbers, and the tests hold one against the other. Amounts are CNX as
// floating-point numbers, times are seconds: this is an estimate, no ledger.
package consensus
