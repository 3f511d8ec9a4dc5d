package models

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/inference/checkpoint"
)

// addressFile is what the file of an address is called here, whatever its server
// calls it: all nodes have the same name in their pins.
const addressFile = "model.safetensors"

// web asks servers that are no hub.
type web struct {
	client  *http.Client
	offline bool
}

func openWeb(h *hub, o Options) *web {
	return &web{offline: h.offline, client: &http.Client{Transport: newGuard(o.proxy(), o.AllowPrivate), CheckRedirect: checkWebRedirect}}
}

func checkWebRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("it sends on more than %d times", maxRedirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return errDowngrade
	}
	r.Header.Del("Referer") // may hold a key
	return nil
}

// remote is the file of an address, as its server described it.
type remote struct {
	web *web
	url *url.URL
	// size in bytes.
	size int64
	// version is the server's mark of the file; empty if it has none.
	version string
}

// send makes one request for the file, or for where it was sent on to. The address
// is in no error, because a query may hold a key.
func (r *remote) send(ctx context.Context, method, address, span string) (*http.Response, error) {
	resp, err := r.sendOnce(ctx, method, address, span)
	if err == nil && r.version != "" && versionOf(resp.Header) != r.version {
		resp.Body.Close()
		return nil, fail(CodeDamaged, "The file has changed meanwhile", r.url.Host+" has another one now", "Start the download again.")
	}
	return resp, err
}

func (r *remote) sendOnce(ctx context.Context, method, address, span string) (*http.Response, error) {
	if r.web.offline {
		return nil, fail(CodeUnreachable, "The address is not asked", "HF_HUB_OFFLINE is set", "Unset it to download.")
	}
	req, err := newRequest(ctx, method, address, span)
	if err != nil {
		return nil, errors.New("the server gave an address that can't be read")
	}
	resp, err := r.web.client.Do(req)
	if err != nil {
		return nil, r.unreachable(ctx, err)
	}
	if resp.StatusCode < 400 {
		return resp, nil
	}
	io.CopyN(io.Discard, resp.Body, 4096) // lets the connection be used again
	resp.Body.Close()
	return nil, r.refusal(resp)
}

func (r *remote) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	host := r.url.Host
	var located *url.Error
	if errors.As(err, &located) {
		if u, bad := url.Parse(located.URL); bad == nil && u.Host != "" {
			host = u.Host
		}
		err = located.Err
	}
	const title = "The address can't be reached"
	switch {
	case errors.Is(err, errPrivate):
		return fail(CodeAddress, "The address is not asked", host+": "+errPrivate.Error(), "Take a model from an address of the internet.")
	case errors.Is(err, errDowngrade):
		return fail(CodeAddress, title, host+": "+errDowngrade.Error(), "Take the model from another address.")
	}
	return &setback{failure: fail(CodeUnreachable, title, host+": "+err.Error(), "Check the address, the network and the proxy settings; a download goes on where it stopped.")}
}

// refusal words a status of 400 and above. Where the server sends on to another one,
// that it refuses may be because what it was asked with has expired.
func (r *remote) refusal(resp *http.Response) error {
	detail := resp.Request.URL.Host + " answered " + resp.Status
	again := func(code, title string) error {
		return &setback{failure: fail(code, title, detail, "Try again later."), after: retryAfter(resp.Header, time.Now())}
	}
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		return again(CodeBusy, "The server wants to be asked less often")
	case status >= 500 || status == http.StatusRequestTimeout || resp.Request.URL.Host != r.url.Host:
		return again(CodeRefused, "The server fails")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fail(CodeGated, "The address is not open to all", detail, "Some sites take a key at the end of the address; a file of Hugging Face is better named as repository#file.")
	case status == http.StatusNotFound || status == http.StatusGone:
		f := notFound(detail, "Check the address.")
		f.Title = "There is no file at the address"
		return f
	default:
		return fail(CodeRefused, "The server refuses", detail, "Try again later.")
	}
}

// versionOf is a server's mark of a file: when it differs, the file does.
func versionOf(h http.Header) string { return firstOf(h.Get("ETag"), h.Get("Last-Modified")) }

// probeBytes show a web page, and the table of tensors of a small file.
const probeBytes = 32 << 10

// probe asks for the beginning, and learns the size and the version. It refuses what
// is not a file of safetensors.
func (r *remote) probe(ctx context.Context) error {
	resp, err := r.sendOnce(ctx, http.MethodGet, r.url.String(), fmt.Sprintf("bytes=0-%d", probeBytes-1))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	start, err := io.ReadAll(io.LimitReader(resp.Body, probeBytes))
	if err != nil {
		return r.unreachable(ctx, err)
	}
	noFile := func(detail string) error {
		return fail(CodeAddress, "There is no model at the address", detail, "Give the address of the .safetensors file itself, as a browser's download has it.")
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" || strings.HasPrefix(strings.TrimSpace(string(start)), "<") {
		return noFile("the address answers with a web page, not a model file")
	}
	size, ok := sizeOf(resp)
	if !ok || size > maxFile {
		return noFile(r.url.Host + " does not say how long the file is, or not rightly")
	}
	r.size, r.version = size, versionOf(resp.Header)
	if err := checkSafetensors(start, r.size); err != nil {
		return noFile(r.url.Host + ": " + err.Error())
	}
	return nil
}

// sizeOf is the size of the whole file, of which the answer may be a part.
func sizeOf(resp *http.Response) (size int64, ok bool) {
	if resp.StatusCode == http.StatusPartialContent {
		start, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
		return size, ok && start == 0 && size > 0
	}
	return resp.ContentLength, resp.StatusCode == http.StatusOK && resp.ContentLength > 0
}

// part names what comes of this version of the file, so that no other one is gone
// on with.
func (r *remote) part() string { return idSum(strconv.FormatInt(r.size, 10) + " " + r.version) }

// fetchAddress needs the address's lock.
func (l *Library) fetchAddress(ctx context.Context, w Want, address *url.URL, m *meter) (File, error) {
	r := &remote{web: l.web, url: address}
	if err := l.hub.patience.try(ctx, func() error { return r.probe(ctx) }); err != nil {
		return File{}, err
	}
	part := l.partPath(w.ID, r.part())
	if err := l.leaveParts(w.ID, part, r.version != ""); err != nil {
		return File{}, err
	}
	if err := l.prepare(w.ID, []order{{RemoteFile: RemoteFile{Name: addressFile, Bytes: r.size, blob: r.part()}}}, m); err != nil {
		return File{}, err
	}
	n := l.noteOf(w.ID)
	if err := l.writeNote(n); err != nil { // so that a download that is cut can be removed
		return File{}, err
	}
	t := &transfer{from: r, patience: l.hub.patience, address: w.ID, path: part, size: r.size, chunk: l.chunk, meter: m}
	if err := t.run(ctx); err != nil {
		return File{}, err
	}
	m.stage(StageChecking)
	sum, err := l.takePart(ctx, w, part)
	if err != nil {
		return File{}, err
	}
	blob := fmt.Sprintf("%x", sum)
	if err := l.link(w.ID, blob, addressFile, blob); err != nil {
		return File{}, err
	}
	n.add(got{For: w.ID, Commit: blob, Name: addressFile, Blob: blob, Bytes: r.size})
	return l.keep(n, entry{Pin: protocol.ModelPin{ID: w.ID, Revision: blob, Files: []protocol.ModelFile{{Name: addressFile, SHA256: sum, Bytes: r.size}}}})
}

// leaveParts removes what came of other versions of the file; without a mark of the
// version nothing that came can be gone on with.
func (l *Library) leaveParts(id, part string, resumable bool) error {
	old, err := filepath.Glob(filepath.Join(l.repoDir(id), "blobs", "*.helium*"))
	for _, path := range old {
		if !resumable || !strings.HasPrefix(path, part) {
			err = errors.Join(err, os.Remove(path))
		}
	}
	return err
}

// takePart makes a blob of what came, which is named by its checksum.
func (l *Library) takePart(ctx context.Context, w Want, part string) (sum common.Hash, err error) {
	damaged := func(detail string) error {
		os.Remove(journalPath(part))
		os.Remove(part)
		return fail(CodeDamaged, "The file is not what it should be", detail, "Take the model from another address.")
	}
	if err := checkTable(part); err != nil {
		return sum, damaged(err.Error())
	}
	sum, _, _, err = digest(ctx, part, "")
	if err != nil {
		return sum, err
	}
	blob := fmt.Sprintf("%x", sum)
	if w.Revision != "" && w.Revision != blob {
		return sum, damaged(fmt.Sprintf("its sha256 is %s, and %s is wanted", blob, w.Revision))
	}
	if err := os.Rename(part, l.blobPath(w.ID, blob)); err != nil {
		return sum, fmt.Errorf("keep the file: %w", err)
	}
	os.Remove(journalPath(part))
	return sum, nil
}

// checkTable reads the table of tensors of a whole file.
func checkTable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = checkpoint.ReadSafetensors(f, info.Size())
	return err
}
