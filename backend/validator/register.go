package validator

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/crypto/encoding"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	gethcrypto "github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
)

// RegisterAddress is where the Validators contract stands on a chain whose genesis
// lists validators. It is part of the first block, so that what the validators
// decide about themselves is replicated, proved and replayed like everything else.
func RegisterAddress() common.Address { return common.HexToAddress("0x4865") }

// memberSlots is how many words of storage the contract has for a member: key,
// name, account and power, and the same of its ballot. A test compares with what the
// contract itself says.
const memberSlots = 6

func memberSlot(index uint64, word uint64) common.Hash {
	base := new(big.Int).SetBytes(gethcrypto.Keccak256(make([]byte, 32)))
	return common.BigToHash(base.Add(base, new(big.Int).SetUint64(index*memberSlots+word)))
}

// register is the contract as the first block has it.
func (g Genesis) register() (types.Account, error) {
	code, _, err := runtime.Execute(common.FromHex(contracts.ValidatorsMetaData.Bin), nil, &runtime.Config{
		ChainConfig: ChainConfig(g.ChainID), Random: &common.Hash{}, GasLimit: GasLimit,
	})
	if err != nil {
		return types.Account{}, fmt.Errorf("genesis: make the register of validators: %w", err)
	}
	storage := map[common.Hash]common.Hash{{}: common.BigToHash(big.NewInt(int64(len(g.Validators))))}
	for i, m := range g.Validators {
		var name, account common.Hash
		copy(name[:], m.Name)
		binary.BigEndian.PutUint64(account[4:12], uint64(m.Power))
		copy(account[12:], m.Account[:])
		storage[memberSlot(uint64(i), 0)] = common.Hash(m.Key)
		storage[memberSlot(uint64(i), 1)] = name
		storage[memberSlot(uint64(i), 2)] = account
	}
	return types.Account{Code: code, Storage: storage, Balance: new(big.Int), Nonce: 1}, nil
}

// registered reads the members from a state.
func registered(s *state.StateDB) []Member {
	word := func(slot common.Hash) common.Hash { return s.GetState(RegisterAddress(), slot) }
	// The contract holds maxMembers at most.
	count := min(word(common.Hash{}).Big().Uint64(), maxMembers)
	members := make([]Member, count)
	for i := range members {
		name, account := word(memberSlot(uint64(i), 1)), word(memberSlot(uint64(i), 2))
		members[i] = Member{
			Key: PublicKey(word(memberSlot(uint64(i), 0))), Name: string(bytes.TrimRight(name[:], "\x00")),
			Account: common.BytesToAddress(account[12:]), Power: int64(binary.BigEndian.Uint64(account[4:12])),
		}
	}
	return members
}

// members are those after a block; none on a chain that lists none.
func (x *execution) members(after *types.Header) ([]Member, error) {
	s, err := x.eth.BlockChain().StateAt(after.Root, after.Number, after.Time)
	if err != nil {
		return nil, fmt.Errorf("read the validators after block %d: %w", after.Number, err)
	}
	return registered(s), nil
}

// turnover is what an executed block changed among the members: a function of the
// block alone, so that a replay says the same.
func (x *execution) turnover(block *types.Block) (now []Member, updates []abci.ValidatorUpdate, err error) {
	parent := x.eth.BlockChain().GetHeader(block.ParentHash(), block.NumberU64()-1)
	if parent == nil {
		return nil, nil, fmt.Errorf("block %d has no parent", block.NumberU64())
	}
	before, err := x.members(parent)
	if err != nil {
		return nil, nil, err
	}
	if now, err = x.members(block.Header()); err != nil {
		return nil, nil, err
	}
	power := map[PublicKey]int64{}
	for _, m := range now {
		power[m.Key] = m.Power
	}
	update := func(key PublicKey, to int64) error {
		proto, err := encoding.PubKeyToProto(ed25519.PubKey(key[:]))
		updates = append(updates, abci.ValidatorUpdate{PubKey: proto, Power: to})
		return err
	}
	had := map[PublicKey]int64{}
	for _, m := range before {
		had[m.Key] = m.Power
		if power[m.Key] == 0 {
			if err := update(m.Key, 0); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, m := range now {
		if m.Power != had[m.Key] {
			if err := update(m.Key, m.Power); err != nil {
				return nil, nil, err
			}
		}
	}
	return now, updates, nil
}

// roster is who is a validator, and who may still speak as one: a member that was
// removed proposes and signs for a block more.
type roster struct {
	members map[string]bool
	keys    map[string]crypto.PubKey
}

// with is the roster after a change.
func (r *roster) with(members []Member) *roster {
	next := &roster{members: map[string]bool{}, keys: map[string]crypto.PubKey{}}
	for address, key := range r.keys {
		next.keys[address] = key
	}
	for _, m := range members {
		key := ed25519.PubKey(m.Key[:])
		next.members[string(key.Address())] = true
		next.keys[string(key.Address())] = key
	}
	return next
}
