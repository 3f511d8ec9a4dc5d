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

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A bus is the JetStream engine behind a relay. Subjects:
//
//	blob.KEY.env           the sealed envelope
//	blob.KEY.res.NODE      a node's sealed result
//	ev.KEY.env             event: envelope stored
//	ev.KEY.res.NODE        event: result stored
//	ev.KEY.msg.NODE.TYPE   event: message
//	ev.KEY.chunk.NODE      event: chunk
//	drawn.NODE.KEY         the envelope's event, for each node drawn
//	used.NONCE             a sign-in nonce that was used
//
// KEY and NODE are lower-case hex without 0x.
type bus struct {
	ns     *server.Server
	nc     *nats.Conn
	js     jetstream.JetStream
	blobs  jetstream.Stream
	events jetstream.Stream
}

const (
	headerNumber = "Helium-Number" // counts the messages of one row
	headerBytes  = "Helium-Bytes"  // adds up a row's bytes

	busMaxPayload = 16 << 20
)

func openBus(ctx context.Context, dir string, cfg Config) (*bus, error) {
	ns, err := server.NewServer(&server.Options{
		ServerName: "helium-relay",
		DontListen: true,
		NoSigs:     true,
		MaxPayload: busMaxPayload,
		JetStream:  true,
		StoreDir:   dir,
		// Each write is on disk before it is acknowledged; the events' stream opts out.
		SyncAlways:             true,
		JetStreamMaxMemory:     64 << 20,
		JetStreamMaxStore:      cfg.Limits.BlobBytes + cfg.Limits.EventBytes + 1<<30,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("make embedded nats: %w", err)
	}
	ns.SetLoggerV2(natsLog{cfg.Log}, false, false, false)
	ns.Start()
	b := &bus{ns: ns}
	if !ns.ReadyForConnections(20 * time.Second) {
		b.close()
		return nil, errors.New("start embedded nats: it is not ready after 20 s")
	}
	if err := b.connect(ctx, cfg); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bus) connect(ctx context.Context, cfg Config) error {
	var err error
	if b.nc, err = nats.Connect("", nats.InProcessServer(b.ns), nats.MaxReconnects(-1), nats.Name("relay")); err != nil {
		return fmt.Errorf("connect to embedded nats: %w", err)
	}
	if b.js, err = jetstream.New(b.nc); err != nil {
		return fmt.Errorf("open jetstream: %w", err)
	}
	stream := func(c jetstream.StreamConfig) (jetstream.Stream, error) {
		c.Storage, c.Discard, c.AllowDirect = jetstream.FileStorage, jetstream.DiscardNew, true
		c.Duplicates = min(c.MaxAge, time.Minute)
		s, err := b.js.CreateOrUpdateStream(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("open stream %s: %w", c.Name, err)
		}
		return s, nil
	}
	if b.blobs, err = stream(jetstream.StreamConfig{
		Name: "HELIUM_BLOBS", Subjects: []string{"blob.>"}, MaxAge: cfg.MaxAge, MaxBytes: cfg.Limits.BlobBytes,
	}); err != nil {
		return err
	}
	// A chunk or a signed message can be sent again; a disk's sync for each
	// would cost more than all the rest.
	if b.events, err = stream(jetstream.StreamConfig{
		Name: "HELIUM_EVENTS", Subjects: []string{"ev.>", "drawn.>"}, MaxAge: cfg.MaxAge, MaxBytes: cfg.Limits.EventBytes,
		PersistMode: jetstream.AsyncPersistMode,
	}); err != nil {
		return err
	}
	// No nonce is good for longer than these are kept, and each is written
	// before it lets anybody in.
	_, err = stream(jetstream.StreamConfig{
		Name: "HELIUM_USED", Subjects: []string{"used.>"}, MaxAge: 3 * challengeLife, MaxBytes: 64 << 20,
	})
	return err
}

func (b *bus) close() {
	if b.nc != nil {
		b.nc.Close()
	}
	b.ns.Shutdown()
	b.ns.WaitForShutdown()
}

var errFull = refuse(503, "full", "the relay's disk quota is used up", "try again later or use another relay")

// once writes data as the only message of subject. It reports false when there
// is one already.
func (b *bus) once(ctx context.Context, subject string, data []byte) (bool, error) {
	return b.publish(ctx, &nats.Msg{Subject: subject, Data: data}, 0)
}

// publish writes m when last is the sequence of its subject's last message. It
// reports false when it is not.
func (b *bus) publish(ctx context.Context, m *nats.Msg, last uint64) (bool, error) {
	_, err := b.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(last))
	var api *jetstream.APIError
	switch {
	case err == nil:
		return true, nil
	case errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence:
		return false, nil
	case errors.As(err, &api) && api.Code == 503 || errors.As(err, &api) && strings.Contains(api.Description, "maximum"):
		return false, fmt.Errorf("%w (%w)", errFull, err)
	}
	return false, fmt.Errorf("write %s: %w", subjectKind(m.Subject), err)
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
	written, err := b.once(ctx, subject, data)
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

// appendTo adds data to the row that was read as at. It reports false when
// somebody else was faster.
func (b *bus) appendTo(ctx context.Context, subject string, data []byte, at row) (bool, error) {
	m := nats.NewMsg(subject)
	m.Data = data
	m.Header.Set(headerNumber, strconv.FormatUint(at.number+1, 10))
	m.Header.Set(headerBytes, strconv.FormatUint(at.bytes+uint64(len(data)), 10))
	return b.publish(ctx, m, at.seq)
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
