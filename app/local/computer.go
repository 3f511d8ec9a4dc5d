package local

import (
	"context"

	"helium/app/api"
)

// computer is the part of the namespace that is about the computer itself.
type computer struct{ b api.ComputerService }

func (c computer) RunningPrograms(ctx context.Context) ([]string, error) {
	return c.b.RunningPrograms(ctx)
}
func (c computer) ChooseDevice(ctx context.Context, id string) error {
	return c.b.ChooseDevice(ctx, id)
}
func (c computer) SetPower(ctx context.Context, p api.PowerChoice) error {
	return c.b.SetPower(ctx, p)
}
func (c computer) StayAwake(ctx context.Context, on bool) error { return c.b.StayAwake(ctx, on) }
