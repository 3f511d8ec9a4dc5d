// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What becomes of a node when its task ends.
/// Keep: it stays in the task, because it committed and has not opened.
/// Release: free again, its score unchanged. Score: free again with a new score. Slash: loses its stake and its place.
enum Ending {
    None,
    Keep,
    Release,
    Score,
    Slash
}

/// @title What the Task contract, and nobody else, does with nodes.
interface INodeLedger {
    /// @notice Draws three free nodes of one class with at least `minVramGB` and locks them for `taskId`.
    /// @dev A VRAM size is drawn uniformly among those with a class that can serve, then a class of that size, then
    /// three of its free nodes. The work does not grow with nodes or classes.
    /// @param seed Must not be known to whoever could take the draw back.
    /// @return classIndex 0 when no class with enough memory has three free nodes.
    function draw(uint256 taskId, uint256 minVramGB, uint256 seed)
        external
        returns (uint32 classIndex, bytes32 classId, address[3] memory nodes);

    /// @notice Ends a task for its nodes. Slashed stakes are sent to the caller.
    /// @param scores Taken where the ending is Score.
    /// @return payouts Where each node wants its earnings.
    /// @return slashed CNX (wei) of each seat's stake that was sent to the caller.
    function settle(uint256 taskId, address[3] calldata nodes, Ending[3] calldata endings, uint8[3] calldata scores)
        external
        returns (address[3] memory payouts, uint256[3] memory slashed);

    /// @notice Whether joined nodes exist that could run a task of this size, free or not.
    function couldRun(uint256 minVramGB) external view returns (bool);

    /// @notice Most memory in GB, 255 for more, of a class that can be drawn now; 0 when there is none.
    function largestFree() external view returns (uint256);

    function joinedNodes() external view returns (uint256);

    function classAt(uint32 classIndex) external view returns (bytes32 classId);
}
