package models

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"
)

// Progress of one download.
type Progress struct {
	ID string
	// Done and Total in bytes; Done starts where an earlier try was cut.
	Done, Total int64
	// BytesPerSecond of the last few seconds; 0 at first.
	BytesPerSecond int64
}

// Left is the time the rest will take at the present speed; 0 when unknown.
func (p Progress) Left() time.Duration {
	if p.BytesPerSecond <= 0 {
		return 0
	}
	return time.Duration(float64(p.Total-p.Done) / float64(p.BytesPerSecond) * float64(time.Second))
}

// repoID is what the hub allows; nothing in it can leave the model folder.
var repoID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`)

// remote is what the hub says of a file before it sends it.
type remote struct {
	commit string
	sha256 string
	size   int64
	url    string
}

// Download fetches one GGUF file of a repository, or finds it already here.
// A download that was cut goes on where it stopped. onProgress may be nil.
func (l *Library) Download(ctx context.Context, id, file string, onProgress func(Progress)) (File, error) {
	if f, err := l.Get(id); err == nil && f.Pin.Files[0].Name == file {
		return f, nil
	}
	if err := checkName(id, file); err != nil {
		return File{}, err
	}
	unlock, err := l.lock(ctx, id)
	if err != nil {
		return File{}, err
	}
	defer unlock()

	r, err := l.ask(ctx, id, file)
	if err != nil {
		return File{}, fmt.Errorf("download %s: %w", id, err)
	}
	blob := filepath.Join(l.repoDir(id), "blobs", r.sha256)
	if err := l.fetch(ctx, id, r, blob, onProgress); err != nil {
		return File{}, fmt.Errorf("download %s: %w", id, err)
	}
	path, err := l.link(id, file, r.commit, blob)
	if err != nil {
		return File{}, fmt.Errorf("download %s: %w", id, err)
	}
	return l.keep(id, r.commit, file, path)
}

func checkName(id, file string) error {
	if !repoID.MatchString(id) || strings.Contains(id, "..") || strings.Contains(id, "--") {
		return fmt.Errorf("model %q is not the name of a repository, such as Qwen/Qwen2.5-0.5B-Instruct-GGUF", id)
	}
	if !filepath.IsLocal(filepath.FromSlash(file)) || strings.Contains(file, `\`) || !strings.HasSuffix(strings.ToLower(file), ".gguf") {
		return fmt.Errorf("model file %q is not a .gguf file of a repository", file)
	}
	return nil
}

// ask learns commit, size and sha256 of the file without fetching it.
func (l *Library) ask(ctx context.Context, id, file string) (remote, error) {
	address := l.endpoint + "/" + id + "/resolve/main/" + (&url.URL{Path: file}).EscapedPath()
	noRedirect := *l.client
	noRedirect.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := l.request(ctx, http.MethodHead, address)
	if err != nil {
		return remote{}, err
	}
	resp, err := noRedirect.Do(req)
	if err != nil {
		return remote{}, fmt.Errorf("reach the hub: %w", err)
	}
	resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return remote{}, fmt.Errorf("%w: the hub has no %s in %s", ErrNotHere, file, id)
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return remote{}, fmt.Errorf("the hub keeps %s behind a licence: accept it there and set HF_TOKEN", id)
	case resp.StatusCode >= 400:
		return remote{}, fmt.Errorf("the hub answered %s", resp.Status)
	}

	r := remote{url: address, commit: resp.Header.Get("X-Repo-Commit"), sha256: strings.Trim(resp.Header.Get("X-Linked-Etag"), `"`)}
	r.size, err = strconv.ParseInt(resp.Header.Get("X-Linked-Size"), 10, 64)
	if err != nil || r.size <= 0 || !isHex(r.sha256, 64) || !isHex(r.commit, 40) {
		return remote{}, errors.New("the hub gave no checksum for the file: it can't be trusted")
	}
	return r, nil
}

// fetch brings blob up to r.size bytes and checks them.
func (l *Library) fetch(ctx context.Context, id string, r remote, blob string, onProgress func(Progress)) error {
	if sum, _, err := hashFile(blob); err == nil && hex.EncodeToString(sum[:]) == r.sha256 {
		return nil // another program has fetched it
	}
	if err := os.MkdirAll(filepath.Dir(blob), 0o755); err != nil {
		return err
	}
	part := blob + ".incomplete"
	out, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if have > r.size {
		if have, err = 0, out.Truncate(0); err != nil {
			return err
		}
	}
	if err := checkSpace(filepath.Dir(blob), r.size-have); err != nil {
		return err
	}
	if have < r.size {
		if err := l.receive(ctx, id, r, out, have, onProgress); err != nil {
			return err
		}
	}
	if err := out.Sync(); err != nil {
		return err
	}
	sum, _, err := hashFile(part)
	if err != nil {
		return err
	}
	if hex.EncodeToString(sum[:]) != r.sha256 {
		os.Remove(part)
		return errors.New("the file's checksum is not the hub's: it was damaged on the way, try again")
	}
	return os.Rename(part, blob)
}

func (l *Library) receive(ctx context.Context, id string, r remote, out *os.File, have int64, onProgress func(Progress)) error {
	req, err := l.request(ctx, http.MethodGet, r.url)
	if err != nil {
		return err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return fmt.Errorf("reach the hub: %w", err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
		have = 0 // the server does not resume
	case resp.StatusCode != http.StatusPartialContent:
		return fmt.Errorf("the hub answered %s", resp.Status)
	}
	if err := out.Truncate(have); err != nil {
		return err
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return err
	}

	meter := newMeter(id, have, r.size, onProgress)
	// One byte more than announced is enough to notice a file that never ends.
	n, err := io.Copy(io.MultiWriter(out, meter), io.LimitReader(resp.Body, r.size-have+1))
	if err != nil {
		return fmt.Errorf("cut after %d of %d bytes, the next try goes on from there: %w", have+n, r.size, err)
	}
	if have+n != r.size {
		return fmt.Errorf("the hub sent %d bytes and announced %d", have+n, r.size)
	}
	return nil
}

// link puts the blob where the cache's layout wants it: a link in the
// snapshot, or a second name where links are not to be had.
func (l *Library) link(id, file, commit, blob string) (string, error) {
	path := filepath.Join(l.repoDir(id), "snapshots", commit, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	os.Remove(path)
	target, err := filepath.Rel(filepath.Dir(path), blob)
	if err != nil {
		return "", err
	}
	if os.Symlink(target, path) != nil {
		if err := os.Link(blob, path); err != nil {
			return "", fmt.Errorf("name the file in its snapshot: %w", err)
		}
	}
	refs := filepath.Join(l.repoDir(id), "refs")
	if err := os.MkdirAll(refs, 0o755); err != nil {
		return "", err
	}
	return path, replaceFile(filepath.Join(refs, "main"), []byte(commit))
}

func (l *Library) request(ctx context.Context, method, address string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "helium")
	if l.token != "" {
		// The client drops this header when it is sent on to another host.
		req.Header.Set("Authorization", "Bearer "+l.token)
	}
	return req, nil
}

// lock keeps two processes from writing one model.
func (l *Library) lock(ctx context.Context, id string) (unlock func(), err error) {
	if err := os.MkdirAll(l.repoDir(id), 0o755); err != nil {
		return nil, fmt.Errorf("lock model %s: %w", id, err)
	}
	f := flock.New(filepath.Join(l.repoDir(id), "helium.lock"))
	if _, err := f.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, fmt.Errorf("wait for another Helium that fetches %s: %w", id, err)
	}
	return func() { f.Unlock() }, nil
}

// meter counts bytes and reports at most four times a second.
type meter struct {
	p      Progress
	report func(Progress)
	last   time.Time
	// since and base begin the window of which the speed is taken.
	since time.Time
	base  int64
}

func newMeter(id string, have, total int64, report func(Progress)) *meter {
	now := time.Now()
	return &meter{p: Progress{ID: id, Done: have, Total: total}, report: report, last: now, since: now, base: have}
}

func (m *meter) Write(b []byte) (int, error) {
	m.p.Done += int64(len(b))
	now := time.Now()
	if m.report == nil || now.Sub(m.last) < 250*time.Millisecond && m.p.Done < m.p.Total {
		return len(b), nil
	}
	m.last = now
	if span := now.Sub(m.since); span > 0 {
		m.p.BytesPerSecond = int64(float64(m.p.Done-m.base) / span.Seconds())
		if span > 5*time.Second {
			m.since, m.base = now, m.p.Done
		}
	}
	m.report(m.p)
	return len(b), nil
}

func hashFile(path string) (common.Hash, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return common.Hash{}, 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return common.Hash{}, 0, fmt.Errorf("hash %s: %w", filepath.Base(path), err)
	}
	return common.BytesToHash(h.Sum(nil)), n, nil
}

func replaceFile(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}
