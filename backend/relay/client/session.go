package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
)

// session is what signing in gave.
type session struct {
	base  *url.URL
	token string
	renew time.Time
	relay common.Address
}

// maxBlob bounds what the client reads from a relay, and maxResult a result, which
// may be one of images.
const (
	maxBlob   = protocol.MaxEnvelopeBytes + 1<<20
	maxResult = protocol.MaxImagesBytes + 1<<20
)

// signIn returns a token of the relay that is not stale, signing in when there is
// none.
func (c *Client) signIn(ctx context.Context, base *url.URL, stale string) (session, error) {
	c.signing.Lock()
	defer c.signing.Unlock()
	c.mu.Lock()
	s := c.sessions[base]
	c.mu.Unlock()
	if s.token != "" && s.token != stale && time.Now().Before(s.renew) {
		return s, nil
	}

	request, err := encode(wire.ChallengeRequest{Address: c.signer.Address()})
	if err != nil {
		return s, err
	}
	var challenge wire.ChallengeReply
	if err := c.once(ctx, base, http.MethodPost, "/v1/auth/challenge", request, "", &challenge); err != nil {
		return s, fmt.Errorf("ask for challenge: %w", err)
	}
	if err := c.checkChallenge(base, challenge.Message); err != nil {
		return s, fmt.Errorf("check challenge: %w", err)
	}
	signature, err := c.signer.SignText([]byte(challenge.Message))
	if err != nil {
		return s, fmt.Errorf("sign challenge: %w", err)
	}
	if request, err = encode(wire.TokenRequest{Message: challenge.Message, Signature: signature}); err != nil {
		return s, err
	}
	var reply wire.TokenReply
	if err := c.once(ctx, base, http.MethodPost, "/v1/auth/token", request, "", &reply); err != nil {
		return s, fmt.Errorf("sign in: %w", err)
	}
	life := time.Duration(reply.ExpiresIn) * time.Second
	s = session{base: base, token: reply.Token, renew: time.Now().Add(life * 9 / 10), relay: reply.Relay}
	c.mu.Lock()
	c.sessions[base] = s
	c.mu.Unlock()
	return s, nil
}

// checkChallenge makes sure that what is signed signs in here and does nothing else.
func (c *Client) checkChallenge(base *url.URL, text string) error {
	s, err := wire.ParseSignIn(text)
	if err != nil {
		return err
	}
	switch {
	case s.Host != base.Host:
		return fmt.Errorf("it signs in to %.100q, not to %q", s.Host, base.Host)
	case s.Address != c.signer.Address():
		return fmt.Errorf("it is for %s", s.Address)
	case s.ChainID != c.domain.ChainID:
		return fmt.Errorf("the relay is on chain %d, not %d", s.ChainID, c.domain.ChainID)
	}
	return nil
}

// checkStored makes sure that the signature is the relay's and for these bytes.
func (c *Client) checkStored(key protocol.TaskKey, sealed []byte, reply wire.PutResultReply, relay common.Address) error {
	stored := protocol.Stored{TaskKey: key, Node: c.signer.Address(), CiphertextHash: crypto.Keccak256Hash(sealed)}
	signer, err := c.domain.Signer(stored, reply.StorageSignature)
	if err != nil {
		return fmt.Errorf("check storage signature: %w", err)
	}
	if signer != relay {
		return fmt.Errorf("the storage signature is by %s, not by the relay %s", signer, relay)
	}
	return nil
}

// do sends a request until the relay answers it, for good or for bad.
func (c *Client) do(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	return c.doLong(ctx, method, path, body, maxBlob)
}

// doLong is do with an answer of at most so many bytes.
func (c *Client) doLong(ctx context.Context, method, path string, body []byte, most int64) ([]byte, error) {
	var out []byte
	err := c.try(ctx, func(s session) error {
		var err error
		out, err = c.send(ctx, s.base, method, path, body, s.token, most)
		return err
	})
	return out, err
}

func (c *Client) doJSON(ctx context.Context, method, path string, body []byte, into any) error {
	raw, err := c.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	return decode(raw, into)
}

// try calls f with a session, again when there is hope that it helps.
func (c *Client) try(ctx context.Context, f func(session) error) error {
	var wait backoff
	stale := ""
	for {
		if c.ctx.Err() != nil {
			return ErrClosed
		}
		base := c.here()
		s, err := c.signIn(ctx, base, stale)
		if err == nil {
			if err = f(s); err == nil {
				return nil
			}
			if statusOf(err) == http.StatusUnauthorized && stale != s.token {
				stale = s.token
				continue
			}
		}
		if !transient(err) || ctx.Err() != nil {
			return err
		}
		if gone(err) {
			c.leave(base, err)
		}
		if ended := c.pause(ctx, &wait); ended != nil {
			return fmt.Errorf("%w; the last try: %v", ended, err)
		}
	}
}

// pause waits for the next try; it ends with ctx or the client.
func (c *Client) pause(ctx context.Context, wait *backoff) error {
	ctx, cancel := c.both(ctx)
	defer cancel()
	err := wait.wait(ctx)
	if err != nil && c.ctx.Err() != nil {
		return ErrClosed
	}
	return err
}

// both ends with ctx and with the client.
func (c *Client) both(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// transient reports whether trying again may help. A sponsor that does not pay
// says when to ask again: that is the caller's to decide.
func transient(err error) bool {
	var no *Error
	if errors.As(err, &no) && no.OfSponsor() {
		return false
	}
	switch statusOf(err) {
	case 0:
		var network *url.Error
		return errors.As(err, &network)
	case http.StatusTooManyRequests, http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// gone reports whether it is the relay that fails: another one may do better. One
// that asks for patience has to be given it.
func gone(err error) bool {
	switch statusOf(err) {
	case 0, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return transient(err)
	}
	return false
}

func statusOf(err error) int {
	var no *Error
	if errors.As(err, &no) {
		return no.Status
	}
	return 0
}

// once sends a request and reads its JSON answer.
func (c *Client) once(ctx context.Context, base *url.URL, method, path string, body []byte, token string, into any) error {
	raw, err := c.send(ctx, base, method, path, body, token, maxBlob)
	if err != nil {
		return err
	}
	return decode(raw, into)
}

func (c *Client) send(ctx context.Context, base *url.URL, method, path string, body []byte, token string, most int64) ([]byte, error) {
	ctx, cancel := c.both(ctx)
	defer cancel()
	target, err := base.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("make relay address: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.orClosed(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, c.orClosed(&url.Error{Op: method, URL: path, Err: err})
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("relay answers with more than %d bytes", most)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, refusalOf(resp.StatusCode, raw)
	}
	return raw, nil
}

func (c *Client) orClosed(err error) error {
	if c.ctx.Err() != nil {
		return ErrClosed
	}
	return err
}

func refusalOf(status int, raw []byte) error {
	var reply wire.ErrorReply
	if err := json.Unmarshal(raw, &reply); err != nil || reply.Error.Code == "" {
		return &Error{Status: status, Code: "no_reason", Message: "the answer is not a relay's"}
	}
	return &Error{
		Status: status, Code: reply.Error.Code, Message: reply.Error.Message, Hint: reply.Error.Hint,
		RetryAfter: time.Duration(reply.Error.RetryAfter) * time.Second, Revert: reply.Error.Revert,
	}
}

func encode(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return raw, nil
}

func decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read relay's answer: %w", err)
	}
	return nil
}

func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }
