package wallet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/atomicfile"
)

// A guard is a file that says that the owner keeps the passphrase, and counts
// the wrong ones. It slows down whoever sits at this computer. Whoever can copy
// the key file is slowed down by scrypt alone.
type guard struct {
	Wrong int       `json:"wrong"`
	Last  time.Time `json:"last"`
}

// freeTries are the wrong passphrases that cost nothing.
const freeTries = 5

// wait is how long a person waits after so many wrong passphrases.
func (g guard) wait() time.Duration {
	if g.Wrong < freeTries {
		return 0
	}
	return min(30*time.Second<<min(g.Wrong-freeTries, 7), time.Hour)
}

// left is how much of the wait is left. A clock that was set back makes nobody
// wait for longer than the wait itself.
func (g guard) left(now time.Time) time.Duration {
	return max(0, min(g.Last.Add(g.wait()).Sub(now), g.wait()))
}

// TooManyTriesError says that wrong passphrases were given, and when the next
// is looked at. Nothing was tried.
type TooManyTriesError struct {
	Wrong int
	Wait  time.Duration
}

func (e *TooManyTriesError) Error() string {
	return fmt.Sprintf("%d wrong passphrases were given: the next is looked at in %s", e.Wrong, e.Wait.Round(time.Second))
}

func guardFile(dir string, address common.Address) string {
	return filepath.Join(dir, "owner-"+strings.ToLower(address.Hex()[2:])+".json")
}

// readGuard says also whether there is a guard. A damaged one counts nothing:
// whoever can damage it could have removed it.
func readGuard(dir string, address common.Address) (g guard, there bool, err error) {
	b, err := os.ReadFile(guardFile(dir, address))
	if errors.Is(err, fs.ErrNotExist) {
		return guard{}, false, nil
	}
	if err != nil {
		return guard{}, false, fmt.Errorf("read wrong tries: %w", err)
	}
	if json.Unmarshal(b, &g) != nil || g.Wrong < 0 {
		g = guard{}
	}
	return g, true, nil
}

func writeGuard(dir string, address common.Address, g guard) error {
	b, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("count wrong tries: %w", err)
	}
	if err := atomicfile.Replace(guardFile(dir, address), b, 0o600); err != nil {
		return fmt.Errorf("count wrong tries: %w", err)
	}
	return nil
}

// guarded runs one try. It is counted as wrong before it is made, so that ending
// the program in its middle wins nothing.
func guarded(dir string, address common.Address, now func() time.Time, try func() error) error {
	g, _, err := readGuard(dir, address)
	if err != nil {
		return err
	}
	if left := g.left(now()); left > 0 {
		return &TooManyTriesError{Wrong: g.Wrong, Wait: left}
	}
	if err := writeGuard(dir, address, guard{Wrong: g.Wrong + 1, Last: now()}); err != nil {
		return err
	}
	switch err = try(); {
	case err == nil:
		return writeGuard(dir, address, guard{})
	case errors.Is(err, ErrPassphraseWrong):
		return err
	default: // the passphrase was not looked at
		return errors.Join(err, writeGuard(dir, address, g))
	}
}
