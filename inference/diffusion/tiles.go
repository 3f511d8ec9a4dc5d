package diffusion

import (
	"context"

	"helium/inference/diffusion/network"
)

// tileSide is the side of the tiles in which the decoder makes large images, in
// latents: those that have more of them than such a square. A tile's norms and its
// attention see the tile only, which is more than a rounding, some bits of an
// image's hash. So the task alone decides, as cards of all sizes shall agree.
const tileSide = 128

// tileOverlap is the part of a tile's side that the next one has, too, at least.
const tileOverlap = 4 // a quarter

// tiles are how many pieces a part works in.
func (j *job) tiles(part string) int {
	if part != decoderPart {
		return 1
	}
	size := j.decoderSize()
	return len(newAxis(j.width, size.Width).starts) * len(newAxis(j.height, size.Height).starts)
}

// decoderSize is what the decoder is built for: a tile, or all latents.
func (j *job) decoderSize() network.Size {
	s := network.Size{Width: j.width, Height: j.height, Count: 1}
	if j.width*j.height > j.tile*j.tile {
		s.Width, s.Height = min(s.Width, j.tile), min(s.Height, j.tile)
	}
	return s
}

// decode makes an image of latents, in as many tiles as were planned. Where
// tiles overlap they are mixed by how far inside of each a point is.
func (p *Pipeline) decode(ctx context.Context, run *network.Run, j *job, latents []float32) ([]float32, error) {
	size := j.decoderSize()
	across, down := newAxis(j.width, size.Width), newAxis(j.height, size.Height)
	if len(across.starts)*len(down.starts) == 1 {
		out, err := run.Do(ctx, map[string][]float32{"latents": latents}, nil)
		return out["image"], err
	}

	factor := int64(1) << (len(p.decoder.Channels) - 1)
	mixed := newMixed(across.times(factor), down.times(factor), p.decoder.OutChannels)
	for row, top := range down.starts {
		for column, left := range across.starts {
			tile := cut(latents, j.width, j.height, left, top, size)
			out, err := run.Do(ctx, map[string][]float32{"latents": tile}, nil)
			if err != nil {
				return nil, err
			}
			mixed.add(out["image"], column, row)
		}
	}
	return mixed.image(), nil
}

// cut copies a tile out of all channels.
func cut(latents []float32, width, height, left, top int64, size network.Size) []float32 {
	var tile []float32
	for plane := int64(0); plane < int64(len(latents)); plane += width * height {
		for y := range size.Height {
			tile = append(tile, latents[plane+(top+y)*width+left:][:size.Width]...)
		}
	}
	return tile
}

// axis is how tiles lie on one side of an image.
type axis struct {
	length, tile int64
	starts       []int64
}

// newAxis takes as few tiles as cover the length with their overlap, and lays
// them evenly.
func newAxis(length, tile int64) axis {
	a := axis{length: length, tile: tile, starts: []int64{0}}
	step := tile - tile/tileOverlap
	more := (length - tile + step - 1) / step
	for i := int64(1); i <= more; i++ {
		a.starts = append(a.starts, (length-tile)*i/more)
	}
	return a
}

// times is the axis of an image that is so many times as large.
func (a axis) times(factor int64) axis {
	b := axis{length: a.length * factor, tile: a.tile * factor}
	for _, start := range a.starts {
		b.starts = append(b.starts, start*factor)
	}
	return b
}

// weights are each tile's part in each of its points; at a point they add up to
// 1. A tile counts by the distance to its nearer end, up to the overlap, so that
// one fades into the next along a line.
func (a axis) weights() [][]float64 {
	inside := func(i int64) float64 {
		return min(float64(i)+0.5, float64(a.tile-i)-0.5, float64(max(a.tile/tileOverlap, 1)))
	}
	sums := make([]float64, a.length)
	for _, start := range a.starts {
		for i := range a.tile {
			sums[start+i] += inside(i)
		}
	}
	all := make([][]float64, len(a.starts))
	for t, start := range a.starts {
		for i := range a.tile {
			all[t] = append(all[t], inside(i)/sums[start+i])
		}
	}
	return all
}

// mixed is an image that is put together of tiles.
type mixed struct {
	across, down           axis
	acrossParts, downParts [][]float64
	values                 []float64
}

func newMixed(across, down axis, channels int64) *mixed {
	return &mixed{
		across: across, down: down, acrossParts: across.weights(), downParts: down.weights(),
		values: make([]float64, across.length*down.length*channels),
	}
}

// add adds a tile's part.
func (m *mixed) add(tile []float32, column, row int) {
	width, height := m.across.tile, m.down.tile
	left, top := m.across.starts[column], m.down.starts[row]
	for i, v := range tile {
		x, y, channel := int64(i)%width, int64(i)/width%height, int64(i)/(width*height)
		part := float64(m.acrossParts[column][x] * m.downParts[row][y])
		m.values[(channel*m.down.length+top+y)*m.across.length+left+x] += float64(part * float64(v))
	}
}

func (m *mixed) image() []float32 {
	out := make([]float32, len(m.values))
	for i, v := range m.values {
		out[i] = float32(v)
	}
	return out
}
