package local

import (
	"context"

	"helium/app/api"
)

// shelf is the models' part of the namespace.
type shelf struct{ b api.ModelsService }

func (s shelf) Models(ctx context.Context) (api.ModelList, error) { return s.b.Models(ctx) }
func (s shelf) LookUpModel(ctx context.Context, text string) (api.ModelPreview, error) {
	return s.b.LookUpModel(ctx, text)
}
func (s shelf) FetchModel(ctx context.Context, text string) error { return s.b.FetchModel(ctx, text) }
func (s shelf) PauseModel(ctx context.Context, id string) error   { return s.b.PauseModel(ctx, id) }
func (s shelf) ResumeModel(ctx context.Context, id string) error  { return s.b.ResumeModel(ctx, id) }
func (s shelf) CancelModel(ctx context.Context, id string) error  { return s.b.CancelModel(ctx, id) }
func (s shelf) DeleteModel(ctx context.Context, id string) error  { return s.b.DeleteModel(ctx, id) }
func (s shelf) KeepModel(ctx context.Context, id string) error    { return s.b.KeepModel(ctx, id) }
func (s shelf) LookAtModelLimit(ctx context.Context, bytes int64) (api.LimitPreview, error) {
	return s.b.LookAtModelLimit(ctx, bytes)
}
func (s shelf) SetModelLimit(ctx context.Context, bytes int64, going []string) error {
	return s.b.SetModelLimit(ctx, bytes, going)
}
func (s shelf) LookAtModelFolder(ctx context.Context, folder string) (api.FolderPreview, error) {
	return s.b.LookAtModelFolder(ctx, folder)
}
func (s shelf) MoveModels(ctx context.Context, folder string) error {
	return s.b.MoveModels(ctx, folder)
}
func (s shelf) RetryMoveModels(ctx context.Context) error  { return s.b.RetryMoveModels(ctx) }
func (s shelf) CancelMoveModels(ctx context.Context) error { return s.b.CancelMoveModels(ctx) }
func (s shelf) UseModelFolder(ctx context.Context, folder string) error {
	return s.b.UseModelFolder(ctx, folder)
}

// Calls of the models, as api.ModelsService has them.

func (c *Client) Models(ctx context.Context) (l api.ModelList, err error) {
	return l, c.rpc.CallContext(ctx, &l, api.Namespace+"_models")
}
func (c *Client) LookUpModel(ctx context.Context, text string) (p api.ModelPreview, err error) {
	return p, c.rpc.CallContext(ctx, &p, api.Namespace+"_lookUpModel", text)
}
func (c *Client) FetchModel(ctx context.Context, text string) error {
	return c.call(ctx, "fetchModel", text)
}
func (c *Client) PauseModel(ctx context.Context, id string) error {
	return c.call(ctx, "pauseModel", id)
}
func (c *Client) ResumeModel(ctx context.Context, id string) error {
	return c.call(ctx, "resumeModel", id)
}
func (c *Client) CancelModel(ctx context.Context, id string) error {
	return c.call(ctx, "cancelModel", id)
}
func (c *Client) DeleteModel(ctx context.Context, id string) error {
	return c.call(ctx, "deleteModel", id)
}
func (c *Client) KeepModel(ctx context.Context, id string) error { return c.call(ctx, "keepModel", id) }
func (c *Client) LookAtModelLimit(ctx context.Context, bytes int64) (p api.LimitPreview, err error) {
	return p, c.rpc.CallContext(ctx, &p, api.Namespace+"_lookAtModelLimit", bytes)
}
func (c *Client) SetModelLimit(ctx context.Context, bytes int64, going []string) error {
	return c.call(ctx, "setModelLimit", bytes, going)
}
func (c *Client) LookAtModelFolder(ctx context.Context, folder string) (p api.FolderPreview, err error) {
	return p, c.rpc.CallContext(ctx, &p, api.Namespace+"_lookAtModelFolder", folder)
}
func (c *Client) MoveModels(ctx context.Context, folder string) error {
	return c.call(ctx, "moveModels", folder)
}
func (c *Client) RetryMoveModels(ctx context.Context) error  { return c.call(ctx, "retryMoveModels") }
func (c *Client) CancelMoveModels(ctx context.Context) error { return c.call(ctx, "cancelMoveModels") }
func (c *Client) UseModelFolder(ctx context.Context, folder string) error {
	return c.call(ctx, "useModelFolder", folder)
}
