package devnet

import (
	"context"

	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
)

// classesHere are the classes that this computer's nodes are of: its own, or
// the cards that were declared for testing. All compute what the engine here
// computes, so they have one fingerprint.
func (d *devnet) classesHere(ctx context.Context) ([]contracts.RegisteredClass, error) {
	if d.Fake != nil {
		return []contracts.RegisteredClass{registeredFake()}, nil
	}
	here, err := node.ClassHere(ctx, d.Program, d.Log)
	if err != nil {
		return nil, err
	}
	classes := []contracts.RegisteredClass{here}
	for _, c := range d.Cards {
		declared := protocol.GPUClass{Card: c.Card, VRAMGB: c.VRAMGB, Runtime: here.Runtime}
		classes = append(classes, contracts.RegisteredClass{GPUClass: declared, Fingerprint: here.Fingerprint})
	}
	return classes, nil
}
