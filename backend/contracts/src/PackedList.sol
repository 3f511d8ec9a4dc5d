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
