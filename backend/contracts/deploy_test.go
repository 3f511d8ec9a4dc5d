package contracts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
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

func aClass() contracts.RegisteredClass {
	return contracts.RegisteredClass{
		GPUClass:    protocol.GPUClass{Card: "Card", VRAMGB: 24, Runtime: "cuda/1"},
		Fingerprint: common.HexToHash("0xf1"),
	}
}

func aNetwork(c *contractstest.Chain) contracts.Network {
	return contracts.Network{
		Params: contracts.DevnetParams(), Relays: []common.Address{{}, contractstest.Address(c.Relay)}, Classes: []contracts.RegisteredClass{aClass()},
	}
}

func deploy(c *contractstest.Chain, n contracts.Network, have contracts.Deployment) (contracts.Deployment, error) {
	return contracts.Deploy(c.TB.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, n, have, unrecorded)
}

// wantServing wants a network to be as aNetwork says, and owned by its timelock.
func wantServing(t *testing.T, c *contractstest.Chain, at contracts.Deployment, n contracts.Network) {
	t.Helper()
	c.Use(at)
	for _, relay := range n.Relays {
		if got := contractstest.View(c, at.Task, c.Task.PackIsRelay(relay), c.Task.UnpackIsRelay); got != (relay != common.Address{}) {
			t.Errorf("relay %s is registered: %t", relay, got)
		}
	}
	for _, class := range n.Classes {
		info := contractstest.View(c, at.Node, c.Node.PackClassInfo(class.ID()), c.Node.UnpackClassInfo)
		if !info.Gpt || info.Fingerprint != class.Fingerprint || info.Card != class.Card || info.VramGB != class.VRAMGB || info.Runtime != class.Runtime {
			t.Errorf("class %s is %+v", class, info)
		}
	}
	if got := contractstest.View(c, at.Node, c.Node.PackTaskContract(), c.Node.UnpackTaskContract); got != at.Task {
		t.Errorf("Node obeys %s, want %s", got, at.Task)
	}
	if got := contractstest.View(c, at.Rules, c.Rules.PackOwner(), c.Rules.UnpackOwner); got != at.Timelock {
		t.Errorf("%s owns the rules, want the timelock %s", got, at.Timelock)
	}
	delay := contractstest.View(c, at.Timelock, contracts.NewTimelock().PackGetMinDelay(), contracts.NewTimelock().UnpackGetMinDelay)
	if delay.Int64() != int64(n.Delay/time.Second) {
		t.Errorf("the delay is %s s, want %s", delay, n.Delay)
	}
}

func TestDeployGoesOnWhereItWasCutShort(t *testing.T) {
	t.Parallel()
	const transactions = 8 + 1 + 2 + 1 // contracts, wiring, a relay and a class, handing over
	for _, after := range []bool{false, true} {
		for n := 1; n <= transactions+1; n++ {
			c := contractstest.BareEVM(t)
			network := aNetwork(c)
			var recorded contracts.Deployment
			save := func(d contracts.Deployment) error { recorded = d; return nil }
			left := n
			dying := failing{contractstest.Sender{Chain: c, Key: c.Owner}, &left, after}
			_, err := contracts.Deploy(t.Context(), c.Reader(), dying, network, recorded, save)
			if n > transactions {
				if err != nil {
					t.Errorf("%d transactions did not do: %v", transactions, err)
				}
				continue
			}
			if !errors.Is(err, errKilled) {
				t.Fatalf("transaction %d: got %v, want it killed", n, err)
			}
			kept := recorded
			at, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, network, recorded, save)
			if err != nil {
				t.Fatalf("transaction %d: %v", n, err)
			}
			for i, was := range addresses(kept) {
				if was != (common.Address{}) && was != addresses(at)[i] {
					t.Errorf("transaction %d: recorded contract %d was deployed again", n, i)
				}
			}
			if at != recorded || at.Block == 0 || at.Block > c.EVM.Blocks() {
				t.Errorf("transaction %d: recorded %+v, got %+v", n, recorded, at)
			}
			wantServing(t, c, at, network)
			blocks := c.EVM.Blocks()
			if again, err := deploy(c, network, at); err != nil || again != at || c.EVM.Blocks() != blocks {
				t.Errorf("transaction %d: again gave %+v, %v and %d transactions, want nothing done", n, again, err, c.EVM.Blocks()-blocks)
			}
		}
	}
}

func addresses(d contracts.Deployment) [8]common.Address {
	return [8]common.Address{d.Token, d.Rules, d.Node, d.Parts.TaskQueue, d.Parts.Clerk, d.Parts.Court, d.Task, d.Timelock}
}

// TestDeployStopsWhenItCannotRecord: what is not recorded would be lost.
func TestDeployStopsWhenItCannotRecord(t *testing.T) {
	c := contractstest.BareEVM(t)
	full := errors.New("disk full")
	saved := 0
	save := func(contracts.Deployment) error {
		if saved++; saved == 3 {
			return full
		}
		return nil
	}
	_, err := contracts.Deploy(t.Context(), c.Reader(), contractstest.Sender{Chain: c, Key: c.Owner}, aNetwork(c), contracts.Deployment{}, save)
	if !errors.Is(err, full) || c.EVM.Blocks() != 3 {
		t.Errorf("got %v after %d transactions, want it to stop at the third", err, c.EVM.Blocks())
	}
}

func TestDeployRefusesARecordOfAnotherChain(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	other, err := deploy(c, c.Network(), contracts.Deployment{})
	if err != nil {
		t.Fatal(err)
	}
	nowhere, mine := common.HexToAddress("0x1234"), c.Deployment
	for name, change := range map[string]func(d *contracts.Deployment, to contracts.Deployment){
		"Token":    func(d *contracts.Deployment, to contracts.Deployment) { d.Token = to.Token },
		"Rules":    func(d *contracts.Deployment, to contracts.Deployment) { d.Rules = to.Rules },
		"Node":     func(d *contracts.Deployment, to contracts.Deployment) { d.Node = to.Node },
		"Task":     func(d *contracts.Deployment, to contracts.Deployment) { d.Task = to.Task },
		"Timelock": func(d *contracts.Deployment, to contracts.Deployment) { d.Timelock = to.Timelock },
	} {
		absent := mine
		change(&absent, contracts.Deployment{Token: nowhere, Rules: nowhere, Node: nowhere, Task: nowhere, Timelock: nowhere})
		if _, err := deploy(c, c.Network(), absent); err == nil {
			t.Errorf("took a record of a %s that is not there", name)
		}
		mixed := mine
		change(&mixed, other)
		if _, err := deploy(c, c.Network(), mixed); err == nil {
			t.Errorf("took a record with the %s of another deployment", name)
		}
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
	n := aNetwork(c)
	at, err := contracts.Deploy(t.Context(), c.Client, sender, n, contracts.Deployment{}, unrecorded)
	if err != nil {
		t.Fatal(err)
	}
	wantServing(t, c, at, n)
	if sender.Address() != contractstest.Address(c.Owner) {
		t.Errorf("the sender says it is %s", sender.Address())
	}
}

// TestWhatIsNewAtASecondDeployGoesThroughTheTimelock adds a relay and a class to
// a network that runs.
func TestWhatIsNewAtASecondDeployGoesThroughTheTimelock(t *testing.T) {
	more := func(n contracts.Network) contracts.Network {
		n.Relays = append(n.Relays, common.HexToAddress("0xbeef"))
		n.Classes = append(n.Classes, contracts.RegisteredClass{GPUClass: protocol.GPUClass{Card: "New Card", VRAMGB: 80, Runtime: "cuda/2"}, Fingerprint: common.HexToHash("0xf2")})
		return n
	}
	t.Run("without a delay", func(t *testing.T) {
		c := contractstest.BareEVM(t)
		at, err := deploy(c, aNetwork(c), contracts.Deployment{})
		if err != nil {
			t.Fatal(err)
		}
		blocks := c.EVM.Blocks()
		if again, err := deploy(c, more(aNetwork(c)), at); err != nil || again != at {
			t.Fatalf("got %+v, %v", again, err)
		}
		wantServing(t, c, at, more(aNetwork(c)))
		if got := c.EVM.Blocks() - blocks; got != 2 {
			t.Errorf("it took %d transactions, want 2: announcing and carrying out", got)
		}
	})
	t.Run("with a delay", func(t *testing.T) {
		c := contractstest.BareEVM(t)
		c.AdvanceTo(uint64(time.Now().Unix()))
		n := aNetwork(c)
		n.Params, n.Delay = contracts.DefaultParams(), contracts.TimelockDelay
		at, err := deploy(c, n, contracts.Deployment{})
		if err != nil {
			t.Fatal(err)
		}
		var due *contracts.NotDueError
		for range 2 {
			if _, err := deploy(c, more(n), at); !errors.As(err, &due) {
				t.Fatalf("got %v, want NotDueError", err)
			}
		}
		wantServing(t, c, at, n)
		c.AdvanceTo(uint64(due.Due.Unix()))
		if _, err := deploy(c, more(n), at); err != nil {
			t.Fatal(err)
		}
		wantServing(t, c, at, more(n))
	})
}

func TestASecondDeployGoesOnWhereItsChangeWasCutShort(t *testing.T) {
	for n := 1; n <= 2; n++ { // announcing, carrying out
		for _, after := range []bool{false, true} {
			c := contractstest.NewEVM(t, nil)
			left := n
			dying := failing{contractstest.Sender{Chain: c, Key: c.Owner}, &left, after}
			if _, err := contracts.Deploy(t.Context(), c.Reader(), dying, aNetwork(c), c.Deployment, unrecorded); !errors.Is(err, errKilled) {
				t.Fatalf("transaction %d: got %v, want it killed", n, err)
			}
			if _, err := deploy(c, aNetwork(c), c.Deployment); err != nil {
				t.Errorf("transaction %d: %v", n, err)
			}
			wantServing(t, c, c.Deployment, aNetwork(c))
		}
	}
}

func TestADeployChangesTheFingerprintOfAnEmptyClass(t *testing.T) {
	c := contractstest.BareEVM(t)
	n := aNetwork(c)
	at, err := deploy(c, n, contracts.Deployment{})
	if err != nil {
		t.Fatal(err)
	}
	n.Classes[0].Fingerprint = common.HexToHash("0xf9")
	if _, err := deploy(c, n, at); err != nil {
		t.Fatal(err)
	}
	wantServing(t, c, at, n)
}
