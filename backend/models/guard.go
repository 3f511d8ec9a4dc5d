package models

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
)

// A task names addresses that its nodes fetch from, and a stranger wrote it. guard
// keeps them from asking what is near a node: its own services, its router, the
// credentials that cloud machines find at a link-local address. It looks at where
// a connection really goes, at each step of a redirection, so that a name which
// means another host the next time helps nobody.
type guard struct {
	direct, proxied *http.Transport
	proxy           func(*url.URL) (*url.URL, error)
	lookup          func(ctx context.Context, host string) ([]netip.Addr, error)
	allowPrivate    bool
}

// errPrivate says that an address is not of the internet.
var errPrivate = errors.New("it is an address of this computer or of a local network")

func newGuard(proxy func(*url.URL) (*url.URL, error), allowPrivate bool) *guard {
	g := &guard{proxy: proxy, allowPrivate: allowPrivate, lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: dialTimeout}
	g.proxied = newTransport(dialer) // which may well be a local address
	g.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return g.proxy(r.URL) }
	guarded := *dialer
	guarded.Control = g.control
	g.direct = newTransport(&guarded)
	return g
}

// control is told the address of every connection before it is made.
func (g *guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.check(to.Addr())
}

func (g *guard) check(to netip.Addr) error {
	if g.allowPrivate || isPublic(to) {
		return nil
	}
	return errPrivate
}

// RoundTrip makes one request of a redirection.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !(r.URL.Scheme == "http" && isLoopbackName(r.URL.Hostname())) {
		return nil, errDowngrade
	}
	proxy, err := g.proxy(r.URL)
	if err != nil {
		return nil, errors.New("the proxy settings can't be read") // they may hold a password
	}
	if proxy == nil {
		return g.direct.RoundTrip(r)
	}
	if err := g.checkName(r.Context(), r.URL.Hostname()); err != nil {
		return nil, err
	}
	return g.proxied.RoundTrip(r)
}

// checkName is the best that can be done where a proxy looks names up: a name that
// only the proxy knows is its own to judge.
func (g *guard) checkName(ctx context.Context, host string) error {
	if isLoopbackName(host) {
		return g.check(netip.IPv6Loopback())
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return g.check(ip)
	}
	ips, err := g.lookup(ctx, host)
	if err != nil {
		return nil
	}
	for _, ip := range ips {
		if err := g.check(ip); err != nil {
			return fmt.Errorf("%s: %w", host, err)
		}
	}
	return nil
}

// isPublic says that an address is one of the internet's. What is kept for other
// uses is in RFC 6890 and the registries that it began; addresses of version 6 that
// hold one of version 4 are as good as that.
func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return !within(ip, "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
			"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
	}
	if within(ip, "64:ff9b::/96") { // translated to version 4 on the way
		b := ip.As16()
		return isPublic(netip.AddrFrom4([4]byte(b[12:])))
	}
	return within(ip, "2000::/3") && !within(ip, "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
}

func within(ip netip.Addr, networks ...string) bool {
	return slices.ContainsFunc(networks, func(n string) bool { return netip.MustParsePrefix(n).Contains(ip) })
}
