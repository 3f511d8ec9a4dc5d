package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// TaskRef names a task and says how often something was tried for it.
type TaskRef struct {
	ID  protocol.TaskID
	Key protocol.TaskKey
	// Attempts that failed for good, by what was attempted.
	Attempts map[string]int
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

// proofByteGas is for each byte of a proof: what calldata costs at most.
const proofByteGas = 50

// court brings what was signed to the Task contract, with a fixed gas limit, so that
// nothing has to be asked before. An estimate would be wrong besides: it takes the
// time of the newest block, which on an idle chain is long past.
// That it stands comes back
// as a fact, which is the only thing a job believes. A method returns when there
// is nothing more to do; calling it again is harmless.
type court struct {
	sender Sender
	at     common.Address
	task   *contracts.Task
}

func (c *court) commit(ctx context.Context, t TaskRef, seat int, s Signed) error {
	return c.send(ctx, t, step{dutyCommit, seat}.String(), c.task.PackCommit(t.ID.Big(), uint8(seat), s.Commitment, s.Signature), 0)
}

func (c *court) reveal(ctx context.Context, t TaskRef, seat int, o Opening) error {
	statement := contracts.StatementOf(o.Reveal, o.Signature, o.Proof)
	return c.send(ctx, t, "reveal", c.task.PackReveal(t.ID.Big(), uint8(seat), statement), proofByteGas*uint64(len(o.Proof)))
}

func (c *court) settle(ctx context.Context, t TaskRef, openings [protocol.Seats]*Opening) error {
	var statements [protocol.Seats]contracts.Statement
	for i, o := range openings {
		statements[i] = contracts.StatementOf(o.Reveal, o.Signature, o.Proof)
	}
	return c.send(ctx, t, "settle", c.task.PackSettle(t.ID.Big(), statements), 0)
}

func (c *court) close(ctx context.Context, t TaskRef) error {
	return c.send(ctx, t, "close", c.task.PackClose(t.ID.Big()), 0)
}

func (c *court) closeWithoutArguments(ctx context.Context, t TaskRef, signatures [protocol.Seats]hexutil.Bytes) error {
	var all [protocol.Seats][]byte
	for i, s := range signatures {
		all[i] = s
	}
	return c.send(ctx, t, "close unread", c.task.PackCloseWithoutArguments(t.ID.Big(), all), 0)
}

func (c *court) decline(ctx context.Context, t TaskRef, seat int, signature []byte, argsHash, prevRandao common.Hash) error {
	data := c.task.PackDecline(t.ID.Big(), uint8(seat), signature, argsHash, prevRandao.Big())
	return c.send(ctx, t, "decline", data, 0)
}

// slash brings a node's contradiction.
func (c *court) slash(ctx context.Context, g Charge) error {
	first, second := g.Said[0], g.Said[1]
	signatures := [2][]byte{first.Signature, second.Signature}
	data := c.task.PackSlashRefusal(g.Node, g.Key, first.Commitment, second.Type == client.MessageDecline, signatures)
	if second.Type == client.MessageCommitment {
		data = c.task.PackSlashDoubleCommitment(g.Node, g.Key, [2][32]byte{first.Commitment, second.Commitment}, signatures)
	}
	return c.send(ctx, TaskRef{ID: g.ID, Key: g.Key, Attempts: g.Attempts}, "charge "+g.Node.Hex(), data, 0)
}

// send makes one attempt. The key carries the task key, so that a task drawn
// anew is another intent. more is the gas of calldata that is long.
func (c *court) send(ctx context.Context, t TaskRef, what string, data []byte, more uint64) error {
	key := fmt.Sprintf("task/%s/%x/%s/%d", t.ID, t.Key[:6], what, t.Attempts[what])
	err := submit(ctx, c.sender, chain.Intent{Key: key, To: c.at, Data: data, GasLimit: contracts.TaskGas + more})
	var refusal *contracts.Refusal
	if errors.As(err, &refusal) {
		switch refusal.Name {
		case "AlreadyCommitted", "AlreadyRevealed", "NothingStaked":
			return nil
		case "CommitTooLate", "WrongStatus", "DeclineTooLate", "WrongDraw":
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
