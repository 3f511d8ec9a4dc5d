// Package network builds the networks of Stable Diffusion as graphs of the
// native library, from a folder in the layout of the diffusers library
// (config.json and safetensors).
//
// Nouns: a network is one of the text encoders, the UNet, a ControlNet, a half of
// the autoencoder or a safety checker, as its config.json describes it; its
// weights are the tensors that its folder must hold; a size says for which images
// it is built; a run is a network of one size, ready to be computed as often as
// wanted; a concept is a direction of the numbers that a safety checker makes of
// an image.
//
// Promise: a network asks for its weights while it is built, so that one piece
// of code decides what a folder must hold, what a run takes of the memory and
// what is computed. A folder that doesn't fit is refused by the tensor's name
// before anything is allocated. No tensor and no setting that could change a
// result is skipped in silence.
package network
