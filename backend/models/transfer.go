package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// parts is how many connections fetch one file.
	parts = 4
	// chunk is what one request asks for. Chunks are begun in order, so that the
	// file never has holes wider than parts of them.
	chunk = 32 << 20
	// saveEvery is how much time a crash can lose.
	saveEvery = 2 * time.Second
)

// errNoRanges says that the server sends only whole files.
var errNoRanges = errors.New("server sends no ranges")

// sender makes the requests of a transfer.
type sender interface {
	// send makes one request; its error is a setback when another try may help.
	// span is the value of a Range header, or empty.
	send(ctx context.Context, method, address, span string) (*http.Response, error)
}

// transfer brings one file's bytes into a part file. A journal beside it says
// which of them are there; both stay when the transfer is cut.
type transfer struct {
	from     sender
	patience patience
	// address of the file; its server may send on to where the bytes are.
	address string
	path    string
	size    int64
	meter   *meter
	out     *os.File

	// mu guards everything that follows.
	mu    sync.Mutex
	chunk int64
	// done counts each chunk's bytes.
	done []int64
	// direct is where the last request was sent on to.
	direct string
}

// journal is what a transfer keeps beside its part file.
type journal struct {
	Size  int64   `json:"size"`
	Chunk int64   `json:"chunk"`
	Done  []int64 `json:"done"`
}

func newJournal(size, chunk int64) journal {
	return journal{Size: size, Chunk: chunk, Done: make([]int64, (size+chunk-1)/chunk)}
}

// span is where chunk i begins and ends.
func (j journal) span(i int) (from, end int64) {
	return int64(i) * j.Chunk, min(int64(i+1)*j.Chunk, j.Size)
}

func (j journal) have() (sum int64) {
	for _, n := range j.Done {
		sum += n
	}
	return sum
}

// fits says whether the journal describes a part file of that length.
func (j journal) fits(size, length int64) bool {
	if j.Size != size || size > maxFile || j.Chunk <= 0 || j.Chunk > maxFile || int64(len(j.Done)) != (size+j.Chunk-1)/j.Chunk {
		return false
	}
	for i, n := range j.Done {
		from, end := j.span(i)
		if n < 0 || n > end-from || n > 0 && from+n > length {
			return false
		}
	}
	return true
}

// prefix is the journal of a file of which the first n bytes are there.
func prefix(size, chunk, n int64) journal {
	j := newJournal(size, chunk)
	for i := range j.Done {
		from, end := j.span(i)
		j.Done[i] = min(max(n-from, 0), end-from)
	}
	return j
}

func journalPath(part string) string { return part + ".json" }

// readJournal says what of a part file is there; nothing, when it can't be told.
func readJournal(part string, size, chunk int64) journal {
	info, err := os.Stat(part)
	if err != nil {
		return newJournal(size, chunk)
	}
	b, err := os.ReadFile(journalPath(part))
	if err != nil {
		return newJournal(size, chunk)
	}
	var j journal
	if json.Unmarshal(b, &j) != nil || !j.fits(size, info.Size()) {
		return newJournal(size, chunk)
	}
	return j
}

// run fetches what is missing.
func (t *transfer) run(ctx context.Context) (err error) {
	j := readJournal(t.path, t.size, t.chunk)
	t.chunk, t.done = j.Chunk, j.Done
	if t.out, err = os.OpenFile(t.path, os.O_CREATE|os.O_RDWR, 0o644); err != nil {
		return fmt.Errorf("open part file: %w", err)
	}
	defer func() {
		err = errors.Join(err, t.save(), t.out.Close())
	}()

	saving, stop := context.WithCancel(ctx)
	var saver sync.WaitGroup
	saver.Go(func() { t.saveOften(saving) })
	defer saver.Wait()
	defer stop()

	err = t.inParts(ctx)
	if errors.Is(err, errNoRanges) {
		err = t.inOne(ctx)
	}
	return err
}

// inParts lets several connections take one chunk after the other. The first one
// goes ahead, to see whether the server sends ranges.
func (t *transfer) inParts(ctx context.Context) error {
	left := make(chan int, len(t.done))
	for i := range t.done {
		from, end := t.journal().span(i)
		if t.done[i] < end-from {
			left <- i
		}
	}
	close(left)

	ranged := make(chan struct{})
	var once sync.Once
	open := func() { once.Do(func() { close(ranged) }) }
	group, ctx := errgroup.WithContext(ctx)
	for w := range min(parts, len(left)) {
		group.Go(func() error {
			if w > 0 {
				select {
				case <-ranged:
				case <-ctx.Done():
					return nil // the first one says why
				}
			}
			for i := range left {
				if err := t.piece(ctx, i, open); err != nil {
					return err
				}
			}
			open()
			return nil
		})
	}
	return group.Wait()
}

// piece fetches one chunk, however often it is cut, as long as each try brings
// it on.
func (t *transfer) piece(ctx context.Context, i int, ranged func()) error {
	for failed := 1; ; failed++ {
		n, err := t.attempt(ctx, i, ranged)
		if err == nil {
			return nil
		}
		if n > 0 {
			failed = 1
		}
		if err := t.patience.wait(ctx, failed, err); err != nil {
			return err
		}
	}
}

// inOne fetches the whole file by one request. What was cut begins anew.
func (t *transfer) inOne(ctx context.Context) error {
	for failed := 1; ; failed++ {
		if err := t.reset(); err != nil {
			return err
		}
		_, err := t.attempt(ctx, 0, func() {})
		if err == nil {
			return nil
		}
		if err := t.patience.wait(ctx, failed, err); err != nil {
			return err
		}
	}
}

// reset makes one empty chunk of the file.
func (t *transfer) reset() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.meter.forget(journal{Done: t.done}.have())
	t.chunk, t.done = t.size, []int64{0}
	return t.out.Truncate(0)
}

// attempt asks for the rest of a chunk and returns how much of it came.
func (t *transfer) attempt(ctx context.Context, i int, ranged func()) (int64, error) {
	from, end := t.journal().span(i)
	from += t.doneOf(i)
	if from == end {
		return 0, nil
	}
	span := fmt.Sprintf("bytes=%d-%d", from, end-1)
	if from == 0 && end == t.size {
		span = "" // the whole file needs no range
	}
	attempt, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	resp, err := t.request(attempt, span)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if err := t.checkAnswer(resp, span, from); err != nil {
		return 0, err
	}
	if span != "" {
		ranged()
	}
	return t.receive(attempt, cancel, resp, i, from, end)
}

// request goes straight to where an earlier one was sent on to, until that fails:
// such addresses expire.
func (t *transfer) request(ctx context.Context, span string) (*http.Response, error) {
	t.mu.Lock()
	direct := t.direct
	t.mu.Unlock()
	resp, err := t.from.send(ctx, http.MethodGet, firstOf(direct, t.address), span)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err == nil:
		t.direct = resp.Request.URL.String()
	case t.direct == direct:
		t.direct = ""
	}
	return resp, err
}

func (t *transfer) checkAnswer(resp *http.Response, span string, from int64) error {
	damaged := func(detail string) error {
		return fail(CodeDamaged, "The file server answers wrongly", detail, "Try again later.")
	}
	switch {
	case resp.StatusCode == http.StatusOK && span != "":
		return errNoRanges
	case resp.StatusCode == http.StatusOK:
		if resp.ContentLength >= 0 && resp.ContentLength != t.size {
			return damaged(fmt.Sprintf("it sends %d bytes where %d were announced", resp.ContentLength, t.size))
		}
		return nil
	case resp.StatusCode == http.StatusPartialContent && span != "":
		start, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
		if !ok || start != from || size >= 0 && size != t.size {
			return damaged("it sends another range than it was asked for")
		}
		return nil
	default:
		return damaged("it answered " + resp.Status)
	}
}

// parseContentRange reads "bytes 5-9/10"; a size of -1 is unknown.
func parseContentRange(v string) (start, size int64, ok bool) {
	rest, ok := strings.CutPrefix(v, "bytes ")
	span, total, ok2 := strings.Cut(rest, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, false
	}
	start, err := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	if err != nil || err2 != nil || start < 0 || end < start {
		return 0, 0, false
	}
	if total == "*" {
		return start, -1, true
	}
	size, err = strconv.ParseInt(total, 10, 64)
	return start, size, err == nil && end < size
}

var errStalled = errors.New("no bytes came any more")

// receive writes the body to its place. A body that brings nothing for a while
// is given up; a slow one is not.
func (t *transfer) receive(ctx context.Context, cancel context.CancelCauseFunc, resp *http.Response, i int, from, end int64) (n int64, err error) {
	stall := t.patience.stall
	watch := time.AfterFunc(stall, func() { cancel(errStalled) })
	defer watch.Stop()
	buffer := make([]byte, 128<<10)
	for from+n < end {
		got, err := resp.Body.Read(buffer[:min(int64(len(buffer)), end-from-n)])
		watch.Reset(stall)
		if got > 0 {
			if _, err := t.out.WriteAt(buffer[:got], from+n); err != nil {
				return n, writeFailure(t.path, err)
			}
			n += int64(got)
			t.advance(i, int64(got))
		}
		if err != nil && from+n < end {
			return n, t.cut(ctx, resp.Request.URL.Host, err)
		}
	}
	return n, nil
}

// cut words a body's early end.
func (t *transfer) cut(ctx context.Context, host string, err error) error {
	cause := context.Cause(ctx)
	if cause != nil && !errors.Is(cause, errStalled) {
		return cause
	}
	if cause != nil {
		err = cause
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &setback{failure: fail(CodeUnreachable, "The download was cut", fmt.Sprintf("%s: %v", host, err), "Start it again: it goes on where it stopped.")}
}

func writeFailure(path string, err error) error {
	if isDiskFull(err) {
		return fail(CodeNoSpace, "The disk is full", "there must be more room in "+filepath.Dir(path), "Make room and start again: it goes on where it stopped.")
	}
	if isTooLarge(err) {
		return fail(CodeDisk, "The disk can't hold a file of this size", "its format, such as FAT32, has a limit of 4 GB a file", "Keep the models on another disk.")
	}
	return fmt.Errorf("write part file: %w", err)
}

func (t *transfer) journal() journal {
	t.mu.Lock()
	defer t.mu.Unlock()
	return journal{Size: t.size, Chunk: t.chunk, Done: append([]int64(nil), t.done...)}
}

func (t *transfer) doneOf(i int) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done[i]
}

func (t *transfer) advance(i int, n int64) {
	t.mu.Lock()
	t.done[i] += n
	t.mu.Unlock()
	t.meter.add(n)
}

func (t *transfer) saveOften(ctx context.Context) {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t.save() // best effort: the last one reports
		}
	}
}

// save writes the journal after the bytes that it speaks of.
func (t *transfer) save() error {
	j := t.journal()
	if err := t.out.Sync(); err != nil {
		return writeFailure(t.path, err)
	}
	if err := writeJournal(t.path, j); err != nil {
		return writeFailure(t.path, err)
	}
	return nil
}

func writeJournal(part string, j journal) error {
	b, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return replaceFile(journalPath(part), b, 0o644)
}
