package consensus

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"helium/backend/contracts"
)

const backend = "../../.."

func source(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(backend, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// constant is a whole number that a source declares.
func constant(t *testing.T, path, name string) int {
	t.Helper()
	found := regexp.MustCompile(`\b` + name + `\s*=\s*([0-9_]+)\b`).FindStringSubmatch(source(t, path))
	if found == nil {
		t.Fatalf("%s declares no number %s", path, name)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], "_", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestConstantsAreTheContracts(t *testing.T) {
	for _, c := range []struct {
		path, name string
		ours       int
	}{
		{"contracts/src/Verdicts.sol", "ALL_REWARDS", allShares},
		{"contracts/src/Clerk.sol", "LAST_PLACE_SCORE", lastPlaceScore},
		{"contracts/src/Standing.sol", "MEMORY", memory},
		{"contracts/src/Books.sol", "COMMIT_GRACE", graceSeconds},
		{"contracts/src/Task.sol", "MAX_UNITS", maxUnits},
		{"contracts/src/Node.sol", "TRIO", trioSize},
		{"contracts/src/Node.sol", "TRIES", drawTries},
		{"contracts/src/Node.sol", "MODEL_TRIES", modelTries},
		{"contracts/src/Node.sol", "TENTH", tenth},
		{"validator/genesis.go", "GasLimit", blockGas},
	} {
		if got := constant(t, c.path, c.name); got != c.ours {
			t.Errorf("%s of %s: want %d, got %d", c.name, c.path, got, c.ours)
		}
	}
	// What is no number of its own is looked for as it is written.
	for _, c := range []struct{ path, text string }{
		{"contracts/src/Verdicts.sol", "return place == 0 ? 20 : place == 1 ? 18 : 12;"},
		{"contracts/src/Standing.sol", "UNTRIED = 20 | (20 << 5) | (20 << 10)"},
		{"contracts/src/Standing.sol", "BEST_MEAN = 20 * 256"},
		{"contracts/src/Standing.sol", "return roll % (2 * BEST_MEAN) < BEST_MEAN + mean;"},
		{"contracts/src/Standing.sol", "(uint256(mean) * (MEMORY - 1) + score * 256) / MEMORY"},
		{"contracts/src/Node.sol", "bool few = available < _setup.drawCandidates || available < c.joined / TENTH;"},
		{"contracts/src/Node.sol", "return block.timestamp >= _fewDrawnAt[step] + _terms.drawSeconds;"},
		{"contracts/src/Node.sol", "kicked = recent.sum() <= _setup.kickOutScore;"},
		{"contracts/src/Node.sol", "bool serving = c.serving && c.gpt && joined >= _terms.minClassNodes;"},
		{"contracts/src/Node.sol", "if (c.serving || !c.gpt || c.joined < _terms.minClassNodes) return;"},
		{"contracts/src/Node.sol", "if (q.model == 0 || Models.has(_records[old].models, q.model)) revert HoldsModel"},
		{"contracts/src/Clerk.sol", "if (late || begun || head.flags & Books.REDRAWN != 0) revert DeclineTooLate(taskId);"},
		{"contracts/src/Books.sol", "return (minFee * duration(terms, head) + smallest - 1) / smallest;"},
		{"contracts/src/Draws.sol", "keccak256(abi.encode(block.prevrandao, creator, argsHash, head.since))"},
		{"validator/validator.go", "const MinBlockInterval = time.Second"},
	} {
		if !strings.Contains(source(t, c.path), c.text) {
			t.Errorf("%s does not say %q any more: does the simulation still do as it does?", c.path, c.text)
		}
	}
	if [3]int{score(0), score(1), score(2)} != [3]int{20, 18, 12} || bestScore*meanParts != 20*256 || blockSeconds != 1 {
		t.Error("scores, means or seconds are not those")
	}
}

func TestRulesAreTheParameters(t *testing.T) {
	p := contracts.DevnetParams()
	p.CutPerMille = 25
	r := RulesOf(p)
	near(t, "stake", r.Stake, 400)
	near(t, "least fee", r.MinFee, 1)
	near(t, "reward", r.SettleReward, 0.1)
	near(t, "cut", r.Cut, 0.025)
	if r.Candidates != 3 || r.MinClassNodes != 3 || r.DrawSeconds != 0 || r.RejoinSeconds != 60 {
		t.Errorf("rules are not the network's: %+v", r)
	}
	if err := DefaultRules().Check(); err != nil {
		t.Error(err)
	}
}

// What calls cost is committed beside the contracts; a quarter is near enough.
func TestGasIsTheContracts(t *testing.T) {
	var costs map[string]struct{ Gas float64 }
	if err := json.Unmarshal([]byte(source(t, "contracts/gas.json")), &costs); err != nil {
		t.Fatal(err)
	}
	for name, ours := range map[string]float64{
		"create_100": createGas, "settle": settleGas, "pause": moveGas,
	} {
		if got := costs[name].Gas; math.Abs(got-ours) > ours/4 {
			t.Errorf("%s: want about %.0f gas, got %.0f", name, got, ours)
		}
	}
}
