package creator

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// taskIDArg reads an argument of a contract's error.
func taskIDArg(v any) (protocol.TaskID, error) {
	n, ok := v.(*big.Int)
	if !ok {
		return 0, fmt.Errorf("task id is a %T", v)
	}
	return protocol.TaskIDFromBig(n)
}

// receipt puts together what the chain says of an ended task.
func (c *Creator) receipt(ctx context.Context, r Record, v view) (*protocol.Receipt, error) {
	v, err := c.wholeEnd(ctx, v)
	if err != nil {
		return nil, err
	}
	out := &protocol.Receipt{
		Version: protocol.ReceiptVersion, ChainID: c.profile.ChainID, Contract: c.profile.Contracts.Task,
		TaskID: r.TaskID, Type: r.Type, Model: r.Model, Creator: v.created.Creator, ArgsHash: r.ArgsHash,
		Fee: r.Fee, CreateTx: v.created.Raw.TxHash, SettleTx: v.ended.Raw.TxHash, SettleBlock: v.ended.Raw.BlockNumber,
		Outcome: protocol.Outcome(v.ended.Outcome), Kind: protocol.ResultKind(v.ended.Kind), Result: v.ended.Result,
		Salt: r.Salt,
	}
	if err := show(out, r); err != nil {
		return nil, err
	}
	if out.CreatedAt, err = blockTime(ctx, c.chain, v.created.Raw); err != nil {
		return nil, err
	}
	if out.SettledAt, err = blockTime(ctx, c.chain, v.ended.Raw); err != nil {
		return nil, err
	}
	if out.SettledBy, err = senderOf(ctx, c.chain, c.profile.ChainID, out.SettleTx); err != nil {
		return nil, err
	}
	if out.Refunded, err = v.refunded(); err != nil {
		return nil, err
	}
	if out.Rewards, err = v.rewarded(); err != nil {
		return nil, err
	}
	if v.drawn == nil {
		return out, nil
	}
	out.TaskKey, out.ClassID, out.DrawTx = v.drawn.TaskKey, v.drawn.ClassId, v.drawn.Raw.TxHash
	out.Fast = v.fast()
	if out.Class, err = c.network.class(ctx, out.ClassID); err != nil {
		return nil, err
	}
	for i, node := range v.drawn.Nodes {
		if out.Nodes[i], err = v.node(i, node); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// show adds to a receipt what its result was made of.
func show(out *protocol.Receipt, r Record) error {
	if r.Type == protocol.GPT {
		out.Response = string(r.Response)
		return nil
	}
	if r.Response == nil {
		return nil
	}
	hashes, err := imageHashes(r)
	for _, h := range hashes {
		out.Images = append(out.Images, binary.BigEndian.AppendUint64(nil, uint64(h)))
	}
	return err
}

// wholeEnd adds the logs of the transaction that ended the task, which may not
// have been pushed yet.
func (c *Creator) wholeEnd(ctx context.Context, v view) (view, error) {
	receipt, err := c.chain.TransactionReceipt(ctx, v.ended.Raw.TxHash)
	if err != nil {
		return v, fmt.Errorf("read settlement %s: %w", v.ended.Raw.TxHash, err)
	}
	v.paid, v.deviated, v.refunds = nil, nil, nil
	v.rewards = slices.DeleteFunc(slices.Clone(v.rewards), func(e *contracts.TaskRewarded) bool {
		return e.Raw.TxHash == v.ended.Raw.TxHash
	})
	for _, l := range receipt.Logs {
		if l.Address != c.profile.Contracts.Task {
			continue
		}
		event, err := c.events.Parse(l)
		if err != nil {
			continue
		}
		if id, ok := taskOf(event); !ok || id.Big().Cmp(v.ended.TaskId) != 0 {
			continue
		}
		if err := v.apply(event); err != nil {
			return v, err
		}
	}
	return v, nil
}

// blockTime is the chain time of a log.
func blockTime(ctx context.Context, c ethereum.ChainReader, l *types.Log) (uint64, error) {
	if l.BlockTimestamp != 0 {
		return l.BlockTimestamp, nil
	}
	h, err := c.HeaderByHash(ctx, l.BlockHash)
	if err != nil {
		return 0, fmt.Errorf("read block %s: %w", l.BlockHash, err)
	}
	return h.Time, nil
}

// senderOf is the account that signed a transaction.
func senderOf(ctx context.Context, c ethereum.TransactionReader, chainID uint64, hash common.Hash) (common.Address, error) {
	tx, _, err := c.TransactionByHash(ctx, hash)
	if err != nil {
		return common.Address{}, fmt.Errorf("read transaction %s: %w", hash, err)
	}
	from, err := types.Sender(types.LatestSignerForChainID(new(big.Int).SetUint64(chainID)), tx)
	if err != nil {
		return common.Address{}, fmt.Errorf("read sender of transaction %s: %w", hash, err)
	}
	return from, nil
}

// refunded is what came back to the creator in all.
func (v view) refunded() (protocol.Wei, error) {
	sum := new(big.Int)
	for _, e := range v.refunds {
		sum.Add(sum, e.Amount)
	}
	return protocol.WeiOf(sum)
}

// rewarded is what went to who dispatched and settled.
func (v view) rewarded() (protocol.Wei, error) {
	sum := new(big.Int)
	for _, e := range v.rewards {
		sum.Add(sum, e.Amount)
	}
	return protocol.WeiOf(sum)
}

// fast reports whether all three openings came in the transaction that ended
// the task, and nothing had to be committed on chain before.
func (v view) fast() bool {
	for seat := range protocol.Seats {
		if v.commits[seat] != nil || v.reveals[seat] == nil || v.reveals[seat].Raw.TxHash != v.ended.Raw.TxHash {
			return false
		}
	}
	return true
}

// node is a seat's part of the receipt.
func (v view) node(i int, address common.Address) (n protocol.ReceiptNode, err error) {
	n = protocol.ReceiptNode{Address: address, Agrees: v.agrees(i)}
	if e := v.commits[i]; e != nil {
		n.Commitment, n.CommitTx = e.Commitment, e.Raw.TxHash
	}
	if e := v.reveals[i]; e != nil {
		n.Kind, n.Result, n.Nonce = protocol.ResultKind(e.Kind), e.Result, e.Nonce
		n.CiphertextHash, n.RevealTx = e.CiphertextHash, e.Raw.TxHash
		if v.commits[i] == nil {
			n.Commitment = protocol.CommitmentHash(v.drawn.TaskKey, address, n.Kind, n.Result, n.Nonce)
		}
	}
	sum := new(big.Int)
	for _, e := range v.paid {
		if e.Node == address {
			sum.Add(sum, e.Amount)
		}
	}
	if n.Paid, err = protocol.WeiOf(sum); err != nil {
		return n, err
	}
	for _, e := range v.deviated {
		n.Slashed = n.Slashed || e.Node == address
	}
	return n, nil
}
