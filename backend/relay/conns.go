package relay

import (
	"net"
	"net/netip"
	"sync"
)

// placeOf is what limits for strangers go by: an IPv4 address, or the half of an
// IPv6 address that its holder can't choose.
func placeOf(hostport string) string {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}

// gatekeeper is a listener that closes connections over its limits, at once: a
// connection that sends nothing costs memory, too, and comes before any request.
type gatekeeper struct {
	net.Listener
	all, each int
	refused   func()

	// mu guards everything that follows.
	mu   sync.Mutex
	open map[string]int
	sum  int
}

func newGatekeeper(l net.Listener, limits Limits, refused func()) *gatekeeper {
	return &gatekeeper{Listener: l, all: limits.Connections, each: limits.ConnectionsPerGuest, refused: refused, open: make(map[string]int)}
}

func (g *gatekeeper) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		place := placeOf(c.RemoteAddr().String())
		if g.enter(place) {
			return &admitted{Conn: c, leave: sync.OnceFunc(func() { g.leave(place) })}, nil
		}
		g.refused()
		_ = c.Close() // nothing was said on it
	}
}

func (g *gatekeeper) enter(place string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.sum >= g.all || g.open[place] >= g.each {
		return false
	}
	g.sum++
	g.open[place]++
	return true
}

func (g *gatekeeper) leave(place string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sum--
	if g.open[place]--; g.open[place] == 0 {
		delete(g.open, place)
	}
}

func (g *gatekeeper) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sum
}

// admitted is a connection that counts until it is closed.
type admitted struct {
	net.Conn
	leave func()
}

func (a *admitted) Close() error {
	a.leave()
	return a.Conn.Close()
}
