//go:build !amd64

package lora

// sum makes the products of four rows of up with a panel of down.
func (t *tile) sum(up, down []float64) { t.plainSum(up, down) }
