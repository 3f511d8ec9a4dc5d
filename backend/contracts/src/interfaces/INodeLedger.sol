// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TaskType, Params} from "./ITask.sol";

/// @notice What becomes of a node when its task ends.
/// Keep: it stays in the task, because it committed and has not opened.
/// Release: free again, its scores unchanged. Score: free again with a new score. Slash: loses its stake and its place.
enum Ending {
    None,
    Keep,
    Release,
    Score,
    Slash
}

/// @notice What is asked of a draw.
/// @param place The task's place, which the drawn nodes remember.
/// @param step Least memory step, see Vram.
/// @param model The task's model, as Models packs it.
/// @param seed Must not be known to whoever could take the draw back. `prevrandao` is not known when a transaction is
/// signed, but to the proposer, and within the block to whatever runs before: see ITask.
struct DrawRequest {
    uint24 place;
    TaskType taskType;
    uint8 step;
    uint24 model;
    uint256 seed;
}

/// @notice Three nodes, by seat.
/// @param numbers 24 bits each, the first seat in the lowest; 0 when nobody was drawn.
/// @param classId Zero when they need not be of one class.
struct Drawn {
    uint72 numbers;
    bytes32 classId;
    address[3] accounts;
}

/// @title What Task and Rules, and nobody else, do with nodes.
interface INodeLedger {
    /// @notice Draws three free nodes and locks them. The work does not grow with nodes; with the classes of a memory
    /// step it grows as their logarithm.
    function draw(DrawRequest calldata request) external returns (Drawn memory);

    /// @notice Draws another node for a seat, of the same class where the task is a GPT task, and lets the old one go
    /// with a score. The old one must not have announced the model.
    /// @return drawn Its numbers are 0 when there is no free node; nothing has changed then.
    function redraw(DrawRequest calldata request, uint72 numbers, uint8 seat, uint8 score)
        external
        returns (Drawn memory drawn);

    /// @notice Ends a task for its nodes. Slashed stakes are sent to the caller.
    /// @param scores Taken where the ending is Score.
    /// @return payouts Where each node wants its earnings.
    /// @return slashed CNX (wei) of each seat's stake that was sent to the caller.
    function settle(uint24 place, uint72 numbers, Ending[3] calldata endings, uint8[3] calldata scores)
        external
        returns (address[3] memory payouts, uint256[3] memory slashed);

    /// @notice Takes the stake of a node that was proved to lie, and sends it to the caller. A node that is in a task
    /// stays in it until it ends, without stake, and is then gone.
    function slash(address account) external returns (uint256 stake);

    /// @notice The account of a node by its number.
    function accountOf(uint24 number) external view returns (address);

    /// @notice The accounts of three nodes.
    function accounts(uint72 numbers) external view returns (address[3] memory);

    /// @notice Whether joined nodes exist that could run such a task, free or not; and how many nodes are joined in all.
    function couldRun(TaskType taskType, uint8 step) external view returns (bool could, uint256 joined);

    /// @notice The highest step, plus one, for which nodes could be drawn now; 0 when there is none.
    function reach() external view returns (uint8 stableDiffusion, uint8 gpt);

    /// @notice Registers a class, or one again; its fingerprint can change only while nobody is in it.
    function setClass(string calldata card, uint16 vramGB, string calldata runtime, bytes32 fingerprint) external;

    /// @notice Ends a class: nobody joins it, and its nodes take no GPT tasks.
    function strikeClass(bytes32 classId) external;

    /// @notice Names the Task contract, once and for ever.
    function setTaskContract(address task) external;

    /// @notice Takes a new set of parameters, already checked.
    function setParams(Params calldata params) external;
}
