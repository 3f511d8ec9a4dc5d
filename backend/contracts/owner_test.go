package contracts_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
)

// makeContract makes a contract.
func makeContract(c *contractstest.Chain, meta string, arguments ...byte) common.Address {
	c.TB.Helper()
	receipt, err := (contractstest.Sender{Chain: c, Key: c.Owner}).Send(c.TB.Context(), nil, append(common.FromHex(meta), arguments...))
	if err != nil || receipt.ContractAddress == (common.Address{}) {
		c.TB.Fatalf("make contract: %v, %v", receipt, err)
	}
	return receipt.ContractAddress
}

func enact(c *contractstest.Chain, calls ...[]byte) error {
	c.TB.Helper()
	return contracts.Enact(c.TB.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, c.Deployment, calls)
}

func TestRulesAreWiredOnce(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	fresh := makeContract(c, contracts.RulesMetaData.Bin)
	stranger := contractstest.Address(c.Key())
	for name, call := range map[string][]byte{
		"setParams":         c.Rules.PackSetParams(c.Params),
		"setClass":          c.Rules.PackSetClass("Card", 8, "x", common.Hash{1}),
		"strikeClass":       c.Rules.PackStrikeClass(common.Hash{1}),
		"setRelay":          c.Rules.PackSetRelay(stranger, true),
		"transferOwnership": c.Rules.PackTransferOwnership(c.Deployment.Timelock),
	} {
		if _, err := c.Try(name, c.Owner, fresh, call); !refused(err, "NotWired") {
			t.Errorf("%s of fresh rules: got %v, want NotWired", name, err)
		}
	}
	wire := c.Rules.PackWire(c.Deployment.Node, c.Deployment.Task, c.Params)
	_, err := c.Try("wire", c.Key(), fresh, wire)
	wantRefused(t, err, "OwnableUnauthorizedAccount")
	_, err = c.Try("wire", c.Owner, fresh, wire) // the contracts are those of other rules
	wantRefused(t, err, "OnlyRules")
	wantRefused(t, enact(c, wire), "AlreadyWired")
}

// TestOnlyATimelockThatIsSlowerThanAnyTaskOwnsTheRules hands fresh rules over.
func TestOnlyATimelockThatIsSlowerThanAnyTaskOwnsTheRules(t *testing.T) {
	c := contractstest.BareEVM(t)
	longest := longestTask(contracts.DefaultParams())
	for delay, good := range map[int64]bool{0: true, 1: false, longest - 1: false, longest: false, longest + 1: true, 48 * 3600: true} {
		n := contracts.Network{Params: contracts.DefaultParams(), Delay: time.Duration(delay) * time.Second}
		_, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, n, contracts.Deployment{}, unrecorded)
		if good && err != nil || !good && !refused(err, "DelayTooShort") {
			t.Errorf("a delay of %d s: got %v, want it taken %t", delay, err, good)
		}
	}
	at, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, contracts.Network{Params: contracts.DefaultParams()}, contracts.Deployment{}, unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	c.Use(at)
	for name, to := range map[string]common.Address{
		"an account": contractstest.Address(c.Owner), "nobody": {}, "the token": at.Token, "the rules": at.Rules,
	} {
		if err := enact(c, c.Rules.PackTransferOwnership(to)); err == nil {
			t.Errorf("%s owns the rules", name)
		}
	}
	slow := makeContract(c, contracts.TimelockMetaData.Bin, contracts.NewTimelock().PackConstructor(big.NewInt(longest+1), nil, nil)...)
	if err := enact(c, c.Rules.PackTransferOwnership(slow)); err != nil {
		t.Error(err)
	}
	if got := contractstest.View(c, at.Rules, c.Rules.PackOwner(), c.Rules.UnpackOwner); got != slow {
		t.Errorf("%s owns the rules, want %s", got, slow)
	}
}

// unrecorded is for deployments that nobody goes on with.
func unrecorded(contracts.Deployment) error { return nil }

// longestTask is how long a task can hold a stake or a fee: it waits, is drawn,
// declined and drawn again in the last moment, committed to in the last, opened
// by nobody, and closed out.
func longestTask(p contracts.Params) int64 {
	t := func(x contracts.Pricing) int64 { return int64(x.OverheadSeconds) + 1024*int64(x.SecondsPerUnit) }
	return int64(p.QueueSeconds) + int64(p.ArgumentSeconds) + int64(p.CommitSeconds) + max(t(p.StableDiffusion), t(p.Gpt)) +
		60 + int64(p.RevealSeconds) + int64(p.OpenSeconds)
}

func TestTheLongestTaskIsTheSumOfItsDeadlines(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	for _, change := range []func(*contracts.Params){
		func(*contracts.Params) {},
		func(p *contracts.Params) { p.Gpt.SecondsPerUnit = 3600 },
		func(p *contracts.Params) { p.StableDiffusion.OverheadSeconds = 65535 },
		func(p *contracts.Params) {
			p.QueueSeconds, p.ArgumentSeconds, p.CommitSeconds, p.RevealSeconds, p.OpenSeconds = 65535, 65534, 65535, 65535, 1<<32-1
			p.Gpt = contracts.Pricing{OverheadSeconds: 65535, SecondsPerUnit: 3600}
		},
	} {
		p := contracts.DefaultParams()
		change(&p)
		got := contractstest.View(c, c.Deployment.Rules, c.Rules.PackLongestTaskSeconds(p), c.Rules.UnpackLongestTaskSeconds)
		if want := longestTask(p); got.Int64() != want {
			t.Errorf("got %s seconds, want %d", got, want)
		}
	}
}

func TestParamsOutOfRangeAreRefused(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	const month = 30 * 24 * 3600
	power := func(n uint) *big.Int { return new(big.Int).Lsh(common.Big1, n) }
	below := func(n *big.Int) *big.Int { return new(big.Int).Sub(n, common.Big1) }
	for _, set := range []struct {
		field  string
		change func(*contracts.Params)
	}{
		{"stake", func(p *contracts.Params) { p.Stake = common.Big0 }},
		{"stake", func(p *contracts.Params) { p.Stake = power(96) }},
		{"", func(p *contracts.Params) { p.Stake = common.Big1 }},
		{"", func(p *contracts.Params) { p.Stake = below(power(96)) }},
		{"minFee", func(p *contracts.Params) { p.MinFee = power(96) }},
		{"", func(p *contracts.Params) { p.MinFee = below(power(96)) }},
		{"minFee", func(p *contracts.Params) { p.MinFee = new(big.Int).Add(p.SettleReward, p.DispatchReward) }},
		{"", func(p *contracts.Params) {
			p.MinFee = new(big.Int).Add(new(big.Int).Add(p.SettleReward, p.DispatchReward), common.Big1)
		}},
		{"minFee", func(p *contracts.Params) {
			p.MinFee, p.SettleReward, p.DispatchReward = common.Big0, common.Big0, common.Big0
		}},
		{"settleReward", func(p *contracts.Params) { p.SettleReward, p.MinFee = power(64), power(80) }},
		{"dispatchReward", func(p *contracts.Params) { p.DispatchReward, p.MinFee = power(64), power(80) }},
		{"", func(p *contracts.Params) {
			p.SettleReward, p.DispatchReward, p.MinFee = below(power(64)), below(power(64)), power(80)
		}},
		{"cutPerMille", func(p *contracts.Params) { p.CutPerMille = 1001 }},
		{"", func(p *contracts.Params) { p.CutPerMille = 1000 }},
		{"minClassNodes", func(p *contracts.Params) { p.MinClassNodes = 2 }},
		{"kickOutScore", func(p *contracts.Params) { p.KickOutScore = 40 }}, // a newcomer's first zero
		{"", func(p *contracts.Params) { p.KickOutScore = 39 }},
		{"", func(p *contracts.Params) { p.KickOutScore = 0 }},
		{"rejoinSeconds", func(p *contracts.Params) { p.RejoinSeconds = month + 1 }},
		{"stakeSeconds", func(p *contracts.Params) { p.StakeSeconds = month + 1 }},
		{"openSeconds", func(p *contracts.Params) { p.OpenSeconds = month + 1 }},
		{"", func(p *contracts.Params) { p.RejoinSeconds, p.StakeSeconds, p.OpenSeconds = month, month, month }},
		{"", func(p *contracts.Params) { p.RejoinSeconds, p.StakeSeconds = 0, 0 }},
		{"drawCandidates", func(p *contracts.Params) { p.DrawCandidates = 2 }},
		{"drawCandidates", func(p *contracts.Params) { p.DrawCandidates = 256 }},
		{"", func(p *contracts.Params) { p.DrawCandidates = 255 }},
		{"argumentSeconds", func(p *contracts.Params) { p.ArgumentSeconds = 0 }},
		{"commitSeconds", func(p *contracts.Params) { p.CommitSeconds = p.ArgumentSeconds }},
		{"", func(p *contracts.Params) { p.CommitSeconds = p.ArgumentSeconds + 1 }},
		{"commitSeconds", func(p *contracts.Params) { p.ArgumentSeconds, p.CommitSeconds = 65535, 65535 }},
		{"revealSeconds", func(p *contracts.Params) { p.RevealSeconds = 0 }},
		{"openSeconds", func(p *contracts.Params) { p.OpenSeconds = 0 }},
		{"queueSeconds", func(p *contracts.Params) { p.QueueSeconds = 0 }},
		{"matchDistance", func(p *contracts.Params) { p.MatchDistance = 0 }},
		{"slashDistance", func(p *contracts.Params) { p.SlashDistance = p.MatchDistance - 1 }},
		{"", func(p *contracts.Params) { p.SlashDistance = p.MatchDistance }},
		{"gpt", func(p *contracts.Params) { p.Gpt.SecondsPerUnit = 0 }},
		{"gpt", func(p *contracts.Params) { p.Gpt.SecondsPerUnit = 3601 }},
		{"stableDiffusion", func(p *contracts.Params) { p.StableDiffusion.SecondsPerUnit = 0 }},
		{"stableDiffusion", func(p *contracts.Params) { p.StableDiffusion.SecondsPerUnit = 3601 }},
		{"", func(p *contracts.Params) { p.Gpt.SecondsPerUnit, p.Gpt.OverheadSeconds = 1, 0 }},
	} {
		p := c.Params
		set.change(&p)
		err := enact(c, c.Rules.PackSetParams(p))
		var refusal *contracts.Refusal
		named := errors.As(err, &refusal) && refusal.Name == "InvalidParams" && refusal.Args["field"] == set.field
		if set.field == "" && err != nil || set.field != "" && !named {
			t.Errorf("%+v: got %v, want InvalidParams of %q", p, err, set.field)
		}
	}
	bare := contractstest.BareEVM(t)
	p := contracts.DevnetParams()
	p.Stake = common.Big0
	_, err := contracts.Deploy(t.Context(), bare.Reader(), contractstest.Sender{Chain: bare, Key: bare.Owner}, contracts.Network{Params: p}, contracts.Deployment{}, unrecorded)
	wantRefused(t, err, "InvalidParams")
}

func TestParamsAreNumberedAndTold(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	p := c.Params
	for version := uint16(2); version < 4; version++ {
		p.CutPerMille++
		if err := enact(c, c.Rules.PackSetParams(p)); err != nil {
			t.Fatal(err)
		}
		got := contractstest.View(c, c.Deployment.Rules, c.Rules.PackParams(), c.Rules.UnpackParams)
		if fmt.Sprint(got.Arg0) != fmt.Sprint(p) || got.Arg1 != version {
			t.Errorf("got version %d, %+v, want %d, %+v", got.Arg1, got.Arg0, version, p)
		}
	}
}

func TestNobodyButTheTimelockRules(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	d := c.Deployment
	for _, who := range []*ecdsa.PrivateKey{c.Owner, c.Key()} {
		for name, call := range map[string][]byte{
			"setParams": c.Rules.PackSetParams(c.Params), "setClass": c.Rules.PackSetClass("Card", 8, "x", common.Hash{1}),
			"strikeClass": c.Rules.PackStrikeClass(common.Hash{1}), "setRelay": c.Rules.PackSetRelay(d.Node, true),
			"transferOwnership": c.Rules.PackTransferOwnership(d.Timelock), "renounceOwnership": c.Rules.PackRenounceOwnership(),
			"wire": c.Rules.PackWire(d.Node, d.Task, c.Params),
		} {
			if _, err := c.Try(name, who, d.Rules, call); !refused(err, "OwnableUnauthorizedAccount") {
				t.Errorf("%s: got %v, want OwnableUnauthorizedAccount", name, err)
			}
		}
		_, err := c.Try("setParams", who, d.Task, c.Task.PackSetParams(1, c.Params))
		wantRefused(t, err, "OnlyRules")
	}
	lock, stranger := contracts.NewTimelock(), c.Key()
	call := c.Rules.PackSetRelay(contractstest.Address(stranger), true)
	for name, data := range map[string][]byte{
		"announcing":  lock.PackSchedule(d.Rules, new(big.Int), call, [32]byte{}, [32]byte{}, new(big.Int)),
		"executing":   lock.PackExecute(d.Rules, new(big.Int), call, [32]byte{}, [32]byte{}),
		"making part": lock.PackGrantRole(contractstest.View(c, d.Timelock, lock.PackPROPOSERROLE(), lock.UnpackPROPOSERROLE), contractstest.Address(stranger)),
	} {
		if _, err := c.Try(name, stranger, d.Timelock, data); !refused(err, "AccessControlUnauthorizedAccount") {
			t.Errorf("%s: got %v, want AccessControlUnauthorizedAccount", name, err)
		}
	}
	_, err := c.Try("updateDelay", c.Owner, d.Timelock, lock.PackUpdateDelay(common.Big1))
	wantRefused(t, err, "TimelockUnauthorizedCaller")
}

// slow is a network whose timelock waits two days, at the present time.
func slow(t *testing.T) *contractstest.Chain {
	t.Helper()
	c := contractstest.BareEVM(t)
	c.AdvanceTo(uint64(time.Now().Unix()))
	n := contracts.Network{Params: contracts.DefaultParams(), Delay: contracts.TimelockDelay}
	at, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, n, contracts.Deployment{}, unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	c.Use(at)
	c.Params = n.Params
	return c
}

func TestAChangeIsAnnouncedAndCarriedOutWhenItIsDue(t *testing.T) {
	c := slow(t)
	relay := contractstest.Address(c.Relay)
	calls := [][]byte{c.Rules.PackSetRelay(relay, true), c.Rules.PackSetClass("Card", 8, "x", common.Hash{1})}
	registered := func() bool {
		return contractstest.View(c, c.Deployment.Task, c.Task.PackIsRelay(relay), c.Task.UnpackIsRelay)
	}
	var due *contracts.NotDueError
	if err := enact(c, calls...); !errors.As(err, &due) || due.Due.Unix() != int64(c.Now())+48*3600 {
		t.Fatalf("got %v, want it due in two days", err)
	}
	sent := c.EVM.Blocks()
	first := due.Due
	c.Advance(47 * time.Hour)
	if err := enact(c, calls...); !errors.As(err, &due) || due.Due != first {
		t.Errorf("an hour before it is due: got %v, want NotDueError of %s", err, first)
	}
	if now := c.EVM.Blocks(); now != sent+1 || registered() {
		t.Errorf("%d blocks since it was announced, want that of the time alone; registered %t", now-sent, registered())
	}
	c.Advance(time.Hour)
	if err := enact(c, calls...); err != nil || !registered() {
		t.Errorf("when it is due: got %v, registered %t", err, registered())
	}
	sent = c.EVM.Blocks()
	if err := enact(c); err != nil || c.EVM.Blocks() != sent {
		t.Errorf("nothing at all: got %v and %d transactions, want nothing done", err, c.EVM.Blocks()-sent)
	}
	if err := enact(c, calls...); !errors.As(err, &due) || due.Due.Unix() != int64(c.Now())+48*3600 {
		t.Errorf("the same again: got %v, want a new wish, due in two days", err)
	}
}

// wallClock sends to a chain whose blocks have the present time, as a real one's
// have.
type wallClock struct{ contractstest.Sender }

func (w wallClock) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	w.Chain.AdvanceTo(uint64(time.Now().Unix()))
	return w.Sender.Send(ctx, to, data)
}

// TestAnIdleChainsOldBlockHoldsNothingUp: what is due by the wall clock is due in
// the next block, whatever the newest says.
func TestAnIdleChainsOldBlockHoldsNothingUp(t *testing.T) {
	c := contractstest.BareEVM(t)
	now := uint64(time.Now().Unix())
	c.AdvanceTo(now - 49*3600)
	n := contracts.Network{Params: contracts.DefaultParams(), Delay: contracts.TimelockDelay}
	at, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, n, contracts.Deployment{}, unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	relay := contractstest.Address(c.Relay)
	call := c.Rules.PackSetRelay(relay, true)
	// It is announced 49 hours ago, so that it is due, but for a chain whose time stands still.
	err = contracts.Enact(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, at, [][]byte{call})
	wantRefused(t, err, "TimelockUnexpectedOperationState")
	if err := contracts.Enact(t.Context(), c.Reader(), wallClock{contractstest.Sender{Chain: c, Key: c.Owner}}, at, [][]byte{call}); err != nil {
		t.Error(err)
	}
	if !contractstest.View(c, at.Task, c.Task.PackIsRelay(relay), c.Task.UnpackIsRelay) {
		t.Error("the relay is not registered")
	}
}
