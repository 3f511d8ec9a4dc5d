package contracts_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What must be true after any calls, in any order, by anybody:
//
//  1. Node holds exactly the stakes. Task holds exactly the fees in flight, the
//     credits and the pool.
//  2. A fee is in flight, or it is paid out: to nodes, to the creator, to who
//     ended or dispatched the task, to the pool. What the events tell of a fee
//     that ended is all of it, to the wei, and follows the table of Verdicts.
//  3. A node that a task holds stays in it until that task lets it go. No node is
//     in two tasks, and none that is in one is drawn.
//  4. Nobody loses a stake but a node that deviates from what was agreed, one
//     that committed and did not open in time, and one that contradicted itself
//     about one task key.
//  5. Queued tasks stand best first, the older of equals first, and nothing else
//     stands there. Nobody is drawn for a task while a better one waits that
//     could be drawn; a full queue lets only its worst task go, and only for a
//     better one.
//  6. Whoever waits long enough can close every task, and then every node can
//     leave with its stake and every credit be withdrawn.
//  7. No order of steps, fast and in court, lets a node open what it did not
//     commit to. What stands in the court binds.
//  8. What is counted of classes, memory steps, nodes and tasks is what can be
//     counted.
//  9. Scores are 0, 12, 18 or 20, and means are 0 to 5,120.
//  10. A message signed for one draw of one task never acts on another, and no
//     message acts twice.
//  11. Nobody but the owner changes the rules, and a task keeps those it was
//     created under.
//  12. Every call succeeds or is refused as the rules say, and tells exactly what
//     it changed. None trips over a check of the compiler, and none needs more gas
//     than it must have at hand.
//  13. Nothing is changed by a contract, by an account that delegates, or by a call
//     that brings too little gas.
//  14. What is deposited in a block pays for nothing in that block, and who joins in
//     it is not drawn in it. Credit of who made a deposit goes out at its own word.
//  15. A draw is made by the block's dice and by what the creator fixed before.
//
// A walk checks these after each of its steps.

const (
	// invariantSteps are those of TestInvariants; HELIUM_FUZZ_STEPS asks for others.
	invariantSteps = 100_000
	walkSteps      = 2_000
	// checkEvery and closeEvery are how often a walk compares everything, and
	// closes everything.
	checkEvery = 200
	closeEvery = 400
)

// action is something that somebody does in a walk.
type action struct {
	name   string
	weight int
	do     func(*walk)
}

func actions() []action {
	return []action{
		{"createTask", 110, (*walk).doCreate},
		{"dispatch", 60, (*walk).doDispatch},
		{"cancel", 8, (*walk).doCancel},
		{"settle", 70, (*walk).doSettle},
		{"commit", 190, (*walk).doCommit},
		{"reveal", 160, (*walk).doReveal},
		{"close", 50, (*walk).doClose},
		{"closeWithoutArguments", 20, (*walk).doCloseWithoutArguments},
		{"decline", 25, (*walk).doDecline},
		{"slashDoubleCommitment", 8, (*walk).doSlashDouble},
		{"slashRefusal", 8, (*walk).doSlashRefusal},
		{"deposit", 35, (*walk).doDeposit},
		{"withdraw", 15, (*walk).doWithdraw},
		{"delegate", 6, (*walk).doDelegate},
		{"join", 70, (*walk).doJoin},
		{"joinFor", 20, (*walk).doJoinFor},
		{"move", 60, (*walk).doMove},
		{"moveFor", 30, (*walk).doMoveFor},
		{"returnStake", 15, (*walk).doReturnStake},
		{"wait", 60, (*walk).doWait},
		{"replay", 15, (*walk).doReplay},
		{"forbidden", 8, (*walk).doForbidden},
		{"setParams", 4, (*walk).doSetParams},
		{"setClass", 5, (*walk).doSetClass},
		{"strikeClass", 2, (*walk).doStrikeClass},
		{"setRelay", 4, (*walk).doSetRelay},
	}
}

// floodActions fill a queue.
func floodActions() []action {
	return append(actions(), action{"createTask", 700, (*walk).doFlood})
}

// run takes steps until there are enough, or the picker has had enough.
func (w *walk) run(all []action, steps int) {
	total := 0
	for _, a := range all {
		total += a.weight
	}
	for ; w.step < steps && !w.done(); w.step++ {
		if w.oneIn(5) {
			w.sameBlock()
		}
		w.little = w.oneIn(50)
		pick := w.below(total)
		for _, a := range all {
			if pick -= a.weight; pick < 0 {
				w.note("%s", a.name)
				a.do(w)
				break
			}
		}
		w.little = false
		w.checkMoney()
		if w.step%checkEvery == checkEvery-1 {
			w.checkAll()
		}
		if w.step%closeEvery == closeEvery-1 {
			w.closeEverything()
		}
	}
	w.checkAll()
	w.closeEverything()
}

// coverage is what all walks together did.
type coverage struct {
	mu          sync.Mutex // guards what follows
	steps       int
	tried, done map[string]int
}

func (c *coverage) add(w *walk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.steps += w.step
	for key, n := range w.tried {
		c.tried[key] += n
	}
	for key, n := range w.counted {
		c.done[key] += n
	}
}

// TestInvariants takes many walks. Each has a seed, and goes the same way every
// time: -run 'TestInvariants/walks/seed_7$' takes one of them again.
func TestInvariants(t *testing.T) {
	all := coverage{tried: map[string]int{}, done: map[string]int{}}
	began := time.Now()
	t.Run("walks", func(t *testing.T) {
		for seed := uint64(1); (seed-1)*walkSteps < stepsAsked(t); seed++ {
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				do := actions()
				if seed%8 == 0 {
					do = floodActions()
				}
				w := newWalk(t, t.Name(), seed, chance{rand.New(rand.NewPCG(seed, 0))})
				w.run(do, walkSteps)
				all.add(w)
			})
		}
	})
	if t.Failed() {
		return
	}
	t.Logf("%d steps, %.0f a second; what happened:\n%s", all.steps, float64(all.steps)/time.Since(began).Seconds(), &all)
	if all.steps < invariantSteps {
		return // some walks were not asked for
	}
	for _, what := range whatMustHappen() {
		if all.done[what] == 0 {
			t.Errorf("it never happened: %s; the walks are too shallow to show anything", what)
		}
	}
}

func stepsAsked(t *testing.T) uint64 {
	t.Helper()
	asked := os.Getenv("HELIUM_FUZZ_STEPS")
	if asked == "" {
		return invariantSteps
	}
	n, err := strconv.ParseUint(asked, 10, 32)
	if err != nil || n == 0 {
		t.Fatalf("HELIUM_FUZZ_STEPS is %q, want a number of steps", asked)
	}
	return n
}

func (c *coverage) String() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(c.done)) {
		fmt.Fprintf(&b, "%7d  %s", c.done[key], key)
		if n := c.tried[key]; n > 0 {
			fmt.Fprintf(&b, " (of %d)", n)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func whatMustHappen() []string {
	return []string{
		"createTask", "drawn at once", "drawn from few", "queued", "paid beside a fresh deposit", "place used again", "dispatch", "cancel", "settle",
		"settled from the court", "commit", "reveal", "close", "closeWithoutArguments", "decline", "slashDoubleCommitment", "slashRefusal",
		"deposit", "depositWithPermit", "permit brought before", "withdraw", "withdrawn by another", "join", "joinFor", "moveFor", "pause", "resume", "quit", "quit while busy", "announce", "returnStake", "wait", "two in a block",
		"replay refused", "forbidden refused", "setParams", "setClass", "strikeClass", "setRelay",
		"ended: agreed", "ended: invalid arguments", "ended: no agreement", "ended: no arguments", "ended: silent",
		"ended: cancelled", "ended: evicted", "ended: expired", "locked", "opened late", "kicked out", "stake held", "stake returned",
		"slashed: deviates", "slashed: deviates late", "slashed: silent", "slashed: contradicts itself, idle",
		"class begins to serve", "class stops serving",
		"OnlyPlainAccount: a contract calls", "OnlyPlainAccount: the account delegates", "TooLittleGas: it brings less than it needs at hand",
		"TooLittleCredit: there is not so much", "TooLittleCredit: the rest was deposited in this very block",
		"OnlyItsOwner: it made a deposit", "ResumeTooEarly: it joined, or a task let it go, in this very block",
		"slashed: contradicts itself in a task", "slashed: contradicts itself, after quitting", "everything closed",
	}
}

// FuzzInvariants is TestInvariants with bytes instead of dice, for the fuzzer of
// go to find what dice don't. Its walks are not worth making shorter while they
// go well: -fuzz FuzzInvariants -fuzzminimizetime 1x.
func FuzzInvariants(f *testing.F) {
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		data := make([]byte, 1_000)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const enough = 200 // steps: the fuzzer does better with many short walks
		newWalk(t, t.Name(), 0, &script{data}).run(actions(), enough)
	})
}
