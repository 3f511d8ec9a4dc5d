package ldm

import (
	"fmt"

	"helium/inference/checkpoint"
)

// place is where diffusers has a tensor.
type place struct {
	name string // of three in one with %s for the letter of each; "" where there is no place
	how  how
}

// how a tensor of the file becomes one of diffusers.
type how int

const (
	whole      how = iota // as it is
	transposed            // with its rows as columns
	threeInOne            // queries, keys and values, one below the other
	unused                // not at all: no image depends on it
)

// renamer finds the place of a tensor.
type renamer func(name string) place

// views are the tensors of diffusers that one of the file holds.
func (p place) views(w checkpoint.Weight) (map[string]checkpoint.Weight, error) {
	switch p.how {
	case unused:
		return nil, nil
	case transposed:
		turned, err := w.Transposed()
		return map[string]checkpoint.Weight{p.name: turned}, err
	case threeInOne:
		return p.split(w)
	}
	return map[string]checkpoint.Weight{p.name: w}, nil
}

func (p place) split(w checkpoint.Weight) (map[string]checkpoint.Weight, error) {
	if len(w.Shape) == 0 || w.Shape[0]%3 != 0 {
		return nil, fmt.Errorf("tensor %q of %v is not three of one size", w.Name, w.Shape)
	}
	rows := w.Shape[0] / 3
	views := map[string]checkpoint.Weight{}
	for i, letter := range []string{"q", "k", "v"} {
		view, err := w.Rows(uint64(i)*rows, rows)
		if err != nil {
			return nil, err
		}
		views[fmt.Sprintf(p.name, letter)] = view
	}
	return views, nil
}
