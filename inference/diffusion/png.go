package diffusion

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"math"
	"strconv"
	"strings"

	"helium/inference/task"
)

// pixelsOf turns the decoder's numbers, a channel after the other, into 8 bits:
// 255·(v/2 + 1/2) in float64, held to 0 to 255 and rounded to the nearest, halves
// to the even one.
func pixelsOf(values []float32, width, height int) (*image.RGBA, error) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	n := width * height
	if len(values) != 3*n {
		return nil, errors.New("the decoder's image has another size")
	}
	for i := range n {
		for c := range 3 {
			v := float64(values[c*n+i])
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, errors.New("the decoder's image is not made of numbers")
			}
			img.Pix[4*i+c] = eightBits(v)
		}
		img.Pix[4*i+3] = 255
	}
	return img, nil
}

func eightBits(v float64) uint8 {
	return uint8(math.RoundToEven(min(max(255*(v/2+0.5), 0), 255)))
}

// text is a named value in a PNG.
type text struct{ key, value string }

// texts are what made an image.
func texts(t *task.SD, number int) []text {
	c := t.Config
	list := []text{
		{"prompt", t.Prompt},
		{"negative_prompt", t.NegativePrompt},
		{"model", t.BaseModel.Name},
		{"scheduler", t.Scheduler.Method},
		{"steps", strconv.Itoa(c.Steps)},
		{"cfg", strconv.FormatFloat(c.CFG, 'g', -1, 64)},
		{"seed", strconv.FormatInt(c.Seed, 10)},
		{"image", strconv.Itoa(number)},
	}
	for _, m := range t.Models()[1:] {
		list = append(list, text{string(m.Role), m.ID()})
	}
	if t.LoRA != nil {
		list = append(list, text{"lora_weight", strconv.Itoa(int(t.LoRA.Weight))})
	}
	return list
}

// encodePNG writes a PNG of 8 bits for each of red, green and blue: the header,
// the texts in their order, the pixels. Every line goes through the filter
// Paeth, and all through zlib at level 6, so that the bytes depend on nothing but
// the build of this program.
func encodePNG(img *image.RGBA, texts []text) []byte {
	var out bytes.Buffer
	out.WriteString("\x89PNG\r\n\x1a\n")
	size := img.Bounds().Size()
	header := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	header = binary.BigEndian.AppendUint32(header, uint32(size.Y))
	writeChunk(&out, "IHDR", append(header, 8, 2, 0, 0, 0))

	for _, t := range texts {
		value := strings.ToValidUTF8(strings.ReplaceAll(t.value, "\x00", "\ufffd"), "\ufffd")
		// Not compressed, of no language, and the name is not translated.
		writeChunk(&out, "iTXt", []byte(t.key+"\x00\x00\x00\x00\x00"+value))
	}

	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, 6) // fails for other levels only
	above := make([]byte, 3*size.X)
	for y := range size.Y {
		line := make([]byte, 0, 3*size.X)
		for x := range size.X {
			line = append(line, img.Pix[y*img.Stride+4*x:][:3]...)
		}
		z.Write(paeth(line, above))
		above = line
	}
	z.Close()
	writeChunk(&out, "IDAT", packed.Bytes())
	writeChunk(&out, "IEND", nil)
	return out.Bytes()
}

func writeChunk(out *bytes.Buffer, kind string, data []byte) {
	body := append([]byte(kind), data...)
	out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	out.Write(body)
	out.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
}

// paeth is a line less what the PNG standard foretells of it, behind the filter's
// number.
func paeth(line, above []byte) []byte {
	const pixel = 3
	out := []byte{4}
	for i, v := range line {
		var left, corner int
		if i >= pixel {
			left, corner = int(line[i-pixel]), int(above[i-pixel])
		}
		up := int(above[i])
		guess := left + up - corner
		best := left
		if distance(guess, up) < distance(guess, best) {
			best = up
		}
		if distance(guess, corner) < distance(guess, best) {
			best = corner
		}
		out = append(out, v-byte(best))
	}
	return out
}

func distance(a, b int) int { return max(a-b, b-a) }
