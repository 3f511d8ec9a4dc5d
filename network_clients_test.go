//go:build linux && !desktop

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"helium/backend/models"
)

// testGoClient lets OpenAI's client for Go judge the bridge.
func (l *lab) testGoClient(t *testing.T) {
	client := openai.NewClient(option.WithBaseURL(l.ready.Bridge+"/v1"), option.WithAPIKey(l.ready.APIKey), option.WithMaxRetries(0))
	ask := openai.ChatCompletionNewParams{
		Model: models.DemoID, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(plainPrompt)},
		Temperature: openai.Float(0), Seed: openai.Int(7), MaxTokens: openai.Int(24),
	}
	whole, err := client.Chat.Completions.New(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	text := whole.Choices[0].Message.Content
	if want := bareAnswer(t, plainPrompt); text != want || whole.Usage.TotalTokens != whole.Usage.PromptTokens+whole.Usage.CompletionTokens {
		t.Errorf("it reads %q with %+v, the engine alone says %q", text, whole.Usage, want)
	}

	ask.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(t.Context(), ask)
	var gathered openai.ChatCompletionAccumulator
	for stream.Next() {
		if !gathered.AddChunk(stream.Current()) {
			t.Errorf("it can't add %s", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if got := gathered.Choices[0]; got.Message.Content != text || got.FinishReason == "" || gathered.Usage.TotalTokens != whole.Usage.TotalTokens {
		t.Errorf("streamed it reads %+v with %+v", got, gathered.Usage)
	}

	// What the demo model's template makes of the question: given raw, it has the same answer.
	prompt := "<|im_start|>user\n" + plainPrompt + "<|im_end|>\n<|im_start|>assistant\n"
	raw, err := client.Completions.New(t.Context(), openai.CompletionNewParams{
		Model: models.DemoID, Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String(prompt)},
		Temperature: openai.Float(0), N: openai.Int(2), MaxTokens: openai.Int(24),
	})
	if err != nil || len(raw.Choices) != 2 || raw.Choices[1].Text != text || raw.Usage.PromptTokens != whole.Usage.PromptTokens {
		t.Errorf("a completion is %+v, %v", raw, err)
	}

	drawn, err := client.Images.Generate(t.Context(), openai.ImageGenerateParams{
		Model: models.DemoImagesID, Prompt: "A red sunset over the sea", Size: "128x128",
	}, option.WithJSONSet("steps", 4), option.WithJSONSet("seed", 7))
	if err != nil {
		t.Fatal(err)
	}
	file, err := base64.StdEncoding.DecodeString(drawn.Data[0].B64JSON)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(file)); err != nil || img.Bounds().Dx() != 128 {
		t.Errorf("the image is %v, %v", img, err)
	}

	wantAPIError(t, client, ask, 400, "", "stream_options") // without stream
	ask.StreamOptions, ask.Model = openai.ChatCompletionStreamOptionsParam{}, "nobody/has-this"
	wantAPIError(t, client, ask, 404, "model_not_found", "model")
	ask.Model, ask.Temperature = models.DemoID, openai.Float(-1)
	wantAPIError(t, client, ask, 400, "", "temperature")
	wantAPIError(t, openai.NewClient(option.WithBaseURL(l.ready.Bridge+"/v1"), option.WithAPIKey("sk-helium-wrong"), option.WithMaxRetries(0)), ask, 401, "invalid_api_key", "")
}

func wantAPIError(t *testing.T, client openai.Client, ask openai.ChatCompletionNewParams, status int, code, param string) {
	t.Helper()
	_, err := client.Chat.Completions.New(t.Context(), ask)
	var api *openai.Error
	if !errors.As(err, &api) || api.StatusCode != status || api.Code != code || api.Param != param || len(api.Message) < 10 {
		t.Errorf("got %v, want status %d, code %q, param %q", err, status, code, param)
	}
}
