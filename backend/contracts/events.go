package contracts

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// ErrUnknownEvent says that a log is not an event of Task or Node.
var ErrUnknownEvent = errors.New("unknown event")

// Events reads the logs of Task and Node. It may be used by many at once.
type Events struct {
	unpack map[common.Hash]func(*types.Log) (any, error)
	topics map[string]common.Hash
}

// NewEvents makes a reader of logs.
func NewEvents() (*Events, error) {
	task, node := NewTask(), NewNode()
	taskABI, err := TaskMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("read interface of Task: %w", err)
	}
	nodeABI, err := NodeMetaData.ParseABI()
	if err != nil {
		return nil, fmt.Errorf("read interface of Node: %w", err)
	}
	e := &Events{unpack: map[common.Hash]func(*types.Log) (any, error){}, topics: map[string]common.Hash{}}

	add(e, taskABI, task.UnpackTaskCreatedEvent)
	add(e, taskABI, task.UnpackTaskQueuedEvent)
	add(e, taskABI, task.UnpackTaskDrawnEvent)
	add(e, taskABI, task.UnpackCommittedEvent)
	add(e, taskABI, task.UnpackCommitmentsCompleteEvent)
	add(e, taskABI, task.UnpackRevealedEvent)
	add(e, taskABI, task.UnpackTaskEndedEvent)
	add(e, taskABI, task.UnpackNodePaidEvent)
	add(e, taskABI, task.UnpackNodeDeviatedEvent)
	add(e, taskABI, task.UnpackNodeReleasedEvent)
	add(e, taskABI, task.UnpackContradictionEvent)
	add(e, taskABI, task.UnpackCreatorRefundedEvent)
	add(e, taskABI, task.UnpackRewardedEvent)
	add(e, taskABI, task.UnpackDepositedEvent)
	add(e, taskABI, task.UnpackWithdrawnEvent)
	add(e, taskABI, task.UnpackRelaySetEvent)

	add(e, nodeABI, node.UnpackClassAddedEvent)
	add(e, nodeABI, node.UnpackClassChangedEvent)
	add(e, nodeABI, node.UnpackNodeJoinedEvent)
	add(e, nodeABI, node.UnpackNodeStatusChangedEvent)
	add(e, nodeABI, node.UnpackModelsAnnouncedEvent)
	add(e, nodeABI, node.UnpackNodeSlashedEvent)
	add(e, nodeABI, node.UnpackNodeKickedOutEvent)
	add(e, nodeABI, node.UnpackStakeHeldEvent)
	add(e, nodeABI, node.UnpackStakeReturnedEvent)
	return e, nil
}

// Parse gives a log's event as a pointer to its binding, e.g. *TaskTaskDrawn.
// It trusts the log's address: ask the chain for logs of our contracts only.
func (e *Events) Parse(log *types.Log) (any, error) {
	if len(log.Topics) == 0 {
		return nil, ErrUnknownEvent
	}
	unpack, ok := e.unpack[log.Topics[0]]
	if !ok {
		return nil, ErrUnknownEvent
	}
	return unpack(log)
}

// Topic is the first topic of an event's logs, so that they can be told before
// they are read. It takes a binding, e.g. TaskTaskDrawn{}.
func (e *Events) Topic(event named) common.Hash { return e.topics[event.ContractEventName()] }

type named interface{ ContractEventName() string }

func add[E named](e *Events, parsed *abi.ABI, unpack func(*types.Log) (*E, error)) {
	var event E
	name := event.ContractEventName()
	e.topics[name] = parsed.Events[name].ID
	e.unpack[e.topics[name]] = func(log *types.Log) (any, error) {
		got, err := unpack(log)
		if err != nil {
			return nil, fmt.Errorf("read event %s: %w", name, err)
		}
		return got, nil
	}
}
