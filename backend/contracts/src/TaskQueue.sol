// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The tasks that wait, first come first served.
/// @notice One list for each VRAM step (GB, 1 to 255), so that a task which needs a large card doesn't hold up those
/// that don't. Task ids rise, so the older of two tasks is the one with the lower id.
library TaskQueue {
    struct Link {
        uint48 previous;
        uint48 next;
        uint40 since;
        uint64 inBlock;
    }

    struct List {
        uint48 first;
        uint48 last;
    }

    struct Queue {
        uint256 steps;
        mapping(uint256 step => List) lists;
        mapping(uint256 taskId => Link) links;
    }

    function push(Queue storage self, uint256 step, uint256 taskId) internal {
        List memory list = self.lists[step];
        uint48 id = uint48(taskId);
        self.links[taskId] = Link(list.last, 0, uint40(block.timestamp), uint64(block.number));
        if (list.last == 0) {
            list.first = id;
            self.steps |= uint256(1) << step;
        } else {
            self.links[list.last].next = id;
        }
        list.last = id;
        self.lists[step] = list;
    }

    function remove(Queue storage self, uint256 step, uint256 taskId) internal {
        Link memory link = self.links[taskId];
        List memory list = self.lists[step];
        if (link.previous == 0) list.first = link.next;
        else self.links[link.previous].next = link.next;
        if (link.next == 0) list.last = link.previous;
        else self.links[link.next].previous = link.previous;
        self.lists[step] = list;
        if (list.first == 0) self.steps &= ~(uint256(1) << step);
        delete self.links[taskId];
    }

    /// @notice The oldest task of those that need at most `step`, 0 when there is none.
    /// @dev Looks at one task for each step in use, 255 at most.
    function oldest(Queue storage self, uint256 step) internal view returns (uint256 taskId) {
        uint256 steps = upTo(self.steps, step);
        for (uint256 s = 1; s <= step && steps >> s != 0; ++s) {
            if ((steps >> s) & 1 == 0) continue;
            uint256 first = self.lists[s].first;
            if (taskId == 0 || first < taskId) taskId = first;
        }
    }

    function upTo(uint256 steps, uint256 step) internal pure returns (uint256) {
        return step >= 255 ? steps : steps & ((uint256(1) << (step + 1)) - 1);
    }

    /// @notice `length` tasks from `offset`, oldest first. For calls only: the work grows with the queue.
    function page(Queue storage self, uint256 offset, uint256 length, uint256 waiting)
        internal
        view
        returns (uint256[] memory ids)
    {
        if (offset > waiting) offset = waiting;
        if (length > waiting - offset) length = waiting - offset;
        ids = new uint256[](length);
        uint256[256] memory cursors;
        for (uint256 s = 1; s < 256; ++s) {
            if ((self.steps >> s) & 1 == 1) cursors[s] = self.lists[s].first;
        }
        for (uint256 i = 0; i < offset + length; ++i) {
            uint256 best = 0;
            for (uint256 s = 1; s < 256; ++s) {
                if (cursors[s] != 0 && (best == 0 || cursors[s] < cursors[best])) best = s;
            }
            if (i >= offset) ids[i - offset] = cursors[best];
            cursors[best] = self.links[cursors[best]].next;
        }
    }

    /// @notice How many waiting tasks are older. For calls only: the work grows with the queue.
    function position(Queue storage self, uint256 taskId) internal view returns (uint256 older) {
        uint256 steps = self.steps;
        for (uint256 s = 1; s < 256 && steps >> s != 0; ++s) {
            if ((steps >> s) & 1 == 0) continue;
            for (uint256 id = self.lists[s].first; id != 0 && id < taskId; id = self.links[id].next) ++older;
        }
    }
}
