package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// guarded is a NATS server that asks for TLS and for credentials.
type guarded struct {
	url, authority, credentials, foreign string
}

func startGuarded(t *testing.T, maxPayload int32) guarded {
	t.Helper()
	dir := t.TempDir()
	certificate, authority := selfSigned(t, dir)
	operator, account := seed(t, nkeys.CreateOperator), seed(t, nkeys.CreateAccount)
	claims := jwt.NewAccountClaims(public(t, account))
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: -1, DiskStorage: -1, Streams: -1, Consumer: -1}
	signed, err := claims.Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	trust := jwt.NewOperatorClaims(public(t, operator))
	accounts := &server.MemAccResolver{}
	if err := accounts.Store(public(t, account), signed); err != nil {
		t.Fatal(err)
	}
	system := seed(t, nkeys.CreateAccount)
	signed, err = jwt.NewAccountClaims(public(t, system)).Encode(operator)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.Store(public(t, system), signed); err != nil {
		t.Fatal(err)
	}
	ns, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, MaxPayload: maxPayload,
		JetStream: true, StoreDir: filepath.Join(dir, "js"), SyncAlways: true, JetStreamMaxStore: 64 << 30, JetStreamMaxMemory: 64 << 20,
		TLS: true, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, TLSTimeout: 5,
		TrustedOperators: []*jwt.OperatorClaims{trust}, AccountResolver: accounts, SystemAccount: public(t, system),
	})
	if err != nil {
		t.Fatal(err)
	}
	ns.Start()
	t.Cleanup(func() { ns.Shutdown(); ns.WaitForShutdown() })
	if !ns.ReadyForConnections(20 * time.Second) {
		t.Fatal("the NATS server does not start")
	}
	return guarded{
		url: strings.Replace(ns.ClientURL(), "nats://", "tls://", 1), authority: authority,
		credentials: credentials(t, filepath.Join(dir, "relay.creds"), account),
		foreign:     credentials(t, filepath.Join(dir, "foreign.creds"), seed(t, nkeys.CreateAccount)),
	}
}

func seed(t *testing.T, make func() (nkeys.KeyPair, error)) nkeys.KeyPair {
	t.Helper()
	k, err := make()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func public(t *testing.T, k nkeys.KeyPair) string {
	t.Helper()
	p, err := k.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// credentials writes a user of an account to a file.
func credentials(t *testing.T, path string, account nkeys.KeyPair) string {
	t.Helper()
	user := seed(t, nkeys.CreateUser)
	token, err := jwt.NewUserClaims(public(t, user)).Encode(account)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	file, err := jwt.FormatUserConfig(token, secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func selfSigned(t *testing.T, dir string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "nats"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "authority.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

func TestAClusterIsReachedWithItsCredentialsOnly(t *testing.T) {
	g, small := startGuarded(t, 16<<20), startGuarded(t, 1<<20)
	good := Cluster{URLs: []string{g.url}, Authority: g.authority, Credentials: g.credentials, Replicas: 1}
	with := func(change func(*Cluster)) *Cluster { c := good; change(&c); return &c }
	for _, c := range []struct {
		name    string
		cluster *Cluster
		says    string // empty for a relay that starts
	}{
		{"all as it should be", &good, ""},
		{"no credentials", with(func(c *Cluster) { c.Credentials = "" }), "uthorization"},
		{"credentials of another account", with(func(c *Cluster) { c.Credentials = g.foreign }), "uthorization"},
		{"no such credentials file", with(func(c *Cluster) { c.Credentials += "x" }), "no such file"},
		{"an unknown authority", with(func(c *Cluster) { c.Authority = "" }), "certificate"},
		{"no URLs", with(func(c *Cluster) { c.URLs = nil }), "no URLs"},
		{"a certificate without key", with(func(c *Cluster) { c.Certificate = g.authority }), "needs its key"},
		{"too many replicas", with(func(c *Cluster) { c.Replicas = 7 }), "replicas"},
		{"servers that take short messages only", &Cluster{URLs: []string{small.url}, Authority: small.authority, Credentials: small.credentials}, "max_payload: 16MB"},
	} {
		cfg := Config{Cluster: c.cluster, Listen: "127.0.0.1:0", Profile: testProfile(), Key: newParty(t).key, Tasks: newFakeTasks()}
		r, err := Start(t.Context(), cfg)
		if err == nil {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}
