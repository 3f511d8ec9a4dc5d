package bridge

import (
	"encoding/json"
	"fmt"
	"net/http"

	"helium/inference/task"
)

// completionRequest is the body of /v1/completions: a text to continue, which
// reaches the model as it is, without a chat template. Its fields are OpenAI's, as
// chatRequest's are.
type completionRequest struct {
	Model string `json:"model"`
	// Prompt is a string, or a list of one.
	Prompt json.RawMessage `json:"prompt"`

	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options"`

	MaxTokens   *int            `json:"max_tokens"`
	Temperature *float64        `json:"temperature"`
	TopP        *float64        `json:"top_p"`
	N           *int            `json:"n"`
	Stop        json.RawMessage `json:"stop"`
	Seed        *int64          `json:"seed"`

	// Not OpenAI's, but common among gateways, and part of the task format.
	TopK              *int     `json:"top_k"`
	MinP              *float64 `json:"min_p"`
	RepetitionPenalty *float64 `json:"repetition_penalty"`

	// Helium is what this network adds.
	Helium *heliumOptions `json:"helium"`

	labels

	// Accepted at their neutral value only: see neutral.
	BestOf           *int            `json:"best_of"`
	Echo             *bool           `json:"echo"`
	Suffix           *string         `json:"suffix"`
	Logprobs         *int            `json:"logprobs"`
	LogitBias        json.RawMessage `json:"logit_bias"`
	FrequencyPenalty *float64        `json:"frequency_penalty"`
	PresencePenalty  *float64        `json:"presence_penalty"`
}

// completionTokens is OpenAI's limit for a request that names none.
const completionTokens = 16

func decodeCompletion(body []byte) (*completionRequest, error) {
	var r completionRequest
	if err := decodeBody(body, &r); err != nil {
		return nil, err
	}
	return &r, r.neutral()
}

// neutral refuses what would change the answer and can't be honoured.
func (r *completionRequest) neutral() error {
	notHere := "is not supported by this network: leave it out"
	switch {
	case r.BestOf != nil && *r.BestOf != r.choices():
		return badField("best_of", "must be as n: this network keeps no answers back; leave it out, and choose among n answers yourself")
	case r.Echo != nil && *r.Echo:
		return badField("echo", "must be false: put the prompt before the answer yourself")
	case r.Suffix != nil && *r.Suffix != "":
		return badField("suffix", notHere+": its models continue a text and fill no gaps")
	case r.Logprobs != nil:
		return badField("logprobs", notHere)
	case !empty(r.LogitBias):
		return badField("logit_bias", notHere)
	case r.FrequencyPenalty != nil && *r.FrequencyPenalty != 0:
		return badField("frequency_penalty", notHere+", or use repetition_penalty")
	case r.PresencePenalty != nil && *r.PresencePenalty != 0:
		return badField("presence_penalty", notHere+", or use repetition_penalty")
	case r.StreamOptions != nil && !r.Stream:
		return badField("stream_options", "needs stream to be true")
	}
	return nil
}

func (r *completionRequest) choices() int {
	if r.N == nil {
		return 1
	}
	return *r.N
}

// prompt is the one text to continue.
func (r *completionRequest) prompt() (string, error) {
	var one string
	if empty(r.Prompt) {
		return "", badField("prompt", "is missing: give the text to continue")
	}
	if json.Unmarshal(r.Prompt, &one) != nil {
		var list []string
		if json.Unmarshal(r.Prompt, &list) != nil {
			return "", badField("prompt", "must be a string, or a list of one: tokens are numbered otherwise by each model, so send text")
		}
		if len(list) != 1 {
			return "", badField("prompt", fmt.Sprintf("has %d texts: send one request for each", len(list)))
		}
		one = list[0]
	}
	if one == "" {
		return "", badField("prompt", "is empty: give the text to continue")
	}
	return one, nil
}

// task makes the task document of the request, whose prompt is taken raw.
func (r *completionRequest) task() (*task.GPT, error) {
	prompt, err := r.prompt()
	if err != nil {
		return nil, err
	}
	stop, err := stopStrings(r.Stop)
	if err != nil {
		return nil, err
	}
	seed := randomSeed()
	if r.Seed != nil {
		seed = *r.Seed & task.MaxSeed
	}
	limit := r.MaxTokens
	if limit == nil {
		limit = new(completionTokens)
	}
	sample := r.Temperature == nil || *r.Temperature > 0
	g, err := task.FromChat(r.Model, []task.Message{{Role: task.RoleUser, Content: task.Text(prompt)}}, func(g *task.GPT) {
		g.Helium.RawPrompt, g.Seed = true, seed
		g.GenerationConfig = &task.GenerationConfig{
			MaxNewTokens: limit, DoSample: &sample, Temperature: r.Temperature, TopP: r.TopP, TopK: r.TopK,
			MinP: r.MinP, RepetitionPenalty: r.RepetitionPenalty, NumReturnSequences: r.N, StopStrings: stop,
		}
	})
	if err != nil {
		return nil, asFieldError(err)
	}
	return g, nil
}

func (b *Bridge) completionOrder(req *completionRequest) (order, error) {
	if _, err := b.modelFor(req.Model, false); err != nil {
		return order{}, err
	}
	doc, err := req.task()
	if err != nil {
		return order{}, err
	}
	return b.labelled(req.labels, req.Helium, doc)
}

// completions makes a task of a text to continue and answers as chatCompletions
// does, with OpenAI's older objects.
func (b *Bridge) completions(w http.ResponseWriter, r *http.Request) error {
	who, body, err := b.receive(w, r, maxBody)
	if err != nil {
		return err
	}
	req, err := decodeCompletion(body)
	if err != nil {
		return err
	}
	t, err := b.start(r, who, body, func() (order, error) { return b.completionOrder(req) })
	if err != nil {
		return err
	}

	answer := reply{id: t.ID(), model: req.Model, created: b.now(), raw: true, choices: req.choices()}
	return b.deliver(w, r, t, answer, delivery{req.Stream, req.StreamOptions, req.Helium})
}
