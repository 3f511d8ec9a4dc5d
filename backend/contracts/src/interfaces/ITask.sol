// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

enum TaskType {
    StableDiffusion,
    GPT
}

/// @notice The life of a task. Queued and Started are open; the other three are final. Settled: at least two nodes
/// agreed, on a result or on the arguments being at fault.
enum TaskStatus {
    None,
    Queued,
    Started,
    Settled,
    Aborted,
    Cancelled
}

/// @notice What a node committed to. Kinds never match each other.
/// Result: the digest (GPT, 32 bytes) or the perceptual hashes (Stable Diffusion, 8 bytes an image).
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
/// Agreed: at least two equal results. InvalidArguments: at least two nodes found the arguments at fault.
/// NoAgreement: nothing matched. Silent: too few nodes committed or revealed in time.
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
/// @param minVramGB Least VRAM in GB of the nodes that may be drawn.
/// @param units Size: images of 512x512 and 25 steps (Stable Diffusion) or blocks of 256 new tokens (GPT), rounded up. At least 1.
/// @param images Number of images; 0 for GPT.
/// @param fee CNX (wei) paid for the task, taken from the caller, to whom approve or permit must have been given before.
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
/// @param order The signer's view of the order of commitments: three seats, two bits each, first in the lowest bits.
/// @param ciphertextHash keccak256 of the sealed result as stored at a relay; 0 for a kind without a response.
struct Reveal {
    bytes32 commitmentsHash;
    uint8 order;
    ResultKind kind;
    bytes result;
    bytes32 nonce;
    bytes32 ciphertextHash;
}

/// @notice Seconds of chain time.
/// @param commitBy After it no commitment is taken; whoever committed may then reveal.
/// @param revealBy After it anybody may close. 0 until commitments are complete or `commitBy` has passed; then the
/// time from which the reveal window counts plus the window.
struct Deadlines {
    uint64 commitBy;
    uint64 revealBy;
}

struct TaskInfo {
    TaskStatus status;
    Outcome outcome;
    TaskType taskType;
    address creator;
    bytes32 argsHash;
    bytes32 taskKey;
    bytes32 classId;
    uint256 fee;
    uint32 units;
    uint16 minVramGB;
    address[3] nodes;
    bytes32[3] commitments;
    bool[3] revealed;
    Deadlines deadlines;
}

/// @notice What a task costs in time, by type. T = overheadSeconds + units * secondsPerUnit.
struct Pricing {
    uint32 overheadSeconds;
    uint32 secondsPerUnit;
}

/// @notice What a network is set up with; nothing of it can change afterwards.
/// @param stake CNX (wei) that a node stakes.
/// @param minFee Least fee of a task in CNX (wei).
/// @param minClassNodes Nodes of a class that must be joined before it takes tasks; at least 3.
/// @param commitSeconds A drawn task's nodes have this plus the task's T to commit.
/// @param revealSeconds From the third commitment, or the commit deadline, to the time from which anybody may close.
/// @param openSeconds From the reveal deadline: a node that committed and has not opened by then may be slashed.
/// @param queueSeconds A task that waited this long may be closed by anybody and is refunded.
/// @param queuePer100Nodes Capacity of the queue for every 100 joined nodes; never less than 50.
struct Params {
    uint256 stake;
    uint256 minFee;
    uint32 minClassNodes;
    uint32 commitSeconds;
    uint32 revealSeconds;
    uint32 openSeconds;
    uint32 queueSeconds;
    uint32 queuePer100Nodes;
    Pricing stableDiffusion;
    Pricing gpt;
}

/// @title Tasks: escrow, draw, consensus, payment.
/// @notice Three nodes of one GPU class run a task. Each signs a commitment, and when all three stand, a reveal. Both are
/// EIP-712 messages under the domain {name "Helium", version "1", chainId, verifyingContract: this contract}:
///
///     Ready(bytes32 taskKey)
///     NoArguments(bytes32 taskKey)
///     Decline(bytes32 taskKey)
///     Commitment(bytes32 taskKey,bytes32 commitment)
///     Reveal(bytes32 taskKey,bytes32 commitmentsHash,uint8 order,uint8 kind,bytes result,bytes32 nonce,bytes32 ciphertextHash)
///     Stored(bytes32 taskKey,address node,bytes32 ciphertextHash)      signed by a registered relay
///
/// so anybody may bring them. taskKey = keccak256(abi.encode(chainId, this, taskId, creator, argsHash, nodes, prevrandao of
/// the draw's block)). commitment = keccak256(abi.encode(taskKey, node, kind, keccak256(result), nonce)).
///
/// Pay: arrival rewards 10/9/6 for the order of commitments and again for the order of reveals; a node's share of the
/// fee is fee * (its two rewards) / 50, rounded down, what is left over goes to the last one paid (by seat). What a
/// node that is not paid would have had goes to the creator if it deviated, to the pool otherwise. The score of a paid
/// node is the sum of its two rewards. The overhead part of a fee is fee * overheadSeconds / T, rounded down.
///
/// What an ended task means for each party (Verdicts.sol decides, one table for every case):
/// - Agreed, at least two equal results: those nodes are paid; a third that opened something else, InvalidArguments
///   included, deviated: its stake goes to the pool; a third with a machine's error, silent or absent scores 0.
/// - InvalidArguments, at least two of them: those nodes get their shares of the overhead part, unscored; the rest
///   returns. A third with a result deviated.
/// - NoAgreement and Silent: whoever opened a result or InvalidArguments has an equal part of the overhead part, the
///   rest returns; nobody deviated; everybody scores 0. Silent is fewer than two openings.
/// - In all of them a node that committed and has not opened stays locked.
interface ITask {
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
    /// @param value CNX (wei) per second: fee / T, rounded down.
    event TaskQueued(uint256 indexed taskId, uint256 value);
    event TaskDrawn(
        uint256 indexed taskId, bytes32 indexed classId, bytes32 taskKey, address[3] nodes, uint64 commitBy
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
    event NodeReleased(uint256 indexed taskId, address indexed node, uint8 score);
    event CreatorRefunded(uint256 indexed taskId, address indexed creator, uint256 amount);
    event Withdrawn(address indexed account, uint256 amount);
    event RelaySet(address indexed relay, bool registered);

    error FeeTooLow(uint256 fee, uint256 minimum);
    /// @notice Units must be 1 to 1024, images 0 for GPT.
    error InvalidUnits();
    error TaskTypeNotServed(TaskType taskType);
    /// @notice No set of joined nodes could ever run the task.
    error NoClassFits(uint16 minVramGB);
    error QueueFull(uint256 capacity);
    error WrongStatus(uint256 taskId, TaskStatus status);
    error NotCreator(address caller);
    error NoFreeNodes(uint256 taskId);
    /// @notice Contracts don't draw, they could take back a draw that they dislike.
    error OnlyPlainAccount(address caller);
    /// @notice A queued task is drawn in a later block than the one that queued it.
    error DispatchTooEarly(uint256 taskId);
    /// @notice `older` waits longer and the free nodes fit it.
    error NotNext(uint256 taskId, uint256 older);
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
    /// @notice Only the node itself may give up its pay by opening without a relay's storage signature.
    error NotStored(uint256 taskId, uint8 seat);
    error InvalidParams(string field);

    /// @notice Takes the fee and draws three nodes, or puts the task in the queue when fewer than three of a fitting
    /// class are free.
    /// Warning: only plain accounts (sender = origin, no code) draw in the same transaction; a contract's task is queued.
    function createTask(TaskRequest calldata request) external returns (uint256 taskId);

    /// @notice Draws nodes for the queued task, if three are free and no older task fits the free nodes. Any plain
    /// account may call.
    function dispatch(uint256 taskId) external;

    /// @notice Takes a queued task back. Only its creator may call. The least fee goes to the pool, the rest returns.
    function cancel(uint256 taskId) external;

    /// @notice Takes the commitment that the node of `seat` signed.
    function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes calldata signature) external;

    /// @notice Takes the opening that the node of `seat` signed. The last one judges, pays and frees.
    /// @dev When fewer than three committed in time, the last opening that can still come judges. An opening after the
    /// end is taken only from a node that is still locked: it is slashed if it deviates from what was agreed, and freed
    /// unpaid otherwise.
    /// @param storageSignature A registered relay's signature of Stored; without a valid one only the node itself may
    /// call, and its share goes to the pool. Empty for a kind without a response.
    function reveal(
        uint256 taskId,
        uint8 seat,
        Reveal calldata opening,
        bytes calldata signature,
        bytes calldata storageSignature
    ) external;

    /// @notice Ends a task whose deadline has passed. Anybody may call. What is due depends on where the task stands:
    /// a queued task expires and is refunded; a started one is judged by what was opened, at once when nothing more can
    /// come; an ended one lets go of nodes that committed and stayed silent until the open deadline, and slashes them.
    function close(uint256 taskId) external;

    /// @notice Sends the CNX credited to `account` to it. Anybody may call.
    function withdraw(address account) external returns (uint256 amount);

    /// @dev Once the task has ended and none of its nodes is locked, only status, outcome, type and creator are there:
    /// its storage serves another task. The events keep the rest for ever.
    function task(uint256 taskId) external view returns (TaskInfo memory);

    /// @notice CNX (wei) credited to `account` and not yet withdrawn.
    function earned(address account) external view returns (uint256);

    /// @notice CNX (wei) of slashed stakes and unclaimed shares.
    function pool() external view returns (uint256);

    function pricing(TaskType taskType) external view returns (Pricing memory);

    function minFee() external view returns (uint256);

    /// @notice Queued tasks in the order in which they will be dispatched, `length` of them from `offset`.
    function queue(uint256 offset, uint256 length) external view returns (uint256[] memory);

    function queueLength() external view returns (uint256);

    /// @notice Place in the queue, 0 for the next one. Reverts when the task is not queued.
    function queuePosition(uint256 taskId) external view returns (uint256);

    /// @notice Tasks ever created, tasks now running, tasks settled, tasks aborted or cancelled.
    function counts() external view returns (uint256 created, uint256 running, uint256 settled, uint256 aborted);

    /// @notice Tasks that may wait at once, with the nodes now joined.
    function queueCapacity() external view returns (uint256);

    function isRelay(address account) external view returns (bool);

    /// @notice Registers or strikes a relay. Only the owner may call.
    function setRelay(address relay, bool registered) external;
}
