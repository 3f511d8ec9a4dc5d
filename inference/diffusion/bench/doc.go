// Package bench measures the pipeline of Stable Diffusion.
//
// Nouns: the model is a small random one whose images have light and dark parts,
// large and small, as photographs have; a painter is a process that makes images
// with one build of the library; a way is a build and a number format; a distance
// is that of two images' perceptual hashes; the floor of a network is the time
// that its multiply-adds would take as plain products of matrices.
//
// Promise: all painters make the same tasks with the same files, and these are
// the same to the byte each time. What a table says of time is the processor's
// own, where the system tells it, as the machine may have other work.
package bench
