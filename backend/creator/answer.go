package creator

import (
	"bytes"
	"fmt"

	"helium/backend/protocol"
	"helium/inference/imagehash"
	"helium/inference/task"
)

// answer is what a node left at the relay, and what would stand on chain for it.
type answer struct {
	response []byte
	digest   []byte
}

// read takes a response of a node. What can't be one to the task is an error.
func (t *Task) read(response []byte) (answer, error) {
	r := t.whole()
	switch r.Type {
	case protocol.GPT:
		digest := task.GPTDigest(r.Salt, response)
		return answer{response, digest[:]}, nil
	case protocol.StableDiffusion:
		r.Response = response
		hashes, err := imageHashes(r)
		return answer{response, task.SDDigest(r.Salt, hashes)}, err
	default:
		return answer{}, fmt.Errorf("read response: tasks of type %d have none", r.Type)
	}
}

// imageHashes are those of the images that a record holds.
func imageHashes(r Record) ([]imagehash.Hash, error) {
	envelope, err := protocol.DecodeEnvelope(r.Envelope)
	if err != nil {
		return nil, err
	}
	s, err := task.ParseSD(envelope.Task)
	if err != nil {
		return nil, err
	}
	images, err := task.ParseSDResponse(r.Response, s)
	if err != nil {
		return nil, err
	}
	return images.Hashes()
}

// likeness is the contract's rule for when two results match: equal bytes, but
// for images a distance below a bound.
type likeness struct {
	images bool
	below  int // bits
}

func (l likeness) same(a, b []byte) bool {
	if !l.images {
		return bytes.Equal(a, b)
	}
	distance, ok := task.SDDistance(a, b)
	return ok && distance < l.below
}

// winner is the seat whose result stands when three results were opened, -1 if
// no two match: the one that matches both others, the lowest of several, or the
// lower one of a pair.
func (l likeness) winner(results [protocol.Seats][]byte) int {
	best, most := -1, 0
	for seat, a := range results {
		matches := 0
		for other, b := range results {
			if other != seat && a != nil && b != nil && l.same(a, b) {
				matches++
			}
		}
		if matches > most {
			best, most = seat, matches
		}
	}
	return best
}
