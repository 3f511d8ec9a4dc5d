package validator

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// appHash never changes: while it did, CometBFT would make a block to sign it
// after each one, and never rest. What is agreed on is the EVM block itself,
// whose header holds the state's root.
var appHash = []byte("helium")

// application is what CometBFT agrees about. CometBFT calls it one call at a
// time for consensus, and CheckTx beside them.
type application struct {
	abci.BaseApplication
	exec    *execution
	chainID uint64
	// agreementID names the chain in what validators sign.
	agreementID string
	key         crypto.PrivKey
	signer      *signer
	roster      atomic.Pointer[roster]
	log         *slog.Logger
	// height of the last agreement.
	height atomic.Int64
	// news is told of every agreement.
	news chan<- struct{}
	// decided waits between FinalizeBlock and Commit.
	decided *types.Block
	// fruitless is when validators last agreed about nothing.
	fruitless time.Time
	// latest is the block that was made or read last.
	latest readBlock
}

// readBlock is a block and its bytes. Of a block that is decoded anew every
// sender is recovered anew, and CometBFT hands the same bytes over for each step.
type readBlock struct {
	raw   []byte
	block *types.Block
}

// own is the address that our key has among the validators.
func (a *application) own() []byte { return a.key.PubKey().Address() }

// validates says that our key is a validator's. Other machines of a chain follow
// it and pass transactions on.
func (a *application) validates() bool { return a.roster.Load().members[string(a.own())] }

// Info says how far geth has come. Heights after it are replayed; those that
// brought no block pass without effect.
func (a *application) Info(context.Context, *abci.RequestInfo) (*abci.ResponseInfo, error) {
	height := heightOf(a.exec.head())
	r := &abci.ResponseInfo{Data: "helium", LastBlockHeight: height}
	if height > 0 {
		r.LastBlockAppHash = appHash
	}
	return r, nil
}

func (a *application) InitChain(context.Context, *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	return &abci.ResponseInitChain{AppHash: appHash}, nil
}

// CheckTx lets wakes in. A wake ends with its height: whoever has work left then
// wakes the others anew.
func (a *application) CheckTx(_ context.Context, r *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	refuse := func(why string) (*abci.ResponseCheckTx, error) { return &abci.ResponseCheckTx{Code: 1, Log: why}, nil }
	w, ok := parseWake(r.Tx)
	if !ok {
		return refuse("not a wake")
	}
	if last := a.height.Load(); w.height <= last || w.height > last+wakesAhead {
		return refuse("not of this height")
	}
	if r.Type == abci.CheckTxType_Recheck {
		return &abci.ResponseCheckTx{}, nil
	}
	key := a.roster.Load().keys[string(w.validator[:])]
	if key == nil || !key.VerifySignature(wakeMessage(a.agreementID, w.height), w.signature[:]) {
		return refuse("not a validator's")
	}
	return &abci.ResponseCheckTx{}, nil
}

func (a *application) PrepareProposal(ctx context.Context, r *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	block, proof, err := a.propose(ctx, r.Height)
	if err != nil {
		// An empty proposal costs nothing; the next height tries again.
		a.log.Error("propose block", "height", r.Height, "err", err)
		return &abci.ResponsePrepareProposal{}, nil
	}
	if block == nil {
		return &abci.ResponsePrepareProposal{}, nil
	}
	raw, err := rlp.EncodeToBytes(block)
	if err != nil {
		return nil, fmt.Errorf("encode block %d: %w", block.NumberU64(), err)
	}
	if int64(len(raw)+len(proof)+64) > r.MaxTxBytes {
		return nil, fmt.Errorf("block %d has %d bytes, more than the %d that validators exchange", block.NumberU64(), len(raw), r.MaxTxBytes)
	}
	a.latest = readBlock{raw, block}
	return &abci.ResponsePrepareProposal{Txs: [][]byte{raw, proof}}, nil
}

func (a *application) propose(ctx context.Context, height int64) (*types.Block, []byte, error) {
	if !a.awaitWork(ctx) {
		return nil, nil, nil
	}
	parent := a.exec.head()
	at, err := a.turn(ctx, parent)
	if err != nil {
		return nil, nil, err
	}
	proof, err := a.key.Sign(randaoMessage(a.chainID, parent.Hash()))
	if err != nil {
		return nil, nil, fmt.Errorf("sign randomness: %w", err)
	}
	block, err := a.exec.build(at, randaoOf(proof), height)
	return block, proof, err
}

// workDelay is how much later than a wake the transactions behind it may arrive.
const workDelay = 100 * time.Millisecond

// awaitWork says that there is work. One that is woken without any, because its
// pool took longer than the wake or will not have what the waker's has, does not
// have the validators agree about nothing at once.
func (a *application) awaitWork(ctx context.Context) bool {
	latest := time.Now().Add(workDelay)
	if quiet := time.Unix(a.fruitless.Unix()+1, 0); quiet.After(latest) {
		latest = quiet
	}
	for !a.exec.hasWork() {
		if ctx.Err() != nil || !time.Now().Before(latest) {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}

// turn waits until a block may follow its parent, and says of when it is. What
// comes meanwhile is in the block too.
func (a *application) turn(ctx context.Context, parent *types.Header) (time.Time, error) {
	earliest := a.earliest(parent)
	if wait := time.Until(earliest); wait > 0 {
		select {
		case <-time.After(min(wait, time.Second)):
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
	now := time.Now()
	if now.Before(earliest) {
		return time.Time{}, fmt.Errorf("the clock says %s and the last block %s: is the clock right?", now.UTC(), time.Unix(int64(parent.Time), 0).UTC())
	}
	return timeOf(parent, now), nil
}

// earliest is when the next block may be made. Chain time is whole seconds, must
// rise and must not run ahead: it is the second after that of the last block, so
// that a block after a quiet second is made at once. Nor do the validators agree
// about nothing more than once a second.
func (a *application) earliest(parent *types.Header) time.Time {
	return time.Unix(max(int64(parent.Time), a.fruitless.Unix())+1, 0)
}

// timeOf is the time of a block that is made now. After a quiet second it is of
// the second before: chain time keeps that one in reserve, so that of two blocks
// the second need not wait for the first. A task is settled moments after it was
// created, and were that block of the next second, it would keep the next task
// waiting, which then is settled in a second that the task after it needs.
func timeOf(parent *types.Header, now time.Time) time.Time {
	return time.Unix(max(int64(parent.Time)+1, now.Unix()-1), 0)
}

// ProcessProposal checks another's proposal, or one's own, by executing it.
func (a *application) ProcessProposal(ctx context.Context, r *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	block, err := a.decode(r.Txs)
	if err == nil && block != nil {
		err = a.verify(ctx, block, r.Txs[1], r.Height, r.ProposerAddress)
	}
	if err != nil {
		a.log.Warn("refuse proposal", "height", r.Height, "err", err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// clockTolerance is how far a proposer's clock may be ahead of ours.
const clockTolerance = 2 * time.Second

func (a *application) verify(ctx context.Context, block *types.Block, proof []byte, height int64, proposer []byte) error {
	parent := a.exec.head()
	switch {
	case block.ParentHash() != parent.Hash():
		return fmt.Errorf("block %d stands on %s, the head is %s", block.NumberU64(), block.ParentHash(), parent.Hash())
	case heightOf(block.Header()) != height:
		return fmt.Errorf("block %d names height %d, not %d", block.NumberU64(), heightOf(block.Header()), height)
	case time.Unix(int64(block.Time()), 0).After(time.Now().Add(clockTolerance)):
		return fmt.Errorf("block %d is of %s, ahead of the clock", block.NumberU64(), time.Unix(int64(block.Time()), 0).UTC())
	case block.MixDigest() != randaoOf(proof):
		return fmt.Errorf("block %d has randomness that is not its proof's", block.NumberU64())
	}
	if err := refuseSetCode(block.Transactions()...); err != nil {
		return fmt.Errorf("block %d: %w", block.NumberU64(), err)
	}
	key, ok := a.roster.Load().keys[string(proposer)]
	if !ok {
		return fmt.Errorf("proposer %X is not a validator", proposer)
	}
	if !key.VerifySignature(randaoMessage(a.chainID, parent.Hash()), proof) {
		return fmt.Errorf("block %d has randomness that its proposer did not sign", block.NumberU64())
	}
	return a.exec.execute(ctx, block)
}

// FinalizeBlock executes what was agreed on. By then CometBFT has it on disk.
func (a *application) FinalizeBlock(ctx context.Context, r *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	a.observe(r)
	results := make([]*abci.ExecTxResult, len(r.Txs))
	for i := range results {
		results[i] = &abci.ExecTxResult{}
	}
	block, err := a.decode(r.Txs)
	if err != nil {
		return nil, fmt.Errorf("height %d: %w", r.Height, err)
	}
	response := &abci.ResponseFinalizeBlock{TxResults: results, AppHash: appHash}
	if block == nil {
		a.fruitless = time.Now()
	} else {
		if block.NumberU64() > a.exec.head().Number.Uint64() {
			if err := a.exec.execute(ctx, block); err != nil {
				return nil, err
			}
			a.decided = block
		}
		if response.ValidatorUpdates, err = a.turnover(block); err != nil {
			return nil, err
		}
	}
	a.height.Store(r.Height)
	return response, nil
}

// turnover follows what a block changed among the validators.
func (a *application) turnover(block *types.Block) ([]abci.ValidatorUpdate, error) {
	members, updates, err := a.exec.turnover(block)
	if err != nil || len(updates) == 0 {
		return nil, err
	}
	a.roster.Store(a.roster.Load().with(members))
	a.log.Info("the validators change", "block", block.NumberU64(), "changes", len(updates), "validators", len(members))
	return updates, nil
}

// enroll begins the roster: those of the genesis, and of the last two blocks that
// geth has, since one that the last block removed may be the next proposer.
func (a *application) enroll(g Genesis, own crypto.PubKey) error {
	if len(g.Validators) == 0 {
		address := string(own.Address())
		a.roster.Store(&roster{members: map[string]bool{address: true}, keys: map[string]crypto.PubKey{address: own}})
		return nil
	}
	r := (&roster{}).with(g.Validators)
	head := a.exec.head()
	if parent := a.exec.eth.BlockChain().GetHeaderByHash(head.ParentHash); parent != nil {
		members, err := a.exec.members(parent)
		if err != nil {
			return err
		}
		r = r.with(members)
	}
	members, err := a.exec.members(head)
	if err != nil {
		return err
	}
	a.roster.Store(r.with(members))
	return nil
}

// observe looks at who signed the agreement before.
func (a *application) observe(r *abci.RequestFinalizeBlock) {
	signed := slices.ContainsFunc(r.DecidedLastCommit.Votes, func(v abci.VoteInfo) bool {
		return v.BlockIdFlag != cmtproto.BlockIDFlagAbsent && bytes.Equal(v.Validator.Address, a.own())
	})
	a.signer.saw(r.Height, r.Time, signed)
	for _, m := range r.Misbehavior {
		a.log.Error("a validator signed two different things", "validator", fmt.Sprintf("%X", m.Validator.Address), "height", m.Height, "kind", m.Type)
	}
}

// Commit shows the block to the world.
func (a *application) Commit(context.Context, *abci.RequestCommit) (*abci.ResponseCommit, error) {
	defer func() {
		select {
		case a.news <- struct{}{}:
		default:
		}
	}()
	if a.decided == nil {
		return &abci.ResponseCommit{}, nil
	}
	if err := a.exec.finalize(a.decided); err != nil {
		return nil, err
	}
	a.decided = nil
	return &abci.ResponseCommit{}, nil
}

// decode returns nil for an empty agreement.
func (a *application) decode(txs [][]byte) (*types.Block, error) {
	if len(txs) == 0 {
		return nil, nil
	}
	if len(txs) != 2 {
		return nil, fmt.Errorf("proposal has %d parts, not a block and its proof", len(txs))
	}
	if a.latest.block != nil && bytes.Equal(a.latest.raw, txs[0]) {
		return a.latest.block, nil
	}
	block := new(types.Block)
	stream := rlp.NewStream(bytes.NewReader(txs[0]), uint64(len(txs[0])))
	if err := stream.Decode(block); err != nil {
		return nil, fmt.Errorf("decode block: %w", err)
	}
	a.latest = readBlock{bytes.Clone(txs[0]), block}
	return block, nil
}
