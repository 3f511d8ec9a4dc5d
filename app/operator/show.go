package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// Show prints what a profile says and what the chain and the relays say of it.
// The error counts what is wrong.
func Show(ctx context.Context, p protocol.Profile, out io.Writer) error {
	s := &showing{profile: p, out: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	s.row("network", "%s", p.Name)
	s.chain(ctx)
	if s.rpc != nil {
		defer s.rpc.Close()
		s.contracts(ctx)
		s.nodes(ctx)
	}
	s.relays(ctx)
	if err := s.out.Flush(); err != nil {
		return err
	}
	if s.wrong > 0 {
		return fmt.Errorf("%d things of this network are not as its profile says", s.wrong)
	}
	return nil
}

// showing goes on after what is wrong, so that all of it is told.
type showing struct {
	profile protocol.Profile
	rpc     *ethclient.Client
	out     *tabwriter.Writer
	wrong   int
}

func (s *showing) row(name, format string, args ...any) {
	fmt.Fprintf(s.out, "%s\t%s\n", name, fmt.Sprintf(format, args...))
}

func (s *showing) bad(name, format string, args ...any) {
	s.wrong++
	s.row(name, "WRONG: "+format, args...)
}

// chain asks all of its addresses which chain they are.
func (s *showing) chain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	for _, url := range append([]string{s.profile.HTTP}, s.profile.Sockets()...) {
		rpc, id, err := dialChain(ctx, url)
		switch {
		case err != nil:
			s.bad("chain", "%v", err)
			continue
		case id != s.profile.ChainID:
			s.bad("chain", "%s is chain %d, and the profile's is %d", url, id, s.profile.ChainID)
			rpc.Close()
			continue
		}
		s.row("chain", "%d at %s", id, url)
		if s.rpc == nil {
			s.rpc = rpc
			continue
		}
		rpc.Close()
	}
}

func (s *showing) contracts(ctx context.Context) {
	task, node, rules := contracts.NewTask(), contracts.NewNode(), contracts.NewRules()
	at := s.profile.Contracts
	for _, c := range []struct {
		name string
		at   common.Address
	}{{"token", at.Token}, {"node", at.Node}, {"task", at.Task}} {
		switch code, err := s.rpc.CodeAt(ctx, c.at, nil); {
		case err != nil:
			s.bad(c.name, "%v", err)
		case len(code) == 0:
			s.bad(c.name, "there is no contract at %s", c.at)
		default:
			s.row(c.name, "%s", c.at)
		}
	}
	if s.wrong > 0 {
		return
	}
	if got, err := view(ctx, s.rpc, at.Task, task.PackNodes(), task.UnpackNodes); err != nil || got != at.Node {
		s.bad("task", "its nodes are those of %s, not of %s (%v)", got, at.Node, err)
	}
	if got, err := view(ctx, s.rpc, at.Node, node.PackToken(), node.UnpackToken); err != nil || got != at.Token {
		s.bad("node", "its token is %s, not %s (%v)", got, at.Token, err)
	}
	rulesAt, err := view(ctx, s.rpc, at.Task, task.PackRules(), task.UnpackRules)
	if err != nil {
		s.bad("rules", "%v", err)
		return
	}
	s.row("rules", "%s", rulesAt)
	s.owner(ctx, rulesAt)
	p, err := view(ctx, s.rpc, rulesAt, rules.PackParams(), rules.UnpackParams)
	if err != nil {
		s.bad("rules", "%v", err)
		return
	}
	s.row("stake", "%s CNX, least fee %s CNX, classes from %d nodes on", decimal(p.Arg0.Stake), decimal(p.Arg0.MinFee), p.Arg0.MinClassNodes)
}

// owner says who may change the rules, and how long that is announced before.
func (s *showing) owner(ctx context.Context, rulesAt common.Address) {
	rules, lock := contracts.NewRules(), contracts.NewTimelock()
	owner, err := view(ctx, s.rpc, rulesAt, rules.PackOwner(), rules.UnpackOwner)
	if err != nil {
		s.bad("owner", "%v", err)
		return
	}
	delay, err := view(ctx, s.rpc, owner, lock.PackGetMinDelay(), lock.UnpackGetMinDelay)
	if err != nil {
		s.bad("owner", "the rules belong to %s, which is no timelock: the deployment is not finished", owner)
		return
	}
	s.row("owner", "a timelock of %s at %s", time.Duration(delay.Int64())*time.Second, owner)
}

// maxClasses bounds what is listed.
const maxClasses = 100

func (s *showing) nodes(ctx context.Context) {
	node, at := contracts.NewNode(), s.profile.Contracts.Node
	n, err := view(ctx, s.rpc, at, node.PackCounts(), node.UnpackCounts)
	if err != nil {
		s.bad("nodes", "%v", err)
		return
	}
	s.row("nodes", "%d joined, %d can be drawn now", n.Joined, n.Available)
	ids, err := view(ctx, s.rpc, at, node.PackClasses(new(big.Int), big.NewInt(maxClasses)), node.UnpackClasses)
	if err != nil {
		s.bad("classes", "%v", err)
		return
	}
	for _, id := range ids {
		c, err := view(ctx, s.rpc, at, node.PackClassInfo(id), node.UnpackClassInfo)
		if err != nil {
			s.bad("class", "%v", err)
			continue
		}
		takes := "images only"
		if c.Gpt {
			takes = "texts and images"
		}
		s.row("class", "%s, %d nodes, %s", protocol.GPUClass{Card: c.Card, VRAMGB: c.VramGB, Runtime: c.Runtime}, c.Joined, takes)
	}
}

// relays must be registered, and serve a profile of the same contracts.
func (s *showing) relays(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	task := contracts.NewTask()
	for _, r := range s.profile.Relays {
		if s.rpc != nil {
			known, err := view(ctx, s.rpc, s.profile.Contracts.Task, task.PackIsRelay(r.Address), task.UnpackIsRelay)
			if err != nil {
				s.bad("relay", "%s: %v", r.URL, err)
				continue
			}
			if !known {
				s.bad("relay", "%s signs as %s, which is not registered: add it with helium network init", r.URL, r.Address)
				continue
			}
		}
		served, err := client.FetchServed(ctx, r.URL)
		switch {
		case err != nil:
			s.bad("relay", "%v", err)
		case served.Contracts != s.profile.Contracts || served.ChainID != s.profile.ChainID:
			s.bad("relay", "%s serves another network", r.URL)
		default:
			s.row("relay", "%s signs as %s", r.URL, r.Address)
		}
	}
}

func view[T any](ctx context.Context, c ethereum.ContractCaller, to common.Address, call []byte, read func([]byte) (T, error)) (T, error) {
	var zero T
	answer, err := c.CallContract(ctx, ethereum.CallMsg{To: &to, Data: call}, nil)
	if err != nil {
		return zero, err
	}
	if len(answer) == 0 {
		return zero, errors.New("the contract gave no answer")
	}
	return read(answer)
}
