package contracts_test

import (
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// This file compares the network with what a walk believes.

// settled checks what a successful transaction has changed.
func (w *walk) settled(receipt *types.Receipt) {
	w.compareEvents(w.Logs(receipt))
	for n := range w.touched {
		w.checkNode(n)
	}
	for t := range w.touchedTasks {
		w.checkTask(t)
	}
	for c := range w.freeChanged {
		c.few = w.freeIn(c) < int(w.rules.DrawCandidates) || w.freeIn(c) < w.joinedIn(c)/10
	}
	clear(w.freeChanged)
	clear(w.touched)
	clear(w.touchedTasks)
	w.live = slices.DeleteFunc(w.live, func(t *walkTask) bool { return !t.open() })
}

// held is the CNX of a contract, read where Token keeps it.
func (w *walk) held(contract common.Address) *big.Int {
	slot := contractstest.SlotOf(contractstest.Slot(0), common.BytesToHash(contract[:]))
	return w.EVM.Storage(w.Deployment.Token, slot).Big()
}

// checkMoney holds after every step: Node has the stakes, Task the fees in
// flight, the credits and the pool, and neither a wei more.
func (w *walk) checkMoney() {
	stakes, owed := new(big.Int), new(big.Int).Add(w.fees, w.pool)
	for _, n := range w.nodes {
		stakes.Add(stakes, n.stake)
	}
	for _, credit := range w.credits {
		owed.Add(owed, credit)
	}
	w.wantAmount("CNX of Node", w.held(w.Deployment.Node), stakes)
	w.wantAmount("CNX of Task", w.held(w.Deployment.Task), owed)
}

func (w *walk) wantAmount(what string, got, want *big.Int) {
	if got.Cmp(want) != 0 {
		w.fail("%s: got %s, want %s", what, got, want)
	}
}

// checkNode compares a node with what the walk believes of it.
func (w *walk) checkNode(n *walkNode) {
	got := w.NodeInfo(n.address)
	want := contracts.NodeInfo{Stake: n.stake, Task: new(big.Int)}
	if n.class != nil {
		want = contracts.NodeInfo{
			Status: uint8(n.status), ClassId: n.class.id, SealKey: n.sealKey, Payout: n.payout, Stake: n.stake, Task: new(big.Int),
			Recent: [3]uint8{uint8(n.recent[0]), uint8(n.recent[1]), uint8(n.recent[2])},
			Mean:   uint16(n.mean), Models: n.models, Nonce: n.nonce,
		}
		if n.task != nil {
			want.Task.SetUint64(n.task.place)
		}
		if !n.joined() && n.stake.Sign() > 0 {
			want.StakeFrom = n.stakeFrom
		}
		if n.rejoinFrom > w.Now() {
			want.RejoinFrom = n.rejoinFrom
		}
	}
	if got.Stake.Cmp(want.Stake) != 0 || got.Task.Cmp(want.Task) != 0 {
		w.fail("node %s has %s staked and is in place %s, want %s, %s", n.address, got.Stake, got.Task, want.Stake, want.Task)
	}
	got.Stake, got.Task, want.Stake, want.Task = nil, nil, nil, nil
	if got != want {
		w.fail("node %s is\n  %+v, want\n  %+v", n.address, got, want)
	}
	if inTask := n.status == protocol.NodeBusy || n.status == protocol.NodePendingPause || n.status == protocol.NodePendingQuit; inTask != (n.task != nil) {
		w.fail("node %s is %s, in task %v", n.address, n.status, n.task)
	}
	if got.Mean > 20*256 {
		w.fail("node %s has a mean of %d", n.address, got.Mean)
	}
	for _, score := range got.Recent {
		if n.class != nil && !slices.Contains([]uint8{0, 12, 18, 20}, score) {
			w.fail("node %s has a score of %d", n.address, score)
		}
	}
}

// checkTask compares a task with what the walk believes of it.
func (w *walk) checkTask(t *walkTask) {
	got := contractstest.View(w.Chain, w.Deployment.Task, w.Task.PackTask(t.id), w.Task.UnpackTask)
	if w.gone(t) {
		if got.Fee.Sign() != 0 || protocol.TaskStatus(got.Status) != protocol.TaskGone {
			w.fail("task %s is %+v, want it gone", t.id, got)
		}
		return
	}
	want := contracts.TaskInfo{
		Status: uint8(t.status), Outcome: uint8(t.outcome), TaskType: t.request.TaskType, Creator: t.creator, Fee: t.fee,
		Units: t.request.Units, Images: t.request.Images, MinVramGB: stepSizes[t.step()], Since: t.since,
	}
	if queuedTask(t) {
		want.ArgsHash = t.request.ArgsHash
	} else if t.open() {
		want.TaskKey, want.Revealed, want.Deadlines = t.key, t.story.opened, w.deadlines(t)
		for seat, n := range t.nodes {
			want.Nodes[seat], want.Commitments[seat] = n.address, t.committed[seat]
		}
	}
	if t.status.Final() { // what stood there
		want.Fee = got.Fee
	}
	w.wantAmount("fee of task "+t.id.String(), got.Fee, want.Fee)
	got.Fee, want.Fee = nil, nil
	if got != want {
		w.fail("task %s is\n  %+v, want\n  %+v", t.id, got, want)
	}
}

func (w *walk) deadlines(t *walkTask) (d contracts.Deadlines) {
	d.ArgumentsBy, d.CommitBy = t.argumentsBy(), t.lastCommit()-60
	if t.completeAt != 0 || w.Now() > t.lastCommit() {
		d.RevealBy = t.revealBy()
	}
	return d
}

// checkAll compares everything there is to see.
func (w *walk) checkAll() {
	for _, n := range w.nodes {
		w.checkNode(n)
	}
	for _, t := range w.live {
		w.checkTask(t)
		w.checkSeats(t)
	}
	for i := range min(5, len(w.tasks)) {
		w.checkTask(w.tasks[len(w.tasks)-1-i*len(w.tasks)/5])
	}
	w.checkClasses()
	w.checkQueues()
	w.checkTotals()
}

// checkSeats holds of an open task: its nodes are in it, and in no other.
func (w *walk) checkSeats(t *walkTask) {
	for seat, n := range t.nodes {
		if in := startedTask(t) || t.locked[seat]; n != nil && in != (n.task == t) {
			w.fail("seat %d of task %s is node %s, which is in %v", seat, t.id, n.address, n.task)
		}
	}
}

func (w *walk) checkClasses() {
	var joined, joinedGPT, free, freeGPT [15]uint32
	all, available := 0, 0
	for _, c := range w.classes {
		got := contractstest.View(w.Chain, w.Deployment.Node, w.Node.PackClassInfo(c.id), w.Node.UnpackClassInfo)
		if int(got.Joined) != w.joinedIn(c) || int(got.Available) != w.freeIn(c) || got.Gpt != c.gpt || got.Fingerprint != c.fingerprint {
			w.fail("class %s is %+v, want %d joined, %d free, gpt %t", c.Card, got, w.joinedIn(c), w.freeIn(c), c.gpt)
		}
		joined[c.step] += got.Joined
		free[c.step] += got.Available
		freeGPT[c.step] += uint32(w.freeForGPT(c))
		if c.serving {
			joinedGPT[c.step] += got.Joined
		}
		all, available = all+int(got.Joined), available+int(got.Available)
	}
	steps := contractstest.View(w.Chain, w.Deployment.Node, w.Node.PackSteps(), w.Node.UnpackSteps)
	want := contracts.NodeStepsOutput{Joined: joined, JoinedGPT: joinedGPT, Free: free, FreeGPT: freeGPT}
	if steps != want {
		w.fail("memory steps are\n  %v, want\n  %v", steps, want)
	}
	counts := contractstest.View(w.Chain, w.Deployment.Node, w.Node.PackCounts(), w.Node.UnpackCounts)
	if counts.Joined.Int64() != int64(all) || counts.Available.Int64() != int64(available) || all != w.joinedNodes() {
		w.fail("%s nodes have joined and %s are free, want %d, %d", counts.Joined, counts.Available, all, available)
	}
	ids := contractstest.View(w.Chain, w.Deployment.Node, w.Node.PackClasses(new(big.Int), big.NewInt(100)), w.Node.UnpackClasses)
	if len(ids) != len(w.classes) {
		w.fail("%d classes are on record, want %d", len(ids), len(w.classes))
	}
}

// checkQueues holds always: the best first, and nothing but queued tasks.
func (w *walk) checkQueues() {
	for list := range 32 {
		if list&15 == 15 {
			continue
		}
		call := w.Task.PackQueued(uint8(list>>4), uint8(list&15), big.NewInt(1000))
		got := contractstest.View(w.Chain, w.Deployment.Task, call, w.Task.UnpackQueued)
		if len(got) != len(w.queues[list]) {
			w.fail("%d tasks wait in list %d, want %d", len(got), list, len(w.queues[list]))
		}
		for i, t := range w.queues[list] {
			if got[i].TaskId.Cmp(t.id) != 0 || got[i].Value.Cmp(t.value) != 0 || got[i].Since != t.since || !queuedTask(t) {
				w.fail("place %d of list %d has %+v, want task %s", i, list, got[i], t.id)
			}
		}
	}
	if t := w.bestWaiting(w.Now()); t != nil {
		w.checkPosition(t)
	}
}

func (w *walk) checkPosition(t *walkTask) {
	want := int64(0)
	for list, waiting := range w.queues {
		for _, other := range waiting {
			if list>>4 == t.list()>>4 && other.before(t) {
				want++
			}
		}
	}
	got := contractstest.View(w.Chain, w.Deployment.Task, w.Task.PackQueuePosition(t.id), w.Task.UnpackQueuePosition)
	if got.Int64() != want {
		w.fail("task %s is at %s of the queue, want %d", t.id, got, want)
	}
}

func (w *walk) checkTotals() {
	var waiting, settled, aborted int64
	fees := new(big.Int)
	for _, t := range w.tasks {
		fees.Add(fees, t.fee)
		switch t.status {
		case protocol.TaskQueued:
			waiting++
		case protocol.TaskSettled:
			settled++
		case protocol.TaskAborted, protocol.TaskCancelled:
			aborted++
		}
	}
	w.wantAmount("fees in flight", fees, w.fees)
	got := contractstest.View(w.Chain, w.Deployment.Task, w.Task.PackCounts(), w.Task.UnpackCounts)
	if got.Created.Int64() != int64(len(w.tasks)) || got.Waiting.Int64() != waiting || got.Running.Int64() != int64(w.running) ||
		got.Settled.Int64() != settled || got.Aborted.Int64() != aborted {
		w.fail("counts are %v, want %d, %d, %d, %d, %d", got, len(w.tasks), waiting, w.running, settled, aborted)
	}
	for account, credit := range w.credits {
		w.wantAmount("credit of "+account.Hex(), w.Credit(account), credit)
	}
	w.wantAmount("pool", w.Pool(), w.pool)
	w.wantAmount("CNX of Task, as Token says", w.Balance(w.Deployment.Task), w.held(w.Deployment.Task))
	capacity := contractstest.View(w.Chain, w.Deployment.Task, w.Task.PackQueueCapacity(), w.Task.UnpackQueueCapacity)
	w.wantAmount("capacity of a queue", capacity, big.NewInt(int64(w.capacity())))
}

// closeEverything looks into a future in which nobody does more than close what
// is due: every task ends, every node leaves with its stake, and every credit is
// paid.
func (w *walk) closeEverything() {
	future := *w
	future.Chain = w.BranchFor(w.TB)
	future.note("everything is closed")
	for _, account := range w.delegating {
		future.EVM.SetCode(account, nil)
	}
	stranger := sender{key: w.strangers[1]}
	for _, t := range w.live {
		future.AdvanceTo(t.dueAfter())
		future.must("close", stranger, w.Deployment.Task, w.Task.PackClose(t.id))
		if startedTask(t) && t.story.committed != t.story.opened {
			future.AdvanceTo(t.revealBy() + uint64(t.params.OpenSeconds))
			future.must("close", stranger, w.Deployment.Task, w.Task.PackClose(t.id))
		}
	}
	future.quitEverybody(stranger)
	for account, owner := range future.accounts() {
		if _, deposited := w.deposits[account]; !deposited {
			owner = stranger
		}
		future.must("withdraw", owner, w.Deployment.Task, w.Task.PackWithdraw(account))
	}
	future.wantAmount("CNX of Node when all have left", future.held(w.Deployment.Node), new(big.Int))
	future.wantAmount("CNX of Task when all are paid", future.held(w.Deployment.Task), future.Pool())
	w.count("everything closed")
}

func (w *walk) must(what string, s sender, to common.Address, data []byte) {
	if _, err := w.send(what, s, to, data); err != nil {
		w.fail("%s, when all deadlines have passed: %v", what, err)
	}
}

// quitEverybody lets every node leave, and returns the stakes.
func (w *walk) quitEverybody(stranger sender) {
	for _, n := range w.nodes {
		if protocol.NodeStatus(w.NodeInfo(n.address).Status) != protocol.NodeQuit {
			w.must("quit", w.itself(n), w.Deployment.Node, w.Node.PackQuit())
		}
	}
	w.AdvanceTo(w.Now() + longestStake) // some left under other rules
	for _, n := range w.nodes {
		if w.NodeInfo(n.address).Stake.Sign() > 0 {
			w.must("returnStake", stranger, w.Deployment.Node, w.Node.PackReturnStake(n.address))
		}
	}
	counts := contractstest.View(w.Chain, w.Deployment.Node, w.Node.PackCounts(), w.Node.UnpackCounts)
	if counts.Joined.Sign() != 0 || counts.Available.Sign() != 0 {
		w.fail("%s nodes are left, %s of them free", counts.Joined, counts.Available)
	}
}

// accounts are all that may have a credit, with who owns them.
func (w *walk) accounts() map[common.Address]sender {
	all := map[common.Address]sender{}
	for _, n := range w.nodes {
		all[n.address] = w.itself(n)
	}
	for _, s := range w.creators {
		all[s.address()] = s
	}
	for _, key := range w.strangers {
		all[contractstest.Address(key)] = sender{key: key}
	}
	for account := range w.credits {
		if _, ok := all[account]; !ok {
			w.fail("%s has credit, and nobody knows it", account)
		}
	}
	return all
}
