// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A validator: its Ed25519 key, what it is called, the account that votes for it, and what its vote counts.
struct ValidatorSeat {
    bytes32 key;
    bytes32 name;
    address account;
    uint64 power;
}

/// @notice A validator, and the change that it stands for; the ballot's key is 0 when it stands for none.
struct ValidatorRecord {
    ValidatorSeat seat;
    ValidatorSeat ballot;
}

/// @title The validators of a chain, who vote on who they are.
/// @notice It stands at a fixed address from the chain's first block on, and nowhere else. More than two thirds of the
///         power agree to each change, as they do to each block: fewer could stop the chain, but not take it over. A
///         change counts from the second agreement after its block. There is always a validator, and never more than a
///         hundred.
interface IValidators {
    event Voted(bytes32 indexed voter, bytes32 indexed key, uint64 power);
    event Withdrawn(bytes32 indexed voter);
    event Changed(bytes32 indexed key, bytes32 name, address account, uint64 power);

    error NotAValidator(address account);
    error NothingChanges(bytes32 key, uint64 power);
    error LastValidator(bytes32 key);
    error TooMuchPower(uint64 power, uint64 most);
    error TooManyValidators(uint256 most);
    error NotACandidate(bytes32 key, address account);
    error AccountTaken(address account);

    /// @notice The caller, a validator, stands for giving a key a power; 0 removes it. Its last vote counts, alone. Name
    ///         and account are read only for a key that is no validator's yet.
    function vote(bytes32 key, bytes32 name, address account, uint64 power) external;

    /// @notice The caller stands for nothing any more.
    function withdraw() external;

    function members() external view returns (ValidatorRecord[] memory);
}
