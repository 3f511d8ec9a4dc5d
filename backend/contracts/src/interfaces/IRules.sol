// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Params} from "./ITask.sol";

/// @title Everything that the owner of a network can do.
/// @notice The owner is a timelock (OpenZeppelin's TimelockController) whose delay is longer than any task can live, so
/// that nobody who has a task or a stake is surprised: Rules can be transferred to such a timelock only. A network of
/// one's own may have a delay of zero, which everybody can see. A timelock can shorten its delay, after that delay.
///
/// The owner changes parameters. A task keeps those it was created under, a stake stays what it was, and a stake that waits
/// to be paid back is due when it was said to be. How nodes are drawn, let go of and kept for how long counts for all
/// nodes from then on. No parameter may let a task live longer than the timelock's delay. The owner registers classes and
/// relays, and strikes them. It can not move a stake, a fee, a credit or the pool, nor stop anybody from taking what is
/// theirs.
interface IRules {
    event ParamsChanged(uint16 version, Params params);
    error InvalidParams(string field);
    error AlreadyWired(address node, address task);
    error NotWired();
    error DelayTooShort(uint256 delay, uint256 longestTask);

    /// @notice Tells Rules, Node and Task of each other and sets the first parameters. Once.
    function wire(address node, address task, Params calldata params) external;

    function setParams(Params calldata params) external;

    /// @notice Registers the class of a card, its memory and an engine build with the fingerprint that its numeric
    /// probe gives, or changes the fingerprint. Nodes with it take GPT tasks.
    function setClass(string calldata card, uint16 vramGB, string calldata runtime, bytes32 fingerprint) external;

    /// @notice No node joins the class any more, and those that are in it take no GPT tasks.
    function strikeClass(bytes32 classId) external;

    function setRelay(address relay, bool registered) external;

    /// @notice The parameters of new tasks, and their number.
    function params() external view returns (Params memory, uint16 version);

    /// @notice The longest that a task created under these parameters can hold a stake or a fee, in seconds.
    function longestTaskSeconds(Params memory params) external pure returns (uint256);
}
