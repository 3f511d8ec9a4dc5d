package bridge

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"helium/inference/task"
)

// labels are a caller's own. They change no answer, reach no node, and come back
// with the task at /v1/tasks/{id}.
type labels struct {
	User             string            `json:"user,omitempty"`
	SafetyIdentifier string            `json:"safety_identifier,omitempty"`
	Metadata         map[string]string `json:"metadata,omitempty"`
}

// OpenAI's limits.
const (
	maxLabels     = 16
	maxLabelName  = 64
	maxLabelValue = 512
)

func (l labels) check() error {
	if len(l.Metadata) > maxLabels {
		return badField("metadata", fmt.Sprintf("has %d pairs: it may have %d", len(l.Metadata), maxLabels))
	}
	for name, value := range l.Metadata {
		if utf8.RuneCountInString(name) > maxLabelName || utf8.RuneCountInString(value) > maxLabelValue {
			return badField("metadata", fmt.Sprintf("has a pair that is too long: names have up to %d characters and values %d", maxLabelName, maxLabelValue))
		}
	}
	for name, value := range map[string]string{"user": l.User, "safety_identifier": l.SafetyIdentifier} {
		if utf8.RuneCountInString(value) > maxLabelValue {
			return badField(name, fmt.Sprintf("has more than %d characters", maxLabelValue))
		}
	}
	return nil
}

// context is what is kept with the task; nil when there is nothing.
func (l labels) context() json.RawMessage {
	b, err := json.Marshal(l)
	if err != nil || string(b) == "{}" {
		return nil
	}
	return b
}

// labelled has a document done for a caller who may have labelled it.
func (b *Bridge) labelled(l labels, h *heliumOptions, doc *task.GPT) (order, error) {
	if err := l.check(); err != nil {
		return order{}, err
	}
	offer, err := h.offer()
	if err != nil {
		return order{}, err
	}
	o, err := b.gptOrder(doc, offer)
	o.context = l.context()
	return o, err
}
