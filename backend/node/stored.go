package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
)

// startStoring brings the sealed answer to the relay, beside the commitment: a
// result is paid only with the relay's word that it holds it.
func (r *runner) startStoring(job Job) {
	r.storing.Do(func() {
		ctx := r.life
		r.own.Go(func() {
			defer close(r.stored)
			var wait pause
			for {
				err := r.n.storeAnswer(ctx, job.Key)
				if err == nil {
					return
				}
				if ctx.Err() != nil {
					return
				}
				r.n.log.Warn("could not store the result, trying again", "task", job.ID, "err", err)
				if wait.sleep(ctx, nil) != nil {
					return
				}
			}
		})
	})
}

// storeGrace is how long before the reveal deadline a node gives up its pay
// rather than its stake.
const storeGrace = 20 * time.Second

func (r *runner) awaitStored(ctx context.Context, job Job) error {
	r.startStoring(job)
	left := storeGrace
	if job.RevealBy != 0 {
		left = max(0, r.n.cfg.Chain.Clock().Until(job.RevealBy)-storeGrace)
	}
	t := time.NewTimer(left)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-r.stored:
		return nil
	case <-t.C:
		r.n.log.Error("no relay has stored the result: opening without pay", "task", job.ID)
		return nil
	}
}

// storeAnswer is done when the relay's signature is in the journal, or none is
// needed.
func (n *Node) storeAnswer(ctx context.Context, key protocol.TaskKey) error {
	var answer Answer
	var sealed []byte
	err := n.cfg.Store.View(func(tx *store.Tx) (err error) {
		if answer, err = n.rows.answers.Get(tx, key); err != nil {
			return err
		}
		if answer.Kind != protocol.KindResult || len(answer.StorageSignature) > 0 {
			return nil
		}
		sealed, err = n.rows.sealed.Get(tx, key)
		return err
	})
	if err != nil {
		return fmt.Errorf("read sealed answer: %w", err)
	}
	if sealed == nil {
		return nil
	}

	signature, err := n.cfg.Relay.PutResult(ctx, key, sealed)
	if errors.Is(err, client.ErrDifferent) { // sealed before the journal was lost
		if sealed, err = n.cfg.Relay.Result(ctx, key, n.me); err == nil {
			signature, err = n.cfg.Relay.PutResult(ctx, key, sealed)
		}
	}
	n.relayAnswered(ctx, err)
	if err != nil {
		return err
	}
	err = n.cfg.Store.Update(func(tx *store.Tx) error {
		a, err := n.rows.answers.Get(tx, key)
		if err != nil {
			return err
		}
		a.CiphertextHash, a.StorageSignature = crypto.Keccak256Hash(sealed), signature
		if err := n.rows.answers.Put(tx, key, a); err != nil {
			return err
		}
		return n.rows.sealed.Delete(tx, key)
	})
	if err != nil {
		return fmt.Errorf("keep storage signature: %w", err)
	}
	n.at("stored")
	return nil
}
