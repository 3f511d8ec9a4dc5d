package gpt

// random is the splitmix64 generator: small, and the same everywhere.
type random struct{ state uint64 }

// newRandom begins a stream of its own for each choice of a task.
func newRandom(seed int64, choice int) *random {
	r := &random{state: uint64(seed)}
	r.state = r.next() ^ uint64(choice)
	r.state = r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is uniform in [0, 1), in steps of 2^-53.
func (r *random) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// inside is uniform in (0, 1), so that it has a logarithm other than 0.
func (r *random) inside() float64 { return (float64(r.next()>>12) + 0.5) / (1 << 52) }
