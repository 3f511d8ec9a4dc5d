package contracts_test

import (
	"context"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
)

// failing is a sender that dies at its nth transaction, before or after it is in a block.
type failing struct {
	contractstest.Sender
	left  *int
	after bool
}

var errKilled = errors.New("killed")

func (f failing) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	*f.left--
	if *f.left == 0 && !f.after {
		return nil, errKilled
	}
	receipt, err := f.Sender.Send(ctx, to, data)
	if *f.left == 0 {
		return nil, errKilled
	}
	return receipt, err
}

func TestDeployGoesOnWhereItWasCutShort(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 1; n <= 5; n++ {
			c := contractstest.Bare(t)
			relay := contractstest.Address(c.Relay)
			var recorded contracts.Deployment
			save := func(d contracts.Deployment) error { recorded = d; return nil }
			left := n
			dying := failing{contractstest.Sender{Chain: c, Key: c.Owner}, &left, after}
			if _, err := contracts.Deploy(t.Context(), c.Client, dying, contracts.DevnetParams(), relay, recorded, save); !errors.Is(err, errKilled) {
				t.Fatalf("transaction %d: got %v, want it killed", n, err)
			}
			kept := recorded
			sender := contractstest.Sender{Chain: c, Key: c.Owner}
			at, err := contracts.Deploy(t.Context(), c.Client, sender, contracts.DevnetParams(), relay, recorded, save)
			if err != nil {
				t.Fatalf("transaction %d: %v", n, err)
			}
			if kept.Token != (common.Address{}) && kept.Token != at.Token || kept.Node != (common.Address{}) && kept.Node != at.Node {
				t.Errorf("transaction %d: a recorded contract was deployed again", n)
			}
			if at != recorded || at.Block == 0 {
				t.Errorf("transaction %d: recorded %+v, got %+v", n, recorded, at)
			}
			c.Use(at)
			if !contractstest.View(c, at.Task, c.Task.PackIsRelay(relay), c.Task.UnpackIsRelay) {
				t.Errorf("transaction %d: the relay is not registered", n)
			}
			if got := contractstest.View(c, at.Node, c.Node.PackTaskContract(), c.Node.UnpackTaskContract); got != at.Task {
				t.Errorf("transaction %d: Node obeys %s", n, got)
			}
			block, _ := c.Client.BlockNumber(t.Context())
			if again, err := contracts.Deploy(t.Context(), c.Client, sender, contracts.DevnetParams(), relay, at, save); err != nil || again != at {
				t.Errorf("transaction %d: again gave %+v, %v", n, again, err)
			}
			if now, _ := c.Client.BlockNumber(t.Context()); now != block {
				t.Errorf("transaction %d: deploying what is there sent a transaction", n)
			}
		}
	}
}

func TestDeployRefusesARecordOfAnotherChain(t *testing.T) {
	c := contractstest.New(t, nil)
	sender := contractstest.Sender{Chain: c, Key: c.Owner}
	save := func(contracts.Deployment) error { return nil }
	elsewhere := c.Deployment
	elsewhere.Node = common.HexToAddress("0x1234")
	if _, err := contracts.Deploy(t.Context(), c.Client, sender, c.Params, common.Address{}, elsewhere, save); err == nil {
		t.Error("took a record of a contract that is not there")
	}
	other, err := contracts.Deploy(t.Context(), c.Client, sender, c.Params, common.Address{}, contracts.Deployment{}, save)
	if err != nil {
		t.Fatal(err)
	}
	mixed := c.Deployment
	mixed.Node = other.Node
	if _, err := contracts.Deploy(t.Context(), c.Client, sender, c.Params, common.Address{}, mixed, save); err == nil {
		t.Error("took a record that mixes two deployments")
	}
}

// mining makes a block after each transaction, as an idle network does.
type mining struct {
	simulated.Client
	backend *simulated.Backend
}

func (m mining) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	err := m.Client.SendTransaction(ctx, tx)
	m.backend.Commit()
	return err
}

func TestDeployWorksWithGethsBindOptions(t *testing.T) {
	c := contractstest.Bare(t)
	opts := bind.NewKeyedTransactor(c.Owner, common.Big1)
	opts.Signer = func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return types.SignTx(tx, types.LatestSigner(contractstest.Config()), c.Owner)
	}
	sender := contracts.BoundSender{Backend: mining{c.Client, c.Backend}, Opts: opts}
	relay := contractstest.Address(c.Relay)
	_, err := contracts.Deploy(t.Context(), c.Client, sender, contracts.DefaultParams(), relay, contracts.Deployment{}, func(contracts.Deployment) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
}

func TestParamsOutOfRangeAreRefused(t *testing.T) {
	for name, change := range map[string]func(*contracts.Params){
		"stake":           func(p *contracts.Params) { p.Stake = common.Big0 },
		"minFee":          func(p *contracts.Params) { p.MinFee = common.Big0 },
		"minClassNodes":   func(p *contracts.Params) { p.MinClassNodes = 2 },
		"commitSeconds":   func(p *contracts.Params) { p.CommitSeconds = 0 },
		"revealSeconds":   func(p *contracts.Params) { p.RevealSeconds = 0 },
		"openSeconds":     func(p *contracts.Params) { p.OpenSeconds = 0 },
		"queueSeconds":    func(p *contracts.Params) { p.QueueSeconds = 0 },
		"gpt":             func(p *contracts.Params) { p.Gpt.SecondsPerUnit = 0 },
		"stableDiffusion": func(p *contracts.Params) { p.StableDiffusion.SecondsPerUnit = 1 << 31 },
	} {
		t.Run(name, func(t *testing.T) {
			c := contractstest.Bare(t)
			p := contracts.DevnetParams()
			change(&p)
			_, err := contracts.Deploy(t.Context(), c.Client, contractstest.Sender{Chain: c, Key: c.Owner}, p, common.Address{}, contracts.Deployment{}, func(contracts.Deployment) error { return nil })
			if err == nil {
				t.Error("deployed")
			}
		})
	}
}
