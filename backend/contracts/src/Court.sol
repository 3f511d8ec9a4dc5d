// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeLedger, Ending} from "./interfaces/INodeLedger.sol";
import {IToken} from "./interfaces/IToken.sol";
import {ICourt, TaskStatus, Outcome, TaskType, ResultKind, Statement} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Docket, Extended} from "./Docket.sol";
import {Draws} from "./Draws.sol";
import {Messages} from "./Messages.sol";
import {Seats} from "./Seats.sol";
import {Settlement} from "./Settlement.sol";
import {Trio} from "./Trio.sol";
import {Verdicts} from "./Verdicts.sol";

/// @title What the Task contract does when somebody is silent, refuses or cheats. See ITask.
/// @dev Runs as Task, on Task's storage.
contract Court is Extended, ICourt {
    using Books for Books.State;
    using Books for Books.Terms;
    using Books for Books.Totals;
    using Seats for uint8;
    using Trio for uint72;

    uint256 private constant SEATS = 3;
    uint256 private constant WORD = 32;
    uint256 private constant RESULT_WORDS = 3;

    constructor(IToken token, INodeLedger nodes, address rules, address extension)
        Docket(token, nodes, rules)
        Extended(extension)
    {}

    // ------------------------------------------------------------ commit, reveal

    function commit(
        uint256 taskId,
        uint8 seat,
        bytes32 commitment,
        bytes calldata signature
    ) external plainAccount {
        Books.Head memory head = _state.started(taskId);
        uint24 place = Books.placeOf(taskId);
        Books.Court memory court = _state.courtOf(place, head.serial);
        Books.Terms memory terms = _state.terms[head.version];
        if (seat >= SEATS) revert InvalidSeat(seat);
        if (court.commits.has(seat)) revert AlreadyCommitted(taskId, seat);
        if (commitment == 0) revert InvalidCommitment(taskId, seat);
        uint256 commitBy = terms.commitBy(head);
        if (block.timestamp > commitBy + Books.COMMIT_GRACE) revert CommitTooLate(uint64(commitBy));
        Books.Entry storage entry = _state.entries[place];
        address node = _nodes.accountOf(head.nodes.get(seat));
        Messages.requireSigner(_domainSeparatorV4(), Messages.commitment(entry.hash, commitment), signature, node);

        entry.commitments[seat] = commitment;
        court.commits = court.commits.add(seat);
        bool complete = court.commits == Seats.ALL;
        if (complete) court.completeAt = uint40(block.timestamp);
        entry.court = court;
        emit Committed(taskId, node, seat, commitment);
        if (complete) emit CommitmentsComplete(taskId, uint64(terms.revealBy(head, court)));
    }

    function reveal(uint256 taskId, uint8 seat, Statement calldata statement) external plainAccount {
        Settlement.Case memory c = Settlement.caseOf(_state, taskId, _state.headOf(taskId));
        uint24 place = Books.placeOf(taskId);
        if (seat >= SEATS) revert InvalidSeat(seat);
        _checkReveal(seat, c);
        address node = _nodes.accountOf(c.head.nodes.get(seat));
        bool stored = _checkStatement(seat, node, c, statement);
        emit Revealed(
            taskId,
            node,
            seat,
            statement.opening.kind,
            statement.opening.result,
            statement.opening.nonce,
            statement.opening.ciphertextHash
        );
        c.court.reveals = c.court.reveals.add(seat);
        c.court.kinds |= uint16(uint256(statement.opening.kind) << (3 * seat));
        c.court.views |= uint24(uint256(statement.opening.order & 63) << (6 * seat));
        if (stored) c.court.stored = c.court.stored.add(seat);
        if (c.head.status != TaskStatus.Started) {
            _openLate(seat, node, c, statement.opening.result);
            return;
        }
        if (c.court.reveals == c.court.commits) {
            // The last one is judged at once, and nobody is left to open late: nothing of it need be kept.
            c.results[seat] = statement.opening.result;
            _judge(c);
            return;
        }
        _keepResult(_state.entries[place], seat, statement.opening.result);
        _state.entries[place].court = c.court;
    }

    // -------------------------------------------------------------------- ends

    function close(uint256 taskId) external plainAccount {
        Settlement.Case memory c = Settlement.caseOf(_state, taskId, _state.headOf(taskId));
        Books.Terms memory terms = _state.terms[c.head.version];
        if (c.head.status == TaskStatus.Queued) {
            Books.requireDue(uint256(c.head.since) + terms.queueSeconds);
            Draws.takeOut(_state, taskId, c.head, TaskStatus.Aborted, Outcome.Expired, 0);
            return;
        }
        if (c.head.status == TaskStatus.Started) {
            bool nothing = c.court.commits == 0;
            Books.requireDue(
                nothing ? terms.commitBy(c.head) + Books.COMMIT_GRACE : terms.revealBy(c.head, c.court)
            );
            _judge(c);
            return;
        }
        if (!_isLocked(c)) revert WrongStatus(taskId, c.head.status);
        Books.requireDue(terms.revealBy(c.head, c.court) + terms.openSeconds);
        c.accounts = _nodes.accounts(c.head.nodes);
        _slashSilent(c);
    }

    // ---------------------------------------------------------------- private

    function _isLocked(Settlement.Case memory c) private pure returns (bool) {
        return c.head.status > TaskStatus.Started && c.head.flags & Books.FREE == 0 && c.court.locked != 0;
    }

    function _checkReveal(uint8 seat, Settlement.Case memory c) private view {
        if (c.head.status == TaskStatus.Started) {
            if (c.court.reveals.has(seat)) revert AlreadyRevealed(c.taskId, seat);
            if (c.court.commits != Seats.ALL) {
                uint256 commitBy = _state.terms[c.head.version].commitBy(c.head);
                if (block.timestamp <= commitBy + Books.COMMIT_GRACE) revert RevealTooEarly(c.taskId);
            }
            if (!c.court.commits.has(seat)) revert NotCommitted(c.taskId, seat);
            return;
        }
        if (!_isLocked(c)) revert WrongStatus(c.taskId, c.head.status);
        if (!c.court.locked.has(seat)) revert AlreadyRevealed(c.taskId, seat);
    }

    /// @return stored Whether the creator can have the response.
    function _checkStatement(
        uint8 seat,
        address node,
        Settlement.Case memory c,
        Statement calldata statement
    ) private view returns (bool stored) {
        uint24 place = Books.placeOf(c.taskId);
        Settlement.requireLength(c.head, statement.opening.kind, statement.opening.result.length);
        bytes32 domain = _domainSeparatorV4();
        bytes32 taskKey = _state.entries[place].hash;
        bytes32[3] memory all = _state.commitments(place, c.court);
        bytes32 commitment = Messages.commitmentOf(taskKey, node, statement.opening);
        if (commitment != all[seat] || statement.opening.commitmentsHash != keccak256(abi.encode(all))) {
            revert WrongOpening(c.taskId, seat);
        }
        Messages.requireSigner(domain, Messages.reveal(taskKey, statement.opening), statement.signature, node);
        stored = Settlement.isStored(_state, domain, taskKey, place, node, statement.opening, statement.proof);
        // Late openings are not paid, so nothing is lost by bringing one without a proof.
        bool paid = c.head.status == TaskStatus.Started;
        if (paid && !stored && msg.sender != node) revert NotStored(c.taskId, seat);
    }

    function _keepResult(Books.Entry storage entry, uint256 seat, bytes memory result) private {
        for (uint256 i = 0; i * WORD < result.length; ++i) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(result, mul(32, add(i, 1))))
            }
            entry.results[RESULT_WORDS * seat + i] = word;
        }
    }

    function _resultOf(Books.Entry storage entry, uint256 seat, uint256 length)
        private
        view
        returns (bytes memory result)
    {
        result = new bytes(length);
        for (uint256 i = 0; i * WORD < length; ++i) {
            uint256 word = entry.results[RESULT_WORDS * seat + i];
            assembly ("memory-safe") {
                mstore(add(result, mul(32, add(i, 1))), word)
            }
        }
    }

    function _lengthOf(Books.Head memory head) private pure returns (uint256) {
        return head.taskType == TaskType.GPT ? WORD : uint256(head.images) * 8;
    }

    /// @dev Judges what stands in the court.
    function _judge(Settlement.Case memory c) private {
        Books.Entry storage entry = _state.entries[Books.placeOf(c.taskId)];
        c.accounts = _nodes.accounts(c.head.nodes);
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!c.court.reveals.has(i) || Verdicts.kindOf(c.court.kinds, i) != ResultKind.Result) continue;
            if (c.results[i].length != 0) continue;
            c.results[i] = _resultOf(entry, i, _lengthOf(c.head));
        }
        Settlement.judge(_state, _nodes, c);
    }

    /// @dev A locked node opens after the end: it loses its stake if it contradicts what was agreed.
    function _openLate(
        uint8 seat,
        address node,
        Settlement.Case memory c,
        bytes memory result
    ) private {
        ResultKind kind = Verdicts.kindOf(c.court.kinds, seat);
        c.accounts[seat] = node;
        bool deviates;
        if (c.head.outcome == Outcome.Agreed) {
            deviates = kind == ResultKind.InvalidArguments
                || (kind == ResultKind.Result && _isFarFromAll(c, result));
        } else if (c.head.outcome == Outcome.InvalidArguments) {
            deviates = kind == ResultKind.Result;
        }
        Ending[3] memory endings;
        endings[seat] = deviates ? Ending.Slash : Ending.Score;
        c.court.locked &= ~uint8(1 << seat);
        _letGo(c, endings, deviates);
    }

    function _isFarFromAll(Settlement.Case memory c, bytes memory result)
        private
        view
        returns (bool)
    {
        Books.Entry storage entry = _state.entries[Books.placeOf(c.taskId)];
        Books.Terms memory terms = _state.terms[c.head.version];
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!c.court.agreeing.has(i)) continue;
            (, bool far) = Settlement.compare(c.head, terms, result, _resultOf(entry, i, result.length));
            if (!far) return false;
        }
        return true;
    }

    /// @dev The nodes that are still locked after the open deadline lose their stakes.
    function _slashSilent(Settlement.Case memory c) private {
        Ending[3] memory endings;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (c.court.locked.has(i)) endings[i] = Ending.Slash;
        }
        c.court.locked = 0;
        _letGo(c, endings, false);
    }

    /// @dev Lets nodes go that were locked beyond the end of their task.
    function _letGo(
        Settlement.Case memory c,
        Ending[3] memory endings,
        bool deviates
    ) private {
        uint24 place = Books.placeOf(c.taskId);
        uint8[3] memory scores;
        (, uint256[3] memory slashed) = _nodes.settle(place, c.head.nodes, endings, scores);
        for (uint256 i = 0; i < SEATS; ++i) {
            if (endings[i] == Ending.None) continue;
            if (deviates) emit NodeDeviated(c.taskId, c.accounts[i], slashed[i]);
            else emit NodeReleased(c.taskId, c.accounts[i], 0);
        }
        uint256 toPool = slashed[0] + slashed[1] + slashed[2];
        if (toPool > 0) _state.pool += toPool;
        if (c.court.locked == 0) {
            Books.Totals memory totals = _state.totals;
            Books.free(totals, place, c.head);
            _state.totals = totals;
            _state.entries[place].head = c.head;
        } else {
            _state.entries[place].court = c.court;
        }
    }
}
