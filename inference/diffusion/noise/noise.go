// Package noise makes the random numbers of pictures.
//
// Nouns: a stream is the endless noise of one purpose in one picture at one
// step; a block is four words of 32 bits that the generator makes at once, and
// from which two normal numbers come.
//
// Promise: a number is a function of its stream and its place in it, to the bit
// on every platform. Two streams share no block. Nothing depends on what was
// drawn before, so a picture is the same whatever pictures are made with it.
package noise

import (
	"math"

	"helium/inference/exact"
)

// Purpose is what the noise is for.
type Purpose uint32

const (
	Latents      Purpose = iota // the sample that a picture begins as
	Steps                       // what a step adds
	RefinerSteps                // what a step of a refiner adds
	Refined                     // what a finished sample is given before it is refined
)

// Stream names the noise of one purpose in one picture at one step.
type Stream struct {
	Seed    int64
	Image   uint16 // counted from 0 within the task
	Step    uint16 // 0 where the purpose knows no steps
	Purpose Purpose
}

// Fill writes the first numbers of the stream: of normal distribution, with
// mean 0 and variance 1.
func (s Stream) Fill(dst []float32) {
	for i := 0; i < len(dst); i += 2 {
		first, second := normals(s.block(uint64(i / 2)))
		dst[i] = first
		if i+1 < len(dst) {
			dst[i+1] = second
		}
	}
}

// block is the generator's output for the stream's counter.
func (s Stream) block(place uint64) [4]uint32 {
	counter := [4]uint32{uint32(place), uint32(place >> 32), uint32(s.Image)<<16 | uint32(s.Step), uint32(s.Purpose)}
	return philox(counter, [2]uint32{uint32(s.Seed), uint32(uint64(s.Seed) >> 32)})
}

// philox is Philox 4x32 of 10 rounds (Salmon and others, 2011): a bijection of
// the counters for every key, so that no two counters make the same block.
func philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	for range 10 {
		a := uint64(counter[0]) * 0xD2511F53
		b := uint64(counter[2]) * 0xCD9E8D57
		counter = [4]uint32{
			uint32(b>>32) ^ counter[1] ^ key[0], uint32(b),
			uint32(a>>32) ^ counter[3] ^ key[1], uint32(a),
		}
		key[0] += 0x9E3779B9
		key[1] += 0xBB67AE85
	}
	return counter
}

// normals turns a block into two normal numbers by the method of Box and Muller.
// The radius comes of 52 bits of it, the angle of 53.
func normals(block [4]uint32) (float32, float32) {
	low, high := uint64(block[1])<<32|uint64(block[0]), uint64(block[3])<<32|uint64(block[2])
	inside := (float64(low>>12) + 0.5) / (1 << 52) // in (0, 1), so that it has a logarithm
	turns := float64(high>>11) / (1 << 53)         // in [0, 1)

	radius := math.Sqrt(float64(-2 * exact.Log(inside)))
	sin, cos := exact.SinCos(turns)
	return float32(float64(radius * cos)), float32(float64(radius * sin))
}
