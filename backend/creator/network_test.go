package creator

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay"
	"helium/backend/relay/client"
	"helium/backend/seal"
	"helium/backend/store"
)

// testNet is a simulated chain with the real contracts, a real relay, and
// peers that speak the nodes' part with keys of their own.
type testNet struct {
	t       *testing.T
	ctx     context.Context
	profile protocol.Profile
	relay   *relay.Relay
	log     *slog.Logger

	// mu guards the chain, which is not made for many goroutines.
	mu    sync.Mutex
	chain *contractstest.Chain
	class contractstest.Class
	peers []*peer
	all   sync.WaitGroup
}

func newTestNet(t *testing.T, peers int, change func(*contracts.Params)) *testNet {
	t.Helper()
	c := contractstest.New(t, change)
	c.Register(contractstest.SmallClass())
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	n := &testNet{
		t: t, ctx: ctx, chain: c, class: contractstest.SmallClass(),
		log: slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
		profile: protocol.Profile{
			Version: protocol.ProfileVersion, Name: "test", ChainID: contractstest.ChainID,
			HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:1",
			Contracts: protocol.Contracts{Token: c.Deployment.Token, Node: c.Deployment.Node, Task: c.Deployment.Task},
			Relays:    []protocol.RelayInfo{{URL: "http://127.0.0.1:1", Address: contractstest.Address(c.Relay)}},
		},
	}
	roles := &chainRoles{n: n, known: map[protocol.TaskKey]relay.TaskRoles{}, changed: make(chan struct{})}
	logs := n.subscribe()
	n.all.Go(func() { roles.follow(ctx, logs) })
	r, err := relay.Start(ctx, relay.Config{
		DataDir: t.TempDir(), Listen: "127.0.0.1:0", Profile: n.profile, Key: c.Relay, Tasks: roles, Log: n.log,
	})
	if err != nil {
		t.Fatal(err)
	}
	n.relay = r
	t.Cleanup(func() {
		stop()
		n.all.Wait()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	for range peers {
		n.join()
	}
	return n
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(bytes.TrimSpace(b)))
	return len(b), nil
}

func (n *testNet) subscribe() <-chan types.Log {
	n.t.Helper()
	logs := make(chan types.Log, 4096)
	q := ethereum.FilterQuery{Addresses: []common.Address{n.chain.Deployment.Task}}
	sub, err := n.chain.Client.SubscribeFilterLogs(n.ctx, q, logs)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(sub.Unsubscribe)
	return logs
}

// try sends for anybody, one after the other.
func (n *testNet) try(from *ecdsa.PrivateKey, to common.Address, data []byte) (*types.Receipt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.chain.Try("test", from, to, data)
}

func (n *testNet) account() *ecdsa.PrivateKey {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.chain.Account()
}

func (n *testNet) dial(key *ecdsa.PrivateKey) *client.Client {
	n.t.Helper()
	c, err := client.Dial(n.ctx, client.Options{URL: n.relay.URL(), Signer: textSigner{key}, Domain: n.profile.Domain(), Log: n.log})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = c.Close() })
	return c
}

type textSigner struct{ key *ecdsa.PrivateKey }

func (s textSigner) Address() common.Address { return crypto.PubkeyToAddress(s.key.PublicKey) }

func (s textSigner) SignText(text []byte) ([]byte, error) {
	sig, err := crypto.Sign(accounts.TextHash(text), s.key)
	if err == nil {
		sig[64] += 27
	}
	return sig, err
}

// chainRoles tells the relay who is who, from the logs.
type chainRoles struct {
	n       *testNet
	mu      sync.Mutex
	makers  map[string]common.Address
	known   map[protocol.TaskKey]relay.TaskRoles
	changed chan struct{}
}

func (r *chainRoles) follow(ctx context.Context, logs <-chan types.Log) {
	makers := map[string]common.Address{}
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-logs:
			event, err := r.n.chain.Events.Parse(&l)
			if err != nil {
				continue
			}
			switch e := event.(type) {
			case *contracts.TaskTaskCreated:
				makers[e.TaskId.String()] = e.Creator
			case *contracts.TaskTaskDrawn:
				id, _ := protocol.TaskIDFromBig(e.TaskId)
				r.mu.Lock()
				r.known[e.TaskKey] = relay.TaskRoles{ID: id, Creator: makers[e.TaskId.String()], Nodes: e.Nodes}
				close(r.changed)
				r.changed = make(chan struct{})
				r.mu.Unlock()
			}
		}
	}
}

func (r *chainRoles) Task(ctx context.Context, key protocol.TaskKey) (relay.TaskRoles, error) {
	for {
		r.mu.Lock()
		roles, ok := r.known[key]
		changed := r.changed
		r.mu.Unlock()
		if ok {
			return roles, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return roles, ctx.Err()
		}
	}
}

// peer is a node reduced to its protocol: real keys, signatures and seals, and
// an answer that is a plain function of the task.
type peer struct {
	n       *testNet
	key     *ecdsa.PrivateKey
	seal    seal.Key
	relay   *client.Client
	address common.Address
	// How it behaves, set before a task is made.
	// court: everything on chain; mute: commits, and opens nothing.
	cheat, silent, court, mute atomic.Bool
	stop                       context.CancelFunc
	gone                       chan struct{}
}

func (n *testNet) join() *peer {
	n.t.Helper()
	p := &peer{n: n, key: n.account(), gone: make(chan struct{})}
	p.address = contractstest.Address(p.key)
	var err error
	if p.seal, err = seal.GenerateKey(); err != nil {
		n.t.Fatal(err)
	}
	request := n.class.JoinRequest(p.key)
	request.SealKey = p.seal.Public()
	p.relay = n.dial(p.key)
	logs := n.subscribe()
	ctx, stop := context.WithCancel(n.ctx)
	p.stop = stop
	for _, call := range [][]byte{n.chain.Node.PackJoin(request), n.chain.Node.PackResume()} {
		if _, err := n.try(p.key, n.chain.Deployment.Node, call); err != nil {
			n.t.Fatal(err)
		}
	}
	n.peers = append(n.peers, p)
	n.all.Go(func() {
		defer close(p.gone)
		p.run(ctx, logs)
	})
	return p
}

// job is what a peer remembers of a task it was drawn for.
type job struct {
	id      *big.Int
	seat    uint8
	key     protocol.TaskKey
	nodes   [protocol.Seats]common.Address
	args    common.Hash
	opening protocol.Reveal
	stored  []byte
	seen    [protocol.Seats]common.Hash
	done    bool
}

func (p *peer) run(ctx context.Context, logs <-chan types.Log) {
	args := map[string]common.Hash{}
	jobs := map[string]*job{}
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-logs:
			event, err := p.n.chain.Events.Parse(&l)
			if err != nil {
				continue
			}
			switch e := event.(type) {
			case *contracts.TaskTaskCreated:
				args[e.TaskId.String()] = e.ArgsHash
			case *contracts.TaskTaskDrawn:
				for i, a := range e.Nodes {
					if a != p.address || p.silent.Load() {
						continue
					}
					j := &job{id: e.TaskId, seat: uint8(i), key: e.TaskKey, nodes: e.Nodes, args: args[e.TaskId.String()]}
					if err := p.work(ctx, j); err != nil && ctx.Err() == nil {
						p.n.t.Errorf("peer of seat %d: %v", i, err)
					} else {
						jobs[e.TaskId.String()] = j
					}
				}
			case *contracts.TaskCommitted:
				if j := jobs[e.TaskId.String()]; j != nil {
					j.seen[e.Seat] = e.Commitment
					p.reveal(j)
				}
			}
		}
	}
}

func (p *peer) sign(m protocol.Message) []byte {
	sig, err := p.n.profile.Domain().Sign(m, p.key)
	if err != nil {
		p.n.t.Error(err)
	}
	return sig
}

// answerTo is the text that every honest peer gives.
func answerTo(task []byte) string {
	sum := sha256.Sum256(task)
	return "the answer is " + common.Bytes2Hex(sum[:4])
}

// answer is the peer's response, and what it puts on chain for it.
func (p *peer) answer(e *protocol.Envelope) (response string, digest []byte) {
	if e.Type == protocol.StableDiffusion {
		return p.draw(e)
	}
	response = answerTo(e.Task)
	if p.cheat.Load() {
		response = "something else"
	}
	sum := sha256.Sum256(append(e.Salt[:], response...))
	return response, sum[:]
}

func (p *peer) work(ctx context.Context, j *job) error {
	sealed, err := p.relay.Envelope(ctx, j.key)
	if err != nil {
		return err
	}
	plain, err := seal.Open(sealed, p.seal)
	if err != nil {
		return err
	}
	if protocol.ArgsHash(plain) != j.args {
		return errors.New("the envelope is not the one on chain")
	}
	e, err := protocol.DecodeEnvelope(plain)
	if err != nil {
		return err
	}
	ready := protocol.Ready{TaskKey: j.key}
	m, err := client.NewMessage(p.address, ready, p.sign(ready))
	if err != nil {
		return err
	}
	if err := p.relay.SendMessage(ctx, j.key, m); err != nil {
		return err
	}
	response, digest := p.answer(e)
	reply := [32]byte(e.ReplyKey)
	if j.seat == 0 {
		if err := p.stream(ctx, j, reply, response); err != nil {
			return err
		}
	}
	box, err := seal.Seal([]byte(response), reply)
	if err != nil {
		return err
	}
	if j.stored, err = p.relay.PutResult(ctx, j.key, box); err != nil {
		return err
	}
	j.opening = protocol.Reveal{
		TaskKey: j.key, Kind: protocol.KindResult, Result: digest,
		Nonce: crypto.Keccak256Hash(crypto.FromECDSA(p.key), j.key[:]), CiphertextHash: crypto.Keccak256Hash(box),
	}
	c := protocol.Commitment{TaskKey: j.key, Commitment: protocol.CommitmentHash(j.key, p.address, j.opening.Kind, j.opening.Result, j.opening.Nonce)}
	if p.court.Load() {
		_, err = p.n.try(p.key, p.n.chain.Deployment.Task, p.n.chain.Task.PackCommit(j.id, j.seat, c.Commitment, p.sign(c)))
		return err
	}
	if err := p.tell(ctx, j, c, p.sign(c)); err != nil {
		return err
	}
	p.n.all.Go(func() { p.revealFast(ctx, j) })
	return nil
}

func (p *peer) tell(ctx context.Context, j *job, m protocol.Message, signature []byte) error {
	message, err := client.NewMessage(p.address, m, signature)
	if err != nil {
		return err
	}
	return p.relay.SendMessage(ctx, j.key, message)
}

// revealFast opens at the relay once the commitments of all three are there.
func (p *peer) revealFast(ctx context.Context, j *job) {
	ctx, stop := context.WithTimeout(ctx, 30*time.Second)
	defer stop()
	events, err := p.relay.Watch(ctx, j.key)
	if err != nil {
		return
	}
	var seen [protocol.Seats]common.Hash
	for e := range events {
		if e.Kind != client.EventMessage || e.Message.Type != client.MessageCommitment {
			continue
		}
		m, err := e.Message.Verify(p.n.profile.Domain(), j.key)
		seat := slices.Index(j.nodes[:], e.Message.From)
		if err != nil || seat < 0 {
			continue
		}
		seen[seat] = m.(protocol.Commitment).Commitment
		if slices.Contains(seen[:], common.Hash{}) || p.mute.Load() {
			continue
		}
		j.opening.CommitmentsHash = protocol.CommitmentsHash(seen)
		j.opening.Order = protocol.PackOrder([protocol.Seats]uint8{0, 1, 2})
		message, err := client.NewMessage(p.address, j.opening, p.sign(j.opening))
		if err == nil {
			message.Proof = j.stored
			err = p.relay.SendMessage(ctx, j.key, message)
		}
		if err != nil && ctx.Err() == nil {
			p.n.t.Errorf("reveal of seat %d: %v", j.seat, err)
		}
		if j.seat == 2 {
			p.settleLate(ctx, j)
		}
		return
	}
}

// settlePatience is what a creator has before a peer settles.
const settlePatience = 2 * time.Second

// settleLate settles with the relay's proofs, as nodes do when their creator
// does not.
func (p *peer) settleLate(ctx context.Context, j *job) {
	events, err := p.relay.Watch(ctx, j.key)
	if err != nil {
		return
	}
	var statements [protocol.Seats]contracts.Statement
	have := 0
	for e := range events {
		if e.Kind != client.EventMessage || e.Message.Type != client.MessageReveal {
			continue
		}
		m, err := e.Message.Verify(p.n.profile.Domain(), j.key)
		seat := slices.Index(j.nodes[:], e.Message.From)
		if err != nil || seat < 0 {
			continue
		}
		statements[seat] = contracts.StatementOf(m.(protocol.Reveal), e.Message.Signature, e.Message.Proof)
		if have++; have < protocol.Seats {
			continue
		}
		if sleep(ctx, settlePatience) {
			p.n.try(p.key, p.n.chain.Deployment.Task, p.n.chain.Task.PackSettle(j.id, statements)) // the creator may have been faster
		}
		return
	}
}

func (p *peer) stream(ctx context.Context, j *job, reply [32]byte, response string) error {
	s, err := seal.NewStreamSealer(reply, j.key, p.address)
	if err != nil {
		return err
	}
	half := len(response) / 2
	for i, text := range []string{response[:half], response[half:]} {
		piece, err := protocol.EncodeStream([]protocol.StreamPiece{{Text: text}})
		if err != nil {
			return err
		}
		seq, chunk, err := s.Seal(piece, i == 1)
		if err != nil {
			return err
		}
		if err := p.relay.SendChunk(ctx, j.key, seq, chunk); err != nil {
			return err
		}
	}
	return nil
}

// reveal opens once all three commitments stand.
func (p *peer) reveal(j *job) {
	for _, c := range j.seen {
		if c == (common.Hash{}) || j.done {
			return
		}
	}
	j.done = true
	j.opening.CommitmentsHash = protocol.CommitmentsHash(j.seen)
	j.opening.Order = protocol.PackOrder([protocol.Seats]uint8{0, 1, 2})
	o := j.opening
	_, err := p.n.try(p.key, p.n.chain.Deployment.Task, p.n.chain.Task.PackReveal(j.id, j.seat, contracts.StatementOf(o, p.sign(o), j.stored)))
	if err != nil && p.n.ctx.Err() == nil {
		p.n.t.Errorf("reveal of seat %d: %v", j.seat, err)
	}
}

// payer is a creator's wallet and outbox, which outlive the creator. Each
// intent is sent once; stopping before or after is for the test to choose.
type payer struct {
	n   *testNet
	key *ecdsa.PrivateKey
	// before and after, if set, are called around sending; an error is a crash.
	before, after func(key string) error

	mu   sync.Mutex
	sent map[string]*types.Receipt
	errs map[string]error
}

func (n *testNet) payer() *payer {
	return &payer{n: n, key: n.account(), sent: map[string]*types.Receipt{}, errs: map[string]error{}}
}

func (p *payer) Address() common.Address { return contractstest.Address(p.key) }

func (p *payer) Submit(ctx context.Context, in chain.Intent) (*types.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.errs[in.Key]; err != nil || p.sent[in.Key] != nil {
		return p.sent[in.Key], err
	}
	if p.before != nil {
		if err := p.before(in.Key); err != nil {
			return nil, errors.Join(chain.ErrClosed, err)
		}
	}
	receipt, err := p.n.try(p.key, in.To, in.Data)
	if err != nil {
		err = &chain.RevertError{Reason: err}
	}
	p.sent[in.Key], p.errs[in.Key] = receipt, err
	if p.after != nil {
		if err := p.after(in.Key); err != nil {
			return nil, errors.Join(chain.ErrClosed, err)
		}
	}
	return receipt, err
}

// Enqueue leaves the sending to Submit, which follows in the same order.
func (p *payer) Enqueue(...chain.Intent) error { return nil }

// running is a creator that a test can stop and start again on the same folder.
type running struct {
	*Creator
	stop func()
}

func (n *testNet) start(p *payer, dir string, change func(*Config)) *running {
	n.t.Helper()
	st, err := store.Open(dir, store.Options{Log: n.log})
	if err != nil {
		n.t.Fatal(err)
	}
	cfg := Config{Profile: n.profile, Chain: n.chain.Client, Sender: p, Relay: n.dial(p.key), Store: st, Log: n.log, Value: protocol.CNX(2)}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		n.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(n.ctx)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	var once sync.Once
	r := &running{c, func() {
		once.Do(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) && n.ctx.Err() == nil {
				n.t.Errorf("creator ended with %v", err)
			}
			if err := st.Close(); err != nil {
				n.t.Error(err)
			}
		})
	}}
	n.t.Cleanup(r.stop)
	return r
}

func request(prompt string) Request {
	task, _ := json.Marshal(map[string]any{"model": "helium/demo", "messages": []any{map[string]any{"role": "user", "content": prompt}}})
	return Request{Type: protocol.GPT, Task: task, Model: "helium/demo", Units: 1, MinVRAMGB: 1}
}

// collect reads the events of a task to the end.
func (n *testNet) collect(t *Task) (all []Event) {
	n.t.Helper()
	for e := range t.Events(n.ctx) {
		all = append(all, e)
	}
	if n.ctx.Err() != nil {
		n.t.Fatalf("the task did not end; it had %v", stages(all))
	}
	return all
}

func stages(all []Event) (names []Stage) {
	for _, e := range all {
		names = append(names, e.Stage)
	}
	return names
}

func find(all []Event, s Stage) *Event {
	for i := range all {
		if all[i].Stage == s {
			return &all[i]
		}
	}
	return nil
}
