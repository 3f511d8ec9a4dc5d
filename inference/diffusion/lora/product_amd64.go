package lora

import "golang.org/x/sys/cpu"

// sum makes the products of four rows of up with a panel of down.
func (t *tile) sum(up, down []float64) {
	if !cpu.X86.HasAVX {
		t.plainSum(up, down)
		return
	}
	sumAVX(t, &up[0], &down[0], len(down)/tileColumns)
}

// sumAVX is plainSum with four sums in a register: the same products and sums in
// the same order, each rounded by itself.
//
//go:noescape
func sumAVX(sums *tile, up, down *float64, rank int)
