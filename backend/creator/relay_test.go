package creator

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

// liar is a relay that gives out another result than it was given for the node
// it is asked for first; it knows the reply key, as a relay in league with a
// node would.
type liar struct {
	Relay
	reply func() [32]byte
	first atomic.Pointer[common.Address]
}

func (l *liar) Result(ctx context.Context, key protocol.TaskKey, node common.Address) ([]byte, error) {
	l.first.CompareAndSwap(nil, &node)
	if *l.first.Load() != node {
		return l.Relay.Result(ctx, key, node)
	}
	return seal.Seal([]byte("what the relay would like you to read"), l.reply())
}

func TestWhatARelaySaysIsHashedAgainstTheChain(t *testing.T) {
	n := newTestNet(t, 3, nil)
	l := &liar{}
	var task *Task
	begun := make(chan struct{})
	l.reply = func() [32]byte {
		<-begun
		key, err := task.replyKey()
		if err != nil {
			t.Error(err)
		}
		return key.Public()
	}
	c := n.start(n.payer(), t.TempDir(), func(cfg *Config) { l.Relay, cfg.Relay = cfg.Relay, l })
	q := request("Is this so?")
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	close(begun)
	all := n.collect(task)
	if v := find(all, StageVerified); v == nil || string(v.Response) != answerTo(q.Task) {
		t.Errorf("verified is %+v", v)
	}
	if l.first.Load() == nil {
		t.Error("the relay was never asked for what it lies about")
	}
}

// empty is a relay that has lost every result.
type empty struct{ Relay }

func (empty) Result(context.Context, protocol.TaskKey, common.Address) ([]byte, error) {
	return nil, client.ErrNotStored
}

func TestLostAnswerIsSaidAndNothingIsInvented(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), func(cfg *Config) { cfg.Relay, cfg.Patience = empty{cfg.Relay}, 1 })
	task, err := c.Create(n.ctx, request("Where did it go?"))
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)
	if find(all, StageVerified) != nil {
		t.Error("an answer that nobody has was verified")
	}
	if e := find(all, StageAborted); e == nil || e.Reason.Code != "result_lost" {
		t.Errorf("stages are %v", stages(all))
	}
	r := find(all, StageSettled).Receipt
	if r.Outcome != protocol.OutcomeAgreed || r.Response != "" {
		t.Errorf("receipt is %+v", r)
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *r); err != nil {
		t.Errorf("the receipt does not verify: %v", err)
	}
}

// deaf is a relay whose watches and first uploads fail.
type deaf struct {
	Relay
	fails atomic.Int32
}

func (d *deaf) PutEnvelope(ctx context.Context, key protocol.TaskKey, sealed []byte) error {
	if d.fails.Add(1) < 3 {
		return errors.New("connection refused")
	}
	return d.Relay.PutEnvelope(ctx, key, sealed)
}

func (d *deaf) Watch(context.Context, protocol.TaskKey) (<-chan client.Event, error) {
	return nil, errors.New("connection refused")
}

func TestWithoutAStreamTheAnswerStillComes(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), func(cfg *Config) { cfg.Relay = &deaf{Relay: cfg.Relay} })
	q := request("Can you hear me?")
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)
	if slices.Contains(stages(all), StageDelta) {
		t.Error("a stream came from nowhere")
	}
	if v := find(all, StageVerified); v == nil || string(v.Response) != answerTo(q.Task) {
		t.Errorf("stages are %v", stages(all))
	}
}
