// Package gpt runs a GPT task on a loaded model.
//
// Nouns: a prompt is the text that a model's chat template makes of the
// messages; a choice is one answer; a delta is the next piece of a choice's
// text as it is made; a beam is an answer in the making, of which a beam search
// makes several at once; a hypothesis is a beam that ended; a code says whose
// fault an error is.
//
// Promise: the response is a function of the task, the model file and the
// library's Runtime, to the last byte. Nothing else enters: no clock, no
// earlier task, no platform's arithmetic. The sampling is done here, in
// operations that round the same way everywhere.
package gpt
