package diffusion

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"helium/inference/diffusion/prompt"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/task"
)

// ErrUnsupported means that a task or a folder is right and asks for what this
// package doesn't do yet. Its code is that of what this machine can't run.
var ErrUnsupported = errors.New("not supported yet")

// Check says whether a task is one that this package runs, whatever the model. It
// needs no native library. The error is a *gpt.Error.
func Check(t *task.SD) error {
	if list := t.Refusals(); len(list) > 0 {
		return &gpt.Error{Code: gpt.CodeInvalidArguments, Err: list[0]}
	}
	if t.Prompt == "" || t.Config.Images < 1 || t.Config.Images > task.MaxImages || t.Config.Steps < 1 {
		return fail(gpt.CodeInvalidArguments, "a task without prompt, images or steps, or of more than %d images", task.MaxImages)
	}
	if t.ControlNet != nil && strings.Contains(t.ControlNet.Model, "://") {
		return fail(gpt.CodeCannotRun, "%w: controlnet by URL", ErrUnsupported)
	}
	if err := checkControl(t.ControlNet); err != nil {
		return err
	}
	for _, text := range []struct{ field, text string }{{"prompt", t.Prompt}, {"negative_prompt", t.NegativePrompt}} {
		if _, err := prompt.Parse(text.text); err != nil {
			return fail(gpt.CodePromptRefused, "read %s: %w", text.field, err)
		}
	}
	return nil
}

// checkModels refuses a task that names models in other fields than those that
// the pipeline was opened with.
func (p *Pipeline) checkModels(t *task.SD) error {
	named := map[task.ModelRole]bool{}
	for _, m := range t.Models() {
		named[m.Role] = true
		if _, ok := p.models[m.Role]; !ok {
			return fail(gpt.CodeModelNotFound, "the %s %.200s is not among the models that were opened", m.Role, m.Name)
		}
	}
	for role := range p.models {
		if !named[role] {
			return fail(gpt.CodeInvalidArguments, "the task names no %s, and one was opened", role)
		}
	}
	return nil
}

func fail(code gpt.Code, format string, args ...any) error {
	return &gpt.Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// failed gives an error of a part the code of a machine that can't run it or has
// no room for it, and the end of ctx its own.
func failed(ctx context.Context, err error) error {
	if stopped := alive(ctx); stopped != nil {
		return stopped
	}
	if errors.Is(err, ggml.ErrNoMemory) {
		return &gpt.Error{Code: gpt.CodeOutOfMemory, Err: err}
	}
	return &gpt.Error{Code: gpt.CodeCannotRun, Err: err}
}

// alive tells why a task must not go on.
func alive(ctx context.Context) error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &gpt.Error{Code: gpt.CodeTimeout, Err: err}
	default:
		return &gpt.Error{Code: gpt.CodeCancelled, Err: err}
	}
}
