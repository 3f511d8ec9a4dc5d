package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/task"
)

// taskRequest is the body of POST /v1/tasks: a task document of the network's own
// format, for callers who want all of it.
type taskRequest struct {
	// Type is "gpt" or "sd".
	Type   string          `json:"type"`
	Task   json.RawMessage `json:"task"`
	Helium *heliumOptions  `json:"helium"`
}

// createTask makes a task of a document and answers at once, with the task as it
// stands: GET /v1/tasks/{id} tells how it goes on.
func (b *Bridge) createTask(w http.ResponseWriter, r *http.Request) error {
	who, body, err := b.receive(w, r, maxImagesBody)
	if err != nil {
		return err
	}
	t, err := b.start(r, who, body, func() (order, error) { return b.taskOrder(body) })
	if err != nil {
		return err
	}
	tellFee(w, t)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", "/v1/tasks/"+t.ID())
	w.WriteHeader(http.StatusAccepted)
	return writeJSON(w, b.taskAnswerOf(r.Context(), t))
}

func (b *Bridge) taskOrder(body []byte) (order, error) {
	var req taskRequest
	if err := decodeBody(body, &req); err != nil {
		return order{}, err
	}
	offer, err := req.Helium.offer()
	if err != nil {
		return order{}, err
	}
	switch req.Type {
	case "gpt":
		doc, err := task.ParseGPT(req.Task)
		if err != nil {
			return order{}, inTask(err)
		}
		return b.gptOrder(doc, offer)
	case "sd":
		doc, err := task.ParseSD(req.Task)
		if err != nil {
			return order{}, inTask(err)
		}
		o, err := b.sdOrder(doc, offer)
		return o, inTask(err)
	default:
		return order{}, badField("type", fmt.Sprintf("is %.40q: it must be gpt or sd", req.Type))
	}
}

func (b *Bridge) gptOrder(doc *task.GPT, o offer) (order, error) {
	model, err := b.modelFor(doc.Model, false)
	if err != nil {
		return order{}, err
	}
	if doc.HasImages() {
		return order{}, badField("task.messages", "hold images, and this network's models read text only")
	}
	units := task.UnitsRoundedUp(doc)
	if units > creator.MaxUnits {
		s := doc.Settings(nil)
		return order{}, badField("max_tokens", fmt.Sprintf("is %d for each of %d choices, and one task makes at most %d tokens in all: ask for fewer",
			s.MaxNewTokens, max(s.NumReturnSequences, s.NumBeams), creator.MaxUnits*task.TokensPerUnit))
	}
	return order{
		size: creator.Size{Type: protocol.GPT, Units: units, MinVRAMGB: model.MinVRAMGB},
		task: doc.Normalised(), model: doc.Model, models: []protocol.ModelPin{model.Pin}, offer: o,
	}, nil
}

// inTask names a field of the document as one of the body.
func inTask(err error) error {
	var f *task.FieldError
	if !errors.As(err, &f) {
		return err
	}
	name := "task"
	if f.Field != "" {
		name += "." + f.Field
	}
	return fieldError(name, f)
}
