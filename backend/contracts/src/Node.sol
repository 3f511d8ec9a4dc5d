// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INode, NodeStatus, JoinRequest, NodeInfo, ClassInfo} from "./interfaces/INode.sol";
import {INodeLedger, Ending} from "./interfaces/INodeLedger.sol";
import {Params} from "./interfaces/ITask.sol";
import {ClassSet, PackedList} from "./ClassSet.sol";

/// @title Stakes, classes and statuses. See INode.
/// @dev The nodes of a class stand in one list: first those that can be drawn, then the others. Drawing swaps a node
/// over that border and releasing swaps it back, so neither grows with the list.
contract Node is INode, INodeLedger {
    using SafeERC20 for IToken;
    using PackedList for mapping(uint256 => uint256);
    using ClassSet for ClassSet.Set;

    /// @dev The first word is all that drawing and releasing write. `place` is where the node stands in its class.
    struct Record {
        address account;
        NodeStatus status;
        uint8 score;
        uint48 taskId;
        uint32 place;
        address payout;
        uint32 class;
        uint256 stake;
        bytes32 sealKey;
    }

    /// @param joined Length of the class's list; the first `available` can be drawn.
    /// @param openPlace Where the class stands among those that can be drawn, 0 if it can't.
    struct Class {
        uint32 joined;
        uint32 available;
        uint32 openPlace;
        uint16 vramGB;
        bytes32 id;
        string card;
        string runtime;
    }

    struct Totals {
        uint32 joined;
        uint32 available;
        uint32 busy;
        uint32 classes;
        uint32 records;
    }

    uint256 private constant TRIO = 3;
    uint256 private constant MAX_NAME = 128;

    IToken public immutable token;
    uint256 public immutable stakeAmount;
    uint32 public immutable minClassNodes;
    address private immutable _deployer;

    address public taskContract;
    Totals private _totals;
    /// @dev Steps with a class of at least minClassNodes joined, and how many such classes each step has.
    uint256 private _served;
    mapping(uint256 step => uint256) private _servedCount;
    ClassSet.Set private _open;

    mapping(uint32 number => Record) private _records;
    mapping(address account => uint32 number) private _numberOf;
    mapping(uint32 number => Class) private _classes;
    mapping(bytes32 id => uint32 number) private _classNumber;
    mapping(uint32 class => mapping(uint256 word => uint256)) private _members;

    modifier onlyTask() {
        if (msg.sender != taskContract) revert OnlyTaskContract(msg.sender);
        _;
    }

    constructor(IToken token_, Params memory params) {
        if (params.stake == 0) revert InvalidParams("stake");
        if (params.minClassNodes < TRIO) revert InvalidParams("minClassNodes");
        token = token_;
        stakeAmount = params.stake;
        minClassNodes = params.minClassNodes;
        _deployer = msg.sender;
    }

    /// @notice Names the Task contract, once and for ever.
    function setTaskContract(address contract_) external {
        if (msg.sender != _deployer) revert OnlyDeployer(msg.sender);
        if (taskContract != address(0)) revert TaskContractAlreadySet(taskContract);
        if (contract_ == address(0)) revert InvalidParams("task");
        taskContract = contract_;
    }

    // ------------------------------------------------------------------ nodes

    function join(JoinRequest calldata request) external {
        _checkRequest(request);
        uint32 number = _numberOf[msg.sender];
        if (number == 0) {
            number = ++_totals.records;
            _numberOf[msg.sender] = number;
            _records[number].account = msg.sender;
        }
        Record storage record = _records[number];
        if (record.status != NodeStatus.Quit) revert AlreadyJoined(msg.sender);

        uint32 class = _classFor(request);
        record.class = class;
        record.payout = request.payout;
        record.sealKey = request.sealKey;
        record.stake = stakeAmount;
        record.status = NodeStatus.Available;
        _append(class, number);
        _offer(class, number);
        emit NodeJoined(msg.sender, _classes[class].id, request.sealKey, request.payout, stakeAmount);
        emit NodeStatusChanged(msg.sender, NodeStatus.Available);

        token.safeTransferFrom(msg.sender, address(this), stakeAmount);
    }

    function pause() external {
        (uint32 number, Record storage record) = _joined(msg.sender);
        if (record.status == NodeStatus.Available) {
            _withhold(record.class, number);
            _setStatus(record, NodeStatus.Paused);
        } else if (record.status == NodeStatus.Busy) {
            _setStatus(record, NodeStatus.PendingPause);
        } else {
            revert IllegalStatus(msg.sender, record.status);
        }
    }

    function resume() external {
        (uint32 number, Record storage record) = _joined(msg.sender);
        if (record.status == NodeStatus.Paused) {
            _setStatus(record, NodeStatus.Available);
            _offer(record.class, number);
        } else if (record.status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.Busy);
        } else {
            revert IllegalStatus(msg.sender, record.status);
        }
    }

    function quit() external {
        (uint32 number, Record storage record) = _joined(msg.sender);
        NodeStatus status = record.status;
        if (status == NodeStatus.Busy || status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.PendingQuit);
            return;
        }
        if (status == NodeStatus.PendingQuit) revert IllegalStatus(msg.sender, status);
        if (status == NodeStatus.Available) _withhold(record.class, number);
        _leave(number, record);
    }

    // ------------------------------------------------------- the Task contract

    function draw(uint256 taskId, uint256 minVramGB, uint256 seed)
        external
        onlyTask
        returns (uint32 class, bytes32 classId, address[3] memory nodes)
    {
        class = _open.pick(minVramGB, seed);
        if (class == 0) return (0, 0, nodes);

        Class storage c = _classes[class];
        classId = c.id;
        uint32 free = c.available;
        for (uint256 i = 0; i < TRIO; ++i) {
            uint256 place = uint256(keccak256(abi.encode(seed, i))) % free;
            --free;
            uint32 number = _swap(class, place, free);
            Record storage record = _records[number];
            record.status = NodeStatus.Busy;
            record.taskId = uint48(taskId);
            nodes[i] = record.account;
            emit NodeStatusChanged(record.account, NodeStatus.Busy);
        }
        _setAvailable(class, free);
        _totals.busy += uint32(TRIO);
    }

    function settle(uint256 taskId, address[3] calldata nodes, Ending[3] calldata endings, uint8[3] calldata scores)
        external
        onlyTask
        returns (address[3] memory payouts, uint256[3] memory slashed)
    {
        uint256 total;
        for (uint256 i = 0; i < TRIO; ++i) {
            if (endings[i] <= Ending.Keep) continue;
            uint32 number = _numberOf[nodes[i]];
            Record storage record = _records[number];
            if (record.taskId != taskId) revert IllegalStatus(nodes[i], record.status);
            payouts[i] = record.payout;
            if (endings[i] == Ending.Score) record.score = scores[i];
            if (endings[i] == Ending.Slash) {
                slashed[i] = _slash(taskId, number, record);
                total += slashed[i];
            } else {
                _release(number, record);
            }
        }
        if (total > 0) token.safeTransfer(msg.sender, total);
    }

    // ------------------------------------------------------------------ views

    function nodeInfo(address account) external view returns (NodeInfo memory) {
        Record storage r = _records[_numberOf[account]];
        return NodeInfo(r.status, _classes[r.class].id, r.sealKey, r.payout, r.stake, r.taskId, r.score);
    }

    function classInfo(bytes32 classId) external view returns (ClassInfo memory) {
        Class storage c = _classes[_classNumber[classId]];
        return ClassInfo(c.card, c.vramGB, c.runtime, c.joined, c.available);
    }

    function classes(uint256 offset, uint256 length) external view returns (bytes32[] memory ids) {
        uint256 all = _totals.classes;
        if (offset > all) offset = all;
        if (length > all - offset) length = all - offset;
        ids = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) ids[i] = _classes[uint32(offset + i + 1)].id;
    }

    function counts() external view returns (uint256 joined, uint256 available, uint256 busy) {
        return (_totals.joined, _totals.available, _totals.busy);
    }

    function couldRun(uint256 minVramGB) external view returns (bool) {
        return ClassSet.atLeast(_served, minVramGB) != 0;
    }

    function largestFree() external view returns (uint256) {
        uint256 steps = ClassSet.atLeast(_open.steps, 1);
        return steps == 0 ? 0 : ClassSet.highest(steps);
    }

    function joinedNodes() external view returns (uint256) {
        return _totals.joined;
    }

    function classAt(uint32 class) external view returns (bytes32) {
        return _classes[class].id;
    }

    // ---------------------------------------------------------------- private

    function _checkRequest(JoinRequest calldata request) private view {
        uint256 card = bytes(request.card).length;
        uint256 runtime = bytes(request.runtime).length;
        if (card == 0 || card > MAX_NAME) revert InvalidClass("card");
        if (runtime == 0 || runtime > MAX_NAME) revert InvalidClass("runtime");
        if (request.vramGB == 0) revert InvalidClass("vramGB");
        if (request.sealKey == 0) revert InvalidSealKey();
        address payout = request.payout;
        if (payout == address(0) || payout == address(token) || payout == address(this) || payout == taskContract) {
            revert InvalidPayout(payout);
        }
    }

    function _joined(address account) private view returns (uint32 number, Record storage record) {
        number = _numberOf[account];
        record = _records[number];
        if (record.status == NodeStatus.Quit) revert IllegalStatus(account, NodeStatus.Quit);
    }

    function _classFor(JoinRequest calldata request) private returns (uint32 class) {
        bytes32 id = keccak256(abi.encode(request.card, request.vramGB, request.runtime));
        class = _classNumber[id];
        if (class != 0) return class;
        class = ++_totals.classes;
        _classNumber[id] = class;
        Class storage c = _classes[class];
        c.id = id;
        c.vramGB = request.vramGB;
        c.card = request.card;
        c.runtime = request.runtime;
        emit ClassAdded(id, request.card, request.vramGB, request.runtime);
    }

    function _setStatus(Record storage record, NodeStatus status) private {
        record.status = status;
        emit NodeStatusChanged(record.account, status);
    }

    /// @dev Frees a node from its task, into the status it asked for meanwhile.
    function _release(uint32 number, Record storage record) private {
        record.taskId = 0;
        _totals.busy -= 1;
        if (record.status == NodeStatus.PendingQuit) {
            _leave(number, record);
        } else if (record.status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.Paused);
        } else {
            _setStatus(record, NodeStatus.Available);
            _offer(record.class, number);
        }
    }

    function _slash(uint256 taskId, uint32 number, Record storage record) private returns (uint256 stake) {
        stake = record.stake;
        record.taskId = 0;
        record.stake = 0;
        _totals.busy -= 1;
        _remove(record.class, number);
        emit NodeSlashed(record.account, taskId, stake);
        _setStatus(record, NodeStatus.Quit);
    }

    /// @dev The node must not be drawable any more.
    function _leave(uint32 number, Record storage record) private {
        uint256 stake = record.stake;
        address payout = record.payout;
        record.stake = 0;
        _remove(record.class, number);
        _setStatus(record, NodeStatus.Quit);
        emit StakeReturned(record.account, payout, stake);
        token.safeTransfer(payout, stake);
    }

    /// @dev Exchanges two places of a class's list. Returns the node that stood at `a`, which now stands at `b`.
    function _swap(uint32 class, uint256 a, uint256 b) private returns (uint32 number) {
        mapping(uint256 => uint256) storage list = _members[class];
        number = list.get(a);
        if (a == b) return number;
        uint32 other = list.get(b);
        list.set(a, other);
        list.set(b, number);
        _records[other].place = uint32(a);
        _records[number].place = uint32(b);
    }

    function _offer(uint32 class, uint32 number) private {
        uint32 available = _classes[class].available;
        _swap(class, _records[number].place, available);
        _setAvailable(class, available + 1);
    }

    function _withhold(uint32 class, uint32 number) private {
        uint32 available = _classes[class].available - 1;
        _swap(class, _records[number].place, available);
        _setAvailable(class, available);
    }

    function _append(uint32 class, uint32 number) private {
        uint32 joined = _classes[class].joined;
        _members[class].set(joined, number);
        _records[number].place = joined;
        _totals.joined += 1;
        _setJoined(class, joined + 1);
    }

    function _remove(uint32 class, uint32 number) private {
        uint32 last = _classes[class].joined - 1;
        _swap(class, _records[number].place, last);
        _totals.joined -= 1;
        _setJoined(class, last);
    }

    function _setAvailable(uint32 class, uint32 available) private {
        Class storage c = _classes[class];
        _totals.available = _totals.available - c.available + available;
        c.available = available;
        _refresh(class, c);
    }

    function _setJoined(uint32 class, uint32 joined) private {
        Class storage c = _classes[class];
        bool before = c.joined >= minClassNodes;
        bool served = joined >= minClassNodes;
        c.joined = joined;
        if (before != served) {
            uint256 step = _step(c);
            uint256 n = served ? _servedCount[step] + 1 : _servedCount[step] - 1;
            _servedCount[step] = n;
            if (n == 0) _served &= ~(uint256(1) << step);
            else _served |= uint256(1) << step;
        }
        _refresh(class, c);
    }

    /// @dev Keeps the set of classes that can be drawn true to the class's counts.
    function _refresh(uint32 class, Class storage c) private {
        bool open = c.available >= TRIO && c.joined >= minClassNodes;
        if (open == (c.openPlace != 0)) return;
        if (open) {
            c.openPlace = _open.add(_step(c), class);
            return;
        }
        uint32 moved = _open.remove(_step(c), c.openPlace);
        if (moved != 0) _classes[moved].openPlace = c.openPlace;
        c.openPlace = 0;
    }

    function _step(Class storage c) private view returns (uint256) {
        return c.vramGB > 255 ? 255 : c.vramGB;
    }
}
