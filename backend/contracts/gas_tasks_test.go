package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// gasNet is a chain whose words were used before: three nodes that finished
// tasks of both types both ways, and a creator and a stranger that were credited.
type gasNet struct {
	*contractstest.Chain
	nodes             []*ecdsa.PrivateKey
	creator, stranger *ecdsa.PrivateKey
}

func steadyNet(t *testing.T) gasNet {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		p.StableDiffusion.Served = true
		p.QueuePer100Nodes = 60_000
	})
	n := gasNet{c, c.Join(3, contractstest.SmallClass()), c.Account(), c.Account()}
	for range 8 {
		n.start(contractstest.GPTRequest()).Settle(sameResults()...)
		n.settleAsStranger(n.start(contractstest.GPTRequest()))
	}
	for range 2 {
		n.inCourt(n.start(contractstest.GPTRequest()), gasSheet{}, sameResults())
		n.inCourt(n.start(contractstest.SDRequest(9)), gasSheet{}, closeImages(9, 1))
	}
	return n
}

func (n gasNet) branch() gasNet {
	return gasNet{n.Chain.Branch(), n.nodes, n.creator, n.stranger}
}

func (n gasNet) start(request contracts.TaskRequest) *contractstest.Court {
	n.TB.Helper()
	task := n.Create(n.creator, request, n.nodes)
	if task.Drawn == nil {
		n.TB.Fatal("no nodes were drawn")
	}
	return task
}

func (n gasNet) settleAsStranger(task *contractstest.Court) uint64 {
	n.TB.Helper()
	for seat, answer := range sameResults() {
		task.Hold(seat, answer)
	}
	return n.Send("settle", n.stranger, n.Deployment.Task, n.Task.PackSettle(task.ID, task.Statements(n.Relay))).GasUsed
}

// inCourt commits and reveals, and adds it all up.
func (n gasNet) inCourt(task *contractstest.Court, s gasSheet, answers []contractstest.Answer) (sum uint64) {
	n.TB.Helper()
	for seat, key := range []string{"commit_1", "commit_2", "commit_3"} {
		gas := task.Commit(seat, answers[seat]).GasUsed
		s.add(key, gas)
		sum += gas
	}
	for seat, key := range []string{"reveal_1", "reveal_2", "reveal_3"} {
		gas := task.Reveal(seat).GasUsed
		s.add(key, gas)
		sum += gas
	}
	return sum
}

func sameResults() []contractstest.Answer {
	a := contractstest.Result("A")
	return []contractstest.Answer{a, a, a}
}

// closeImages are hashes of so many images, of which each node's differ from
// another's by two bits when apart is 1, and not at all when it is 0.
func closeImages(images int, apart byte) []contractstest.Answer {
	answers := make([]contractstest.Answer, 3)
	for seat := range answers {
		var result []byte
		for i := range images {
			hash := crypto.Keccak256([]byte{byte(i)})[:8]
			hash[i%8] ^= apart << seat
			result = append(result, hash...)
		}
		answers[seat] = contractstest.Answer{Kind: protocol.KindResult, Result: result, Nonce: crypto.Keccak256Hash([]byte{byte(seat)})}
	}
	return answers
}

func gasOfTasks(t *testing.T, s gasSheet) {
	t.Helper()
	const tasks = 20
	n := steadyNet(t)
	for _, kind := range []struct {
		key     string
		request contracts.TaskRequest
		answers []contractstest.Answer
	}{
		{"gpt_task", contractstest.GPTRequest(), sameResults()},
		{"sd_task_1", contractstest.SDRequest(1), closeImages(1, 0)},
		{"sd_task_9", contractstest.SDRequest(9), closeImages(9, 1)},
	} {
		for range tasks {
			task := n.start(kind.request)
			created := lastGas(n.Chain)
			settled := task.Settle(kind.answers...).GasUsed
			s.add(kind.key, created+settled)
			if kind.key == "gpt_task" {
				s.add("create", created)
				s.add("settle", settled)
			}
		}
	}
	for range tasks {
		s.add("settle_by_relay_proofs", n.settleAsStranger(n.start(contractstest.GPTRequest())))
		task := n.start(contractstest.GPTRequest())
		s.add("gpt_task_court", lastGas(n.Chain)+n.inCourt(task, s, sameResults()))
	}
}

// tenThousand and hundredThousand are newcomers of one class, joined through
// the contract, each by a transaction of its own; only their CNX were written
// into Token's storage.
var (
	tenThousand = contractstest.Shared(func(tb testing.TB) *contractstest.Chain {
		return manyNodes(contractstest.NewEVM(tb, nil), 10_000)
	})
	hundredThousand = contractstest.Shared(func(tb testing.TB) *contractstest.Chain {
		return manyNodes(tenThousand(tb), 90_000)
	})
)

func manyNodes(c *contractstest.Chain, n int) *contractstest.Chain {
	c.Register(contractstest.SmallClass())
	c.JoinMany(n, contractstest.SmallClass())
	return c
}

// gasOfCreating draws from nodes of the mean that all have who always agree.
func gasOfCreating(t *testing.T, s gasSheet) {
	t.Helper()
	const mean = 256 * 50 / 3
	few := func(n int) *contractstest.Chain { return manyNodes(contractstest.NewEVM(t, nil), n) }
	gasOfDraws(s, "create_3", few(3), mean)
	gasOfDraws(s, "create_100", few(100), mean)
	gasOfDraws(s, "create_10000", tenThousand(t), mean)
	gasOfDraws(s, "create_10000_newcomers", tenThousand(t), 0)
	if !testing.Short() {
		gasOfDraws(s, "create_100000", hundredThousand(t), mean)
	}
}

// gasOfDraws draws again and again from the same state.
func gasOfDraws(s gasSheet, key string, c *contractstest.Chain, mean uint16) {
	const draws = 40
	creator := c.Account()
	// One task uses an entry.
	first := c.Send("createTask", creator, c.Deployment.Task, c.Task.PackCreateTask(contractstest.GPTRequest()))
	c.Advance(time.Hour)
	c.Send("close", creator, c.Deployment.Task, c.Task.PackClose(contractstest.Find[contracts.TaskTaskDrawn](c, first).TaskId))
	c.SetMeans(mean)

	for range draws {
		receipt := c.EVM.Try(contractstest.Address(creator), c.Deployment.Task, c.Task.PackCreateTask(contractstest.GPTRequest()))
		if contractstest.Find[contracts.TaskTaskDrawn](c, receipt) == nil {
			c.TB.Fatalf("%s: no nodes were drawn", key)
		}
		s.add(key, receipt.GasUsed)
	}
}

func gasOfQueue(t *testing.T, s gasSheet) {
	t.Helper()
	const waiting, recycled, newcomers, dispatches = 1000, 100, 40, 20
	n := steadyNet(t)
	n.Fund(n.creator, contractstest.CNX(100_000_000))
	n.Deposit(n.creator, contractstest.CNX(100_000_000))
	random := rand.New(rand.NewPCG(1, 2))
	anyFee := func() contracts.TaskRequest {
		request := contractstest.GPTRequest()
		request.Fee = new(big.Int).Add(contractstest.CNX(2), bigOf(random.Uint64N(1e18)))
		request.Fee.Mul(request.Fee, bigOf(1+random.Uint64N(300)))
		return request
	}
	running := n.start(contractstest.GPTRequest())
	var ids []*big.Int
	for range waiting + recycled {
		ids = append(ids, n.Create(n.creator, anyFee(), nil).ID)
	}
	for _, i := range random.Perm(len(ids))[:recycled] {
		n.Send("cancel", n.creator, n.Deployment.Task, n.Task.PackCancel(ids[i]))
	}
	for range newcomers {
		receipt := n.EVM.Try(contractstest.Address(n.creator), n.Deployment.Task, n.Task.PackCreateTask(anyFee()))
		if contractstest.Find[contracts.TaskTaskQueued](n.Chain, receipt) == nil {
			t.Fatal("a task was not queued")
		}
		s.add("enqueue_1000", receipt.GasUsed)
	}

	running.Settle(sameResults()...)
	for range dispatches {
		page := contractstest.View(n.Chain, n.Deployment.Task, n.Task.PackQueued(uint8(protocol.GPT), gptStep, big.NewInt(waiting+1)), n.Task.UnpackQueued)
		if len(page) != waiting {
			t.Fatalf("%d tasks wait, want %d", len(page), waiting)
		}
		task := &contractstest.Court{Chain: n.Chain, ID: page[0].TaskId, Creator: n.creator}
		receipt := n.Send("dispatch", n.stranger, n.Deployment.Task, n.Task.PackDispatch(task.ID))
		s.add("dequeue_1000", receipt.GasUsed)
		task.Seat(receipt, n.nodes)
		replacement := anyFee()
		n.Send("createTask", n.creator, n.Deployment.Task, n.Task.PackCreateTask(replacement))
		task.Settle(sameResults()...)
	}
}

// gptStep is the memory step of GPTRequest, 4 GB.
const gptStep = 2
