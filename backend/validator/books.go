package validator

import (
	"sync"

	dbm "github.com/cometbft/cometbft-db"
	cfg "github.com/cometbft/cometbft/config"
)

// books is a database of CometBFT's that holds nothing once it is closed. CometBFT
// closes its databases when it stops, and some of what it runs for each peer wakes
// seconds later, looks for a block once more, and would end the process over a
// closed database.
type books struct {
	dbm.DB
	// mu guards closed, and lets Close wait for readers.
	mu     sync.RWMutex
	closed bool
}

func openBooks(c *cfg.DBContext) (dbm.DB, error) {
	db, err := cfg.DefaultDBProvider(c)
	if err != nil {
		return nil, err
	}
	return &books{DB: db}, nil
}

// Get, Has and Close are those of a dbm.DB.
func (b *books) Get(key []byte) ([]byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return nil, nil
	}
	return b.DB.Get(key)
}

func (b *books) Has(key []byte) (bool, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return false, nil
	}
	return b.DB.Has(key)
}

func (b *books) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	return b.DB.Close()
}
