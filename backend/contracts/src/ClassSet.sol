// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Lists of 32-bit numbers, eight to a word.
/// @dev The list does not know its length; its owner keeps that packed with other things.
library PackedList {
    function get(mapping(uint256 => uint256) storage words, uint256 place) internal view returns (uint32) {
        return uint32(words[place >> 3] >> ((place & 7) * 32));
    }

    function set(mapping(uint256 => uint256) storage words, uint256 place, uint32 value) internal {
        uint256 shift = (place & 7) * 32;
        uint256 word = words[place >> 3];
        words[place >> 3] = (word & ~(uint256(type(uint32).max) << shift)) | (uint256(value) << shift);
    }
}

/// @title Classes that can be drawn, found by memory.
/// @notice Holds the numbers of classes grouped by VRAM step, which is GB up to 255 and 255 for all above. Adding,
/// removing and picking cost the same however many there are.
library ClassSet {
    using PackedList for mapping(uint256 => uint256);

    /// @param steps Bit i is set when step i has members. Bit 0 is always set, so that the word is never empty.
    /// @param members Of a step: how many there are in place 0, then the members.
    struct Set {
        uint256 steps;
        mapping(uint256 step => mapping(uint256 word => uint256)) members;
    }

    /// @return place Where the class stands, to be given to `remove`.
    function add(Set storage self, uint256 step, uint32 class) internal returns (uint32 place) {
        mapping(uint256 => uint256) storage list = self.members[step];
        place = list.get(0) + 1;
        list.set(place, class);
        list.set(0, place);
        if (place == 1) self.steps |= (uint256(1) << step) | 1;
    }

    /// @return moved The class that now stands at `place`, 0 if none does.
    function remove(Set storage self, uint256 step, uint32 place) internal returns (uint32 moved) {
        mapping(uint256 => uint256) storage list = self.members[step];
        uint32 last = list.get(0);
        if (place != last) {
            moved = list.get(last);
            list.set(place, moved);
        }
        list.set(0, last - 1);
        if (last == 1) self.steps &= ~(uint256(1) << step);
    }

    /// @return class Drawn by `seed` among those of at least `minStep`, 0 when there is none.
    function pick(Set storage self, uint256 minStep, uint256 seed) internal view returns (uint32 class) {
        uint256 fitting = atLeast(self.steps, minStep);
        if (fitting == 0) return 0;
        uint256 skip = seed % count(fitting);
        while (skip > 0) {
            fitting &= fitting - 1;
            --skip;
        }
        mapping(uint256 => uint256) storage list = self.members[lowest(fitting)];
        return list.get(1 + ((seed >> 128) % list.get(0)));
    }

    /// @dev The bits of `steps` from `minStep` on; bit 0 is never among them.
    function atLeast(uint256 steps, uint256 minStep) internal pure returns (uint256) {
        if (minStep > 255) return 0;
        if (minStep == 0) minStep = 1;
        return (steps >> minStep) << minStep;
    }

    function count(uint256 bits) internal pure returns (uint256 n) {
        for (; bits != 0; ++n) bits &= bits - 1;
    }

    /// @dev Position of the lowest bit set; bits must not be 0.
    function lowest(uint256 bits) internal pure returns (uint256) {
        return highest(bits & (~bits + 1));
    }

    /// @dev Position of the highest bit set; bits must not be 0.
    function highest(uint256 bits) internal pure returns (uint256 place) {
        for (uint256 half = 128; half > 0; half >>= 1) {
            if (bits >> half != 0) {
                bits >>= half;
                place += half;
            }
        }
    }
}
