package devnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/atomicfile"
	"helium/backend/contracts"
	"helium/backend/validator"
)

// ChainID of every local network: the letters "He".
const ChainID = 0x4865

// record is what a devnet must know of its chain from one run to the next.
type record struct {
	// Version of the contracts on the chain.
	Version int `json:"version"`
	// GenesisTime in Unix seconds, and Operator, who was given all of the
	// chain's own coin and of the token.
	GenesisTime uint64               `json:"genesis_time"`
	Operator    common.Address       `json:"operator"`
	Deployment  contracts.Deployment `json:"deployment"`
	// Fake says that the nodes have fake engines, whose class is not that of others.
	Fake bool `json:"fake_inference,omitempty"`
}

const recordName = "devnet.json"

// recordVersion rises with contracts that this program can't take over.
const recordVersion = 2

// loadRecord reads the record of dir, or begins one.
func loadRecord(dir string, operator common.Address, now time.Time) (record, error) {
	b, err := os.ReadFile(filepath.Join(dir, recordName))
	if errors.Is(err, fs.ErrNotExist) {
		r := record{Version: recordVersion, GenesisTime: uint64(now.Unix()), Operator: operator}
		return r, r.save(dir)
	}
	if err != nil {
		return record{}, fmt.Errorf("read devnet record: %w", err)
	}
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("read devnet record: %w", err)
	}
	if r.Version != recordVersion {
		return r, fmt.Errorf("the network in %s is of another version of Helium: start a new one in another folder with --data, or remove that folder", dir)
	}
	if r.Operator != operator {
		return r, fmt.Errorf("the chain in %s belongs to %s, and the wallet beside it is %s: put that wallet back, or choose another folder with --data", dir, r.Operator, operator)
	}
	return r, nil
}

// keepFake says once and for all whether the nodes of dir have fake engines.
func (r *record) keepFake(dir string, fake bool) error {
	if r.Fake == fake {
		return nil
	}
	if r.Deployment.Task != (common.Address{}) {
		return fmt.Errorf("the network in %s began with --fake-inference %v: it can't change, so choose another folder with --data", dir, r.Fake)
	}
	r.Fake = fake
	return r.save(dir)
}

func (r record) save(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write devnet record: %w", err)
	}
	if err := atomicfile.Replace(filepath.Join(dir, recordName), b, 0o600); err != nil {
		return fmt.Errorf("write devnet record: %w", err)
	}
	return nil
}

// genesis gives the operator a billion of the chain's own coin.
func (r record) genesis() validator.Genesis {
	coins := new(big.Int).Exp(big.NewInt(10), big.NewInt(27), nil)
	return validator.Genesis{ChainID: ChainID, Time: r.GenesisTime, Alloc: map[common.Address]*big.Int{r.Operator: coins}}
}
