// Package bench compares ways to an answer on the same model file: a node's whole
// way, bare calls of the native library, and node-llama-cpp, a program that others
// build on.
//
// Nouns: a contestant answers one question in a process of its own; a turn is one
// answer with the time it took; a round is a turn of every contestant, each round
// begun by another one; a ratio is taken inside a round.
//
// Promise: all contestants do the same work (the text of the prompt in, the text
// of the likeliest tokens out, with the same context, batch and threads), which is
// shown by their texts being equal.
package bench
