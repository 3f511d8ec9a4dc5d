// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Memory of cards, in steps.
/// @notice Everything that is kept by memory is kept by step, so that no search is longer than the steps are many.
library Vram {
    uint256 internal constant STEPS = 15;
    /// @dev GB of each step, the smallest in the lowest byte.
    uint256 private constant SIZES = 0x80504030201814100c0a0806040201;

    function sizeGB(uint256 step) internal pure returns (uint16) {
        return uint16((SIZES >> (8 * step)) & 0xff);
    }

    /// @return step The largest that a card of so many GB fills. `gb` must not be 0.
    function ofCardRoundedDown(uint256 gb) internal pure returns (uint256 step) {
        while (step + 1 < STEPS && sizeGB(step + 1) <= gb) ++step;
    }

    /// @return step The smallest that holds a task of so many GB; STEPS when none does.
    function ofTaskRoundedUp(uint256 gb) internal pure returns (uint256 step) {
        while (step < STEPS && sizeGB(step) < gb) ++step;
    }
}

/// @title A number for each memory step, in one word.
/// @dev 17 bits each: a network has 100,000 nodes at most.
library StepCounts {
    uint256 private constant BITS = 17;
    uint256 private constant MASK = (1 << BITS) - 1;
    /// @dev Set once and for ever: a word that goes to zero and back costs four times as much.
    uint256 private constant USED = 1 << 255;

    function get(uint256 counts, uint256 step) internal pure returns (uint256) {
        return (counts >> (BITS * step)) & MASK;
    }

    function set(uint256 counts, uint256 step, uint256 n) internal pure returns (uint256) {
        return (counts & ~(MASK << (BITS * step))) | (n << (BITS * step)) | USED;
    }

    /// @notice The sum of a step and those above it.
    function from(uint256 counts, uint256 step) internal pure returns (uint256 sum) {
        for (counts = (counts & ~USED) >> (BITS * step); counts != 0; counts >>= BITS) sum += counts & MASK;
    }

    /// @notice Where the `index`th of a step and those above it is. `index` must be less than `from`.
    function find(uint256 counts, uint256 step, uint256 index) internal pure returns (uint256, uint256) {
        counts >>= BITS * step;
        for (uint256 here = counts & MASK; index >= here; here = counts & MASK) {
            index -= here;
            counts >>= BITS;
            ++step;
        }
        return (step, index);
    }

    /// @notice One more than the highest step from which on there are `enough`; 0 when there are not.
    function reach(uint256 counts, uint256 enough) internal pure returns (uint256) {
        uint256 sum;
        for (uint256 step = Vram.STEPS; step > 0; --step) {
            sum += get(counts, step - 1);
            if (sum >= enough) return step;
        }
        return 0;
    }

    /// @notice The highest step that has any, plus one; 0 when none has.
    function highest(uint256 counts) internal pure returns (uint256 step) {
        for (counts &= ~USED; counts != 0; counts >>= BITS) ++step;
    }

    function unpack(uint256 counts) internal pure returns (uint32[15] memory all) {
        for (uint256 step = 0; step < Vram.STEPS; ++step) all[step] = uint32(get(counts, step));
    }
}
