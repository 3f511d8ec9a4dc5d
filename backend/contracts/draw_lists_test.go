package contracts_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// Where Node keeps its lists (two words of EIP712, then what Node.sol declares).
const (
	nodeSetupSlot   = 4
	nodeTreeSlot    = 10
	nodeRecordsSlot = 11
	nodeNumbersSlot = 12
	nodeClassesSlot = 14
	nodeMembersSlot = 16
)

// memorySteps are the memory steps in GB.
func memorySteps() [15]uint16 {
	return [15]uint16{1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 128}
}

// fills is the step that a card serves, holds the step that a task takes; 15 for
// none.
func fills(gb uint16) (step int) {
	for i, size := range memorySteps() {
		if size <= gb {
			step = i
		}
	}
	return step
}

func holds(gb uint16) int {
	for i, size := range memorySteps() {
		if size >= gb {
			return i
		}
	}
	return 15
}

// roster is what the lists of Node should say.
type roster struct {
	*contractstest.Chain
	t       *testing.T
	random  *rand.Rand
	creator common.Address
	classes []contractstest.Class
	// of is each node's class, by index.
	nodes  []common.Address
	of     map[common.Address]int
	status map[common.Address]protocol.NodeStatus
	// newcomers have not resumed since they joined, and don't count yet.
	newcomers map[common.Address]bool
	// serving is by class: a class begins to serve when a node resumes, and stops
	// when too few are left.
	serving map[int]bool
	tasks   []*big.Int
	trios   map[string][3]common.Address
}

const rosterMinClass = 4

// newRoster has classes in all steps: seventy in one, twenty in another, some in
// the rest, and the class of others in each.
func newRoster(t *testing.T, seed uint64) *roster {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		p.StableDiffusion.Served = true
		p.MinClassNodes = rosterMinClass
	})
	r := &roster{
		Chain: c, t: t, random: rand.New(rand.NewPCG(seed, 1)), creator: contractstest.Address(c.Account()),
		of: map[common.Address]int{}, status: map[common.Address]protocol.NodeStatus{}, newcomers: map[common.Address]bool{}, trios: map[string][3]common.Address{},
		serving: map[int]bool{},
	}
	for step, gb := range memorySteps() {
		classes := map[int]int{4: 70, 7: 20}[step]
		if classes == 0 {
			classes = 2 + step%4
		}
		for i := range classes {
			class := contractstest.Class{Card: fmt.Sprint("Card ", i), VRAMGB: gb, Runtime: "cuda/1"}
			c.Register(class)
			r.classes = append(r.classes, class)
		}
		// An unknown card joins the others of its step.
		r.classes = append(r.classes, contractstest.Class{Card: "other", VRAMGB: gb})
	}
	return r
}

func (r *roster) join() {
	r.t.Helper()
	// Some classes are large, most are small.
	class := r.random.IntN(len(r.classes))
	if r.random.IntN(2) == 0 {
		class = r.random.IntN(8) * 11 % len(r.classes)
	}
	node := r.JoinMany(1, r.said(class))[0]
	r.nodes = append(r.nodes, node)
	r.of[node], r.status[node] = class, protocol.NodeAvailable
	r.serve(class)
}

// serve is what a class does when one of its nodes resumes.
func (r *roster) serve(class int) {
	if r.classes[class].Card != "other" && r.counts()[class].joined >= rosterMinClass {
		r.serving[class] = true
	}
}

// said is what a node says of itself to join a class.
func (r *roster) said(class int) contractstest.Class {
	said := r.classes[class]
	if said.Card == "other" {
		said.Card, said.Runtime = "Unknown", "x"
	}
	return said
}

// rejoin lets a node that left come back, to any class.
func (r *roster) rejoin(node common.Address) {
	r.t.Helper()
	class := r.random.IntN(len(r.classes))
	said := r.said(class)
	r.Give([]common.Address{node}, r.Params.Stake, r.Deployment.Node)
	request := contracts.JoinRequest{
		Card: said.Card, VramGB: said.VRAMGB, Runtime: said.Runtime, SealKey: [32]byte{1}, Payout: node,
		Fingerprint: said.JoinRequest(r.Owner).Fingerprint,
	}
	to := r.Deployment.Node
	receipt, _ := r.EVM.TransactFrom(node, &to, r.Node.PackJoin(request))
	if receipt.Status == 1 { // who was let go waits for a while
		r.of[node], r.status[node], r.newcomers[node] = class, protocol.NodePaused, true
	}
}

// move makes some move that the node's status allows.
func (r *roster) move(node common.Address) {
	r.t.Helper()
	status := r.status[node]
	pause, resume, quit := r.Node.PackPause(), r.Node.PackResume(), r.Node.PackQuit()
	send := func(call []byte, next protocol.NodeStatus) {
		r.SendFrom("move", node, r.Deployment.Node, call)
		r.status[node] = next
		delete(r.newcomers, node) // by whatever a paused node does
	}
	leaves := r.random.IntN(4) == 0
	switch status {
	case protocol.NodeQuit:
		r.rejoin(node)
	case protocol.NodeAvailable:
		if leaves {
			send(quit, protocol.NodeQuit)
		} else {
			send(pause, protocol.NodePaused)
		}
	case protocol.NodePaused:
		if leaves {
			send(quit, protocol.NodeQuit)
		} else {
			send(resume, protocol.NodeAvailable)
			r.serve(r.of[node])
		}
	case protocol.NodeBusy:
		if leaves {
			send(quit, protocol.NodePendingQuit)
		} else {
			send(pause, protocol.NodePendingPause)
		}
	case protocol.NodePendingPause:
		if leaves {
			send(quit, protocol.NodePendingQuit)
		} else {
			send(resume, protocol.NodeBusy)
		}
	}
}

// draw creates a task of any size; who is drawn must have been free and fit.
func (r *roster) draw() {
	r.t.Helper()
	request := contractstest.GPTRequest()
	if r.random.IntN(2) == 0 {
		request = contractstest.SDRequest(1)
	}
	request.MinVramGB = memorySteps()[r.random.IntN(12)]
	to := r.Deployment.Task
	receipt, _ := r.EVM.TransactFrom(r.creator, &to, r.Task.PackCreateTask(request))
	if receipt.Status != 1 {
		return // nobody joined could run it
	}
	drawn := contractstest.Find[contracts.TaskTaskDrawn](r.Chain, receipt)
	if drawn == nil {
		id := contractstest.Find[contracts.TaskTaskCreated](r.Chain, receipt).TaskId
		r.SendFrom("cancel", r.creator, r.Deployment.Task, r.Task.PackCancel(id))
		return
	}
	for _, node := range drawn.Nodes {
		class := r.classes[r.of[node]]
		if r.status[node] != protocol.NodeAvailable || fills(class.VRAMGB) < holds(request.MinVramGB) {
			r.t.Fatalf("drew a %s node of %d GB for a task of %d GB", r.status[node], class.VRAMGB, request.MinVramGB)
		}
		if drawn.ClassId != [32]byte{} && drawn.ClassId != class.ID() {
			r.t.Fatalf("drew a node of class %v for class %x", class, drawn.ClassId)
		}
		r.status[node] = protocol.NodeBusy
	}
	r.tasks = append(r.tasks, drawn.TaskId)
	r.trios[drawn.TaskId.String()] = drawn.Nodes
}

// end ends the oldest task, of which nobody said anything.
func (r *roster) end() {
	r.t.Helper()
	if len(r.tasks) == 0 {
		return
	}
	id := r.tasks[0]
	r.tasks = r.tasks[1:]
	r.Advance(time.Hour)
	receipt := r.SendFrom("close", r.creator, r.Deployment.Task, r.Task.PackClose(id))
	for _, node := range r.trios[id.String()] {
		switch r.status[node] {
		case protocol.NodePendingQuit:
			r.status[node] = protocol.NodeQuit
		case protocol.NodePendingPause:
			r.status[node] = protocol.NodePaused
		default:
			r.status[node] = protocol.NodeAvailable
		}
	}
	for _, event := range r.Logs(receipt) {
		if kicked, ok := event.(*contracts.NodeNodeKickedOut); ok {
			r.status[kicked.Node] = protocol.NodeQuit
		}
	}
}

// classCounts are how many nodes a class has, and how many of them are free.
type classCounts struct{ joined, free int }

// counts also stops the classes that have too few nodes left.
func (r *roster) counts() []classCounts {
	all := make([]classCounts, len(r.classes))
	for node, class := range r.of {
		if status := r.status[node]; status != protocol.NodeQuit && !r.newcomers[node] {
			all[class].joined++
			if status == protocol.NodeAvailable {
				all[class].free++
			}
		}
	}
	for class, n := range all {
		if n.joined < rosterMinClass {
			r.serving[class] = false
		}
	}
	return all
}

// check compares Node.steps and counts with the model.
func (r *roster) check(what string) {
	r.t.Helper()
	var joined, joinedGPT, free, freeGPT [15]uint32
	all, idle := uint32(0), uint32(0)
	for i, n := range r.counts() {
		class := r.classes[i]
		step := fills(class.VRAMGB)
		joined[step] += uint32(n.joined)
		free[step] += uint32(n.free)
		all, idle = all+uint32(n.joined), idle+uint32(n.free)
		if !r.serving[i] {
			continue
		}
		joinedGPT[step] += uint32(n.joined)
		if n.free >= 3 {
			freeGPT[step] += uint32(n.free)
		}
	}
	got := contractstest.View(r.Chain, r.Deployment.Node, r.Node.PackSteps(), r.Node.UnpackSteps)
	if got.Joined != joined || got.JoinedGPT != joinedGPT || got.Free != free || got.FreeGPT != freeGPT {
		r.t.Fatalf("after %s: steps are\n%v, want\n%v", what, got, [][15]uint32{joined, joinedGPT, free, freeGPT})
	}
	counts := contractstest.View(r.Chain, r.Deployment.Node, r.Node.PackCounts(), r.Node.UnpackCounts)
	if counts.Joined.Uint64() != uint64(all) || counts.Available.Uint64() != uint64(idle) {
		r.t.Fatalf("after %s: %s nodes, %s free; want %d, %d", what, counts.Joined, counts.Available, all, idle)
	}
}

// checkLists compares every node, class, list and tree.
func (r *roster) checkLists(what string) {
	r.t.Helper()
	for node, want := range r.status {
		info := r.NodeInfo(node)
		if got := protocol.NodeStatus(info.Status); got != want || info.ClassId != r.classes[r.of[node]].ID() {
			r.t.Fatalf("after %s: node %s is %s in %x, want %s in %v", what, node, got, info.ClassId, want, r.classes[r.of[node]])
		}
	}
	setup := r.nodeWord(contractstest.Slot(nodeSetupSlot))
	for i, n := range r.counts() {
		class := r.classes[i]
		info := contractstest.View(r.Chain, r.Deployment.Node, r.Node.PackClassInfo(class.ID()), r.Node.UnpackClassInfo)
		if int(info.Joined) != n.joined || int(info.Available) != n.free {
			r.t.Fatalf("after %s: class %v has %d nodes, %d free; want %d, %d", what, class, info.Joined, info.Available, n.joined, n.free)
		}
		if info.Card == "" {
			continue // an "other" that nobody joined yet
		}
		number := r.nodeWord(contractstest.SlotOf(contractstest.Slot(nodeClassesSlot), class.ID())).Uint64()
		r.checkMembers(what, number, n)
		want := [3]int{n.free}
		if r.serving[i] && n.free >= 3 {
			few := n.free < int(r.Params.DrawCandidates) || n.free < n.joined/10
			want[map[bool]int{false: 1, true: 2}[few]] = n.free
		}
		if got := r.leaf(number); got != want {
			r.t.Fatalf("after %s: the tree says %d of class %v, want %d", what, got, class, want)
		}
	}
	for step := range uint64(15) {
		r.checkSums(what, step, wordBits(setup, 11*uint(step), 11).Uint64())
	}
}

func (r *roster) nodeWord(slot common.Hash) *big.Int {
	return r.EVM.Storage(r.Deployment.Node, slot).Big()
}

// checkMembers reads a class's list: the free ones come first, and each node
// knows its place.
func (r *roster) checkMembers(what string, class uint64, n classCounts) {
	r.t.Helper()
	list := contractstest.SlotOf(contractstest.Slot(nodeMembersSlot), contractstest.Slot(class))
	for place := range uint64(n.joined) {
		word := r.nodeWord(contractstest.SlotOf(list, contractstest.Slot(place/8)))
		number := wordBits(word, uint(32*(place%8)), 32).Uint64()
		record := contractstest.SlotOf(contractstest.Slot(nodeRecordsSlot), contractstest.Slot(number))
		first := r.nodeWord(record)
		account := common.BigToAddress(r.nodeWord(contractstest.SlotAfter(record, 1)))
		free := r.status[account] == protocol.NodeAvailable
		if got := wordBits(first, 0, 24).Uint64(); got != place || free != (place < uint64(n.free)) {
			r.t.Fatalf("after %s: place %d of class %d has node %s, which is %s and knows place %d; %d are free", what, place, class, account, r.status[account], got, n.free)
		}
	}
}

// treeCounts is what a place in the tree counts: free nodes, those for GPT at
// once, those for GPT of classes with few.
func (r *roster) treeCounts(step, level, index uint64) (counts [3]int) {
	key := new(big.Int).Lsh(bigOf(step), 64)
	key.Or(key, bigOf(level<<32|index/4))
	word := r.nodeWord(contractstest.SlotOf(contractstest.Slot(nodeTreeSlot), common.BigToHash(key)))
	for i := range counts {
		counts[i] = int(wordBits(word, uint(64*(index%4))+uint(21*i), 21).Uint64())
	}
	return counts
}

func (r *roster) leaf(class uint64) [3]int {
	return r.treeCounts(class>>10-1, 0, class&1023)
}

// checkSums holds every count above the leaves to the four below it.
func (r *roster) checkSums(what string, step, leaves uint64) {
	r.t.Helper()
	for level, width := uint64(1), (leaves+3)/4; width > 1; level, width = level+1, (width+3)/4 {
		for index := range width {
			var sum [3]int
			for child := range uint64(4) {
				for i, n := range r.treeCounts(step, level-1, 4*index+child) {
					sum[i] += n
				}
			}
			if got := r.treeCounts(step, level, index); got != sum {
				r.t.Fatalf("after %s: step %d, level %d says %d of place %d, want %d", what, step, level, got, index, sum)
			}
		}
	}
}

func TestListsAgreeWithTheNodes(t *testing.T) {
	const nodes, steps, seed = 400, 1000, 31
	r := newRoster(t, seed)
	if len(r.classes) < 100 {
		t.Fatalf("%d classes, want 100 or more", len(r.classes))
	}
	r.check("registering")
	for range nodes {
		r.join()
	}
	r.checkLists("joining")
	did := map[string]int{}
	for i := range steps {
		what := fmt.Sprintf("step %d, seed %d", i, seed)
		switch dice := r.random.IntN(12); {
		case dice < 1:
			r.join()
			did["join"]++
		case dice < 7:
			r.move(r.nodes[r.random.IntN(len(r.nodes))])
			did["move"]++
		case dice < 10:
			r.draw()
			did["create"]++
		default:
			r.end()
			did["end"]++
		}
		r.check(what)
		if i%100 == 99 {
			r.checkLists(what)
		}
	}
	t.Logf("seed %d: %v, %d nodes, %d classes, %d tasks drawn", seed, did, len(r.nodes), len(r.classes), len(r.trios))
}
