package protocol

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// TestNodeMessageHashesEqualGethsTypedData checks messages that are not for the
// Task contract, each under the address of the one that reads it.
func TestNodeMessageHashesEqualGethsTypedData(t *testing.T) {
	domain := testDomain
	domain.Node, domain.Token = common.HexToAddress("0xab"), common.HexToAddress("0xac")
	node, payout := common.HexToAddress("0xbb"), common.HexToAddress("0xcc")
	for _, c := range []struct {
		name    string
		reader  common.Address
		message Message
		fields  []apitypes.Type
		values  apitypes.TypedDataMessage
	}{
		{
			"Join", domain.Node,
			Join{
				Node: node, Class: GPUClass{Card: "Test Card é", VRAMGB: 24, Runtime: "cuda/0.4.0"}, Fingerprint: common.HexToHash("0x01"),
				SealKey: common.HexToHash("0x02"), Payout: payout, Models: 1<<63 | 5, Nonce: 7, Deadline: 1_800_000_000,
			},
			[]apitypes.Type{
				field("node", "address"), field("card", "string"), field("vramGB", "uint16"), field("runtime", "string"),
				field("fingerprint", "bytes32"), field("sealKey", "bytes32"), field("payout", "address"), field("models", "uint64"),
				field("nonce", "uint32"), field("deadline", "uint64"),
			},
			apitypes.TypedDataMessage{
				"node": node.Hex(), "card": "Test Card é", "vramGB": "24", "runtime": "cuda/0.4.0",
				"fingerprint": common.HexToHash("0x01").Hex(), "sealKey": common.HexToHash("0x02").Hex(), "payout": payout.Hex(),
				"models": "9223372036854775813", "nonce": "7", "deadline": "1800000000",
			},
		},
		{
			"Move", domain.Node, Move{Node: node, Move: MoveAnnounce, Models: 9, Nonce: 8, Deadline: 1_800_000_001},
			[]apitypes.Type{field("node", "address"), field("move", "uint8"), field("models", "uint64"), field("nonce", "uint32"), field("deadline", "uint64")},
			apitypes.TypedDataMessage{"node": node.Hex(), "move": "3", "models": "9", "nonce": "8", "deadline": "1800000001"},
		},
		{
			"Permit", domain.Token, Permit{Owner: node, Spender: domain.Node, Value: CNX(400), Nonce: 3, Deadline: 1_800_000_002},
			[]apitypes.Type{field("owner", "address"), field("spender", "address"), field("value", "uint256"), field("nonce", "uint256"), field("deadline", "uint256")},
			apitypes.TypedDataMessage{
				"owner": node.Hex(), "spender": domain.Node.Hex(), "value": "400000000000000000000", "nonce": "3", "deadline": "1800000002",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := gethsHash(t, c.reader, c.name, c.fields, c.values)
			if got := domain.Hash(c.message); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestASignatureForOneContractDoesNotCountAtAnother(t *testing.T) {
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	domain := testDomain
	domain.Node = common.HexToAddress("0xab")
	elsewhere := domain
	elsewhere.Node = common.HexToAddress("0xad")
	m := Move{Node: crypto.PubkeyToAddress(key.PublicKey), Move: MoveQuit}
	signature, err := domain.Sign(m, key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := domain.Signer(m, signature); err != nil || got != m.Node {
		t.Errorf("recovered %s, %v", got, err)
	}
	if got, err := elsewhere.Signer(m, signature); err == nil && got == m.Node {
		t.Error("it counts for another Node contract")
	}
}

func TestACardFillsTheStepBelowIt(t *testing.T) {
	for gb, want := range map[uint16]uint16{1: 1, 3: 2, 4: 4, 15: 12, 24: 24, 127: 80, 128: 128, 512: 128} {
		if got := OtherClass(gb).VRAMGB; got != want {
			t.Errorf("%d GB fill the step of %d, want %d", gb, got, want)
		}
	}
}
