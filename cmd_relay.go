//go:build !desktop

package main

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/alecthomas/kong"
	"github.com/ethereum/go-ethereum/params"

	"helium/app/network"
	"helium/app/operator"
	"helium/backend/relay"
	"helium/backend/relay/sponsor"
)

// relayCmd: a relay of a network.
type relayCmd struct {
	Run_ relayRunCmd `cmd:"" name:"run" default:"withargs" help:"Run a relay."`
	Key  relayKeyCmd `cmd:"" help:"Make the keys of a relay, and print the address that it signs with."`
}

type relayKeyCmd struct {
	Data    string `required:"" help:"Folder of the relay." placeholder:"DIR"`
	Sponsor bool   `help:"Print the address of the sponsor's wallet instead, which needs the chain's coin."`
}

func (c relayKeyCmd) Run(env *environment) error {
	if c.Sponsor {
		w, err := operator.SponsorWallet(env.ctx, c.Data)
		if err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, w.Address())
		return nil
	}
	_, address, err := operator.RelayKey(c.Data)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, address)
	return nil
}

type relayRunCmd struct {
	Config       kong.ConfigFlag `help:"JSON file of flags, by their names." placeholder:"FILE"`
	Data         string          `required:"" help:"Folder of the relay: its key and all that it stores." placeholder:"DIR"`
	Profile      string          `required:"" help:"The network's profile, a file or an address." placeholder:"FILE|URL"`
	Listen       string          `default:"127.0.0.1:7402" help:"Where to listen; what encrypts for the web stands before it." placeholder:"ADDRESS:PORT"`
	Host         []string        `help:"Name with port by which clients reach it, beside its address in the profile. May be repeated." placeholder:"NAME:PORT"`
	Operator     string          `help:"Where to tell how the relay is: /healthz, /readyz and /metrics, for its operator only; nowhere if not given." placeholder:"ADDRESS:PORT"`
	Nats         []string        `name:"nats" help:"Server of a NATS cluster that keeps what several relays store, in place of the folder. May be repeated." placeholder:"URL"`
	NatsCreds    string          `name:"nats-creds" help:"File with the JWT and the seed of the NATS user." placeholder:"FILE"`
	NatsCA       string          `name:"nats-ca" help:"PEM file with the certificates that those of the NATS servers are checked against; the system's if not given." placeholder:"FILE"`
	NatsCert     string          `name:"nats-cert" help:"PEM file with the certificate that the relay shows to the NATS servers." placeholder:"FILE"`
	NatsKey      string          `name:"nats-key" help:"PEM file with the key of that certificate." placeholder:"FILE"`
	NatsReplicas int             `name:"nats-replicas" default:"3" help:"How many of the NATS servers keep each message." placeholder:"N"`
	Sponsor      bool            `help:"Pay the gas of nodes that have none, from a wallet in the folder; helium relay key --sponsor prints its address."`
	SponsorDay   string          `default:"${sponsor_day}" help:"The most that the sponsor spends in a day, in the chain's coin." placeholder:"AMOUNT"`
	SponsorPrice string          `default:"${sponsor_price}" help:"The most that it pays for a unit of gas, in gwei." placeholder:"GWEI"`
	SponsorHour  int             `default:"${sponsor_hour}" help:"How many joins, moves and payouts an IP address is given in an hour; raise it behind a proxy, which is all callers' address." placeholder:"N"`
}

func (c relayRunCmd) Run(env *environment) error {
	limits, err := c.limits()
	if err != nil {
		return err
	}
	p, err := network.Load(env.ctx, c.Profile)
	if err != nil {
		return err
	}
	cluster, err := c.cluster()
	if err != nil {
		return err
	}
	return operator.Relay{
		DataDir: c.Data, Listen: c.Listen, Profile: *p, Hosts: c.Host, Operator: c.Operator, Cluster: cluster,
		Sponsor: c.Sponsor, Limits: limits, Out: env.stdout, Log: env.log,
	}.Run(env.ctx)
}

// cluster is nil where the relay keeps everything itself.
func (c relayRunCmd) cluster() (*relay.Cluster, error) {
	if len(c.Nats) == 0 {
		if c.NatsCreds != "" || c.NatsCA != "" || c.NatsCert != "" || c.NatsKey != "" {
			return nil, errors.New("--nats-creds, --nats-ca, --nats-cert and --nats-key belong to a NATS cluster: say with --nats where it is")
		}
		return nil, nil
	}
	return &relay.Cluster{
		URLs: c.Nats, Credentials: c.NatsCreds, Authority: c.NatsCA, Certificate: c.NatsCert, CertificateKey: c.NatsKey, Replicas: c.NatsReplicas,
	}, nil
}

func (c relayRunCmd) limits() (sponsor.Limits, error) {
	l := sponsor.DefaultLimits()
	day, err := amountFlag("--sponsor-day", c.SponsorDay)
	if err != nil {
		return l, err
	}
	price, ok := new(big.Rat).SetString(c.SponsorPrice)
	if !ok || price.Sign() <= 0 {
		return l, fmt.Errorf("--sponsor-price %s: it must be a number of gwei above 0", c.SponsorPrice)
	}
	if c.SponsorHour < 1 {
		return l, fmt.Errorf("--sponsor-hour %d: it must be at least 1", c.SponsorHour)
	}
	price.Mul(price, new(big.Rat).SetInt64(params.GWei))
	l.Day, l.GasPrice, l.Hour = day.Big(), new(big.Int).Quo(price.Num(), price.Denom()), c.SponsorHour
	return l, nil
}
