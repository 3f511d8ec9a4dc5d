package lora

// ParseKey and OtherKind read keys.
var (
	ParseKey  = parseKey
	OtherKind = otherKind
)

// Finder finds layers among the weights of parts.
func Finder(parts []Part) func(layer string) (part, weight string) { return namesOf(parts).find }
