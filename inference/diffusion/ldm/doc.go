// Package ldm reads Stable Diffusion models that are one file, in the layout of
// the program that trained them, and shows them as the folder of diffusers that
// they would be.
//
// Nouns: a file has parts, the networks, named as the folders of diffusers; a
// part's config is the config.json that diffusers would have for it, of which
// widths and depths come from the shapes of the tensors, and what shapes don't
// show is what all published models of the family have; a part's tensors are
// views of the file's under the names of diffusers.
//
// Promise: no number is changed. A tensor that could change an image and has no
// place is refused by its name, here or when a network is built.
package ldm
