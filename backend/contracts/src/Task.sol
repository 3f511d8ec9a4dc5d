// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INodeLedger, Drawn} from "./interfaces/INodeLedger.sol";
import {
    ITaskCore,
    TaskType,
    TaskStatus,
    Outcome,
    ResultKind,
    TaskRequest,
    Statement,
    Params
} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Docket, Extended} from "./Docket.sol";
import {Draws} from "./Draws.sol";
import {Messages} from "./Messages.sol";
import {Models} from "./Standing.sol";
import {Seats} from "./Seats.sol";
import {Settlement} from "./Settlement.sol";
import {TaskQueue} from "./TaskQueue.sol";
import {Vram} from "./Vram.sol";

/// @title Escrow, draw, consensus, payment. See IDocket.
/// @dev The usual way of a task is here: create, dispatch, settle. Court and Clerk, see ITask, have the rest. Calls
/// only Token and Node, which call nobody back.
contract Task is Extended, ITaskCore {
    using Books for Books.State;
    using Books for Books.Terms;
    using Books for Books.Totals;
    using SafeERC20 for IToken;
    using Seats for uint8;
    using TaskQueue for TaskQueue.Queue;

    uint256 private constant SEATS = 3;
    uint256 private constant MAX_UNITS = 1024;
    uint256 private constant MAX_IMAGES = 10;

    modifier onlyRules() {
        if (msg.sender != _rules) revert OnlyRules(msg.sender);
        _;
    }

    /// @param extension Court.
    constructor(IToken token, INodeLedger nodes, address rules, address extension)
        Docket(token, nodes, rules)
        Extended(extension)
    {}

    // ------------------------------------------------------- create and dispatch

    function createTask(TaskRequest calldata request) external plainAccount returns (uint256 taskId) {
        Books.Totals memory totals = _state.totals;
        Books.Terms memory terms = _state.terms[totals.version];
        Books.Head memory head = _headFor(request, terms, _state.fees[totals.version].minFee);
        uint24 place = _state.take(totals);
        head.serial = ++totals.created;
        head.version = totals.version;
        head.since = uint40(block.timestamp);
        taskId = Books.idOf(place, head.serial);
        _state.entries[place].escrow = Books.Escrow(msg.sender, uint96(request.fee));
        emit TaskCreated(
            taskId,
            msg.sender,
            request.taskType,
            request.argsHash,
            request.modelKey,
            request.minVramGB,
            request.units,
            request.images,
            request.fee
        );

        uint96 value = uint96(request.fee / terms.duration(head));
        bool started;
        if (!_isOutbid(totals.lists, value)) started = _draw(taskId, head, terms, msg.sender, request.argsHash);
        if (started) ++totals.running;
        else totals.lists |= uint32(1 << Books.listOf(head));
        _state.totals = totals;
        if (!started) _enqueue(taskId, head, terms, request, value);
        _state.spend(msg.sender, request.fee);
    }

    function dispatch(uint256 taskId) external plainAccount {
        Books.Head memory head = _state.queuedHead(taskId);
        uint24 place = Books.placeOf(taskId);
        if (head.since >= block.timestamp) revert DispatchTooEarly(taskId);
        (uint24 best,, bool reachable) = _bestWaiting(_state.totals.lists, Books.listOf(head));
        if (!reachable) revert NoFreeNodes(taskId);
        if (best != place) revert NotNext(taskId, Books.idOf(best, _state.entries[best].head.serial));

        Books.Terms memory terms = _state.terms[head.version];
        Books.Escrow memory escrow = _state.entries[place].escrow;
        bytes32 argsHash = _state.entries[place].hash;
        Draws.dequeue(_state, place, head);
        ++_state.totals.running;
        if (!_draw(taskId, head, terms, escrow.creator, argsHash)) revert NoFreeNodes(taskId);
        uint96 dispatchReward = _state.fees[head.version].dispatchReward;
        _state.entries[place].escrow.fee = escrow.fee - dispatchReward;
        Settlement.reward(_state, taskId, dispatchReward);
    }

    function cancel(uint256 taskId) external plainAccount {
        Books.Head memory head = _state.queuedHead(taskId);
        address creator = _state.entries[Books.placeOf(taskId)].escrow.creator;
        if (creator != msg.sender) revert NotCreator(msg.sender);
        uint256 kept = _state.fees[head.version].minFee;
        Draws.takeOut(_state, taskId, head, TaskStatus.Cancelled, Outcome.Cancelled, kept);
    }

    // ---------------------------------------------------------------- the fast way

    function settle(uint256 taskId, Statement[3] calldata statements) external plainAccount {
        Settlement.Case memory c = Settlement.caseOf(_state, taskId, _state.started(taskId));
        uint24 place = Books.placeOf(taskId);
        c.accounts = _nodes.accounts(c.head.nodes);
        bytes32 taskKey = _state.entries[place].hash;
        bytes32[3] memory commitments;
        for (uint256 i = 0; i < SEATS; ++i) {
            commitments[i] = Messages.commitmentOf(taskKey, c.accounts[i], statements[i].opening);
            // What stands in the court binds here too.
            bool bound = c.court.commits.has(i);
            if (bound && _state.entries[place].commitments[i] != commitments[i]) revert WrongOpening(taskId, uint8(i));
        }
        bytes32 all = keccak256(abi.encode(commitments));
        c.court.kinds = 0;
        c.court.views = 0;
        for (uint256 i = 0; i < SEATS; ++i) _takeStatement(c, i, taskKey, all, statements[i]);
        c.court.commits = Seats.ALL;
        c.court.reveals = Seats.ALL;
        c.court.stored = Seats.ALL;
        Settlement.judge(_state, _nodes, c);
    }

    // --------------------------------------------------------------------- money

    function deposit(uint256 amount) external plainAccount {
        _deposit(amount);
    }

    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external plainAccount {
        // Somebody may have used the permit already; then the allowance is there, or taking the deposit fails.
        try _token.permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(amount);
    }

    function withdraw(address account) external plainAccount returns (uint256 amount) {
        bool own = msg.sender == account;
        if (!own && _state.hasDeposited(account)) revert OnlyItsOwner(account);
        amount = _state.withdraw(account, own);
        emit Withdrawn(account, amount);
        if (amount > 0) _token.safeTransfer(account, amount);
    }

    // --------------------------------------------------------------------- Rules

    function setParams(uint16 version, Params calldata p) external onlyRules {
        _state.terms[version] = Books.pack(p);
        _state.fees[version] = Books.Fees(uint96(p.minFee), uint64(p.settleReward), uint64(p.dispatchReward));
        _state.totals.version = version;
    }

    function setRelay(address relay, bool registered) external onlyRules {
        _state.isRelay[relay] = registered;
        emit RelaySet(relay, registered);
    }

    // ------------------------------------------------------- create, private

    function _headFor(TaskRequest calldata request, Books.Terms memory terms, uint256 minFee_)
        private
        pure
        returns (Books.Head memory head)
    {
        bool gpt = request.taskType == TaskType.GPT;
        if (!(gpt ? terms.gptServed : terms.sdServed)) revert TaskTypeNotServed(request.taskType);
        bool images = gpt ? request.images == 0 : request.images != 0 && request.images <= MAX_IMAGES;
        if (request.units == 0 || request.units > MAX_UNITS || !images) revert InvalidUnits();
        if (request.fee > type(uint96).max) revert FeeTooHigh(request.fee);
        uint256 step = Vram.ofTaskRoundedUp(request.minVramGB);
        if (step == Vram.STEPS) revert NoClassFits(request.minVramGB);
        head.taskType = request.taskType;
        head.step = uint8(step);
        head.images = uint8(request.images);
        head.units = uint16(request.units);
        head.model = Models.pack(request.modelKey);
        uint256 least = terms.leastFeeRoundedUp(head, minFee_);
        if (request.fee < least) revert FeeTooLow(request.fee, least);
    }

    function _draw(
        uint256 taskId,
        Books.Head memory head,
        Books.Terms memory terms,
        address creator,
        bytes32 argsHash
    ) private returns (bool) {
        Drawn memory drawn = _nodes.draw(Draws.request(Books.placeOf(taskId), head, creator, argsHash));
        if (drawn.numbers == 0) return false;
        Draws.start(_state, taskId, head, terms, creator, argsHash, drawn);
        return true;
    }

    function _enqueue(
        uint256 taskId,
        Books.Head memory head,
        Books.Terms memory terms,
        TaskRequest calldata request,
        uint96 value
    ) private {
        (bool could, uint256 joined) = _nodes.couldRun(head.taskType, head.step);
        if (!could) revert NoClassFits(request.minVramGB);
        uint256 list = Books.listOf(head);
        TaskQueue.List memory l = _state.queue.lists[list];
        uint256 capacity = Books.capacity(terms, joined);
        if (l.length >= capacity) {
            uint96 least = _state.queue.links[l.worst].value;
            if (value <= least) revert QueueFull(capacity, least);
            _evict(l.worst);
        }
        uint24 place = Books.placeOf(taskId);
        head.status = TaskStatus.Queued;
        _state.entries[place].head = head;
        _state.entries[place].hash = request.argsHash;
        _state.queue.push(list, place, head.serial, value);
        emit TaskQueued(taskId, value);
    }

    function _evict(uint24 place) private {
        Books.Head memory head = _state.entries[place].head;
        Draws.takeOut(_state, Books.idOf(place, head.serial), head, TaskStatus.Aborted, Outcome.Evicted, 0);
    }

    /// @dev Whether a task waits that the free nodes could run and that is worth as much.
    function _isOutbid(uint32 lists, uint96 value) private view returns (bool) {
        if (lists == 0) return false;
        (uint24 best, uint96 bestValue,) = _bestWaiting(lists, 0);
        return best != 0 && bestValue >= value;
    }

    /// @dev The best of the waiting tasks that the free nodes could run, 0 when there is none; and whether they could
    /// run those of `list`. There are 30 lists.
    function _bestWaiting(uint32 lists, uint256 list)
        private
        view
        returns (uint24 best, uint96 bestValue, bool reachable)
    {
        (uint8 stableDiffusion, uint8 gpt) = _nodes.reach();
        reachable = (list & 15) < (list >> 4 == 0 ? stableDiffusion : gpt);
        for (uint256 i = 0; lists >> i != 0; ++i) {
            if ((lists >> i) & 1 == 0 || (i & 15) >= (i >> 4 == 0 ? stableDiffusion : gpt)) continue;
            TaskQueue.List storage l = _state.queue.lists[i];
            (uint24 place, uint96 value) = (l.best, l.bestValue);
            if (best == 0 || value > bestValue || (value == bestValue && _isOlder(place, best))) {
                (best, bestValue) = (place, value);
            }
        }
    }

    function _isOlder(uint24 a, uint24 b) private view returns (bool) {
        return _state.queue.links[a].serial < _state.queue.links[b].serial;
    }

    function _deposit(uint256 amount) private {
        _state.deposit(msg.sender, amount);
        emit Deposited(msg.sender, amount);
        _token.safeTransferFrom(msg.sender, address(this), amount);
    }

    // ------------------------------------------------------- settle, private

    function _takeStatement(
        Settlement.Case memory c,
        uint256 seat,
        bytes32 taskKey,
        bytes32 commitmentsHash,
        Statement calldata statement
    ) private {
        address node = c.accounts[seat];
        Settlement.requireLength(c.head, statement.opening.kind, statement.opening.result.length);
        if (statement.opening.commitmentsHash != commitmentsHash) revert WrongOpening(c.taskId, uint8(seat));
        bytes32 domain = _domainSeparatorV4();
        Messages.requireSigner(domain, Messages.reveal(taskKey, statement.opening), statement.signature, node);
        bool stored = Settlement.isStored(
            _state, domain, taskKey, Books.placeOf(c.taskId), node, statement.opening, statement.proof
        );
        if (!stored) revert NotStored(c.taskId, uint8(seat));
        c.court.kinds |= uint16(uint256(statement.opening.kind) << (3 * seat));
        c.court.views |= uint24(uint256(statement.opening.order & 63) << (6 * seat));
        c.results[seat] = statement.opening.result;
        emit Revealed(
            c.taskId,
            node,
            uint8(seat),
            statement.opening.kind,
            statement.opening.result,
            statement.opening.nonce,
            statement.opening.ciphertextHash
        );
    }
}
