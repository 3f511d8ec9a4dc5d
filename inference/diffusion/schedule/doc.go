// Package schedule plans how noise becomes a picture and takes the steps.
//
// Nouns: a sample is the picture in the making, as latent numbers; an output is
// what the model says of a sample; the clean sample is the picture that an
// output foretells; a timestep is the moment of the training that a step
// stands for, counted from 0, the least noise; sigma is the noise of a sample in
// units of the signal; a method is a way to step, named as in diffusers; a
// config holds a method's arguments, named and preset as in diffusers.
//
// Promise: the steps are a function of method, config and count, and the next
// sample one of the step, the sample, the output, the noise and the state, all
// to the bit on every platform. Every step of every method is the same sum with
// other weights. The weights are computed in float64 by the operations of
// package exact, from a table of the training's noise that is rounded as in
// diffusers. Sums are taken in float64 from left to right and rounded to float32
// at four points only: the first sample, the model's input, the clean sample and
// the next sample. An argument that would change the picture and is not
// understood is an error.
package schedule
