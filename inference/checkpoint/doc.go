// Package checkpoint reads and writes weights and tokenizers as files.
//
// Nouns: a GGUF file is a header (named values, then a table of tensors)
// followed by the tensors' data; the header is everything before the data; the
// demo model is a small language model that the program makes by itself from
// the text in the corpus folder, for a first run without a network.
//
// Promise: a file from a stranger is measured before it is believed. Nothing is
// allocated by a number that the file claims and doesn't have the bytes for,
// and a file that passes CheckGGUF holds every tensor it names. What this
// package writes is the same to the byte each time.
package checkpoint
