// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INode, NodeStatus, Move, JoinRequest, StakePermit, NodeInfo, ClassInfo} from "./interfaces/INode.sol";
import {INodeLedger, Ending, DrawRequest, Drawn} from "./interfaces/INodeLedger.sol";
import {TaskType, Params} from "./interfaces/ITask.sol";
import {FreeTree} from "./FreeTree.sol";
import {PackedList} from "./PackedList.sol";
import {Plain} from "./Plain.sol";
import {Models, Standing} from "./Standing.sol";
import {Trio} from "./Trio.sol";
import {StepCounts, Vram} from "./Vram.sol";

/// @title Stakes, classes, statuses, scores and the draw. See INode.
/// @dev The nodes of a class stand in one list: first those that can be drawn, then the others. Drawing swaps a node
/// over that border and releasing swaps it back, so neither grows with the list.
contract Node is INode, INodeLedger, EIP712 {
    using FreeTree for FreeTree.Tree;
    using PackedList for mapping(uint256 => uint256);
    using SafeERC20 for IToken;
    using Standing for uint16;
    using StepCounts for uint256;
    using Trio for uint72;

    // ---------------------------------------------------------------- storage

    /// @dev The first word is all that drawing and releasing write. History stays when a node leaves.
    /// @param place Where it stands in its class. @param task The place of its task, 0 if none.
    /// @param lastTask When a task last let it go, or when it joined. @param paidElsewhere It is paid at `payout`, not at its own address.
    /// @param listed It has resumed since it joined: only then it stands in its class.
    struct Record {
        uint24 place;
        uint16 class;
        uint24 task;
        NodeStatus status;
        uint16 recent;
        uint16 mean;
        uint64 models;
        uint40 lastTask;
        uint32 nonce;
        bool paidElsewhere;
        bool listed;
        address account;
        uint96 stake;
        address payout;
        uint40 rejoinFrom;
        uint40 stakeFrom;
        bytes32 sealKey;
    }

    /// @dev A class's number is its memory step plus one, and its leaf in the step's tree. Leaf 0 is "other".
    /// @param joined Length of the class's list; the first `available` can be drawn. For GPT tasks `freeGPT` of them, or
    /// `fewGPT` if they are too few to be drawn at once.
    /// @param gpt Registered. @param serving And enough nodes have joined. @param newcomers Joined, and not listed yet.
    struct Class {
        uint24 joined;
        uint24 available;
        uint24 freeGPT;
        uint24 fewGPT;
        uint16 vramGB;
        bool gpt;
        bool serving;
        uint24 newcomers;
        bytes32 id;
        bytes32 fingerprint;
        string card;
        string runtime;
    }

    /// @dev One word.
    struct Terms {
        uint96 stake;
        uint16 minClassNodes;
        uint16 drawSeconds;
        uint24 records;
        uint16 classes;
    }

    /// @dev One word: what drawing and letting go read. @param leaves Classes of each memory step, "other" included, eleven
    /// bits each.
    struct Setup {
        uint168 leaves;
        uint16 kickOutScore;
        uint32 rejoinSeconds;
        uint32 stakeSeconds;
        uint8 drawCandidates;
    }

    uint256 private constant LEAST_GAS = 500_000;
    uint256 private constant TRIO = 3;
    uint256 private constant MOST_NODES = 100_000;
    uint256 private constant MAX_NAME = 128;
    uint256 private constant LEAF_BITS = 10;
    uint256 private constant ANY_STEP = Vram.STEPS;
    uint256 private constant LANE_BITS = 11;
    uint256 private constant LANE = (1 << LANE_BITS) - 1;
    /// @dev A draw passes over half of the nodes at most for their scores, and over so many that lack the model. The
    /// last candidate is taken when all tries are used up: at most once in four million seats.
    uint256 private constant TRIES = 24;
    uint256 private constant MODEL_TRIES = 2;
    uint256 private constant TENTH = 10;

    bytes32 private constant JOIN_TYPE = keccak256(
        "Join(address node,string card,uint16 vramGB,string runtime,bytes32 fingerprint,bytes32 sealKey,address payout,uint64 models,uint32 nonce,uint64 deadline)"
    );
    bytes32 private constant MOVE_TYPE =
        keccak256("Move(address node,uint8 move,uint64 models,uint32 nonce,uint64 deadline)");

    IToken public immutable token;
    address public immutable rules;

    address public taskContract;
    Terms private _terms;
    Setup private _setup;
    /// @dev By memory step, see StepCounts.
    uint256 private _joined;
    uint256 private _joinedGPT;
    uint256 private _free;
    uint256 private _freeGPT;
    uint256 private _fewGPT;
    FreeTree.Tree private _tree;

    mapping(uint24 number => Record) private _records;
    mapping(address account => uint24 number) private _numberOf;
    mapping(uint16 number => Class) private _classes;
    mapping(bytes32 id => uint16 number) private _classNumber;
    mapping(uint256 index => uint16 number) private _classAt;
    mapping(uint16 class => mapping(uint256 word => uint256)) private _members;
    /// @dev When a draw was made from few nodes: of a GPT task, by memory step; of another, at ANY_STEP.
    mapping(uint256 step => uint256) private _fewDrawnAt;

    modifier plainAccount() {
        Plain.check(LEAST_GAS);
        _;
    }

    modifier onlyTask() {
        if (msg.sender != taskContract) revert OnlyTaskContract(msg.sender);
        _;
    }

    modifier onlyRules() {
        if (msg.sender != rules) revert OnlyRules(msg.sender);
        _;
    }

    constructor(IToken token_, address rules_) EIP712("Helium", "1") {
        token = token_;
        rules = rules_;
    }

    // ------------------------------------------------------------------ nodes

    function join(JoinRequest calldata request) external plainAccount {
        _join(msg.sender, request);
    }

    function joinFor(
        address account,
        JoinRequest calldata request,
        uint64 deadline,
        bytes calldata signature,
        StakePermit calldata permit
    ) external plainAccount {
        _numberFor(account); // a record keeps the nonce, so that a first join can't be used again either
        _useSignature(account, _joinHash(account, request, deadline), deadline, signature);
        if (permit.value != 0) {
            // Somebody may have used the permit already; then the allowance is there, or taking the stake fails.
            try token.permit(account, address(this), permit.value, permit.deadline, permit.v, permit.r, permit.s) {} catch {}
        }
        _join(account, request);
    }

    function pause() external plainAccount {
        _move(msg.sender, Move.Pause, 0);
    }

    function resume() external plainAccount {
        _move(msg.sender, Move.Resume, 0);
    }

    function quit() external plainAccount {
        _move(msg.sender, Move.Quit, 0);
    }

    function announce(uint64 models) external plainAccount {
        _move(msg.sender, Move.Announce, models);
    }

    function moveFor(address account, Move move, uint64 models, uint64 deadline, bytes calldata signature)
        external
        plainAccount
    {
        uint24 number = _numberOf[account];
        if (number == 0) revert IllegalStatus(account, NodeStatus.Quit);
        uint32 nonce = _records[number].nonce;
        _useSignature(account, keccak256(abi.encode(MOVE_TYPE, account, move, models, nonce, deadline)), deadline, signature);
        _move(account, move, models);
    }

    function returnStake(address account) external plainAccount {
        Record storage record = _records[_numberOf[account]];
        if (record.status != NodeStatus.Quit) revert IllegalStatus(account, record.status);
        if (record.stake == 0) revert NothingStaked(account);
        if (block.timestamp < record.stakeFrom) revert StakeNotDue(record.stakeFrom);
        _payStake(record);
    }

    // ------------------------------------------------------------------- Task

    function draw(DrawRequest calldata q) external onlyTask returns (Drawn memory drawn) {
        uint16 class;
        if (q.taskType == TaskType.GPT) {
            class = _classByDraw(q);
            if (class == 0) return drawn;
            drawn.classId = _classes[class].id;
        } else if (!_mayDrawAny(q.step)) {
            return drawn;
        }
        for (uint256 seat = 0; seat < TRIO; ++seat) {
            uint24 number = _drawOne(q, class, seat, class == 0 ? 0 : seat);
            drawn.numbers = drawn.numbers.put(seat, number);
            drawn.accounts[seat] = _records[number].account;
        }
        if (class != 0) _setAvailable(class, _classes[class].available - TRIO);
    }

    function redraw(DrawRequest calldata q, uint72 numbers, uint8 seat, uint8 score)
        external
        onlyTask
        returns (Drawn memory drawn)
    {
        uint24 old = numbers.get(seat);
        if (q.model == 0 || Models.has(_records[old].models, q.model)) revert HoldsModel(_records[old].account);
        uint16 class = q.taskType == TaskType.GPT ? _records[old].class : 0;
        uint256 free = class == 0 ? _free.from(q.step) : _classes[class].available;
        if (free == 0) return drawn;

        drawn.classId = class == 0 ? bytes32(0) : _classes[class].id;
        uint24 number = _drawOne(q, class, seat, 0);
        if (class != 0) _setAvailable(class, free - 1);
        drawn.numbers = numbers.put(seat, number);
        drawn.accounts = accounts(drawn.numbers);
        if (_letGo(q.place, old, true, score)) _offer(_records[old].class, old);
    }

    function settle(uint24 place, uint72 numbers, Ending[3] calldata endings, uint8[3] calldata scores)
        external
        onlyTask
        returns (address[3] memory payouts, uint256[3] memory slashed)
    {
        uint256 total;
        uint16 class;
        uint256 freed;
        for (uint256 i = 0; i < TRIO; ++i) {
            Ending ending = endings[i];
            if (ending <= Ending.Keep) continue;
            uint24 number = numbers.get(i);
            Record storage record = _records[number];
            payouts[i] = _payoutOf(record);
            if (ending == Ending.Slash) {
                slashed[i] = _slashInTask(place, number);
                total += slashed[i];
            } else if (_letGo(place, number, ending == Ending.Score, scores[i])) {
                // Nodes of one class are counted once for all.
                if (record.class != class && freed != 0) {
                    _setAvailable(class, _classes[class].available + freed);
                    freed = 0;
                }
                class = record.class;
                _swap(class, record.place, _classes[class].available + freed);
                ++freed;
            }
        }
        if (freed != 0) _setAvailable(class, _classes[class].available + freed);
        if (total > 0) token.safeTransfer(msg.sender, total);
    }

    function slash(address account) external onlyTask returns (uint256 stake) {
        uint24 number = _numberOf[account];
        Record storage record = _records[number];
        stake = record.stake;
        if (stake == 0) revert NothingStaked(account);
        record.stake = 0;
        record.mean = 0;
        NodeStatus status = record.status;
        if (record.task != 0) {
            if (status != NodeStatus.PendingQuit) _setStatus(record, NodeStatus.PendingQuit);
        } else if (status != NodeStatus.Quit) {
            if (status == NodeStatus.Available) _withhold(record.class, number);
            _remove(record.class, number);
            _setStatus(record, NodeStatus.Quit);
        }
        emit NodeSlashed(account, stake);
        token.safeTransfer(msg.sender, stake);
    }

    // ------------------------------------------------------------------ Rules

    function setTaskContract(address contract_) external onlyRules {
        taskContract = contract_;
    }

    /// @dev A class serves by the new `minClassNodes` from its next change on.
    function setParams(Params calldata p) external onlyRules {
        Terms memory terms = _terms;
        terms.stake = uint96(p.stake);
        terms.minClassNodes = p.minClassNodes;
        terms.drawSeconds = p.drawSeconds;
        _terms = terms;
        _setup = Setup(_setup.leaves, p.kickOutScore, p.rejoinSeconds, p.stakeSeconds, uint8(p.drawCandidates));
    }

    function setClass(string calldata card, uint16 vramGB, string calldata runtime, bytes32 fingerprint)
        external
        onlyRules
    {
        _checkClass(card, vramGB, runtime);
        bytes32 id = keccak256(abi.encode(card, vramGB, runtime));
        uint16 number = _classNumber[id];
        if (number == 0) {
            number = _addClass(Vram.ofCardRoundedDown(vramGB));
            _describe(number, id, card, vramGB, runtime, fingerprint);
        }
        Class storage c = _classes[number];
        // Nodes that are in it gave the old one: mixing both would slash the honest.
        if (c.fingerprint != fingerprint && (c.joined != 0 || c.newcomers != 0)) revert InvalidClass("fingerprint");
        c.fingerprint = fingerprint;
        _setGPT(number, true);
        _serve(number);
    }

    function strikeClass(bytes32 classId) external onlyRules {
        uint16 number = _classNumber[classId];
        if (number == 0) revert InvalidClass("classId");
        _setGPT(number, false);
    }

    // ------------------------------------------------------------------ views

    function nodeInfo(address account) external view returns (NodeInfo memory info) {
        Record storage r = _records[_numberOf[account]];
        info.status = r.status;
        info.classId = _classes[r.class].id;
        info.sealKey = r.sealKey;
        info.payout = _payoutOf(r);
        info.stake = r.stake;
        info.task = r.task;
        info.recent = [uint8(r.recent & 31), uint8((r.recent >> 5) & 31), uint8(r.recent >> 10)];
        info.mean = r.mean;
        info.models = r.models;
        info.nonce = r.nonce;
        if (r.status == NodeStatus.Quit && r.stake != 0) info.stakeFrom = r.stakeFrom;
        if (r.rejoinFrom > block.timestamp) info.rejoinFrom = r.rejoinFrom;
    }

    function classInfo(bytes32 classId) external view returns (ClassInfo memory) {
        Class storage c = _classes[_classNumber[classId]];
        return ClassInfo(c.card, c.vramGB, c.runtime, c.fingerprint, c.joined, c.available, c.gpt);
    }

    function classes(uint256 offset, uint256 length) external view returns (bytes32[] memory ids) {
        uint256 all = _terms.classes;
        if (offset > all) offset = all;
        if (length > all - offset) length = all - offset;
        ids = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) ids[i] = _classes[_classAt[offset + i]].id;
    }

    function counts() external view returns (uint256 joined, uint256 available) {
        return (_joined.from(0), _free.from(0));
    }

    function steps()
        external
        view
        returns (uint32[15] memory joined, uint32[15] memory joinedGPT, uint32[15] memory free, uint32[15] memory freeGPT)
    {
        free = _free.unpack();
        freeGPT = _freeGPT.unpack();
        uint32[15] memory few = _fewGPT.unpack();
        for (uint256 i = 0; i < Vram.STEPS; ++i) freeGPT[i] += few[i];
        return (_joined.unpack(), _joinedGPT.unpack(), free, freeGPT);
    }

    function stakeAmount() external view returns (uint256) {
        return _terms.stake;
    }

    function minClassNodes() external view returns (uint32) {
        return _terms.minClassNodes;
    }

    function accountOf(uint24 number) external view returns (address) {
        return _records[number].account;
    }

    function accounts(uint72 numbers) public view returns (address[3] memory all) {
        for (uint256 i = 0; i < TRIO; ++i) all[i] = _records[numbers.get(i)].account;
    }

    function couldRun(TaskType taskType, uint8 step) external view returns (bool could, uint256 joined) {
        uint256 all = _joined;
        uint256 able = taskType == TaskType.GPT ? _joinedGPT : all;
        return (able.from(step) >= TRIO, all.from(0));
    }

    function reach() external view returns (uint8 stableDiffusion, uint8 gpt) {
        uint256 enough = _mayDrawFew(ANY_STEP) ? TRIO : _setup.drawCandidates;
        stableDiffusion = uint8(_free.reach(enough));
        uint256 ready = _freeGPT | _fewReady(0);
        gpt = uint8(ready.highest());
    }

    // ---------------------------------------------------------------- joining

    function _join(address node, JoinRequest calldata request) private {
        _checkClass(request.card, request.vramGB, request.runtime);
        if (request.sealKey == 0) revert InvalidSealKey();
        _checkPayout(request.payout);
        Terms memory terms = _terms;
        uint24 number = _numberFor(node);
        Record storage record = _records[number];
        if (record.status != NodeStatus.Quit) revert AlreadyJoined(node);
        if (block.timestamp < record.rejoinFrom) revert RejoinTooEarly(record.rejoinFrom);

        // Who stole the node's key could send the stake elsewhere by leaving and joining again.
        if (record.stake != 0 && request.payout != _payoutOf(record)) revert StakeHasPayout(_payoutOf(record));

        (uint16 class, bytes32 classId) = _classFor(request);
        record.class = class;
        record.models = _checkedModels(request.models);
        record.paidElsewhere = request.payout != node;
        if (record.paidElsewhere) record.payout = request.payout;
        record.sealKey = request.sealKey;
        record.status = NodeStatus.Paused;
        record.lastTask = uint40(block.timestamp);
        ++record.nonce;
        uint256 missing = record.stake < terms.stake ? terms.stake - record.stake : 0;
        if (missing > 0) record.stake = terms.stake;
        ++_classes[class].newcomers;
        emit NodeJoined(node, classId, request.sealKey, request.payout, record.stake);

        if (missing > 0) token.safeTransferFrom(node, address(this), missing);
    }

    /// @dev A number for ever: history stays with the address.
    function _numberFor(address node) private returns (uint24 number) {
        number = _numberOf[node];
        if (number != 0) return number;
        number = ++_terms.records;
        _numberOf[node] = number;
        _records[number].recent = Standing.UNTRIED;
        _records[number].account = node;
    }

    function _checkClass(string calldata card, uint16 vramGB, string calldata runtime) private pure {
        if (bytes(card).length == 0 || bytes(card).length > MAX_NAME) revert InvalidClass("card");
        if (bytes(runtime).length == 0 || bytes(runtime).length > MAX_NAME) revert InvalidClass("runtime");
        if (vramGB == 0) revert InvalidClass("vramGB");
    }

    function _checkPayout(address payout) private view {
        bool ours = payout == address(token) || payout == address(this) || payout == taskContract || payout == rules;
        if (payout == address(0) || ours) revert InvalidPayout(payout);
    }

    /// @dev A node that the registry does not know, or whose probe gives something else, is an "other".
    function _classFor(JoinRequest calldata request) private returns (uint16 number, bytes32 id) {
        id = keccak256(abi.encode(request.card, request.vramGB, request.runtime));
        number = _classNumber[id];
        if (number != 0) {
            Class storage c = _classes[number];
            if (c.gpt && c.fingerprint == request.fingerprint) return (number, id);
        }
        uint256 step = Vram.ofCardRoundedDown(request.vramGB);
        uint16 vramGB = Vram.sizeGB(step);
        number = uint16((step + 1) << LEAF_BITS);
        id = keccak256(abi.encode("other", vramGB, ""));
        if (_classes[number].vramGB == 0) _describe(number, id, "other", vramGB, "", 0);
    }

    /// @dev Takes the next leaf of a step's tree.
    function _addClass(uint256 step) private returns (uint16 number) {
        uint256 leaf = _leaves(step);
        if (leaf == 0) leaf = 1; // the first is for others
        if (leaf == FreeTree.MOST_CLASSES) revert TooManyClasses(step);
        uint256 levels = FreeTree.depth(leaf);
        if (FreeTree.depth(leaf + 1) > levels) _tree.grow(step, levels);
        uint256 shift = LANE_BITS * step;
        _setup.leaves = uint168((_setup.leaves & ~(LANE << shift)) | ((leaf + 1) << shift));
        return uint16(((step + 1) << LEAF_BITS) | leaf);
    }

    function _describe(
        uint16 number,
        bytes32 id,
        string memory card,
        uint16 vramGB,
        string memory runtime,
        bytes32 fingerprint
    ) private {
        Class storage c = _classes[number];
        c.id = id;
        c.vramGB = vramGB;
        c.card = card;
        c.runtime = runtime;
        c.fingerprint = fingerprint;
        _classNumber[id] = number;
        _classAt[_terms.classes++] = number;
        emit ClassAdded(id, card, vramGB, runtime, fingerprint);
    }

    function _joinHash(address node, JoinRequest calldata r, uint64 deadline) private view returns (bytes32) {
        return keccak256(
            abi.encode(
                JOIN_TYPE,
                node,
                keccak256(bytes(r.card)),
                r.vramGB,
                keccak256(bytes(r.runtime)),
                r.fingerprint,
                r.sealKey,
                r.payout,
                r.models,
                _records[_numberOf[node]].nonce,
                deadline
            )
        );
    }

    // ------------------------------------------------------------------ moves

    function _useSignature(address node, bytes32 structHash, uint64 deadline, bytes calldata signature) private view {
        if (block.timestamp > deadline) revert SignatureExpired(deadline);
        address signer = ECDSA.recover(_hashTypedDataV4(structHash), signature);
        if (signer != node) revert WrongNodeSigner(signer, node);
    }

    function _move(address node, Move move, uint64 models) private {
        uint24 number = _numberOf[node];
        Record storage record = _records[number];
        NodeStatus status = record.status;
        if (status == NodeStatus.Quit) revert IllegalStatus(node, status);
        ++record.nonce; // what was signed before and never brought is void
        if (move == Move.Pause) _pause(number, record, status);
        else if (move == Move.Resume) _resume(number, record, status);
        else if (move == Move.Quit) _quit(number, record, status);
        else _announce(record, models, status);
    }

    function _pause(uint24 number, Record storage record, NodeStatus status) private {
        if (status == NodeStatus.Available) {
            _withhold(record.class, number);
            _setStatus(record, NodeStatus.Paused);
        } else if (status == NodeStatus.Busy) {
            _setStatus(record, NodeStatus.PendingPause);
        } else {
            revert IllegalStatus(record.account, status);
        }
    }

    function _resume(uint24 number, Record storage record, NodeStatus status) private {
        if (status == NodeStatus.Paused) {
            if (record.lastTask == block.timestamp) revert ResumeTooEarly(record.account);
            _setStatus(record, NodeStatus.Available);
            if (!record.listed) _append(record.class, number);
            _serve(record.class);
            _offer(record.class, number);
        } else if (status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.Busy);
        } else {
            revert IllegalStatus(record.account, status);
        }
    }

    function _quit(uint24 number, Record storage record, NodeStatus status) private {
        if (status == NodeStatus.PendingQuit) revert IllegalStatus(record.account, status);
        if (status == NodeStatus.Busy || status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.PendingQuit);
            return;
        }
        if (status == NodeStatus.Available) _withhold(record.class, number);
        _leave(number, record);
    }

    function _checkedModels(uint64 models) private pure returns (uint64) {
        if (Models.count(models) > Models.MOST_BITS) revert TooManyModels();
        return models;
    }

    function _announce(Record storage record, uint64 models, NodeStatus status) private {
        if (record.task != 0) revert IllegalStatus(record.account, status);
        record.models = _checkedModels(models);
        emit ModelsAnnounced(record.account, models);
    }

    function _setStatus(Record storage record, NodeStatus status) private {
        record.status = status;
        emit NodeStatusChanged(record.account, status);
    }

    // ------------------------------------------------------------------- draw

    /// @return class One with enough free nodes, or where none has, one with few whose turn it is; 0 when there is none.
    function _classByDraw(DrawRequest calldata q) private returns (uint16 class) {
        uint256 free = _freeGPT;
        uint256 total = free.from(q.step);
        uint256 count = FreeTree.GPT;
        if (total == 0) {
            free = _fewReady(q.step);
            total = free.from(q.step);
            count = FreeTree.FEW_GPT;
            if (total == 0) return 0;
        }
        (uint256 step, uint256 index) = free.find(q.step, q.seed % total);
        (uint256 leaf,) = _tree.find(step, _levels(step), index, count);
        if (count == FreeTree.FEW_GPT) _fewDrawnAt[step] = block.timestamp;
        return uint16(((step + 1) << LEAF_BITS) | leaf);
    }

    /// @dev Whether nodes of any class may be drawn now; with few of them it is noted.
    function _mayDrawAny(uint256 step) private returns (bool) {
        uint256 total = _free.from(step);
        if (total >= _setup.drawCandidates) return true;
        if (total < TRIO || !_mayDrawFew(ANY_STEP)) return false;
        _fewDrawnAt[ANY_STEP] = block.timestamp;
        return true;
    }

    function _mayDrawFew(uint256 step) private view returns (bool) {
        return block.timestamp >= _fewDrawnAt[step] + _terms.drawSeconds;
    }

    /// @return ready The counts of classes with few free nodes, of those steps whose turn it is.
    function _fewReady(uint256 atLeast) private view returns (uint256 ready) {
        uint256 few = _fewGPT;
        for (uint256 step = atLeast; step < few.highest(); ++step) {
            uint256 n = few.get(step);
            if (n != 0 && _mayDrawFew(step)) ready = ready.set(step, n);
        }
    }

    /// @dev Takes a node out of the free ones. Of a class that is given the caller sets the count, once for all.
    /// @param class The class to draw from; 0 for any that holds the step.
    /// @param taken How many the caller has drawn from the class and not counted yet.
    function _drawOne(DrawRequest calldata q, uint16 class, uint256 seat, uint256 taken)
        private
        returns (uint24 number)
    {
        uint256 modelTries = q.model == 0 ? 0 : MODEL_TRIES;
        uint16 its;
        uint256 place;
        for (uint256 i = 0; i < TRIES; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(q.seed, seat, i)));
            (its, place) = _candidate(q.step, class, taken, roll >> 128);
            number = uint24(_members[its].get(place));
            Record storage candidate = _records[number];
            if (!candidate.mean.accepts(roll & type(uint128).max)) continue;
            if (modelTries == 0 || Models.has(candidate.models, q.model)) break;
            --modelTries;
        }
        uint256 last = _classes[its].available - 1 - taken;
        _swap(its, place, last);
        if (class == 0) _setAvailable(its, last);
        Record storage record = _records[number];
        record.status = NodeStatus.Busy;
        record.task = q.place;
    }

    /// @return Its class and where in the class's list it stands.
    function _candidate(uint8 atLeast, uint16 class, uint256 taken, uint256 roll)
        private
        view
        returns (uint16, uint256)
    {
        if (class != 0) return (class, roll % (_classes[class].available - taken));
        uint256 free = _free;
        (uint256 step, uint256 index) = free.find(atLeast, roll % free.from(atLeast));
        uint256 leaf;
        (leaf, index) = _tree.find(step, _levels(step), index, FreeTree.ANY);
        return (uint16(((step + 1) << LEAF_BITS) | leaf), index);
    }

    function _levels(uint256 step) private view returns (uint256) {
        return FreeTree.depth(_leaves(step));
    }

    function _leaves(uint256 step) private view returns (uint256) {
        return (_setup.leaves >> (LANE_BITS * step)) & LANE;
    }

    // ---------------------------------------------------------------- letting go

    /// @dev Frees a node from its task, into the status it asked for meanwhile.
    /// @return available Whether it can be drawn again; the caller puts it among those that can.
    function _letGo(uint24 place, uint24 number, bool scored, uint8 score) private returns (bool available) {
        Record storage record = _records[number];
        if (record.task != place) revert IllegalStatus(record.account, record.status);
        record.task = 0;
        record.lastTask = uint40(block.timestamp);
        if (scored && _keepScore(record, score)) {
            _leave(number, record);
            return false;
        }
        NodeStatus status = record.status;
        if (status == NodeStatus.PendingQuit) {
            _leave(number, record);
        } else if (status == NodeStatus.PendingPause) {
            _setStatus(record, NodeStatus.Paused);
        } else {
            record.status = NodeStatus.Available;
            return true;
        }
    }

    /// @return kicked Whether the last scores were too low.
    function _keepScore(Record storage record, uint8 score) private returns (bool kicked) {
        uint16 recent = record.recent.pushScore(score);
        record.mean = record.mean.meanRoundedDown(score);
        kicked = recent.sum() <= _setup.kickOutScore;
        record.recent = kicked ? Standing.UNTRIED : recent;
        if (!kicked) return false;
        record.rejoinFrom = uint40(block.timestamp + _setup.rejoinSeconds);
        emit NodeKickedOut(record.account, record.rejoinFrom);
    }

    function _slashInTask(uint24 place, uint24 number) private returns (uint256 stake) {
        Record storage record = _records[number];
        if (record.task != place) revert IllegalStatus(record.account, record.status);
        stake = record.stake;
        record.task = 0;
        record.stake = 0;
        record.mean = 0;
        record.recent = Standing.UNTRIED;
        _remove(record.class, number);
        emit NodeSlashed(record.account, stake);
        _setStatus(record, NodeStatus.Quit);
    }

    /// @dev The node must not be drawable any more. Its stake stays a while, for what is still to be proved.
    function _leave(uint24 number, Record storage record) private {
        _remove(record.class, number);
        _setStatus(record, NodeStatus.Quit);
        if (record.stake == 0) return; // slashed while a task held it
        uint256 from = uint256(record.lastTask) + _setup.stakeSeconds;
        if (block.timestamp >= from) {
            _payStake(record);
            return;
        }
        record.stakeFrom = uint40(from);
        emit StakeHeld(record.account, record.stake, uint64(from));
    }

    function _payoutOf(Record storage record) private view returns (address) {
        return record.paidElsewhere ? record.payout : record.account;
    }

    function _payStake(Record storage record) private {
        uint256 stake = record.stake;
        address payout = _payoutOf(record);
        record.stake = 0;
        emit StakeReturned(record.account, payout, stake);
        token.safeTransfer(payout, stake);
    }

    // ------------------------------------------------------------------ lists

    /// @dev Exchanges two places of a class's list.
    function _swap(uint16 class, uint256 a, uint256 b) private {
        if (a == b) return;
        mapping(uint256 => uint256) storage list = _members[class];
        uint32 atA = list.get(a);
        uint32 atB = list.get(b);
        list.set(a, atB);
        list.set(b, atA);
        _records[uint24(atB)].place = uint24(a);
        _records[uint24(atA)].place = uint24(b);
    }

    function _offer(uint16 class, uint24 number) private {
        uint256 available = _classes[class].available;
        _swap(class, _records[number].place, available);
        _setAvailable(class, available + 1);
    }

    function _withhold(uint16 class, uint24 number) private {
        uint256 available = _classes[class].available - 1;
        _swap(class, _records[number].place, available);
        _setAvailable(class, available);
    }

    /// @dev Not when the node joins: that may hang on CNX that somebody sent the moment before, and how many stand in a
    /// class decides draws.
    function _append(uint16 class, uint24 number) private {
        if (_joined.from(0) >= MOST_NODES) revert NetworkFull(MOST_NODES);
        uint256 joined = _classes[class].joined;
        _members[class].set(joined, number);
        _records[number].place = uint24(joined);
        _records[number].listed = true;
        --_classes[class].newcomers;
        _setJoined(class, joined + 1);
    }

    function _remove(uint16 class, uint24 number) private {
        Record storage record = _records[number];
        if (!record.listed) {
            --_classes[class].newcomers;
            return;
        }
        record.listed = false;
        uint256 last = _classes[class].joined - 1;
        _swap(class, record.place, last);
        _setJoined(class, last);
    }

    function _setGPT(uint16 class, bool gpt) private {
        Class storage c = _classes[class];
        c.gpt = gpt;
        emit ClassChanged(c.id, gpt, c.fingerprint);
        _setJoined(class, c.joined);
    }

    /// @dev A class that has its nodes begins to serve.
    function _serve(uint16 class) private {
        Class storage c = _classes[class];
        if (c.serving || !c.gpt || c.joined < _terms.minClassNodes) return;
        c.serving = true;
        uint256 step = (class >> LEAF_BITS) - 1;
        _joinedGPT = _joinedGPT.set(step, _joinedGPT.get(step) + c.joined);
        _setAvailable(class, c.available);
    }

    /// @dev Keeps the counts of joined nodes true to the class, and stops it from serving GPT tasks.
    function _setJoined(uint16 class, uint256 joined) private {
        Class storage c = _classes[class];
        uint256 step = (class >> LEAF_BITS) - 1;
        bool serving = c.serving && c.gpt && joined >= _terms.minClassNodes;
        uint256 before = c.serving ? c.joined : 0;
        uint256 after_ = serving ? joined : 0;
        if (before != after_) _joinedGPT = _joinedGPT.set(step, _joinedGPT.get(step) + after_ - before);
        if (joined != c.joined) _joined = _joined.set(step, _joined.get(step) + joined - c.joined);
        c.joined = uint24(joined);
        if (serving == c.serving) return;
        c.serving = serving;
        _setAvailable(class, c.available);
    }

    /// @dev Keeps the counts of free nodes true to the class.
    function _setAvailable(uint16 class, uint256 available) private {
        Class storage c = _classes[class];
        uint256 step = (class >> LEAF_BITS) - 1;
        uint256 gpt = c.serving && available >= TRIO ? available : 0;
        bool few = available < _setup.drawCandidates || available < c.joined / TENTH;
        (uint256 freeGPT, uint256 fewGPT) = few ? (uint256(0), gpt) : (gpt, uint256(0));
        if (freeGPT != c.freeGPT) _freeGPT = _freeGPT.set(step, _freeGPT.get(step) + freeGPT - c.freeGPT);
        if (fewGPT != c.fewGPT) _fewGPT = _fewGPT.set(step, _fewGPT.get(step) + fewGPT - c.fewGPT);
        if (available != c.available) _free = _free.set(step, _free.get(step) + available - c.available);
        c.available = uint24(available);
        c.freeGPT = uint24(freeGPT);
        c.fewGPT = uint24(fewGPT);
        uint256 leaf = class & (FreeTree.MOST_CLASSES - 1);
        _tree.set(step, leaf, _levels(step), FreeTree.lane(available, freeGPT, fewGPT));
    }
}
