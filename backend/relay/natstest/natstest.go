// Package natstest has the servers of a NATS cluster for tests, each a process that
// can be killed: a test starts its own binary again, whose TestMain calls Serve.
//
// Its promise: what such a server acknowledged is on disk.
package natstest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is one of a cluster on this machine, as Serve reads it.
type Server struct {
	Name     string `json:"name"`
	StoreDir string `json:"store_dir"`
	Port     int    `json:"port"`
	Route    int    `json:"route"`
	Routes   []int  `json:"routes"`
}

// Three are the servers of a cluster, on free ports, named n0 to n2. What each
// stores is in a folder of its name in dir.
func Three(t testing.TB, dir string) []Server {
	t.Helper()
	ports := freePorts(t, 6)
	all := make([]Server, 3)
	for i := range all {
		name := fmt.Sprintf("n%d", i)
		all[i] = Server{Name: name, StoreDir: filepath.Join(dir, name), Port: ports[i], Route: ports[3+i], Routes: ports[3:]}
	}
	return all
}

// URL is where clients reach the server.
func (s Server) URL() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.Port) }

// startTimeout is how long a server may take to serve.
const startTimeout = time.Minute

// Serve runs the server that the JSON of setup describes until the process is
// killed, and prints "ready" when it serves.
func Serve(setup string) error {
	var s Server
	if err := json.Unmarshal([]byte(setup), &s); err != nil {
		return fmt.Errorf("read what NATS server to be: %w", err)
	}
	o := &server.Options{
		ServerName: s.Name, Host: "127.0.0.1", Port: s.Port, NoSigs: true, MaxPayload: 16 << 20,
		JetStream: true, StoreDir: s.StoreDir, SyncAlways: true, DisableJetStreamBanner: true,
		JetStreamMaxStore: 64 << 30, JetStreamMaxMemory: 64 << 20,
		Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: s.Route},
	}
	for _, port := range s.Routes {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	ns, err := server.NewServer(o)
	if err != nil {
		return fmt.Errorf("make NATS server %s: %w", s.Name, err)
	}
	ns.Start()
	if !ns.ReadyForConnections(startTimeout) {
		return fmt.Errorf("NATS server %s does not begin to serve", s.Name)
	}
	fmt.Println("ready")
	select {}
}

func freePorts(t testing.TB, n int) []int {
	t.Helper()
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
