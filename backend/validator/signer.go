package validator

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/privval"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
)

var errBlind = errors.New("this validator does not know what it signed before, and waits until the chain has gone on without it")

// signer signs votes and proposals, never two different ones for the same step.
// What was signed last is on disk before the signature leaves.
//
// A signer whose record is lost, or older than a signature of its own that stands
// in the chain, is blind: it could contradict itself. It signs nothing until a
// block is agreed on without it whose time is after the signer's start, and then
// nothing below the second height after that block. That is enough: if it once
// signed at height S, more than two thirds had agreed to S−1 by then. A block M of
// a time after the start means that more than two thirds agreed to M−1 after it,
// and the two groups share an honest validator, which agrees to heights in order.
// So S is at most M.
//
// (CometBFT's own double_sign_check_height looks for one's signatures in stored
// blocks, which an empty disk does not have, and stops every validator that was
// merely restarted.)
type signer struct {
	log *slog.Logger
	// mu guards everything that follows.
	mu    sync.Mutex
	key   *privval.FilePV
	blind bool
	// since when it has been blind.
	since time.Time
}

func newSigner(key *privval.FilePV, recorded bool, log *slog.Logger) *signer {
	s := &signer{key: key, log: log}
	if !recorded {
		s.lose("it is missing or can't be read")
	}
	return s
}

func (s *signer) lose(why string) {
	s.blind, s.since = true, time.Now()
	s.log.Warn("the record of what this validator signed can't be trusted: it signs nothing until the chain has gone on by two blocks without it", "why", why)
}

// GetPubKey, SignVote and SignProposal make it a CometBFT PrivValidator.
func (s *signer) GetPubKey() (crypto.PubKey, error) { return s.key.GetPubKey() }

func (s *signer) SignVote(chainID string, vote *cmtproto.Vote) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blind {
		return errBlind
	}
	return s.key.SignVote(chainID, vote)
}

func (s *signer) SignProposal(chainID string, proposal *cmtproto.Proposal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.blind {
		return errBlind
	}
	return s.key.SignProposal(chainID, proposal)
}

// saw tells of a block that the chain agreed on. signed says that the agreement
// to the block before it carries this key's signature.
func (s *signer) saw(height int64, at time.Time, signed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if signed && !s.blind && height-1 > s.key.LastSignState.Height {
		s.lose(fmt.Sprintf("it ends at height %d, and the chain has a signature of height %d", s.key.LastSignState.Height, height-1))
	}
	if !s.blind || !at.After(s.since.Add(clockTolerance)) {
		return
	}
	if signed {
		s.log.Error("another machine signs with this validator's key: stop one of the two", "height", height-1)
		return
	}
	s.signedThrough(height + 1)
	s.log.Warn("this validator signs again", "from", height+2)
}

// signedThrough records that everything up to a height may have been signed.
func (s *signer) signedThrough(height int64) {
	s.blind = false
	last := &s.key.LastSignState
	last.Height, last.Round, last.Step = height, math.MaxInt32, 3
	last.Signature, last.SignBytes = nil, nil
	last.Save()
}
