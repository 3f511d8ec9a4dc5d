package validator

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Identity is what others must know of a machine of the chain.
type Identity struct {
	Key     PublicKey
	Account common.Address
	// Node names it on the network: the part of an address before the @.
	Node string
}

// Identify makes the keys in a data folder if there are none, and says whose they
// are.
func Identify(dataDir string) (Identity, error) {
	settings, err := agreementFolder(dataDir)
	if err != nil {
		return Identity{}, err
	}
	key, _, err := openKey(settings)
	if err != nil {
		return Identity{}, err
	}
	node, err := p2p.LoadOrGenNodeKey(settings.NodeKeyFile())
	if err != nil {
		return Identity{}, fmt.Errorf("read validator's network key: %w", err)
	}
	account, err := accountKey(key)
	if err != nil {
		return Identity{}, err
	}
	return Identity{Key: publicKey(key), Account: crypto.PubkeyToAddress(account.PublicKey), Node: string(node.ID())}, nil
}

// Account is the key of the account by which the validator of a data folder votes.
func Account(dataDir string) (*ecdsa.PrivateKey, error) {
	settings := cfg.DefaultConfig().SetRoot(filepath.Join(dataDir, "agreement"))
	if _, err := os.Stat(settings.PrivValidatorKeyFile()); err != nil {
		return nil, fmt.Errorf("there is no validator's key in %s: run this on the validator's machine, with its folder", dataDir)
	}
	key, _, err := openKey(settings)
	if err != nil {
		return nil, err
	}
	return accountKey(key)
}

func publicKey(key *privval.FilePV) PublicKey { return PublicKey(key.Key.PubKey.Bytes()) }

// accountKey derives the account's key from the validator's, so that there is one
// secret to keep.
func accountKey(key *privval.FilePV) (*ecdsa.PrivateKey, error) {
	seed := key.Key.PrivKey.Bytes()[:32]
	account, err := crypto.ToECDSA(crypto.Keccak256([]byte("helium validator account 1\x00"), seed))
	if err != nil {
		return nil, fmt.Errorf("derive the validator's account: %w", err)
	}
	return account, nil
}

// agreementFolder makes CometBFT's folders: config holds the keys and nothing
// else, data all that grows.
func agreementFolder(dataDir string) (*cfg.Config, error) {
	s := cfg.DefaultConfig().SetRoot(filepath.Join(dataDir, "agreement"))
	for _, dir := range []string{s.RootDir, filepath.Join(s.RootDir, "config"), filepath.Join(s.RootDir, "data")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open agreement: %w", err)
		}
	}
	return s, nil
}

// openKey reads the validator's key and the record of what it signed last, or
// makes both. recorded is false when the key is there and its record is not. (The
// library's own function ends the process over such a file.)
func openKey(s *cfg.Config) (key *privval.FilePV, recorded bool, err error) {
	keyFile, recordFile := s.PrivValidatorKeyFile(), s.PrivValidatorStateFile()
	var parsed privval.FilePVKey
	err = readFile(keyFile, &parsed)
	if errors.Is(err, fs.ErrNotExist) {
		key = privval.GenFilePV(keyFile, recordFile)
		// The record first: a key without one is taken for a key that has signed.
		key.LastSignState.Save()
		key.Key.Save()
		return key, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read validator key: %w", err)
	}
	private, ok := parsed.PrivKey.(ed25519.PrivKey)
	if !ok || len(private) != ed25519.PrivateKeySize {
		return nil, false, fmt.Errorf("read validator key: %s holds no Ed25519 key", keyFile)
	}
	var record privval.FilePVLastSignState
	err = readFile(recordFile, &record)
	if err == nil && record.Height >= 0 && len(record.SignBytes) == 0 == (len(record.Signature) == 0) {
		return privval.LoadFilePV(keyFile, recordFile), true, nil
	}
	return privval.LoadFilePVEmptyState(keyFile, recordFile), false, nil
}

func readFile(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := cmtjson.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
