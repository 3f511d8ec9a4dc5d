package node

import (
	"context"
	"sync"
	"time"

	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/diffusion"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/worker"
)

// lookForRoom is how often a running node looks whether its models fit beside what
// other programs hold.
const lookForRoom = 10 * time.Second

// rooms know what the models need.
type rooms struct {
	mu       sync.Mutex        // guards what follows
	needs    map[string]uint64 // bytes with the context, by path
	tooLarge map[string]bool   // ids of those that this machine never has room for
}

// shelter says whether the largest model that fits this machine could be loaded
// now. A node that is drawn without room for its model can't answer, so it has to
// pause before. One that has paused waits for an eighth more than that, so as not
// to come and go with every window that somebody opens.
func (n *Node) shelter(ctx context.Context) bool {
	memory, err := n.cfg.Engine.Memory(ctx)
	if err != nil {
		n.log.Warn("could not ask the engine how much memory is free", "err", err)
		return true // what is wrong with the engine is for the next task to say
	}
	largest, id := n.rooms.largest(n.cfg.Models.List(), memory)
	if n.health.stands(ReasonNoRoom) {
		largest += largest / 8
		largest = min(largest, memory.Limit)
	}
	if memory.Room(largest) {
		n.health.clear(ReasonNoRoom)
		return true
	}
	n.health.raise(ReasonNoRoom, protocol.Say("room", "{model} needs about {needs} MB, and other programs leave {free} MB. The node is paused until there is room.",
		id, largest>>20, (memory.Free+memory.Held)>>20))
	return false
}

// roomChanged says whether a node that should run has found or lost its room.
func (n *Node) roomChanged(ctx context.Context) bool {
	me, err := n.readSelf()
	if err != nil || me.Wish != WishRun || n.yieldingNow() != nil {
		return false
	}
	had := !n.health.stands(ReasonNoRoom)
	return n.shelter(ctx) != had
}

// largest is what the largest model needs of those that fit at all.
func (r *rooms) largest(all []models.File, memory worker.Memory) (needs uint64, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tooLarge = map[string]bool{}
	for _, f := range all {
		one := r.of(f.Path)
		switch {
		case one > memory.Limit:
			r.tooLarge[f.Pin.ID] = true
		case one > needs:
			needs, id = one, f.Pin.ID
		}
	}
	return needs, id
}

// of is called with mu held. A model that can't be read needs nothing: the engine
// will say what is wrong with it.
func (r *rooms) of(path string) uint64 {
	if needs, ok := r.needs[path]; ok {
		return needs
	}
	needs, err := Needs(path)
	if err != nil {
		return 0
	}
	if r.needs == nil {
		r.needs = map[string]uint64{}
	}
	r.needs[path] = needs
	return needs
}

// Needs is how much memory a text model needs with its context, and an image model to
// make an image, in bytes. A model that only goes with another one is an error.
func Needs(path string) (uint64, error) {
	if needs, err := diffusion.Needs(path); err == nil {
		return needs, nil
	}
	header, err := gpt.Describe(path)
	if err != nil {
		return 0, err
	}
	shown := header.Summary()
	return shown.Memory(min(shown.Context, gpt.MaxContext), ggml.Batch), nil
}

// fits says whether there can be room for a model.
func (r *rooms) fits(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.tooLarge[id]
}
