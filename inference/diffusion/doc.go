// Package diffusion runs a Stable Diffusion task on the models that it names.
//
// Nouns: a pipeline is models whose parts fit one another and are not loaded:
// a text encoder with its tokenizer, or two, a UNet, the autoencoder's decoder and a
// scheduler's config; a layout is where a model has its parts, in a folder or in one
// file; a variant is one of several sets of weights in a folder; conditioning is what the text encoder makes of a prompt;
// guidance is how far an image is drawn from what the negative prompt would make
// of it; latents are the image in the making. A ControlNet draws the latents to an
// image that the task holds; a refiner is a second UNet, which finishes them; a
// safety checker says which images nobody shall see. A LoRA changes the networks'
// weights and a textual inversion the text encoders' vocabulary, by files of their
// own.
//
// Promise: the images are a function of the task, the models, the Options and
// the library's Runtime, to the last byte, and an image doesn't depend on how
// many others its task asks for. What a task asks for and this package doesn't
// do is refused by name before anything is computed. Of the device's memory a
// task takes what its largest part needs, as the parts are loaded one after the
// other; a ControlNet and the UNet that it guides are one part. Images that
// are larger than the models were made for are decoded in tiles, on every device.
package diffusion
