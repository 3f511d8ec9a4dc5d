// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DrawRequest, Drawn} from "./interfaces/INodeLedger.sol";
import {IDocket, Outcome, ResultKind, TaskStatus} from "./interfaces/ITask.sol";
import {Books} from "./Books.sol";
import {Settlement} from "./Settlement.sol";
import {TaskQueue} from "./TaskQueue.sol";

/// @title How a task gets its nodes, and leaves the queue for them.
library Draws {
    using Books for Books.Terms;
    using TaskQueue for TaskQueue.Queue;

    /// @dev prevrandao is known to nobody before the block, except to who proposes it. The rest was fixed by the creator,
    /// so that nothing that others do in the block gives the task another roll.
    function request(uint24 place, Books.Head memory head, address creator, bytes32 argsHash)
        internal
        view
        returns (DrawRequest memory)
    {
        uint256 seed = uint256(keccak256(abi.encode(block.prevrandao, creator, argsHash, head.since)));
        return DrawRequest(place, head.taskType, head.step, head.model, seed);
    }

    function keyOf(
        uint256 taskId,
        address creator,
        bytes32 argsHash,
        address[3] memory trio,
        uint256 prevrandao
    ) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), taskId, creator, argsHash, trio, prevrandao));
    }

    /// @notice Writes down that drawn nodes have a task. Its time starts now.
    function start(
        Books.State storage s,
        uint256 taskId,
        Books.Head memory head,
        Books.Terms memory terms,
        address creator,
        bytes32 argsHash,
        Drawn memory drawn
    ) internal {
        uint24 place = Books.placeOf(taskId);
        bytes32 key = keyOf(taskId, creator, argsHash, drawn.accounts, block.prevrandao);
        head.status = TaskStatus.Started;
        head.since = uint40(block.timestamp);
        head.nodes = drawn.numbers;
        s.entries[place].head = head;
        s.entries[place].hash = key;
        emit IDocket.TaskDrawn(
            taskId,
            drawn.classId,
            key,
            drawn.accounts,
            argsHash,
            block.prevrandao,
            head.taskType,
            head.units,
            head.images,
            uint64(head.since + terms.argumentSeconds),
            uint64(terms.commitBy(head))
        );
    }

    function dequeue(Books.State storage s, uint24 place, Books.Head memory head) internal {
        uint256 list = Books.listOf(head);
        s.queue.remove(list, place);
        if (s.queue.lists[list].length == 0) s.totals.lists &= ~uint32(1 << list);
    }

    /// @notice Ends a queued task. `kept` of its fee goes to the pool.
    function takeOut(
        Books.State storage s,
        uint256 taskId,
        Books.Head memory head,
        TaskStatus status,
        Outcome outcome,
        uint256 kept
    ) internal {
        uint24 place = Books.placeOf(taskId);
        dequeue(s, place, head);
        Books.Totals memory totals = s.totals;
        ++totals.aborted;
        head.status = status;
        head.outcome = outcome;
        Books.free(totals, place, head);
        s.totals = totals;
        s.entries[place].head = head;
        Books.Escrow memory escrow = s.entries[place].escrow;
        if (kept > 0) s.pool += kept;
        emit IDocket.TaskEnded(taskId, outcome, ResultKind.None, "");
        Settlement.refund(s, taskId, escrow.creator, escrow.fee - kept);
    }
}
