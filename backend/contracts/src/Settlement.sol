// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {INodeLedger, Ending} from "./interfaces/INodeLedger.sol";
import {IDocket, TaskType, TaskStatus, Outcome, ResultKind, Reveal} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Messages} from "./Messages.sol";
import {Results} from "./Results.sol";
import {Seats} from "./Seats.sol";
import {Verdicts} from "./Verdicts.sol";

/// @title The end of a task: judged, paid, freed. The fast way and the court both end here.
library Settlement {
    using Books for Books.State;
    using Books for Books.Terms;
    using Books for Books.Totals;
    using Seats for uint8;

    uint256 private constant SEATS = 3;
    uint256 private constant GPT_RESULT = 32;
    uint256 private constant IMAGE_HASH = 8;
    uint256 private constant SIGNATURE = 65;

    /// @notice A task and what its seats say.
    /// @param court What stands there; in the fast way what the three statements amount to.
    /// @param results By seat, empty where there is none.
    struct Case {
        uint256 taskId;
        Books.Head head;
        Books.Court court;
        address[3] accounts;
        bytes[3] results;
    }

    function caseOf(Books.State storage s, uint256 taskId, Books.Head memory head)
        internal
        view
        returns (Case memory)
    {
        address[3] memory accounts;
        bytes[3] memory results;
        return Case(taskId, head, s.courtOf(Books.placeOf(taskId), head.serial), accounts, results);
    }

    /// @notice Judges a started task, pays, frees its nodes, and rewards the caller.
    function judge(Books.State storage s, INodeLedger nodes, Case memory c) internal {
        uint24 place = Books.placeOf(c.taskId);
        Books.Terms memory terms = s.terms[c.head.version];
        uint256 settleReward = s.fees[c.head.version].settleReward;
        Books.Escrow memory escrow = s.entries[place].escrow;
        uint256 pot = escrow.fee - settleReward;
        Verdicts.Money memory money =
            Verdicts.Money(pot, terms.overheadRoundedDown(c.head, pot), terms.cutPerMille);
        Verdicts.Verdict memory v = Verdicts.judge(_facts(c, terms), money);
        _pay(s, nodes, c, v);
        end(s, c, v.outcome, v.kind, v.agreeing);
        bytes memory result;
        if (v.kind == ResultKind.Result) result = c.results[v.winner];
        emit IDocket.TaskEnded(c.taskId, v.outcome, v.kind, result);
        refund(s, c.taskId, escrow.creator, v.toCreator);
        reward(s, c.taskId, settleReward);
    }

    /// @notice Writes down how a started task ended. Its entry is free unless a node stays locked.
    function end(Books.State storage s, Case memory c, Outcome outcome, ResultKind kind, uint8 agreeing) internal {
        uint24 place = Books.placeOf(c.taskId);
        Books.Totals memory totals = s.totals;
        --totals.running;
        if (kind != ResultKind.None) ++totals.settled;
        else ++totals.aborted;
        c.head.status = kind != ResultKind.None ? TaskStatus.Settled : TaskStatus.Aborted;
        c.head.outcome = outcome;
        if (c.court.locked == 0) {
            Books.free(totals, place, c.head);
        } else {
            c.court.agreeing = agreeing;
            s.entries[place].court = c.court;
        }
        s.entries[place].head = c.head;
        s.totals = totals;
    }

    /// @notice Credits what a creator gets back.
    function refund(Books.State storage s, uint256 taskId, address creator, uint256 amount) internal {
        if (amount == 0) return;
        s.credits[creator] += amount;
        emit IDocket.CreatorRefunded(taskId, creator, amount);
    }

    /// @notice Credits the caller for sending the transaction.
    function reward(Books.State storage s, uint256 taskId, uint256 amount) internal {
        if (amount == 0) return;
        s.credits[msg.sender] += amount;
        emit IDocket.Rewarded(taskId, msg.sender, amount);
    }

    function requireLength(Books.Head memory head, ResultKind kind, uint256 length) internal pure {
        uint256 want;
        if (kind == ResultKind.Result) want = head.taskType == TaskType.GPT ? GPT_RESULT : head.images * IMAGE_HASH;
        if (kind == ResultKind.None || length != want) revert IDocket.InvalidResult(kind, length);
    }

    /// @notice Whether the creator can have the response: a relay or the creator says so, the creator itself calls, or
    /// here it is. True for a kind without a response.
    function isStored(
        Books.State storage s,
        bytes32 domain,
        bytes32 taskKey,
        uint24 place,
        address node,
        Reveal calldata opening,
        bytes calldata proof
    ) internal view returns (bool) {
        if (opening.kind != ResultKind.Result) return true;
        if (proof.length == 0) return msg.sender == s.entries[place].escrow.creator;
        if (proof.length != SIGNATURE) return keccak256(proof) == opening.ciphertextHash;
        bytes32 said = Messages.stored(taskKey, node, opening.ciphertextHash);
        address signer = Messages.tryRecover(domain, said, proof);
        return signer != address(0) && (s.isRelay[signer] || signer == s.entries[place].escrow.creator);
    }

    /// @dev Frees the nodes and credits them, as the verdict says.
    function _pay(Books.State storage s, INodeLedger nodes, Case memory c, Verdicts.Verdict memory v) private {
        (address[3] memory payouts, uint256[3] memory slashed) =
            nodes.settle(Books.placeOf(c.taskId), c.head.nodes, v.endings, v.scores);
        uint256 toPool = v.toPool;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (v.endings[i] == Ending.Keep) {
                c.court.locked = c.court.locked.add(i);
            } else if (v.endings[i] == Ending.Slash) {
                toPool += slashed[i];
                emit IDocket.NodeDeviated(c.taskId, c.accounts[i], slashed[i]);
            } else if (v.pay[i] > 0) {
                s.credits[payouts[i]] += v.pay[i];
                emit IDocket.NodePaid(c.taskId, c.accounts[i], payouts[i], v.pay[i], v.scores[i]);
            } else {
                emit IDocket.NodeReleased(c.taskId, c.accounts[i], v.scores[i]);
            }
        }
        if (toPool > 0) s.pool += toPool;
    }

    function _facts(Case memory c, Books.Terms memory terms) private pure returns (Verdicts.Facts memory f) {
        f = Verdicts.Facts(c.court.commits, c.court.reveals, c.court.stored, c.court.kinds, c.court.views, 0, 0);
        for (uint256 a = 0; a < SEATS; ++a) {
            for (uint256 b = a + 1; b < SEATS; ++b) {
                if (c.results[a].length == 0 || c.results[b].length == 0) continue;
                (bool same, bool far) = compare(c.head, terms, c.results[a], c.results[b]);
                if (same) f.same |= Verdicts.pair(a, b);
                if (far) f.far |= Verdicts.pair(a, b);
            }
        }
    }

    /// @notice Whether two results match, and whether they differ so much that one of them lies.
    function compare(Books.Head memory head, Books.Terms memory terms, bytes memory a, bytes memory b)
        internal
        pure
        returns (bool same, bool far)
    {
        if (head.taskType == TaskType.GPT) {
            same = bytes32(a) == bytes32(b);
            return (same, !same);
        }
        uint256 distance = Results.worstDistance(a, b);
        return (distance < terms.matchDistance, distance >= terms.slashDistance);
    }
}
