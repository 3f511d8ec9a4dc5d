package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// rollNet is a chain with twelve free nodes of one class, three paused ones of
// another, and one task that waits for any of the twelve.
type rollNet struct {
	*contractstest.Chain
	waits             *contractstest.Court
	creator, stranger *ecdsa.PrivateKey
}

func newRollNet(t *testing.T) rollNet {
	t.Helper()
	l := newLine(t, nil)
	l.trio(48)
	l.Register(contractstest.SmallClass())
	nodes := l.Join(12, contractstest.SmallClass())
	l.pause(nodes...)
	waits := l.create(protocol.GPT, 8, 100)
	wantQueued(t, waits)
	l.resume(nodes...)
	return rollNet{l.Chain, waits, l.creator, l.Account()}
}

func (n rollNet) branch() rollNet {
	branch := n
	branch.Chain = n.Chain.Branch()
	return branch
}

// createdBy creates a task of another creator or of other arguments.
func (n rollNet) createdBy(creator *ecdsa.PrivateKey, arguments string) *types.Receipt {
	request := contractstest.GPTRequest()
	request.ArgsHash = crypto.Keccak256Hash([]byte(arguments))
	return n.Send("createTask", creator, n.Deployment.Task, n.Task.PackCreateTask(request))
}

// Who has several transactions in a block can put them before a draw. None that
// leaves the free nodes as they are gives the draw another roll.
func TestOthersInTheBlockGiveATaskNoOtherRoll(t *testing.T) {
	const blocks = 25
	net := newRollNet(t)
	befores := map[string]func(rollNet){
		"a task that waits": func(n rollNet) {
			request := contractstest.GPTRequest()
			request.MinVramGB = 48
			n.Send("createTask", n.stranger, n.Deployment.Task, n.Task.PackCreateTask(request))
		},
		"a task that waits, and its end": func(n rollNet) {
			request := contractstest.GPTRequest()
			request.MinVramGB = 48
			receipt := n.Send("createTask", n.stranger, n.Deployment.Task, n.Task.PackCreateTask(request))
			id := contractstest.Find[contracts.TaskTaskCreated](n.Chain, receipt).TaskId
			n.SameBlock()
			n.Send("cancel", n.stranger, n.Deployment.Task, n.Task.PackCancel(id))
		},
		"a deposit": func(n rollNet) { n.Deposit(n.stranger, contractstest.CNX(1)) },
		"a node that joins": func(n rollNet) {
			n.Send("join", n.stranger, n.Deployment.Node, n.Node.PackJoin(contractstest.SmallClass().JoinRequest(n.stranger)))
		},
	}
	for name, draw := range map[string]func(rollNet) *types.Receipt{
		"create": func(n rollNet) *types.Receipt { return n.createdBy(n.creator, "arguments") },
		"dispatch": func(n rollNet) *types.Receipt {
			return n.Send("dispatch", n.stranger, n.Deployment.Task, n.Task.PackDispatch(n.waits.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := net.branch()
			if name == "create" { // or it would go before
				n.Send("cancel", n.creator, n.Deployment.Task, n.Task.PackCancel(n.waits.ID))
			}
			for range blocks {
				alone := trioOf(n.branch(), draw)
				for what, before := range befores {
					b := n.branch()
					before(b)
					b.SameBlock()
					if got := trioOf(b, draw); got != alone {
						t.Errorf("after %s it has nodes %v, without it %v", what, got, alone)
					}
				}
				n.Advance(time.Second)
			}
		})
	}
}

// Creator, arguments and block make the roll: with any other one there are other
// nodes, but for one trio in 1,320.
func TestWhatTheCreatorFixedMakesTheRoll(t *testing.T) {
	n := newRollNet(t)
	n.Send("cancel", n.creator, n.Deployment.Task, n.Task.PackCancel(n.waits.ID))
	seen := map[[3]common.Address]string{}
	for block := range 3 {
		for who, key := range map[string]*ecdsa.PrivateKey{"the creator": n.creator, "the stranger": n.stranger} {
			for _, arguments := range []string{"some", "others"} {
				what := fmt.Sprintf("%s, %s arguments, block %d", who, arguments, block)
				got := trioOf(n.branch(), func(b rollNet) *types.Receipt { return b.createdBy(key, arguments) })
				if before, ok := seen[got]; ok {
					t.Errorf("%s: the same nodes as for %s", what, before)
				}
				seen[got] = what
			}
		}
		n.Advance(time.Second)
	}
}

func trioOf(n rollNet, draw func(rollNet) *types.Receipt) [3]common.Address {
	n.TB.Helper()
	// The receipt has all events of its block.
	var drawn *contracts.TaskTaskDrawn
	for _, event := range n.Logs(draw(n)) {
		if e, ok := event.(*contracts.TaskTaskDrawn); ok {
			drawn = e
		}
	}
	if drawn == nil {
		n.TB.Fatal("no nodes were drawn")
	}
	return drawn.Nodes
}
