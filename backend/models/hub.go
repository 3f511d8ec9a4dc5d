package models

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// hub is Hugging Face or a mirror of it.
type hub struct {
	access   atomic.Pointer[access]
	client   *http.Client
	offline  bool
	patience patience
}

// access is where the hub is and what opens it.
type access struct {
	endpoint *url.URL
	// token goes to the endpoint and nowhere else, and into no message.
	token string
}

const maxRedirects = 10

func openHub(o Options) (*hub, error) {
	h := &hub{offline: isOn(os.Getenv("HF_HUB_OFFLINE")), patience: usualPatience}
	if err := h.turnTo(o.Endpoint, o.Token); err != nil {
		return nil, err
	}
	client := o.Client
	if client == nil {
		client = newClient(o.proxy())
	}
	own := *client
	own.CheckRedirect = h.checkRedirect
	h.client = &own
	return h, nil
}

// EnvironmentProxy picks the proxy of an address as the proxy variables say; nil
// for none.
func EnvironmentProxy() func(*url.URL) (*url.URL, error) {
	proxies := httpproxy.FromEnvironment()
	all := firstOf(os.Getenv("ALL_PROXY"), os.Getenv("all_proxy"))
	proxies.HTTPProxy = firstOf(proxies.HTTPProxy, all)
	proxies.HTTPSProxy = firstOf(proxies.HTTPSProxy, all)
	return proxies.ProxyFunc()
}

// turnTo has later requests go to an endpoint with a token; what is empty is as in
// Options.
func (h *hub) turnTo(endpoint, token string) error {
	endpoint = firstOf(endpoint, os.Getenv("HF_ENDPOINT"), "https://huggingface.co")
	u, err := url.Parse(strings.TrimRight(endpoint, "/"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("HF_ENDPOINT is not the address of a hub: it begins with https://")
	}
	h.access.Store(&access{u, strings.TrimSpace(firstOf(token, os.Getenv("HF_TOKEN")))})
	return nil
}

func (h *hub) endpoint() *url.URL { return h.access.Load().endpoint }
func (h *hub) token() string      { return h.access.Load().token }

func (o Options) proxy() func(*url.URL) (*url.URL, error) {
	if o.Proxy != nil {
		return o.Proxy
	}
	return EnvironmentProxy()
}

// newClient speaks HTTP/1.1, so that each part has a connection of its own.
func newClient(choose func(*url.URL) (*url.URL, error)) *http.Client {
	t := newTransport(&net.Dialer{Timeout: dialTimeout, KeepAlive: dialTimeout})
	t.Proxy = func(r *http.Request) (*url.URL, error) { return choose(r.URL) }
	return &http.Client{Transport: t}
}

const dialTimeout = 15 * time.Second

func newTransport(d *net.Dialer) *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:           d.DialContext,
		Protocols:             &protocols,
		MaxIdleConnsPerHost:   parts,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       time.Minute,
	}
}

var errDowngrade = errors.New("it sends on to an address without encryption")

// checkRedirect takes the token off a request that leaves the hub. The client's
// own rule would leave it on for subdomains, other ports and plain http.
func (h *hub) checkRedirect(r *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("it sends on more than %d times", maxRedirects)
	}
	if via[len(via)-1].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return errDowngrade
	}
	r.Header.Del("Referer") // may hold what a signed address is signed with
	r.Header.Del("Authorization")
	h.authorize(r)
	return nil
}

func (h *hub) authorize(r *http.Request) {
	// Both as of one moment: a token never goes to the endpoint of another.
	if a := h.access.Load(); a.token != "" && a.owns(r.URL) {
		r.Header.Set("Authorization", "Bearer "+a.token)
	}
}

func (a *access) owns(u *url.URL) bool {
	return u.Scheme == a.endpoint.Scheme && strings.EqualFold(u.Host, a.endpoint.Host)
}

// send makes one request; its error is a setback when another try may help.
// span is the value of a Range header, or empty.
func (h *hub) send(ctx context.Context, method, address, span string) (*http.Response, error) {
	return h.sendBy(ctx, h.client, method, address, span)
}

func (h *hub) sendBy(ctx context.Context, client *http.Client, method, address, span string) (*http.Response, error) {
	if h.offline {
		return nil, fail(CodeUnreachable, "The hub is not asked", "HF_HUB_OFFLINE is set", "Unset it to download.")
	}
	req, err := newRequest(ctx, method, address, span)
	if err != nil {
		return nil, errors.New("the hub gave an address that can't be read")
	}
	h.authorize(req)
	resp, err := client.Do(req)
	if err != nil {
		return nil, h.unreachable(ctx, req.URL.Host, err)
	}
	if resp.StatusCode < 400 {
		return resp, nil
	}
	io.CopyN(io.Discard, resp.Body, 4096) // lets the connection be used again
	resp.Body.Close()
	return nil, h.refusal(resp)
}

func newRequest(ctx context.Context, method, address, span string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "helium")
	req.Header.Set("Accept-Encoding", "identity") // sizes and ranges are of the file itself
	if span != "" {
		req.Header.Set("Range", span)
	}
	return req, nil
}

// unreachable words an error of the network. Addresses are left out, because a
// signed one is as good as a key.
func (h *hub) unreachable(ctx context.Context, host string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var located *url.Error
	if errors.As(err, &located) {
		if u, bad := url.Parse(located.URL); bad == nil && u.Host != "" {
			host = u.Host
		}
		err = located.Err
	}
	f := fail(CodeUnreachable, "The hub can't be reached", host+": "+err.Error(),
		"Check the network and the proxy settings; a download goes on where it stopped. Where Hugging Face is blocked, set HF_ENDPOINT to a mirror.")
	if errors.Is(err, errDowngrade) {
		f.Action = "Set HF_ENDPOINT to another hub."
		return f
	}
	return &setback{failure: f}
}

// refusal words a status of 400 and above.
func (h *hub) refusal(resp *http.Response) error {
	if !h.access.Load().owns(resp.Request.URL) {
		return &setback{failure: fail(CodeRefused, "The hub's file server refuses", resp.Request.URL.Host+" answered "+resp.Status, "Try again later."), after: retryAfter(resp.Header, time.Now())}
	}
	code := resp.Header.Get("X-Error-Code")
	switch status := resp.StatusCode; {
	case status == http.StatusTooManyRequests:
		action := "Ask for less at a time."
		if h.token() == "" {
			action = "With a token in HF_TOKEN the hub allows more."
		}
		return &setback{failure: fail(CodeBusy, "The hub wants to be asked less often", resp.Status, action), after: retryAfter(resp.Header, time.Now())}
	case status >= 500 || status == http.StatusRequestTimeout:
		return &setback{failure: fail(CodeRefused, "The hub fails", "it answered "+resp.Status, "Try again later, or set HF_ENDPOINT to a mirror."), after: retryAfter(resp.Header, time.Now())}
	case code == "GatedRepo" || status == http.StatusForbidden:
		return h.gated()
	case code == "RevisionNotFound":
		return notFound("the repository has no such revision", "Look up its branches and tags on the hub.")
	case code == "EntryNotFound":
		return notFound("the repository has no such file", "Look up its files on the hub.")
	case status == http.StatusUnauthorized && code == "" && h.token() != "":
		return fail(CodeGated, "The hub does not take the token", "HF_TOKEN is wrong or has expired", "Make a new token on the hub and set HF_TOKEN to it.")
	case status == http.StatusUnauthorized || status == http.StatusNotFound:
		action := "Check its spelling. If it is private, set HF_TOKEN to a token that may read it."
		return notFound("there is no such repository, or it is private", action)
	default:
		return fail(CodeRefused, "The hub refuses", "it answered "+resp.Status, "Try again later.")
	}
}

func (h *hub) gated() error {
	if h.token() == "" {
		return fail(CodeGated, "The model is behind a licence", "the hub gives it to those who accepted it",
			"Accept the licence on the model's page and set HF_TOKEN to a token of yours that may read.")
	}
	return fail(CodeGated, "The model is behind a licence", "the account of HF_TOKEN may not read it",
		"Accept the licence on the model's page with that account, and give the token the right to read gated repositories.")
}

// retryAfter reads how long a server wants to be left alone: seconds, a date,
// or the hub's own RateLimit header.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const most = 365 * 24 * 3600
	value := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
		return time.Duration(min(n, most)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), most*time.Second)
	}
	for _, field := range strings.Split(h.Get("RateLimit"), ";") {
		if t, ok := strings.CutPrefix(strings.TrimSpace(field), "t="); ok {
			if n, err := strconv.ParseInt(t, 10, 64); err == nil && n >= 0 {
				return time.Duration(min(n, most)) * time.Second
			}
		}
	}
	return 0
}

// ask sends until there is an answer or no hope of one.
func (h *hub) ask(ctx context.Context, client *http.Client, method, address, span string) (resp *http.Response, err error) {
	err = h.patience.try(ctx, func() (err error) {
		resp, err = h.sendBy(ctx, client, method, address, span)
		return err
	})
	return resp, err
}

// start is the beginning of a file, at most so many bytes.
func (h *hub) start(ctx context.Context, address string, most int64) (b []byte, err error) {
	err = h.patience.try(ctx, func() error {
		resp, err := h.send(ctx, http.MethodGet, address, fmt.Sprintf("bytes=0-%d", most-1))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if b, err = io.ReadAll(io.LimitReader(resp.Body, most)); err != nil {
			return h.unreachable(ctx, resp.Request.URL.Host, err)
		}
		return nil
	})
	return b, err
}

// maxFile is more than any model's file.
const maxFile = 8 << 40

// maxInfo bounds what is read of a repository's description.
const maxInfo = 32 << 20

// info is the description of a repository at a revision.
func (h *hub) info(ctx context.Context, id, revision string) (Repository, error) {
	address := h.endpoint().JoinPath("api", "models", id, "revision").String() + "/" + url.PathEscape(revision) + "?blobs=true"
	resp, err := h.ask(ctx, h.client, http.MethodGet, address, "")
	if err != nil {
		return Repository{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxInfo))
	if err != nil {
		return Repository{}, h.unreachable(ctx, h.endpoint().Host, err)
	}
	r, err := parseInfo(id, b)
	if err == nil && isHex(revision, 40) && r.Commit != revision {
		err = errors.New("it is of another commit than was asked for")
	}
	if err != nil {
		return r, fail(CodeRefused, "The hub's answer can't be read", err.Error(), "Check that HF_ENDPOINT is a Hugging Face hub.")
	}
	return r, nil
}

// parseInfo keeps the files that Helium may read, and counts the others.
func parseInfo(id string, b []byte) (Repository, error) {
	var answer struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Name   string `json:"rfilename"`
			Size   *int64 `json:"size"`
			BlobID string `json:"blobId"`
			LFS    *struct {
				SHA256 string `json:"sha256"`
				Size   int64  `json:"size"`
			} `json:"lfs"`
		} `json:"siblings"`
	}
	if err := json.Unmarshal(b, &answer); err != nil {
		return Repository{}, errors.New("it is not the description of a repository")
	}
	if !isHex(answer.SHA, 40) {
		return Repository{}, errors.New("it names no commit")
	}
	r := Repository{ID: id, Commit: answer.SHA}
	for _, s := range answer.Siblings {
		if isPickle(s.Name) {
			r.pickles = append(r.pickles, s.Name)
		}
		if !mayRead(s.Name) {
			continue
		}
		f := RemoteFile{Name: s.Name, blob: s.BlobID}
		if s.Size != nil {
			f.Bytes = *s.Size
		}
		if s.LFS != nil {
			f.blob, f.Bytes = s.LFS.SHA256, s.LFS.Size
		}
		if f.Bytes < 0 || f.Bytes > maxFile {
			return Repository{}, errors.New("it names a file of an impossible size")
		}
		if !isHex(f.blob, 40) && !isHex(f.blob, 64) || s.Size == nil && s.LFS == nil {
			f.blob = "" // a mirror that leaves them out is asked file by file
		}
		r.Files = append(r.Files, f)
	}
	return r, nil
}

// head asks for a file's checksum and size.
func (h *hub) head(ctx context.Context, id, commit string, f RemoteFile) (RemoteFile, error) {
	staying := *h.client
	staying.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if !h.access.Load().owns(r.URL) {
			return http.ErrUseLastResponse // the hub itself has said all that is asked
		}
		return h.checkRedirect(r, via)
	}
	resp, err := h.ask(ctx, &staying, http.MethodHead, h.address(id, commit, f.Name), "")
	if err != nil {
		return f, err
	}
	resp.Body.Close()
	f.blob = strings.Trim(strings.TrimPrefix(firstOf(resp.Header.Get("X-Linked-Etag"), resp.Header.Get("ETag")), "W/"), `"`)
	f.Bytes, err = strconv.ParseInt(firstOf(resp.Header.Get("X-Linked-Size"), resp.Header.Get("Content-Length")), 10, 64)
	if err != nil || f.Bytes < 0 || f.Bytes > maxFile || !isHex(f.blob, 40) && !isHex(f.blob, 64) {
		return f, fail(CodeDamaged, "The file can't be checked", "the hub gave no checksum for "+f.Name, "Set HF_ENDPOINT to a hub that gives checksums.")
	}
	return f, nil
}

// address of a file; the hub sends on from there.
func (h *hub) address(id, commit, name string) string {
	return h.endpoint().JoinPath(id, "resolve", commit).String() + "/" + (&url.URL{Path: name}).EscapedPath()
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func isOn(v string) bool {
	switch strings.ToUpper(v) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}
