package local

import (
	"context"

	"github.com/ethereum/go-ethereum/rpc"

	"helium/app/api"
)

// settings is the part of the namespace that belongs to the settings' screen.
type settings struct{ b api.SettingsService }

func (s settings) SetLanguage(ctx context.Context, language string) error {
	return s.b.SetLanguage(ctx, language)
}
func (s settings) SetAppearance(ctx context.Context, a api.Appearance) error {
	return s.b.SetAppearance(ctx, a)
}
func (s settings) SetDownloads(ctx context.Context, d api.SetDownloads) error {
	return s.b.SetDownloads(ctx, d)
}
func (s settings) CheckDownloads(ctx context.Context) error { return s.b.CheckDownloads(ctx) }
func (s settings) CheckNetwork(ctx context.Context) (api.NetworkCheck, error) {
	return s.b.CheckNetwork(ctx)
}
func (s settings) Diagnostics(ctx context.Context) (string, error) { return s.b.Diagnostics(ctx) }
func (s settings) OpenLogFolder(ctx context.Context) error         { return s.b.OpenLogFolder(ctx) }

// Log is helium_subscribe "log".
func (f feed) Log(ctx context.Context) (*rpc.Subscription, error) {
	return subscribe(ctx, f.b.WatchLog)
}
