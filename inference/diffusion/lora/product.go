package lora

import "sync"

// product adds scale·up·down to numbers of a weight.
type product struct {
	rank, row int       // row is the length of a row of the weight
	up        []float64 // a row of ranks for each row of the weight, and three of zeros
	down      []float64 // panels of eight numbers of a row, one after the other for each rank
	scale     float64
	threads   int
}

// A tile is as many rows and columns as are summed up at once: enough for a
// processor to be busy while every sum waits for the one before.
const (
	tileRows    = 4
	tileColumns = 8
)

type tile [tileRows * tileColumns]float64

// newProduct takes the matrices as they are stored, a row after the other.
func newProduct(up, down []float32, rank int, scale float64, threads int) *product {
	p := &product{rank: rank, row: len(down) / rank, scale: scale, threads: max(threads, 1)}
	p.up = make([]float64, len(up)+(tileRows-1)*rank)
	for i, v := range up {
		p.up[i] = float64(v)
	}
	panels := (p.row + tileColumns - 1) / tileColumns
	p.down = make([]float64, panels*tileColumns*rank)
	for r := range rank {
		for c, v := range down[r*p.row:][:p.row] {
			p.down[(c/tileColumns*rank+r)*tileColumns+c%tileColumns] = float64(v)
		}
	}
	return p
}

// add adds to the numbers from the first on: the end of a row, whole rows and the
// beginning of one. Every number is summed up in the same order wherever the
// pieces end and whoever computes them.
func (p *product) add(numbers []float64, first int64) {
	row, column := int(first/int64(p.row)), int(first%int64(p.row))
	if column > 0 {
		n := min(len(numbers), p.row-column)
		p.rows(numbers[:n], row, column, n)
		numbers, row = numbers[n:], row+1
	}

	whole := len(numbers) / p.row
	share := (whole + p.threads - 1) / p.threads
	var done sync.WaitGroup
	for from := 0; from < whole; from += share {
		to := min(from+share, whole)
		done.Go(func() { p.rows(numbers[from*p.row:to*p.row], row+from, 0, p.row) })
	}
	done.Wait()
	if rest := numbers[whole*p.row:]; len(rest) > 0 {
		p.rows(rest, row+whole, 0, len(rest))
	}
}

// cached bounds the numbers of down that are used again and again, so that they
// stay in a processor's cache.
const cached = 8192

// rows adds to so many columns of rows, of which numbers has nothing else.
func (p *product) rows(numbers []float64, row, column, columns int) {
	count, end := len(numbers)/columns, column+columns
	width := max(cached/p.rank/tileColumns, 1) * tileColumns
	var sums tile
	for from := column / tileColumns * tileColumns; from < end; from += width {
		for r := 0; r < count; r += tileRows {
			for c := from; c < min(from+width, end); c += tileColumns {
				sums.sum(p.up[(row+r)*p.rank:][:tileRows*p.rank], p.down[c*p.rank:][:tileColumns*p.rank])
				low, high := max(c, column), min(c+tileColumns, end)
				for k := range min(tileRows, count-r) {
					out := numbers[(r+k)*columns+low-column:][:high-low]
					for i, s := range sums[k*tileColumns+low-c:][:len(out)] {
						out[i] += float64(p.scale * s)
					}
				}
			}
		}
	}
}

// plainSum makes the products of four rows of up with a panel of down. It is what
// every other way to sum them up is to the bit.
func (t *tile) plainSum(up, down []float64) {
	rank := len(up) / tileRows
	for k := 0; k < tileRows; k += 2 {
		t.half(up[k*rank:][:rank], up[(k+1)*rank:][:rank], down, k*tileColumns)
		t.half(up[k*rank:][:rank], up[(k+1)*rank:][:rank], down[4:], k*tileColumns+4)
	}
}

// half is two rows of a tile and four columns.
func (t *tile) half(a, b, down []float64, at int) {
	b = b[:len(a)]
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	for r, v := range a {
		w, d := b[r], (*[4]float64)(down[r*tileColumns:])
		s0 += float64(v * d[0])
		s1 += float64(v * d[1])
		s2 += float64(v * d[2])
		s3 += float64(v * d[3])
		s4 += float64(w * d[0])
		s5 += float64(w * d[1])
		s6 += float64(w * d[2])
		s7 += float64(w * d[3])
	}
	*(*[4]float64)(t[at:]) = [4]float64{s0, s1, s2, s3}
	*(*[4]float64)(t[at+tileColumns:]) = [4]float64{s4, s5, s6, s7}
}
