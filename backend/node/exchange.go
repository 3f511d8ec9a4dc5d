package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// TaskRef names a task and this node's seat in it.
type TaskRef struct {
	ID    protocol.TaskID
	Key   protocol.TaskKey
	Seat  uint8
	Nodes [protocol.Seats]common.Address
	// Attempts that failed for good, by what was attempted.
	Attempts map[string]int
}

// Exchange carries what this node signed to where it counts. That it stands
// comes back as a fact, which is the only thing a job believes. A method
// returns when there is nothing more to do; calling it again is harmless.
// The court, which is the contract itself, is one way; signed messages through
// the relay and one settlement are another.
type Exchange interface {
	Commit(ctx context.Context, t TaskRef, c protocol.Commitment, signature []byte) error
	// Reveal's storage signature is empty for a kind without a response.
	Reveal(ctx context.Context, t TaskRef, r protocol.Reveal, signature, storageSignature []byte) error
	// Close ends a task whose deadline has passed.
	Close(ctx context.Context, t TaskRef) error
}

var (
	// errOver: the task does not take this any more; facts will say why.
	errOver = errors.New("the task does not take this any more")
	// errEarly: the contract's clock has not come to it yet.
	errEarly = errors.New("the contract says it is too early")
)

// attemptError says that a transaction failed for good. Another attempt is
// another intent.
type attemptError struct {
	what string
	err  error
}

func (e *attemptError) Error() string { return e.what + ": " + e.err.Error() }
func (e *attemptError) Unwrap() error { return e.err }

// Gas limits, so that nothing has to be asked before a transaction is sent. An
// estimate would be wrong besides: it takes the time of the newest block, which
// on an idle chain is long past.
const (
	commitGas = 250_000
	revealGas = 900_000
	closeGas  = 900_000
)

// court is the exchange on chain.
type court struct {
	sender Sender
	at     common.Address
	task   *contracts.Task
}

func (c *court) Commit(ctx context.Context, t TaskRef, m protocol.Commitment, signature []byte) error {
	return c.send(ctx, t, "commit", c.task.PackCommit(t.ID.Big(), t.Seat, m.Commitment, signature), commitGas)
}

func (c *court) Reveal(ctx context.Context, t TaskRef, m protocol.Reveal, signature, storageSignature []byte) error {
	opening := contracts.Reveal{
		CommitmentsHash: m.CommitmentsHash, Order: m.Order, Kind: uint8(m.Kind), Result: m.Result,
		Nonce: m.Nonce, CiphertextHash: m.CiphertextHash,
	}
	return c.send(ctx, t, "reveal", c.task.PackReveal(t.ID.Big(), t.Seat, opening, signature, storageSignature), revealGas)
}

func (c *court) Close(ctx context.Context, t TaskRef) error {
	return c.send(ctx, t, "close", c.task.PackClose(t.ID.Big()), closeGas)
}

// send makes one attempt. The key carries the task key, so that a task drawn
// anew after a reorganisation is another intent.
func (c *court) send(ctx context.Context, t TaskRef, what string, data []byte, gas uint64) error {
	key := fmt.Sprintf("task/%s/%x/%s/%d", t.ID, t.Key[:6], what, t.Attempts[what])
	err := submit(ctx, c.sender, chain.Intent{Key: key, To: c.at, Data: data, GasLimit: gas})
	var refusal *contracts.Refusal
	if errors.As(err, &refusal) {
		switch refusal.Name {
		case "AlreadyCommitted", "AlreadyRevealed":
			return nil
		case "CommitTooLate", "WrongStatus":
			return fmt.Errorf("%s task %s: %w: %w", what, t.ID, errOver, err)
		case "RevealTooEarly", "CloseTooEarly":
			return &attemptError{what, fmt.Errorf("%w: %w", errEarly, err)}
		}
	}
	var revert *chain.RevertError
	if errors.As(err, &revert) || errors.Is(err, chain.ErrFunds) {
		return &attemptError{what, err}
	}
	if err != nil {
		return fmt.Errorf("%s task %s: %w", what, t.ID, err)
	}
	return nil
}

// submit waits for the outcome of an intent, also of one that was submitted
// before with other words: what is on disk is what was sent.
func submit(ctx context.Context, s Sender, i chain.Intent) error {
	_, err := s.Submit(ctx, i)
	if errors.Is(err, chain.ErrKeyReused) {
		_, err = s.Wait(ctx, i.Key)
	}
	return err
}

// taskInfo is the contract's view of a task as of the newest block.
func taskInfo(ctx context.Context, r reader, at common.Address, id protocol.TaskID) (contracts.TaskInfo, error) {
	task := contracts.NewTask()
	info, err := ask(ctx, r, at, task.PackTask(id.Big()), task.UnpackTask)
	if err != nil {
		return info, fmt.Errorf("read task %s: %w", id, err)
	}
	return info, nil
}

// taskInfoNow is taskInfo as of a block made now: the newest block's time, by
// which the contract judges deadlines, is long past on an idle chain.
func taskInfoNow(ctx context.Context, r reader, at common.Address, id protocol.TaskID) (contracts.TaskInfo, error) {
	task := contracts.NewTask()
	out, err := r.PendingCallContract(ctx, ethereum.CallMsg{To: &at, Data: task.PackTask(id.Big())})
	if err != nil {
		return taskInfo(ctx, r, at, id)
	}
	return task.UnpackTask(out)
}

// ask calls a view and unpacks its answer.
func ask[T any](ctx context.Context, r reader, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	out, err := r.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		var zero T
		return zero, err
	}
	return unpack(out)
}

// askWei is ask for an amount.
func askWei(ctx context.Context, r reader, to common.Address, data []byte, unpack func([]byte) (*big.Int, error)) (protocol.Wei, error) {
	n, err := ask(ctx, r, to, data, unpack)
	if err != nil {
		return protocol.Wei{}, err
	}
	return protocol.WeiOf(n)
}
