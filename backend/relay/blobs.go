package relay

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/relay/internal/wire"
	"helium/backend/seal"
)

// maxWait is the longest that a GET may wait for an envelope.
const maxWait = time.Minute

func keyPart(k protocol.TaskKey) string      { return hex.EncodeToString(k[:]) }
func nodePart(a common.Address) string       { return hex.EncodeToString(a[:]) }
func envelopePath(k protocol.TaskKey) string { return keyPart(k) + ".env" }
func envelopeForPath(k protocol.TaskKey, from, to common.Address) string {
	return envelopePath(k) + "." + nodePart(from) + "." + nodePart(to)
}
func drawnPath(a common.Address, k protocol.TaskKey) string {
	return "drawn." + nodePart(a) + "." + keyPart(k)
}
func resultPath(k protocol.TaskKey, a common.Address) string {
	return keyPart(k) + ".res." + nodePart(a)
}

func taskKey(req *http.Request) (protocol.TaskKey, error) {
	key, err := wire.ParseTaskKey(req.PathValue("key"))
	if err != nil {
		return key, refuse(400, "bad_task_key", err.Error(), "")
	}
	return key, nil
}

func (r *Relay) putEnvelope(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	t, err := r.roles(req.Context(), key, who, roleCreator)
	if err != nil {
		return err
	}
	sealed, give, err := r.sealedBody(w, req, who, r.cfg.Limits.MaxEnvelope)
	if err != nil {
		return err
	}
	defer give()
	// A creator that goes away now must not leave bytes that nobody hears of.
	ctx := context.WithoutCancel(req.Context())
	if err := r.bus.storeBlob(ctx, "blob."+envelopePath(key), sealed); err != nil {
		return err
	}
	hash := crypto.Keccak256Hash(sealed)
	if err := r.announceEnvelope(ctx, key, hash, t.Nodes[:]); err != nil {
		return err
	}
	r.answer(w, http.StatusOK, wire.PutEnvelopeReply{CiphertextHash: hash})
	return nil
}

// putEnvelopeFor keeps what a node sealed anew for another that could not open
// the creator's.
func (r *Relay) putEnvelopeFor(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	to, err := wire.ParseAddress(req.PathValue("to"))
	if err != nil {
		return refuse(400, "bad_address", err.Error(), "")
	}
	t, err := r.roles(req.Context(), key, who, roleNode)
	if err != nil {
		return err
	}
	if !t.isNode(to) || to == who.address {
		return refuse(404, "not_stored", to.Hex()+" is no other node of this task", "")
	}
	sealed, give, err := r.sealedBody(w, req, who, r.cfg.Limits.MaxEnvelope)
	if err != nil {
		return err
	}
	defer give()
	ctx := context.WithoutCancel(req.Context()) // as in putEnvelope
	if err := r.bus.storeBlob(ctx, "blob."+envelopeForPath(key, who.address, to), sealed); err != nil {
		return err
	}
	hash := crypto.Keccak256Hash(sealed)
	if err := r.announceEnvelopeFor(ctx, key, who.address, to, hash); err != nil {
		return err
	}
	r.answer(w, http.StatusOK, wire.PutEnvelopeReply{CiphertextHash: hash})
	return nil
}

func (r *Relay) announceEnvelopeFor(ctx context.Context, key protocol.TaskKey, from, to common.Address, hash common.Hash) error {
	return r.announce(ctx, "ev."+envelopeForPath(key, from, to),
		wire.Event{Kind: string(client.EventEnvelope), TaskKey: key, Node: from, CiphertextHash: hash})
}

func (r *Relay) getEnvelopeFrom(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	from, err := wire.ParseAddress(req.PathValue("from"))
	if err != nil {
		return refuse(400, "bad_address", err.Error(), "")
	}
	if _, err := r.roles(req.Context(), key, who, roleNode); err != nil {
		return err
	}
	sealed, err := r.waitBlob(req.Context(), envelopeForPath(key, from, who.address), 0)
	if err != nil {
		return err
	}
	return r.answerBlob(w, who, sealed)
}

// announceEnvelope tells those who watch the task and those who were drawn.
func (r *Relay) announceEnvelope(ctx context.Context, key protocol.TaskKey, hash common.Hash, nodes []common.Address) error {
	ev := wire.Event{Kind: string(client.EventEnvelope), TaskKey: key, CiphertextHash: hash}
	if err := r.announce(ctx, "ev."+envelopePath(key), ev); err != nil {
		return err
	}
	for _, node := range nodes {
		if err := r.announce(ctx, drawnPath(node, key), ev); err != nil {
			return err
		}
	}
	return nil
}

// announce writes an event that there is once.
func (r *Relay) announce(ctx context.Context, subject string, ev wire.Event) error {
	raw, err := json.Marshal(ev)
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	_, err = r.bus.once(ctx, subject, raw)
	return err
}

func (r *Relay) getEnvelope(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	wait, err := waitOf(req)
	if err != nil {
		return err
	}
	if _, err := r.roles(req.Context(), key, who, roleNode|roleCreator); err != nil {
		return err
	}
	if wait > 0 {
		// The limit on the time to send a request must not end one that waits.
		if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
			return fmt.Errorf("wait for blob: %w", err)
		}
	}
	sealed, err := r.waitBlob(req.Context(), envelopePath(key), wait)
	if err != nil {
		return err
	}
	return r.answerBlob(w, who, sealed)
}

// waitOf reads ?wait=SECONDS.
func waitOf(req *http.Request) (time.Duration, error) {
	s := req.URL.Query().Get("wait")
	if s == "" {
		return 0, nil
	}
	seconds, err := strconv.ParseUint(s, 10, 16)
	if err != nil || time.Duration(seconds)*time.Second > maxWait {
		return 0, refuse(400, "bad_wait", fmt.Sprintf("wait %.20q is not a number of seconds up to %d", s, int(maxWait.Seconds())), "")
	}
	return time.Duration(seconds) * time.Second, nil
}

var errNotStored = refuse(404, "not_stored", "nothing is stored there", "it may come later")

// lookAgain is how often a request that waits looks even though it was not woken:
// a wake-up is lost when the connection to the bus breaks at that moment.
const lookAgain = 2 * time.Second

// waitBlob is the blob at path, as soon as its event is out.
func (r *Relay) waitBlob(ctx context.Context, path string, wait time.Duration) ([]byte, error) {
	var wake chan *nats.Msg
	if wait > 0 {
		wake = make(chan *nats.Msg, 4)
		// Subscribed before the first look, so that nothing falls between.
		sub, err := r.bus.quick.nc.ChanSubscribe("ev."+path, wake)
		if err != nil {
			return nil, fmt.Errorf("wait for blob: %w", err)
		}
		defer func() {
			if err := sub.Unsubscribe(); err != nil && r.ctx.Err() == nil {
				r.cfg.Log.Warn("stop waiting for blob", "error", err)
			}
		}()
	}
	m, err := r.bus.last(ctx, r.bus.blobs, "blob."+path)
	if err != nil || m != nil {
		return dataOf(m), err
	}
	if wait == 0 {
		return nil, errNotStored
	}

	timer, again := time.NewTimer(wait), time.NewTicker(lookAgain)
	defer timer.Stop()
	defer again.Stop()
	for last := false; ; {
		select {
		case <-wake:
		case <-again.C:
		case <-timer.C:
			last = true
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		m, err := r.bus.last(ctx, r.bus.blobs, "blob."+path)
		if err != nil || m != nil {
			return dataOf(m), err
		}
		if last {
			return nil, errNotStored
		}
	}
}

func dataOf(m *jetstream.RawStreamMsg) []byte {
	if m == nil {
		return nil
	}
	return m.Data
}

func (r *Relay) putResult(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	t, err := r.roles(req.Context(), key, who, roleNode)
	if err != nil {
		return err
	}
	limit := r.cfg.Limits.MaxText
	if t.Type == protocol.StableDiffusion {
		limit = r.cfg.Limits.MaxImages
	}
	ctx := context.WithoutCancel(req.Context()) // as in putEnvelope
	hash, err := r.takeResult(ctx, w, req, key, who, limit)
	if err != nil {
		return err
	}
	// From here on the bytes are on disk and will not change.
	signature, err := r.domain.Sign(protocol.Stored{TaskKey: key, Node: who.address, CiphertextHash: hash}, r.cfg.Key)
	if err != nil {
		return err
	}
	if err := r.announceResult(ctx, key, who.address, hash); err != nil {
		return err
	}
	r.answer(w, http.StatusOK, wire.PutResultReply{StorageSignature: signature, CiphertextHash: hash})
	return nil
}

func (r *Relay) announceResult(ctx context.Context, key protocol.TaskKey, node common.Address, hash common.Hash) error {
	return r.announce(ctx, "ev."+resultPath(key, node),
		wire.Event{Kind: string(client.EventResult), TaskKey: key, Node: node, CiphertextHash: hash})
}

func (r *Relay) getResult(w http.ResponseWriter, req *http.Request, who *account) error {
	key, err := taskKey(req)
	if err != nil {
		return err
	}
	node, err := wire.ParseAddress(req.PathValue("node"))
	if err != nil {
		return refuse(400, "bad_address", err.Error(), "")
	}
	want := roleCreator
	if node == who.address {
		want |= roleNode
	}
	t, err := r.roles(req.Context(), key, who, want)
	if err != nil {
		return err
	}
	if !t.isNode(node) {
		return refuse(404, "not_stored", node.Hex()+" was not drawn for this task", "")
	}
	return r.giveResult(w, req, who, key, node)
}

var errNotSealed = refuse(400, "not_sealed", "the body is not sealed; a relay keeps ciphertext only", "seal it to its readers")

// sizeOf is the most that a request's body can have, booked for who sends it.
func sizeOf(req *http.Request, who *account, limit int64) (int64, error) {
	size := req.ContentLength
	if size > limit {
		return 0, &http.MaxBytesError{Limit: limit}
	}
	if size < 0 {
		size = limit
	}
	return size, who.spend(size)
}

// sealedBody reads a body of ciphertext. give frees its memory's place.
func (r *Relay) sealedBody(w http.ResponseWriter, req *http.Request, who *account, limit int64) (sealed []byte, give func(), err error) {
	size, err := sizeOf(req, who, limit)
	if err != nil {
		return nil, nil, err
	}
	if give, err = r.uploads.take(req.Context(), size); err != nil {
		return nil, nil, err
	}
	sealed, err = io.ReadAll(http.MaxBytesReader(w, req.Body, limit))
	if err != nil {
		give()
		return nil, nil, badBody(err)
	}
	if !seal.IsSealed(sealed) {
		give()
		return nil, nil, errNotSealed
	}
	return sealed, give, nil
}

func (r *Relay) answerBlob(w http.ResponseWriter, who *account, sealed []byte) error {
	if err := who.spend(int64(len(sealed))); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(sealed)))
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(sealed); err != nil {
		r.cfg.Log.Debug("client left before its blob", "error", err)
	}
	return nil
}

// blobPath is what a blob's subject says of it: the envelope, a node's result,
// or an envelope that node sealed for another.
type blobPath struct {
	key      protocol.TaskKey
	node, to common.Address
}

// splitPath reads KEY.env, KEY.env.FROM.TO or KEY.res.NODE, as in a blob's
// subject, or KEY alone.
func splitPath(path string) (p blobPath, err error) {
	parts := strings.Split(path, ".")
	if p.key, err = wire.ParseTaskKey("0x" + parts[0]); err != nil {
		return p, err
	}
	if len(parts) > 2 {
		if p.node, err = wire.ParseAddress("0x" + parts[2]); err != nil {
			return p, err
		}
	}
	if len(parts) > 3 {
		p.to, err = wire.ParseAddress("0x" + parts[3])
	}
	return p, err
}
