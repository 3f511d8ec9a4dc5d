// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Three nodes by their numbers, 24 bits each, the first seat in the lowest.
library Trio {
    uint256 internal constant SEATS = 3;

    function get(uint72 trio, uint256 seat) internal pure returns (uint24) {
        return uint24(trio >> (24 * seat));
    }

    function put(uint72 trio, uint256 seat, uint24 number) internal pure returns (uint72) {
        uint256 shift = 24 * seat;
        return uint72((trio & ~(uint256(type(uint24).max) << shift)) | (uint256(number) << shift));
    }
}
