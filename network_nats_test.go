//go:build !desktop

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// asNATS in the environment makes this test binary one NATS server.
const asNATS = "HELIUM_TEST_AS_NATS"

// natsSetup is what one server of a NATS cluster needs.
type natsSetup struct {
	Name   string
	Dir    string
	Port   int
	Route  int
	Routes []int
}

// runNATS serves until it is killed.
func runNATS(setup string) error {
	var s natsSetup
	if err := json.Unmarshal([]byte(setup), &s); err != nil {
		return err
	}
	o := &server.Options{
		ServerName: s.Name, Host: "127.0.0.1", Port: s.Port, NoSigs: true, MaxPayload: 16 << 20,
		JetStream: true, StoreDir: s.Dir, SyncAlways: true, JetStreamMaxStore: 64 << 30, JetStreamMaxMemory: 64 << 20,
		Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: s.Route},
	}
	for _, port := range s.Routes {
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	ns, err := server.NewServer(o)
	if err != nil {
		return err
	}
	ns.Start()
	if !ns.ReadyForConnections(time.Minute) {
		return fmt.Errorf("%s does not begin to serve", s.Name)
	}
	fmt.Println("serves")
	select {}
}
