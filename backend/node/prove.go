package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
)

// Charge is a node's contradiction of itself about a task key: two commitments,
// or a commitment and that it can't run the task. It costs that node its stake,
// whenever it is brought, and outlives the job that it was found in.
type Charge struct {
	ID   protocol.TaskID  `json:"id"`
	Key  protocol.TaskKey `json:"key"`
	Node common.Address   `json:"node"`
	Seat int              `json:"seat"`
	Said [2]Saying        `json:"said"`
	// From is chain time: each node waits for its turn, so that not all pay.
	From     uint64         `json:"from"`
	Attempts map[string]int `json:"attempts,omitempty"`
}

// Saying is something that a node signed: a commitment, or that it can't run the
// task. Type is one of package client's Message… constants. The signature is at
// hand, or in the transaction that brought it to the contract.
type Saying struct {
	Type       string        `json:"type"`
	Commitment common.Hash   `json:"commitment,omitzero"`
	Signature  hexutil.Bytes `json:"signature,omitempty"`
	Tx         common.Hash   `json:"tx,omitzero"`
}

// accuse compares what a seat has said, with what is not in the journal in more.
func (j *Job) accuse(seat int, more ...Saying) {
	var said []Saying
	s := j.Signed[seat]
	if s.Commitment != (common.Hash{}) {
		said = append(said, Saying{Type: client.MessageCommitment, Commitment: s.Commitment, Signature: s.Signature})
	}
	if c := j.Commitments[seat]; c != (common.Hash{}) && c != s.Commitment {
		said = append(said, Saying{Type: client.MessageCommitment, Commitment: c, Tx: j.CommitTxs[seat]})
	}
	said = append(said, more...)
	if len(j.Unread[seat]) > 0 {
		said = append(said, Saying{Type: client.MessageNoArguments, Signature: j.Unread[seat]})
	}
	// The first is a commitment, or there is no contradiction.
	if len(said) < 2 || said[0].Type != client.MessageCommitment || seat == int(j.Seat) {
		return
	}
	j.charges = append(j.charges, Charge{ID: j.ID, Key: j.Key, Node: j.Nodes[seat], Seat: seat, Said: [2]Saying{said[0], said[1]}})
}

// keepCharges writes what was found against others.
func (n *Node) keepCharges(tx *store.Tx, j *Job) error {
	for _, c := range j.charges {
		c.From = n.cfg.Chain.Clock().Unix() + j.turn()*bringTurn
		id := crypto.Keccak256Hash(c.Key[:], c.Node[:])
		if known, err := n.rows.charges.Has(tx, id); known || err != nil {
			return err
		}
		if err := n.rows.charges.Put(tx, id, c); err != nil {
			return err
		}
		n.log.Warn("a node has contradicted itself", "task", c.ID, "node", c.Node, "with", c.Said[1].Type)
		n.chargedAt.Store(time.Now().Unix())
		signal(n.charging)
	}
	j.charges = nil
	return nil
}

// chargeSettles is longer than it takes until what was found is in the journal.
const chargeSettles = 60

// prosecute brings charges to the contract until ctx ends. While there are none, the
// journal is not read.
func (n *Node) prosecute(ctx context.Context) error {
	tick := time.NewTicker(n.every)
	defer tick.Stop()
	for any := true; ; {
		var due map[common.Hash]Charge
		if any || time.Now().Unix() <= n.chargedAt.Load()+chargeSettles {
			var err error
			if due, any, err = n.dueCharges(); err != nil {
				n.log.Error("charges can't be read, trying again", "err", err)
				any = true
			}
		}
		for id, c := range due {
			err := n.bring(ctx, c)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err := n.brought(id, c, err); err != nil {
				n.log.Error("charge can't be kept, trying again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-n.charging:
		case <-tick.C:
		}
	}
}

// dueCharges are those whose time has come; any says that there are some at all.
func (n *Node) dueCharges() (due map[common.Hash]Charge, any bool, err error) {
	due, now := map[common.Hash]Charge{}, n.cfg.Chain.Clock().Unix()
	err = n.cfg.Store.View(func(tx *store.Tx) error {
		return n.rows.charges.Scan(tx, func(id common.Hash, c Charge) error {
			any = true
			if c.From <= now {
				due[id] = c
			}
			return nil
		})
	})
	return due, any, err
}

// errNoCharge: what was found turns out to be no contradiction.
var errNoCharge = errors.New("nothing to charge the node with")

// bring takes the node's stake, if it has one.
func (n *Node) bring(ctx context.Context, c Charge) error {
	ledger := contracts.NewNode()
	info, err := ask(ctx, n.cfg.Chain.Client(), n.cfg.Profile.Contracts.Node, ledger.PackNodeInfo(c.Node), ledger.UnpackNodeInfo)
	if err != nil {
		return fmt.Errorf("look for the stake of %s: %w", c.Node, err)
	}
	if info.Stake.Sign() == 0 {
		return errNoCharge // somebody was quicker
	}
	for i, s := range c.Said {
		if len(s.Signature) > 0 {
			continue
		}
		if c.Said[i].Signature, err = signatureIn(ctx, n.cfg.Chain.Client(), s, c.Seat); err != nil {
			return err
		}
	}
	if err := n.court.slash(ctx, c); err != nil {
		return err
	}
	n.log.Warn("proved that a node contradicted itself", "task", c.ID, "node", c.Node)
	return nil
}

// brought drops a charge that is settled, and tries a refused one again a few
// times.
func (n *Node) brought(id common.Hash, c Charge, outcome error) error {
	var failed *attemptError
	refused := errors.As(outcome, &failed)
	if refused {
		c.Attempts = counted(c.Attempts, failed.what)
	}
	over := outcome == nil || errors.Is(outcome, errNoCharge) || refused && c.Attempts[failed.what] >= maxRefusals
	if outcome != nil && !errors.Is(outcome, errNoCharge) {
		n.log.Warn("charge failed", "task", c.ID, "node", c.Node, "given up", over, "err", outcome)
	}
	c.From = n.cfg.Chain.Clock().Unix() + protocol.Seats*bringTurn
	return n.cfg.Store.Update(func(tx *store.Tx) error {
		if over {
			return n.rows.charges.Delete(tx, id)
		}
		return n.rows.charges.Put(tx, id, c)
	})
}

// signatureIn reads what a seat signed out of the transaction that brought it.
func signatureIn(ctx context.Context, r reader, s Saying, seat int) ([]byte, error) {
	found, _, err := r.TransactionByHash(ctx, s.Tx)
	if err != nil {
		return nil, fmt.Errorf("read transaction %s: %w", s.Tx, err)
	}
	parsed, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	name := map[string]string{
		client.MessageCommitment: "commit", client.MessageDecline: "decline", client.MessageNoArguments: "closeWithoutArguments",
	}[s.Type]
	method, data := parsed.Methods[name], found.Data()
	if len(data) < 4 || string(data[:4]) != string(method.ID) {
		return nil, fmt.Errorf("%w: transaction %s reached the contract through another one", errNoCharge, s.Tx)
	}
	args := map[string]any{}
	if err := method.Inputs.UnpackIntoMap(args, data[4:]); err != nil {
		return nil, fmt.Errorf("read transaction %s: %w", s.Tx, err)
	}
	var signature []byte
	switch of := args["signature"].(type) {
	case []byte:
		signature = of
	default:
		if all, ok := args["signatures"].([protocol.Seats][]byte); ok {
			signature = all[seat]
		}
	}
	if len(signature) == 0 {
		return nil, fmt.Errorf("%w: it did not sign what transaction %s brought", errNoCharge, s.Tx)
	}
	return signature, nil
}
