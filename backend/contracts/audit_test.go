package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What an audit of the contracts found, an attack each. A test that is skipped
// shows a weakness that is still there.

// gang is a class of twenty nodes, of which the last six belong to one owner,
// who creates tasks too.
type gang struct {
	*contractstest.Chain
	nodes []*ecdsa.PrivateKey
	boss  *ecdsa.PrivateKey
	own   map[common.Address]bool
}

func newGang(t *testing.T) *gang {
	t.Helper()
	c := contractstest.NewEVM(t, nil)
	g := &gang{Chain: c, nodes: c.Join(20, contractstest.SmallClass()), boss: c.Account(), own: map[common.Address]bool{}}
	for range 60 { // everybody has worked, so that no word is fresh
		c.Create(g.boss, contractstest.GPTRequest(), g.nodes).Settle(sameResults()...)
	}
	for _, key := range g.nodes[14:] {
		g.own[contractstest.Address(key)] = true
	}
	return g
}

func (g *gang) create() []byte { return g.Task.PackCreateTask(contractstest.GPTRequest()) }

// majority says whether two of three drawn nodes belong to the owner.
func (g *gang) majority(c *contractstest.Chain, receipt *types.Receipt) bool {
	n := 0
	for _, node := range contractstest.Find[contracts.TaskTaskDrawn](c, receipt).Nodes {
		if g.own[node] {
			n++
		}
	}
	return n >= 2
}

// dice makes a branch throw its own.
func (g *gang) dice(throw int) *contractstest.Chain {
	b := g.Branch()
	b.EVM.Randao = func(n uint64) common.Hash { return crypto.Keccak256Hash(fmt.Appendf(nil, "dice %d %d", throw, n)) }
	return b
}

// words are where Node keeps the gang's own nodes. Reading them is cheap for a
// transaction that names them beforehand.
func (g *gang) words() types.AccessList {
	const records, numbers = 10, 11
	var keys []common.Hash
	for node := range g.own {
		number := g.EVM.Storage(g.Deployment.Node, contractstest.SlotOf(contractstest.Slot(numbers), common.BytesToHash(node[:])))
		first := contractstest.SlotOf(contractstest.Slot(records), number)
		keys = append(keys, first, contractstest.SlotAfter(first, 1))
	}
	return types.AccessList{{Address: g.Deployment.Node, StorageKeys: keys}}
}

// leastGas is what one in a hundred draws can do with; 0 when none can with
// what draws take.
func (g *gang) leastGas(warm types.AccessList) uint64 {
	for limit := uint64(160_000); limit < 400_000; limit += 3_000 {
		passed := 0
		for throw := range 100 {
			if _, err := g.dice(throw).TryWithGas(limit, warm, g.boss, g.Deployment.Task, g.create()); err == nil {
				passed++
			}
		}
		if passed > 0 {
			return limit
		}
	}
	return 0
}

// 230 of 1,140 trios have two of the gang or more: one in five.
func TestAudit1_NobodyTakesBackADrawByItsGas(t *testing.T) {
	g := newGang(t)
	warm := g.words()
	limit := g.leastGas(warm)
	if limit == 0 {
		return // no draw is taken back for its gas alone
	}
	stood, majority := 0, 0
	for throw := range 3_000 {
		b := g.dice(1_000 + throw)
		receipt, err := b.TryWithGas(limit, warm, g.boss, g.Deployment.Task, g.create())
		if err != nil {
			continue
		}
		stood++
		if g.majority(b, receipt) {
			majority++
		}
	}
	if t.Logf("with %d gas %d draws stood, %d of them with a majority", limit, stood, majority); 2*majority > stood {
		t.Errorf("%d of %d draws gave the sender's own nodes a majority, want about a fifth", majority, stood)
	}
}

// The attacker has three nodes of a class of their own and one dear task that
// waits for them; it costs nothing, since its own nodes earn the fee.
func TestAudit2_ATaskThatCannotBeDrawnHoldsUpNobody(t *testing.T) {
	c := contractstest.NewEVM(t, func(p *contracts.Params) { p.DrawCandidates, p.DrawSeconds = 6, 10 })
	honest := c.Join(30, contractstest.SmallClass())
	all := append(honest, c.Join(3, contractstest.Class{Card: "Large", VRAMGB: 24, Runtime: "cpu/1"})...)
	creator, attacker := c.Account(), c.Account()
	dear := contractstest.GPTRequest()
	dear.MinVramGB, dear.Fee = 24, contractstest.CNX(100)
	bait := c.Create(attacker, dear, all)
	waited := 0
	const tasks = 60
	for range tasks {
		if bait.Drawn == nil {
			_, _ = bait.Dispatch(all)
		} else {
			bait.Settle(sameResults()...)
			bait = c.Create(attacker, dear, all)
		}
		task := c.Create(creator, contractstest.GPTRequest(), all)
		if task.Drawn != nil {
			task.Settle(sameResults()...)
			continue
		}
		if _, err := task.Dispatch(all); err != nil {
			waited++
			c.Send("cancel", creator, c.Deployment.Task, c.Task.PackCancel(task.ID))
			continue
		}
		task.Settle(sameResults()...)
	}
	if waited > tasks/10 {
		t.Errorf("%d of %d tasks could not be drawn with 30 free nodes", waited, tasks)
	}
}

func TestAudit3_AHolderDoesNotDeclineByForgettingItsModel(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	nodes, creator := c.Join(6, contractstest.SmallClass()), c.Account()
	for _, key := range nodes {
		c.Send("announce", key, c.Deployment.Node, c.Node.PackAnnounce(modelBits("model")))
	}
	request := contractstest.GPTRequest()
	request.ModelKey = protocol.ModelKey("model")
	task := c.Create(creator, request, nodes)
	_, _ = c.Try("announce", task.Keys[0], c.Deployment.Node, c.Node.PackAnnounce(0))
	if err := tryDecline(task, 0); err == nil {
		t.Error("a node that held the model when it was drawn has declined")
	}
}

func tryDecline(task *contractstest.Court, seat int) error {
	signature := task.Sign(protocol.Decline{TaskKey: task.Drawn.TaskKey}, task.Keys[seat])
	call := task.Task.PackDecline(task.ID, uint8(seat), signature, task.Drawn.ArgsHash, task.Drawn.Prevrandao)
	_, err := task.Try("decline", task.Keys[seat], task.Deployment.Task, call)
	return err
}

// Whoever knew how the tree stands could choose the fee of each task so that it
// makes a path of it: each a little better than the one before, or a little
// worse.
func TestAudit5_NobodyMakesTheQueueDeep(t *testing.T) {
	const tasks = 300
	for name, step := range map[string]int64{"rising": 1, "falling": -1} {
		c := contractstest.NewEVM(t, func(p *contracts.Params) { p.QueuePer100Nodes = 20_000 })
		c.Join(3, contractstest.SmallClass())
		creator := c.Account()
		request := contractstest.GPTRequest()
		create := func(c *contractstest.Chain, value *big.Int) uint64 {
			request.Fee = new(big.Int).Mul(value, big.NewInt(40)) // seconds of a task of one unit
			return c.Send("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(request)).GasUsed
		}
		value := new(big.Int).Div(contractstest.CNX(1), big.NewInt(39))
		value.Add(value, big.NewInt(tasks))
		for range tasks {
			create(c, value.Add(value, big.NewInt(step)))
		}
		worst := uint64(0)
		for n := range int64(20) { // among them, and before all
			among := new(big.Int).Sub(value, big.NewInt(step*n*tasks/20))
			worst = max(worst, create(c.Branch(), among), create(c.Branch(), contractstest.CNX(1+n)))
		}
		if worst > 500_000 {
			t.Errorf("%s: a task after %d takes up to %d gas to queue, want half a million at most", name, tasks, worst)
		}
	}
}
