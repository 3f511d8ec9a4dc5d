package contracts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"testing"

	"helium/backend/contracts/contractstest"
)

// The gas of everything that anybody sends, as checked in: a change of a figure
// is seen in the change that made it. HELIUM_UPDATE_GAS=1 writes the file anew.
const (
	gasFile   = "gas.json"
	gasUpdate = "HELIUM_UPDATE_GAS"
	// gasNear is by how many per cent a task of images may differ from one of
	// text, gasFlat how much creating may depend on the nodes that are free.
	gasNear = 20
	gasFlat = 25
)

// gasFigure is one line of the file.
type gasFigure struct {
	Gas uint64 `json:"gas"`
	// Original is what the network that we follow takes for it (reference/contracts.md,
	// B1 to B4, version 2), null where it has nothing like it.
	Original *uint64 `json:"original"`
	// Target is the most that it may be, null where nothing was promised.
	Target *uint64 `json:"target"`
}

// gasRow is what is measured. Steady means that every word that is written was
// used before: whoever is credited was credited before, entries serve again.
type gasRow struct {
	key              string
	original, target uint64
	what             string
}

func gasRows() []gasRow {
	return []gasRow{
		{"gpt_task", 2_792_090, 450_000, "create and settle of a GPT task that three nodes agree on; three are free; steady, its creator deposited before; mean of 20"},
		{"gpt_task_court", 2_792_090, 750_000, "the same in court: create, three commits, three reveals; mean of 20"},
		{"sd_task_1", 2_698_942, 0, "create and settle, one image, the same from all three; mean of 20"},
		{"sd_task_9", 3_597_433, 650_000, "create and settle, nine images, all nodes' differ by a few bits; mean of 20"},
		{"join", 491_297, 220_000, "a later node of a class, paid at its own address; it is Paused then; mean of 8"},
		{"resume_first", 0, 0, "the first resume of such a node, which brings it into the draw; mean of 8"},
		{"join_paid_elsewhere", 0, 0, "the same, paid at another address; mean of 8"},
		{"create_3", 889_619, 0, "create with a draw from 3 free nodes of one class, which always agreed before; recycled entry; mean of 40 draws, fixed seed"},
		{"create_100", 1_688_331, 0, "the same from 100"},
		{"create_10000", 0, 0, "the same from 10,000"},
		{"create_100000", 0, 0, "the same from 100,000; not measured under -short"},
		{"create_10000_newcomers", 0, 0, "the same from 10,000 that never had a task: each second candidate is passed over"},
		{"enqueue_1000", 890_663, 250_000, "create of a task that joins 1,000 that wait, values at random, recycled entry; mean of 40"},
		{"dequeue_1000", 0, 300_000, "dispatch of the best of 1,000 that wait, values at random, three free nodes; mean of 20"},
		{"approve", 46_272, 0, "Token.approve where nothing was allowed"},
		{"create", 789_567, 0, "create of gpt_task"},
		{"settle", 0, 0, "settle of gpt_task, by its creator without proofs of storage"},
		{"settle_by_relay_proofs", 0, 0, "settle by a stranger with three signatures of a relay; steady, mean of 20"},
		{"commit_1", 115_650, 0, "first commit of gpt_task_court"},
		{"commit_2", 118_567, 0, "second commit"},
		{"commit_3", 119_832, 0, "third commit"},
		{"reveal_1", 156_320, 0, "first reveal of gpt_task_court"},
		{"reveal_2", 717_413, 0, "second reveal"},
		{"reveal_3", 410_861, 0, "third reveal: judges, pays, frees"},
		{"dispatch", 0, 0, "dispatch of the only task that waits; steady"},
		{"cancel", 316_174, 0, "cancel of one of 50 that wait; steady"},
		{"close_expired", 0, 0, "close of a task that waited too long, the only one; steady"},
		{"close_silent", 645_577, 0, "close of a task for which nobody committed; steady"},
		{"no_arguments", 0, 0, "closeWithoutArguments with three signatures; steady"},
		{"decline", 0, 0, "decline with another node drawn; steady"},
		{"double_commitment", 0, 0, "slashDoubleCommitment of an idle node; pool used before"},
		{"deposit", 0, 0, "deposit of all that was allowed, by an account that deposited before and holds more CNX"},
		{"deposit_by_permit", 0, 0, "depositWithPermit by an account that did so before and holds more CNX"},
		{"withdraw", 0, 0, "withdraw by an account that deposited before and holds CNX"},
		{"join_first", 838_616, 0, "the first node of a registered class"},
		{"resume_serves", 0, 0, "resume of a node with which a class has enough that joined: it begins to serve"},
		{"join_for", 0, 0, "join brought by a sponsor with the stake's permit, a later node of a class"},
		{"move_for", 0, 0, "pause brought by a sponsor; its node had others brought before"},
		{"pause", 69_270, 0, "pause of an available node, one of eight"},
		{"resume", 173_993, 0, "resume of a paused node"},
		{"quit", 112_216, 0, "quit of an available node that joined long ago and never had a task: the stake returns at once"},
		{"quit_soon", 0, 0, "the same soon after it joined: the stake is held"},
		{"pause_busy", 32_868, 0, "pause of a node in a task"},
		{"quit_busy", 35_031, 0, "quit of a node in a task"},
		{"announce", 0, 0, "announce by a node that announced before"},
		{"return_stake", 0, 0, "returnStake to an account that holds CNX"},
		{"set_class", 0, 0, "a class registered through the timelock: announced and carried out"},
		{"set_params", 0, 0, "new parameters through the timelock"},
		{"set_relay", 0, 0, "a relay registered through the timelock"},
		{"deploy_all", 12_008_450, 0, "all contracts, wired, one relay registered, owned by the timelock"},
	}
}

// gasSheet collects measurements by key.
type gasSheet map[string][]uint64

func (s gasSheet) add(key string, gas uint64) { s[key] = append(s[key], gas) }

func (s gasSheet) mean(key string) uint64 {
	var sum uint64
	for _, gas := range s[key] {
		sum += gas
	}
	return sum / uint64(len(s[key]))
}

func TestGasIsWhatIsCheckedIn(t *testing.T) {
	t.Parallel()
	sheet := gasSheet{}
	gasOfTasks(t, sheet)
	gasOfJoining(t, sheet)
	gasOfDeposits(t, sheet)
	gasOfCreating(t, sheet)
	gasOfQueue(t, sheet)
	gasOfEnds(t, sheet)
	gasOfMoves(t, sheet)
	gasOfOwner(t, sheet)

	old := readGas(t)
	got := map[string]gasFigure{}
	for _, row := range gasRows() {
		figure := gasFigure{Original: unlessZero(row.original), Target: unlessZero(row.target)}
		if len(sheet[row.key]) == 0 {
			if !testing.Short() {
				t.Errorf("%s was not measured", row.key)
			}
			figure.Gas = old[row.key].Gas
		} else {
			figure.Gas = sheet.mean(row.key)
		}
		got[row.key] = figure
		if row.target != 0 && figure.Gas > row.target {
			t.Errorf("%s takes %d gas, may take %d", row.key, figure.Gas, row.target)
		}
	}
	checkGasRatios(t, got)
	if os.Getenv(gasUpdate) == "1" {
		writeGas(t, got)
		return
	}
	compareGas(t, old, got)
}

// checkGasRatios holds figures to one another.
func checkGasRatios(t *testing.T, got map[string]gasFigure) {
	t.Helper()
	sd, gpt := got["sd_task_1"].Gas, got["gpt_task"].Gas
	if 100*max(sd, gpt) > (100+gasNear)*min(sd, gpt) {
		t.Errorf("sd_task_1 takes %d gas, gpt_task %d: more than %d %% apart", sd, gpt, gasNear)
	}
	least, most := got["create_3"], got["create_3"]
	for _, key := range []string{"create_100", "create_10000", "create_100000"} {
		if figure := got[key]; figure.Gas < least.Gas {
			least = figure
		} else if figure.Gas > most.Gas {
			most = figure
		}
	}
	if 100*most.Gas > (100+gasFlat)*least.Gas {
		t.Errorf("creating takes %d to %d gas by how many nodes are free: more than %d %% apart", least.Gas, most.Gas, gasFlat)
	}
}

func compareGas(t *testing.T, old, got map[string]gasFigure) {
	t.Helper()
	for _, row := range gasRows() {
		want, ok := old[row.key]
		if !ok {
			t.Errorf("%s is not in %s; set %s=1 to write it", row.key, gasFile, gasUpdate)
			continue
		}
		if want.Gas != got[row.key].Gas {
			t.Errorf("%s takes %d gas, checked in is %d; set %s=1 to write it", row.key, got[row.key].Gas, want.Gas, gasUpdate)
		}
	}
	if !t.Failed() && !bytes.Equal(gasBytes(old), gasBytes(got)) {
		t.Errorf("%s has other keys, originals or targets than the test; set %s=1 to write it", gasFile, gasUpdate)
	}
}

func readGas(t *testing.T) map[string]gasFigure {
	t.Helper()
	figures := map[string]gasFigure{}
	text, err := os.ReadFile(gasFile)
	if os.IsNotExist(err) {
		return figures
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &figures); err != nil {
		t.Fatalf("read %s: %v", gasFile, err)
	}
	return figures
}

func writeGas(t *testing.T, figures map[string]gasFigure) {
	t.Helper()
	if err := os.WriteFile(gasFile, gasBytes(figures), 0o644); err != nil {
		t.Fatal(err)
	}
}

// gasBytes are the file: a line for each figure in the order of the table, and
// after them what the table lacks.
func gasBytes(figures map[string]gasFigure) []byte {
	var text bytes.Buffer
	text.WriteString("{")
	separator := "\n"
	known := map[string]bool{}
	line := func(key string) {
		figure, err := json.Marshal(figures[key])
		if err != nil {
			panic(err) // three numbers
		}
		fmt.Fprintf(&text, "%s  %q: %s", separator, key, figure)
		separator = ",\n"
	}
	for _, row := range gasRows() {
		known[row.key] = true
		if _, ok := figures[row.key]; ok {
			line(row.key)
		}
	}
	for key := range figures {
		if !known[key] {
			line(key)
		}
	}
	text.WriteString("\n}\n")
	return text.Bytes()
}

func unlessZero(n uint64) *uint64 {
	if n == 0 {
		return nil
	}
	return &n
}

// lastGas is what the newest transaction cost.
func lastGas(c *contractstest.Chain) uint64 { return c.Gas[len(c.Gas)-1].Gas }

func bigOf(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
