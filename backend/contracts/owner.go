package contracts

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// NotDueError says that what the owner of a network wants is announced on chain
// and not due yet. Enact carries it out when it is called again by then.
type NotDueError struct {
	// Due is chain time.
	Due time.Time
}

func (e *NotDueError) Error() string {
	return "the change is announced and can be carried out from " + e.Due.UTC().Format(time.RFC3339) + " on"
}

// Enact makes calls of Rules through the timelock: it announces what is not
// announced, and carries out what is due. The error is a *NotDueError while the
// timelock's delay has not passed; call again with the same calls then. Once
// they are carried out, the same calls are a new wish: what was undone in the
// meantime can be done again.
func Enact(ctx context.Context, r Reader, s Sender, at Deployment, calls [][]byte) error {
	if len(calls) == 0 {
		return nil
	}
	lock := NewTimelock()
	delay, err := view(ctx, r, at.Timelock, lock.PackGetMinDelay(), lock.UnpackGetMinDelay)
	if err != nil {
		return fmt.Errorf("read delay of the timelock: %w", err)
	}
	targets, values := make([]common.Address, len(calls)), make([]*big.Int, len(calls))
	for i := range calls {
		targets[i], values[i] = at.Rules, new(big.Int)
	}
	var none [32]byte
	salt, id, due, err := openOperation(ctx, r, at, targets, values, calls)
	if err != nil {
		return err
	}
	if due.Sign() == 0 {
		schedule := lock.PackScheduleBatch(targets, values, calls, none, salt, delay)
		if err := send(ctx, s, "announce the change", at.Timelock, schedule); err != nil {
			return err
		}
	}
	if due, err = view(ctx, r, at.Timelock, lock.PackGetTimestamp(id), lock.UnpackGetTimestamp); err != nil {
		return fmt.Errorf("look for the change: %w", err)
	}
	ready, err := view(ctx, r, at.Timelock, lock.PackIsOperationReady(id), lock.UnpackIsOperationReady)
	if err != nil {
		return fmt.Errorf("look for the change: %w", err)
	}
	// The newest block may be old; the one that carries it out is not.
	if when := time.Unix(due.Int64(), 0); !ready && time.Now().Before(when) {
		return &NotDueError{when}
	}
	return send(ctx, s, "carry out the change", at.Timelock, lock.PackExecuteBatch(targets, values, calls, none, salt))
}

// openOperation finds the operation of these calls that was not carried out yet.
// The calls themselves and a count name it, so that trying again finds it.
func openOperation(ctx context.Context, r Reader, at Deployment, targets []common.Address, values []*big.Int, calls [][]byte) (
	salt common.Hash, id [32]byte, due *big.Int, err error,
) {
	lock := NewTimelock()
	var none [32]byte
	const done = 1 // OpenZeppelin's mark of an operation that was carried out
	for n := int64(0); ; n++ {
		salt = crypto.Keccak256Hash(crypto.Keccak256(calls...), common.BigToHash(big.NewInt(n)).Bytes())
		id, err = view(ctx, r, at.Timelock, lock.PackHashOperationBatch(targets, values, calls, none, salt), lock.UnpackHashOperationBatch)
		if err != nil {
			return salt, id, nil, fmt.Errorf("name the change: %w", err)
		}
		due, err = view(ctx, r, at.Timelock, lock.PackGetTimestamp(id), lock.UnpackGetTimestamp)
		if err != nil {
			return salt, id, nil, fmt.Errorf("look for the change: %w", err)
		}
		if due.Cmp(big.NewInt(done)) != 0 {
			return salt, id, due, nil
		}
	}
}
