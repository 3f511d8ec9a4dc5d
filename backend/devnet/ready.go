package devnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/atomicfile"
	"helium/backend/protocol"
)

// Ready is what a script needs to drive a devnet. It stands in the file that
// --ready names from when everything serves until the devnet stops.
type Ready struct {
	Chain struct {
		HTTP string `json:"http"`
		WS   string `json:"ws"`
		ID   uint64 `json:"id"`
	} `json:"chain"`
	Relay  string `json:"relay"`
	Bridge string `json:"bridge"`
	Chat   string `json:"chat"`
	// PID of the process that has all of it but the first nodes.
	PID int `json:"pid"`
	// APIKey of the bridge, made for this devnet.
	APIKey    string             `json:"api_key"`
	Faucet    string             `json:"faucet"`
	Profile   string             `json:"profile"`
	Contracts protocol.Contracts `json:"contracts"`
	Nodes     []ReadyNode        `json:"nodes"`
}

// ReadyNode is one node of the devnet.
type ReadyNode struct {
	Address common.Address `json:"address"`
	PID     int            `json:"pid"`
	// API opens the node's page in a browser; it holds the node's token. Empty for
	// a node in the devnet's own process.
	API string `json:"api"`
}

// write puts r at path whole or not at all, readable by its owner only: it
// holds an API key and tokens.
func (r Ready) write(path string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	if err := atomicfile.Replace(path, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write ready file: %w", err)
	}
	return nil
}

// ReadReady reads the file of a running devnet.
func ReadReady(path string) (Ready, error) {
	var r Ready
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("no devnet is ready: %s is not there", path)
	}
	if err != nil {
		return r, fmt.Errorf("read ready file: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("read ready file: %w", err)
	}
	return r, nil
}
