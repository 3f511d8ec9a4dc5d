package validator

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"time"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	comet "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
)

// GasLimit of a block.
const GasLimit = 60_000_000

// minGasPrice is both the pool's and the builder's least tip, in wei. Were they
// different, a transaction between them would wake the chain for ever and never
// be mined.
const minGasPrice = 1_000_000

// Genesis is what every validator of a chain must start from alike.
type Genesis struct {
	ChainID uint64
	// Time of the first block, in Unix seconds. Must not lie in the future.
	Time uint64
	// Alloc gives the chain's own coin, in wei, to the first accounts.
	Alloc map[common.Address]*big.Int
	// Validators are those that agree from the first block on. With none, whoever
	// starts the chain is its one validator, and nobody can join it.
	Validators []Member
}

// Hash names the chain: machines whose hashes differ do not speak to each other.
// Where the validators are is not in it, because machines move.
func (g Genesis) Hash() common.Hash {
	members := make([]Member, len(g.Validators))
	for i, m := range g.Validators {
		m.Address = ""
		members[i] = m
	}
	text, err := json.Marshal(struct {
		ChainID    uint64
		Time       uint64
		Alloc      map[common.Address]*big.Int
		Validators []Member
	}{g.ChainID, g.Time, g.Alloc, members})
	if err != nil {
		panic(err) // Numbers and texts are always JSON.
	}
	return sha256.Sum256(text)
}

// ChainConfig is the project's own fork set: everything through Osaka and
// nothing after it. (The newest development configurations of go-ethereum turn
// on a fork to come that makes storage three times as dear.)
func ChainConfig(chainID uint64) *params.ChainConfig {
	zero := uint64(0)
	return &params.ChainConfig{
		ChainID:             new(big.Int).SetUint64(chainID),
		HomesteadBlock:      new(big.Int),
		EIP150Block:         new(big.Int),
		EIP155Block:         new(big.Int),
		EIP158Block:         new(big.Int),
		ByzantiumBlock:      new(big.Int),
		ConstantinopleBlock: new(big.Int),
		PetersburgBlock:     new(big.Int),
		IstanbulBlock:       new(big.Int),
		MuirGlacierBlock:    new(big.Int),
		BerlinBlock:         new(big.Int),
		LondonBlock:         new(big.Int),
		ArrowGlacierBlock:   new(big.Int),
		GrayGlacierBlock:    new(big.Int),
		MergeNetsplitBlock:  new(big.Int),

		TerminalTotalDifficulty: new(big.Int),
		ShanghaiTime:            &zero,
		CancunTime:              &zero,
		PragueTime:              &zero,
		OsakaTime:               &zero,
		BlobScheduleConfig: &params.BlobScheduleConfig{
			Cancun: params.DefaultCancunBlobConfig,
			Prague: params.DefaultPragueBlobConfig,
		},
	}
}

// Check refuses what no chain can begin with.
func (g Genesis) Check() error {
	if g.ChainID == 0 {
		return errors.New("genesis: chain id is 0")
	}
	for a, wei := range g.Alloc {
		if wei == nil || wei.Sign() < 0 {
			return fmt.Errorf("genesis: allocation of %s is %v", a, wei)
		}
		if a == RegisterAddress() {
			return fmt.Errorf("genesis: %s is the address of the register of validators: give its coin to another", a)
		}
	}
	return checkMembers(g.Validators)
}

// agreement is the genesis as CometBFT wants it. own is the validator of a
// chain that lists none.
func (g Genesis) agreement(own crypto.PubKey) *comet.GenesisDoc {
	params := comet.DefaultConsensusParams()
	params.Block.MaxBytes = maxAgreementBytes
	doc := &comet.GenesisDoc{
		ChainID:         g.agreementID(),
		GenesisTime:     time.Unix(int64(g.Time), 0).UTC(),
		InitialHeight:   1,
		ConsensusParams: params,
		AppHash:         appHash,
	}
	if len(g.Validators) == 0 {
		doc.Validators = []comet.GenesisValidator{{Address: own.Address(), PubKey: own, Power: DefaultPower, Name: "helium"}}
	}
	for _, m := range g.Validators {
		key := ed25519.PubKey(m.Key[:])
		doc.Validators = append(doc.Validators, comet.GenesisValidator{Address: key.Address(), PubKey: key, Power: m.Power, Name: m.Name})
	}
	return doc
}

// agreementID is what validators say to each other and sign with every vote.
func (g Genesis) agreementID() string {
	hash := g.Hash()
	return fmt.Sprintf("helium-%d-%x", g.ChainID, hash[:8])
}

// maxAgreementBytes has room for the largest EVM block.
const maxAgreementBytes = 12 << 20

func (g Genesis) block() (*core.Genesis, error) {
	alloc := make(types.GenesisAlloc, len(g.Alloc))
	maps.Copy(alloc, core.SystemContractAllocs())
	for a, wei := range g.Alloc {
		alloc[a] = types.Account{Balance: new(big.Int).Set(wei)}
	}
	if len(g.Validators) > 0 {
		register, err := g.register()
		if err != nil {
			return nil, err
		}
		alloc[RegisterAddress()] = register
	}
	return &core.Genesis{
		Config:     ChainConfig(g.ChainID),
		Timestamp:  g.Time,
		GasLimit:   GasLimit,
		BaseFee:    big.NewInt(params.InitialBaseFee),
		Difficulty: new(big.Int),
		Alloc:      alloc,
	}, nil
}
