// Package grammar holds a model to JSON of a given shape while it writes.
//
// Nouns: a schema is JSON Schema as far as it is supported here; a grammar is the
// automaton over bytes that a schema is compiled to; a rule is the part of it
// that reads one value; a configuration is a state and the rules that wait for
// its rule's end; a vocabulary is what the tokens of a model spell; a matcher
// follows one answer and says which tokens may come next.
//
// Promise: what a matcher lets pass can always be completed, and complete it is
// JSON that the schema accepts. Which tokens may come is a function of the
// schema's bytes and the vocabulary alone. A schema is compiled as a whole or
// refused by the name of what is wrong in it, and bounded in states, so that
// neither compiling nor matching costs more than the program can bear.
//
// The values written are those of a schema that common writers make: properties
// in the schema's order, an escape only where JSON needs one or the model writes
// one, and between values nothing, one space, or a line break and up to 32 spaces.
// Numbers have at most 15 digits before the point, 15 after it and two in the
// exponent, so that no answer is a number without end.
package grammar
