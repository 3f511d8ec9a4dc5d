package lora

import "sync"

// product adds scale·up·down to numbers of a weight.
type product struct {
	rank, row int       // row is the length of a row of the weight and of down
	up        []float64 // a row of ranks for each row of the weight
	down      []float64 // a row of ranks for each number of a row
	scale     float64
	threads   int
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
const cached = 4096

// rows adds to so many columns of rows, of which numbers has nothing else.
func (p *product) rows(numbers []float64, row, column, columns int) {
	width := max(cached/p.rank&^3, 4)
	for from := 0; from < columns; from += width {
		to := min(from+width, columns)
		for r := 0; r < len(numbers)/columns; r += 2 {
			out := numbers[r*columns:][from:to]
			if r+1 < len(numbers)/columns {
				p.pair(out, numbers[(r+1)*columns:][from:to], row+r, column+from)
			} else {
				p.single(out, row+r, column+from)
			}
		}
	}
}

// pair adds to the same columns of two rows.
func (p *product) pair(out, next []float64, row, column int) {
	a, b := p.up[row*p.rank:][:p.rank], p.up[(row+1)*p.rank:][:p.rank]
	i := 0
	for ; i+4 <= len(out); i += 4 {
		d := p.down[(column+i)*p.rank:][:4*p.rank]
		s := dot2by4(a, b, d[:p.rank], d[p.rank:2*p.rank], d[2*p.rank:3*p.rank], d[3*p.rank:])
		for k := range 4 {
			out[i+k] += float64(p.scale * s[k])
			next[i+k] += float64(p.scale * s[4+k])
		}
	}
	p.single(out[i:], row, column+i)
	p.single(next[i:], row+1, column+i)
}

// single adds to columns of one row.
func (p *product) single(out []float64, row, column int) {
	a := p.up[row*p.rank:][:p.rank]
	for i := range out {
		d := p.down[(column+i)*p.rank:][:p.rank]
		var s float64
		for r, v := range a {
			s += float64(v * d[r])
		}
		out[i] += float64(p.scale * s)
	}
}

// dot2by4 are the products of two rows with four others. Eight sums at once keep
// a processor busy, as a sum has to wait for the one before.
func dot2by4(a, b, c, d, e, f []float64) (s [8]float64) {
	b, c, d, e, f = b[:len(a)], c[:len(a)], d[:len(a)], e[:len(a)], f[:len(a)]
	var s0, s1, s2, s3, s4, s5, s6, s7 float64
	for r, v := range a {
		w := b[r]
		s0 += float64(v * c[r])
		s1 += float64(v * d[r])
		s2 += float64(v * e[r])
		s3 += float64(v * f[r])
		s4 += float64(w * c[r])
		s5 += float64(w * d[r])
		s6 += float64(w * e[r])
		s7 += float64(w * f[r])
	}
	return [8]float64{s0, s1, s2, s3, s4, s5, s6, s7}
}
