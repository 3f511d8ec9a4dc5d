package operator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"helium/backend/chain"
	"helium/backend/protocol"
	"helium/backend/store"
)

// service is what a relay and a bridge have in common: a folder that is theirs
// alone, the network's chain, and a store.
type service struct {
	profile protocol.Profile
	log     *slog.Logger
	rpc     *chain.Endpoints
	chain   *chain.Chain
	store   *store.Store

	closers []func()
}

func (s *service) onClose(f func()) { s.closers = append(s.closers, f) }

func (s *service) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

// lockName is held in a service's folder while it runs.
const lockName = "service.lock"

// open takes the folder and opens what lies in it and the chain. The caller
// closes, also after an error.
func (s *service) open(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("open data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockName))
	if free, err := lock.TryLock(); err != nil {
		return fmt.Errorf("lock %s: %w", dir, err)
	} else if !free {
		return fmt.Errorf("another service runs in %s: stop it, or choose another folder with --data", dir)
	}
	s.onClose(func() { lock.Unlock() })

	if err := s.openChain(ctx); err != nil {
		return err
	}
	var err error
	if s.store, err = store.Open(storeDir(dir), store.Options{Log: s.log, Busy: true}); err != nil {
		return err
	}
	s.onClose(func() { s.store.Close() })
	return s.ofThisNetwork()
}

func storeDir(dir string) string { return filepath.Join(dir, "store") }

func (s *service) openChain(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	if s.rpc, err = chain.Dial(ctx, s.log, s.profile.Spread(rand.Shuffle).Sockets()...); err != nil {
		return err
	}
	s.onClose(s.rpc.Close)
	if s.chain, err = chain.Open(ctx, s.rpc, chain.Options{Still: chain.StillAfter(s.profile.BlockInterval()), Log: s.log}); err != nil {
		return err
	}
	s.onClose(s.chain.Close)
	if id := s.chain.ID(); !id.IsUint64() || id.Uint64() != s.profile.ChainID {
		return fmt.Errorf("the network's profile says chain %d, and %s is chain %s: get the profile again", s.profile.ChainID, s.rpc.URL(), id)
	}
	code, err := s.rpc.CodeAt(ctx, s.profile.Contracts.Task, nil)
	if err != nil {
		return fmt.Errorf("look for the network's contracts: %w", err)
	}
	if len(code) == 0 {
		return fmt.Errorf("the chain has no contract at %s, where the profile says the tasks are: get the profile again", s.profile.Contracts.Task)
	}
	return nil
}

// homes holds the network that a store belongs to.
var homes = store.NewTable[string, protocol.Domain]("operator.network")

// ofThisNetwork keeps a store from being used for another network, where nothing
// that it says is true.
func (s *service) ofThisNetwork() error {
	return s.store.Update(func(tx *store.Tx) error {
		have, err := homes.Get(tx, "home")
		if errors.Is(err, store.ErrNotFound) {
			return homes.Put(tx, "home", s.profile.Domain())
		}
		if err != nil {
			return err
		}
		if have != s.profile.Domain() {
			return fmt.Errorf("this folder belongs to a network of chain %d with the contract %s, and the profile is another's: choose another folder with --data", have.ChainID, have.Task)
		}
		return nil
	})
}

// runUntilClose runs something beside the rest, until the service closes.
func (s *service) runUntilClose(ctx context.Context, name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.log.Error(name+" ended", "err", err)
		}
	}()
	s.onClose(func() {
		cancel()
		<-done
	})
}
