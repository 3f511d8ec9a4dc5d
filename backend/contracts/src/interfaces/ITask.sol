// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPlain} from "./IPlain.sol";

enum TaskType {
    StableDiffusion,
    GPT
}

/// @notice The life of a task. Queued and Started are open, the others final. Settled: at least two nodes agreed, on a
/// result or on the arguments being at fault. Gone: it ended and its storage serves another task; its events tell how.
enum TaskStatus {
    None,
    Queued,
    Started,
    Settled,
    Aborted,
    Cancelled,
    Gone
}

/// @notice What a node committed to. Kinds never match each other.
/// Result: the digest (GPT, 32 bytes) or the perceptual hashes (Stable Diffusion, 8 bytes an image, masked with a hash of
/// the salt).
/// InvalidArguments: a pure function of the envelope, compared like a result.
/// The other kinds speak of the machine, not of the task: they never slash and are never paid.
enum ResultKind {
    None,
    Result,
    InvalidArguments,
    ModelNotFound,
    FileHashDiffers,
    CannotRun
}

/// @notice How a task ended.
/// Agreed: at least two matching results. InvalidArguments: at least two nodes found the arguments at fault.
/// NoAgreement: nothing matched. NoArguments: two nodes never got them. Silent: fewer than two nodes opened anything.
enum Outcome {
    None,
    Agreed,
    InvalidArguments,
    NoAgreement,
    NoArguments,
    Silent,
    Cancelled,
    Evicted,
    Expired
}

/// @param argsHash keccak256 of the envelope's bytes.
/// @param modelKey keccak256 of the model's id; 0 for no preference.
/// @param minVramGB Least memory in GB of the nodes that may be drawn, 128 at most.
/// @param units Size: images of 512x512 and 25 steps (Stable Diffusion) or blocks of 256 new tokens (GPT), rounded up. At least 1.
/// @param images Number of images, 1 to 10; 0 for GPT.
/// @param fee CNX (wei) paid for the task, from the caller's credit.
struct TaskRequest {
    TaskType taskType;
    bytes32 argsHash;
    bytes32 modelKey;
    uint16 minVramGB;
    uint32 units;
    uint16 images;
    uint256 fee;
}

/// @notice The opening of a commitment.
/// @param commitmentsHash keccak256(abi.encode(c0, c1, c2)) of the three commitments by seat, 0 where none: what the
/// signer held when it revealed.
/// @param order The signer's view of who was prompt: three seats, two bits each, the first in the lowest bits. A node
/// whose signature had to be waited for is placed last.
/// @param ciphertextHash keccak256 of the sealed result as stored at a relay; 0 for a kind without a response.
struct Reveal {
    bytes32 commitmentsHash;
    uint8 order;
    ResultKind kind;
    bytes result;
    bytes32 nonce;
    bytes32 ciphertextHash;
}

/// @notice What a node says of a task, signed.
/// @param signature By the node, of Reveal.
/// @param proof That the creator can have the response: Stored, signed by a registered relay or by the creator; or the
/// sealed response itself. Empty for a kind without a response, and where the creator itself calls.
struct Statement {
    Reveal opening;
    bytes signature;
    bytes proof;
}

/// @notice Seconds of chain time, 0 while not known.
/// @param argumentsBy After it two nodes that lack the arguments may close the task.
/// @param commitBy Until then a node commits. The contract takes signed commitments for 60 seconds more, so that whoever
/// holds one can bring it.
/// @param revealBy After it anybody may close. Known once commitments are complete or none can come any more.
struct Deadlines {
    uint64 argumentsBy;
    uint64 commitBy;
    uint64 revealBy;
}

/// @param argsHash While the task is queued; TaskCreated and TaskDrawn have it for ever.
/// @param minVramGB The memory step that it needs, in GB.
/// @param commitments, revealed What stands in the court.
struct TaskInfo {
    TaskStatus status;
    Outcome outcome;
    TaskType taskType;
    address creator;
    bytes32 argsHash;
    bytes32 taskKey;
    uint256 fee;
    uint32 units;
    uint16 images;
    uint16 minVramGB;
    uint64 since;
    address[3] nodes;
    bytes32[3] commitments;
    bool[3] revealed;
    Deadlines deadlines;
}

/// @notice What a task costs in time, by type. T = overheadSeconds + units * secondsPerUnit.
/// @param served Whether such tasks are taken.
struct Pricing {
    uint16 overheadSeconds;
    uint16 secondsPerUnit;
    bool served;
}

/// @notice The rules' numbers. Rules checks their ranges; each task keeps those it was created under.
/// @param stake CNX (wei) that a node stakes.
/// @param minFee Least fee in CNX (wei) of the smallest task of a type, more than the two rewards together. Larger ones
/// pay in proportion to their T.
/// @param settleReward CNX (wei) of a fee for whoever sends the transaction that ends the task.
/// @param dispatchReward CNX (wei) of a fee for whoever dispatches the task from the queue.
/// @param cutPerMille Of what the nodes would be paid, for the pool. It makes farming scores with one's own nodes cost.
/// @param minClassNodes Nodes of a class that must be joined before it takes GPT tasks; at least 3.
/// @param kickOutScore A node whose last three scores sum to this or less is let go.
/// @param rejoinSeconds How long such a node must wait before it joins again.
/// @param stakeSeconds How long after a node's last task its stake stays.
/// @param argumentSeconds From the draw to `argumentsBy`.
/// @param commitSeconds From the draw to `commitBy`, plus the task's T.
/// @param revealSeconds From the third commitment, or when none can come any more, to `revealBy`.
/// @param openSeconds From `revealBy`: a node that committed and has not opened by then may be slashed.
/// @param queueSeconds A task that waited this long may be closed by anybody and is refunded.
/// @param queuePer100Nodes Capacity of the queue of one type and memory step for every 100 joined nodes; never less than 50.
/// @param drawCandidates, drawSeconds A draw needs so many free nodes to draw from; with fewer one is made in so many
/// seconds, see INode.
/// @param matchDistance Images match when their hashes differ in fewer bits.
/// @param slashDistance An image that differs in so many bits from both that agree costs the stake.
struct Params {
    uint256 stake;
    uint256 minFee;
    uint256 settleReward;
    uint256 dispatchReward;
    uint16 cutPerMille;
    uint16 minClassNodes;
    uint16 kickOutScore;
    uint32 rejoinSeconds;
    uint32 stakeSeconds;
    uint16 argumentSeconds;
    uint16 commitSeconds;
    uint16 revealSeconds;
    uint32 openSeconds;
    uint16 queueSeconds;
    uint16 queuePer100Nodes;
    uint16 drawCandidates;
    uint16 drawSeconds;
    uint8 matchDistance;
    uint8 slashDistance;
    Pricing stableDiffusion;
    Pricing gpt;
}

/// @notice A task that waits.
/// @param value CNX (wei) per second of its T, rounded down.
struct QueuedTask {
    uint256 taskId;
    uint256 value;
    uint64 since;
}

/// @title What the Task contract says and refuses, whichever part of it speaks.
interface IDocket is IPlain {
    event TaskCreated(
        uint256 indexed taskId,
        address indexed creator,
        TaskType taskType,
        bytes32 argsHash,
        bytes32 modelKey,
        uint16 minVramGB,
        uint32 units,
        uint16 images,
        uint256 fee
    );
    /// @param value CNX (wei) per second of T, rounded down.
    event TaskQueued(uint256 indexed taskId, uint256 value);
    /// @param classId Zero for Stable Diffusion, whose nodes need not be of one class.
    event TaskDrawn(
        uint256 indexed taskId,
        bytes32 indexed classId,
        bytes32 taskKey,
        address[3] nodes,
        bytes32 argsHash,
        uint256 prevrandao,
        TaskType taskType,
        uint32 units,
        uint16 images,
        uint64 argumentsBy,
        uint64 commitBy
    );
    event Committed(uint256 indexed taskId, address indexed node, uint8 seat, bytes32 commitment);
    event CommitmentsComplete(uint256 indexed taskId, uint64 revealBy);
    event Revealed(
        uint256 indexed taskId,
        address indexed node,
        uint8 seat,
        ResultKind kind,
        bytes result,
        bytes32 nonce,
        bytes32 ciphertextHash
    );
    event TaskEnded(uint256 indexed taskId, Outcome outcome, ResultKind kind, bytes result);
    /// @param amount CNX (wei) credited to `payout`.
    event NodePaid(uint256 indexed taskId, address indexed node, address indexed payout, uint256 amount, uint8 score);
    /// @notice The node's result deviates: its whole stake went to the pool, its share of this fee to the creator.
    event NodeDeviated(uint256 indexed taskId, address indexed node, uint256 stake);
    /// @notice The task let the node go unpaid; Node says whether it lost its stake for never opening.
    event NodeReleased(uint256 indexed taskId, address indexed node, uint8 score);
    /// @notice The node contradicted itself about one task key: its whole stake went to the pool.
    event Contradiction(address indexed node, bytes32 indexed taskKey, uint256 stake);
    /// @param amount CNX (wei) credited to the creator.
    event CreatorRefunded(uint256 indexed taskId, address indexed creator, uint256 amount);
    /// @param amount CNX (wei) credited to who sent the transaction that ended or dispatched the task.
    event Rewarded(uint256 indexed taskId, address indexed account, uint256 amount);
    event Deposited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event RelaySet(address indexed relay, bool registered);

    error FeeTooLow(uint256 fee, uint256 minimum);
    error FeeTooHigh(uint256 fee);
    /// @notice `credit` is what the account can spend in this block: what it deposits counts from the next one on.
    error TooLittleCredit(uint256 credit, uint256 fee);
    /// @notice The credit of an account that made a deposit, in an earlier block, goes out at its own word only: it is there
    /// to be spent.
    error OnlyItsOwner(address account);
    /// @notice Units must be 1 to 1024; images 1 to 10, and 0 for GPT.
    error InvalidUnits();
    error TaskTypeNotServed(TaskType taskType);
    /// @notice No set of joined nodes could ever run the task.
    error NoClassFits(uint16 minVramGB);
    /// @notice The queue of this type and memory step is full, and its least valuable task is worth as much.
    error QueueFull(uint256 capacity, uint256 leastValue);
    error TooManyTasks();
    error WrongStatus(uint256 taskId, TaskStatus status);
    error NotCreator(address caller);
    /// @notice There are too few free nodes that fit, or too few to draw from so soon after the last draw, see INode.
    error NoFreeNodes(uint256 taskId);
    /// @notice A queued task is drawn in a later block than the one that queued it.
    error DispatchTooEarly(uint256 taskId);
    /// @notice `better` waits too, the free nodes fit it, and it is worth more, or as much and is older.
    error NotNext(uint256 taskId, uint256 better);
    error InvalidSeat(uint8 seat);
    error AlreadyCommitted(uint256 taskId, uint8 seat);
    error NotCommitted(uint256 taskId, uint8 seat);
    error AlreadyRevealed(uint256 taskId, uint8 seat);
    error InvalidCommitment(uint256 taskId, uint8 seat);
    error CommitTooLate(uint64 commitBy);
    error RevealTooEarly(uint256 taskId);
    error CloseTooEarly(uint64 deadline);
    error WrongSigner(address recovered, address expected);
    error WrongOpening(uint256 taskId, uint8 seat);
    error InvalidResult(ResultKind kind, uint256 length);
    /// @notice Only the node itself may give up its pay by opening without a proof that the response is stored.
    error NotStored(uint256 taskId, uint8 seat);
    /// @notice One node may decline, in the time for the arguments, before anything was committed.
    error DeclineTooLate(uint256 taskId);
    /// @notice The arguments' hash and the randomness are not those of the draw.
    error WrongDraw(uint256 taskId);
    /// @notice Both commitments are the same.
    error NoContradiction();
    error OnlyRules(address caller);
}

/// @title The usual way of a task.
interface ITaskCore is IDocket {
    /// @notice Takes the fee from the caller's credit and draws three nodes, or puts the task in the queue.
    function createTask(TaskRequest calldata request) external returns (uint256 taskId);

    /// @notice Draws nodes for the queued task, if nobody that they could serve is worth more. Anybody may call.
    function dispatch(uint256 taskId) external;

    /// @notice Takes a queued task back. Only its creator may call. The least fee goes to the pool, the rest returns.
    function cancel(uint256 taskId) external;

    /// @notice Ends a started task with what its three nodes signed, by seat. Anybody may call, until the task is closed.
    function settle(uint256 taskId, Statement[3] calldata statements) external;

    /// @notice Takes CNX as credit, which must be approved to this contract before. It can be spent from the next block on.
    function deposit(uint256 amount) external;

    /// @notice `deposit` by an EIP-2612 permit that the caller signed with this contract as the spender.
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Sends the CNX credited to `account` to it. Anybody may call, unless the account made a deposit in an
    /// earlier block; what it deposited in this one stays, unless it calls itself.
    function withdraw(address account) external returns (uint256 amount);

    /// @notice Takes a new set of parameters, already checked. Only Rules may call.
    function setParams(uint16 version, Params calldata params) external;

    /// @notice Registers or strikes a relay. Only Rules may call.
    function setRelay(address relay, bool registered) external;
}

/// @title What happens when somebody is silent, refuses or cheats.
interface ICourt is IDocket {
    /// @notice Takes the commitment that the node of `seat` signed.
    function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes calldata signature) external;

    /// @notice Takes the opening that the node of `seat` signed. The last one judges, pays and frees.
    /// @dev When fewer than three committed in time, the last opening that can still come judges. An opening after the
    /// end is taken only from a node that is still locked: it is slashed if it deviates from what was agreed, and freed
    /// unpaid otherwise.
    /// Without a proof only the node itself may call, and its share goes to the pool.
    function reveal(uint256 taskId, uint8 seat, Statement calldata statement) external;

    /// @notice Ends a task whose deadline has passed. Anybody may call. What is due depends on where the task stands:
    /// a queued task expires and is refunded; a started one is judged by what was opened, at once when nothing more can
    /// come; an ended one lets go of nodes that committed and stayed silent until the open deadline, and slashes them.
    function close(uint256 taskId) external;
}

/// @title What nodes can complain of.
interface IClerk is IDocket {
    /// @notice Ends a task whose arguments at least two nodes never got, could not open or found to have another hash.
    /// @param signatures Of NoArguments, by seat; empty for a seat that did not sign.
    function closeWithoutArguments(uint256 taskId, bytes[3] calldata signatures) external;

    /// @notice Draws another node for one that signed Decline because it lacks the task's model, and scores as a last place.
    /// Once a task; anybody may call. The task has another key then, and its time starts anew.
    /// A node that announced the model can't decline, nor can one of a task that names none: declining would be a way out
    /// of every task in which a node is alone among honest ones, and back into the next draw within seconds.
    /// @param argsHash, prevrandao As TaskDrawn said.
    function decline(uint256 taskId, uint8 seat, bytes calldata signature, bytes32 argsHash, uint256 prevrandao) external;

    /// @notice Takes the stake of a node that signed two commitments for one task key, of any task at any time. The same proof
    /// counts against every later stake of the address, which must not be used again.
    function slashDoubleCommitment(
        address node,
        bytes32 taskKey,
        bytes32[2] calldata commitments,
        bytes[2] calldata signatures
    ) external;

    /// @notice Takes the stake of a node that signed a commitment for a task key and signed Decline or NoArguments for it
    /// too, in whatever order: a way out for one that has seen that it is alone.
    /// @param declined It signed Decline. @param signatures Of Commitment, then of the other.
    function slashRefusal(
        address node,
        bytes32 taskKey,
        bytes32 commitment,
        bool declined,
        bytes[2] calldata signatures
    ) external;
}

/// @title What there is to see of tasks.
interface ITaskViews is IDocket {
    function task(uint256 taskId) external view returns (TaskInfo memory);

    /// @notice CNX (wei) credited to `account` and neither spent nor withdrawn: deposits, pay, refunds and rewards.
    function credit(address account) external view returns (uint256);

    /// @notice CNX (wei) of slashed stakes and unclaimed shares. It only grows: what it is for is left to a later version.
    function pool() external view returns (uint256);

    function pricing(TaskType taskType) external view returns (Pricing memory);

    function minFee() external view returns (uint256);

    /// @notice The best `length` queued tasks of a type and memory step (0 to 14, see INode), best first.
    /// @dev For calls only.
    function queued(TaskType taskType, uint8 step, uint256 length) external view returns (QueuedTask[] memory);

    /// @notice How many queued tasks of its type go before this one. Reverts when the task is not queued.
    /// @dev For calls only: the work grows with the queue.
    function queuePosition(uint256 taskId) external view returns (uint256);

    /// @notice Tasks ever created; waiting, running; settled, aborted or cancelled.
    function counts()
        external
        view
        returns (uint256 created, uint256 waiting, uint256 running, uint256 settled, uint256 aborted);

    /// @notice Tasks of one type and memory step that may wait at once, with the nodes now joined.
    function queueCapacity() external view returns (uint256);

    function isRelay(address account) external view returns (bool);

    /// @notice The Token, Node and Rules contracts.
    function token() external view returns (address);

    function nodes() external view returns (address);

    function rules() external view returns (address);
}

/// @title Tasks: escrow, draw, consensus, payment.
/// @notice Three nodes run a task. Each signs a commitment, and when it holds all three, a reveal that opens its own.
/// All are EIP-712 messages under the domain {name "Helium", version "1", chainId, verifyingContract: this contract}, so
/// anybody may bring them:
///
///     Ready(bytes32 taskKey)
///     NoArguments(bytes32 taskKey)
///     Decline(bytes32 taskKey)
///     Commitment(bytes32 taskKey,bytes32 commitment)
///     Reveal(bytes32 taskKey,bytes32 commitmentsHash,uint8 order,uint8 kind,bytes result,bytes32 nonce,bytes32 ciphertextHash)
///     Stored(bytes32 taskKey,address node,bytes32 ciphertextHash)      signed by a registered relay or the creator
///
/// taskKey = keccak256(abi.encode(chainId, this, taskId, creator, argsHash, nodes, prevrandao of the draw's block)).
/// commitment = keccak256(abi.encode(taskKey, node, kind, keccak256(result), nonce)).
/// A task id's lowest 20 bits are its place, which a later task uses again; the rest counts tasks from 1.
///
/// Fast settlement. Usually nodes exchange commitments and reveals through a relay, and one `settle` brings the three
/// reveals, which contain the rest: each signs the hash of all three commitments, so each is bound to what it opens and
/// knew the others were. It is judged like the court's, also against a node that deviates.
///
/// The court is for missing signatures: `commit` and `reveal` bring the same messages one by one, and `close` ends what
/// nobody carries on. Both ways may be mixed. What stands in the court binds `settle` too.
///
/// Price. T = overheadSeconds + units * secondsPerUnit; value = fee / T, CNX per second, decides who is served. A task
/// starts at once if nodes are free and no waiting task that they could run is worth as much; otherwise it is queued by
/// type and memory step, the most valuable first, the older of equals first. A full queue lets its least valuable task go,
/// refunded, for a more valuable newcomer, and refuses any other.
///
/// Callers. Only plain accounts call what changes something, with 2,000,000 gas at hand, see IPlain: contracts don't create
/// tasks. Anybody means any of them.
///
/// Draw. In the transaction, by the block's prevrandao, the creator, the arguments' hash and the time since when the task
/// waits: not by what others do in the block. Two can still try again: the block's proposer, who chooses and orders the
/// transactions, and a contract earlier in the block that burns what gas the block has left, so that a draw which it
/// dislikes comes a block later, each try for about a block's gas. Only a draw in a later block than its request would close
/// the second, for a second more for every task. For chains that take set-code transactions see IPlain.
///
/// Pay. The rewards for the end and the dispatch of a task come off its fee first. Of the rest those that agree get
/// 20/50, 18/50 and 12/50 by their order, less the cut, rounded down; what is left over by rounding goes to
/// the highest seat of them. The order of two is what most of the openings say; where they are as many, or name neither,
/// the lower seat; where three go in a circle the order of the draw. Only those that agree are ranked: a third that is quick to fail takes
/// nothing from them, and a creator that owns it gets no more than the last share back. The share of a node that
/// deviates returns to the creator, other shares that nobody earned go to the pool. The overhead part of a fee is what is
/// left after the rewards times overheadSeconds / T, rounded down. All payments are credits, to be spent on tasks or withdrawn.
///
/// What an ended task means for each party (Verdicts.sol decides, one table for every case):
/// - Agreed, at least two matching results: those nodes are paid; where A matches B and B matches C, all three are, and
///   the result is B's. A third that opened something else, InvalidArguments included, deviates: its stake goes to the
///   pool. An image that is not a match and not `slashDistance` away from both is unpaid and scores 0, no more; so does a
///   machine's fault, and a node that never committed.
/// - InvalidArguments, at least two of them: those nodes get their shares of the overhead part, unscored; the rest
///   returns. A third with a result deviates; with a machine's fault it is unscored, and scores 0 if it never committed.
/// - NoAgreement and Silent: whoever opened a result or InvalidArguments has an equal part of the overhead part, the
///   rest returns; nobody deviates; everybody scores 0. Silent is fewer than two openings.
/// - NoArguments: each node that signed so has a third of the overhead part; a third that nobody signed for goes to the
///   pool, the rest returns; nobody is scored. A third each, not a half: a lazy pair that lies about it earns about what a
///   last place earns. None of the overhead part returns, so that a creator who owns nodes pays for each draw that it
///   throws away.
/// - In all but NoArguments a node that committed and has not opened stays locked until it opens, which is judged but not
///   paid, or until `openSeconds` have passed, when it loses its stake.
/// @dev One contract for its callers. Its code is in three, since a contract may have 24,576 bytes: Task passes on what it
/// does not know itself to Court, and Court to Clerk, which run on Task's storage.
interface ITask is ITaskCore, ICourt, IClerk, ITaskViews {}
