package seal

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 spells 32 bytes the way age reads keys (BIP 173).
func bech32(prefix string, data [32]byte) string {
	var groups []byte
	var bits, have uint32
	for _, b := range data {
		bits, have = bits<<8|uint32(b), have+8
		for have >= 5 {
			have -= 5
			groups = append(groups, byte(bits>>have&31))
		}
	}
	groups = append(groups, byte(bits<<(5-have)&31))

	expanded := make([]byte, 0, 2*len(prefix)+1+len(groups)+6)
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]>>5)
	}
	expanded = append(expanded, 0)
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]&31)
	}
	expanded = append(append(expanded, groups...), 0, 0, 0, 0, 0, 0)
	sum := bech32Checksum(expanded)

	out := []byte(prefix + "1")
	for _, g := range groups {
		out = append(out, bech32Alphabet[g])
	}
	for i := range 6 {
		out = append(out, bech32Alphabet[sum>>(5*(5-i))&31])
	}
	return string(out)
}

func bech32Checksum(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum ^ 1
}
