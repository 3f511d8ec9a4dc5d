package contracts

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// Refusal is why a contract reverted. Name is the error's name in the
// contracts, for programs to compare; Error is for people.
type Refusal struct {
	Name string
	// Args are the error's arguments by name, as go-ethereum decodes them.
	Args map[string]any
	text string
}

// Error says what is wrong and what to do.
func (r *Refusal) Error() string { return r.text }

// DecodeError turns the data of a revert into a *Refusal; nil when the data is
// none of our contracts' errors.
func DecodeError(data []byte) error {
	if len(data) < 4 {
		return nil
	}
	for _, meta := range []interface{ ParseABI() (*abi.ABI, error) }{&TaskMetaData, &NodeMetaData, &RulesMetaData, &TimelockMetaData, &TokenMetaData, &ValidatorsMetaData} {
		parsed, err := meta.ParseABI()
		if err != nil {
			return nil
		}
		for _, e := range parsed.Errors {
			if !bytes.Equal(e.ID[:4], data[:4]) {
				continue
			}
			args := map[string]any{}
			if err := e.Inputs.UnpackIntoMap(args, data[4:]); err != nil {
				return nil
			}
			return &Refusal{Name: e.Name, Args: args, text: sentence(e.Name, args)}
		}
	}
	return nil
}

// sentence fills the named arguments of an error into its text. A name that has
// no text is given with its arguments, so that nothing is ever hidden.
func sentence(name string, args map[string]any) string {
	text, ok := sentences()[name]
	if !ok {
		return fmt.Sprintf("%s %v", name, args)
	}
	for key, value := range args {
		text = strings.ReplaceAll(text, "{"+key+"}", show(key, value))
	}
	return text
}

func show(key string, value any) string {
	switch v := value.(type) {
	case *big.Int:
		switch key {
		case "fee", "credit", "minimum", "balance", "needed", "allowance", "leastValue":
			return amount(v)
		case "deadline":
			return moment(v.Uint64())
		}
	case uint64:
		switch key {
		case "power", "most":
			return fmt.Sprint(v)
		}
		return moment(v)
	case common.Address:
		return v.Hex()
	case uint8:
		switch key {
		case "status":
			return fmt.Sprintf("%d", v)
		}
	}
	return fmt.Sprint(value)
}

// amount writes wei as CNX, without loss.
func amount(wei *big.Int) string {
	whole, rest := new(big.Int).QuoRem(wei, cnx(1), new(big.Int))
	if rest.Sign() == 0 {
		return whole.String() + " CNX"
	}
	return whole.String() + "." + strings.TrimRight(fmt.Sprintf("%018s", rest.String()), "0") + " CNX"
}

func moment(unix uint64) string { return time.Unix(int64(unix), 0).UTC().Format(time.RFC3339) }

// sentences are what each error means and what to do, by its name.
func sentences() map[string]string {
	return map[string]string{
		"AccountTaken":      "account {account} is another validator's; each has its own",
		"AlreadyCommitted":  "seat {seat} of task {taskId} has committed already; nothing is left to do",
		"AlreadyJoined":     "node {node} has joined already; quit first to join anew",
		"AlreadyRevealed":   "seat {seat} of task {taskId} has opened its commitment already; nothing is left to do",
		"AlreadyWired":      "the rules are those of node contract {node} and task contract {task} for ever; deploy new ones for others",
		"CloseTooEarly":     "the task can't be closed before {deadline}; wait until then",
		"CommitTooLate":     "commitments were taken until {commitBy}; the task goes on without this node",
		"DeclineTooLate":    "nobody can decline task {taskId} any more: somebody did, has committed, or the time for it is over; run it, or let its time pass",
		"DelayTooShort":     "a delay of {delay} seconds is not longer than a task can live ({longestTask}); take a slower timelock",
		"DispatchTooEarly":  "task {taskId} was queued in this very block; dispatch it in the next one",
		"FeeTooHigh":        "a fee of {fee} is more than there is; offer less",
		"FeeTooLow":         "a fee of {fee} can't be taken, the least is {minimum}; offer more",
		"IllegalStatus":     "node {node} can't do this in its present status ({status}); look at its status first",
		"InvalidClass":      "the class's {field} is empty, zero, too long or not what it was; say what the hardware is",
		"InvalidCommitment": "the commitment of seat {seat} of task {taskId} is zero; commit to a result",
		"InvalidParams":     "the network's parameter {field} is out of range; choose another value",
		"InvalidPayout":     "earnings can't be paid to {payout}; name an account that is not zero and none of the contracts",
		"InvalidResult":     "a result of kind {kind} can't have {length} bytes; a GPT result has 32, one of images 8 for each, an error none",
		"InvalidSealKey":    "the sealing key is zero; give the node's X25519 public key",
		"InvalidSeat":       "there is no seat {seat}; seats are 0, 1 and 2",
		"InvalidUnits":      "the task's size is out of range; ask for 1 to 1024 units, and 1 to 10 images, or none of a GPT task",
		"LastValidator":     "the last validator of a chain can't be removed; add another first",
		"NetworkFull":       "the network has {nodes} nodes and takes no more; wait until some leave",
		"NoClassFits":       "fewer than three nodes that could run this with {minVramGB} GB or more have joined, and a task takes three; ask for less memory, or wait for nodes to join",
		"NoContradiction":   "both commitments are the same; bring two that differ",
		"NoFreeNodes":       "too few nodes are free for task {taskId}; try again when nodes are free",
		"NotACandidate":     "a validator needs a key, a name and an account; take the line that helium chain key prints on its machine",
		"NotAValidator":     "account {account} is not a validator's; only validators vote",
		"NotCommitted":      "seat {seat} of task {taskId} has not committed, so it has nothing to open",
		"NotCreator":        "{caller} did not create this task; only its creator may cancel it",
		"NotNext":           "task {better} goes before task {taskId}; dispatch it first",
		"NotStored":         "nobody vouches for the result of seat {seat} of task {taskId}; bring a relay's or the creator's signature, or the sealed result itself",
		"NothingChanges":    "that key has power {power} already; there is nothing to vote on",
		"NothingStaked":     "node {node} has no stake here; nothing is left to do",
		"NotWired":          "the rules know no contracts yet; wire them first",
		"OnlyItsOwner":      "the credit of {account} goes out at its own word only; send this from that account",
		"OnlyPlainAccount":  "{caller} is a contract, or an account that runs code; only a plain account may change anything here",
		"OnlyRules":         "{caller} is not the Rules contract; the owner changes rules there",
		"OnlyTaskContract":  "{caller} is not the Task contract; nobody else may do this",
		"QueueFull":         "the queue is full ({capacity} tasks), and its least valuable one pays as much ({leastValue} a second); offer more, or try again later",
		"RejoinTooEarly":    "the network let this node go for its scores; it may join again from {rejoinFrom} on",
		"ResumeTooEarly":    "node {node} joined, or was let go by a task, in this very block; resume in the next one",
		"RevealTooEarly":    "task {taskId} still takes commitments; open when all three have committed or the deadline has passed",
		"SignatureExpired":  "the signature was good until {deadline}; sign anew",
		"HoldsModel":        "node {node} says that it holds the task's model, so it can't decline; announce only models that are there",
		"StakeHasPayout":    "a stake is left that goes back to {payout}; join with that address, or take the stake back first",
		"TooManyModels":     "a set of models has 32 bits at most; announce fewer models",
		"StakeNotDue":       "the stake stays until {stakeFrom}, an hour after the node joined and after its last task; wait until then",
		"TaskTypeNotServed": "tasks of type {taskType} are not served yet; send a GPT task",
		"TooLittleGas":      "the call needs {least} gas at hand, whatever it uses; send more, what is not used is not paid",
		"TooLittleCredit":   "{credit} of credit can be spent now and the fee is {fee}; deposit more, and send the task in a later block",
		"TooManyClasses":    "memory step {step} has as many classes as there can be; strike nothing, register under another size",
		"TooManyTasks":      "there are as many open tasks as there can be; try again later",
		"TooManyValidators": "the chain has {most} validators already; remove one first",
		"TooMuchPower":      "a power of {power} is more than there is; take {most} at most",
		"WrongDraw":         "the arguments' hash and the randomness are not those of the draw of task {taskId}; take them from its event",
		"WrongNodeSigner":   "the signature is {recovered}'s, not {expected}'s, or it was used before; sign with the node's own key",
		"WrongOpening":      "the opening of seat {seat} of task {taskId} does not fit what was committed; open with the committed result and nonce and all commitments by seat",
		"WrongSigner":       "the signature is {recovered}'s, not {expected}'s; sign with the node's own key",
		"WrongStatus":       "task {taskId} can't do this in its present status ({status}); look at the task first",

		"AccessControlBadConfirmation":     "the account does not match; name your own",
		"AccessControlUnauthorizedAccount": "{account} has no such part in the timelock; use the account that the network was deployed with",
		"FailedCall":                       "the change was refused by the contract it is for; look at it first",
		"TimelockInsufficientDelay":        "a delay of {delay} seconds is too short, the timelock's is {minDelay}; announce with that",
		"TimelockInvalidOperationLength":   "the change has {targets} targets, {payloads} calls and {values} amounts; give as many of each",
		"TimelockUnauthorizedCaller":       "{caller} is not the timelock; announce the change there",
		"TimelockUnexecutedPredecessor":    "another change must be carried out before; carry that out first",
		"TimelockUnexpectedOperationState": "the change is announced already, or not due yet; look at the timelock first",
		"ERC20InsufficientAllowance":       "{spender} may spend {allowance} of the {needed} it needs; approve more",
		"ERC20InsufficientBalance":         "{sender} has {balance} of the {needed} it needs; get more CNX",
		"ERC20InvalidApprover":             "{approver} can't approve; use another account",
		"ERC20InvalidReceiver":             "{receiver} can't receive CNX; use another account",
		"ERC20InvalidSender":               "{sender} can't send CNX; use another account",
		"ERC20InvalidSpender":              "{spender} can't be allowed to spend; use another account",
		"ERC2612ExpiredSignature":          "the permit has expired; sign a new one",
		"ERC2612InvalidSigner":             "the permit was signed by {signer}, not by {owner}; sign with the owner's key",
		"InvalidAccountNonce":              "the permit's number is used up, the next is {currentNonce}; sign a new one",
		"SafeERC20FailedOperation":         "the token {token} refused a transfer; look at balance and allowance",
		"OwnableInvalidOwner":              "{owner} can't own the contract; name another account",
		"OwnableUnauthorizedAccount":       "{account} does not own the contract; only its owner may do this",
		"ECDSAInvalidSignature":            "the signature is none; sign again",
		"ECDSAInvalidSignatureLength":      "the signature is not 65 bytes long; sign again",
		"ECDSAInvalidSignatureS":           "the signature is not in its one valid form; sign again",
		"InvalidShortString":               "a name is not stored as it should be; the contract was built wrongly",
		"StringTooLong":                    "the name {str} is too long; choose a shorter one",
	}
}
