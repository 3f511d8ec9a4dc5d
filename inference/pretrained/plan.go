package pretrained

import (
	"fmt"
	"io"

	"helium/inference/checkpoint"
)

// plan says how one tensor of the engine is made of the folder's weights.
type plan struct {
	info    checkpoint.TensorInfo
	sources []checkpoint.Weight // their rows, one after the other, are the rows to choose from
	order   func(row uint64) uint64
	turned  bool    // the source has rows and columns exchanged
	plus    float32 // added to every number
	values  []float32
	unit    uint64 // numbers in a row of order; 0 is the tensor's columns
}

// chunkBytes bounds the memory that the copying of a tensor takes.
const chunkBytes = 8 << 20

// columns and rows of the tensor as a matrix.
func (p *plan) columns() uint64 {
	if p.unit != 0 {
		return p.unit
	}
	return p.info.Dims[0]
}

func (p *plan) rows() uint64 {
	n := uint64(1)
	for _, d := range p.info.Dims {
		n *= d
	}
	return n / p.columns()
}

// size is the tensor's length in bytes. A plan is only made for tensors whose
// sources have the bytes.
func (p *plan) size() uint64 {
	n, _ := p.info.Size()
	return n
}

// write hands the tensor's bytes to put in pieces, in order.
func (p *plan) write(put func(offset uint64, data []byte) error) error {
	if p.values != nil {
		return put(0, checkpoint.EncodeFloats(p.values, p.info.Type, 0))
	}
	if p.turned {
		return p.writeTurned(put)
	}

	columns := p.columns()
	in, out := columns*checkpoint.FloatBytes(p.sources[0].Type), columns*checkpoint.FloatBytes(p.info.Type)
	batch := max(1, chunkBytes/max(in, out))
	buf := make([]byte, 0, min(batch, p.rows())*in)
	var offset uint64
	for row := uint64(0); row < p.rows(); {
		n := min(batch, p.rows()-row)
		buf = buf[:n*in]
		if err := p.readRows(buf, row, n); err != nil {
			return err
		}
		data := convert(buf, p.sources[0].Type, p.info.Type, p.plus)
		if err := put(offset, data); err != nil {
			return err
		}
		offset += uint64(len(data))
		row += n
	}
	return nil
}

// readRows fills buf with n rows of the tensor.
func (p *plan) readRows(buf []byte, first, n uint64) error {
	stride := uint64(len(buf)) / n
	perSource := p.rowsPerSource()
	for i := uint64(0); i < n; {
		row, run := first+i, uint64(1)
		if p.order != nil {
			row = p.order(row)
		} else {
			run = min(n-i, perSource-row%perSource)
		}
		w := p.sources[row/perSource]
		if err := readFull(w, buf[i*stride:(i+run)*stride], (row%perSource)*stride); err != nil {
			return err
		}
		i += run
	}
	return nil
}

func (p *plan) rowsPerSource() uint64 {
	return uint64(p.sources[0].Size()) / (p.columns() * checkpoint.FloatBytes(p.sources[0].Type))
}

// writeTurned exchanges rows and columns. It holds the whole source, which the
// file has the bytes of.
func (p *plan) writeTurned(put func(offset uint64, data []byte) error) error {
	w := p.sources[0]
	raw := make([]byte, w.Size())
	if err := readFull(w, raw, 0); err != nil {
		return err
	}

	step, columns, rows := checkpoint.FloatBytes(w.Type), p.columns(), p.rows()
	row := make([]byte, columns*step)
	var offset uint64
	for r := range rows {
		for c := range columns {
			copy(row[c*step:(c+1)*step], raw[(c*rows+r)*step:])
		}
		data := convert(row, w.Type, p.info.Type, p.plus)
		if err := put(offset, data); err != nil {
			return err
		}
		offset += uint64(len(data))
	}
	return nil
}

func readFull(w checkpoint.Weight, buf []byte, offset uint64) error {
	n, err := w.ReadAt(buf, int64(offset))
	if n == len(buf) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read tensor %s: %w; the file was changed", w.Name, err)
}

// convert returns numbers in another format. Where nothing changes it returns
// the bytes as they are.
func convert(raw []byte, from, to checkpoint.TensorType, plus float32) []byte {
	if from == to && plus == 0 {
		return raw
	}
	return checkpoint.EncodeFloats(checkpoint.DecodeFloats(raw, from), to, plus)
}
