// Package pretrained reads a model in the layout of a Hugging Face repository
// (config.json, safetensors, tokenizer) and hands it to the engine as if it
// were a GGUF file, without writing one.
//
// Nouns: a folder is such a repository on this machine; an architecture is one
// row of the table in architectures.go, the rule by which a family of models is
// renamed and reordered for the engine; a plan says from which numbers of the
// folder one tensor of the engine is made; a vocabulary is a tokenizer as the
// engine's header keys.
//
// Promise: what is loaded is what the folder says, or there is an error that
// names what is not understood. No tensor and no setting that could change a
// result is skipped in silence, nothing is allocated by a number that a file
// claims and doesn't have the bytes for, and no code of a folder is run.
package pretrained
