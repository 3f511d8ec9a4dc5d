package node

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
)

// trial is a network of three nodes, the first of which may be faulty.
type trial struct {
	*world
	hosts []*host
	keys  []*ecdsa.PrivateKey
	// credit is all that the Task contract owed before.
	credit *big.Int
}

func newTrial(t *testing.T, change ...func(*Config)) *trial {
	w := newWorld(t)
	tr := &trial{world: w, hosts: w.three(change...)}
	for _, h := range tr.hosts {
		tr.keys = append(tr.keys, h.key)
	}
	tr.credit = tr.credits()
	return tr
}

func withFault(f Fault) func(*Config) { return func(c *Config) { c.Options.Fault = f } }

// hurry moves the chain's time on, ten seconds at a time, until a task has
// ended. In between the nodes do all that is due: on a busy computer a fixed
// pause would run past their deadlines.
func (tr *trial) hurry(asked *paidTask) protocol.Outcome {
	tr.Helper()
	return protocol.Outcome(tr.hurryUntil("the task to end", asked, func(info contracts.TaskInfo) bool {
		return protocol.TaskStatus(info.Status).Final()
	}).Outcome)
}

func (tr *trial) hurryUntil(what string, asked *paidTask, is func(contracts.TaskInfo) bool) contracts.TaskInfo {
	tr.Helper()
	for range 200 {
		info, err := taskInfo(tr.Context(), tr.sim.Client, tr.profile.Contracts.Task, asked.id)
		if err != nil {
			tr.Fatal(err)
		}
		if is(info) {
			return info
		}
		tr.advanceTo(tr.sim.Now() + 10)
		time.Sleep(100 * time.Millisecond) // for what is heard without a deadline
		for _, h := range tr.hosts {
			h.settle()
		}
	}
	tr.Fatalf("waited in vain for %s", what)
	return contracts.TaskInfo{}
}

// settle waits until a node that follows a task to its end has nothing left to
// do at this time of the chain: the second rest from now began after now.
func (h *host) settle() {
	h.w.Helper()
	from := h.rests.Load()
	for range 100 {
		s, err := h.State()
		if err != nil {
			h.w.Fatal(err)
		}
		if s.Task == nil || !pursued(s.Task.Stage) || h.rests.Load() >= from+2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// answered waits until the nodes from the second on have an answer.
func (tr *trial) answered() {
	tr.Helper()
	for _, h := range tr.hosts[1:] {
		h.await("its answer", func(s State) bool {
			return s.Task != nil && s.Task.Stage != JobFetching && s.Task.Stage != JobRunning || len(s.Recent) == 1
		})
	}
}

func (tr *trial) credits() *big.Int {
	sum := new(big.Int)
	for _, key := range append(tr.sim.Everybody(), tr.keys...) {
		sum.Add(sum, tr.sim.Credit(contractstest.Address(key)))
	}
	return sum
}

// books holds what is true of every end: the contracts hold what they owe, and
// all of the fee, which came out of the creator's credit, is with the nodes, the
// creator, whoever ended the task or the pool.
func (tr *trial) books(asked *paidTask, slashed int64) {
	tr.Helper()
	if got, want := tr.sim.Pool(), contractstest.CNX(slashed*400); new(big.Int).Sub(got, want).Sign() < 0 {
		tr.Errorf("the pool has %s, the stakes that were taken are %s", got, want)
	}
	tr.sim.CheckMoney(append(tr.sim.Everybody(), tr.keys...), asked.id.Big())
	sum := tr.credits()
	sum.Add(sum, tr.sim.Pool()).Sub(sum, contractstest.CNX(slashed*400))
	if lost := new(big.Int).Sub(tr.credit, sum); lost.Sign() != 0 {
		tr.Errorf("%s wei of the fee are not accounted for", lost)
	}
}

// honest checks that the sound nodes were paid and kept their stakes.
func (tr *trial) honest(pay map[common.Address]string) {
	tr.Helper()
	for _, h := range tr.hosts[1:] {
		if pay[h.address()] == "0" {
			tr.Errorf("the sound node %s was not paid: %v", h.name, pay)
		}
		if s := tr.sim.NodeInfo(h.address()); s.Stake.Cmp(contractstest.CNX(400)) != 0 {
			tr.Errorf("the sound node %s has a stake of %s", h.name, s.Stake)
		}
	}
}

func (tr *trial) stakeOf(h *host) *big.Int { return tr.sim.NodeInfo(h.address()).Stake }

// gone waits until a node has lost its stake.
func (tr *trial) gone(h *host) {
	tr.Helper()
	for range 240 {
		if tr.stakeOf(h).Sign() == 0 {
			return
		}
		tr.advanceTo(tr.sim.Now() + 2)
		time.Sleep(250 * time.Millisecond)
	}
	tr.Errorf("node %s keeps its stake", h.name)
}

func TestFaultyNodes(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		// paid is whether the faulty node is.
		paid bool
		// locked nodes have committed and not opened.
		locked bool
		// slashed by its own word.
		slashed bool
	}{
		{fault: FaultSilent},
		{fault: FaultMute},
		{fault: FaultFail},
		{fault: FaultDouble, paid: true, slashed: true},
		{fault: FaultSwap, locked: true},
		{fault: FaultCopy, slashed: true},
		{fault: FaultHold, locked: true},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			tr := newTrial(t, withFault(c.fault))
			bad := tr.hosts[0]
			asked := tr.creator.ask("What is Helium?", nil).send()
			tr.answered()
			outcome := tr.hurry(asked)
			pay := asked.pay()
			if outcome != protocol.OutcomeAgreed {
				t.Errorf("outcome is %s", outcome)
			}
			tr.honest(pay)
			if paid := pay[bad.address()] != "0"; paid != c.paid {
				t.Errorf("the faulty node was paid %s", pay[bad.address()])
			}
			if c.slashed {
				tr.gone(bad)
				tr.books(asked, 1)
				return
			}
			if tr.stakeOf(bad).Sign() == 0 {
				t.Error("the faulty node lost its stake at once")
			}
			tr.books(asked, 0)
			if !c.locked {
				if info := tr.sim.NodeInfo(bad.address()); protocol.NodeStatus(info.Status) != protocol.NodeAvailable || info.Recent[0] != 0 {
					t.Errorf("the faulty node is %s with the score %d", protocol.NodeStatus(info.Status), info.Recent[0])
				}
				return
			}
			tr.closeLocked(asked, bad)
			tr.books(asked, 1)
		})
	}
}

// closeLocked takes, as anybody may, the stake of a node that never opened.
func (tr *trial) closeLocked(asked *paidTask, bad *host) {
	tr.Helper()
	if info := tr.sim.NodeInfo(bad.address()); protocol.NodeStatus(info.Status) != protocol.NodeBusy {
		tr.Errorf("the node that never opened is %s", protocol.NodeStatus(info.Status))
	}
	tr.advanceTo(tr.sim.Now() + uint64(tr.sim.Params.OpenSeconds) + 300)
	_, err := tr.creator.out.Submit(tr.Context(), chain.Intent{
		Key: "close locked", To: tr.profile.Contracts.Task, Data: contracts.NewTask().PackClose(asked.id.Big()), GasLimit: contracts.TaskGas,
	})
	if err != nil {
		tr.Fatal(err)
	}
	if tr.stakeOf(bad).Sign() != 0 {
		tr.Error("the node that never opened keeps its stake")
	}
}

// sealedTo is send with arguments that only some seats can open.
func (t *paidTask) sealedTo(seats ...int) *paidTask {
	w := t.c.w
	w.Helper()
	keys := make([][32]byte, protocol.Seats)
	for i := range keys {
		k, err := seal.GenerateKey()
		if err != nil {
			w.Fatal(err)
		}
		keys[i] = k.Public()
	}
	for _, seat := range seats {
		keys[seat] = w.sim.NodeInfo(t.nodes[seat]).SealKey
	}
	sealed, err := seal.Seal(t.envelope, keys...)
	if err != nil {
		w.Fatal(err)
	}
	if err := t.c.relay.PutEnvelope(w.Context(), t.key, sealed); err != nil {
		w.Fatal(err)
	}
	go t.settle(w.Context())
	return t
}

// A creator that seals garbage to nodes does not cost them their pay: who could
// open the arguments seals them anew.
func TestGarbageSealedToNodes(t *testing.T) {
	for name, readers := range map[string][]int{"to one": {0, 2}, "to two": {1}} {
		t.Run(name, func(t *testing.T) {
			tr := newTrial(t)
			asked := tr.creator.ask("What is Helium?", nil).sealedTo(readers...)
			outcome, pay := asked.ended()
			if outcome != protocol.OutcomeAgreed {
				t.Errorf("outcome is %s", outcome)
			}
			asked.checkShares(pay)
			tr.books(asked, 0)
		})
	}
	t.Run("to all", func(t *testing.T) {
		tr := newTrial(t)
		asked := tr.creator.ask("What is Helium?", nil).sealedTo()
		if outcome := tr.hurry(asked); outcome != protocol.OutcomeNoArguments {
			t.Errorf("outcome is %s", outcome)
		}
		tr.books(asked, 0)
		if n := paidNodes(asked.pay()); n < 2 {
			t.Errorf("%d nodes were paid for the arguments that they could not read, want two that said so or more", n)
		}
	})
}

func paidNodes(pay map[common.Address]string) (n int) {
	for _, p := range pay {
		if p != "0" {
			n++
		}
	}
	return n
}

// A contract that would create a task, look at the draw and take back one that it
// dislikes gets none: it can neither pay for a task nor create or dispatch one.
func TestAContractHasNoDrawToTakeBack(t *testing.T) {
	tr := newTrial(t)
	at := tr.profile.Contracts
	token, task := contracts.NewToken(), contracts.NewTask()
	fee := contractstest.Paying(contractstest.CNX(50))
	submit := func(key string, to common.Address, data []byte) error {
		_, err := tr.creator.out.Submit(t.Context(), chain.Intent{Key: key, To: to, Data: data, GasLimit: 2 * contracts.TaskGas})
		return err
	}
	fund := token.PackTransfer(contractstest.Forwarder, fee)
	approve := contractstest.Forward(at.Token, token.PackApprove(at.Task, fee))
	if err := errors.Join(submit("fund", at.Token, fund), submit("approve", contractstest.Forwarder, approve)); err != nil {
		t.Fatal(err)
	}
	request := contracts.TaskRequest{
		TaskType: uint8(protocol.GPT), ArgsHash: common.Hash{1}, MinVramGB: 1, Units: 4, Fee: fee,
	}
	for what, data := range map[string][]byte{
		"deposit": task.PackDeposit(fee), "create": task.PackCreateTask(request), "dispatch": task.PackDispatch(big.NewInt(1<<20 | 1)),
	} {
		err := submit(what, contractstest.Forwarder, contractstest.Forward(at.Task, data))
		var refusal *contracts.Refusal
		if !errors.As(err, &refusal) || refusal.Name != "OnlyPlainAccount" {
			t.Errorf("%s by a contract: %v", what, err)
		}
	}
	if left := tr.sim.Balance(contractstest.Forwarder); left.Cmp(fee) != 0 {
		t.Errorf("the contract has %s of %s left", left, fee)
	}
}

// badRelay stands for a relay that does not do its part.
type badRelay struct {
	Relay
	// drop loses so many per cent of the messages; delay holds each back up to
	// so long, so that they overtake each other; mute signs nothing.
	drop  int
	delay time.Duration
	mute  bool

	mu   sync.Mutex
	dice *rand.Rand
}

func (r *badRelay) roll(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dice.IntN(n)
}

func (r *badRelay) SendMessage(ctx context.Context, key protocol.TaskKey, m client.Message) error {
	if r.roll(100) < r.drop {
		return nil
	}
	if r.delay == 0 {
		return r.Relay.SendMessage(ctx, key, m)
	}
	time.AfterFunc(time.Duration(r.roll(int(r.delay))), func() { r.Relay.SendMessage(context.WithoutCancel(ctx), key, m) })
	return nil
}

func (r *badRelay) Watch(ctx context.Context, key protocol.TaskKey) (<-chan client.Event, error) {
	events, err := r.Relay.Watch(ctx, key)
	if err != nil || r.delay == 0 {
		return events, err
	}
	late := make(chan client.Event)
	var all sync.WaitGroup
	go func() {
		for e := range events {
			all.Go(func() {
				time.Sleep(time.Duration(r.roll(int(r.delay))))
				select {
				case late <- e:
				case <-ctx.Done():
				}
			})
		}
		all.Wait()
		close(late)
	}()
	return late, nil
}

func (r *badRelay) PutResult(ctx context.Context, key protocol.TaskKey, sealed []byte) ([]byte, error) {
	signature, err := r.Relay.PutResult(ctx, key, sealed)
	if r.mute {
		return nil, errors.New("the relay does not sign")
	}
	return signature, err
}

func TestBadRelays(t *testing.T) {
	for _, c := range []struct {
		name  string
		drop  int
		delay time.Duration
		mute  bool
		// absent creators leave settling to the nodes.
		absent bool
	}{
		{name: "drops a third", drop: 33},
		{name: "drops everything", drop: 100},
		{name: "delays and reorders", delay: 3 * time.Second},
		{name: "delays, reorders and drops", delay: 3 * time.Second, drop: 20},
		{name: "refuses storage signatures", mute: true},
		{name: "refuses storage signatures, creator absent", mute: true, absent: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var n uint64
			bad := func(cfg *Config) {
				n++
				cfg.Relay = &badRelay{Relay: cfg.Relay, drop: c.drop, delay: c.delay, mute: c.mute, dice: rand.New(rand.NewPCG(n, 7))}
			}
			tr := newTrial(t, bad, bad, bad)
			tr.creator.absent = c.absent
			asked := tr.creator.ask("What is Helium?", nil).send()
			tr.answered()
			if outcome := tr.hurry(asked); outcome != protocol.OutcomeAgreed {
				t.Errorf("outcome is %s", outcome)
			}
			pay := asked.pay()
			if got := paidNodes(pay); got != protocol.Seats {
				t.Errorf("%d nodes were paid: %v", got, pay)
			}
			for _, h := range tr.hosts {
				if tr.stakeOf(h).Cmp(contractstest.CNX(400)) != 0 {
					t.Errorf("node %s lost its stake to a bad relay", h.name)
				}
			}
			tr.books(asked, 0)
		})
	}
}
