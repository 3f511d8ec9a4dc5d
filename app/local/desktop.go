package local

import (
	"context"
	"encoding/json"

	"helium/app/api"
)

// desktop is the desktop's part of the namespace.
type desktop struct{ b api.DesktopService }

func (d desktop) SetDesktop(ctx context.Context, choices json.RawMessage) error {
	all, err := api.ParseDesktop(choices)
	if err != nil {
		return err
	}
	return d.b.SetDesktop(ctx, all)
}
func (d desktop) WindowShown(ctx context.Context) error  { return d.b.WindowShown(ctx) }
func (d desktop) WindowClosed(ctx context.Context) error { return d.b.WindowClosed(ctx) }
func (d desktop) Quit(ctx context.Context) error         { return d.b.Quit(ctx) }
