package pretrained

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"helium/inference/checkpoint"
)

// mapper makes the plans of a folder's tensors.
type mapper struct {
	weights *checkpoint.Weights
	arch    architecture
	dims    dims
	number  checkpoint.TensorType // of the matrices; asStored keeps the folder's
	used    map[string]bool
	plans   []plan
}

// asStored keeps the number format of the folder.
const asStored checkpoint.TensorType = 1<<32 - 1

// run plans every row of the table and refuses weights that no row mentions.
func (m *mapper) run(tied bool) error {
	m.used = map[string]bool{}
	for _, r := range m.arch.tensors {
		layers := uint64(1)
		if strings.Contains(r.to, "{l}") {
			layers = m.dims.layers
		}
		for l := range layers {
			at := r
			at.to = strings.ReplaceAll(r.to, "{l}", strconv.FormatUint(l, 10))
			at.from = strings.ReplaceAll(r.from, "{l}", strconv.FormatUint(l, 10))
			if err := m.row(at, tied); err != nil {
				return err
			}
		}
	}

	for _, name := range m.weights.Names() {
		if !m.used[name] && !ignored(name) && !(m.arch.text && picture(name)) {
			return fmt.Errorf("%w: the folder has a tensor %q, which this program does not know for %s", ErrUnsupported, name, m.arch.class)
		}
	}
	return nil
}

// picture are the tensors of a larger model that read pictures. A task with a
// picture is refused before it comes here.
func picture(name string) bool {
	name = strings.TrimPrefix(name, "model.")
	return strings.HasPrefix(name, "vision_tower.") || strings.HasPrefix(name, "multi_modal_projector.")
}

// ignored are tensors that older versions of the framework stored and that
// follow from the settings.
func ignored(name string) bool {
	for _, suffix := range []string{".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", ".attention.rotary_emb.inv_freq"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func (m *mapper) row(r row, tied bool) error {
	if r.to == "output.weight" && tied {
		m.used[r.from] = true // some folders hold the embedding twice
		embedding := m.arch.tensors[0]
		r.from, r.shape = embedding.from, embedding.shape
	}

	sources, err := m.sources(r)
	if err != nil {
		return err
	}
	if sources == nil {
		return nil
	}
	p := m.plan(r, sources)
	if len(p.info.Name) > 63 {
		return fmt.Errorf("tensor %s: its name is too long for the engine", p.info.Name)
	}
	m.plans = append(m.plans, p)
	return nil
}

// sources finds a row's weights and checks their shapes and number formats.
func (m *mapper) sources(r row) ([]checkpoint.Weight, error) {
	count := uint64(1)
	if r.how == experts {
		count = m.dims.experts
	}

	var out []checkpoint.Weight
	for x := range count {
		name := strings.ReplaceAll(r.from, "{x}", strconv.FormatUint(x, 10))
		w, ok := m.find(name)
		if !ok && r.optional {
			return nil, nil
		}
		if !ok {
			return nil, fmt.Errorf("the folder has no tensor %q, which %s needs", name, m.arch.class)
		}
		if want := m.dims.shape(r.shape); !slices.Equal(w.Shape, want) {
			return nil, fmt.Errorf("tensor %q has the shape %v, and config.json makes it %v", name, w.Shape, want)
		}
		if !w.Known {
			return nil, fmt.Errorf("%w: tensor %q is in the number format %s, want F32, F16 or BF16", ErrUnsupported, name, w.Format)
		}
		if x > 0 && w.Type != out[0].Type {
			return nil, fmt.Errorf("%w: the experts of %q have different number formats", ErrUnsupported, r.from)
		}
		out = append(out, w)
	}
	return out, nil
}

// names are a tensor's names with and without the prefix that a model with a
// head gives to its body, or a larger model to its text model.
func (m *mapper) names(name string) []string {
	if m.arch.text {
		return []string{"language_model." + name, strings.Replace("model."+name, "model.model.", "model.language_model.", 1), name}
	}
	return []string{name, "transformer." + name}
}

// find looks a tensor up under each of its names.
func (m *mapper) find(names string) (checkpoint.Weight, bool) {
	for name := range strings.SplitSeq(names, "|") {
		for _, n := range m.names(name) {
			if w, ok := m.weights.Get(n); ok {
				m.used[n] = true
				return w, true
			}
		}
	}
	return checkpoint.Weight{}, false
}

func (m *mapper) plan(r row, sources []checkpoint.Weight) plan {
	d := m.dims
	shape := slices.Clone(sources[0].Shape)
	p := plan{sources: sources}
	q, k := d.letter("Q"), d.letter("K")

	switch r.how {
	case turned:
		p.turned = true
		slices.Reverse(shape)
	case plusOne:
		p.plus = 1
	case queryPairs, keyPairs:
		p.order = pairs(d.headDim)
	case experts:
		shape = append([]uint64{d.experts}, shape...)
	case queryPart:
		shape[0] = q
	case keyPart:
		shape[0], p.order = k, shifted(q)
	case valuePart:
		shape[0], p.order = k, shifted(q+k)
	case headTriples:
		p.order = groups(d.heads, d.heads, d.headDim)
	case headGroups:
		p.order = groups(d.heads, d.kvHeads, d.headDim)
	}
	if len(shape) == 1 && p.order != nil {
		p.unit = 1
	}

	slices.Reverse(shape)
	p.info = checkpoint.TensorInfo{Name: r.to, Dims: shape, Type: m.numberFormat(r.to, shape, sources[0].Type)}
	return p
}

// numberFormat keeps what the engine computes with in full precision.
func (m *mapper) numberFormat(name string, shape []uint64, stored checkpoint.TensorType) checkpoint.TensorType {
	switch {
	case len(shape) == 1, strings.Contains(name, "_norm"), strings.Contains(name, "ffn_gate_inp"), name == "position_embd.weight":
		return checkpoint.F32
	case m.number != asStored:
		return m.number
	default:
		return stored
	}
}

// pairs interleaves the two halves of every head.
func pairs(headDim uint64) func(uint64) uint64 {
	return func(row uint64) uint64 {
		head, i := row/headDim, row%headDim
		return head*headDim + i%2*(headDim/2) + i/2
	}
}

func shifted(by uint64) func(uint64) uint64 {
	return func(row uint64) uint64 { return row + by }
}

// groups takes all queries, then all keys, then all values from rows where
// every group of heads has its queries, its key and its value side by side.
func groups(heads, kvHeads, headDim uint64) func(uint64) uint64 {
	perGroup := heads / kvHeads
	return func(row uint64) uint64 {
		head, i := row/headDim, row%headDim
		switch {
		case head < heads:
			head = head/perGroup*(perGroup+2) + head%perGroup
		case head < heads+kvHeads:
			head = (head-heads)*(perGroup+2) + perGroup
		default:
			head = (head-heads-kvHeads)*(perGroup+2) + perGroup + 1
		}
		return head*headDim + i
	}
}
