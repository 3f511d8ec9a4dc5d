package network

import (
	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// Build builds a network over no weights and returns its number of operations.
func Build(c *ggml.Compute, n Network, opts Options, s Size) (int, error) {
	g, err := c.NewDraft()
	if err != nil {
		return 0, err
	}
	defer g.Close()
	_, out := n.build(builder{g, opts}, s)
	out.finish(g)
	return g.Nodes(), g.Err()
}

// Changed is what becomes of bytes of a weight that are changed on their way.
func Changed(raw []byte, from, to checkpoint.TensorType, add Addition) ([]byte, error) {
	return source{&ggml.Tensor{Type: to}, checkpoint.Weight{Type: from}}.changed(raw, 0, add)
}
