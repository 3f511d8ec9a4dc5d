// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INodeLedger} from "./interfaces/INodeLedger.sol";
import {IDocket} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Plain} from "./Plain.sol";

/// @title The tasks on record: what Task, Court and Clerk have in common.
/// @dev All three are deployed with the same constants; only Task's storage is used.
abstract contract Docket is IDocket, EIP712 {
    uint256 private constant LEAST_GAS = 2_000_000;

    IToken internal immutable _token;
    INodeLedger internal immutable _nodes;
    address internal immutable _rules;

    Books.State internal _state;

    modifier plainAccount() {
        Plain.check(LEAST_GAS);
        _;
    }

    constructor(IToken token_, INodeLedger nodes_, address rules_) EIP712("Helium", "1") {
        _token = token_;
        _nodes = nodes_;
        _rules = rules_;
    }
}

/// @title A part of Task that passes on what it does not know itself.
abstract contract Extended is Docket {
    address internal immutable _extension;

    constructor(address extension) {
        _extension = extension;
    }

    /// @dev The extension is fixed when the contract is made, and runs on this contract's storage.
    fallback() external {
        address extension = _extension;
        assembly ("memory-safe") {
            let memory_ := mload(0x40)
            calldatacopy(memory_, 0, calldatasize())
            let done := delegatecall(gas(), extension, memory_, calldatasize(), 0, 0)
            returndatacopy(memory_, 0, returndatasize())
            switch done
            case 0 { revert(memory_, returndatasize()) }
            default { return(memory_, returndatasize()) }
        }
    }
}
