// Package lora reads LoRA files and adds them to the networks that they change.
//
// Nouns: a LoRA is a file of branches; a branch changes one weight of a network by
// a product of two matrices, up and down, whose common size is its rank, times
// alpha by rank; a layer is what a weight belongs to, by the weight's name without
// its ending; a layout is a way to name layers in a file: that of the scripts of
// kohya, with underscores, or that of diffusers and PEFT, with periods.
//
// Promise: a file is taken whole or refused before anything is loaded: every key
// belongs to a branch of the network's own layers, and every shape fits. The same
// branches change a weight by the same bits in every layout, with any number of
// threads, on every platform: products are summed up in float64 in one order,
// without fused multiply-adds, and the changed weight is rounded once.
package lora
