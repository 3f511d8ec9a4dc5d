package lora

// ParseKey and OtherKind read keys.
var (
	ParseKey  = parseKey
	OtherKind = otherKind
)

// Finder finds layers among the weights of parts.
func Finder(parts []Part) func(layer string) (part, weight string) { return namesOf(parts).find }

// Sums are a tile's as this processor makes them, and as plain Go does.
func Sums(up, down []float64) (fast, plain [tileRows * tileColumns]float64) {
	(*tile)(&fast).sum(up, down)
	(*tile)(&plain).plainSum(up, down)
	return fast, plain
}
