package node

import (
	"context"
	"sync"
	"time"

	"helium/backend/protocol"
	"helium/backend/seal"
)

const (
	// readyWait is how long the first chunk waits for the others to say ready.
	readyWait = 2 * time.Second
	// gather is the time over which tokens become one chunk.
	gather = 25 * time.Millisecond
)

// stream sends the text of a task to its creator while it is made, or how far its
// images are. It is a
// courtesy: when it fails, the result still counts. A nil stream takes
// everything and does nothing.
type stream struct {
	more chan struct{} // holds an element when there is something to send

	// mu guards everything that follows.
	mu     sync.Mutex
	pieces []protocol.StreamPiece
	ended  bool
}

// startStream begins the stream of a job; it ends with end, or with ctx.
func (r *runner) startStream(ctx context.Context, job Job) *stream {
	sealer, err := seal.NewStreamSealer(r.args.reply, job.Key, r.n.me)
	if err != nil {
		r.n.log.Warn("no stream", "task", job.ID, "err", err)
		return nil
	}
	s := &stream{more: make(chan struct{}, 1)}
	// The last chunk may go out while the job moves on.
	ctx = r.life
	r.own.Go(func() {
		if !r.awaitReady() {
			return
		}
		if err := s.send(ctx, r.n.cfg.Relay, sealer, job.Key); err != nil && ctx.Err() == nil {
			r.n.log.Warn("stream broke off", "task", job.ID, "err", err)
		}
	})
	return s
}

// add takes what the engine has made; it never blocks. Of an image only the
// newest step goes out, and the newest preview.
func (s *stream) add(p protocol.StreamPiece) {
	if s == nil || p.Text == "" && p.Steps == 0 && len(p.Tokens) == 0 {
		return
	}
	if len(p.Preview) > protocol.MaxPreviewBytes {
		p.Preview = nil
	}
	s.mu.Lock()
	last := len(s.pieces) - 1
	switch {
	case last < 0 || s.pieces[last].Choice != p.Choice || len(p.Tokens) > 0:
		// A text with tokens stays with its own.
		s.pieces = append(s.pieces, p)
	case p.Steps == 0:
		s.pieces[last].Text += p.Text
	default:
		if p.Preview == nil {
			p.Preview = s.pieces[last].Preview
		}
		s.pieces[last] = p
	}
	s.mu.Unlock()
	signal(s.more)
}

// end says that no text follows.
func (s *stream) end() {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	signal(s.more)
}

func (s *stream) take() (pieces []protocol.StreamPiece, ended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pieces, s.pieces = s.pieces, nil
	return pieces, s.ended
}

// send sends until the end: the first chunk at once, the next ones when a few
// tokens have come together.
func (s *stream) send(ctx context.Context, relay Relay, sealer *seal.StreamSealer, key protocol.TaskKey) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.more:
		}
		pieces, ended := s.take()
		chunks := split(pieces)
		for i, chunk := range chunks {
			text, err := protocol.EncodeStream(chunk)
			if err != nil {
				return err
			}
			seq, sealed, err := sealer.Seal(text, ended && i == len(chunks)-1)
			if err != nil {
				return err
			}
			if err := relay.SendChunk(ctx, key, seq, sealed); err != nil {
				return err
			}
		}
		if ended {
			return nil
		}
		if err := sleep(ctx, gather); err != nil {
			return err
		}
	}
}

// chunkText bounds the text of one chunk: escaped, six bytes for one at worst,
// it must still fit.
const chunkText = seal.MaxChunk / 8

// split makes chunks that are not too long, at least one. Each preview has one of
// its own.
func split(pieces []protocol.StreamPiece) [][]protocol.StreamPiece {
	var chunks [][]protocol.StreamPiece
	var now []protocol.StreamPiece
	size := 0
	for _, p := range pieces {
		for _, part := range parts(p) {
			weight := weigh(part)
			if full := size+weight > chunkText || len(now) >= 64 || len(p.Preview) > 0; full && len(now) > 0 {
				chunks, now, size = append(chunks, now), nil, 0
			}
			now, size = append(now, part), size+weight
		}
	}
	return append(chunks, now)
}

// weigh is what a piece takes of a chunk: what is written as it is takes less than
// text, and a preview all of it.
func weigh(p protocol.StreamPiece) int {
	if len(p.Preview) > 0 {
		return chunkText
	}
	weight := len(p.Text)
	for _, t := range p.Tokens {
		weight += t.Size() / 4
	}
	return weight
}

// parts cuts a piece into some that fit a chunk, its tokens before the end of its
// text.
func parts(p protocol.StreamPiece) (all []protocol.StreamPiece) {
	tokens := p.Tokens
	for weigh(protocol.StreamPiece{Tokens: tokens}) > chunkText/2 && len(tokens) > 1 {
		n := 1
		for n < len(tokens)-1 && weigh(protocol.StreamPiece{Tokens: tokens[:n+1]}) <= chunkText/2 {
			n++
		}
		all, tokens = append(all, protocol.StreamPiece{Choice: p.Choice, Tokens: tokens[:n]}), tokens[n:]
	}
	texts := cut(p.Text, chunkText)
	for i, text := range texts {
		part := p
		part.Text, part.Tokens = text, nil
		if i == 0 {
			part.Tokens = tokens
		}
		all = append(all, part)
	}
	return all
}

// cut cuts text into parts of at most size bytes, between characters.
func cut(text string, size int) []string {
	var parts []string
	for len(text) > size {
		at := size
		for at > size-4 && text[at]&0xc0 == 0x80 {
			at--
		}
		parts, text = append(parts, text[:at]), text[at:]
	}
	return append(parts, text)
}

// awaitReady waits until all three nodes have the arguments, or for long
// enough. False means that the runner ended.
func (r *runner) awaitReady() bool {
	t := time.NewTimer(readyWait)
	defer t.Stop()
	select {
	case <-r.life.Done():
		return false
	case <-r.readyAll:
	case <-t.C:
	}
	return true
}
