package local

import (
	"context"

	"helium/app/api"
)

// setup is the first run's part of the namespace.
type setup struct{ b api.SetupService }

func (s setup) SetupNext(ctx context.Context) error { return s.b.SetupNext(ctx) }
func (s setup) SetupBack(ctx context.Context) error { return s.b.SetupBack(ctx) }
func (s setup) DraftPhrase(ctx context.Context) (api.DraftPhrase, error) {
	return s.b.DraftPhrase(ctx)
}
func (s setup) CreateWallet(ctx context.Context, c api.CreateWallet) error {
	return s.b.CreateWallet(ctx, c)
}
func (s setup) ImportWallet(ctx context.Context, i api.ImportWallet) error {
	return s.b.ImportWallet(ctx, i)
}
func (s setup) UnlockWallet(ctx context.Context, passphrase string) error {
	return s.b.UnlockWallet(ctx, passphrase)
}
func (s setup) ShowPhrase(ctx context.Context, passphrase string) ([]string, error) {
	return s.b.ShowPhrase(ctx, passphrase)
}
func (s setup) ExportWallet(ctx context.Context, passphrase string) (string, error) {
	return s.b.ExportWallet(ctx, passphrase)
}
func (s setup) ChooseNetwork(ctx context.Context, c api.ChooseNetwork) error {
	return s.b.ChooseNetwork(ctx, c)
}
func (s setup) AskFaucet(ctx context.Context) error { return s.b.AskFaucet(ctx) }
func (s setup) ChooseModel(ctx context.Context, id string) error {
	return s.b.ChooseModel(ctx, id)
}
