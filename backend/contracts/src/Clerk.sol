// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeLedger, Ending, DrawRequest, Drawn} from "./interfaces/INodeLedger.sol";
import {IToken} from "./interfaces/IToken.sol";
import {
    IClerk,
    ITaskViews,
    TaskType,
    TaskStatus,
    Outcome,
    ResultKind,
    TaskInfo,
    QueuedTask,
    Pricing
} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Docket} from "./Docket.sol";
import {Draws} from "./Draws.sol";
import {Messages} from "./Messages.sol";
import {Seats} from "./Seats.sol";
import {Settlement} from "./Settlement.sol";
import {TaskQueue} from "./TaskQueue.sol";
import {Vram} from "./Vram.sol";

/// @title What the Task contract does rarely, and what there is to see of tasks. See ITask.
/// @dev Runs as Task, on Task's storage.
contract Clerk is Docket, IClerk, ITaskViews {
    using Books for Books.State;
    using Books for Books.Terms;
    using Seats for uint8;
    using TaskQueue for TaskQueue.Queue;

    uint256 private constant SEATS = 3;
    uint8 private constant LAST_PLACE_SCORE = 12;

    constructor(IToken token_, INodeLedger nodes_, address rules_) Docket(token_, nodes_, rules_) {}

    // -------------------------------------------------------------- complaints

    function closeWithoutArguments(
        uint256 taskId,
        bytes[3] calldata signatures
    ) external plainAccount {
        Settlement.Case memory c = Settlement.caseOf(_state, taskId, _state.started(taskId));
        uint24 place = Books.placeOf(taskId);
        Books.Terms memory terms = _state.terms[c.head.version];
        Books.requireDue(uint256(c.head.since) + terms.argumentSeconds);
        c.accounts = _nodes.accounts(c.head.nodes);
        bytes32 said = Messages.noArguments(_state.entries[place].hash);
        uint8 signed;
        for (uint256 i = 0; i < SEATS; ++i) {
            // Who has committed had the arguments.
            if (signatures[i].length == 0 || c.court.commits.has(i)) continue;
            Messages.requireSigner(_domainSeparatorV4(), said, signatures[i], c.accounts[i]);
            signed = signed.add(i);
        }
        if (signed.count() < 2) revert WrongStatus(taskId, TaskStatus.Started);
        _endWithoutArguments(c, terms, signed);
    }

    function decline(
        uint256 taskId,
        uint8 seat,
        bytes calldata signature,
        bytes32 argsHash,
        uint256 prevrandao
    ) external plainAccount {
        Books.Head memory head = _state.started(taskId);
        uint24 place = Books.placeOf(taskId);
        Books.Entry storage entry = _state.entries[place];
        Books.Terms memory terms = _state.terms[head.version];
        if (seat >= SEATS) revert InvalidSeat(seat);
        bool late = block.timestamp > uint256(head.since) + terms.argumentSeconds;
        bool begun = _state.courtOf(place, head.serial).commits != 0;
        if (late || begun || head.flags & Books.REDRAWN != 0) revert DeclineTooLate(taskId);
        address creator = entry.escrow.creator;
        address[3] memory trio = _nodes.accounts(head.nodes);
        bytes32 key = entry.hash;
        if (Draws.keyOf(taskId, creator, argsHash, trio, prevrandao) != key) revert WrongDraw(taskId);
        Messages.requireSigner(_domainSeparatorV4(), Messages.decline(key), signature, trio[seat]);

        DrawRequest memory q = Draws.request(place, head, creator, argsHash);
        Drawn memory drawn = _nodes.redraw(q, head.nodes, seat, LAST_PLACE_SCORE);
        if (drawn.numbers == 0) revert NoFreeNodes(taskId);
        emit NodeReleased(taskId, trio[seat], LAST_PLACE_SCORE);
        head.flags |= Books.REDRAWN;
        Draws.start(_state, taskId, head, terms, creator, argsHash, drawn);
    }

    function slashDoubleCommitment(
        address node,
        bytes32 taskKey,
        bytes32[2] calldata commitments,
        bytes[2] calldata signatures
    ) external plainAccount {
        if (commitments[0] == commitments[1]) revert NoContradiction();
        for (uint256 i = 0; i < 2; ++i) {
            Messages.requireSigner(_domainSeparatorV4(), Messages.commitment(taskKey, commitments[i]), signatures[i], node);
        }
        _slashFor(node, taskKey);
    }

    function slashRefusal(
        address node,
        bytes32 taskKey,
        bytes32 commitment,
        bool declined,
        bytes[2] calldata signatures
    ) external plainAccount {
        bytes32 refused = declined ? Messages.decline(taskKey) : Messages.noArguments(taskKey);
        Messages.requireSigner(_domainSeparatorV4(), Messages.commitment(taskKey, commitment), signatures[0], node);
        Messages.requireSigner(_domainSeparatorV4(), refused, signatures[1], node);
        _slashFor(node, taskKey);
    }

    // ------------------------------------------------------------------- views

    function task(uint256 taskId) external view returns (TaskInfo memory t) {
        Books.Head memory head = _state.headOf(taskId);
        t.status = head.status;
        if (head.serial == 0) return t;
        uint24 place = Books.placeOf(taskId);
        Books.Entry storage entry = _state.entries[place];
        t.outcome = head.outcome;
        t.taskType = head.taskType;
        t.creator = entry.escrow.creator;
        t.fee = entry.escrow.fee;
        t.units = head.units;
        t.images = head.images;
        t.minVramGB = Vram.sizeGB(head.step);
        t.since = head.since;
        if (head.status == TaskStatus.Queued) t.argsHash = entry.hash;
        if (head.status == TaskStatus.Queued || head.flags & Books.FREE != 0) return t;

        Books.Court memory court = _state.courtOf(place, head.serial);
        Books.Terms memory terms = _state.terms[head.version];
        t.taskKey = entry.hash;
        t.nodes = _nodes.accounts(head.nodes);
        t.commitments = _state.commitments(place, court);
        for (uint256 i = 0; i < SEATS; ++i) t.revealed[i] = court.reveals.has(i);
        t.deadlines.argumentsBy = head.since + terms.argumentSeconds;
        t.deadlines.commitBy = uint64(terms.commitBy(head));
        bool open = court.completeAt != 0 || block.timestamp > t.deadlines.commitBy + Books.COMMIT_GRACE;
        if (open) t.deadlines.revealBy = uint64(terms.revealBy(head, court));
    }

    function queued(TaskType taskType, uint8 step, uint256 length)
        external
        view
        returns (QueuedTask[] memory all)
    {
        if (step >= Vram.STEPS) return all;
        uint24[] memory places = _state.queue.page((uint256(taskType) << 4) | step, length);
        all = new QueuedTask[](places.length);
        for (uint256 i = 0; i < places.length; ++i) {
            Books.Head memory head = _state.entries[places[i]].head;
            all[i] = QueuedTask(Books.idOf(places[i], head.serial), _state.queue.links[places[i]].value, head.since);
        }
    }

    function queuePosition(uint256 taskId) external view returns (uint256 before) {
        Books.Head memory head = _state.queuedHead(taskId);
        for (uint256 step = 0; step < Vram.STEPS; ++step) {
            before += _state.queue.countBefore((uint256(head.taskType) << 4) | step, Books.placeOf(taskId));
        }
    }

    function counts()
        external
        view
        returns (uint256 created, uint256 waiting, uint256 running, uint256 settled, uint256 aborted)
    {
        Books.Totals memory t = _state.totals;
        waiting = uint256(t.created) - t.running - t.settled - t.aborted;
        return (t.created, waiting, t.running, t.settled, t.aborted);
    }

    function queueCapacity() external view returns (uint256) {
        (, uint256 joined) = _nodes.couldRun(TaskType.GPT, 0);
        return Books.capacity(_current(), joined);
    }

    function pricing(TaskType taskType) external view returns (Pricing memory) {
        Books.Terms memory terms = _current();
        if (taskType == TaskType.GPT) return Pricing(terms.gptOverhead, terms.gptPerUnit, terms.gptServed);
        return Pricing(terms.sdOverhead, terms.sdPerUnit, terms.sdServed);
    }

    function minFee() external view returns (uint256) {
        return _state.fees[_state.totals.version].minFee;
    }

    function credit(address account) external view returns (uint256) {
        return _state.creditOf(account);
    }

    function pool() external view returns (uint256) {
        return _state.pool;
    }

    function isRelay(address account) external view returns (bool) {
        return _state.isRelay[account];
    }

    function token() external view returns (address) {
        return address(_token);
    }

    function nodes() external view returns (address) {
        return address(_nodes);
    }

    function rules() external view returns (address) {
        return _rules;
    }

    // ---------------------------------------------------------------- private

    function _current() private view returns (Books.Terms memory) {
        return _state.terms[_state.totals.version];
    }

    function _slashFor(address node, bytes32 taskKey) private {
        uint256 stake = _nodes.slash(node);
        _state.pool += stake;
        emit Contradiction(node, taskKey, stake);
    }

    function _endWithoutArguments(
        Settlement.Case memory c,
        Books.Terms memory terms,
        uint8 signed
    ) private {
        uint24 place = Books.placeOf(c.taskId);
        Books.Escrow memory escrow = _state.entries[place].escrow;
        uint256 settleReward = _state.fees[c.head.version].settleReward;
        uint256 left = escrow.fee - settleReward;
        uint256 part = terms.overheadRoundedDown(c.head, left) / SEATS;
        uint8[3] memory scores;
        (address[3] memory payouts,) = _nodes.settle(
            place, c.head.nodes, [Ending.Release, Ending.Release, Ending.Release], scores
        );
        for (uint256 i = 0; i < SEATS; ++i) {
            left -= part;
            if (!signed.has(i)) {
                _state.pool += part;
                emit NodeReleased(c.taskId, c.accounts[i], 0);
                continue;
            }
            _state.credits[payouts[i]] += part;
            emit NodePaid(c.taskId, c.accounts[i], payouts[i], part, 0);
        }
        Settlement.end(_state, c, Outcome.NoArguments, ResultKind.None, 0);
        emit TaskEnded(c.taskId, Outcome.NoArguments, ResultKind.None, "");
        Settlement.refund(_state, c.taskId, escrow.creator, left);
        Settlement.reward(_state, c.taskId, settleReward);
    }
}
