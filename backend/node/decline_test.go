package node

import (
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/models"
	"helium/backend/protocol"
)

// otherModels is a library that holds the demo model under another name, and so
// lacks it.
type otherModels struct{ Models }

func (m otherModels) Get(id string) (models.File, error) {
	if id == "helium/demo" {
		return models.File{}, models.ErrNotHere
	}
	return m.Models.Get(id)
}

func (m otherModels) Use(id string) (models.File, func(), error) {
	if id == "helium/demo" {
		return models.File{}, nil, models.ErrNotHere
	}
	return m.Models.Use(id)
}

func (m otherModels) List() []models.File {
	all := slices.Clone(m.Models.List())
	for i := range all {
		all[i].Pin.ID = "somebody/else"
	}
	return all
}

// redrawn waits until the task was drawn anew.
func (t *paidTask) redrawn() *paidTask {
	w := t.c.w
	w.Helper()
	events, err := contracts.NewEvents()
	if err != nil {
		w.Fatal(err)
	}
	for range 600 {
		logs, err := w.sim.Client.FilterLogs(w.Context(), ethereum.FilterQuery{Addresses: []common.Address{w.profile.Contracts.Task}})
		if err != nil {
			w.Fatal(err)
		}
		for _, l := range logs {
			parsed, _ := events.Parse(&l)
			drawn, ok := parsed.(*contracts.TaskTaskDrawn)
			if ok && drawn.TaskId.Cmp(t.id.Big()) == 0 && drawn.TaskKey != t.key {
				t.key, t.nodes, t.argumentsBy, t.commitBy = drawn.TaskKey, drawn.Nodes, drawn.ArgumentsBy, drawn.CommitBy
				return t
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatal("nobody is drawn in the place of the one that lacks the model")
	return nil
}

func TestANodeThatLacksTheModelHasAnotherDrawn(t *testing.T) {
	w := newWorld(t)
	hosts := w.three(func(c *Config) { c.Models = otherModels{c.Models} })
	lacking := hosts[0]
	asked := w.creator.ask("What is Helium?", nil)
	fourth := w.newHost("n3", nil).boot().join()
	asked.send()

	asked.redrawn()
	if slices.Contains(asked.nodes[:], lacking.address()) || !slices.Contains(asked.nodes[:], fourth.address()) {
		t.Fatalf("drawn were %v, want %s in the place of %s", asked.nodes, fourth.address(), lacking.address())
	}
	asked.send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Errorf("outcome is %s", outcome)
	}
	if n := paidNodes(pay); n != protocol.Seats {
		t.Errorf("paid were %v", pay)
	}
	s := lacking.await("being free", func(s State) bool { return s.Task == nil && s.Status == StatusRunning })
	if len(s.Recent) != 0 && !s.Recent[0].Paid.IsZero() {
		t.Errorf("recorded %+v", s.Recent)
	}
	info := w.sim.NodeInfo(lacking.address())
	if info.Recent[0] != 12 || info.Stake.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("the one that declined has the scores %v and a stake of %s", info.Recent, info.Stake)
	}
	if calls := w.calls(lacking.address()); calls["decline"] != 1 || len(calls) != 1 {
		t.Errorf("it made the calls %v", calls)
	}
}

// A node that committed and then has another drawn in its place, or complains
// of missing arguments, has contradicted itself.
func TestARefusalAfterACommitmentIsCharged(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	liar := hosts[0]
	asked := w.creator.ask("What is Helium?", nil)
	w.creator.absent = true
	asked.send()
	for _, h := range hosts {
		h.await("its answer", func(s State) bool { return s.Task != nil && s.Task.Stage != JobFetching && s.Task.Stage != JobRunning })
	}
	// It signs, besides, that it never got the arguments.
	m := protocol.NoArguments{TaskKey: asked.key}
	signature, err := liar.out.wallet.SignMessage(w.profile.Domain(), m)
	if err != nil {
		t.Fatal(err)
	}
	r := runner{n: liar.Node, key: asked.key}
	if err := r.send(t.Context(), Job{Key: asked.key}, m, signature, nil); err != nil {
		t.Fatal(err)
	}
	tr := &trial{world: w, hosts: hosts}
	tr.gone(liar)
	for _, h := range hosts[1:] {
		if tr.stakeOf(h).Sign() == 0 {
			t.Errorf("node %s lost its stake too", h.name)
		}
	}
}
