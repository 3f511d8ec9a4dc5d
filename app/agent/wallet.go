package agent

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/app/api"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/backend/wallet"
)

// money is what the owner sends from the wallet. Each transfer is written down
// together with the transaction that the outbox is to make of it, before anything
// is sent; it is settled when the outbox knows what became of it.
type money struct {
	agent   *Agent
	store   *store.Store
	chain   *chain.Chain
	sender  *chain.Sender
	profile protocol.Profile
	table   store.Table[string, api.Transfer]
	// look has the node read the wallet's balance anew.
	look func()
	ctx  context.Context
	open sync.WaitGroup
}

// openMoney takes up what was sent before. What it follows ends with ctx.
func (a *Agent) openMoney(ctx context.Context, p *parts) *money {
	return a.openMoneyWith(ctx, p.store, p.chain, p.sender, p.profile, p.node.Look)
}

func (a *Agent) openMoneyWith(ctx context.Context, st *store.Store, c *chain.Chain, s *chain.Sender, p *protocol.Profile, look func()) *money {
	m := &money{
		agent: a, store: st, chain: c, sender: s, profile: *p, look: look, ctx: ctx,
		table: store.NewTable[string, api.Transfer]("wallet/transfer " + p.Contracts.Token.Hex()),
	}
	for _, t := range m.show() {
		if t.State == api.TransferSending {
			m.follow(t.ID)
		}
	}
	return m
}

// wait returns when nothing is followed any more.
func (m *money) wait() { m.open.Wait() }

// shownTransfers is how many a State lists.
const shownTransfers = 20

// show puts the transfers into the state, and returns them all, the newest first.
func (m *money) show() []api.Transfer {
	all := []api.Transfer{}
	err := m.store.View(func(tx *store.Tx) error {
		return m.table.Scan(tx, func(_ string, t api.Transfer) error {
			all = append(all, t)
			return nil
		})
	})
	if err != nil {
		m.agent.log.Error("read transfers", "err", err)
	}
	slices.SortFunc(all, func(a, b api.Transfer) int { return b.At.Compare(a.At) })
	shown := slices.Clone(all[:min(len(all), shownTransfers)])
	m.agent.hub.change(func(s *api.State) { s.Wallet.Transfers = shown })
	return all
}

func intentKey(id string) string { return "wallet/send/" + id }

// send writes a transfer down. One that is known is not sent again.
func (m *money) send(id string, to common.Address, amount protocol.Wei) error {
	known := false
	err := m.store.Update(func(tx *store.Tx) error {
		before, err := m.table.Get(tx, id)
		if known = err == nil; known {
			if before.To != to.Hex() || before.Amount.Cmp(amount) != 0 {
				return say("send_twice", "This was sent already, to another address or of another amount.")
			}
			return nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		t := api.Transfer{ID: id, To: to.Hex(), Amount: amount, At: time.Now().UTC(), State: api.TransferSending}
		return errors.Join(m.table.Put(tx, id, t), m.sender.EnqueueIn(tx, m.intent(id, to, amount)))
	})
	if err != nil || known {
		return err
	}
	m.sender.Kick()
	m.show()
	m.follow(id)
	return nil
}

func (m *money) intent(id string, to common.Address, amount protocol.Wei) chain.Intent {
	return chain.Intent{Key: intentKey(id), To: m.profile.Contracts.Token, Data: contracts.NewToken().PackTransfer(to, amount.Big())}
}

// follow settles a transfer when its transaction is.
func (m *money) follow(id string) {
	m.open.Go(func() {
		receipt, err := m.sender.Wait(m.ctx, intentKey(id))
		if m.ctx.Err() != nil || errors.Is(err, chain.ErrClosed) {
			return // it goes on when the agent does
		}
		if err := m.settle(id, receipt, err); err != nil {
			m.agent.log.Error("keep what became of a transfer", "id", id, "err", err)
		}
		m.look()
		m.show()
	})
}

func (m *money) settle(id string, receipt *types.Receipt, sent error) error {
	return m.store.Update(func(tx *store.Tx) error {
		t, err := m.table.Get(tx, id)
		if err != nil {
			return err
		}
		if receipt != nil {
			t.Tx = receipt.TxHash.Hex()
		}
		t.State = api.TransferSent
		if sent != nil {
			why := whyNotSent(sent)
			t.State, t.Problem, t.ProblemSaid = api.TransferFailed, why.String(), protocol.Phrases{why}
		}
		return m.table.Put(tx, id, t)
	})
}

// whyNotSent is a failed transaction in a sentence.
func whyNotSent(err error) *protocol.Phrase {
	var refusal *contracts.Refusal
	switch {
	case errors.Is(err, chain.ErrFunds):
		return protocol.Say("sent_fees", "The wallet holds too few coins for fees.")
	case errors.As(err, &refusal) && refusal.Name == "ERC20InsufficientBalance":
		return protocol.Say("sent_less", "The wallet held less than that.")
	default:
		return protocol.Say("sent_refused", "The network refused it: {why}", err)
	}
}

// errApart says that no chain can be asked.
var errApart = say("apart", "Helium isn't connected to the network. Try again when it is.")

func (a *Agent) moneyNow() (*money, *node.Node, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.money == nil || a.node == nil {
		return nil, nil, errApart
	}
	return a.money, a.node, nil
}

// askTime bounds what a person waits for.
const askTime = 20 * time.Second

// CostOfSending checks what is to be sent and where, and says what would come of it.
func (a *Agent) CostOfSending(ctx context.Context, s api.SendCNX) (api.SendCost, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	cost, _, err := a.cost(ctx, s)
	return cost, err
}

func (a *Agent) cost(ctx context.Context, s api.SendCNX) (cost api.SendCost, to common.Address, err error) {
	m, _, err := a.moneyNow()
	if err != nil {
		return cost, to, err
	}
	if to, err = m.recipient(s.To); err != nil {
		return cost, to, err
	}
	if s.Amount.IsZero() {
		return cost, to, say("send_amount", "Say how much to send.")
	}
	cost.To = to.Hex()
	balance, err := m.free(ctx)
	if err != nil {
		return cost, to, err
	}
	if cost.Left, err = balance.Sub(s.Amount); err != nil {
		return cost, to, say("send_too_much", "The wallet has {balance} CNX, and you want to send {amount}.", balance, s.Amount)
	}
	client := m.chain.Client()
	code, err := client.CodeAt(ctx, to, nil)
	if err != nil {
		return cost, to, unreached(err)
	}
	cost.Contract = len(code) > 0
	intent := m.intent("", to, s.Amount)
	gas, err := client.EstimateGas(ctx, ethereum.CallMsg{From: m.sender.Address(), To: &intent.To, Data: intent.Data})
	if err != nil {
		return cost, to, unreached(err)
	}
	price, err := client.SuggestGasPrice(ctx)
	if err != nil {
		return cost, to, unreached(err)
	}
	fee := new(big.Int).Mul(price, new(big.Int).SetUint64(gas+gas/5))
	if cost.Fee, err = protocol.WeiOf(fee); err != nil {
		return cost, to, err
	}
	coin, err := client.BalanceAt(ctx, m.sender.Address(), nil)
	if err != nil {
		return cost, to, unreached(err)
	}
	cost.Payable = coin.Cmp(fee.Lsh(fee, 1)) >= 0
	return cost, to, nil
}

// free is what the wallet holds and has not been told to send.
func (m *money) free(ctx context.Context) (protocol.Wei, error) {
	token := contracts.NewToken()
	data, me := token.PackBalanceOf(m.sender.Address()), m.profile.Contracts.Token
	answer, err := m.chain.Client().CallContract(ctx, ethereum.CallMsg{To: &me, Data: data}, nil)
	if err != nil {
		return protocol.Wei{}, unreached(err)
	}
	n, err := token.UnpackBalanceOf(answer)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read balance: %w", err)
	}
	balance, err := protocol.WeiOf(n)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read balance: %w", err)
	}
	for _, t := range m.show() {
		if t.State != api.TransferSending {
			continue
		}
		if balance, err = balance.Sub(t.Amount); err != nil {
			return protocol.Wei{}, nil // it is gone already
		}
	}
	return balance, nil
}

func unreached(err error) error {
	return say("send_unreached", "The network does not answer now. Nothing was sent. ({why})", err)
}

// SendCNX sends CNX to another address.
func (a *Agent) SendCNX(ctx context.Context, s api.SendCNX) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if len(s.ID) < 16 || len(s.ID) > 64 {
		return errors.New("id must have 16 to 64 characters, and be another for each transfer")
	}
	m, _, err := a.moneyNow()
	if err != nil {
		return err
	}
	if m.knows(s.ID) {
		to, err := m.recipient(s.To)
		if err != nil {
			return err
		}
		return m.send(s.ID, to, s.Amount)
	}
	cost, to, err := a.cost(ctx, s)
	if err != nil {
		return err
	}
	if !cost.Payable {
		return say("send_fees", "The wallet holds too few coins for fees. Nothing was sent.")
	}
	if err := a.prove(ctx, s.Passphrase); err != nil {
		return err
	}
	return m.send(s.ID, to, s.Amount)
}

func (m *money) knows(id string) bool {
	known := false
	m.store.View(func(tx *store.Tx) (err error) {
		known, err = m.table.Has(tx, id)
		return err
	})
	return known
}

// prove asks for the passphrase of a wallet whose owner keeps it, before money goes
// elsewhere.
func (a *Agent) prove(ctx context.Context, passphrase string) error {
	a.mu.Lock()
	w := a.wallet
	a.mu.Unlock()
	if w == nil || w.PassphraseIn() != wallet.Given {
		return nil
	}
	if passphrase == "" {
		return say("wallet_enter", "Enter your passphrase.")
	}
	if _, err := wallet.Unlock(ctx, walletDir(a.cfg.DataDir), passphrase, a.cfg.Wallet); err != nil {
		return plain(err)
	}
	return nil
}

// addressOf reads an address as people paste it. Capitals carry its checksum.
func addressOf(text string) (common.Address, error) {
	text = strings.TrimSpace(text)
	if !common.IsHexAddress(text) || !strings.HasPrefix(text, "0x") {
		return common.Address{}, say("address", "This is no address. One begins with 0x and has 40 digits after it, 0 to 9 and a to f.")
	}
	address := common.HexToAddress(text)
	digits := text[2:]
	if digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && text != address.Hex() {
		return common.Address{}, say("address_letter", "A letter of this address is wrong: its capitals do not fit. Copy it again.")
	}
	if address == (common.Address{}) {
		return address, say("address_nobody", "Nobody owns this address. What goes there is lost.")
	}
	return address, nil
}

// recipient is who can be sent CNX to.
func (m *money) recipient(text string) (common.Address, error) {
	to, err := addressOf(text)
	if err != nil {
		return to, err
	}
	at := m.profile.Contracts
	switch to {
	case m.sender.Address():
		return to, say("address_own", "This is this wallet's own address.")
	case at.Token, at.Node, at.Task:
		return to, say("address_network", "This address belongs to the network itself, which would keep what it is sent.")
	}
	return to, nil
}

// Withdraw brings home what is credited at the contract.
func (a *Agent) Withdraw(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	_, n, err := a.moneyNow()
	if err != nil {
		return err
	}
	switch err := n.Withdraw(ctx); {
	case errors.Is(err, node.ErrNothingCredited):
		return say("withdraw_nothing", "Nothing waits to be withdrawn.")
	case errors.Is(err, chain.ErrFunds):
		return say("withdraw_fees", "The wallet holds too few coins for fees, and the network pays none for this now.")
	case err != nil:
		return say("withdraw_failed", "It could not be withdrawn: {why}", err)
	}
	return nil
}

// SetPayout chooses who is paid from the next join on.
func (a *Agent) SetPayout(ctx context.Context, s api.SetPayout) error {
	_, n, err := a.moneyNow()
	if err != nil {
		return err
	}
	var to common.Address
	if strings.TrimSpace(s.Address) != "" {
		if to, err = addressOf(s.Address); err != nil {
			return err
		}
	}
	if err := a.prove(ctx, s.Passphrase); err != nil {
		return err
	}
	if err := n.SetPayout(ctx, to); errors.Is(err, node.ErrPayout) {
		return say("address_network", "This address belongs to the network itself, which would keep what it is sent.")
	} else if err != nil {
		return err
	}
	return nil
}

// Retry does now what would be tried again later.
func (a *Agent) Retry(context.Context) error {
	a.mu.Lock()
	n := a.node
	a.mu.Unlock()
	if n != nil {
		n.Look()
	} else {
		a.wake()
	}
	return nil
}
