package node

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
	"helium/backend/store"
	"helium/inference/task"
)

// Record is a task that is over.
type Record struct {
	ID      protocol.TaskID  `json:"id"`
	Model   string           `json:"model"`
	Outcome protocol.Outcome `json:"outcome"`
	Paid    protocol.Wei     `json:"paid"`
	Score   uint8            `json:"score"`
	Slashed bool             `json:"slashed"`
	Missed  bool             `json:"missed"`
	EndedAt time.Time        `json:"ended_at"`
	// Details are nil of a task that ended before they were kept.
	Details *Details `json:"details,omitempty"`
}

// Details are what the owner's receipt of a task says beside what it brought.
type Details struct {
	Key    protocol.TaskKey  `json:"key"`
	Type   protocol.TaskType `json:"type"`
	Units  uint32            `json:"units"`
	Images uint16            `json:"images,omitempty"`
	// Creator and Fee are zero where this node did not see the task being created.
	Creator common.Address `json:"creator,omitzero"`
	Fee     protocol.Wei   `json:"fee,omitzero"`
	// Payout is where Paid was credited; Reward came on top, for bringing the
	// settlement to the chain.
	Payout common.Address `json:"payout,omitzero"`
	Reward protocol.Wei   `json:"reward,omitzero"`

	// Seat is this node's among the three; Heard are the seats in the order in which
	// their commitments came here.
	Seat  uint8                          `json:"seat"`
	Nodes [protocol.Seats]common.Address `json:"nodes"`
	Heard []int                          `json:"heard,omitempty"`
	// Found is what each opened, as far as it was seen here, and Ends how the
	// contract let each go.
	Found [protocol.Seats]Finding `json:"found"`
	Ends  [protocol.Seats]SeatEnd `json:"ends"`
	// Kind and Result are what the contract took.
	Kind   protocol.ResultKind `json:"kind"`
	Result hexutil.Bytes       `json:"result,omitempty"`
	// MatchBelow is from how many bits on two images are not alike.
	MatchBelow int `json:"match_below"`
	// Declined: this node let another have the task. Court: commitments went on chain.
	Declined bool `json:"declined,omitempty"`
	Court    bool `json:"court,omitempty"`

	DrawnAt  time.Time   `json:"drawn_at"`
	DrawTx   common.Hash `json:"draw_tx,omitzero"`
	EndTx    common.Hash `json:"end_tx,omitzero"`
	EndBlock uint64      `json:"end_block,omitempty"`
	Work     Work        `json:"work,omitzero"`
}

// Finding is what a node opened: a kind, and of a result its digest. KindNone is
// nothing that was seen here.
type Finding struct {
	Kind   protocol.ResultKind `json:"kind"`
	Result hexutil.Bytes       `json:"result,omitempty"`
}

// SeatEnd is how the contract let a node go.
type SeatEnd struct {
	Paid  protocol.Wei `json:"paid,omitzero"`
	Score uint8        `json:"score,omitempty"`
	// Slashed: its result deviated.
	Slashed bool `json:"slashed,omitempty"`
}

// Distance is the most bits by which an image of a seat's result differs from the
// same one of the result that was taken; false where there are not two results.
func (d *Details) Distance(seat int) (bits int, ok bool) {
	if d.Kind != protocol.KindResult || d.Found[seat].Kind != protocol.KindResult || d.Type != protocol.StableDiffusion {
		return 0, false
	}
	return task.SDDistance(d.Found[seat].Result, d.Result)
}

// finding is what a seat opened, by whatever way it came.
func (j *Job) finding(seat int) Finding {
	if o := j.Signed[seat].Opening; o != nil {
		return Finding{o.Reveal.Kind, o.Reveal.Result}
	}
	return j.Found[seat]
}

func (j *Job) details(matchBelow int) *Details {
	d := &Details{
		Key: j.Key, Type: j.Type, Units: j.Units, Images: j.Images, Creator: j.Creator, Fee: j.Fee,
		Payout: j.Payout, Reward: j.Reward, Seat: j.Seat, Nodes: j.Nodes, Heard: j.Heard, Ends: j.Ends,
		Kind: j.EndKind, Result: j.EndResult, MatchBelow: matchBelow, Declined: j.Declined,
		Court: j.Commitments != [protocol.Seats]common.Hash{}, DrawnAt: j.DrawnAt, DrawTx: j.DrawTx,
		EndTx: j.EndTx, EndBlock: j.EndBlock, Work: j.Work,
	}
	for seat := range d.Found {
		d.Found[seat] = j.finding(seat)
	}
	return d
}

// record keeps what is left of a job that is over.
func (n *Node) record(tx *store.Tx, j *Job) error {
	if j.State != JobEnded || j.Outcome == protocol.OutcomeNone {
		return n.rows.records.Delete(tx, uint64(j.ID))
	}
	r := Record{
		ID: j.ID, Model: j.Model, Outcome: j.Outcome, Paid: j.Paid, Score: j.Score,
		Slashed: j.Slashed, Missed: j.Missed, EndedAt: j.EndedAt, Details: j.details(n.matchDistance()),
	}
	if err := n.rows.records.Put(tx, uint64(j.ID), r); err != nil {
		return err
	}
	if j.Stored {
		return nil // the relay has it, and it went then
	}
	return n.rows.sealed.Delete(tx, j.Key)
}
