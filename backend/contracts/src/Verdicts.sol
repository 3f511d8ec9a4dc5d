// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Outcome, ResultKind} from "./interfaces/ITask.sol";
import {Ending} from "./interfaces/INodeLedger.sol";
import {Arrival, Seats} from "./Seats.sol";

/// @title What the end of a task means for each party.
/// @notice A pure function of what the three seats did. Every wei of the fee is in exactly one of pay, toCreator and
/// toPool.
library Verdicts {
    using Seats for uint8;

    uint256 internal constant SEATS = 3;
    uint256 private constant ALL_REWARDS = 50;
    /// @dev By which pairs match, three bits: whose result stands, and who agrees. Of a chain the middle one stands, the
    /// lowest seat of equals.
    uint256 private constant WINNERS = 0x02110000;
    uint256 private constant AGREEING = 0x77767530;

    /// @notice What the seats did, a bit for each seat.
    /// @param stored The creator can have the response, or there is none.
    /// @param kinds Three bits a seat. @param views Six bits a seat, see Arrival.
    /// @param same Which results match: a bit for each pair, 0 and 1, 0 and 2, 1 and 2.
    /// @param far Which results differ so much that one of them lies.
    struct Facts {
        uint8 committed;
        uint8 opened;
        uint8 stored;
        uint16 kinds;
        uint24 views;
        uint8 same;
        uint8 far;
    }

    /// @param fee CNX (wei) to be shared out. @param overhead The part of it that is paid for trying.
    struct Money {
        uint256 fee;
        uint256 overhead;
        uint256 cutPerMille;
    }

    /// @param kind What was agreed on, None if nothing. @param winner The seat whose result stands.
    /// @param agreeing The seats that match it, itself included.
    struct Verdict {
        Outcome outcome;
        ResultKind kind;
        uint8 winner;
        uint8 agreeing;
        uint256 toCreator;
        uint256 toPool;
        uint256[3] pay;
        uint8[3] scores;
        Ending[3] endings;
    }

    function judge(Facts memory f, Money memory money) internal pure returns (Verdict memory v) {
        uint256 matches = _matches(f);
        if (matches == 0) {
            _noAgreement(f, money, v);
            return v;
        }
        v.winner = uint8((WINNERS >> (4 * matches)) & 15);
        v.agreeing = uint8((AGREEING >> (4 * matches)) & 15);
        v.kind = kindOf(f.kinds, v.winner);
        if (v.kind == ResultKind.Result) _agreed(f, money, v);
        else _invalidArguments(f, money, v);
    }

    /// @notice Whether the kind speaks of the task. Others speak of the machine.
    function isAnswer(ResultKind kind) internal pure returns (bool) {
        return kind == ResultKind.Result || kind == ResultKind.InvalidArguments;
    }

    function kindOf(uint16 kinds, uint256 seat) internal pure returns (ResultKind) {
        return ResultKind((kinds >> (3 * seat)) & 7);
    }

    /// @notice The bit of two different seats in `same` and `far`.
    function pair(uint256 a, uint256 b) internal pure returns (uint8) {
        return uint8(1 << (a + b - 1));
    }

    /// @dev Kinds never match each other; a machine's fault matches nothing.
    function _matches(Facts memory f) private pure returns (uint256 pairs) {
        for (uint256 a = 0; a < SEATS; ++a) {
            for (uint256 b = a + 1; b < SEATS; ++b) {
                if (!f.opened.has(a) || !f.opened.has(b)) continue;
                ResultKind kind = kindOf(f.kinds, a);
                if (kind != kindOf(f.kinds, b) || !isAnswer(kind)) continue;
                if (kind == ResultKind.Result && f.same & pair(a, b) == 0) continue;
                pairs |= pair(a, b);
            }
        }
    }

    function _agreed(Facts memory f, Money memory money, Verdict memory v) private pure {
        v.outcome = Outcome.Agreed;
        _score(f, v);
        uint256 cut = money.fee * money.cutPerMille / 1000;
        uint256 net = money.fee - cut;
        uint256 left = net;
        uint256 rewardsLeft = ALL_REWARDS;
        uint256 lastPaid = SEATS;
        v.toPool = cut;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!v.agreeing.has(i)) continue;
            uint256 reward = v.scores[i];
            uint256 share = net * reward / ALL_REWARDS;
            left -= share;
            rewardsLeft -= reward;
            v.endings[i] = Ending.Score;
            if (f.stored.has(i)) {
                v.pay[i] = share;
                lastPaid = i;
            } else {
                v.toPool += share;
            }
        }
        if (v.agreeing != Seats.ALL) {
            uint256 share = net * rewardsLeft / ALL_REWARDS;
            left -= share;
            uint256 odd = v.agreeing & 1 == 0 ? 0 : v.agreeing & 2 == 0 ? 1 : 2;
            v.endings[odd] = _oddOne(f, odd, _deviates(f, odd, v.agreeing), Ending.Score);
            if (v.endings[odd] == Ending.Slash) v.toCreator = share;
            else v.toPool += share;
        }
        if (lastPaid == SEATS) v.toPool += left;
        else v.pay[lastPaid] += left;
    }

    function _invalidArguments(Facts memory f, Money memory money, Verdict memory v) private pure {
        v.outcome = Outcome.InvalidArguments;
        v.toCreator = money.fee;
        _score(f, v);
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!v.agreeing.has(i)) {
                v.endings[i] = _oddOne(f, i, isAnswer(kindOf(f.kinds, i)), Ending.Release);
                continue;
            }
            v.pay[i] = money.overhead * v.scores[i] / ALL_REWARDS;
            v.toCreator -= v.pay[i];
            v.endings[i] = Ending.Release;
            v.scores[i] = 0;
        }
    }

    function _noAgreement(Facts memory f, Money memory money, Verdict memory v) private pure {
        uint256 answers;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (f.opened.has(i) && isAnswer(kindOf(f.kinds, i))) ++answers;
        }
        v.outcome = f.opened.count() < 2 ? Outcome.Silent : Outcome.NoAgreement;
        v.toCreator = money.fee;
        for (uint256 i = 0; i < SEATS; ++i) {
            bool opened = f.opened.has(i);
            v.endings[i] = f.committed.has(i) && !opened ? Ending.Keep : Ending.Score;
            if (!opened || !isAnswer(kindOf(f.kinds, i))) continue;
            uint256 part = money.overhead / answers;
            v.toCreator -= part;
            if (f.stored.has(i)) v.pay[i] = part;
            else v.toPool += part;
        }
    }

    /// @dev Twice the arrival reward 10, 9 or 6 to those that agree: the order serves commitments and openings.
    function _score(Facts memory f, Verdict memory v) private pure {
        (uint256 p0, uint256 p1, uint256 p2) = Arrival.places(f.views, f.opened, v.agreeing);
        if (v.agreeing & 1 != 0) v.scores[0] = _reward(p0);
        if (v.agreeing & 2 != 0) v.scores[1] = _reward(p1);
        if (v.agreeing & 4 != 0) v.scores[2] = _reward(p2);
    }

    function _reward(uint256 place) private pure returns (uint8) {
        return place == 0 ? 20 : place == 1 ? 18 : 12;
    }

    /// @dev Against an agreed result: another answer, or a result that is far from all that match.
    function _deviates(Facts memory f, uint256 odd, uint8 agreeing) private pure returns (bool) {
        ResultKind kind = kindOf(f.kinds, odd);
        if (kind != ResultKind.Result) return kind == ResultKind.InvalidArguments;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (agreeing.has(i) && f.far & pair(i, odd) == 0) return false;
        }
        return true;
    }

    /// @param blameless What becomes of one that opened a machine's error.
    function _oddOne(Facts memory f, uint256 odd, bool deviates, Ending blameless) private pure returns (Ending) {
        if (!f.opened.has(odd)) return f.committed.has(odd) ? Ending.Keep : Ending.Score;
        return deviates ? Ending.Slash : blameless;
    }
}
