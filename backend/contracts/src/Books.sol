// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDocket, TaskType, TaskStatus, Outcome, Params} from "./interfaces/ITask.sol";
import {TaskQueue} from "./TaskQueue.sol";

/// @title How tasks are kept.
/// @notice A task is kept in an entry, whose number is the task's place. Entries serve again, because words that were
/// used before cost a quarter; what the task before left there has no meaning. All CNX that exists fits 96 bits.
library Books {
    /// @dev One word. @param fee What is left of it once the dispatch was rewarded.
    struct Escrow {
        address creator;
        uint96 fee;
    }

    /// @dev One word, read and written whole.
    /// @param serial Counts tasks from 1. @param since When it was queued, or drawn.
    /// @param nodes The nodes of a started task; of a free entry the next one that is free.
    struct Head {
        uint40 serial;
        TaskStatus status;
        Outcome outcome;
        TaskType taskType;
        uint8 step;
        uint8 images;
        uint16 units;
        uint16 version;
        uint40 since;
        uint24 model;
        uint8 flags;
        uint72 nodes;
    }

    /// @dev One word. What stands in the court, if `serial` is the task's own; seats by bits.
    /// @param kinds Three bits for each seat. @param views Six, see Arrival.
    /// @param completeAt When the third commitment came. @param agreeing Who matched, once the task has ended.
    /// @param locked Committed, and had not opened when the task ended.
    struct Court {
        uint40 serial;
        uint8 commits;
        uint8 reveals;
        uint8 stored;
        uint8 locked;
        uint8 agreeing;
        uint16 kinds;
        uint24 views;
        uint40 completeAt;
    }

    /// @param hash Of the arguments while queued, then the task key.
    /// @param results Three words for each seat.
    struct Entry {
        Escrow escrow;
        Head head;
        bytes32 hash;
        Court court;
        bytes32[3] commitments;
        uint256[9] results;
    }

    /// @dev One word.
    struct Terms {
        uint16 sdOverhead;
        uint16 sdPerUnit;
        uint16 gptOverhead;
        uint16 gptPerUnit;
        uint16 argumentSeconds;
        uint16 commitSeconds;
        uint16 revealSeconds;
        uint16 queueSeconds;
        uint32 openSeconds;
        uint16 queuePer100Nodes;
        uint16 cutPerMille;
        uint8 matchDistance;
        uint8 slashDistance;
        bool sdServed;
        bool gptServed;
    }

    /// @dev One word: what is only needed where money moves.
    struct Fees {
        uint96 minFee;
        uint64 settleReward;
        uint64 dispatchReward;
    }

    /// @dev One word. @param places Entries ever used. @param free The first one that is free, 0 for none.
    /// @param lists A bit for each list of the queue that holds a task.
    struct Totals {
        uint40 created;
        uint40 running;
        uint40 settled;
        uint40 aborted;
        uint24 places;
        uint24 free;
        uint32 lists;
        uint16 version;
    }

    /// @param credits By account: the credit in the lowest 104 bits, to which anything is simply added; then what of it was
    /// deposited in the block of the last deposit, 104 bits; then that block's number, 47 bits, 0 if there was none; then
    /// whether there was one in a block before it.
    struct State {
        Totals totals;
        uint256 pool;
        TaskQueue.Queue queue;
        mapping(uint16 version => Terms) terms;
        mapping(uint16 version => Fees) fees;
        mapping(uint24 place => Entry) entries;
        mapping(address account => uint256) credits;
        mapping(address account => bool) isRelay;
    }

    uint8 internal constant FREE = 1;
    uint8 internal constant REDRAWN = 2;
    uint256 private constant FRESH_SHIFT = 104;
    uint256 private constant BLOCK_SHIFT = 208;
    uint256 private constant BLOCK = (1 << 47) - 1;
    uint256 private constant EARLIER = 1 << 47;
    uint256 private constant LEAST_CAPACITY = 50;
    uint256 internal constant PLACE_BITS = 20;
    /// @dev Whoever holds a signed commitment may bring it for so long after the node's own deadline.
    uint256 internal constant COMMIT_GRACE = 60;

    function creditOf(State storage self, address account) internal view returns (uint256) {
        return uint104(self.credits[account]);
    }

    /// @notice Whether it made a deposit in an earlier block. One in this block may hang on CNX that somebody sent the
    /// moment before.
    function hasDeposited(State storage self, address account) internal view returns (bool) {
        return _isEarlier(self.credits[account] >> BLOCK_SHIFT);
    }

    function deposit(State storage self, address account, uint256 amount) internal {
        uint256 word = self.credits[account];
        uint256 stamp = block.number | (_isEarlier(word >> BLOCK_SHIFT) ? EARLIER : 0);
        self.credits[account] = (stamp << BLOCK_SHIFT) | ((_fresh(word) + amount) << FRESH_SHIFT) | (uint104(word) + amount);
    }

    function spend(State storage self, address account, uint256 fee) internal {
        uint256 word = self.credits[account];
        uint256 usable = uint104(word) - _fresh(word);
        if (usable < fee) revert IDocket.TooLittleCredit(usable, fee);
        self.credits[account] = word - fee;
    }

    /// @return amount An account's credit, for somebody else without what was deposited in this block. That it made a
    /// deposit is not forgotten.
    function withdraw(State storage self, address account, bool own) internal returns (uint256 amount) {
        uint256 word = self.credits[account];
        uint256 left = own ? 0 : _fresh(word);
        amount = uint104(word) - left;
        self.credits[account] = ((word >> BLOCK_SHIFT) << BLOCK_SHIFT) | (left << FRESH_SHIFT) | left;
    }

    function _isEarlier(uint256 stamp) private view returns (bool) {
        return stamp != 0 && stamp != block.number;
    }

    function _fresh(uint256 word) private view returns (uint256) {
        return (word >> BLOCK_SHIFT) & BLOCK == block.number ? uint104(word >> FRESH_SHIFT) : 0;
    }

    function idOf(uint24 place, uint40 serial) internal pure returns (uint256) {
        return (uint256(serial) << PLACE_BITS) | place;
    }

    function placeOf(uint256 taskId) internal pure returns (uint24) {
        return uint24(taskId & ((1 << PLACE_BITS) - 1));
    }

    /// @notice The head of a task; of one that is not there its status says so.
    function headOf(State storage self, uint256 taskId) internal view returns (Head memory head) {
        head = self.entries[placeOf(taskId)].head;
        if (head.serial != 0 && idOf(placeOf(taskId), head.serial) == taskId) return head;
        uint256 serial = taskId >> PLACE_BITS;
        delete head;
        if (serial != 0 && serial <= self.totals.created) head.status = TaskStatus.Gone;
    }

    function started(State storage self, uint256 taskId) internal view returns (Head memory head) {
        head = headOf(self, taskId);
        if (head.status != TaskStatus.Started) revert IDocket.WrongStatus(taskId, head.status);
    }

    function queuedHead(State storage self, uint256 taskId) internal view returns (Head memory head) {
        head = headOf(self, taskId);
        if (head.status != TaskStatus.Queued) revert IDocket.WrongStatus(taskId, head.status);
    }

    /// @notice What stands in the court of a task.
    function courtOf(State storage self, uint24 place, uint40 serial) internal view returns (Court memory court) {
        court = self.entries[place].court;
        if (court.serial != serial) {
            delete court;
            court.serial = serial;
        }
    }

    /// @notice The commitments in the court by seat, 0 where none stands.
    function commitments(State storage self, uint24 place, Court memory court)
        internal
        view
        returns (bytes32[3] memory all)
    {
        for (uint256 i = 0; i < 3; ++i) {
            if ((court.commits >> i) & 1 == 1) all[i] = self.entries[place].commitments[i];
        }
    }

    function listOf(Head memory head) internal pure returns (uint256) {
        return (uint256(head.taskType) << 4) | head.step;
    }

    /// @notice Seconds that a task of this size is priced and given time for.
    function duration(Terms memory terms, Head memory head) internal pure returns (uint256) {
        if (head.taskType == TaskType.GPT) return uint256(terms.gptOverhead) + uint256(head.units) * terms.gptPerUnit;
        return uint256(terms.sdOverhead) + uint256(head.units) * terms.sdPerUnit;
    }

    /// @notice The part of an amount that is paid for trying.
    function overheadRoundedDown(Terms memory terms, Head memory head, uint256 amount) internal pure returns (uint256) {
        uint256 overhead = head.taskType == TaskType.GPT ? terms.gptOverhead : terms.sdOverhead;
        return amount * overhead / duration(terms, head);
    }

    /// @notice Refuses what is too early.
    function requireDue(uint256 deadline) internal view {
        if (block.timestamp <= deadline) revert IDocket.CloseTooEarly(uint64(deadline));
    }

    /// @notice The least fee of a task: `minFee` for the smallest of its type, others in proportion to their T. So the part
    /// that is paid for trying is never small, and who makes nodes work for nothing pays for it each time.
    function leastFeeRoundedUp(Terms memory terms, Head memory head, uint256 minFee) internal pure returns (uint256) {
        bool gpt = head.taskType == TaskType.GPT;
        uint256 smallest = gpt ? uint256(terms.gptOverhead) + terms.gptPerUnit : uint256(terms.sdOverhead) + terms.sdPerUnit;
        return (minFee * duration(terms, head) + smallest - 1) / smallest;
    }

    function commitBy(Terms memory terms, Head memory head) internal pure returns (uint256) {
        return head.since + terms.commitSeconds + duration(terms, head);
    }

    /// @notice From then on anybody may close a task of which something is committed.
    function revealBy(Terms memory terms, Head memory head, Court memory court) internal pure returns (uint256) {
        uint256 from = court.completeAt != 0 ? court.completeAt : commitBy(terms, head) + COMMIT_GRACE;
        return from + terms.revealSeconds;
    }

    /// @notice How many tasks of one list may wait.
    function capacity(Terms memory terms, uint256 joined) internal pure returns (uint256) {
        uint256 most = joined * terms.queuePer100Nodes / 100;
        return most < LEAST_CAPACITY ? LEAST_CAPACITY : most;
    }

    /// @notice An entry for a new task.
    function take(State storage self, Totals memory totals) internal view returns (uint24 place) {
        place = totals.free;
        if (place != 0) {
            totals.free = uint24(self.entries[place].head.nodes);
            return place;
        }
        place = ++totals.places;
        if (place >> PLACE_BITS != 0) revert IDocket.TooManyTasks();
    }

    /// @notice Makes an ended task's entry free. The head still tells how it ended until it is used again.
    function free(Totals memory totals, uint24 place, Head memory head) internal pure {
        head.flags |= FREE;
        head.nodes = totals.free;
        totals.free = place;
    }

    function pack(Params calldata p) internal pure returns (Terms memory) {
        return Terms({
            sdOverhead: p.stableDiffusion.overheadSeconds,
            sdPerUnit: p.stableDiffusion.secondsPerUnit,
            gptOverhead: p.gpt.overheadSeconds,
            gptPerUnit: p.gpt.secondsPerUnit,
            argumentSeconds: p.argumentSeconds,
            commitSeconds: p.commitSeconds,
            revealSeconds: p.revealSeconds,
            queueSeconds: p.queueSeconds,
            openSeconds: p.openSeconds,
            queuePer100Nodes: p.queuePer100Nodes,
            cutPerMille: p.cutPerMille,
            matchDistance: p.matchDistance,
            slashDistance: p.slashDistance,
            sdServed: p.stableDiffusion.served,
            gptServed: p.gpt.served
        });
    }
}
