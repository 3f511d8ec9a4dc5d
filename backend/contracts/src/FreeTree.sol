// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title How many nodes each class of a memory step has free, and the sums that find one of them at random.
/// @notice A tree of four branches for each step; a leaf is a class. Every word holds four times three counts: nodes free
/// for any task; for GPT tasks at once; and for GPT tasks of a class that has few free, see INode. Work grows as the
/// logarithm of the classes: one word up to 4, two up to 16, five up to 1,024.
library FreeTree {
    uint256 private constant LANE = type(uint64).max;
    /// @dev A network has 100,000 nodes at most.
    uint256 private constant COUNT_BITS = 21;
    uint256 private constant COUNT = (1 << COUNT_BITS) - 1;
    /// @dev Set once and for ever: a word that goes to zero and back costs four times as much.
    uint256 private constant USED = 1 << 255;

    uint256 internal constant MOST_CLASSES = 1024;
    uint256 internal constant ANY = 0;
    uint256 internal constant GPT = COUNT_BITS;
    uint256 internal constant FEW_GPT = 2 * COUNT_BITS;

    struct Tree {
        mapping(uint256 key => uint256) words;
    }

    /// @notice Levels of a tree with so many leaves.
    function depth(uint256 leaves) internal pure returns (uint256 levels) {
        levels = 1;
        for (uint256 most = 4; most < leaves; most *= 4) ++levels;
    }

    /// @notice A leaf's counts in one number.
    function lane(uint256 any, uint256 gpt, uint256 fewGPT) internal pure returns (uint256) {
        return any | (gpt << GPT) | (fewGPT << FEW_GPT);
    }

    /// @notice Sets a leaf's counts and the sums above it.
    function set(Tree storage self, uint256 step, uint256 leaf, uint256 levels, uint256 lane_) internal {
        for (uint256 level = 0; level < levels; ++level) {
            uint256 key = _key(step, level, leaf >> 2);
            uint256 shift = (leaf & 3) * 64;
            uint256 word = (self.words[key] & ~(LANE << shift)) | (lane_ << shift) | USED;
            self.words[key] = word;
            lane_ = _sum(word);
            leaf >>= 2;
        }
    }

    /// @notice Makes a tree one level deeper, when its leaves become more than four for each word of the old root.
    function grow(Tree storage self, uint256 step, uint256 oldLevels) internal {
        self.words[_key(step, oldLevels, 0)] = _sum(self.words[_key(step, oldLevels - 1, 0)]) | USED;
    }

    /// @param count Which of the three counts.
    /// @return leaf The class that the `index`th free node of the step belongs to, and which of its free nodes it is.
    function find(Tree storage self, uint256 step, uint256 levels, uint256 index, uint256 count)
        internal
        view
        returns (uint256 leaf, uint256)
    {
        for (uint256 level = levels; level > 0; --level) {
            uint256 word = self.words[_key(step, level - 1, leaf)] >> count;
            leaf <<= 2;
            for (uint256 here = word & COUNT; index >= here; here = word & COUNT) {
                index -= here;
                word >>= 64;
                ++leaf;
            }
        }
        return (leaf, index);
    }

    function _key(uint256 step, uint256 level, uint256 word) private pure returns (uint256) {
        return (step << 64) | (level << 32) | word;
    }

    /// @dev Adds the four lanes, all three counts of each.
    function _sum(uint256 word) private pure returns (uint256) {
        return (word & LANE) + ((word >> 64) & LANE) + ((word >> 128) & LANE) + ((word & ~USED) >> 192);
    }
}
