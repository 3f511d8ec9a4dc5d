package contractstest

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Class is what the nodes of a class say of themselves.
type Class struct {
	Card    string
	VRAMGB  uint16
	Runtime string
}

// SmallClass is the class that tests use when they don't care.
func SmallClass() Class { return Class{"Test Card", 8, "cpu-test/1"} }

// ID is the class's id on chain.
func (c Class) ID() common.Hash {
	return protocol.GPUClass{Card: c.Card, VRAMGB: c.VRAMGB, Runtime: c.Runtime}.ID()
}

// JoinRequest is what key sends to join the class. It is paid at its own address.
func (c Class) JoinRequest(key *ecdsa.PrivateKey) contracts.JoinRequest {
	return contracts.JoinRequest{
		Card: c.Card, VramGB: c.VRAMGB, Runtime: c.Runtime,
		Fingerprint: fingerprint(),
		SealKey:     crypto.Keccak256Hash([]byte("seal"), crypto.FromECDSAPub(&key.PublicKey)),
		Payout:      Address(key),
	}
}

// Join makes n accounts and joins them to a class.
func (c *Chain) Join(n int, class Class) []*ecdsa.PrivateKey {
	c.TB.Helper()
	keys := make([]*ecdsa.PrivateKey, n)
	for i := range keys {
		keys[i] = c.Account()
		c.JoinAs(keys[i], class)
	}
	return keys
}

// JoinAs joins an account to a class, which is registered when it is new, and
// has it resume, so that it can be drawn. The receipt is the join's.
func (c *Chain) JoinAs(key *ecdsa.PrivateKey, class Class) *types.Receipt {
	c.TB.Helper()
	c.Register(class)
	receipt := c.Send("join", key, c.Deployment.Node, c.Node.PackJoin(class.JoinRequest(key)))
	c.Resume(key)
	return receipt
}

// Resume brings a paused node into the draw.
func (c *Chain) Resume(key *ecdsa.PrivateKey) *types.Receipt {
	c.TB.Helper()
	return c.Send("resume", key, c.Deployment.Node, c.Node.PackResume())
}

// Register makes a class one that takes GPT tasks.
func (c *Chain) Register(class Class) {
	c.TB.Helper()
	c.RegisterWith(class, fingerprint())
}

// RegisterWith is Register with what the probe of real nodes gives.
func (c *Chain) RegisterWith(class Class, fingerprint common.Hash) {
	c.TB.Helper()
	if c.classes[class.ID()] {
		return
	}
	c.classes[class.ID()] = true
	c.Enact(c.Rules.PackSetClass(class.Card, class.VRAMGB, class.Runtime, fingerprint))
}

func fingerprint() common.Hash { return crypto.Keccak256Hash([]byte("fingerprint")) }

// GPTRequest is a GPT task of one unit, with 50 CNX for its nodes.
func GPTRequest() contracts.TaskRequest {
	return contracts.TaskRequest{
		TaskType: uint8(protocol.GPT), ArgsHash: crypto.Keccak256Hash([]byte("envelope")),
		MinVramGB: 4, Units: 1, Fee: Paying(CNX(50)),
	}
}

// SDRequest is a Stable Diffusion task of so many images, with 50 CNX for its
// nodes.
func SDRequest(images int) contracts.TaskRequest {
	return contracts.TaskRequest{
		TaskType: uint8(protocol.StableDiffusion), ArgsHash: crypto.Keccak256Hash([]byte("envelope")),
		MinVramGB: 4, Units: uint32(images), Images: uint16(images), Fee: Paying(CNX(50)),
	}
}

// Paying is the fee of which nodes get so much, with the default reward for who
// ends the task.
func Paying(nodes *big.Int) *big.Int {
	return new(big.Int).Add(nodes, contracts.DefaultParams().SettleReward)
}

// Court is one task and the keys of its nodes.
type Court struct {
	*Chain
	ID      *big.Int
	Creator *ecdsa.PrivateKey
	Fee     *big.Int
	// Drawn is empty while the task is queued. Keys are by seat.
	Drawn *contracts.TaskTaskDrawn
	Keys  [3]*ecdsa.PrivateKey
	// Commitments are what was committed, by seat.
	Commitments [3]common.Hash
	openings    [3]Answer
}

// Answer is what a node says: the opening of a commitment.
type Answer struct {
	Kind   protocol.ResultKind
	Result []byte
	Nonce  [32]byte
}

// Result is an answer with a digest made of word, the same for the same word.
func Result(word string) Answer {
	return Answer{Kind: protocol.KindResult, Result: crypto.Keccak256([]byte(word)), Nonce: crypto.Keccak256Hash([]byte("nonce"), []byte(word))}
}

// Failure is an answer of a kind without a result.
func Failure(kind protocol.ResultKind) Answer { return Answer{Kind: kind, Nonce: [32]byte{byte(kind)}} }

// Create creates a task. nodes are all keys that could be drawn.
func (c *Chain) Create(creator *ecdsa.PrivateKey, request contracts.TaskRequest, nodes []*ecdsa.PrivateKey) *Court {
	c.TB.Helper()
	receipt := c.Send("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request))
	created := Find[contracts.TaskTaskCreated](c, receipt)
	t := &Court{Chain: c, ID: created.TaskId, Creator: creator, Fee: request.Fee}
	t.Seat(receipt, nodes)
	return t
}

// Seat takes the draw from a receipt, if there is one in it.
func (t *Court) Seat(receipt *types.Receipt, nodes []*ecdsa.PrivateKey) {
	t.TB.Helper()
	t.Drawn = Find[contracts.TaskTaskDrawn](t.Chain, receipt)
	if t.Drawn == nil {
		return
	}
	for seat, address := range t.Drawn.Nodes {
		for _, key := range nodes {
			if Address(key) == address {
				t.Keys[seat] = key
			}
		}
		if t.Keys[seat] == nil {
			t.TB.Fatalf("drawn node %s is none of the test's", address)
		}
	}
}

// Commitment is the commitment of a seat to an answer.
func (t *Court) Commitment(seat int, a Answer) common.Hash {
	return protocol.CommitmentHash(t.Drawn.TaskKey, Address(t.Keys[seat]), a.Kind, a.Result, a.Nonce)
}

// Commit brings the signed commitment of a seat.
func (t *Court) Commit(seat int, a Answer) *types.Receipt {
	t.TB.Helper()
	commitment := t.Commitment(seat, a)
	receipt, err := t.TryCommit(seat, commitment, t.Keys[seat])
	if err != nil {
		t.TB.Fatalf("commit of seat %d: %v", seat, err)
	}
	t.Commitments[seat], t.openings[seat] = commitment, a
	return receipt
}

// Hold makes Opening and Reveal of a seat open an answer that the test
// committed to by other means.
func (t *Court) Hold(seat int, a Answer) {
	t.Commitments[seat], t.openings[seat] = t.Commitment(seat, a), a
}

// TryCommit brings a commitment signed by signer; the seat's node sends it.
func (t *Court) TryCommit(seat int, commitment common.Hash, signer *ecdsa.PrivateKey) (*types.Receipt, error) {
	t.TB.Helper()
	signature := t.Sign(protocol.Commitment{TaskKey: t.Drawn.TaskKey, Commitment: commitment}, signer)
	return t.Try("commit", signer, t.Deployment.Task, t.Task.PackCommit(t.ID, uint8(seat), commitment, signature))
}

// Sign signs a message of the protocol for this chain.
func (c *Chain) Sign(m protocol.Message, key *ecdsa.PrivateKey) []byte {
	c.TB.Helper()
	signature, err := c.Domain.Sign(m, key)
	if err != nil {
		c.TB.Fatal(err)
	}
	return signature
}

// Opening is the opening of what a seat committed to.
func (t *Court) Opening(seat int) protocol.Reveal {
	a := t.openings[seat]
	r := protocol.Reveal{
		TaskKey: t.Drawn.TaskKey, CommitmentsHash: protocol.CommitmentsHash(t.Commitments),
		Order: protocol.PackOrder([3]uint8{0, 1, 2}), Kind: a.Kind, Result: a.Result, Nonce: a.Nonce,
	}
	if a.Kind == protocol.KindResult {
		r.CiphertextHash = crypto.Keccak256Hash([]byte("ciphertext"), []byte{byte(seat)})
	}
	return r
}

// Reveal opens a seat's commitment, stored at the relay.
func (t *Court) Reveal(seat int) *types.Receipt {
	t.TB.Helper()
	receipt, err := t.TryReveal(seat)
	if err != nil {
		t.TB.Fatalf("reveal of seat %d: %v", seat, err)
	}
	return receipt
}

// TryReveal is Reveal for an opening that may be refused.
func (t *Court) TryReveal(seat int) (*types.Receipt, error) {
	t.TB.Helper()
	return t.Bring(seat, t.Opening(seat), t.Keys[seat], t.Keys[seat], t.Relay)
}

// Bring sends an opening signed by signer and vouched for by relay (nil for no
// signature) from the account sender.
func (t *Court) Bring(seat int, r protocol.Reveal, signer, sender, relay *ecdsa.PrivateKey) (*types.Receipt, error) {
	t.TB.Helper()
	return t.Try("reveal", sender, t.Deployment.Task, t.Task.PackReveal(t.ID, uint8(seat), t.Statement(seat, r, signer, relay)))
}

// Statement is an opening signed by signer and vouched for by relay, nil for no
// proof.
func (t *Court) Statement(seat int, r protocol.Reveal, signer, relay *ecdsa.PrivateKey) contracts.Statement {
	t.TB.Helper()
	var proof []byte
	if relay != nil && r.Kind == protocol.KindResult {
		proof = t.Sign(protocol.Stored{TaskKey: r.TaskKey, Node: Address(t.Keys[seat]), CiphertextHash: r.CiphertextHash}, relay)
	}
	return contracts.Statement{Opening: Opening(r), Signature: t.Sign(r, signer), Proof: proof}
}

// Opening is a reveal as the contract takes it.
func Opening(r protocol.Reveal) contracts.Reveal {
	return contracts.Reveal{
		CommitmentsHash: r.CommitmentsHash, Order: r.Order, Kind: uint8(r.Kind),
		Result: r.Result, Nonce: r.Nonce, CiphertextHash: r.CiphertextHash,
	}
}

// Settle settles the task fast, with what its nodes hold; the creator sends.
func (t *Court) Settle(answers ...Answer) *types.Receipt {
	t.TB.Helper()
	receipt, err := t.TrySettle(answers...)
	if err != nil {
		t.TB.Fatalf("settle: %v", err)
	}
	return receipt
}

// TrySettle is Settle for one that may be refused.
func (t *Court) TrySettle(answers ...Answer) (*types.Receipt, error) {
	t.TB.Helper()
	for seat, a := range answers {
		t.Hold(seat, a)
	}
	return t.Try("settle", t.Creator, t.Deployment.Task, t.Task.PackSettle(t.ID, t.Statements(nil)))
}

// Statements are what the three nodes sign of what they hold.
func (t *Court) Statements(relay *ecdsa.PrivateKey) (all [3]contracts.Statement) {
	t.TB.Helper()
	for seat := range all {
		all[seat] = t.Statement(seat, t.Opening(seat), t.Keys[seat], relay)
	}
	return all
}

// Close ends the task.
func (t *Court) Close() *types.Receipt {
	t.TB.Helper()
	return t.Send("close", t.Creator, t.Deployment.Task, t.Task.PackClose(t.ID))
}

// Dispatch draws nodes for the queued task, if it is its turn.
func (t *Court) Dispatch(nodes []*ecdsa.PrivateKey) (*types.Receipt, error) {
	t.TB.Helper()
	receipt, err := t.Try("dispatch", t.Creator, t.Deployment.Task, t.Task.PackDispatch(t.ID))
	if err == nil {
		t.Seat(receipt, nodes)
	}
	return receipt, err
}

// TryClose is Close for a call that may be refused.
func (t *Court) TryClose() (*types.Receipt, error) {
	t.TB.Helper()
	return t.Try("close", t.Creator, t.Deployment.Task, t.Task.PackClose(t.ID))
}

// Info is what the contract says of the task.
func (t *Court) Info() contracts.TaskInfo {
	t.TB.Helper()
	return View(t.Chain, t.Deployment.Task, t.Task.PackTask(t.ID), t.Task.UnpackTask)
}

// NodeInfo is what the contract says of a node.
func (c *Chain) NodeInfo(node common.Address) contracts.NodeInfo {
	c.TB.Helper()
	return View(c, c.Deployment.Node, c.Node.PackNodeInfo(node), c.Node.UnpackNodeInfo)
}

// Balance is the CNX of an account.
func (c *Chain) Balance(account common.Address) *big.Int {
	c.TB.Helper()
	return View(c, c.Deployment.Token, c.Token.PackBalanceOf(account), c.Token.UnpackBalanceOf)
}

// Credit is the CNX credited to an account.
func (c *Chain) Credit(account common.Address) *big.Int {
	c.TB.Helper()
	return View(c, c.Deployment.Task, c.Task.PackCredit(account), c.Task.UnpackCredit)
}

// Pool is the CNX in the pool.
func (c *Chain) Pool() *big.Int {
	c.TB.Helper()
	return View(c, c.Deployment.Task, c.Task.PackPool(), c.Task.UnpackPool)
}

// CheckMoney fails the test unless every CNX the contracts hold is accounted
// for: Node's are the stakes of nodes, Task's are fees in flight, credits and
// the pool. accounts are all that could have a stake or a credit, tasks all that
// could be open.
func (c *Chain) CheckMoney(accounts []*ecdsa.PrivateKey, tasks ...*big.Int) {
	c.TB.Helper()
	stakes, owed := new(big.Int), c.Pool()
	for _, key := range accounts {
		stakes.Add(stakes, c.NodeInfo(Address(key)).Stake)
		owed.Add(owed, c.Credit(Address(key)))
	}
	for _, id := range tasks {
		task := View(c, c.Deployment.Task, c.Task.PackTask(id), c.Task.UnpackTask)
		if !protocol.TaskStatus(task.Status).Final() {
			owed.Add(owed, task.Fee)
		}
	}
	if got := c.Balance(c.Deployment.Node); got.Cmp(stakes) != 0 {
		c.TB.Fatalf("Node holds %s, stakes are %s", got, stakes)
	}
	if got := c.Balance(c.Deployment.Task); got.Cmp(owed) != 0 {
		c.TB.Fatalf("Task holds %s, owes %s", got, owed)
	}
}

// PrintGas logs the average gas of each kind of transaction so far.
func (c *Chain) PrintGas() {
	c.TB.Helper()
	sum, n := map[string]uint64{}, map[string]uint64{}
	var order []string
	for _, g := range c.Gas {
		if n[g.What] == 0 {
			order = append(order, g.What)
		}
		sum[g.What] += g.Gas
		n[g.What]++
	}
	for _, what := range order {
		c.TB.Log(fmt.Sprintf("gas %-12s %9d on average of %d", what, sum[what]/n[what], n[what]))
	}
}
