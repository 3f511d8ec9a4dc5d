package sponsor

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// call is what somebody wants brought to the chain, read and encoded anew.
type call struct {
	kind  string
	group group
	// onTask says that it is for the Task contract, else it is for Node.
	onTask bool
	data   []byte
	gas    uint64
	// about is what it is about: a node, or the task when that is not 0.
	about  common.Address
	task   protocol.TaskID
	number *big.Int // task as the contract's interface has it

	// join and move are what those kinds carry, to be checked.
	join *signedJoin
	move *signedMove
}

// subject names what the call is about.
func (c call) subject() string {
	if c.task != 0 {
		return "task/" + c.task.String()
	}
	return "node/" + c.about.Hex()
}

type signedJoin struct {
	request   contracts.JoinRequest
	deadline  uint64
	signature []byte
}

type signedMove struct {
	move      protocol.NodeMove
	models    protocol.ModelSet
	deadline  uint64
	signature []byte
}

// kind is one function that is sponsored.
type kind struct {
	name   string
	group  group
	onTask bool
	// method is the function's name in the contract.
	method string
	read   func(a []any, c *call)
}

// kinds are all that is sponsored.
func kinds() []kind {
	node, task := contracts.NewNode(), contracts.NewTask()
	return []kind{
		{"join", groupJoin, false, "joinFor", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.join = &signedJoin{at[contracts.JoinRequest](a, 1), at[uint64](a, 2), at[[]byte](a, 3)}
			c.data = node.PackJoinFor(c.about, c.join.request, c.join.deadline, c.join.signature, at[contracts.StakePermit](a, 4))
		}},
		{"move", groupMove, false, "moveFor", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.move = &signedMove{protocol.NodeMove(at[uint8](a, 1)), protocol.ModelSet(at[uint64](a, 2)), at[uint64](a, 3), at[[]byte](a, 4)}
			c.data = node.PackMoveFor(c.about, uint8(c.move.move), uint64(c.move.models), c.move.deadline, c.move.signature)
		}},
		{"return_stake", groupPayout, false, "returnStake", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.data = node.PackReturnStake(c.about)
		}},
		{"withdraw", groupPayout, true, "withdraw", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.data = task.PackWithdraw(c.about)
		}},
		{"commit", groupCourt, true, "commit", func(a []any, c *call) {
			c.data = task.PackCommit(c.taskAt(a, 0), at[uint8](a, 1), at[[32]byte](a, 2), at[[]byte](a, 3))
		}},
		{"reveal", groupCourt, true, "reveal", func(a []any, c *call) {
			c.data = task.PackReveal(c.taskAt(a, 0), at[uint8](a, 1), at[contracts.Statement](a, 2))
		}},
		{"settle", groupCourt, true, "settle", func(a []any, c *call) {
			c.data = task.PackSettle(c.taskAt(a, 0), at[[protocol.Seats]contracts.Statement](a, 1))
		}},
		{"close", groupCourt, true, "close", func(a []any, c *call) {
			c.data = task.PackClose(c.taskAt(a, 0))
		}},
		{"close_without_arguments", groupCourt, true, "closeWithoutArguments", func(a []any, c *call) {
			c.data = task.PackCloseWithoutArguments(c.taskAt(a, 0), at[[protocol.Seats][]byte](a, 1))
		}},
		{"decline", groupCourt, true, "decline", func(a []any, c *call) {
			c.data = task.PackDecline(c.taskAt(a, 0), at[uint8](a, 1), at[[]byte](a, 2), at[[32]byte](a, 3), at[*big.Int](a, 4))
		}},
		{"slash_double_commitment", groupCourt, true, "slashDoubleCommitment", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.data = task.PackSlashDoubleCommitment(c.about, at[[32]byte](a, 1), at[[2][32]byte](a, 2), at[[2][]byte](a, 3))
		}},
		{"slash_refusal", groupCourt, true, "slashRefusal", func(a []any, c *call) {
			c.about = at[common.Address](a, 0)
			c.data = task.PackSlashRefusal(c.about, at[[32]byte](a, 1), at[[32]byte](a, 2), at[bool](a, 3), at[[2][]byte](a, 4))
		}},
	}
}

// at is an argument in the type that the bindings want. The contract's interface
// has decided what it is.
func at[T any](a []any, i int) T { return *abi.ConvertType(a[i], new(T)).(*T) }

// taskAt is the number of the task that a call is about.
func (c *call) taskAt(a []any, i int) *big.Int {
	c.number = at[*big.Int](a, i)
	return c.number
}

// reader reads calls.
type reader struct {
	methods map[[4]byte]abi.Method
	kinds   map[[4]byte]kind
}

func newReader() (*reader, error) {
	node, err := contracts.NodeMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("read interface of Node: %w", err)
	}
	task, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("read interface of Task: %w", err)
	}
	r := &reader{methods: map[[4]byte]abi.Method{}, kinds: map[[4]byte]kind{}}
	for _, k := range kinds() {
		from := node
		if k.onTask {
			from = task
		}
		method, ok := from.Methods[k.method]
		if !ok {
			return nil, fmt.Errorf("the contracts have no function %s", k.method)
		}
		id := [4]byte(method.ID)
		if _, taken := r.kinds[id]; taken {
			return nil, fmt.Errorf("function %s can't be told from another", k.method)
		}
		r.methods[id], r.kinds[id] = method, k
	}
	return r, nil
}

// maxCall is more than any call that is sponsored needs, but an opening that
// brings its sealed answer as proof: only a short one fits.
const maxCall = 6 << 10

// read takes calldata apart. It takes what the contract's interface encodes, and
// no other spelling of it.
func (r *reader) read(data []byte) (call, error) {
	if len(data) > maxCall {
		return call{}, fmt.Errorf("it has %d bytes, at most %d are read", len(data), maxCall)
	}
	if len(data) < 4 {
		return call{}, errors.New("it names no function")
	}
	k, ok := r.kinds[[4]byte(data)]
	if !ok {
		return call{}, fmt.Errorf("function %x is not one that is sponsored; those are %v", data[:4], r.names())
	}
	values, err := r.methods[[4]byte(data)].Inputs.Unpack(data[4:])
	if err != nil {
		return call{}, fmt.Errorf("read arguments of %s: %w", k.method, err)
	}
	c := call{kind: k.name, group: k.group, onTask: k.onTask, gas: contracts.NodeGas}
	if k.onTask {
		c.gas = contracts.TaskGas
	}
	k.read(values, &c)
	if c.number != nil {
		if c.task, err = protocol.TaskIDFromBig(c.number); err != nil || c.task == 0 {
			return call{}, fmt.Errorf("there is no task %s", c.number)
		}
	}
	if !bytes.Equal(c.data, data) {
		return call{}, fmt.Errorf("it is not in the form in which %s is encoded", k.method)
	}
	return c, nil
}

func (r *reader) names() []string {
	var names []string
	for k := range maps.Values(r.kinds) {
		names = append(names, k.method)
	}
	slices.Sort(names)
	return names
}
