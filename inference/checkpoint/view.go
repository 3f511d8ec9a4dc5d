package checkpoint

import "fmt"

// maxTransposed is the largest matrix that is transposed, which is done in memory.
const maxTransposed = 64 << 20

// Transposed is a matrix with its rows as columns. Every reading reads it whole.
func (w Weight) Transposed() (Weight, error) {
	if len(w.Shape) != 2 || w.turned || w.size == 0 || w.size > maxTransposed {
		return Weight{}, fmt.Errorf("%w: tensor %q of %v can't be transposed", ErrSafetensors, w.Name, w.Shape)
	}
	w.Shape, w.turned = []uint64{w.Shape[1], w.Shape[0]}, true
	return w, nil
}

// Rows are count rows of a tensor from the given one on.
func (w Weight) Rows(from, count uint64) (Weight, error) {
	if len(w.Shape) == 0 || w.turned || from > w.Shape[0] || count > w.Shape[0]-from {
		return Weight{}, fmt.Errorf("%w: tensor %q of %v has no %d rows from %d on", ErrSafetensors, w.Name, w.Shape, count, from)
	}
	row := w.size / int64(max(w.Shape[0], 1))
	w.offset, w.size = w.offset+int64(from)*row, int64(count)*row
	w.Shape = append([]uint64{count}, w.Shape[1:]...)
	return w, nil
}

// transpose lays the numbers of a stored matrix out as those of w.
func (w Weight) transpose(raw []byte) []byte {
	rows, columns := int(w.Shape[0]), int(w.Shape[1])
	width := len(raw) / (rows * columns)
	out := make([]byte, 0, len(raw))
	for r := range rows {
		for c := range columns {
			out = append(out, raw[(c*rows+r)*width:][:width]...)
		}
	}
	return out
}
