// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The order in which seats arrived, in one byte.
/// @notice Two bits for each seat, the first to arrive in the lowest bits; the highest two bits count them.
library Seats {
    function count(uint8 order) internal pure returns (uint256) {
        return order >> 6;
    }

    function add(uint8 order, uint8 seat) internal pure returns (uint8) {
        uint256 n = order >> 6;
        return uint8((order & 63) | (uint256(seat) << (2 * n)) | ((n + 1) << 6));
    }

    function has(uint8 order, uint256 seat) internal pure returns (bool) {
        return place(order, seat) < count(order);
    }

    /// @return 0 for the first to arrive; 3 for one that did not.
    function place(uint8 order, uint256 seat) internal pure returns (uint256) {
        uint256 n = order >> 6;
        for (uint256 i = 0; i < n; ++i) {
            if ((order >> (2 * i)) & 3 == seat) return i;
        }
        return 3;
    }

    /// @notice Arrival reward of the one that came at `place_`: 10, 9, 6, and nothing for one that did not come.
    function reward(uint256 place_) internal pure returns (uint256) {
        if (place_ == 0) return 10;
        if (place_ == 1) return 9;
        return place_ == 2 ? 6 : 0;
    }
}
