// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IToken} from "./interfaces/IToken.sol";
import {INodeLedger, Ending} from "./interfaces/INodeLedger.sol";
import {TaskStatus, ResultKind, Outcome, TaskRequest, TaskInfo, Reveal, Params} from "./interfaces/ITask.sol";
import {Docket} from "./Docket.sol";
import {Seats} from "./Seats.sol";
import {TaskQueue} from "./TaskQueue.sol";
import {Verdicts} from "./Verdicts.sol";

/// @title Escrow, draw, consensus, payment. See ITask.
contract Task is Docket, Ownable, EIP712 {
    using SafeERC20 for IToken;
    using Seats for uint8;
    using TaskQueue for TaskQueue.Queue;

    uint256 private constant GPT_RESULT = 32;
    bytes32 private constant COMMITMENT_TYPE = keccak256("Commitment(bytes32 taskKey,bytes32 commitment)");
    bytes32 private constant REVEAL_TYPE = keccak256(
        "Reveal(bytes32 taskKey,bytes32 commitmentsHash,uint8 order,uint8 kind,bytes result,bytes32 nonce,bytes32 ciphertextHash)"
    );
    bytes32 private constant STORED_TYPE = keccak256("Stored(bytes32 taskKey,address node,bytes32 ciphertextHash)");

    constructor(IToken token_, INodeLedger nodes_, Params memory params)
        Docket(token_, nodes_, params)
        Ownable(msg.sender)
        EIP712("Helium", "1")
    {}

    function setRelay(address relay, bool registered) external onlyOwner {
        isRelay[relay] = registered;
        emit RelaySet(relay, registered);
    }

    // ------------------------------------------------------------ into the court

    function createTask(TaskRequest calldata request) external returns (uint256 taskId) {
        _checkRequest(request);
        taskId = ++_totals.created;
        Head memory head;
        head.creator = msg.sender;
        head.taskType = request.taskType;
        head.place = _take();
        Entry storage e = _entries[head.place];
        e.argsHash = request.argsHash;
        Terms memory terms;
        terms.fee = uint96(request.fee);
        terms.units = request.units;
        terms.minVramGB = request.minVramGB;
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

        if (!_isPlainAccount() || _mustWait() || !_draw(taskId, e, head, terms)) _enqueue(taskId, e, head, terms);
        token.safeTransferFrom(msg.sender, address(this), request.fee);
    }

    function dispatch(uint256 taskId) external {
        Head memory head = _heads[taskId];
        Entry storage e = _entries[head.place];
        Terms memory terms = e.terms;
        if (head.status != TaskStatus.Queued) revert WrongStatus(taskId, head.status);
        if (!_isPlainAccount()) revert OnlyPlainAccount(msg.sender);
        if (_queue.links[taskId].inBlock >= block.number) revert DispatchTooEarly(taskId);
        uint256 largest = nodes.largestFree();
        if (largest < _step(terms)) revert NoFreeNodes(taskId);
        uint256 next = _queue.oldest(largest);
        if (next != taskId) revert NotNext(taskId, next);

        _dequeue(taskId, terms);
        if (!_draw(taskId, e, head, terms)) revert NoFreeNodes(taskId);
    }

    function cancel(uint256 taskId) external {
        Head memory head = _heads[taskId];
        if (head.status != TaskStatus.Queued) revert WrongStatus(taskId, head.status);
        if (head.creator != msg.sender) revert NotCreator(msg.sender);
        _takeOut(taskId, head, TaskStatus.Cancelled, Outcome.Cancelled, minFee);
    }

    // ----------------------------------------------------------------- the court

    function commit(uint256 taskId, uint8 seat, bytes32 commitment, bytes calldata signature) external {
        Head memory head = _heads[taskId];
        Entry storage e = _entries[head.place];
        if (head.status != TaskStatus.Started) revert WrongStatus(taskId, head.status);
        if (seat >= SEATS) revert InvalidSeat(seat);
        if (head.commits.has(seat)) revert AlreadyCommitted(taskId, seat);
        if (commitment == 0) revert InvalidCommitment(taskId, seat);
        Terms memory terms = e.terms;
        if (block.timestamp > terms.commitBy) revert CommitTooLate(terms.commitBy);
        address node = e.nodes[seat];
        _checkSigner(keccak256(abi.encode(COMMITMENT_TYPE, e.taskKey, commitment)), signature, node);

        e.commitments[seat] = commitment;
        head.commits = head.commits.add(seat);
        _heads[taskId] = head;
        emit Committed(taskId, node, seat, commitment);
        if (head.commits.count() == SEATS) {
            terms.revealBy = uint40(block.timestamp + _revealSeconds);
            e.terms = terms;
            emit CommitmentsComplete(taskId, terms.revealBy);
        }
    }

    function reveal(
        uint256 taskId,
        uint8 seat,
        Reveal calldata opening,
        bytes calldata signature,
        bytes calldata storageSignature
    ) external {
        Head memory head = _heads[taskId];
        Entry storage e = _entries[head.place];
        _checkReveal(taskId, seat, head, e.terms.commitBy);
        bool stored = _checkOpening(taskId, seat, e, head.commits, opening, signature, storageSignature);
        emit Revealed(taskId, e.nodes[seat], seat, opening.kind, opening.result, opening.nonce, opening.ciphertextHash);

        bytes32 digest = opening.kind == ResultKind.Result ? bytes32(opening.result) : bytes32(0);
        if (head.status != TaskStatus.Started) {
            _openLate(taskId, seat, e, head, opening.kind, digest);
            return;
        }
        _record(seat, e, head, opening.kind, digest);
        if (stored) head.marks |= uint8(1 << seat);
        head.reveals = head.reveals.add(seat);
        bool last = head.reveals.count() == head.commits.count();
        if (last) _judge(taskId, e, head);
        else _heads[taskId] = head;
    }

    function close(uint256 taskId) external {
        Head memory head = _heads[taskId];
        Entry storage e = _entries[head.place];
        if (head.status == TaskStatus.Queued) {
            _checkDue(_queue.links[taskId].since + _queueSeconds);
            _takeOut(taskId, head, TaskStatus.Aborted, Outcome.Expired, 0);
        } else if (head.status == TaskStatus.Started) {
            _checkDue(head.commits == 0 ? e.terms.commitBy : _revealBy(e.terms));
            _judge(taskId, e, head);
        } else {
            if (_locked(head) == 0) revert WrongStatus(taskId, head.status);
            _checkDue(_revealBy(e.terms) + _openSeconds);
            _slashSilent(taskId, e, head);
        }
    }

    function withdraw(address account) external returns (uint256 amount) {
        amount = earned[account];
        earned[account] = 0;
        emit Withdrawn(account, amount);
        if (amount > 0) token.safeTransfer(account, amount);
    }

    // --------------------------------------------------------------------- views

    function task(uint256 taskId) external view returns (TaskInfo memory info) {
        Head memory head = _heads[taskId];
        info.status = head.status;
        info.outcome = head.outcome;
        info.taskType = head.taskType;
        info.creator = head.creator;
        if (head.status > TaskStatus.Started && _locked(head) == 0) return info;
        Entry storage e = _entries[head.place];
        Terms memory terms = e.terms;
        info.argsHash = e.argsHash;
        info.taskKey = e.taskKey;
        info.classId = nodes.classAt(terms.class);
        info.fee = terms.fee;
        info.units = terms.units;
        info.minVramGB = terms.minVramGB;
        info.nodes = e.nodes;
        info.commitments = _commitments(e, head.commits);
        for (uint256 i = 0; i < SEATS; ++i) info.revealed[i] = head.reveals.has(i);
        info.deadlines.commitBy = terms.commitBy;
        bool openable = terms.commitBy != 0 && (terms.revealBy != 0 || block.timestamp > terms.commitBy);
        if (openable) info.deadlines.revealBy = uint64(_revealBy(terms));
    }

    function queue(uint256 offset, uint256 length) external view returns (uint256[] memory) {
        return _queue.page(offset, length, _totals.queued);
    }

    function queueLength() external view returns (uint256) {
        return _totals.queued;
    }

    function queuePosition(uint256 taskId) external view returns (uint256) {
        TaskStatus status = _heads[taskId].status;
        if (status != TaskStatus.Queued) revert WrongStatus(taskId, status);
        return _queue.position(taskId);
    }

    function counts() external view returns (uint256 created, uint256 running, uint256 settled, uint256 aborted) {
        return (_totals.created, _totals.running, _totals.settled, _totals.aborted);
    }

    // ------------------------------------------------------------ judgement, private

    function _checkReveal(uint256 taskId, uint8 seat, Head memory head, uint256 commitBy) private view {
        if (seat >= SEATS) revert InvalidSeat(seat);
        if (head.reveals.has(seat)) revert AlreadyRevealed(taskId, seat);
        if (head.status == TaskStatus.Started) {
            bool complete = head.commits.count() == SEATS || block.timestamp > commitBy;
            if (!complete) revert RevealTooEarly(taskId);
            if (!head.commits.has(seat)) revert NotCommitted(taskId, seat);
            return;
        }
        if (_locked(head) & (1 << seat) == 0) revert WrongStatus(taskId, head.status);
    }

    /// @return stored Whether a registered relay holds the response, or none is needed.
    function _checkOpening(
        uint256 taskId,
        uint8 seat,
        Entry storage e,
        uint8 commits,
        Reveal calldata opening,
        bytes calldata signature,
        bytes calldata storageSignature
    ) private view returns (bool stored) {
        bool isResult = opening.kind == ResultKind.Result;
        if (opening.kind == ResultKind.None || opening.result.length != (isResult ? GPT_RESULT : 0)) {
            revert InvalidResult(opening.kind, opening.result.length);
        }
        bytes32 taskKey = e.taskKey;
        address node = e.nodes[seat];
        bytes32[3] memory all = _commitments(e, commits);
        bytes32 resultHash = keccak256(opening.result);
        bytes32 commitment = keccak256(abi.encode(taskKey, node, opening.kind, resultHash, opening.nonce));
        if (commitment != all[seat] || opening.commitmentsHash != keccak256(abi.encode(all))) {
            revert WrongOpening(taskId, seat);
        }
        _checkSigner(
            keccak256(
                abi.encode(
                    REVEAL_TYPE,
                    taskKey,
                    opening.commitmentsHash,
                    opening.order,
                    opening.kind,
                    resultHash,
                    opening.nonce,
                    opening.ciphertextHash
                )
            ),
            signature,
            node
        );
        if (!isResult) return true;
        stored = isRelay[_recover(keccak256(abi.encode(STORED_TYPE, taskKey, node, opening.ciphertextHash)), storageSignature)];
        if (!stored && msg.sender != node) revert NotStored(taskId, seat);
    }

    function _recover(bytes32 structHash, bytes calldata signature) private view returns (address signer) {
        (signer,,) = ECDSA.tryRecover(_hashTypedDataV4(structHash), signature);
    }

    function _checkSigner(bytes32 structHash, bytes calldata signature, address expected) private view {
        address signer = _recover(structHash, signature);
        if (signer != expected) revert WrongSigner(signer, expected);
    }

    function _checkDue(uint256 deadline) private view {
        if (block.timestamp <= deadline) revert CloseTooEarly(uint64(deadline));
    }

    function _revealBy(Terms memory terms) private view returns (uint256) {
        return terms.revealBy != 0 ? terms.revealBy : terms.commitBy + _revealSeconds;
    }

    /// @dev Keeps what a seat opened, each different digest once.
    function _record(uint8 seat, Entry storage e, Head memory head, ResultKind kind, bytes32 digest) private {
        head.kinds |= uint16(uint256(kind) << (3 * seat));
        if (kind != ResultKind.Result) return;
        uint256 groups;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!head.reveals.has(i) || _kind(head, i) != ResultKind.Result) continue;
            uint256 group = _group(head, i);
            if (e.results[group] == digest) {
                head.groups |= uint8(group << (2 * seat));
                return;
            }
            if (group + 1 > groups) groups = group + 1;
        }
        e.results[groups] = digest;
        head.groups |= uint8(groups << (2 * seat));
    }

    function _judge(uint256 taskId, Entry storage e, Head memory head) private {
        Terms memory terms = e.terms;
        uint256 overhead = terms.fee * pricing(head.taskType).overheadSeconds / _duration(head.taskType, terms.units);
        Verdicts.Verdict memory v = Verdicts.judge(_seats(head), terms.fee, overhead);

        bool agreed = v.winner != Verdicts.NOBODY;
        ResultKind kind = agreed ? _kind(head, v.winner) : ResultKind.None;
        head.status = agreed ? TaskStatus.Settled : TaskStatus.Aborted;
        head.outcome = v.outcome;
        bytes memory result;
        if (kind == ResultKind.Result) {
            uint256 group = _group(head, v.winner);
            head.groups |= uint8(group << 6);
            result = abi.encodePacked(e.results[group]);
        }
        for (uint256 i = 0; i < SEATS; ++i) {
            if (v.endings[i] == Ending.Keep) head.marks |= uint8(8 << i);
        }
        _heads[taskId] = head;
        Totals memory totals = _totals;
        --totals.running;
        if (agreed) ++totals.settled;
        else ++totals.aborted;
        _totals = totals;
        address[3] memory trio = e.nodes;
        if (_locked(head) == 0) _free(head.place);
        _apply(taskId, trio, v);
        emit TaskEnded(taskId, v.outcome, kind, result);
        _refund(taskId, head.creator, v.toCreator);
    }

    function _apply(uint256 taskId, address[3] memory trio, Verdicts.Verdict memory v) private {
        (address[3] memory payouts, uint256[3] memory slashed) = nodes.settle(taskId, trio, v.endings, v.scores);
        uint256 toPool = v.toPool;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (v.endings[i] == Ending.Slash) {
                toPool += slashed[i];
                emit NodeDeviated(taskId, trio[i], slashed[i]);
            } else if (v.pay[i] > 0) {
                earned[payouts[i]] += v.pay[i];
                emit NodePaid(taskId, trio[i], payouts[i], v.pay[i], v.scores[i]);
            } else if (v.endings[i] != Ending.Keep) {
                emit NodeReleased(taskId, trio[i], v.scores[i]);
            }
        }
        if (toPool > 0) pool += toPool;
    }

    function _seats(Head memory head) private pure returns (Verdicts.Seat[3] memory seats) {
        for (uint256 i = 0; i < SEATS; ++i) {
            seats[i].committed = head.commits.has(i);
            seats[i].opened = head.reveals.has(i);
            seats[i].stored = head.marks & (1 << i) != 0;
            seats[i].kind = _kind(head, i);
            seats[i].group = uint8(_group(head, i));
            seats[i].rewards = uint8(Seats.reward(head.commits.place(i)) + Seats.reward(head.reveals.place(i)));
        }
    }

    /// @dev A locked node opens after the end: it loses its stake if it contradicts what was agreed.
    function _openLate(uint256 taskId, uint8 seat, Entry storage e, Head memory head, ResultKind kind, bytes32 digest)
        private
    {
        head.marks &= ~uint8(8 << seat);
        _heads[taskId] = head;
        bool deviates;
        if (head.outcome == Outcome.Agreed && Verdicts.isAnswer(kind)) {
            deviates = kind != ResultKind.Result || digest != e.results[head.groups >> 6];
        } else if (head.outcome == Outcome.InvalidArguments) {
            deviates = kind == ResultKind.Result;
        }
        Verdicts.Verdict memory v;
        for (uint256 i = 0; i < SEATS; ++i) v.endings[i] = Ending.Keep;
        v.endings[seat] = deviates ? Ending.Slash : Ending.Score;
        address[3] memory trio = e.nodes;
        if (_locked(head) == 0) _free(head.place);
        _apply(taskId, trio, v);
    }

    /// @dev The nodes that are still locked after the open deadline lose their stakes.
    function _slashSilent(uint256 taskId, Entry storage e, Head memory head) private {
        Ending[3] memory endings;
        for (uint256 i = 0; i < SEATS; ++i) {
            endings[i] = _locked(head) & (1 << i) != 0 ? Ending.Slash : Ending.Keep;
        }
        head.marks &= 7;
        _heads[taskId] = head;
        address[3] memory trio = e.nodes;
        _free(head.place);
        uint8[3] memory scores;
        (, uint256[3] memory slashed) = nodes.settle(taskId, trio, endings, scores);
        pool += slashed[0] + slashed[1] + slashed[2];
    }

    /// @dev A bit for each seat.
    function _locked(Head memory head) private pure returns (uint256) {
        return head.marks >> 3;
    }

    /// @dev Zero for seats that did not commit, whatever an earlier task left there.
    function _commitments(Entry storage e, uint8 commits) private view returns (bytes32[3] memory all) {
        for (uint256 i = 0; i < SEATS; ++i) {
            if (commits.has(i)) all[i] = e.commitments[i];
        }
    }

    function _kind(Head memory head, uint256 seat) private pure returns (ResultKind) {
        return ResultKind((head.kinds >> (3 * seat)) & 7);
    }

    function _group(Head memory head, uint256 seat) private pure returns (uint256) {
        return (head.groups >> (2 * seat)) & 3;
    }
}
