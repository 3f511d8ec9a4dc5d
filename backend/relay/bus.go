package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A bus is the JetStream behind a relay: two engines, since a server of its own
// syncs either every write or none, or two connections to the cluster that it
// shares with other relays. What is acknowledged for a blob is on disk; what is
// acknowledged for an event survives the end of the process, and the disk gets
// it within seconds: an event lost with the machine's power is one that its
// sender can do without or bring to the chain, and a sync for each token of a
// stream would cost more than all the rest. Subjects:
//
//	blob.KEY.env           the sealed envelope
//	blob.KEY.env.FROM.TO   the same, sealed by a node for another
//	blob.KEY.res.NODE      a node's sealed result, or what its parts are
//	part.KEY.NODE.HASH     a part of a node's sealed result, by its own hash
//	ev.KEY.env             event: envelope stored
//	ev.KEY.env.FROM.TO     event: envelope for a node stored
//	ev.KEY.res.NODE        event: result stored
//	ev.KEY.msg.NODE.TYPE   event: message
//	ev.KEY.chunk.NODE      event: chunk
//	drawn.NODE.KEY         the envelope's event, for each node drawn
//	used.NONCE             a sign-in nonce that was used
//
// KEY and NODE are lower-case hex without 0x.
type bus struct {
	synced, quick *engine
	blobs, events jetstream.Stream
	// boards have the events of the tasks at work; nil in a cluster.
	boards *boards
}

const (
	headerNumber = "Helium-Number" // counts the messages of one row
	headerBytes  = "Helium-Bytes"  // adds up a row's bytes
)

func openBus(ctx context.Context, cfg Config) (_ *bus, err error) {
	b := &bus{}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if err = b.openEngines(ctx, cfg); err != nil {
		return nil, err
	}
	if b.blobs, err = b.synced.stream(ctx, jetstream.StreamConfig{
		Name: "HELIUM_BLOBS", Subjects: []string{"blob.>", "part.>"}, MaxAge: cfg.MaxAge, MaxBytes: cfg.Limits.BlobBytes,
	}); err != nil {
		return nil, err
	}
	if b.events, err = b.quick.stream(ctx, jetstream.StreamConfig{
		Name: "HELIUM_EVENTS", Subjects: []string{"ev.>", "drawn.>"}, MaxAge: cfg.MaxAge, MaxBytes: cfg.Limits.EventBytes,
	}); err != nil {
		return nil, err
	}
	if !b.quick.shared() {
		before, err := b.subjects(ctx, b.events, "ev.>")
		if err != nil {
			return nil, err
		}
		b.boards = newBoards(before)
	}
	// No nonce is good for as long as these are kept.
	_, err = b.quick.stream(ctx, jetstream.StreamConfig{
		Name: "HELIUM_USED", Subjects: []string{"used.>"}, MaxAge: 3 * challengeLife, MaxBytes: usedBytes,
	})
	return b, err
}

func (b *bus) close() {
	b.synced.close()
	b.quick.close()
}

var errFull = refuse(503, "full", "the relay's disk quota is used up", "try again later or use another relay")

// once writes data as the only event of subject. It reports false when there
// is one already.
func (b *bus) once(ctx context.Context, subject string, data []byte) (bool, error) {
	return b.write(ctx, &nats.Msg{Subject: subject, Data: data}, 0)
}

// write writes an event, as publish does, and posts it.
func (b *bus) write(ctx context.Context, m *nats.Msg, last uint64) (bool, error) {
	if b.boards == nil || !strings.HasPrefix(m.Subject, "ev.") {
		return b.quick.publish(ctx, m, last)
	}
	key := keyOf(m.Subject)
	t := b.boards.of(key)
	if t == nil {
		return b.quick.publish(ctx, m, last)
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	seq, written, err := b.quick.publishAs(ctx, m, last)
	switch {
	case err != nil:
		b.boards.leave(key, t) // it may be in the stream all the same
	case written:
		b.boards.post(key, t, m, seq)
	}
	return written, err
}

// publish writes m when last is the sequence of its subject's last message. It
// reports false when it is not.
func (e *engine) publish(ctx context.Context, m *nats.Msg, last uint64) (bool, error) {
	_, written, err := e.publishAs(ctx, m, last)
	return written, err
}

// publishAs is publish that says which sequence the message has.
func (e *engine) publishAs(ctx context.Context, m *nats.Msg, last uint64) (seq uint64, written bool, err error) {
	ack, err := e.js.PublishMsg(ctx, m, append([]jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(last)}, e.retries...)...)
	var api *jetstream.APIError
	switch {
	case err == nil:
		return ack.Sequence, true, nil
	case errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		return 0, false, nil
	case errors.As(err, &api) && api.Code == 503 || errors.As(err, &api) && strings.Contains(api.Description, "maximum"):
		return 0, false, fmt.Errorf("%w (%w)", errFull, err)
	}
	return 0, false, fmt.Errorf("write %s: %w", subjectKind(m.Subject), err)
}

// last is the last message of a subject; nil when there is none.
func (b *bus) last(ctx context.Context, s jetstream.Stream, subject string) (*jetstream.RawStreamMsg, error) {
	m, err := s.GetLastMsgForSubject(ctx, subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", subjectKind(subject), err)
	}
	return m, nil
}

var errDifferent = refuse(409, "different", "other bytes are stored there already, and what is stored never changes", "read back what is stored")

// storeBlob puts data on disk under subject. Storing the same again is fine.
func (b *bus) storeBlob(ctx context.Context, subject string, data []byte) error {
	written, err := b.synced.publish(ctx, &nats.Msg{Subject: subject, Data: data}, 0)
	if err != nil || written {
		return err
	}
	have, err := b.last(ctx, b.blobs, subject)
	switch {
	case err != nil:
		return err
	case have == nil:
		return refuse(503, "busy", "the blob expired while it was being stored again", "try again")
	case !bytes.Equal(have.Data, data):
		return errDifferent
	}
	return nil
}

// row is where a subject's messages stand.
type row struct {
	seq    uint64
	number uint64 // of messages
	bytes  uint64
	data   []byte // of the last
}

func (b *bus) row(ctx context.Context, subject string) (row, error) {
	if t := b.boards.of(keyOf(subject)); t != nil {
		if r, ok := b.boards.row(t, subject); ok {
			return r, nil
		}
	}
	m, err := b.last(ctx, b.events, subject)
	if err != nil || m == nil {
		return row{}, err
	}
	number, err1 := strconv.ParseUint(m.Header.Get(headerNumber), 10, 64)
	size, err2 := strconv.ParseUint(m.Header.Get(headerBytes), 10, 64)
	if err := errors.Join(err1, err2); err != nil {
		return row{}, fmt.Errorf("read %s: %w", subjectKind(subject), err)
	}
	return row{seq: m.Sequence, number: number, bytes: size, data: m.Data}, nil
}

// rowOf is where the subject of a message stands that has just been written.
func rowOf(m *nats.Msg, seq uint64) row {
	number, _ := strconv.ParseUint(m.Header.Get(headerNumber), 10, 64) // none of an event that there is once
	size, _ := strconv.ParseUint(m.Header.Get(headerBytes), 10, 64)
	return row{seq: seq, number: number, bytes: size, data: m.Data}
}

// appendTo adds data to the row that was read as at. It reports false when
// somebody else was faster.
func (b *bus) appendTo(ctx context.Context, subject string, data []byte, at row) (bool, error) {
	m := nats.NewMsg(subject)
	m.Data = data
	m.Header.Set(headerNumber, strconv.FormatUint(at.number+1, 10))
	m.Header.Set(headerBytes, strconv.FormatUint(at.bytes+uint64(len(data)), 10))
	return b.write(ctx, m, at.seq)
}

// subjects lists how many messages each subject has that matches filter.
func (b *bus) subjects(ctx context.Context, s jetstream.Stream, filter string) (map[string]uint64, error) {
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", subjectKind(filter), err)
	}
	return info.State.Subjects, nil
}

// purge removes everything that matches the filters.
func (b *bus) purge(ctx context.Context, s jetstream.Stream, filters ...string) error {
	for _, filter := range filters {
		if err := s.Purge(ctx, jetstream.WithPurgeSubject(filter)); err != nil {
			return fmt.Errorf("purge %s: %w", subjectKind(filter), err)
		}
	}
	return nil
}

// forgetTimeout is how long a server may take to forget a watch.
const forgetTimeout = 5 * time.Second

// forget ends a watch at the server, which otherwise would keep it for a minute and
// takes only so many.
func (b *bus) forget(c jetstream.Consumer) {
	info := c.CachedInfo()
	if info == nil || b.quick.nc.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), forgetTimeout)
	defer cancel()
	// One that is not forgotten here is when it was not asked for a minute.
	_ = b.events.DeleteConsumer(ctx, info.Name)
}

func subjectKind(subject string) string {
	kind, _, _ := strings.Cut(subject, ".")
	return kind
}

// natsLog passes the engine's warnings on. Its notices are about itself, and
// that it would rather have small messages it says at every start.
type natsLog struct{ log *slog.Logger }

func (l natsLog) Noticef(string, ...any)    {}
func (l natsLog) Debugf(string, ...any)     {}
func (l natsLog) Tracef(string, ...any)     {}
func (l natsLog) Errorf(f string, v ...any) { l.log.Error("nats", "says", fmt.Sprintf(f, v...)) }
func (l natsLog) Fatalf(f string, v ...any) { l.log.Error("nats", "says", fmt.Sprintf(f, v...)) }
func (l natsLog) Warnf(f string, v ...any) {
	if !strings.HasPrefix(f, "Maximum payloads") {
		l.log.Warn("nats", "says", fmt.Sprintf(f, v...))
	}
}
