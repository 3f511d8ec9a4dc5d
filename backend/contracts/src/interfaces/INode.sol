// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

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

/// @notice What a node says of itself when it joins.
/// @param card Name of the card as the driver gives it, e.g. "NVIDIA GeForce RTX 4070".
/// @param vramGB Memory of the card in GB (2^30 bytes), rounded up.
/// @param runtime Backend and engine build, e.g. "cuda/0.4.0" or "cpu-haswell/0.4.0".
/// @param fingerprint keccak256 of the results of the fixed numeric probe that the engine runs before joining.
/// @param sealKey X25519 public key to which task arguments are sealed.
/// @param payout Who receives earnings and the returned stake. Never zero, never the token.
struct JoinRequest {
    string card;
    uint16 vramGB;
    string runtime;
    bytes32 fingerprint;
    bytes32 sealKey;
    address payout;
}

/// @param taskId The task that holds the node, 0 if none.
/// @param score Score of the last judged task, 0 to 20.
struct NodeInfo {
    NodeStatus status;
    bytes32 classId;
    bytes32 sealKey;
    address payout;
    uint256 stake;
    uint256 taskId;
    uint8 score;
}

/// @param joined Nodes of the class that have a stake, whatever their status.
/// @param available Nodes of the class that can be drawn now.
struct ClassInfo {
    string card;
    uint16 vramGB;
    string runtime;
    uint32 joined;
    uint32 available;
}

/// @title The nodes of the network: their stake, class and status.
/// @notice A GPU class is keccak256(abi.encode(card, vramGB, runtime)): bit-equal text needs all three. The card is
/// what the node says of itself: a node that lies lands among nodes whose results differ from its own and is slashed.
/// @dev The Task contract is the only one that may lock, release and slash. Stakes are held by this contract.
interface INode {
    event ClassAdded(bytes32 indexed classId, string card, uint16 vramGB, string runtime);
    event NodeJoined(address indexed node, bytes32 indexed classId, bytes32 sealKey, address payout, uint256 stake);
    event NodeStatusChanged(address indexed node, NodeStatus status);
    event NodeSlashed(address indexed node, uint256 indexed taskId, uint256 stake);
    event NodeKickedOut(address indexed node);
    event StakeReturned(address indexed node, address indexed to, uint256 amount);

    error AlreadyJoined(address node);
    error IllegalStatus(address node, NodeStatus status);
    error InvalidClass(string field);
    error InvalidPayout(address payout);
    error InvalidSealKey();
    error OnlyTaskContract(address caller);
    /// @notice Only who deployed the contract may name the Task contract, and only once.
    error OnlyDeployer(address caller);
    error TaskContractAlreadySet(address task);
    error InvalidParams(string field);

    /// @notice Stakes `stakeAmount()` CNX, which must be approved to this contract before, and makes the caller Available.
    function join(JoinRequest calldata request) external;

    /// @notice Available -> Paused at once; Busy -> PendingPause, done when the task lets the node go.
    function pause() external;

    /// @notice Paused -> Available; PendingPause -> Busy.
    function resume() external;

    /// @notice Available, Paused -> Quit with the stake back; Busy, PendingPause -> PendingQuit.
    function quit() external;

    /// @notice CNX (wei) that join takes.
    function stakeAmount() external view returns (uint256);

    function nodeInfo(address account) external view returns (NodeInfo memory);

    function classInfo(bytes32 classId) external view returns (ClassInfo memory);

    /// @notice Classes that have ever had a node, `length` of them from `offset`.
    function classes(uint256 offset, uint256 length) external view returns (bytes32[] memory);

    /// @notice Nodes of a class that must be joined before it takes tasks.
    function minClassNodes() external view returns (uint32);

    /// @notice The Task contract, zero until it is named.
    function taskContract() external view returns (address);

    /// @notice Nodes with a stake, nodes that can be drawn, nodes in a task.
    function counts() external view returns (uint256 joined, uint256 available, uint256 busy);
}
