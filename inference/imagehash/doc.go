// Package imagehash says what an image looks like, in 64 bits: how nodes whose
// cards round differently agree on an image that is not the same to the bit. It
// is pure: no files, no network, no clock.
//
// Nouns: a hash is the perceptual hash of one image; a distance is the number of
// bits in which two hashes differ.
//
// Promise: equal pixels give equal hashes on every platform, and they are those
// of the original network, which used goimagehash 1.1.0. What decides a bit is
// integer arithmetic; only the weights of shrinking come from float64, by single
// operations that IEEE 754 defines to the bit.
package imagehash
