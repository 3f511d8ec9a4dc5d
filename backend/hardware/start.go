package hardware

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"

	"helium/backend/protocol"
	"helium/inference/ggml"
	"helium/inference/worker"
)

// Here plans for this computer. The error is ggml.ErrNotInstalled where there is
// no engine at all.
func Here(ctx context.Context, log *slog.Logger) (Plan, error) {
	installed, err := ggml.Installed()
	if err != nil {
		return Plan{}, err
	}
	devices, unfit := Detect(ctx, log)
	return Choose(devices, unfit, installed, ggml.Offered(runtime.GOOS, runtime.GOARCH))
}

// Start starts the first engine of the plan that does not refuse. Why of its
// choice says also what was tried before. Package, Card and ModelMemory of opts are set here.
func (p Plan) Start(ctx context.Context, opts worker.Options) (*worker.Engine, Choice, error) {
	if opts.MemoryLimit == 0 {
		opts.MemoryLimit = p.engineMemory()
	}
	var engine *worker.Engine
	choice, err := p.first(ctx, func(c Choice) (err error) {
		opts.Package, opts.Card, opts.ModelMemory = c.Package, c.Device.card(), c.Device.ModelMemory()
		engine, err = worker.Start(ctx, opts)
		return err
	})
	return engine, choice, err
}

// engineMemory is what the engine may take of the computer's own memory before it
// is ended, in bytes: three quarters, so that a mistake in it is not the owner's
// trouble. 0 is no limit, where the memory's size isn't known.
func (p Plan) engineMemory() uint64 {
	for _, c := range p.Choices {
		if c.Device.Kind == CPU {
			return uint64(c.Device.MemoryMB) << 20 * 3 / 2 // MemoryMB is half
		}
	}
	return 0
}

// first tries the choices in their order. An end of ctx says nothing of a
// choice, and does not lead to the next.
func (p Plan) first(ctx context.Context, try func(Choice) error) (Choice, error) {
	var refusals protocol.Phrases
	var problems []error
	for _, c := range p.Choices {
		err := try(c)
		if err == nil {
			c.Why = slices.Concat(refusals, c.Why)
			return c, nil
		}
		if ctx.Err() != nil {
			return Choice{}, err
		}

		reason := err.Error()
		var refused *worker.RefusedError
		if errors.As(err, &refused) {
			reason = refused.Reason
		}
		refusals = append(refusals, protocol.Say("card_refused", "Your {card} can't be used with {package}: {why}.", c.Device.short(), c.With, reason))
		problems = append(problems, err)
	}
	return Choice{}, errors.Join(problems...)
}

// card is how the engine finds a device again. Apple silicon has one.
func (d Device) card() ggml.Card {
	if d.Kind == CPU || d.Maker == Apple {
		return ggml.Card{}
	}
	return ggml.Card{PCI: d.PCI, Name: d.Name}
}
