package node

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"slices"
	"strings"
	"time"

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
	// absent creators don't settle.
	absent bool
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
	// argumentsBy and commitBy are chain time.
	argumentsBy, commitBy uint64
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
			MinVramGB: 1, Units: 4, Fee: contractstest.Paying(contractstest.CNX(50)),
		}),
	})
	if err != nil {
		w.Fatal(err)
	}
	drawn := contractstest.Find[contracts.TaskTaskDrawn](w.sim, receipt)
	if drawn == nil {
		w.Fatal("the task was queued, not drawn")
	}
	return &paidTask{
		c: c, id: protocol.TaskID(drawn.TaskId.Uint64()), key: drawn.TaskKey, envelope: plain, salt: envelope.Salt, nodes: drawn.Nodes,
		argumentsBy: drawn.ArgumentsBy, commitBy: drawn.CommitBy,
	}
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
	if !t.c.absent {
		go t.settle(w.Context())
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
	t.c.w.Helper()
	var all strings.Builder
	ended = t.follow(func(p protocol.StreamPiece) { all.WriteString(p.Text) })
	return all.String(), ended
}

// pieces are all that the first seat streamed.
func (t *paidTask) pieces() (all []protocol.StreamPiece) {
	t.c.w.Helper()
	if !t.follow(func(p protocol.StreamPiece) { all = append(all, p) }) || len(all) == 0 {
		t.c.w.Fatal("the stream has no end, or nothing before it")
	}
	return all
}

// follow reads the stream of the first seat. It says whether that ended in order.
func (t *paidTask) follow(each func(protocol.StreamPiece)) (ended bool) {
	w := t.c.w
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 10*time.Second)
	defer cancel()
	events, err := t.c.relay.Watch(ctx, t.key)
	if err != nil {
		w.Fatal(err)
	}
	opener := seal.NewStreamOpener(t.c.reply, t.key, t.nodes[0])
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
			each(p)
		}
		if end {
			return true
		}
	}
	return false
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
		wei, err := protocol.WeiOf(t.c.w.sim.Credit(n))
		if err != nil {
			t.c.w.Fatal(err)
		}
		pay[n] = wei.Decimal()
	}
	return pay
}

// checkShares: 20, 18 and 12 of 50 CNX by arrival, of which the nodes agree.
func (t *paidTask) checkShares(pay map[common.Address]string) {
	w := t.c.w
	w.Helper()
	var got []string
	for _, n := range t.nodes {
		got = append(got, pay[n])
	}
	slices.Sort(got)
	if want := []string{"12", "18", "20"}; !slices.Equal(got, want) {
		w.Errorf("the nodes were paid %v, want %v", got, want)
	}
}

// settle brings the three openings to the contract as soon as they are at the
// relay, as a creator does, and proofs from nobody: it has the answer.
func (t *paidTask) settle(ctx context.Context) {
	w := t.c.w
	events, err := t.c.relay.Watch(ctx, t.key)
	if err != nil {
		return
	}
	var statements [protocol.Seats]contracts.Statement
	have := 0
	for e := range events {
		if e.Kind != client.EventMessage || e.Message.Type != client.MessageReveal {
			continue
		}
		opened, err := e.Message.Verify(w.profile.Domain(), t.key)
		if err != nil {
			continue
		}
		seat := slices.Index(t.nodes[:], e.Message.From)
		if seat < 0 || statements[seat].Signature != nil {
			continue
		}
		statements[seat] = contracts.StatementOf(opened.(protocol.Reveal), e.Message.Signature, nil)
		if have++; have < protocol.Seats {
			continue
		}
		t.c.out.Submit(ctx, chain.Intent{
			Key: fmt.Sprintf("settle/%s/%x", t.id, t.key[:4]), To: w.profile.Contracts.Task,
			Data: contracts.NewTask().PackSettle(t.id.Big(), statements), GasLimit: contracts.TaskGas,
		})
		return
	}
}
