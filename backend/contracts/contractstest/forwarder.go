package contractstest

import "github.com/ethereum/go-ethereum/common"

// Forwarder is a contract that is on every chain of this package. It passes on
// what it is called with: 32 bytes of target, then calldata. So it does
// whatever a contract could do in our contracts' way.
var Forwarder = common.HexToAddress("0x00000000000000000000000000000000000f0f0f")

// Forward is the calldata that makes Forwarder call to with data.
func Forward(to common.Address, data []byte) []byte {
	return append(common.LeftPadBytes(to[:], 32), data...)
}

// forwarderCode is, by hand: copy calldata from byte 32 on to memory, call the
// target with it, return or revert with its answer.
func forwarderCode() []byte {
	return common.FromHex("602036038060205f375f5f915f5f5f355af13d5f5f3e601c573d5ffd5b3d5ff3")
}
