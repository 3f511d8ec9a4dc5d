// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IValidators, ValidatorRecord, ValidatorSeat} from "./interfaces/IValidators.sol";

/// @title Who agrees on the chain. See IValidators.
/// @dev The chain's own program writes the first members into storage and reads them from there after each block: the
///      order of what is stored here is known to it (backend/validator/register.go).
contract Validators is IValidators {
    uint256 private constant MOST = 100;
    uint64 private constant MOST_POWER = 1_000_000;

    /// @dev Slot 0. Six slots a member: key, name, account with power above it, and the same of its ballot.
    ValidatorRecord[] private _members;

    function vote(bytes32 key, bytes32 name, address account, uint64 power) external {
        uint256 voter = _find(msg.sender);
        ValidatorSeat memory seat = _candidate(key, name, account, power);
        _members[voter].ballot = seat;
        emit Voted(_members[voter].seat.key, key, power);
        if (_supported(seat)) _apply(seat);
    }

    function withdraw() external {
        uint256 voter = _find(msg.sender);
        delete _members[voter].ballot;
        emit Withdrawn(_members[voter].seat.key);
    }

    function members() external view returns (ValidatorRecord[] memory) {
        return _members;
    }

    function _find(address account) private view returns (uint256) {
        for (uint256 i = 0; i < _members.length; i++) {
            if (_members[i].seat.account == account) return i;
        }
        revert NotAValidator(account);
    }

    /// @dev Of a member only the power changes, so that all ballots about it are alike.
    function _candidate(bytes32 key, bytes32 name, address account, uint64 power) private view returns (ValidatorSeat memory) {
        if (power > MOST_POWER) revert TooMuchPower(power, MOST_POWER);
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; i++) {
            ValidatorSeat memory seat = _members[i].seat;
            if (seat.key == key) {
                if (seat.power == power) revert NothingChanges(key, power);
                if (power == 0 && count == 1) revert LastValidator(key);
                seat.power = power;
                return seat;
            }
        }
        if (power == 0) revert NothingChanges(key, power);
        if (count == MOST) revert TooManyValidators(MOST);
        if (key == 0 || name == 0 || account == address(0)) revert NotACandidate(key, account);
        for (uint256 i = 0; i < count; i++) {
            if (_members[i].seat.account == account) revert AccountTaken(account);
        }
        return ValidatorSeat({key: key, name: name, account: account, power: power});
    }

    /// @dev Whether more than two thirds of the power stand for it.
    function _supported(ValidatorSeat memory seat) private view returns (bool) {
        bytes32 wanted = keccak256(abi.encode(seat));
        uint256 total = 0;
        uint256 support = 0;
        for (uint256 i = 0; i < _members.length; i++) {
            ValidatorRecord memory m = _members[i];
            total += m.seat.power;
            if (keccak256(abi.encode(m.ballot)) == wanted) support += m.seat.power;
        }
        return 3 * support > 2 * total;
    }

    function _apply(ValidatorSeat memory seat) private {
        bytes32 done = keccak256(abi.encode(seat));
        bool known = false;
        uint256 index = 0;
        for (uint256 i = 0; i < _members.length; i++) {
            if (keccak256(abi.encode(_members[i].ballot)) == done) delete _members[i].ballot;
            if (_members[i].seat.key == seat.key) (known, index) = (true, i);
        }
        if (seat.power == 0) {
            _members[index] = _members[_members.length - 1];
            _members.pop();
        } else if (known) {
            _members[index].seat.power = seat.power;
        } else {
            _members.push();
            _members[_members.length - 1].seat = seat;
        }
        emit Changed(seat.key, seat.name, seat.account, seat.power);
    }
}
