package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/mod/semver"
)

// Contracts are the addresses of a network's three contracts.
type Contracts struct {
	Token common.Address `json:"token"`
	Node  common.Address `json:"node"`
	Task  common.Address `json:"task"`
}

// RelayInfo is a relay that the network's Task contract has registered.
type RelayInfo struct {
	URL     string         `json:"url"`
	Address common.Address `json:"address"`
}

// Profile tells a program which network it is on. Operators publish it as one
// JSON file; a relay serves it at /.well-known/helium.json.
type Profile struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
	// ChainID and the RPC endpoints of the EVM chain.
	ChainID uint64 `json:"chain_id"`
	HTTP    string `json:"chain_http"`
	WS      string `json:"chain_ws"`
	// AlsoWS are other WebSocket endpoints of the chain, to go on with when WS does
	// not answer.
	AlsoWS []string `json:"chain_ws_also,omitempty"`
	// StartBlock is where the contracts were deployed: no event is older.
	StartBlock uint64    `json:"start_block"`
	Contracts  Contracts `json:"contracts"`
	// Relays share one cluster where they are several: what one keeps, all serve. A
	// client uses the first that it can reach.
	Relays []RelayInfo `json:"relays"`
	// Faucet gives test tokens and gas to new wallets; empty where there is none.
	Faucet string `json:"faucet,omitempty"`
	// Chat is a chat page that is open to all; empty where there is none.
	Chat string `json:"chat,omitempty"`
	// Release is the newest version of Helium that the operators recommend, as in
	// 1.4.0; Downloads is the page where it is. Both are empty where they name none.
	Release   string `json:"release,omitempty"`
	Downloads string `json:"downloads,omitempty"`
	// BlockIntervalMS is the shortest time between blocks.
	BlockIntervalMS int64 `json:"block_interval_ms"`

	recall *Recall
}

// Remembering is the same profile, whose Domain remembers the signers of the
// signatures that it has checked.
func (p Profile) Remembering(r *Recall) Profile {
	p.recall = r
	return p
}

// ProfileVersion is the only version this program writes and reads.
const ProfileVersion = 1

// BlockInterval is the shortest time between blocks.
func (p Profile) BlockInterval() time.Duration {
	return time.Duration(p.BlockIntervalMS) * time.Millisecond
}

// Domain is the EIP-712 domain of the network.
func (p Profile) Domain() Domain {
	return Domain{ChainID: p.ChainID, Task: p.Contracts.Task, Node: p.Contracts.Node, Token: p.Contracts.Token, recall: p.recall}
}

// Spread is the same profile with its relays and the chain's endpoints in another
// order, such as rand.Shuffle makes: where many programs of a network each take the
// first that answers, no one place carries them all.
func (p Profile) Spread(shuffle func(n int, swap func(i, j int))) Profile {
	sockets, relays := p.Sockets(), slices.Clone(p.Relays)
	shuffle(len(sockets), func(i, j int) { sockets[i], sockets[j] = sockets[j], sockets[i] })
	shuffle(len(relays), func(i, j int) { relays[i], relays[j] = relays[j], relays[i] })
	p.WS, p.AlsoWS, p.Relays = sockets[0], sockets[1:], relays
	return p
}

// Sockets are the WebSocket endpoints of the chain, the one to prefer first.
func (p Profile) Sockets() []string { return append([]string{p.WS}, p.AlsoWS...) }

// RelayURLs are the addresses of the relays, the one to prefer first.
func (p Profile) RelayURLs() (urls []string) {
	for _, r := range p.Relays {
		urls = append(urls, r.URL)
	}
	return urls
}

// ParseProfile reads and checks a profile.
func ParseProfile(b []byte) (*Profile, error) {
	var p Profile
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&p); err != nil {
		return nil, fmt.Errorf("read network profile: %w", err)
	}
	if err := p.Check(); err != nil {
		return nil, fmt.Errorf("read network profile: %w", err)
	}
	return &p, nil
}

// Check reports the first thing that makes the profile unusable.
func (p Profile) Check() error {
	if p.Version != ProfileVersion {
		return fmt.Errorf("version is %d, this program reads %d: update Helium", p.Version, ProfileVersion)
	}
	if p.ChainID == 0 {
		return errors.New("chain_id is missing")
	}
	if err := checkURL("chain_http", p.HTTP, "http", "https"); err != nil {
		return err
	}
	if err := checkURL("chain_ws", p.WS, "ws", "wss"); err != nil {
		return err
	}
	for i, url := range p.AlsoWS {
		if err := checkURL(fmt.Sprintf("chain_ws_also[%d]", i), url, "ws", "wss"); err != nil {
			return err
		}
	}
	zero := common.Address{}
	if p.Contracts.Token == zero || p.Contracts.Node == zero || p.Contracts.Task == zero {
		return errors.New("contracts.token, contracts.node and contracts.task must all be given")
	}
	if len(p.Relays) == 0 {
		return errors.New("relays is empty: a network needs at least one")
	}
	for i, r := range p.Relays {
		if err := checkURL(fmt.Sprintf("relays[%d].url", i), r.URL, "http", "https"); err != nil {
			return err
		}
	}
	if p.Faucet != "" {
		if err := checkURL("faucet", p.Faucet, "http", "https"); err != nil {
			return err
		}
	}
	if p.Chat != "" {
		if err := checkURL("chat", p.Chat, "http", "https"); err != nil {
			return err
		}
	}
	return p.checkRelease()
}

// checkRelease wants programs to come through an encrypted connection, or from
// this computer.
func (p Profile) checkRelease() error {
	if p.Downloads != "" {
		u, err := url.Parse(p.Downloads)
		local := err == nil && u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost")
		if !local {
			if err := checkURL("downloads", p.Downloads, "https"); err != nil {
				return err
			}
		}
	}
	if p.Release == "" {
		return nil
	}
	if !semver.IsValid("v" + p.Release) {
		return fmt.Errorf("release %q is not a version like 1.4.0", p.Release)
	}
	if p.Downloads == "" {
		return errors.New("release is given, and downloads is not: name the page where it is")
	}
	return nil
}

// Newer is the recommended version where that is newer than one, else empty. A
// version that can't be read is newer than none and older than none.
func (p Profile) Newer(than string) string {
	if p.Release != "" && semver.IsValid("v"+than) && semver.Compare("v"+p.Release, "v"+than) > 0 {
		return p.Release
	}
	return ""
}

func checkURL(field, s string, schemes ...string) error {
	u, err := url.Parse(s)
	if err == nil && u.Host != "" {
		for _, scheme := range schemes {
			if u.Scheme == scheme {
				return nil
			}
		}
	}
	return fmt.Errorf("%s %q is not a %s address", field, s, schemes[0])
}
