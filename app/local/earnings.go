package local

import (
	"context"

	"helium/app/api"
	"helium/backend/protocol"
)

// earnings is the part of the namespace that shows what came in.
type earnings struct{ b api.EarningsService }

func (e earnings) Earnings(ctx context.Context, r api.EarningsRange) (api.EarningsReport, error) {
	return e.b.Earnings(ctx, r)
}
func (e earnings) EarningsTasks(ctx context.Context, q api.TasksQuery) (api.TasksPage, error) {
	return e.b.EarningsTasks(ctx, q)
}
func (e earnings) TaskReceipt(ctx context.Context, id protocol.TaskID) (api.TaskReceipt, error) {
	return e.b.TaskReceipt(ctx, id)
}
func (e earnings) EarningsCSV(ctx context.Context, q api.TasksQuery) (api.CSVPart, error) {
	return e.b.EarningsCSV(ctx, q)
}
func (e earnings) SetElectricity(ctx context.Context, s api.Electricity) error {
	return e.b.SetElectricity(ctx, s)
}

// Calls of the page of earnings, as api.EarningsService has them.

func (c *Client) Earnings(ctx context.Context, r api.EarningsRange) (report api.EarningsReport, err error) {
	return report, c.rpc.CallContext(ctx, &report, api.Namespace+"_earnings", r)
}
func (c *Client) EarningsTasks(ctx context.Context, q api.TasksQuery) (page api.TasksPage, err error) {
	return page, c.rpc.CallContext(ctx, &page, api.Namespace+"_earningsTasks", q)
}
func (c *Client) TaskReceipt(ctx context.Context, id protocol.TaskID) (r api.TaskReceipt, err error) {
	return r, c.rpc.CallContext(ctx, &r, api.Namespace+"_taskReceipt", id)
}
func (c *Client) EarningsCSV(ctx context.Context, q api.TasksQuery) (part api.CSVPart, err error) {
	return part, c.rpc.CallContext(ctx, &part, api.Namespace+"_earningsCSV", q)
}
func (c *Client) SetElectricity(ctx context.Context, s api.Electricity) error {
	return c.call(ctx, "setElectricity", s)
}
