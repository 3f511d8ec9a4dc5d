package node

import (
	"context"
	"errors"
	"fmt"

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
			var wait pause
			for {
				err := r.n.storeAnswer(ctx, job.ID, job.Key)
				if err == nil {
					signal(r.wake)
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

// storeGrace is how long an opening waits for the relay to store its answer, and
// how long before the reveal deadline it waits no more: a node gives up its pay
// rather than its stake.
const storeGrace = 20

// storeAnswer is done when the relay's signature is in the journal, or none is
// needed.
func (n *Node) storeAnswer(ctx context.Context, id protocol.TaskID, key protocol.TaskKey) error {
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
	err = n.updateJobs(func(tx *store.Tx) error {
		a, err := n.rows.answers.Get(tx, key)
		if err != nil {
			return err
		}
		a.CiphertextHash, a.StorageSignature = crypto.Keccak256Hash(sealed), signature
		if err := n.rows.answers.Put(tx, key, a); err != nil {
			return err
		}
		if err := n.rows.sealed.Delete(tx, key); err != nil {
			return err
		}
		return n.changeJob(tx, id, func(j *Job) { j.Stored = j.Key == key })
	})
	if err != nil {
		return fmt.Errorf("keep storage signature: %w", err)
	}
	n.at("stored")
	return nil
}
