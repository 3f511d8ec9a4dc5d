// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INodeLedger} from "./interfaces/INodeLedger.sol";
import {
    ITask, TaskType, TaskStatus, ResultKind, Outcome, TaskRequest, Pricing, Params
} from "./interfaces/ITask.sol";
import {TaskQueue} from "./TaskQueue.sol";

/// @title The tasks on record: how they are kept, drawn and queued. Task judges them.
/// @dev Calls only Token and Node, which call nobody back.
abstract contract Docket is ITask {
    using SafeERC20 for IToken;
    using TaskQueue for TaskQueue.Queue;

    /// @dev One word, read and written whole. All that is kept of a task for ever.
    /// @param place Which Entry is the task's own, until it has ended and no node is locked any more.
    /// @param commits, reveals Order of arrival, see Seats.
    /// @param stored A bit for each seat whose response a relay holds.
    /// @param locked A bit for each seat that committed and had not opened when the task ended.
    /// @param kinds Three bits for each seat. @param groups Two bits for each seat: which of `results` is its own; and
    /// in the highest two the one agreed on, when the outcome is Agreed.
    struct Head {
        address creator;
        uint24 place;
        TaskStatus status;
        Outcome outcome;
        TaskType taskType;
        uint8 commits;
        uint8 reveals;
        uint8 marks;
        uint16 kinds;
        uint8 groups;
    }

    /// @dev One word. All CNX that exists fits 96 bits.
    struct Terms {
        uint96 fee;
        uint40 commitBy;
        uint40 revealBy;
        uint32 class;
        uint32 units;
        uint16 minVramGB;
    }

    /// @dev Used again for another task, because words that were used before cost a quarter. What the task before left
    /// in commitments and results has no meaning: the head says which are set.
    /// @param results The different digests, in the order in which they were opened.
    struct Entry {
        Terms terms;
        bytes32 argsHash;
        bytes32 taskKey;
        address[3] nodes;
        bytes32[3] commitments;
        bytes32[3] results;
    }

    /// @param places Entries ever used. @param free The first entry that is free, 0 for none; the fee of a free
    /// entry's terms is the next one.
    struct Totals {
        uint40 created;
        uint40 running;
        uint40 settled;
        uint40 aborted;
        uint40 queued;
        uint24 places;
        uint24 free;
    }

    uint256 internal constant SEATS = 3;
    uint256 private constant MAX_UNITS = 1024;
    uint256 private constant LEAST_CAPACITY = 50;

    IToken public immutable token;
    INodeLedger public immutable nodes;
    uint256 public immutable minFee;
    uint256 internal immutable _commitSeconds;
    uint256 internal immutable _revealSeconds;
    uint256 internal immutable _openSeconds;
    uint256 internal immutable _queueSeconds;
    uint256 internal immutable _queuePer100Nodes;
    uint256 internal immutable _gptOverhead;
    uint256 internal immutable _gptPerUnit;
    uint256 internal immutable _sdOverhead;
    uint256 internal immutable _sdPerUnit;

    uint256 public pool;
    Totals internal _totals;
    TaskQueue.Queue internal _queue;
    mapping(uint256 taskId => Head) internal _heads;
    mapping(uint24 place => Entry) internal _entries;
    mapping(address account => uint256) public earned;
    mapping(address account => bool) public isRelay;

    constructor(IToken token_, INodeLedger nodes_, Params memory p) {
        if (p.minFee == 0) revert InvalidParams("minFee");
        if (p.commitSeconds == 0) revert InvalidParams("commitSeconds");
        if (p.revealSeconds == 0) revert InvalidParams("revealSeconds");
        if (p.openSeconds == 0) revert InvalidParams("openSeconds");
        if (p.queueSeconds == 0) revert InvalidParams("queueSeconds");
        if (p.gpt.secondsPerUnit == 0 || p.gpt.secondsPerUnit > 3600) revert InvalidParams("gpt");
        if (p.stableDiffusion.secondsPerUnit == 0 || p.stableDiffusion.secondsPerUnit > 3600) {
            revert InvalidParams("stableDiffusion");
        }
        token = token_;
        nodes = nodes_;
        minFee = p.minFee;
        _commitSeconds = p.commitSeconds;
        _revealSeconds = p.revealSeconds;
        _openSeconds = p.openSeconds;
        _queueSeconds = p.queueSeconds;
        _queuePer100Nodes = p.queuePer100Nodes;
        _gptOverhead = p.gpt.overheadSeconds;
        _gptPerUnit = p.gpt.secondsPerUnit;
        _sdOverhead = p.stableDiffusion.overheadSeconds;
        _sdPerUnit = p.stableDiffusion.secondsPerUnit;
    }

    function pricing(TaskType taskType) public view returns (Pricing memory) {
        if (taskType == TaskType.GPT) return Pricing(uint32(_gptOverhead), uint32(_gptPerUnit));
        return Pricing(uint32(_sdOverhead), uint32(_sdPerUnit));
    }

    function queueCapacity() public view returns (uint256) {
        uint256 capacity = nodes.joinedNodes() * _queuePer100Nodes / 100;
        return capacity < LEAST_CAPACITY ? LEAST_CAPACITY : capacity;
    }

    function _checkRequest(TaskRequest calldata request) internal view {
        if (request.taskType != TaskType.GPT) revert TaskTypeNotServed(request.taskType);
        if (request.units == 0 || request.units > MAX_UNITS || request.images != 0) revert InvalidUnits();
        if (request.fee < minFee) revert FeeTooLow(request.fee, minFee);
        // More than the supply can't be paid; refused here so that the packed fee is never cut short.
        if (request.fee > type(uint96).max) revert FeeTooLow(0, minFee);
    }

    /// @dev An account with code could look at a draw and take it back; so could one that delegates (EIP-7702).
    function _isPlainAccount() internal view returns (bool) {
        return msg.sender == tx.origin && msg.sender.code.length == 0;
    }

    /// @dev A newcomer starts at once only if nobody who waits could be served by what is free.
    function _mustWait() internal view returns (bool) {
        uint256 steps = _queue.steps;
        return steps != 0 && TaskQueue.upTo(steps, nodes.largestFree()) != 0;
    }

    function _draw(uint256 taskId, Entry storage e, Head memory head, Terms memory terms) internal returns (bool) {
        uint256 seed = uint256(keccak256(abi.encode(block.prevrandao, taskId)));
        (uint32 class, bytes32 classId, address[3] memory trio) = nodes.draw(taskId, terms.minVramGB, seed);
        if (class == 0) return false;

        bytes32 taskKey = keccak256(
            abi.encode(block.chainid, address(this), taskId, head.creator, e.argsHash, trio, block.prevrandao)
        );
        terms.class = class;
        terms.commitBy = uint40(block.timestamp + _commitSeconds + _duration(head.taskType, terms.units));
        head.status = TaskStatus.Started;
        _heads[taskId] = head;
        e.terms = terms;
        e.taskKey = taskKey;
        e.nodes = trio;
        _totals.running += 1;
        emit TaskDrawn(taskId, classId, taskKey, trio, terms.commitBy);
        return true;
    }

    function _enqueue(uint256 taskId, Entry storage e, Head memory head, Terms memory terms) internal {
        if (!nodes.couldRun(terms.minVramGB)) revert NoClassFits(terms.minVramGB);
        uint256 capacity = queueCapacity();
        if (_totals.queued >= capacity) revert QueueFull(capacity);
        head.status = TaskStatus.Queued;
        _heads[taskId] = head;
        e.terms = terms;
        _queue.push(_step(terms), taskId);
        _totals.queued += 1;
        emit TaskQueued(taskId, terms.fee / _duration(head.taskType, terms.units));
    }

    /// @dev A free entry, taken.
    function _take() internal returns (uint24 place) {
        place = _totals.free;
        if (place == 0) return ++_totals.places;
        _totals.free = uint24(_entries[place].terms.fee);
    }

    function _free(uint24 place) internal {
        Terms memory next;
        next.fee = _totals.free;
        _entries[place].terms = next;
        _totals.free = place;
    }

    function _dequeue(uint256 taskId, Terms memory terms) internal {
        _queue.remove(_step(terms), taskId);
        _totals.queued -= 1;
    }

    /// @dev Ends a queued task. `kept` of its fee goes to the pool.
    function _takeOut(uint256 taskId, Head memory head, TaskStatus status, Outcome outcome, uint256 kept) internal {
        Terms memory terms = _entries[head.place].terms;
        _dequeue(taskId, terms);
        _totals.aborted += 1;
        _free(head.place);
        head.status = status;
        head.outcome = outcome;
        _heads[taskId] = head;
        pool += kept;
        _refund(taskId, head.creator, terms.fee - kept);
        emit TaskEnded(taskId, outcome, ResultKind.None, "");
    }

    function _refund(uint256 taskId, address creator, uint256 amount) internal {
        if (amount == 0) return;
        emit CreatorRefunded(taskId, creator, amount);
        token.safeTransfer(creator, amount);
    }

    /// @dev Seconds that a task of this size is priced and given time for.
    function _duration(TaskType taskType, uint256 units) internal view returns (uint256) {
        Pricing memory p = pricing(taskType);
        return p.overheadSeconds + units * p.secondsPerUnit;
    }

    function _step(Terms memory terms) internal pure returns (uint256) {
        return terms.minVramGB == 0 ? 1 : terms.minVramGB;
    }
}
