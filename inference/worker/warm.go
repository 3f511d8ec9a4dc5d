package worker

import (
	"fmt"
	"slices"
	"sync/atomic"

	"helium/inference/gpt"
)

// warm are the loaded models, the one used last at the end. They keep to a limit:
// whoever was not used for longest goes first. Only the work loop uses it, but for
// held.
type warm struct {
	limit  uint64        // bytes that the models may take together
	free   func() uint64 // bytes of the card that nobody holds; nil where there is no card
	models []loaded
	held   atomic.Uint64 // sum of needs
}

// loaded is a model in memory. Its key names everything that decides what it is.
type loaded struct {
	key   string
	model *gpt.Model
	needs uint64
}

// keyOf is a loaded model's name.
func keyOf(m Model, f gpt.Format) string { return fmt.Sprint(m, f) }

// get is the model, or nil if it isn't loaded.
func (w *warm) get(key string) *gpt.Model {
	i := slices.IndexFunc(w.models, func(l loaded) bool { return l.key == key })
	if i < 0 {
		return nil
	}
	one := w.models[i]
	w.models = append(slices.Delete(w.models, i, i+1), one)
	return one.model
}

func (w *warm) add(l loaded) {
	w.models = append(w.models, l)
	w.held.Add(l.needs)
}

// lend makes room for a task that loads and frees by itself. give tells that it
// has.
func (w *warm) lend(id string, needs uint64) (give func(), err error) {
	if err := w.makeRoom(id, needs); err != nil {
		return nil, err
	}
	w.held.Add(needs)
	return func() { w.held.Add(-needs) }, nil
}

// makeRoom closes models until one that needs so much fits. Its error says that
// it would not fit if all were closed; then none of them is.
func (w *warm) makeRoom(id string, needs uint64) error {
	if needs > w.limit {
		return &gpt.Error{Code: gpt.CodeOutOfMemory, Err: fmt.Errorf("load %s: it needs about %d MB of memory, and models may take %d MB", id, needs>>20, w.limit>>20)}
	}
	if w.free != nil && needs > w.free()+w.held.Load() {
		return &gpt.Error{Code: gpt.CodeOutOfMemory, Err: fmt.Errorf("load %s: it needs about %d MB of memory, and other programs leave %d MB of the card", id, needs>>20, (w.free()+w.held.Load())>>20)}
	}
	for len(w.models) > 0 && (w.held.Load()+needs > w.limit || w.free != nil && needs > w.free()) {
		w.closeOldest()
	}
	return nil
}

func (w *warm) closeOldest() {
	oldest := w.models[0]
	w.models = w.models[1:]
	w.held.Add(-oldest.needs)
	oldest.model.Close()
}

// rest has the model used last forget its task, which takes a while where the
// context is large; the next task need not wait for that.
func (w *warm) rest() {
	if len(w.models) > 0 {
		w.models[len(w.models)-1].model.Rest()
	}
}

// keepLast closes all but the model used last, whose task takes the memory of the
// others.
func (w *warm) keepLast() {
	for len(w.models) > 1 {
		w.closeOldest()
	}
}

func (w *warm) clear() {
	for len(w.models) > 0 {
		w.closeOldest()
	}
}
