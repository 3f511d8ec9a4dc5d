// Package protocol holds the words that every part of Helium shares.
//
// A task is one piece of work; its id is the number the Task contract gave it,
// its key binds that number to the chain, the contract, the creator, the
// arguments and the three nodes drawn, and is what nodes sign. An envelope is
// what the creator seals to those nodes: the task document, a salt and the key
// to which they seal their answer. A GPU class is the card, its memory and the
// engine build, because only nodes equal in all three give bit-equal text. A
// receipt is what anybody can check against the chain later. A profile is the
// one file that tells a program which network it is on.
//
// The package is pure: it computes and encodes, it never reads a clock, a disk
// or a network. What it encodes never changes meaning: every signed message and
// every hashed byte string has a test vector.
package protocol
