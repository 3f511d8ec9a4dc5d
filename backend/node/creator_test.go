package node

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
	"helium/inference/task"
)

// creator is who pays in these tests: it makes a task as package creator does,
// step by step, so that a test can leave a step out.
type creator struct {
	w     *world
	out   outbox
	relay *client.Client
	reply seal.Key
	made  int
}

func (w *world) newCreator(key *ecdsa.PrivateKey) *creator {
	w.Helper()
	c := &creator{w: w, out: w.openOutbox(key, nil)}
	var err error
	c.relay, err = client.Dial(w.Context(), client.Options{URL: w.profile.Relays[0].URL, Signer: c.out.wallet, Domain: w.profile.Domain()})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { c.relay.Close() })
	if c.reply, err = seal.GenerateKey(); err != nil {
		w.Fatal(err)
	}
	return c
}

// paidTask is a task that was drawn.
type paidTask struct {
	c        *creator
	id       protocol.TaskID
	key      protocol.TaskKey
	envelope []byte
	salt     common.Hash
	nodes    [protocol.Seats]common.Address
	commitBy uint64
}

// ask creates a task and waits for the draw. change may spoil the envelope.
func (c *creator) ask(prompt string, change func(*protocol.Envelope)) *paidTask {
	w := c.w
	w.Helper()
	c.made++
	file, err := w.models.Get("helium/demo")
	if err != nil {
		w.Fatal(err)
	}
	document, err := task.FromChat(file.Pin.ID, []task.Message{{Role: task.RoleUser, Content: task.Text(prompt)}}, func(g *task.GPT) { g.Seed = 7 })
	if err != nil {
		w.Fatal(err)
	}
	envelope := protocol.Envelope{
		Version: protocol.EnvelopeVersion, Type: protocol.GPT, Task: document.Normalised(),
		Models: []protocol.ModelPin{file.Pin}, Salt: crypto.Keccak256Hash([]byte{byte(c.made)}),
	}
	public := c.reply.Public()
	envelope.ReplyKey = public[:]
	if change != nil {
		change(&envelope)
	}
	plain, err := envelope.Encode()
	if err != nil {
		w.Fatal(err)
	}

	receipt, err := c.out.Submit(w.Context(), chain.Intent{
		Key: fmt.Sprintf("create/%d", c.made), To: w.profile.Contracts.Task,
		Data: contracts.NewTask().PackCreateTask(contracts.TaskRequest{
			TaskType: uint8(protocol.GPT), ArgsHash: protocol.ArgsHash(plain), ModelKey: protocol.ModelKey(file.Pin.ID),
			MinVramGB: 1, Units: 4, Fee: contractstest.CNX(50),
		}),
	})
	if err != nil {
		w.Fatal(err)
	}
	drawn := contractstest.Find[contracts.TaskTaskDrawn](w.sim, receipt)
	if drawn == nil {
		w.Fatal("the task was queued, not drawn")
	}
	return &paidTask{c: c, id: protocol.TaskID(drawn.TaskId.Uint64()), key: drawn.TaskKey, envelope: plain, salt: envelope.Salt, nodes: drawn.Nodes, commitBy: drawn.CommitBy}
}

// send seals the envelope to the three nodes and brings it to the relay.
func (t *paidTask) send() *paidTask {
	w := t.c.w
	w.Helper()
	var keys [][32]byte
	for _, n := range t.nodes {
		keys = append(keys, w.sim.NodeInfo(n).SealKey)
	}
	sealed, err := seal.Seal(t.envelope, keys...)
	if err != nil {
		w.Fatal(err)
	}
	if err := t.c.relay.PutEnvelope(w.Context(), t.key, sealed); err != nil {
		w.Fatal(err)
	}
	return t
}

// result is a node's response, opened.
func (t *paidTask) result(node common.Address) []byte {
	w := t.c.w
	w.Helper()
	sealed, err := t.c.relay.Result(w.Context(), t.key, node)
	if err != nil {
		w.Fatalf("result of %s: %v", node, err)
	}
	plain, err := seal.Open(sealed, t.c.reply)
	if err != nil {
		w.Fatal(err)
	}
	return plain
}

// stream is the text that the first seat streamed, and whether it ended in order.
func (t *paidTask) stream() (text string, ended bool) {
	w := t.c.w
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
	defer cancel()
	events, err := t.c.relay.Watch(ctx, t.key)
	if err != nil {
		w.Fatal(err)
	}
	opener := seal.NewStreamOpener(t.c.reply, t.key, t.nodes[0])
	var all strings.Builder
	for e := range events {
		if e.Kind != client.EventChunk {
			continue
		}
		if e.Node != t.nodes[0] {
			w.Errorf("seat of %s streams", e.Node)
			continue
		}
		plain, end, err := opener.Open(e.Sealed)
		if err != nil {
			w.Fatal(err)
		}
		pieces, err := protocol.DecodeStream(plain)
		if err != nil {
			w.Fatal(err)
		}
		for _, p := range pieces {
			all.WriteString(p.Text)
		}
		if end {
			return all.String(), true
		}
	}
	return all.String(), false
}

// ended waits for the task's end and returns what each node was paid, in wei.
func (t *paidTask) ended() (protocol.Outcome, map[common.Address]string) {
	w := t.c.w
	w.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for time.Now().Before(deadline) {
		info, err := taskInfo(w.Context(), w.sim.Client, w.profile.Contracts.Task, t.id)
		if err != nil {
			w.Fatal(err)
		}
		if protocol.TaskStatus(info.Status).Final() {
			return protocol.Outcome(info.Outcome), t.pay()
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.Fatal("the task does not end")
	return 0, nil
}

func (t *paidTask) pay() map[common.Address]string {
	pay := map[common.Address]string{}
	for _, n := range t.nodes {
		wei, err := protocol.WeiOf(t.c.w.sim.Earned(n))
		if err != nil {
			t.c.w.Fatal(err)
		}
		pay[n] = wei.Decimal()
	}
	return pay
}

// checkShares compares with the arrival rewards: 10, 9 and 6 of 50 for the order
// of commitments and again for that of openings.
func (t *paidTask) checkShares(pay map[common.Address]string) {
	w := t.c.w
	w.Helper()
	logs, err := w.sim.Client.FilterLogs(w.Context(), ethereum.FilterQuery{
		Addresses: []common.Address{w.profile.Contracts.Task}, FromBlock: new(big.Int).SetUint64(w.profile.StartBlock),
	})
	if err != nil {
		w.Fatal(err)
	}
	rewards := []int{10, 9, 6}
	want := map[common.Address]int{}
	commits, reveals := 0, 0
	for i := range logs {
		event, err := w.sim.Events.Parse(&logs[i])
		if errors.Is(err, contracts.ErrUnknownEvent) {
			continue
		}
		if err != nil {
			w.Fatal(err)
		}
		switch e := event.(type) {
		case *contracts.TaskCommitted:
			if e.TaskId.Uint64() == uint64(t.id) {
				want[e.Node] += rewards[commits]
				commits++
			}
		case *contracts.TaskRevealed:
			if e.TaskId.Uint64() == uint64(t.id) {
				want[e.Node] += rewards[reveals]
				reveals++
			}
		}
	}
	sum := 0
	for node, cnx := range want {
		sum += cnx
		if pay[node] != fmt.Sprint(cnx) {
			w.Errorf("node %s was paid %s, its places are worth %d", node, pay[node], cnx)
		}
	}
	if sum != 50 {
		w.Errorf("%d of 50 CNX were paid", sum)
	}
}
