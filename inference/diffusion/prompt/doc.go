// Package prompt reads weighted prompts and lays them out for a text encoder.
//
// Nouns: a fragment is text with one weight; an operator is what Compel's
// language has beyond weights (.and, .add, .blend, .swap, withLora); a chunk is
// the tokens that the encoder takes at once, with a beginning, an end and
// padding; a lessened fragment has a weight below 1, and the encoder runs once
// more without it.
//
// Promise: the language is Compel's, and every text without an operator is a
// prompt, up to a length and a depth: what is no syntax is text, as a parenthesis
// that nothing closes. What Compel would carry out as an operator is an error.
// Weights and sums are computed in float64 by the operations of package exact and
// rounded to float32 once, the same on every platform.
package prompt
