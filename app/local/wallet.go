package local

import (
	"context"

	"helium/app/api"
)

// money is the owner's money's part of the namespace.
type money struct{ b api.WalletService }

func (m money) CostOfSending(ctx context.Context, s api.SendCNX) (api.SendCost, error) {
	return m.b.CostOfSending(ctx, s)
}
func (m money) SendCNX(ctx context.Context, s api.SendCNX) error     { return m.b.SendCNX(ctx, s) }
func (m money) Withdraw(ctx context.Context) error                   { return m.b.Withdraw(ctx) }
func (m money) SetPayout(ctx context.Context, s api.SetPayout) error { return m.b.SetPayout(ctx, s) }
func (m money) Retry(ctx context.Context) error                      { return m.b.Retry(ctx) }

// Calls of the owner's money, as api.WalletService has them.

func (c *Client) CostOfSending(ctx context.Context, s api.SendCNX) (cost api.SendCost, err error) {
	return cost, c.rpc.CallContext(ctx, &cost, api.Namespace+"_costOfSending", s)
}
func (c *Client) SendCNX(ctx context.Context, s api.SendCNX) error {
	return c.call(ctx, "sendCNX", s)
}
func (c *Client) Withdraw(ctx context.Context) error { return c.call(ctx, "withdraw") }
func (c *Client) SetPayout(ctx context.Context, s api.SetPayout) error {
	return c.call(ctx, "setPayout", s)
}
func (c *Client) Retry(ctx context.Context) error { return c.call(ctx, "retry") }
