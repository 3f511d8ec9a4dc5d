// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Outcome, ResultKind} from "./interfaces/ITask.sol";
import {Ending} from "./interfaces/INodeLedger.sol";

/// @title What the end of a task means for each party.
/// @notice A pure function of what the three seats did. Every wei of the fee is in exactly one of pay, toCreator and
/// toPool.
library Verdicts {
    uint256 internal constant SEATS = 3;
    uint8 internal constant NOBODY = 255;
    uint256 private constant ALL_REWARDS = 50;

    /// @param group Equal results have equal groups; only for ResultKind.Result.
    /// @param rewards Sum of the arrival rewards for commitment and opening.
    /// @param stored Whether a relay vouches for the response.
    struct Seat {
        bool committed;
        bool opened;
        bool stored;
        ResultKind kind;
        uint8 group;
        uint8 rewards;
    }

    /// @param winner First seat of those that agree, NOBODY when none do.
    struct Verdict {
        Outcome outcome;
        uint8 winner;
        uint256 toCreator;
        uint256 toPool;
        uint256[3] pay;
        uint8[3] scores;
        Ending[3] endings;
    }

    /// @param overhead The part of the fee that is paid for trying.
    function judge(Seat[3] memory seats, uint256 fee, uint256 overhead) internal pure returns (Verdict memory v) {
        v.winner = _winner(seats);
        if (v.winner == NOBODY) {
            _noAgreement(seats, fee, overhead, v);
        } else if (seats[v.winner].kind == ResultKind.Result) {
            _agreed(seats, fee, v);
        } else {
            _invalidArguments(seats, fee, overhead, v);
        }
    }

    /// @notice Whether the kind speaks of the task. Others speak of the machine.
    function isAnswer(ResultKind kind) internal pure returns (bool) {
        return kind == ResultKind.Result || kind == ResultKind.InvalidArguments;
    }

    function _agreed(Seat[3] memory seats, uint256 fee, Verdict memory v) private pure {
        v.outcome = Outcome.Agreed;
        uint256 rewardsLeft = ALL_REWARDS;
        uint256 feeLeft = fee;
        uint256 lastPaid = NOBODY;
        uint256 third = NOBODY;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!_match(seats[v.winner], seats[i])) {
                third = i;
                continue;
            }
            uint256 share = fee * seats[i].rewards / ALL_REWARDS;
            rewardsLeft -= seats[i].rewards;
            feeLeft -= share;
            if (seats[i].stored) {
                v.pay[i] = share;
                lastPaid = i;
            } else {
                v.toPool += share;
            }
            v.endings[i] = Ending.Score;
            v.scores[i] = seats[i].rewards;
        }
        if (third != NOBODY) {
            uint256 share = fee * rewardsLeft / ALL_REWARDS;
            feeLeft -= share;
            v.endings[third] = _oddOne(seats[third], Ending.Score);
            if (v.endings[third] == Ending.Slash) v.toCreator = share;
            else v.toPool += share;
        }
        if (lastPaid == NOBODY) v.toPool += feeLeft;
        else v.pay[lastPaid] += feeLeft;
    }

    function _invalidArguments(Seat[3] memory seats, uint256 fee, uint256 overhead, Verdict memory v) private pure {
        v.outcome = Outcome.InvalidArguments;
        v.toCreator = fee;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!_match(seats[v.winner], seats[i])) {
                v.endings[i] = _oddOne(seats[i], Ending.Release);
                continue;
            }
            v.pay[i] = overhead * seats[i].rewards / ALL_REWARDS;
            v.toCreator -= v.pay[i];
            v.endings[i] = Ending.Release;
        }
    }

    function _noAgreement(Seat[3] memory seats, uint256 fee, uint256 overhead, Verdict memory v) private pure {
        uint256 opened;
        uint256 answers;
        for (uint256 i = 0; i < SEATS; ++i) {
            if (!seats[i].opened) continue;
            ++opened;
            if (isAnswer(seats[i].kind)) ++answers;
        }
        v.outcome = opened < 2 ? Outcome.Silent : Outcome.NoAgreement;
        v.toCreator = fee;
        for (uint256 i = 0; i < SEATS; ++i) {
            v.endings[i] = _locked(seats[i]) ? Ending.Keep : Ending.Score;
            if (!seats[i].opened || !isAnswer(seats[i].kind)) continue;
            uint256 part = overhead / answers;
            v.toCreator -= part;
            if (seats[i].kind == ResultKind.Result && !seats[i].stored) v.toPool += part;
            else v.pay[i] = part;
        }
    }

    /// @param blameless What becomes of one that opened a machine's error.
    function _oddOne(Seat memory seat, Ending blameless) private pure returns (Ending) {
        if (_locked(seat)) return Ending.Keep;
        if (!seat.opened) return Ending.Score;
        return isAnswer(seat.kind) ? Ending.Slash : blameless;
    }

    function _locked(Seat memory seat) private pure returns (bool) {
        return seat.committed && !seat.opened;
    }

    function _winner(Seat[3] memory seats) private pure returns (uint8) {
        if (_match(seats[0], seats[1]) || _match(seats[0], seats[2])) return 0;
        return _match(seats[1], seats[2]) ? 1 : NOBODY;
    }

    function _match(Seat memory a, Seat memory b) private pure returns (bool) {
        if (!a.opened || !b.opened || a.kind != b.kind) return false;
        return a.kind == ResultKind.InvalidArguments || (a.kind == ResultKind.Result && a.group == b.group);
    }
}
