// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title How alike two results are.
library Results {
    uint256 private constant IMAGE = 8;
    uint256 private constant LANES = 4;
    uint256 private constant M1 = 0x5555555555555555555555555555555555555555555555555555555555555555;
    uint256 private constant M2 = 0x3333333333333333333333333333333333333333333333333333333333333333;
    uint256 private constant M4 = 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f;
    uint256 private constant M8 = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant M16 = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;

    /// @notice The most bits by which an image of one result differs from the same image of the other, 0 to 64. Both
    /// have the same length, 8 bytes an image.
    function worstDistance(bytes memory a, bytes memory b) internal pure returns (uint256 worst) {
        uint256 images = a.length / IMAGE;
        for (uint256 first = 0; first < images; first += LANES) {
            uint256 counts = _bitsByLane(_word(a, first / LANES) ^ _word(b, first / LANES));
            for (uint256 lane = 0; lane < LANES && first + lane < images; ++lane) {
                uint256 distance = (counts >> (64 * (LANES - 1 - lane))) & 0xff;
                if (distance > worst) worst = distance;
            }
        }
    }

    /// @dev Counts the bits of four numbers of 64 bits at once.
    function _bitsByLane(uint256 x) private pure returns (uint256) {
        unchecked {
            x = x - ((x >> 1) & M1);
            x = (x & M2) + ((x >> 2) & M2);
            x = (x + (x >> 4)) & M4;
            x = (x + (x >> 8)) & M8;
            x = (x + (x >> 16)) & M16;
            return x + (x >> 32);
        }
    }

    function _word(bytes memory data, uint256 index) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, mul(32, add(index, 1))))
        }
    }
}
