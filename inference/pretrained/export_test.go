package pretrained

// ParseTokenizerJSON is parseTokenizerJSON for the fuzz tests.
func ParseTokenizerJSON(raw []byte, size uint64) error {
	_, _, err := parseTokenizerJSON(raw, size)
	return err
}

// ParseSentencePiece is parseSentencePiece for the fuzz tests.
func ParseSentencePiece(raw []byte, size uint64) error {
	_, _, err := parseSentencePiece(raw, nil, size)
	return err
}
