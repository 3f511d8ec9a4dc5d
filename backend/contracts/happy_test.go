package contracts_test

import (
	"math/big"
	"testing"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func TestThreeEqualResultsPay20And18And12(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	everybody := append(nodes, creator)

	// The second run is the steady state: every storage word has been used before.
	for _, steady := range []bool{false, true} {
		first := len(c.Gas)
		before := map[int]*big.Int{}
		task := c.Create(creator, contractstest.GPTRequest(), nodes)
		for seat := range 3 {
			before[seat] = c.Earned(contractstest.Address(task.Keys[seat]))
			task.Commit(seat, contractstest.Result("yes"))
		}
		for seat := range 2 {
			task.Reveal(seat)
		}
		end := contractstest.Find[contracts.TaskTaskEnded](c, task.Reveal(2))
		if end == nil || protocol.Outcome(end.Outcome) != protocol.OutcomeAgreed {
			t.Fatalf("got %+v, want the third opening to settle", end)
		}
		if string(end.Result) != string(contractstest.Result("yes").Result) {
			t.Errorf("got result %x, want %x", end.Result, contractstest.Result("yes").Result)
		}
		for seat, want := range []int64{20, 18, 12} {
			got := new(big.Int).Sub(c.Earned(contractstest.Address(task.Keys[seat])), before[seat])
			if got.Cmp(contractstest.CNX(want)) != 0 {
				t.Errorf("seat %d earned %s, want %d CNX", seat, got, want)
			}
			info := c.NodeInfo(contractstest.Address(task.Keys[seat]))
			if protocol.NodeStatus(info.Status) != protocol.NodeAvailable || info.TaskId.Sign() != 0 || int64(info.Score) != want {
				t.Errorf("seat %d is %+v, want it available with score %d", seat, info, want)
			}
		}
		c.CheckMoney(everybody)
		var total uint64
		for _, g := range c.Gas[first:] {
			total += g.Gas
			t.Logf("gas %-12s %9d", g.What, g.Gas)
		}
		t.Logf("gas %-12s %9d", "whole task", total)
		if steady && total > 750_000 {
			t.Errorf("a GPT task through the court costs %d gas, want at most 750,000", total)
		}
	}
	c.PrintGas()
}
