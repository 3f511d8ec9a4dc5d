package bench

import (
	"encoding/json"
	"fmt"
	"image"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"helium/inference/ggml"
)

// ImagesReport says how far apart images are.
type ImagesReport struct {
	Library     string       `json:"library"`
	Variants    []string     `json:"variants"`
	Images      int          `json:"images"`
	Side        int          `json:"side"`
	Steps       int          `json:"steps"`
	Deviation   float64      `json:"deviation"` // of the pixels' values in an image, of 255
	Match       int          `json:"match_distance"`
	Slash       int          `json:"slash_distance"`
	Comparisons []Comparison `json:"comparisons"`
}

// Comparison is of all pairs of images of one kind.
type Comparison struct {
	What            string  `json:"what"`
	Pairs           int     `json:"pairs"`
	Equal           int     `json:"equal"`            // to the last bit
	PixelDifference int     `json:"pixel_difference"` // the largest of any pixel's value
	Distances       [65]int `json:"distances"`        // pairs by their distance
}

// between counts the pairs from one distance up to another.
func (c *Comparison) between(from, to int) (pairs int) {
	for _, n := range c.Distances[min(from, to):to] {
		pairs += n
	}
	return pairs
}

// most is the largest distance.
func (c *Comparison) most() int {
	most := 0
	for d, n := range c.Distances {
		if n > 0 {
			most = d
		}
	}
	return most
}

// deviation is that of the values in an image, the mean of all images.
func deviation(images []*image.RGBA) float64 {
	var total float64
	for _, img := range images {
		var sum, square, n float64
		for i, v := range img.Pix {
			if i%4 != 3 {
				sum, square, n = sum+float64(v), square+float64(v)*float64(v), n+1
			}
		}
		total += math.Sqrt(max(square/n-sum/n*sum/n, 0))
	}
	return total / float64(len(images))
}

// WriteJSON prints the report as one object.
func (r *ImagesReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, report any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}

// WriteTable prints the report for people.
func (r *ImagesReport) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%d images of %d×%d in %d steps by each of the library's builds (%s) for %s\n", r.Images, r.Side, r.Side, r.Steps, r.Library, strings.Join(r.Variants, ", "))
	fmt.Fprintf(w, "The values of an image's pixels deviate by %.0f of 255.\n\n", r.Deviation)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "images of\tpairs\tequal\tdistance 0\t1\t2\t3\t4\t")
	fmt.Fprintf(out, "%d-%d\t%d-64\tlargest\tlargest difference of a pixel\n", r.Match, r.Slash-1, r.Slash)
	for _, c := range r.Comparisons {
		fmt.Fprintf(out, "%s\t%d\t%d\t", c.What, c.Pairs, c.Equal)
		for d := range 5 {
			fmt.Fprintf(out, "%d\t", c.Distances[d])
		}
		fmt.Fprintf(out, "%d\t%d\t%d\t%d of 255\n", c.between(r.Match, r.Slash), c.between(r.Slash, 65), c.most(), c.PixelDifference)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nIn the network images match below a distance of %d, and one %d or more away costs a stake.\n", r.Match, r.Slash)
	return err
}

// UNetReport says how long evaluations take.
type UNetReport struct {
	Runtime string       `json:"runtime"`
	Side    int64        `json:"side"`
	Count   int64        `json:"count"`
	Clock   string       `json:"clock"`
	Figures []UNetFigure `json:"figures"`
}

// UNetFigure is of one number format. Times are the shortest of all rounds.
type UNetFigure struct {
	Number       string      `json:"number"`
	MultiplyAdds int64       `json:"multiply_adds"`
	Memory       ggml.Memory `json:"memory"`
	BuildSeconds float64     `json:"build_s"` // of the graph with its plan
	Rate         float64     `json:"rate"`    // multiply-adds a second in plain products
	Seconds      float64     `json:"evaluation_s"`
	FloorSeconds float64     `json:"floor_s"`
	Ratio        float64     `json:"ratio"`
}

// WriteJSON prints the report as one object.
func (r *UNetReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WriteTable prints the report for people.
func (r *UNetReport) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "One evaluation of the UNet for %d images of %d×%d latents on one thread, %s, in %s\n\n", r.Count, r.Side, r.Side, r.Runtime, r.Clock)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\tmultiply-adds\tin plain products\tfloor\tevaluation\tratio\tgraph\tmemory")
	for _, f := range r.Figures {
		fmt.Fprintf(out, "%s\t%.1f billion\t%.1f billion/s\t%.2f s\t%.2f s\t%.2f\t%.1f ms\t%d MB\n", f.Number, float64(f.MultiplyAdds)/1e9, f.Rate/1e9,
			f.FloorSeconds, f.Seconds, f.Ratio, 1e3*f.BuildSeconds, f.Memory.Total()>>20)
	}
	return out.Flush()
}
