package devnet

import (
	"fmt"
	"net"
	"strconv"
)

// ports of the devnet's services on 127.0.0.1.
type ports struct{ chainHTTP, chainWS, relay, bridge, faucet string }

// portsFrom lays the services on base and the four ports after it, so that
// addresses stay the same from run to run; base 0 takes free ones.
func portsFrom(base int) (ports, error) {
	if base < 0 || base > 65531 {
		return ports{}, fmt.Errorf("port %d: the devnet takes five ports from the one given, which must be 65531 at most (0 for free ones)", base)
	}
	at := func(i int) string {
		if base == 0 {
			return "127.0.0.1:0"
		}
		return net.JoinHostPort("127.0.0.1", strconv.Itoa(base+i))
	}
	p := ports{at(0), at(1), at(2), at(3), at(4)}
	if base == 0 {
		return p, nil
	}
	for _, addr := range []string{p.chainHTTP, p.chainWS, p.relay, p.bridge, p.faucet} {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			return ports{}, fmt.Errorf("%s is taken, perhaps by another devnet: stop it, or choose other ports with --port (0 for free ones): %w", addr, err)
		}
		ln.Close()
	}
	return p, nil
}
