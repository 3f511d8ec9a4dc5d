package relay

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/seal"
)

// A result of several parts comes in, is stored and goes out part by part, so
// that the relay never holds more of it than one. Each part is filed by its own
// hash; when all are on disk, the list of their hashes is stored where a short
// result is itself, and only from then on there is a result. Parts of an upload
// that was cut serve the next one of the same bytes.

// partBytes is the length of every part but the last. A text fits into one.
const partBytes = 4 << 20

const (
	headerWhole = "Helium-Whole" // of a list of parts: the hash of all of them together
	headerSize  = "Helium-Size"  // and their bytes
)

// wholeHash is that of the bytes which a blob's message stands for.
func wholeHash(m *jetstream.RawStreamMsg) common.Hash {
	if whole := m.Header.Get(headerWhole); whole != "" {
		return common.HexToHash(whole)
	}
	return crypto.Keccak256Hash(m.Data)
}

func partSubject(key protocol.TaskKey, node common.Address, part string) string {
	return "part." + keyPart(key) + "." + nodePart(node) + "." + part
}

// takeResult stores a node's result and returns its hash.
func (r *Relay) takeResult(ctx context.Context, w http.ResponseWriter, req *http.Request, key protocol.TaskKey, who *account, limit int64) (common.Hash, error) {
	size, err := sizeOf(req, who, limit)
	if err != nil {
		return common.Hash{}, err
	}
	give, err := r.uploads.take(req.Context(), min(size, partBytes))
	if err != nil {
		return common.Hash{}, err
	}
	defer give()

	body := bufio.NewReader(http.MaxBytesReader(w, req.Body, limit))
	first, more, err := readPart(body, make([]byte, min(size, partBytes)))
	if err != nil {
		return common.Hash{}, err
	}
	if !seal.IsSealed(first) {
		return common.Hash{}, errNotSealed
	}
	u := upload{key: key, node: who.address, subject: "blob." + resultPath(key, who.address), limit: limit}
	if !more {
		return crypto.Keccak256Hash(first), r.bus.storeBlob(ctx, u.subject, first)
	}
	if !who.uploads.take() {
		return common.Hash{}, tooOften()
	}
	defer who.uploads.give()
	return r.takeParts(ctx, w, body, first, u)
}

// readPart fills buf as far as the body reaches. more says that it goes on.
func readPart(body *bufio.Reader, buf []byte) (part []byte, more bool, err error) {
	for n := 0; n < len(buf); {
		read, err := body.Read(buf[n:])
		n += read
		if errors.Is(err, io.EOF) {
			return buf[:n], false, nil
		}
		if err != nil {
			return nil, false, badBody(err)
		}
	}
	switch _, err := body.Peek(1); {
	case err == nil:
		return buf, true, nil
	case errors.Is(err, io.EOF):
		return buf, false, nil
	default:
		return nil, false, badBody(err)
	}
}

// upload is a result of several parts on its way.
type upload struct {
	key     protocol.TaskKey
	node    common.Address
	subject string // of the result
	limit   int64
}

// takeParts stores the parts, and then the list of them. Where there is a result
// already it only compares.
func (r *Relay) takeParts(ctx context.Context, w http.ResponseWriter, body *bufio.Reader, part []byte, u upload) (common.Hash, error) {
	have, err := r.bus.last(ctx, r.bus.blobs, u.subject)
	if err != nil {
		return common.Hash{}, err
	}
	whole, list, size := crypto.NewKeccakState(), []byte(nil), 0
	for more := true; ; {
		hash := crypto.Keccak256(part)
		list, size = append(list, hash...), size+len(part)
		whole.Write(part)
		if have == nil {
			if err := r.storePart(ctx, u, hex.EncodeToString(hash), part); err != nil {
				return common.Hash{}, err
			}
		}
		if !more {
			break
		}
		if err := r.moreTime(w); err != nil {
			return common.Hash{}, err
		}
		if part, more, err = readPart(body, part[:cap(part)]); err != nil {
			return common.Hash{}, err
		}
	}

	sum := common.BytesToHash(whole.Sum(nil))
	if have == nil {
		m := nats.NewMsg(u.subject)
		m.Data = list
		m.Header.Set(headerWhole, sum.Hex())
		m.Header.Set(headerSize, strconv.Itoa(size))
		written, err := r.bus.synced.publish(ctx, m, 0)
		if err != nil || written {
			return sum, err
		}
		if have, err = r.bus.last(ctx, r.bus.blobs, u.subject); err != nil {
			return common.Hash{}, err
		}
	}
	if have == nil || wholeHash(have) != sum {
		return common.Hash{}, errDifferent
	}
	return sum, nil
}

// moreTime is that of another part: the whole of a result takes a slow line long.
func (r *Relay) moreTime(w http.ResponseWriter) error {
	c, now := http.NewResponseController(w), time.Now()
	if err := errors.Join(c.SetReadDeadline(now.Add(r.cfg.Limits.ReadTimeout)), c.SetWriteDeadline(now.Add(maxWait+r.cfg.Limits.ReadTimeout))); err != nil {
		return fmt.Errorf("wait for a part: %w", err)
	}
	return nil
}

// cutUploads is how many uploads of a result a node may leave unfinished, each of
// other bytes: one that lost its journal seals anew.
const cutUploads = 3

// storePart puts a part on disk, if it isn't there.
func (r *Relay) storePart(ctx context.Context, u upload, hash string, part []byte) error {
	parts, err := r.bus.subjects(ctx, r.bus.blobs, partSubject(u.key, u.node, "*"))
	if err != nil {
		return err
	}
	subject := partSubject(u.key, u.node, hash)
	if parts[subject] > 0 {
		return nil
	}
	if most := (u.limit + partBytes - 1) / partBytes * (1 + cutUploads); int64(len(parts)) >= most {
		return refuse(409, "too_many_parts", "there are too many parts of results that were never finished", "send the bytes of one that was begun")
	}
	_, err = r.bus.synced.publish(ctx, &nats.Msg{Subject: subject, Data: part}, 0)
	return err
}

// giveResult answers with a node's result.
func (r *Relay) giveResult(w http.ResponseWriter, req *http.Request, who *account, key protocol.TaskKey, node common.Address) error {
	m, err := r.bus.last(req.Context(), r.bus.blobs, "blob."+resultPath(key, node))
	if err != nil {
		return err
	}
	if m == nil {
		return errNotStored
	}
	if m.Header.Get(headerWhole) == "" {
		return r.answerBlob(w, who, m.Data)
	}
	parts, err := r.bus.subjects(req.Context(), r.bus.blobs, partSubject(key, node, "*"))
	if err != nil {
		return err
	}
	var subjects []string
	for list := m.Data; len(list) >= common.HashLength; list = list[common.HashLength:] {
		subject := partSubject(key, node, hex.EncodeToString(list[:common.HashLength]))
		if parts[subject] == 0 {
			return errNotStored // it is so old that it goes just now
		}
		subjects = append(subjects, subject)
	}

	size, err := strconv.ParseInt(m.Header.Get(headerSize), 10, 64)
	if err != nil {
		return fmt.Errorf("read list of parts: %w", err)
	}
	if err := who.spend(size); err != nil {
		return err
	}

	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", m.Header.Get(headerSize))
	w.WriteHeader(http.StatusOK)
	for _, subject := range subjects {
		part, err := r.bus.last(req.Context(), r.bus.blobs, subject)
		if err == nil && part != nil {
			if err = r.moreTime(w); err == nil {
				_, err = w.Write(part.Data)
			}
		}
		if err != nil || part == nil { // a client sees that it was cut
			r.cfg.Log.Debug("result was cut on its way out", "error", err)
			return nil
		}
	}
	return nil
}
