package relay

import (
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/relay/internal/wire"
)

const (
	challengeLife = 5 * time.Minute
	tokenLife     = time.Hour
)

// tokenSecret is the key under which challenges and tokens are authentic. It
// follows from the relay's key, so that tokens outlive a restart.
func tokenSecret(key *ecdsa.PrivateKey) [32]byte {
	mac := hmac.New(sha256.New, crypto.FromECDSA(key))
	mac.Write([]byte("helium relay tokens 1"))
	return [32]byte(mac.Sum(nil))
}

func (r *Relay) mac(use string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, r.secret[:])
	mac.Write([]byte(use))
	for _, p := range parts {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		mac.Write(p)
	}
	return mac.Sum(nil)
}

// knownHosts are the names under which this relay lets itself be reached. A
// challenge for another name could be one that a third party passes on.
func (r *Relay) knownHosts() map[string]bool {
	hosts := make(map[string]bool)
	for _, h := range r.cfg.Hosts {
		hosts[h] = true
	}
	for _, info := range r.cfg.Profile.Relays {
		if u, err := url.Parse(info.URL); err == nil && info.Address == r.address {
			hosts[u.Host] = true
		}
	}
	listen := r.listener.Addr().String()
	hosts[listen] = true
	if _, port, err := net.SplitHostPort(listen); err == nil {
		for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
			hosts[net.JoinHostPort(name, port)] = true
		}
	}
	return hosts
}

// challenge gives the text to sign. The relay remembers nothing of it: the
// nonce itself shows that it is the relay's.
func (r *Relay) challenge(w http.ResponseWriter, req *http.Request) error {
	var in wire.ChallengeRequest
	if err := body(w, req, &in); err != nil {
		return err
	}
	if in.Address == (common.Address{}) {
		return refuse(400, "no_address", "there is no address in the request", "")
	}
	if !r.hosts[req.Host] {
		return refuse(400, "other_host", fmt.Sprintf("this relay is not known as %.100q", req.Host),
			"use its address from the network profile, or add this name to the relay's hosts")
	}
	scheme := "https"
	if req.TLS == nil && isLoopback(req.Host) {
		scheme = "http"
	}
	now := r.cfg.Now().UTC().Truncate(time.Second)
	s := wire.SignIn{
		Host: req.Host, Address: in.Address, URI: scheme + "://" + req.Host, ChainID: r.domain.ChainID,
		IssuedAt: now, ExpiresAt: now.Add(challengeLife),
	}
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		return fmt.Errorf("make nonce: %w", err)
	}
	s.Nonce = r.nonce(s, random)
	r.answer(w, http.StatusOK, wire.ChallengeReply{Message: s.Text()})
	return nil
}

func isLoopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// nonce binds random to everything else in the message.
func (r *Relay) nonce(s wire.SignIn, random []byte) string {
	s.Nonce = ""
	return hex.EncodeToString(append(random[:16:16], r.mac("nonce", random, []byte(s.Text()))[:16]...))
}

// token checks the signed text and answers with a token. Each challenge is good
// for one token.
func (r *Relay) token(w http.ResponseWriter, req *http.Request) error {
	var in wire.TokenRequest
	if err := body(w, req, &in); err != nil {
		return err
	}
	s, err := wire.ParseSignIn(in.Message)
	if err != nil {
		return refuse(400, "bad_message", err.Error(), "sign the text from /v1/auth/challenge as it is")
	}
	if err := r.checkSignIn(req.Context(), s, in.Signature); err != nil {
		return err
	}
	r.answer(w, http.StatusOK, wire.TokenReply{
		Token: r.makeToken(s.Address), ExpiresIn: int64(tokenLife.Seconds()), Relay: r.address,
	})
	return nil
}

func (r *Relay) checkSignIn(ctx context.Context, s wire.SignIn, signature []byte) error {
	random, err := hex.DecodeString(s.Nonce)
	if err != nil || len(random) != 32 || !hmac.Equal([]byte(r.nonce(s, random[:16])), []byte(s.Nonce)) {
		return refuse(401, "bad_nonce", "this relay did not write this message", "ask for a new challenge")
	}
	if !r.hosts[s.Host] {
		return refuse(401, "other_host", "this message is for a host that this relay is not", "ask for a new challenge")
	}
	if now := r.cfg.Now(); now.After(s.ExpiresAt) {
		return refuse(401, "expired_challenge", "the challenge has expired", "ask for a new one")
	}
	signer, err := textSigner([]byte(s.Text()), signature)
	if err != nil {
		return refuse(401, "bad_signature", err.Error(), "sign the text as an EIP-191 personal message")
	}
	if signer != s.Address {
		return refuse(401, "bad_signature", "the signature is by "+signer.Hex()+", not by "+s.Address.Hex(), "")
	}
	fresh, err := r.bus.once(ctx, "used."+s.Nonce, nil)
	if err != nil {
		return err
	}
	if !fresh {
		return refuse(401, "used_challenge", "the challenge was used already", "ask for a new one")
	}
	return nil
}

// textSigner recovers who signed an EIP-191 personal message.
func textSigner(text, signature []byte) (common.Address, error) {
	if len(signature) != 65 || signature[64] != 27 && signature[64] != 28 {
		return common.Address{}, fmt.Errorf("signature of %d bytes is not r, s, v with v 27 or 28", len(signature))
	}
	raw := append([]byte(nil), signature...)
	raw[64] -= 27
	if !crypto.ValidateSignatureValues(raw[64], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:64]), true) {
		return common.Address{}, fmt.Errorf("signature values are out of range")
	}
	pub, err := crypto.SigToPub(accounts.TextHash(text), raw)
	if err != nil {
		return common.Address{}, fmt.Errorf("the signature belongs to nobody")
	}
	return crypto.PubkeyToAddress(*pub), nil
}

// A token is address ‖ expiry in Unix seconds ‖ MAC, so that checking one asks
// nobody.
const tokenBytes = common.AddressLength + 8 + sha256.Size

func (r *Relay) makeToken(a common.Address) string {
	raw := binary.BigEndian.AppendUint64(a.Bytes(), uint64(r.cfg.Now().Add(tokenLife).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(raw, r.mac("token", raw)...))
}

func (r *Relay) checkToken(token string) (common.Address, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenBytes || !hmac.Equal(r.mac("token", raw[:28]), raw[28:]) {
		return common.Address{}, refuse(401, "bad_token", "this is not a token of this relay", "sign in again")
	}
	if r.cfg.Now().Unix() >= int64(binary.BigEndian.Uint64(raw[20:28])) {
		return common.Address{}, refuse(401, "expired_token", "the token has expired", "sign in again")
	}
	return common.BytesToAddress(raw[:20]), nil
}
