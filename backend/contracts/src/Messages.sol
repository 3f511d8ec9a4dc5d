// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IDocket, Reveal, ResultKind} from "./interfaces/ITask.sol";

/// @title What nodes and relays sign, see IDocket.
library Messages {
    bytes32 private constant NO_ARGUMENTS = keccak256("NoArguments(bytes32 taskKey)");
    bytes32 private constant DECLINE = keccak256("Decline(bytes32 taskKey)");
    bytes32 private constant COMMITMENT = keccak256("Commitment(bytes32 taskKey,bytes32 commitment)");
    bytes32 private constant REVEAL = keccak256(
        "Reveal(bytes32 taskKey,bytes32 commitmentsHash,uint8 order,uint8 kind,bytes result,bytes32 nonce,bytes32 ciphertextHash)"
    );
    bytes32 private constant STORED = keccak256("Stored(bytes32 taskKey,address node,bytes32 ciphertextHash)");

    function noArguments(bytes32 taskKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(NO_ARGUMENTS, taskKey));
    }

    function decline(bytes32 taskKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(DECLINE, taskKey));
    }

    function commitment(bytes32 taskKey, bytes32 commitment_) internal pure returns (bytes32) {
        return keccak256(abi.encode(COMMITMENT, taskKey, commitment_));
    }

    function reveal(bytes32 taskKey, Reveal calldata r) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REVEAL, taskKey, r.commitmentsHash, r.order, r.kind, keccak256(r.result), r.nonce, r.ciphertextHash
            )
        );
    }

    function stored(bytes32 taskKey, address node, bytes32 ciphertextHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(STORED, taskKey, node, ciphertextHash));
    }

    /// @notice What an opening commits its node to.
    function commitmentOf(bytes32 taskKey, address node, Reveal calldata r) internal pure returns (bytes32) {
        return keccak256(abi.encode(taskKey, node, r.kind, keccak256(r.result), r.nonce));
    }

    function requireSigner(bytes32 domain, bytes32 structHash, bytes calldata signature, address signer) internal pure {
        address recovered = ECDSA.recover(MessageHashUtils.toTypedDataHash(domain, structHash), signature);
        if (recovered != signer) revert IDocket.WrongSigner(recovered, signer);
    }

    /// @return signer 0 for what is no signature.
    function tryRecover(bytes32 domain, bytes32 structHash, bytes calldata signature)
        internal
        pure
        returns (address signer)
    {
        (signer,,) = ECDSA.tryRecover(MessageHashUtils.toTypedDataHash(domain, structHash), signature);
    }
}
