package tokenizer

// ByteNames are the characters that stand for bytes in the files.
func ByteNames() [256]string { return byteNames() }
