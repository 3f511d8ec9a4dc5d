package agent

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/app/api"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/backend/wallet"
)

func TestAddressesAsPeoplePasteThem(t *testing.T) {
	const good = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
	for text, want := range map[string]string{
		good:                             "",
		"  " + good + "\n":               "",
		strings.ToLower(good):            "",
		"0x" + strings.ToUpper(good[2:]): "",
		"":                               "no address",
		good[2:]:                         "no address",
		good[:41]:                        "no address",
		good + "0":                       "no address",
		"0xg39Fd6e51aad88F6F4ce6aB8827279cffFb92266": "no address",
		"0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266": "capitals do not fit",
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267": "capitals do not fit",
		"0x0000000000000000000000000000000000000000": "Nobody owns",
		"helium.eth": "no address",
	} {
		got, err := addressOf(text)
		switch {
		case want == "" && (err != nil || got.Hex() != good):
			t.Errorf("%q is read as %s, %v", text, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

// purse is an agent with money on a simulated chain, and without a node.
type purse struct {
	*testing.T
	sim   *contractstest.Chain
	dir   string
	agent *Agent
	money *money
	me    common.Address
	block sync.Mutex
	stop  func()
}

func newPurse(t *testing.T, cnx int64, coin bool) *purse {
	t.Helper()
	p := &purse{T: t, sim: contractstest.New(t, nil), dir: t.TempDir()}
	key, err := crypto.GenerateKey()
	if coin {
		key = p.sim.Key()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.me = contractstest.Address(key)
	p.agent = &Agent{log: slog.New(slog.DiscardHandler), hub: newHub(api.State{}), again: make(chan struct{}, 1)}
	w, err := wallet.FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p.agent.wallet = w
	p.agent.node = &node.Node{}
	if cnx > 0 {
		p.sim.Send("give", p.sim.Owner, p.sim.Deployment.Token, p.sim.Token.PackTransfer(p.me, contractstest.CNX(cnx)))
	}
	go func() {
		for t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
			p.block.Lock()
			pending, _ := p.sim.Client.PendingNonceAt(context.Background(), p.me)
			if mined, err := p.sim.Client.NonceAt(context.Background(), p.me, nil); err == nil && pending > mined {
				p.sim.Backend.Commit()
			}
			p.block.Unlock()
		}
	}()
	p.start()
	return p
}

// start opens what a session opens.
func (p *purse) start() {
	p.Helper()
	st, err := store.Open(p.dir, store.Options{})
	if err != nil {
		p.Fatal(err)
	}
	c, err := chain.Open(p.Context(), p.sim.Client, chain.Options{Poll: 100 * time.Millisecond})
	if err != nil {
		p.Fatal(err)
	}
	sender := chain.OpenSender(c, st, p.agent.wallet, chain.SenderOptions{Decode: contracts.DecodeError})
	at := p.sim.Deployment
	profile := &protocol.Profile{Contracts: protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task}}
	ctx, stop := context.WithCancel(context.Background())
	p.money = p.agent.openMoneyWith(ctx, st, c, sender, profile, func() {})
	p.agent.money = p.money
	p.stop = sync.OnceFunc(func() {
		stop()
		p.money.wait()
		sender.Close()
		c.Close()
		st.Close()
	})
	p.Cleanup(p.stop)
}

func (p *purse) await(state api.TransferState) api.Transfer {
	p.Helper()
	for range 600 {
		if all := p.agent.hub.get().Wallet.Transfers; len(all) > 0 && all[0].State == state {
			return all[0]
		}
		time.Sleep(20 * time.Millisecond)
	}
	p.Fatalf("no transfer is %s: %+v", state, p.agent.hub.get().Wallet.Transfers)
	return api.Transfer{}
}

func TestWhatIsSentArrivesToTheWeiAndOnce(t *testing.T) {
	p := newPurse(t, 500, true)
	to := contractstest.Address(p.sim.Key())
	amount, err := protocol.ParseWei("123456789012345678901")
	if err != nil {
		t.Fatal(err)
	}
	wish := api.SendCNX{ID: "0123456789abcdef", To: strings.ToLower(to.Hex()), Amount: amount}
	cost, err := p.agent.CostOfSending(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	left, _ := protocol.CNX(500).Sub(amount)
	if cost.To != to.Hex() || cost.Left.Cmp(left) != 0 || cost.Fee.IsZero() || !cost.Payable || cost.Contract {
		t.Errorf("the cost is %+v", cost)
	}
	if err := p.agent.SendCNX(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if err := p.agent.SendCNX(t.Context(), wish); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if sent := p.await(api.TransferSent); sent.Tx == "" || sent.To != to.Hex() || sent.Amount.Cmp(amount) != 0 {
		t.Errorf("the transfer is %+v", sent)
	}
	if err := p.agent.SendCNX(t.Context(), wish); err != nil {
		t.Errorf("the same after it arrived: %v", err)
	}
	other := wish
	other.Amount = protocol.CNX(1)
	if err := p.agent.SendCNX(t.Context(), other); err == nil || !strings.Contains(err.Error(), "sent already") {
		t.Errorf("another amount under the same id: %v", err)
	}
	if got := p.sim.Balance(to); got.Cmp(amount.Big()) != 0 {
		t.Errorf("%s arrived, want %s", got, amount)
	}
}

// What was written down is sent after a restart, once, and then settled.
func TestATransferOutlivesTheAgent(t *testing.T) {
	p := newPurse(t, 500, true)
	to := contractstest.Address(p.sim.Key())
	p.block.Lock() // no block is made
	if err := p.agent.SendCNX(t.Context(), api.SendCNX{ID: "0123456789abcdef", To: to.Hex(), Amount: protocol.CNX(300)}); err != nil {
		t.Fatal(err)
	}
	// What is on its way can't be sent twice.
	_, err := p.agent.CostOfSending(t.Context(), api.SendCNX{To: to.Hex(), Amount: protocol.CNX(300)})
	if err == nil || !strings.Contains(err.Error(), "has 200 CNX") {
		t.Errorf("spending what is on its way: %v", err)
	}
	p.stop()
	p.block.Unlock()
	p.start()
	p.await(api.TransferSent)
	if got := p.sim.Balance(to); got.Cmp(contractstest.CNX(300)) != 0 {
		t.Errorf("%s arrived, want 300 CNX", got)
	}
}

func TestWhatCanNotBeSentIsRefusedInWords(t *testing.T) {
	p := newPurse(t, 500, false)
	to := contractstest.Address(p.sim.Key()).Hex()
	for name, c := range map[string]struct {
		wish api.SendCNX
		want string
	}{
		"too much":        {api.SendCNX{To: to, Amount: protocol.CNX(501)}, "The wallet has 500 CNX"},
		"nothing":         {api.SendCNX{To: to}, "how much"},
		"no address":      {api.SendCNX{To: "0x1", Amount: protocol.CNX(1)}, "no address"},
		"itself":          {api.SendCNX{To: p.me.Hex(), Amount: protocol.CNX(1)}, "own address"},
		"the token":       {api.SendCNX{To: p.sim.Deployment.Token.Hex(), Amount: protocol.CNX(1)}, "network itself"},
		"no coin for gas": {api.SendCNX{To: to, Amount: protocol.CNX(1)}, "too few coins for fees"},
	} {
		c.wish.ID = "0123456789abcdef"
		if err := p.agent.SendCNX(t.Context(), c.wish); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.want)
		}
	}
	cost, err := p.agent.CostOfSending(t.Context(), api.SendCNX{To: to, Amount: protocol.CNX(500)})
	if err != nil || cost.Payable || !cost.Left.IsZero() {
		t.Errorf("the cost of all without coin is %+v, %v", cost, err)
	}
	if all := p.agent.hub.get().Wallet.Transfers; len(all) != 0 {
		t.Errorf("it wrote down %+v", all)
	}
	p.agent.money = nil
	if err := p.agent.SendCNX(t.Context(), api.SendCNX{ID: "0123456789abcdef", To: to, Amount: protocol.CNX(1)}); err != errApart {
		t.Errorf("without a network: %v", err)
	}
}

// Sending takes the passphrase of a wallet whose owner keeps it, and wrong ones
// slow down.
func TestSendingAsksTheOwner(t *testing.T) {
	p := newPurse(t, 500, true)
	p.agent.cfg.DataDir = t.TempDir()
	p.agent.cfg.Wallet = wallet.Options{FileOnly: true, LightScrypt: true}
	o := p.agent.cfg.Wallet
	o.Passphrase = "correct horse battery"
	w, err := wallet.Import(t.Context(), walletDir(p.agent.cfg.DataDir), p.sim.Key(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.agent.wallet = w
	wish := api.SendCNX{ID: "0123456789abcdef", To: contractstest.Address(p.sim.Key()).Hex(), Amount: protocol.CNX(1)}
	for i := range 7 {
		want := "not the passphrase"
		switch {
		case i == 0:
			want = "Enter your passphrase"
		case i == 6:
			want = "5 wrong passphrases were given. Wait"
		}
		if err := p.agent.SendCNX(t.Context(), wish); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("try %d: %v, want an error with %q", i, err, want)
		}
		wish.Passphrase = "wrong horse battery"
	}
}

// Every reason's code is a constant, so that pages know all of them.
func TestCodesOfReasonsAreConstants(t *testing.T) {
	literal := regexp.MustCompile(`protocol\.Reason\{\s*Code:\s*"`)
	for _, dir := range []string{".", "../../backend/node"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			if b, err := os.ReadFile(file); err != nil || !strings.HasSuffix(file, "_test.go") && literal.Match(b) {
				t.Errorf("%s has a reason whose code is no constant, %v", file, err)
			}
		}
	}
}
