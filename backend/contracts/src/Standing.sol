// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What a node's scores amount to.
library Standing {
    /// @dev Three scores of five bits, the newest lowest, each 20: missing ones count so.
    uint16 internal constant UNTRIED = 20 | (20 << 5) | (20 << 10);
    /// @dev Scores are 0 to 20; a mean has 256 parts to a point.
    uint256 private constant BEST_MEAN = 20 * 256;
    /// @dev How much of the mean each new score is.
    uint256 private constant MEMORY = 8;

    function pushScore(uint16 recent, uint256 score) internal pure returns (uint16) {
        return uint16(((uint256(recent) << 5) | score) & 0x7fff);
    }

    function sum(uint16 recent) internal pure returns (uint256) {
        return (recent & 31) + ((recent >> 5) & 31) + (recent >> 10);
    }

    function meanRoundedDown(uint16 mean, uint256 score) internal pure returns (uint16) {
        return uint16((uint256(mean) * (MEMORY - 1) + score * 256) / MEMORY);
    }

    /// @notice Whether a draw with this roll of the dice takes the node: always with the best mean, half as often with none.
    function accepts(uint16 mean, uint256 roll) internal pure returns (bool) {
        return roll % (2 * BEST_MEAN) < BEST_MEAN + mean;
    }
}

/// @title Sets of models, see INode.
library Models {
    uint256 internal constant MOST_BITS = 32;

    function count(uint64 models) internal pure returns (uint256 bits) {
        for (uint256 rest = models; rest != 0; rest &= rest - 1) ++bits;
    }

    /// @return packed The three bits of a model, six bits each, and a seventh that tells it from no model.
    function pack(bytes32 modelKey) internal pure returns (uint24 packed) {
        if (modelKey == 0) return 0;
        return uint24((uint256(modelKey) & 0x3ffff) | (1 << 18));
    }

    /// @notice Whether a node with these models may hold the model.
    function has(uint64 models, uint24 packed) internal pure returns (bool) {
        uint256 bits =
            (1 << (packed & 63)) | (1 << ((packed >> 6) & 63)) | (1 << ((packed >> 12) & 63));
        return uint256(models) & bits == bits;
    }
}
