// Package yield decides when a node works and when it makes room for the person
// whose computer it is.
//
// A rule is one thing for which a node makes room: a program that fills the
// screen, a program of the owner's list, another program on the graphics card,
// battery, heat, the clock, the owner at the keyboard, or the owner's word.
// Settings say which rules hold. A decision is to work, or to pause for one
// reason, with the facts that a person is told.
//
// The promise: a decision follows from settings, readings, the time and what
// was decided before, and from nothing else; what can't be read is no reason to
// pause and is never taken for the end of one before its time.
//
// Pausing on chain costs two transactions, for which a node without gas has a
// sponsor that gives a dozen a day, and being drawn while paused costs the score
// of a task. So the engine is freed at once, but the network is told only when a
// pause has lasted a while; and a node that was interrupted often waits longer
// before it comes back.
package yield
