// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The tasks that wait, the most valuable first, the older of equals first.
/// @notice One list for each task type and memory step. A list is an AVL tree by value and age: of any task the longest
/// paths to the left and to the right differ by one at most, so that no path is longer than 1.44 times the logarithm of
/// the list, whatever values people choose in whatever order. The best and the worst of a list are at hand. Tasks are
/// named by their places.
library TaskQueue {
    struct List {
        uint24 root;
        uint24 best;
        uint24 worst;
        uint24 length;
        uint96 bestValue;
    }

    /// @dev What a task that was dispatched leaves here has no meaning; another task overwrites it.
    /// @param leaning To which side the longer path leads.
    struct Link {
        uint96 value;
        uint40 serial;
        uint24 left;
        uint24 right;
        uint24 parent;
        Leaning leaning;
    }

    enum Leaning {
        None,
        Left,
        Right
    }

    struct Queue {
        mapping(uint256 list => List) lists;
        mapping(uint24 place => Link) links;
    }

    /// @param serial Rises with age.
    function push(Queue storage self, uint256 list, uint24 place, uint40 serial, uint96 value) external {
        List memory l = self.lists[list];
        Link memory link = Link(value, serial, 0, 0, 0, Leaning.None);
        if (l.length == 0) {
            l.root = l.best = l.worst = place;
            l.bestValue = value;
        } else if (!_before(link, self.links[l.worst])) {
            link.parent = l.worst;
            self.links[l.worst].right = place;
            l.worst = place;
        } else if (_before(link, self.links[l.best])) {
            link.parent = l.best;
            self.links[l.best].left = place;
            l.best = place;
            l.bestValue = value;
        } else {
            link.parent = _attach(self, l.root, place, link);
        }
        ++l.length;
        self.links[place] = link;
        _growPath(self, l, place, link.parent);
        self.lists[list] = l;
    }

    function remove(Queue storage self, uint256 list, uint24 place) external {
        List memory l = self.lists[list];
        if (place == l.best) {
            l.best = _next(self, place);
            l.bestValue = self.links[l.best].value;
        }
        if (place == l.worst) l.worst = _previous(self, place);
        Link memory link = self.links[place];
        uint24 up = link.parent;
        bool left = up != 0 && self.links[up].left == place;
        if (link.left != 0 && link.right != 0) {
            (up, left) = _replaceByNext(self, l, place, link);
        } else {
            uint24 child = link.left != 0 ? link.left : link.right;
            if (child != 0) self.links[child].parent = up;
            _replaceChild(self, l, up, place, child);
        }
        _shrinkPath(self, l, up, left);
        --l.length;
        self.lists[list] = l;
    }

    /// @notice The best `length` of a list, best first. For calls only.
    function page(Queue storage self, uint256 list, uint256 length) external view returns (uint24[] memory places) {
        List memory l = self.lists[list];
        if (length > l.length) length = l.length;
        places = new uint24[](length);
        uint24 place = l.best;
        for (uint256 i = 0; i < length; ++i) {
            places[i] = place;
            place = _next(self, place);
        }
    }

    /// @notice How many of a list go before a task of any list. For calls only: the work grows with the list.
    function countBefore(Queue storage self, uint256 list, uint24 place) external view returns (uint256 n) {
        List memory l = self.lists[list];
        Link memory link = self.links[place];
        uint24 other = l.best;
        for (; n < l.length && _before(self.links[other], link); ++n) other = _next(self, other);
    }

    function _before(Link memory a, Link memory b) private pure returns (bool) {
        return a.value > b.value || (a.value == b.value && a.serial < b.serial);
    }

    /// @return parent The leaf below which the new task hangs.
    function _attach(Queue storage self, uint24 root, uint24 place, Link memory link) private returns (uint24 parent) {
        for (uint24 next = root; next != 0;) {
            parent = next;
            Link memory here = self.links[parent];
            bool left = _before(link, here);
            next = left ? here.left : here.right;
            if (next != 0) continue;
            if (left) self.links[parent].left = place;
            else self.links[parent].right = place;
        }
    }

    /// @dev A path below `up` has become longer by one, on the side of `child`.
    function _growPath(Queue storage self, List memory l, uint24 child, uint24 up) private {
        while (up != 0) {
            Link storage link = self.links[up];
            bool left = link.left == child;
            Leaning leaning = link.leaning;
            if (leaning == _side(left)) {
                _lift(self, l, up, left);
                return;
            }
            if (leaning != Leaning.None) {
                link.leaning = Leaning.None;
                return;
            }
            link.leaning = _side(left);
            (child, up) = (up, link.parent);
        }
    }

    /// @dev The paths below `up` have become shorter by one, on its left or right side.
    function _shrinkPath(Queue storage self, List memory l, uint24 up, bool left) private {
        while (up != 0) {
            Link storage link = self.links[up];
            Leaning leaning = link.leaning;
            if (leaning == Leaning.None) {
                link.leaning = _side(!left);
                return;
            }
            if (leaning == _side(left)) {
                link.leaning = Leaning.None;
            } else {
                bool shorter;
                (up, shorter) = _lift(self, l, up, !left);
                if (!shorter) return;
                link = self.links[up];
            }
            uint24 child = up;
            up = link.parent;
            left = up != 0 && self.links[up].left == child;
        }
    }

    /// @dev Puts right what leans too far to its left (right) side: its child there takes its place, or the child's inner
    /// child.
    /// @return top What stands there now.
    /// @return shorter Whether the longest path is one shorter than it was.
    function _lift(Queue storage self, List memory l, uint24 up, bool left)
        private
        returns (uint24 top, bool shorter)
    {
        Link memory high = self.links[up];
        top = left ? high.left : high.right;
        Link memory child = self.links[top];
        shorter = child.leaning != Leaning.None;
        if (child.leaning == _side(!left)) {
            uint24 outer = top;
            top = left ? child.right : child.left;
            Link memory inner = self.links[top];
            high.leaning = inner.leaning == _side(left) ? _side(!left) : Leaning.None;
            child.leaning = inner.leaning == _side(!left) ? _side(left) : Leaning.None;
            inner.leaning = Leaning.None;
            (uint24 near, uint24 far) = left ? (inner.left, inner.right) : (inner.right, inner.left);
            if (near != 0) self.links[near].parent = outer;
            if (far != 0) self.links[far].parent = up;
            if (left) (child.right, high.left, inner.left, inner.right) = (near, far, outer, up);
            else (child.left, high.right, inner.right, inner.left) = (near, far, outer, up);
            inner.parent = high.parent;
            child.parent = high.parent = top;
            self.links[top] = inner;
            self.links[outer] = child;
            self.links[up] = high;
            _replaceChild(self, l, inner.parent, up, top);
            return (top, shorter);
        }
        (high.leaning, child.leaning) = shorter ? (Leaning.None, Leaning.None) : (_side(left), _side(!left));
        uint24 moved = left ? child.right : child.left;
        if (moved != 0) self.links[moved].parent = up;
        if (left) (high.left, child.right) = (moved, up);
        else (high.right, child.left) = (moved, up);
        child.parent = high.parent;
        high.parent = top;
        self.links[top] = child;
        self.links[up] = high;
        _replaceChild(self, l, child.parent, up, top);
    }

    /// @dev Puts the next worse task in the place of one that has two below it.
    /// @return up Below it paths have become shorter.
    /// @return left On that side.
    function _replaceByNext(Queue storage self, List memory l, uint24 place, Link memory link)
        private
        returns (uint24 up, bool left)
    {
        uint24 next = _next(self, place);
        Link memory other = self.links[next];
        if (other.parent == place) {
            up = next;
        } else {
            (up, left) = (other.parent, true);
            self.links[up].left = other.right;
            if (other.right != 0) self.links[other.right].parent = up;
            other.right = link.right;
            self.links[link.right].parent = next;
        }
        other.left = link.left;
        self.links[link.left].parent = next;
        other.parent = link.parent;
        other.leaning = link.leaning;
        self.links[next] = other;
        _replaceChild(self, l, link.parent, place, next);
    }

    function _side(bool left) private pure returns (Leaning) {
        return left ? Leaning.Left : Leaning.Right;
    }

    function _replaceChild(Queue storage self, List memory l, uint24 parent, uint24 old, uint24 fresh) private {
        if (parent == 0) l.root = fresh;
        else if (self.links[parent].left == old) self.links[parent].left = fresh;
        else self.links[parent].right = fresh;
    }

    /// @dev The next worse one, 0 after the last.
    function _next(Queue storage self, uint24 place) private view returns (uint24) {
        Link memory link = self.links[place];
        if (link.right != 0) {
            place = link.right;
            for (uint24 left = self.links[place].left; left != 0; left = self.links[place].left) place = left;
            return place;
        }
        while (link.parent != 0 && self.links[link.parent].right == place) {
            place = link.parent;
            link = self.links[place];
        }
        return link.parent;
    }

    /// @dev The next better one, 0 before the first.
    function _previous(Queue storage self, uint24 place) private view returns (uint24) {
        Link memory link = self.links[place];
        if (link.left != 0) {
            place = link.left;
            for (uint24 right = self.links[place].right; right != 0; right = self.links[place].right) place = right;
            return place;
        }
        while (link.parent != 0 && self.links[link.parent].left == place) {
            place = link.parent;
            link = self.links[place];
        }
        return link.parent;
    }
}
