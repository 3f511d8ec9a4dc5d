// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {INodeLedger} from "./interfaces/INodeLedger.sol";
import {IRules} from "./interfaces/IRules.sol";
import {ITask, Params, Pricing} from "./interfaces/ITask.sol";

/// @title The owner's powers, all of them. See IRules.
contract Rules is IRules, Ownable {
    uint256 private constant MAX_UNITS = 1024;
    /// @dev The contract takes commitments for so long after their deadline.
    uint256 private constant COMMIT_GRACE = 60;
    uint256 private constant LONGEST_HOLD = 30 days;

    INodeLedger public node;
    ITask public task;
    uint16 private _version;
    Params private _params;

    constructor() Ownable(msg.sender) {}

    modifier wired() {
        if (address(task) == address(0)) revert NotWired();
        _;
    }

    function wire(address node_, address task_, Params calldata p) external onlyOwner {
        if (address(task) != address(0)) revert AlreadyWired(address(node), address(task));
        node = INodeLedger(node_);
        task = ITask(task_);
        INodeLedger(node_).setTaskContract(task_);
        _setParams(p);
    }

    /// @dev Only to a timelock, and to one that is slower than any task.
    function transferOwnership(address timelock) public override onlyOwner wired {
        _checkDelay(timelock, _params);
        super.transferOwnership(timelock);
    }

    function setParams(Params calldata p) external onlyOwner wired {
        if (owner().code.length != 0) _checkDelay(owner(), p);
        _setParams(p);
    }

    function setClass(string calldata card, uint16 vramGB, string calldata runtime, bytes32 fingerprint)
        external
        onlyOwner
        wired
    {
        node.setClass(card, vramGB, runtime, fingerprint);
    }

    function strikeClass(bytes32 classId) external onlyOwner wired {
        node.strikeClass(classId);
    }

    function setRelay(address relay, bool registered) external onlyOwner wired {
        task.setRelay(relay, registered);
    }

    function params() external view returns (Params memory, uint16) {
        return (_params, _version);
    }

    function longestTaskSeconds(Params memory p) public pure returns (uint256) {
        uint256 sd = p.stableDiffusion.overheadSeconds + MAX_UNITS * p.stableDiffusion.secondsPerUnit;
        uint256 gpt = p.gpt.overheadSeconds + MAX_UNITS * p.gpt.secondsPerUnit;
        // A decline starts the clock again once, within the time for the arguments.
        return uint256(p.queueSeconds) + p.argumentSeconds + p.commitSeconds + (sd > gpt ? sd : gpt) + COMMIT_GRACE
            + p.revealSeconds + p.openSeconds;
    }

    function _setParams(Params calldata p) private {
        _check(p);
        _params = p;
        uint16 version = ++_version;
        node.setParams(p);
        task.setParams(version, p);
        emit ParamsChanged(version, p);
    }

    /// @dev A network of one's own may have no delay at all.
    function _checkDelay(address timelock, Params memory p) private view {
        uint256 delay = TimelockController(payable(timelock)).getMinDelay();
        uint256 longest = longestTaskSeconds(p);
        if (delay != 0 && delay <= longest) revert DelayTooShort(delay, longest);
    }

    function _check(Params calldata p) private pure {
        _atMost(p.stake, type(uint96).max, "stake");
        _atLeast(p.stake, 1, "stake");
        _atMost(p.minFee, type(uint96).max, "minFee");
        _atMost(p.settleReward, type(uint64).max, "settleReward");
        _atMost(p.dispatchReward, type(uint64).max, "dispatchReward");
        _atLeast(p.minFee, p.settleReward + p.dispatchReward + 1, "minFee");
        _atMost(p.cutPerMille, 1000, "cutPerMille");
        _atLeast(p.minClassNodes, 3, "minClassNodes");
        _atMost(p.kickOutScore, 39, "kickOutScore"); // more would let go of a newcomer at its first task
        _atMost(p.rejoinSeconds, LONGEST_HOLD, "rejoinSeconds");
        _atMost(p.stakeSeconds, LONGEST_HOLD, "stakeSeconds");
        _atMost(p.openSeconds, LONGEST_HOLD, "openSeconds");
        _atLeast(p.drawCandidates, 3, "drawCandidates");
        _atMost(p.drawCandidates, type(uint8).max, "drawCandidates");
        _atLeast(p.argumentSeconds, 1, "argumentSeconds");
        // Whoever lacks the arguments must have time to say so before the commitments are due.
        _atLeast(p.commitSeconds, uint256(p.argumentSeconds) + 1, "commitSeconds");
        _atLeast(p.revealSeconds, 1, "revealSeconds");
        _atLeast(p.openSeconds, 1, "openSeconds");
        _atLeast(p.queueSeconds, 1, "queueSeconds");
        _atLeast(p.matchDistance, 1, "matchDistance");
        _atLeast(p.slashDistance, p.matchDistance, "slashDistance");
        _checkPricing(p.stableDiffusion, "stableDiffusion");
        _checkPricing(p.gpt, "gpt");
    }

    function _checkPricing(Pricing calldata p, string memory field) private pure {
        _atLeast(p.secondsPerUnit, 1, field);
        _atMost(p.secondsPerUnit, 3600, field);
    }

    function _atLeast(uint256 n, uint256 least, string memory field) private pure {
        if (n < least) revert InvalidParams(field);
    }

    function _atMost(uint256 n, uint256 most, string memory field) private pure {
        if (n > most) revert InvalidParams(field);
    }
}
