// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPlain} from "./interfaces/IPlain.sol";

/// @title Who may change what draws depend on. See IPlain.
library Plain {
    /// @notice Refuses a caller that could see the block's randomness before it decides, and too little gas.
    function check(uint256 least) internal view {
        if (msg.sender != tx.origin || msg.sender.code.length != 0) revert IPlain.OnlyPlainAccount(msg.sender);
        if (gasleft() < least) revert IPlain.TooLittleGas(least);
    }
}
