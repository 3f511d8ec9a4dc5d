// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IPlain} from "./IPlain.sol";

/// @notice Where a node stands. A node that is in a task is Busy, PendingPause or PendingQuit, and can't leave before
/// the task has let it go.
enum NodeStatus {
    Quit,
    Available,
    Busy,
    PendingPause,
    PendingQuit,
    Paused
}

/// @notice What a node does of itself while it is joined. Announce says which models it holds.
enum Move {
    Pause,
    Resume,
    Quit,
    Announce
}

/// @notice What a node says of itself when it joins.
/// @param card Name of the card as the driver gives it, e.g. "NVIDIA GeForce RTX 4070".
/// @param vramGB Memory of the card in GB (2^30 bytes), rounded up.
/// @param runtime Backend and engine build, e.g. "cuda/0.4.0" or "cpu-haswell/0.4.0".
/// @param fingerprint keccak256 of the results of the fixed numeric probe that the engine runs before joining.
/// @param sealKey X25519 public key to which task arguments are sealed.
/// @param payout Who receives earnings and the returned stake. Never zero, the token, Node, Task or Rules.
/// @param models The models it holds, see INode: three bits of 64 for each.
struct JoinRequest {
    string card;
    uint16 vramGB;
    string runtime;
    bytes32 fingerprint;
    bytes32 sealKey;
    address payout;
    uint64 models;
}

/// @notice An EIP-2612 permit for the stake, signed by the node with Node as the spender.
struct StakePermit {
    uint256 value;
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @param classId The class of the node; zero for an address that never joined.
/// @param stake CNX (wei) staked, or after quitting the part that is not yet paid back.
/// @param task Place of the task that holds the node, 0 if none: the lowest 20 bits of its id.
/// @param recent Scores of the last three judged tasks, newest first, 0 to 20; 20 where there was none yet.
/// @param mean Mean score in 256ths of a point, recent tasks weighing more. Starts at 0.
/// @param nonce To be signed in the next message that somebody else brings.
/// @param stakeFrom When a stake that is left after quitting can be paid back; 0 if there is none.
/// @param rejoinFrom When a node that was let go for its scores may join again; 0 if it may.
struct NodeInfo {
    NodeStatus status;
    bytes32 classId;
    bytes32 sealKey;
    address payout;
    uint256 stake;
    uint256 task;
    uint8[3] recent;
    uint16 mean;
    uint64 models;
    uint32 nonce;
    uint64 stakeFrom;
    uint64 rejoinFrom;
}

/// @param joined Nodes of the class that have a stake and have resumed since they joined, whatever their status.
/// @param available Nodes of the class that can be drawn now.
/// @param gpt Whether the class may take GPT tasks, once enough nodes have joined it.
struct ClassInfo {
    string card;
    uint16 vramGB;
    string runtime;
    bytes32 fingerprint;
    uint32 joined;
    uint32 available;
    bool gpt;
}

/// @title The nodes of the network: their stakes, classes, statuses and scores.
/// @notice A GPU class is keccak256(abi.encode(card, vramGB, runtime)): bit-equal text needs all three. Rules keeps the
/// registry of classes, each with the fingerprint that its numeric probe must give, since drivers and variants of a
/// processor change bits too. A node of an unknown class or with another fingerprint joins the class "other" of its
/// memory step, which takes Stable Diffusion tasks only.
///
/// Memory counts in steps of 1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80 and 128 GB: a card serves the step that it
/// fills, a task takes the step that holds it.
///
/// Draw. A GPT task draws a class that serves GPT, holds the step and has three free nodes, each class with a chance
/// proportional to its free nodes; then three of its nodes. A Stable Diffusion task draws three nodes of any class that
/// holds the step. A node is drawn with a weight of 10 + mean/2, so that the best is drawn twice as often as one without
/// merit. A node that holds the task's model is preferred: others are passed over twice a seat at most.
/// A draw needs `drawCandidates` free nodes, and for GPT a tenth of those that joined the class. Where no class has so many,
/// one with three free may be drawn once in `drawSeconds` for each memory step (Stable Diffusion: for all). Otherwise three
/// nodes of one owner that wait for a moment when few others are free would be drawn together, and again and again.
/// Paused nodes count among those that joined. A group that pauses and comes back at one moment is still drawn together
/// more often than its size, up to what `drawCandidates` and the tenth leave it.
///
/// Scores. 20, 18 and 12 for the first, second and third that agree; 0 for silence, for a machine's fault and where nobody
/// agreed. Whoever scored 20 or less in the last three tasks together is let go, with its stake, and may join again after
/// a while, its mean as it was. A slash sets the mean to 0. History stays with the address, and a newcomer starts with a mean
/// of 0, so that a new address outweighs no old one: leaving a bad name behind gains nothing.
///
/// Models. `models` is a set of 64 bits in which each model m, m = keccak256(model id), sets the bits m & 63,
/// (m >> 6) & 63 and (m >> 12) & 63; 32 bits at most. It guides the draw, and a node that claims a model can't decline a
/// task for it.
///
/// Messages that anybody may bring, EIP-712 under the domain {name "Helium", version "1", chainId, verifyingContract: this}:
///
///     Join(address node,string card,uint16 vramGB,string runtime,bytes32 fingerprint,bytes32 sealKey,address payout,uint64 models,uint32 nonce,uint64 deadline)
///     Move(address node,uint8 move,uint64 models,uint32 nonce,uint64 deadline)
///
/// Each join and each move uses up a nonce, whoever brings it: what was signed before and never brought is void.
///
/// Only plain accounts call what changes something, with 500,000 gas at hand, see IPlain.
///
/// @dev The Task contract is the only one that may lock, release and slash. Stakes are held by this contract, which
/// holds nothing else.
interface INode is IPlain {
    event ClassAdded(bytes32 indexed classId, string card, uint16 vramGB, string runtime, bytes32 fingerprint);
    /// @notice The class takes GPT tasks no more, or again.
    event ClassChanged(bytes32 indexed classId, bool gpt, bytes32 fingerprint);
    /// @notice The node is Paused.
    event NodeJoined(address indexed node, bytes32 indexed classId, bytes32 sealKey, address payout, uint256 stake);
    /// @notice A change that the node asked for or suffered. That a task holds it and lets it go is said by Task's
    /// events TaskDrawn, NodePaid and NodeReleased.
    event NodeStatusChanged(address indexed node, NodeStatus status);
    event ModelsAnnounced(address indexed node, uint64 models);
    event NodeSlashed(address indexed node, uint256 stake);
    /// @notice Its last three scores were too low. Its stake comes back.
    event NodeKickedOut(address indexed node, uint64 rejoinFrom);
    /// @notice The node has left; its stake can be paid back from that time on.
    event StakeHeld(address indexed node, uint256 stake, uint64 from);
    event StakeReturned(address indexed node, address indexed to, uint256 amount);

    error AlreadyJoined(address node);
    error IllegalStatus(address node, NodeStatus status);
    error InvalidClass(string field);
    error InvalidPayout(address payout);
    error InvalidSealKey();
    /// @notice So many nodes are there that no other may resume for the first time.
    error NetworkFull(uint256 nodes);
    /// @notice The node was let go for its scores and may join again at that time.
    error RejoinTooEarly(uint64 rejoinFrom);
    /// @notice A node comes into the draw in a later block than it joined in.
    error ResumeTooEarly(address node);
    error StakeNotDue(uint64 stakeFrom);
    /// @notice A stake that is left from before goes back to `payout`; until then the node can't join with another.
    error StakeHasPayout(address payout);
    error NothingStaked(address node);
    error SignatureExpired(uint64 deadline);
    error WrongNodeSigner(address recovered, address expected);
    error TooManyClasses(uint256 step);
    /// @notice A set of models has 32 bits at most: one that claims everything would be preferred everywhere.
    error TooManyModels();
    /// @notice Only a node that lacks the task's model may decline.
    error HoldsModel(address node);
    error OnlyTaskContract(address caller);
    error OnlyRules(address caller);

    /// @notice Stakes `stakeAmount()` CNX, which must be approved to this contract before, and makes the caller
    /// Paused: it can `resume` from the next block on, and counts in its class from then on. A stake that is left from
    /// before counts, and keeps its payout address.
    function join(JoinRequest calldata request) external;

    /// @notice `join` for `account`, whose stake is taken by its permit. Anybody may call.
    /// @param permit Left out (value 0) when the allowance is there already.
    function joinFor(
        address account,
        JoinRequest calldata request,
        uint64 deadline,
        bytes calldata signature,
        StakePermit calldata permit
    ) external;

    /// @notice Available -> Paused at once; Busy -> PendingPause, done when the task lets the node go.
    function pause() external;

    /// @notice Paused -> Available, in a later block than the node joined in; PendingPause -> Busy. A class with enough nodes
    /// begins to serve GPT tasks when one of them resumes.
    function resume() external;

    /// @notice Available, Paused -> Quit; Busy, PendingPause -> PendingQuit. The stake is paid back at once when the
    /// node joined and its last task ended `stakeSeconds` ago; otherwise anybody may call `returnStake` from the time that StakeHeld
    /// says, whatever becomes of the rules.
    function quit() external;

    /// @notice Says which models the node holds. Not while a task holds the node: what it had announced when it was
    /// drawn decides whether it may decline.
    function announce(uint64 models) external;

    /// @notice A move that `account` has signed. Anybody may call.
    /// @param models For Announce; 0 for the others.
    function moveFor(address account, Move move, uint64 models, uint64 deadline, bytes calldata signature) external;

    /// @notice Pays the stake of a node that has quit to its payout address. Anybody may call.
    function returnStake(address account) external;

    /// @notice CNX (wei) that join takes.
    function stakeAmount() external view returns (uint256);

    function nodeInfo(address account) external view returns (NodeInfo memory);

    function classInfo(bytes32 classId) external view returns (ClassInfo memory);

    /// @notice Classes on record, `length` of them from `offset`.
    function classes(uint256 offset, uint256 length) external view returns (bytes32[] memory);

    /// @notice Nodes of a class that must be joined before it takes GPT tasks.
    function minClassNodes() external view returns (uint32);

    /// @notice The Task contract, zero until it is named.
    function taskContract() external view returns (address);

    /// @notice Nodes that have resumed since they joined, nodes that can be drawn.
    function counts() external view returns (uint256 joined, uint256 available);

    /// @notice Nodes by memory step: `joined` and `free` of any class, `joinedGPT` and `freeGPT` of classes that can
    /// take a GPT task now.
    function steps()
        external
        view
        returns (uint32[15] memory joined, uint32[15] memory joinedGPT, uint32[15] memory free, uint32[15] memory freeGPT);
}
