// Package awake keeps a computer from going to sleep while there is work that
// sleep would spoil.
//
// A hold is one such while. The promise: it ends when it is released and at the
// latest with this program, however that ends, so that a computer without work
// sleeps as its owner set it.
package awake

import "sync"

// Keeper takes at most one hold at a time. The zero value holds nothing.
type Keeper struct {
	// mu guards everything that follows.
	mu      sync.Mutex
	release func()
}

// Keep holds the computer awake for a reason that the system may show, or lets it
// sleep. It returns why the system would not take the hold.
func (k *Keeper) Keep(awake bool, why string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if awake == (k.release != nil) {
		return nil
	}
	if !awake {
		k.release()
		k.release = nil
		return nil
	}
	release, err := hold(why)
	if err != nil {
		return err
	}
	k.release = release
	return nil
}

// Holds says whether the computer is kept awake now.
func (k *Keeper) Holds() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.release != nil
}
