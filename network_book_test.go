//go:build linux && !desktop

package main

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// book is what the chain alone says of every task, read from its logs.
type book struct {
	tasks map[protocol.TaskID]*entry
	// slashed stakes by node, in wei.
	slashed map[common.Address]*big.Int
}

// entry is one task: how often what happened, and where its fee went.
type entry struct {
	argsHash          common.Hash
	creator           common.Address
	fee, paid, back   *big.Int // paid to nodes, and to those who sent what ended or dispatched it
	drawn, ended      int
	nodes             [3]common.Address
	committed         map[common.Address]int
	revealed, payment map[common.Address]int
	rewards           map[common.Address]*big.Int // those to who sent something
	outcome           protocol.Outcome
}

func (l *lab) readBook(t *testing.T) book {
	t.Helper()
	events, err := contracts.NewEvents()
	if err != nil {
		t.Fatal(err)
	}
	logs, err := l.rpc.FilterLogs(t.Context(), ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(l.net.StartBlock), Addresses: []common.Address{l.net.Contracts.Task, l.net.Contracts.Node},
	})
	if err != nil {
		t.Fatal(err)
	}
	b := book{tasks: map[protocol.TaskID]*entry{}, slashed: map[common.Address]*big.Int{}}
	for _, log := range logs {
		if e, err := events.Parse(&log); err == nil {
			b.add(t, e)
		}
	}
	return b
}

func (b *book) of(id *big.Int) *entry {
	e := b.tasks[protocol.TaskID(id.Uint64())]
	if e == nil {
		e = &entry{
			fee: new(big.Int), paid: new(big.Int), back: new(big.Int),
			committed: map[common.Address]int{}, revealed: map[common.Address]int{}, payment: map[common.Address]int{},
			rewards: map[common.Address]*big.Int{},
		}
		b.tasks[protocol.TaskID(id.Uint64())] = e
	}
	return e
}

func (b *book) add(t *testing.T, event any) {
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		task := b.of(e.TaskId)
		if task.fee.Sign() != 0 {
			t.Errorf("task %s was created twice", e.TaskId)
		}
		task.argsHash, task.creator, task.fee = e.ArgsHash, e.Creator, e.Fee
	case *contracts.TaskTaskDrawn:
		b.of(e.TaskId).drawn++
		b.of(e.TaskId).nodes = e.Nodes
	case *contracts.TaskCommitted:
		b.of(e.TaskId).committed[e.Node]++
	case *contracts.TaskRevealed:
		b.of(e.TaskId).revealed[e.Node]++
	case *contracts.TaskTaskEnded:
		b.of(e.TaskId).ended++
		b.of(e.TaskId).outcome = protocol.Outcome(e.Outcome)
	case *contracts.TaskNodePaid:
		task := b.of(e.TaskId)
		task.payment[e.Node]++
		task.paid.Add(task.paid, e.Amount)
	case *contracts.TaskCreatorRefunded:
		task := b.of(e.TaskId)
		task.back.Add(task.back, e.Amount)
	case *contracts.TaskRewarded:
		task := b.of(e.TaskId)
		task.paid.Add(task.paid, e.Amount)
		if task.rewards[e.Account] == nil {
			task.rewards[e.Account] = new(big.Int)
		}
		task.rewards[e.Account].Add(task.rewards[e.Account], e.Amount)
	case *contracts.NodeNodeSlashed:
		b.slashed[e.Node] = e.Stake
	}
}

// check holds what is true of every chain, whatever was killed: nothing
// happened twice, and every wei of every fee is somewhere.
func (b book) check(t *testing.T, l *lab) {
	t.Helper()
	byArgs := map[common.Hash]protocol.TaskID{}
	kept, open := new(big.Int), new(big.Int)
	for id, task := range b.tasks {
		if other, twice := byArgs[task.argsHash]; twice {
			t.Errorf("tasks %s and %s are one request, paid for twice", other, id)
		}
		byArgs[task.argsHash] = id
		if task.drawn > 1 || task.ended > 1 {
			t.Errorf("task %s was drawn %d times and ended %d times", id, task.drawn, task.ended)
		}
		for what, count := range map[string]map[common.Address]int{"committed": task.committed, "revealed": task.revealed, "was paid": task.payment} {
			for node, n := range count {
				if n != 1 {
					t.Errorf("task %s: %s %s %d times", id, node, what, n)
				}
			}
		}
		left := new(big.Int).Sub(task.fee, task.paid)
		left.Sub(left, task.back)
		if left.Sign() < 0 {
			t.Errorf("task %s: %s was paid and %s went back of a fee of %s", id, task.paid, task.back, task.fee)
		}
		if task.ended == 0 {
			open.Add(open, left)
			continue
		}
		if len(task.payment) == 3 && left.Sign() != 0 {
			t.Errorf("task %s: all three were paid, and %s of %s is missing", id, left, task.fee)
		}
		kept.Add(kept, left)
	}
	for _, stake := range b.slashed {
		kept.Add(kept, stake)
	}
	if pool := l.pool(t); pool.Cmp(kept) != 0 {
		t.Errorf("the pool has %s, the logs say %s", pool, kept)
	}
}

func (l *lab) call(t *testing.T, to common.Address, data []byte) []byte {
	t.Helper()
	answer, err := l.rpc.CallContract(t.Context(), ethereum.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// pool is what slashed stakes and forfeited shares come to.
func (l *lab) pool(t *testing.T) *big.Int {
	t.Helper()
	task := contracts.NewTask()
	n, err := task.UnpackPool(l.call(t, l.net.Contracts.Task, task.PackPool()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (l *lab) nodeInfo(t *testing.T, node common.Address) contracts.NodeInfo {
	t.Helper()
	c := contracts.NewNode()
	info, err := c.UnpackNodeInfo(l.call(t, l.net.Contracts.Node, c.PackNodeInfo(node)))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func (l *lab) tokens(t *testing.T, who common.Address) *big.Int {
	t.Helper()
	c := contracts.NewToken()
	n, err := c.UnpackBalanceOf(l.call(t, l.net.Contracts.Token, c.PackBalanceOf(who)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
