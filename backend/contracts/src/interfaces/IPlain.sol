// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Only plain accounts change anything in Node and Task.
/// @notice A draw is made in the transaction that asks for it, by the block's prevrandao. A contract that runs earlier in
/// the block knows prevrandao, so it could pause and resume nodes, create, cancel and end tasks until the draws that
/// follow fall on nodes of one owner. So every call that changes something comes from a plain account: the sender is the
/// origin and has no code, nor code that it delegates to (EIP-7702). Such an account signs before the block exists.
///
/// Nor may such a call succeed or fail as a contract earlier in the block likes. So each needs more gas at hand than it can
/// ever use, what is not used is not paid; and what takes CNX by allowance changes no draw in that block: a node that joins
/// is Paused and does not count in its class, a deposit is spent in a later block and closes the account to others from
/// then on.
///
/// One way no contract can see: an account may run code until its own transaction, which takes the code away before it
/// calls. A contract earlier in the block can have that account use up its nonce, and the transaction never comes. The
/// network's own chain takes no set-code transactions, which closes it; one that takes them leaves it open.
interface IPlain {
    error OnlyPlainAccount(address caller);
    error TooLittleGas(uint256 least);
}
