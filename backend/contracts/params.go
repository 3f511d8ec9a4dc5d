package contracts

import "math/big"

// DefaultParams are what a public network starts with.
func DefaultParams() Params {
	return Params{
		Stake:            cnx(400),
		MinFee:           cnx(1),
		MinClassNodes:    10,
		CommitSeconds:    180,
		RevealSeconds:    60,
		OpenSeconds:      24 * 60 * 60,
		QueueSeconds:     60 * 60,
		QueuePer100Nodes: 100,
		StableDiffusion:  Pricing{OverheadSeconds: 30, SecondsPerUnit: 20},
		Gpt:              Pricing{OverheadSeconds: 30, SecondsPerUnit: 10},
	}
}

// DevnetParams are DefaultParams for a network of three nodes.
func DevnetParams() Params {
	p := DefaultParams()
	p.MinClassNodes = 3
	return p
}

func cnx(n int64) *big.Int {
	return new(big.Int).Mul(big.NewInt(n), big.NewInt(1_000_000_000_000_000_000))
}
