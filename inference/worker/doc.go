// Package worker runs the inference engine as a child process.
//
// Nouns: the parent is the program that wants answers; the engine is its child,
// the same executable started as "helium engine", which holds the native
// library and the models; a frame is one message between them, a length and
// JSON, over the child's standard input and output; its standard error is log.
//
// Promise: whatever happens in the engine (a crash of a driver, an abort in
// native code, a kill) is an error with a code in the parent, and the next task
// finds a working engine. The engine never outlives its parent, however that
// ends, and Yield frees the memory of models at once.
package worker
