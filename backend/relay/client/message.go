package client

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
)

type commitmentPayload struct {
	Commitment common.Hash `json:"commitment"`
}

type revealPayload struct {
	CommitmentsHash common.Hash         `json:"commitments_hash"`
	Order           uint8               `json:"order"`
	Kind            protocol.ResultKind `json:"kind"`
	Result          hexutil.Bytes       `json:"result"`
	Nonce           common.Hash         `json:"nonce"`
	CiphertextHash  common.Hash         `json:"ciphertext_hash"`
}

// NewMessage makes what SendMessage takes of a signed message of package
// protocol.
func NewMessage(from common.Address, m protocol.Message, signature []byte) (Message, error) {
	out := Message{From: from, Signature: signature}
	var payload any = struct{}{}
	switch m := m.(type) {
	case protocol.Ready:
		out.Type = MessageReady
	case protocol.NoArguments:
		out.Type = MessageNoArguments
	case protocol.Decline:
		out.Type = MessageDecline
	case protocol.Commitment:
		out.Type = MessageCommitment
		payload = commitmentPayload{m.Commitment}
	case protocol.Reveal:
		out.Type = MessageReveal
		payload = revealPayload{m.CommitmentsHash, m.Order, m.Kind, m.Result, m.Nonce, m.CiphertextHash}
	default:
		return Message{}, fmt.Errorf("relays pass on no messages of type %T", m)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return Message{}, fmt.Errorf("encode message: %w", err)
	}
	out.Payload = raw
	return out, nil
}

// Open is the message of package protocol, for the task under whose key it
// came. It does not check the signature.
func (m Message) Open(key protocol.TaskKey) (protocol.Message, error) {
	none := func(empty protocol.Message) (protocol.Message, error) {
		return empty, m.payload(&struct{}{})
	}
	switch m.Type {
	case MessageReady:
		return none(protocol.Ready{TaskKey: key})
	case MessageNoArguments:
		return none(protocol.NoArguments{TaskKey: key})
	case MessageDecline:
		return none(protocol.Decline{TaskKey: key})
	case MessageCommitment:
		var p commitmentPayload
		err := m.payload(&p)
		return protocol.Commitment{TaskKey: key, Commitment: p.Commitment}, err
	case MessageReveal:
		var p revealPayload
		err := m.payload(&p)
		return protocol.Reveal{TaskKey: key, CommitmentsHash: p.CommitmentsHash, Order: p.Order, Kind: p.Kind,
			Result: p.Result, Nonce: p.Nonce, CiphertextHash: p.CiphertextHash}, err
	}
	return nil, fmt.Errorf("message type %.40q is not known", m.Type)
}

// Verify opens the message and checks that From signed it under d.
func (m Message) Verify(d protocol.Domain, key protocol.TaskKey) (protocol.Message, error) {
	opened, err := m.Open(key)
	if err != nil {
		return nil, err
	}
	signer, err := d.Signer(opened, m.Signature)
	if err != nil {
		return nil, fmt.Errorf("check %s message: %w", m.Type, err)
	}
	if signer != m.From {
		return nil, fmt.Errorf("%s message says it is from %s but %s signed it, or its content was changed", m.Type, m.From, signer)
	}
	return opened, nil
}

func (m Message) payload(into any) error {
	if err := wire.DecodeStrict(m.Payload, into); err != nil {
		return fmt.Errorf("read payload of %s message: %w", m.Type, err)
	}
	return nil
}
