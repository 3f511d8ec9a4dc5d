package network

import (
	"encoding/binary"
	"fmt"
	"math"

	"helium/inference/checkpoint"
)

// Change says what is added to a weight while it is loaded, nil for nothing.
type Change func(weight string) (Addition, error)

// Addition adds to some numbers of a weight, those from the first on in the order
// of the folder.
type Addition func(numbers []float64, first int64)

func (c Change) of(weight string) (Addition, error) {
	if c == nil {
		return nil, nil
	}
	return c(weight)
}

// changedBytes bounds what is changed at a time, so that its float64 stay in a
// processor's cache.
const changedBytes = 1 << 18

// changed decodes numbers of a weight, adds to them and rounds the sums once, to
// the number format that the network has them in.
func (s source) changed(raw []byte, first int64, add Addition) ([]byte, error) {
	values := checkpoint.DecodeFloats(raw, s.from.Type)
	numbers := make([]float64, len(values))
	for i, v := range values {
		numbers[i] = float64(v)
	}
	add(numbers, first)

	width := int(checkpoint.FloatBytes(s.weight.Type))
	out := make([]byte, len(numbers)*width)
	for i, v := range numbers {
		if v-v != 0 {
			return nil, fmt.Errorf("tensor %s has the number %v after its change", s.weight.Name, v)
		}
		if width == 4 {
			binary.LittleEndian.PutUint32(out[4*i:], math.Float32bits(float32(v)))
		} else {
			binary.LittleEndian.PutUint16(out[2*i:], checkpoint.HalfBits(v))
		}
	}
	return out, nil
}
