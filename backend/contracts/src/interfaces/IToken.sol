// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

/// @title CNX, the token that tasks are paid in and nodes stake.
/// @notice An ERC-20 with 18 decimals and EIP-2612 permits. The whole supply is minted once, to the deployer.
/// Nobody can mint, burn, pause or freeze afterwards.
interface IToken is IERC20, IERC20Permit {}
