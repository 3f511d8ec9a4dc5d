package creator

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/inference/imagehash"
	"helium/inference/task"
)

// Finding is one thing about a receipt that the chain confirms.
type Finding struct {
	What string `json:"what"`
	// Detail is what was seen.
	Detail string `json:"detail"`
}

// ErrWrong is what VerifyReceipt's errors wrap when the receipt and the chain
// contradict each other; other errors mean that the chain could not be read.
var ErrWrong = errors.New("the receipt is wrong")

// VerifyReceipt checks every claim of a receipt against the chain alone, with
// the contracts of a profile that the caller trusts. It returns what it found
// right, in the order in which it looked, and the first thing that is wrong.
func VerifyReceipt(ctx context.Context, c Chain, p protocol.Profile, r protocol.Receipt) ([]Finding, error) {
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, err
	}
	ch := &checker{ctx: ctx, chain: c, profile: p, r: r, events: events, network: newNetwork(c, p.Contracts)}
	for _, step := range ch.steps() {
		if err := step(); err != nil {
			return ch.found, err
		}
	}
	return ch.found, nil
}

type checker struct {
	ctx     context.Context
	chain   Chain
	profile protocol.Profile
	r       protocol.Receipt
	events  *contracts.Events
	network *network
	v       view
	found   []Finding
}

func (c *checker) steps() []func() error {
	return []func() error{
		c.checkNetwork, c.readTask, c.checkCreated, c.checkDrawn, c.checkSeats,
		c.checkAgreement, c.checkEnd, c.checkMoney, c.checkResponse,
	}
}

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrWrong}, args...)...)
}

func (c *checker) right(what, format string, args ...any) {
	c.found = append(c.found, Finding{what, fmt.Sprintf(format, args...)})
}

// same compares one claim with what the chain says.
func same[T comparable](name string, claimed, seen T) error {
	if claimed != seen {
		return wrong("%s is %v, the chain says %v", name, claimed, seen)
	}
	return nil
}

func (c *checker) checkNetwork() error {
	if c.r.Version != protocol.ReceiptVersion {
		return wrong("version %d is not %d, which this program reads", c.r.Version, protocol.ReceiptVersion)
	}
	err := cmp.Or(
		same("chain_id", c.r.ChainID, c.profile.ChainID),
		same("task_contract", c.r.Contract, c.profile.Contracts.Task),
	)
	if err != nil {
		return err
	}
	c.right("network", "%s, chain %d", c.profile.Name, c.profile.ChainID)
	return nil
}

// readTask reads the task's logs from the block of its creation to the last
// one the receipt speaks of.
func (c *checker) readTask() error {
	created, err := c.receiptOf("create_tx", c.r.CreateTx)
	if err != nil {
		return err
	}
	settled, err := c.receiptOf("settle_tx", c.r.SettleTx)
	if err != nil {
		return err
	}
	if settled.BlockNumber.Cmp(created.BlockNumber) < 0 {
		return wrong("settle_tx is older than create_tx")
	}
	id := common.BigToHash(c.r.TaskID.Big())
	var logs []types.Log
	last := settled.BlockNumber.Uint64()
	for start := created.BlockNumber.Uint64(); start <= last; start += pageBlocks {
		page, err := c.chain.FilterLogs(c.ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(start), ToBlock: new(big.Int).SetUint64(min(start+pageBlocks-1, last)),
			Addresses: []common.Address{c.profile.Contracts.Task}, Topics: [][]common.Hash{nil, {id}},
		})
		if err != nil {
			return fmt.Errorf("read logs of task %s: %w", c.r.TaskID, err)
		}
		for _, l := range page {
			if event, err := c.events.Parse(&l); err == nil {
				if of, ok := taskOf(event); ok && of == c.r.TaskID {
					logs = append(logs, l)
				}
			}
		}
	}
	if c.v, err = fold(c.events, logs); err != nil {
		return err
	}
	if c.v.like, err = c.likeness(created.BlockNumber); err != nil {
		return err
	}
	if c.v.created == nil {
		return wrong("task %s was not created by create_tx or after it", c.r.TaskID)
	}
	if c.v.ended == nil {
		return wrong("task %s has not ended by settle_tx", c.r.TaskID)
	}
	return nil
}

// likeness is how results are compared by the rules of the task's first block.
func (c *checker) likeness(block *big.Int) (likeness, error) {
	if c.r.Type != protocol.StableDiffusion {
		return likeness{}, nil
	}
	params, err := c.network.paramsAt(c.ctx, c.chain, block)
	return likeness{images: true, below: int(params.MatchDistance)}, err
}

func (c *checker) receiptOf(name string, tx common.Hash) (*types.Receipt, error) {
	receipt, err := c.chain.TransactionReceipt(c.ctx, tx)
	if errors.Is(err, ethereum.NotFound) {
		return nil, wrong("%s %s is not on chain", name, tx)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return receipt, nil
}

func (c *checker) checkCreated() error {
	e := c.v.created
	fee, err := protocol.WeiOf(e.Fee)
	if err != nil {
		return err
	}
	at, err := blockTime(c.ctx, c.chain, e.Raw)
	if err != nil {
		return err
	}
	err = cmp.Or(
		same("create_tx", c.r.CreateTx, e.Raw.TxHash),
		same("creator", c.r.Creator, e.Creator),
		same("type", c.r.Type, protocol.TaskType(e.TaskType)),
		same("args_hash", c.r.ArgsHash, common.Hash(e.ArgsHash)),
		same("model", protocol.ModelKey(c.r.Model), common.Hash(e.ModelKey)),
		same("fee", c.r.Fee.Decimal(), fee.Decimal()),
		same("created_at", c.r.CreatedAt, at),
	)
	if err != nil {
		return err
	}
	c.right("created", "task %s by %s for %s", c.r.TaskID, c.r.Creator, fee)
	return nil
}

func (c *checker) checkDrawn() error {
	e := c.v.drawn
	if e == nil {
		err := cmp.Or(same("draw_tx", c.r.DrawTx, common.Hash{}), same("task_key", c.r.TaskKey, common.Hash{}),
			same("class_id", c.r.ClassID, common.Hash{}), same("class", c.r.Class, protocol.GPUClass{}))
		for i, n := range c.r.Nodes {
			err = cmp.Or(err, same(fmt.Sprintf("nodes[%d].address", i), n.Address, common.Address{}))
		}
		return err
	}
	class, err := c.network.class(c.ctx, e.ClassId)
	if err != nil {
		return err
	}
	err = cmp.Or(
		same("draw_tx", c.r.DrawTx, e.Raw.TxHash),
		same("task_key", c.r.TaskKey, common.Hash(e.TaskKey)),
		same("class_id", c.r.ClassID, common.Hash(e.ClassId)),
		same("class", c.r.Class, class),
	)
	if e.ClassId != (common.Hash{}) {
		err = cmp.Or(err, same("class id of the class", class.ID(), common.Hash(e.ClassId)))
	}
	for i, n := range e.Nodes {
		err = cmp.Or(err, same(fmt.Sprintf("nodes[%d].address", i), c.r.Nodes[i].Address, n))
	}
	if err != nil {
		return err
	}
	h, err := c.chain.HeaderByHash(c.ctx, e.Raw.BlockHash)
	if err != nil {
		return fmt.Errorf("read block of the draw: %w", err)
	}
	key := protocol.TaskKeyOf(c.profile.Domain(), c.r.TaskID, c.r.Creator, c.r.ArgsHash, e.Nodes, h.MixDigest)
	if err := same("task_key", c.r.TaskKey, key); err != nil {
		return err
	}
	if e.ClassId == (common.Hash{}) {
		c.right("drawn", "three nodes, whatever their cards")
		return nil
	}
	c.right("drawn", "three nodes of %s", class)
	return nil
}

// checkSeats checks each commitment, and that what was revealed opens it.
func (c *checker) checkSeats() error {
	for i, n := range c.r.Nodes {
		if err := c.checkSeat(i, n); err != nil {
			return err
		}
	}
	if c.v.drawn != nil {
		if err := same("fast", c.r.Fast, c.v.fast()); err != nil {
			return err
		}
		if c.r.Fast {
			c.right("commitments", "three signed openings in one transaction, each bound to all three commitments")
		} else {
			c.right("commitments", "%d committed in court, %d opened, each to what it had committed", count(c.v.commits), count(c.v.reveals))
		}
	}
	return nil
}

func (c *checker) checkSeat(i int, n protocol.ReceiptNode) error {
	seen, err := c.v.node(i, n.Address)
	if err != nil {
		return err
	}
	at := func(field string) string { return fmt.Sprintf("nodes[%d].%s", i, field) }
	err = cmp.Or(
		same(at("commitment"), n.Commitment, seen.Commitment),
		same(at("commit_tx"), n.CommitTx, seen.CommitTx),
		same(at("kind"), n.Kind, seen.Kind),
		same(at("result"), n.Result.String(), seen.Result.String()),
		same(at("nonce"), n.Nonce, seen.Nonce),
		same(at("ciphertext_hash"), n.CiphertextHash, seen.CiphertextHash),
		same(at("reveal_tx"), n.RevealTx, seen.RevealTx),
		same(at("agrees"), n.Agrees, seen.Agrees),
	)
	if err != nil || c.v.reveals[i] == nil {
		return err
	}
	opened := protocol.CommitmentHash(c.r.TaskKey, n.Address, n.Kind, n.Result, n.Nonce)
	return same(at("commitment"), n.Commitment, opened)
}

// checkAgreement does not take the contract's word for who agreed.
func (c *checker) checkAgreement() error {
	matching, err := matchingNodes(c.r, c.v.like)
	if err == nil && c.r.Outcome == protocol.OutcomeAgreed {
		c.found = append(c.found, agreement(c.r, c.v.like, matching))
	}
	return err
}

// matchingNodes counts the nodes that opened the result; too few of them contradict an
// agreement.
func matchingNodes(r protocol.Receipt, like likeness) (matching int, err error) {
	for _, n := range r.Nodes {
		if n.Kind == r.Kind && like.same(n.Result, r.Result) {
			matching++
		}
	}
	if r.Outcome == protocol.OutcomeAgreed && matching < 2 {
		return matching, wrong("outcome is agreed, but only %d of the nodes revealed the result", matching)
	}
	return matching, nil
}

func agreement(r protocol.Receipt, like likeness, matching int) Finding {
	detail := fmt.Sprintf("%d of 3 nodes revealed %s", matching, r.Result)
	if like.images {
		detail = fmt.Sprintf("%d of 3 nodes revealed images that differ in less than %d bits of their hashes from %s", matching, like.below, r.Result)
	}
	return Finding{"agreement", detail}
}

func (c *checker) checkEnd() error {
	e := c.v.ended
	at, err := blockTime(c.ctx, c.chain, e.Raw)
	if err != nil {
		return err
	}
	by, err := senderOf(c.ctx, c.chain, c.profile.ChainID, e.Raw.TxHash)
	if err != nil {
		return err
	}
	err = cmp.Or(
		same("settle_tx", c.r.SettleTx, e.Raw.TxHash),
		same("settled_by", c.r.SettledBy, by),
		same("settle_block", c.r.SettleBlock, e.Raw.BlockNumber),
		same("settled_at", c.r.SettledAt, at),
		same("outcome", c.r.Outcome, protocol.Outcome(e.Outcome)),
		same("kind", c.r.Kind, protocol.ResultKind(e.Kind)),
		same("result", common.Bytes2Hex(c.r.Result), common.Bytes2Hex(e.Result)),
	)
	if err != nil {
		return err
	}
	c.right("ended", "%s in block %d, by %s", c.r.Outcome, c.r.SettleBlock, by)
	return nil
}

func (c *checker) checkMoney() error {
	refunded, err := c.v.refunded()
	if err != nil {
		return err
	}
	if err := same("refunded", c.r.Refunded.Decimal(), refunded.Decimal()); err != nil {
		return err
	}
	rewards, err := c.v.rewarded()
	if err != nil {
		return err
	}
	if err := same("rewards", c.r.Rewards.Decimal(), rewards.Decimal()); err != nil {
		return err
	}
	sum := refunded.Add(rewards)
	for i, n := range c.r.Nodes {
		seen, err := c.v.node(i, n.Address)
		if err != nil {
			return err
		}
		err = cmp.Or(
			same(fmt.Sprintf("nodes[%d].paid", i), n.Paid.Decimal(), seen.Paid.Decimal()),
			same(fmt.Sprintf("nodes[%d].slashed", i), n.Slashed, seen.Slashed),
		)
		if err != nil {
			return err
		}
		sum = sum.Add(seen.Paid)
	}
	return c.note(payments(c.r, sum))
}

// payments compares what a fee became with the fee.
func payments(r protocol.Receipt, sum protocol.Wei) (*Finding, error) {
	if sum.Cmp(r.Fee) > 0 {
		return nil, wrong("%s was paid out of a fee of %s", sum, r.Fee)
	}
	return &Finding{"payments", fmt.Sprintf("%s of %s to the nodes, to who settled, and back", sum, r.Fee)}, nil
}

// note keeps what was found right, if anything was.
func (c *checker) note(f *Finding, err error) error {
	if f != nil {
		c.found = append(c.found, *f)
	}
	return err
}

// checkResponse shows that the text or the images are those that a node which
// agrees has opened, where the holder has them.
func (c *checker) checkResponse() error { return c.note(provenAnswer(c.r, c.v.opened)) }

// provenAnswer checks what the holder of a receipt has of the answer; opened says whether
// a node that agrees has opened a digest.
func provenAnswer(r protocol.Receipt, opened func(digest []byte) bool) (*Finding, error) {
	if r.Response == "" && r.Images == nil {
		return nil, nil
	}
	if r.Kind != protocol.KindResult || (r.Type == protocol.GPT) != (r.Images == nil) || (r.Type == protocol.GPT) != (r.Response != "") {
		return nil, wrong("it shows an answer that is not of its type, or that the task did not end with")
	}
	if r.Type == protocol.GPT {
		if digest := task.GPTDigest(r.Salt, []byte(r.Response)); !opened(digest[:]) {
			return nil, wrong("response does not hash to the result with this salt")
		}
		return &Finding{"response", fmt.Sprintf("%d bytes that hash to the result", len(r.Response))}, nil
	}

	var hashes []imagehash.Hash
	for i, b := range r.Images {
		if len(b) != 8 {
			return nil, wrong("images[%d] has %d bytes, and the hash of an image has 8", i, len(b))
		}
		hashes = append(hashes, imagehash.Hash(binary.BigEndian.Uint64(b)))
	}
	if !opened(task.SDDigest(r.Salt, hashes)) {
		return nil, wrong("images are not those that a node of the result has opened with this salt")
	}
	return &Finding{"images", fmt.Sprintf("the hashes of %d images that a node of the result has opened", len(hashes))}, nil
}
