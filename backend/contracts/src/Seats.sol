// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Sets of seats, a bit for each.
library Seats {
    uint8 internal constant ALL = 7;

    function has(uint8 seats, uint256 seat) internal pure returns (bool) {
        return (seats >> seat) & 1 == 1;
    }

    function add(uint8 seats, uint256 seat) internal pure returns (uint8) {
        return uint8(seats | (1 << seat));
    }

    function count(uint8 seats) internal pure returns (uint256) {
        unchecked {
            return (seats & 1) + ((seats >> 1) & 1) + ((seats >> 2) & 1);
        }
    }
}

/// @title Who was prompt, by what the nodes say of each other.
/// @notice A view is the three seats, two bits each, the first in the lowest bits. Of two seats the one counts as first
/// that most views have first, the lower seat where they are as many. Where three go in a circle, the order of the draw
/// counts.
library Arrival {
    using Seats for uint8;

    /// @param views Six bits for each seat, the lowest seat in the lowest bits.
    /// @param voters Whose views count. @param among Who is ranked.
    /// @return p0 The places of the seats, 0 for the first of those ranked; without meaning for others.
    function places(uint24 views, uint8 voters, uint8 among)
        internal
        pure
        returns (uint256 p0, uint256 p1, uint256 p2)
    {
        if (among & 3 == 3) {
            if (_isFirst(views, voters, 0, 1)) p1 = 1;
            else p0 = 1;
        }
        unchecked {
            if (among & 5 == 5) {
                if (_isFirst(views, voters, 0, 2)) p2 = 1;
                else ++p0;
            }
            if (among & 6 == 6) {
                if (_isFirst(views, voters, 1, 2)) ++p2;
                else ++p1;
            }
        }
        // Each is behind one other: a circle.
        if (p0 == 1 && p1 == 1 && p2 == 1) return (0, 1, 2);
    }

    /// @dev `a` is the lower of the two seats.
    function _isFirst(uint24 views, uint8 voters, uint256 a, uint256 b) private pure returns (bool) {
        unchecked {
            uint256 against;
            uint256 voting;
            for (uint256 rest = voters; rest != 0; rest >>= 1) {
                uint256 view_ = views & 63;
                views >>= 6;
                if (rest & 1 == 0) continue;
                ++voting;
                if (_place(view_, b) < _place(view_, a)) ++against;
            }
            return 2 * against <= voting;
        }
    }

    /// @return 3 for a seat that a malformed view leaves out.
    function _place(uint256 view_, uint256 seat) private pure returns (uint256) {
        if (view_ & 3 == seat) return 0;
        if ((view_ >> 2) & 3 == seat) return 1;
        return view_ >> 4 == seat ? 2 : 3;
    }
}
