// Package ggml is the only door to the native inference library (libllama and
// libggml), which is loaded at run time through purego, so that the program
// needs no C compiler.
//
// Nouns: a Package is a folder with a build of the library, for the processor or
// for cards too; a Library is the loaded native code with one compute backend, and
// on several cards with one of them; a Model
// is a file's weights and vocabulary; a Context is a model's working memory for
// one sequence of tokens; Sequences are the working memory for several that
// begin alike; a variant is one of the CPU builds the library ships
// (haswell, zen4, …), which differ in the last bits of their results. For
// networks that the library doesn't know: a Compute is the device, a Store holds
// weights, a Graph is a computation over them, and a sketch or a draft is a
// graph that says what it would need.
//
// Promise: nothing that can change a result is left to the library. The version
// is checked, the variant is chosen here and recorded, and every parameter of a
// model and a context has a fixed value, so that two machines with an equal
// Runtime compute equal bits.
//
// The native code may call abort(). Use this package only in a process that may
// die (see inference/worker).
package ggml
