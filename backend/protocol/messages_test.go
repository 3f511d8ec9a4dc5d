package protocol

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

var testDomain = Domain{ChainID: 1337, Task: common.HexToAddress("0x00000000000000000000000000000000000000aa")}

func field(name, typ string) apitypes.Type { return apitypes.Type{Name: name, Type: typ} }

// gethsHash is a message's hash for a contract by geth's general encoder.
func gethsHash(t *testing.T, reader common.Address, name string, fields []apitypes.Type, values apitypes.TypedDataMessage) common.Hash {
	t.Helper()
	hash, _, err := apitypes.TypedDataAndHash(apitypes.TypedData{
		Types: apitypes.Types{
			"EIP712Domain": {field("name", "string"), field("version", "string"), field("chainId", "uint256"), field("verifyingContract", "address")},
			name:           fields,
		},
		PrimaryType: name,
		Domain: apitypes.TypedDataDomain{
			Name: "Helium", Version: "1", ChainId: math.NewHexOrDecimal256(1337), VerifyingContract: reader.Hex(),
		},
		Message: values,
	})
	if err != nil {
		t.Fatal(err)
	}
	return common.BytesToHash(hash)
}

// TestMessageHashesEqualGethsTypedData checks our packing against geth's
// general EIP-712 encoder, which reproduces the standard's own example.
func TestMessageHashesEqualGethsTypedData(t *testing.T) {
	key := common.HexToHash("0x01")
	node := common.HexToAddress("0xbb")
	cases := []struct {
		name    string
		message Message
		fields  []apitypes.Type
		values  apitypes.TypedDataMessage
	}{
		{"Ready", Ready{key}, []apitypes.Type{field("taskKey", "bytes32")}, apitypes.TypedDataMessage{"taskKey": key.Hex()}},
		{"NoArguments", NoArguments{key}, []apitypes.Type{field("taskKey", "bytes32")}, apitypes.TypedDataMessage{"taskKey": key.Hex()}},
		{"Decline", Decline{key}, []apitypes.Type{field("taskKey", "bytes32")}, apitypes.TypedDataMessage{"taskKey": key.Hex()}},
		{
			"Commitment", Commitment{key, common.HexToHash("0x02")},
			[]apitypes.Type{field("taskKey", "bytes32"), field("commitment", "bytes32")},
			apitypes.TypedDataMessage{"taskKey": key.Hex(), "commitment": common.HexToHash("0x02").Hex()},
		},
		{
			"Reveal",
			Reveal{key, common.HexToHash("0x03"), 36, KindResult, []byte("some result"), common.HexToHash("0x04"), common.HexToHash("0x05")},
			[]apitypes.Type{
				field("taskKey", "bytes32"), field("commitmentsHash", "bytes32"), field("order", "uint8"), field("kind", "uint8"),
				field("result", "bytes"), field("nonce", "bytes32"), field("ciphertextHash", "bytes32"),
			},
			apitypes.TypedDataMessage{
				"taskKey": key.Hex(), "commitmentsHash": common.HexToHash("0x03").Hex(), "order": "36", "kind": "1",
				"result": hexutil.Encode([]byte("some result")), "nonce": common.HexToHash("0x04").Hex(), "ciphertextHash": common.HexToHash("0x05").Hex(),
			},
		},
		{
			"Stored", Stored{key, node, common.HexToHash("0x06")},
			[]apitypes.Type{field("taskKey", "bytes32"), field("node", "address"), field("ciphertextHash", "bytes32")},
			apitypes.TypedDataMessage{"taskKey": key.Hex(), "node": node.Hex(), "ciphertextHash": common.HexToHash("0x06").Hex()},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want := gethsHash(t, testDomain.Task, c.name, c.fields, c.values)
			if got := testDomain.Hash(c.message); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestSignerRecoversAndRefusesOtherEncodings(t *testing.T) {
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	m := Commitment{common.HexToHash("0x01"), common.HexToHash("0x02")}
	sig, err := testDomain.Sign(m, key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := testDomain.Signer(m, sig)
	if err != nil || got != crypto.PubkeyToAddress(key.PublicKey) {
		t.Fatalf("got %s, %v", got, err)
	}
	if other, err := (Domain{ChainID: 1, Task: testDomain.Task}).Signer(m, sig); err == nil && other == got {
		t.Error("a signature for one chain must not count on another")
	}

	highS := bytes.Clone(sig)
	s := new(big.Int).Sub(crypto.S256().Params().N, new(big.Int).SetBytes(sig[32:64]))
	s.FillBytes(highS[32:64])
	highS[64] = 27 + 28 - sig[64]
	rawV := bytes.Clone(sig)
	rawV[64] -= 27
	for name, bad := range map[string][]byte{"high s": highS, "v of 0 or 1": rawV, "short": sig[:64], "empty": nil} {
		if _, err := testDomain.Signer(m, bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPackOrderPutsTheFirstSeatLowest(t *testing.T) {
	if got := PackOrder([Seats]uint8{0, 1, 2}); got != 0b100100 {
		t.Errorf("got %06b", got)
	}
	if got := PackOrder([Seats]uint8{2, 0, 1}); got != 0b010010 {
		t.Errorf("got %06b", got)
	}
}
