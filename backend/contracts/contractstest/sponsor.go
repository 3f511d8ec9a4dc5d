package contractstest

import (
	"crypto/ecdsa"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"helium/backend/contracts"
)

// What a node signs for others to bring is hashed here by go-ethereum's general
// EIP-712 encoder, so that the contracts are held to the standard.

// Moves, as Node numbers them.
const (
	MovePause uint8 = iota
	MoveResume
	MoveQuit
	MoveAnnounce
)

// SignJoin signs a join for key, under a nonce.
func (c *Chain) SignJoin(key *ecdsa.PrivateKey, r contracts.JoinRequest, nonce uint32, deadline uint64) []byte {
	c.TB.Helper()
	return c.signTyped(key, c.Deployment.Node, "Join",
		[]apitypes.Type{
			{Name: "node", Type: "address"}, {Name: "card", Type: "string"}, {Name: "vramGB", Type: "uint16"},
			{Name: "runtime", Type: "string"}, {Name: "fingerprint", Type: "bytes32"}, {Name: "sealKey", Type: "bytes32"},
			{Name: "payout", Type: "address"}, {Name: "models", Type: "uint64"}, {Name: "nonce", Type: "uint32"},
			{Name: "deadline", Type: "uint64"},
		},
		apitypes.TypedDataMessage{
			"node": Address(key).Hex(), "card": r.Card, "vramGB": number(uint64(r.VramGB)), "runtime": r.Runtime,
			"fingerprint": hexutil.Encode(r.Fingerprint[:]), "sealKey": hexutil.Encode(r.SealKey[:]),
			"payout": r.Payout.Hex(), "models": number(r.Models), "nonce": number(uint64(nonce)), "deadline": number(deadline),
		})
}

// SignMove signs a move for key, under a nonce.
func (c *Chain) SignMove(key *ecdsa.PrivateKey, move uint8, models uint64, nonce uint32, deadline uint64) []byte {
	c.TB.Helper()
	return c.signTyped(key, c.Deployment.Node, "Move",
		[]apitypes.Type{
			{Name: "node", Type: "address"}, {Name: "move", Type: "uint8"}, {Name: "models", Type: "uint64"},
			{Name: "nonce", Type: "uint32"}, {Name: "deadline", Type: "uint64"},
		},
		apitypes.TypedDataMessage{
			"node": Address(key).Hex(), "move": number(uint64(move)), "models": number(models),
			"nonce": number(uint64(nonce)), "deadline": number(deadline),
		})
}

// SignPermit signs the token's permit that lets Node take value from key, under
// the token's nonce.
func (c *Chain) SignPermit(key *ecdsa.PrivateKey, value *big.Int, nonce, deadline uint64) contracts.StakePermit {
	c.TB.Helper()
	signature := c.signTyped(key, c.Deployment.Token, "Permit",
		[]apitypes.Type{
			{Name: "owner", Type: "address"}, {Name: "spender", Type: "address"}, {Name: "value", Type: "uint256"},
			{Name: "nonce", Type: "uint256"}, {Name: "deadline", Type: "uint256"},
		},
		apitypes.TypedDataMessage{
			"owner": Address(key).Hex(), "spender": c.Deployment.Node.Hex(), "value": (*math.HexOrDecimal256)(value),
			"nonce": number(nonce), "deadline": number(deadline),
		})
	return contracts.StakePermit{
		Value: value, Deadline: new(big.Int).SetUint64(deadline),
		V: signature[64], R: common.BytesToHash(signature[:32]), S: common.BytesToHash(signature[32:64]),
	}
}

// NoPermit leaves the permit out.
func NoPermit() contracts.StakePermit {
	return contracts.StakePermit{Value: new(big.Int), Deadline: new(big.Int)}
}

func (c *Chain) signTyped(key *ecdsa.PrivateKey, contract common.Address, name string, fields []apitypes.Type, message apitypes.TypedDataMessage) []byte {
	c.TB.Helper()
	digest, _, err := apitypes.TypedDataAndHash(apitypes.TypedData{
		Types: apitypes.Types{
			"EIP712Domain": {
				{Name: "name", Type: "string"}, {Name: "version", Type: "string"},
				{Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"},
			},
			name: fields,
		},
		PrimaryType: name,
		Domain: apitypes.TypedDataDomain{
			Name: "Helium", Version: "1", ChainId: math.NewHexOrDecimal256(ChainID), VerifyingContract: contract.Hex(),
		},
		Message: message,
	})
	if err != nil {
		c.TB.Fatal(err)
	}
	signature, err := crypto.Sign(digest, key)
	if err != nil {
		c.TB.Fatal(err)
	}
	signature[64] += 27
	return signature
}

func number(n uint64) *math.HexOrDecimal256 {
	return (*math.HexOrDecimal256)(new(big.Int).SetUint64(n))
}
