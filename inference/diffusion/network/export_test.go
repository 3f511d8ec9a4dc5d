package network

import "helium/inference/ggml"

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
