// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title The owner of Rules: whatever is to change stands on chain for `delay` seconds before anybody can carry it out.
/// @notice OpenZeppelin's, without an administrator: roles too can be changed only after the delay.
contract Timelock is TimelockController {
    constructor(uint256 delay, address[] memory proposers, address[] memory executors)
        TimelockController(delay, proposers, executors, address(0))
    {}
}
