package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"
	"github.com/gofrs/flock"

	"helium/backend/bridge"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/wallet"
)

// Bridge is how a bridge is run. A network may have many, behind any balancer: each
// has a folder of its own, and with it its wallets, its API keys and their ledgers,
// and its requests. A key is good at the bridge that made it alone, and a request is
// asked for where it was made.
type Bridge struct {
	DataDir string
	Listen  string
	Profile protocol.Profile
	// Wallet is the main one, which its owner funds. Others are more: new tasks are
	// paid by the first Accounts of all, which are filled up from the main one.
	Wallet   *wallet.Wallet
	Others   []*wallet.Wallet
	Accounts int
	// Offers are the models that can be asked for, the one to offer first first.
	Offers []bridge.Model
	// Library knows the files of other models that a task names, such as a LoRA.
	Library *models.Library
	// Value is what is offered for a second of a node's time.
	Value protocol.Wei
	// MaxFee and PageBudget are limits of bridge.Config; Page is the chat page, or
	// nil for none.
	MaxFee, PageBudget protocol.Wei
	Page               fs.FS
	// LowCNX is what the wallet should not fall below.
	LowCNX protocol.Wei
	// Operator is where /healthz, /readyz and /metrics are; empty for nowhere.
	Operator string
	Out      io.Writer
	Log      *slog.Logger
}

// BridgeWallet opens the wallet of a bridge of this folder, or makes it.
func BridgeWallet(ctx context.Context, dir string) (*wallet.Wallet, error) {
	return wallet.OpenOrCreate(ctx, filepath.Join(dir, "wallet"), wallet.Options{FileOnly: true})
}

// lowGas is what a bridge's wallet should not fall below of the chain's own coin,
// in wei: a hundredth of a coin.
func lowGas() *big.Int { return big.NewInt(params.Ether / 100) }

// depositAhead is how many fees a bridge puts in place at once.
const depositAhead = 32

// Run serves until ctx ends.
func (b Bridge) Run(ctx context.Context) error {
	if len(b.Offers) == 0 {
		return errors.New("the bridge has no model to offer: name those of helium model list with --models, or a file of pins with --pins")
	}
	defer bridge.CalmCollector()()
	s := &service{profile: b.Profile, log: b.Log}
	defer s.close()
	if err := s.open(ctx, b.DataDir); err != nil {
		return err
	}
	for _, w := range append([]*wallet.Wallet{b.Wallet}, b.Others...) {
		unlock, err := holdWallet(w)
		if err != nil {
			return err
		}
		s.onClose(unlock)
	}
	paying, main, err := b.openCreators(ctx, s)
	if err != nil {
		return err
	}
	watch := b.watchPurse(ctx, s, paying.maker, main)
	serving, err := bridge.Start(bridge.Config{
		Listen: b.Listen, Creator: paying.maker, Store: s.store, Models: b.Offers, Pin: b.pin, Chat: b.Page,
		PageBudget: b.PageBudget, MaxFee: b.MaxFee, Low: watch.Low, Log: b.Log,
		Operator: b.Operator, Payers: b.addresses(), Accounts: paying.states, Chain: bridge.Standing(s.chain),
	})
	if err != nil {
		return err
	}
	s.onClose(func() { serving.Close() })
	closeAdmin, err := startAdmin(b.DataDir, &storedKeys{s.store}, paying.states)
	if err != nil {
		return err
	}
	s.onClose(closeAdmin)
	fmt.Fprintf(b.Out, "The bridge serves %d models at %s/v1 and pays from %s.\n", len(b.Offers), serving.URL(), b.payers())
	if url := serving.OperatorURL(); url != "" {
		fmt.Fprintf(b.Out, "Its operator is told how it is at %s/metrics and %s/readyz.\n", url, url)
	}
	<-ctx.Done()
	fmt.Fprintln(b.Out, "Stopping; tasks under way are followed again at the next start.")
	return ctx.Err()
}

// holdWallet keeps a second bridge of this computer from paying from the same wallet,
// which may be named from two folders with --key: each would take the other's
// nonces. On another computer nobody can keep it from that.
func holdWallet(w *wallet.Wallet) (unlock func(), err error) {
	if w.KeyFile() == "" {
		return func() {}, nil
	}
	path := w.KeyFile() + ".lock"
	lock := flock.New(path)
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the wallet %s: %w", w.Address(), err)
	}
	if !free {
		return nil, fmt.Errorf("another bridge pays from the wallet %s (%s): give each bridge a wallet of its own", w.Address(), path)
	}
	return func() { lock.Unlock() }, nil
}

// payers names the wallets that pay, the main one first.
func (b Bridge) payers() string {
	if b.Accounts <= 1 {
		return b.Wallet.Address().Hex()
	}
	return fmt.Sprintf("%s and %d accounts that it fills up", b.Wallet.Address(), b.Accounts-1)
}

// addresses are those of all wallets, the main one first.
func (b Bridge) addresses() (all []common.Address) {
	for _, w := range append([]*wallet.Wallet{b.Wallet}, b.Others...) {
		all = append(all, w.Address())
	}
	return all
}

// openCreators opens what makes tasks and pays for them, for each wallet, and the
// outbox of the main one.
func (b Bridge) openCreators(ctx context.Context, s *service) (*payingAccounts, *chain.Sender, error) {
	var all []*creator.Creator
	var links []*client.Client
	var main *chain.Sender
	for i, w := range append([]*wallet.Wallet{b.Wallet}, b.Others...) {
		paying := chain.OpenSender(s.chain, s.store, w, chain.SenderOptions{Decode: contracts.DecodeError, Log: b.Log})
		s.onClose(paying.Close)
		if i == 0 {
			main = paying
		}
		link, err := b.dialRelay(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		s.onClose(func() { link.Close() })
		links = append(links, link)
		maker, err := creator.New(creator.Config{
			Profile: b.Profile, Chain: s.rpc, Sender: paying, Relay: link, Store: s.store, Value: b.Value,
			DepositAhead: depositAhead, Extra: i > 0, Log: b.Log.With("part", "creator", "account", i+1),
		})
		if err != nil {
			return nil, nil, err
		}
		s.runUntilClose(ctx, "creator", maker.Run)
		all = append(all, maker)
	}
	using := min(max(b.Accounts, 1), len(all))
	if using > 1 {
		fill := &spreader{
			rpc: s.rpc, token: b.Profile.Contracts.Token, main: main, all: all[:using], log: b.Log,
			leasts: map[string]*big.Int{"gas": lowGas(), "CNX": protocol.CNX(1).Big()},
		}
		fill.look(ctx) // so that all can pay from the first request on
		s.runUntilClose(ctx, "filling of the bridge's accounts", fill.run)
	}
	return &payingAccounts{maker: creator.NewAccounts(using, all...), all: all, links: links, service: s}, main, nil
}

// dialRelay signs in to a relay of the profile that answers, chosen by chance; the
// others stand by.
func (b Bridge) dialRelay(ctx context.Context, w *wallet.Wallet) (*client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	relays := b.Profile.Spread(rand.Shuffle).RelayURLs()
	link, err := client.Dial(ctx, client.Options{URL: relays[0], Others: relays[1:], Signer: w, Domain: b.Profile.Domain(), Log: b.Log})
	if err != nil {
		return nil, fmt.Errorf("no relay of the network answers: %w", err)
	}
	return link, nil
}

// watchPurse looks first, so that the first answer of /healthz knows. Of gas it
// names each account that runs low, of CNX all of them together.
func (b Bridge) watchPurse(ctx context.Context, s *service, accounts *creator.Accounts, main *chain.Sender) *purseWatch {
	watch := &purseWatch{log: b.Log, name: "bridge", look: func(ctx context.Context) ([]holding, error) {
		var all []holding
		for _, a := range accounts.States() {
			if !a.Used {
				continue
			}
			gas, err := s.rpc.BalanceAt(ctx, a.Address, nil)
			if err != nil {
				return nil, err
			}
			what := "gas"
			if a.Address != main.Address() {
				what = "gas of " + a.Address.Hex()
			}
			all = append(all, holding{what: what, has: gas, least: lowGas()})
		}
		cnx, err := accounts.Balance(ctx)
		if err != nil {
			return nil, err
		}
		fee, err := accounts.Fee(ctx, creator.Size{Type: protocol.GPT, Units: 1}, protocol.Wei{})
		if err != nil {
			return nil, err
		}
		return append(all, holding{"CNX", cnx.Big(), b.LowCNX.Big(), fee.Big()}), nil
	}}
	watch.check(ctx)
	s.runUntilClose(ctx, "watch of the bridge's wallet", watch.run)
	return watch
}

// pin names the files of an offer, or of another model that is here.
func (b Bridge) pin(id string) (protocol.ModelPin, bool) {
	for _, m := range b.Offers {
		if m.Pin.ID == id {
			return m.Pin, true
		}
	}
	if b.Library == nil {
		return protocol.ModelPin{}, false
	}
	f, err := b.Library.Get(id)
	return f.Pin, err == nil
}

// Pinned is a model as a file of pins has it, for bridges that hold no models.
type Pinned struct {
	protocol.ModelPin
	MinVRAMGB uint16 `json:"min_vram_gb"`
	Images    bool   `json:"images"`
}

// OffersOf finds models of the library by their ids; all of them where ids is empty.
func OffersOf(library *models.Library, ids []string, log *slog.Logger) ([]bridge.Model, error) {
	all := bridge.Offers(library, log)
	for i, m := range all {
		if f, err := library.Get(m.Pin.ID); err == nil {
			all[i].MinVRAMGB = roomFor(f.Bytes())
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	var chosen []bridge.Model
	for _, id := range ids {
		found := false
		for _, m := range all {
			if m.Pin.ID == id {
				chosen, found = append(chosen, m), true
			}
		}
		if !found {
			return nil, fmt.Errorf("the model %s can't be offered: helium model list says what is here, and helium model download fetches more", id)
		}
	}
	return chosen, nil
}

// roomFor is the memory that a model of this size needs, in GB: its weights and a
// quarter of them for what it thinks.
func roomFor(bytes int64) uint16 { return uint16(min(bytes/4*5>>30+1, 1<<15)) }

// ReadPins reads offers from a file that helium bridge pins made.
func ReadPins(path string) ([]bridge.Model, error) {
	var pins []Pinned
	if err := readJSON(path, &pins); err != nil {
		return nil, fmt.Errorf("read pins: %w", err)
	}
	var offers []bridge.Model
	for i, p := range pins {
		switch {
		case p.ID == "":
			return nil, fmt.Errorf("read pins %s: model %d has no id", path, i+1)
		case p.Revision == "" || len(p.Files) == 0:
			return nil, fmt.Errorf("read pins %s: %s has no revision or no files", path, p.ID)
		case p.MinVRAMGB == 0:
			return nil, fmt.Errorf("read pins %s: min_vram_gb of %s must be at least 1", path, p.ID)
		}
		offers = append(offers, bridge.Model{Pin: p.ModelPin, MinVRAMGB: p.MinVRAMGB, Images: p.Images})
	}
	return offers, nil
}

// Pins puts offers the way a file of pins has them.
func Pins(offers []bridge.Model) []Pinned {
	pins := make([]Pinned, len(offers))
	for i, m := range offers {
		pins[i] = Pinned{ModelPin: m.Pin, MinVRAMGB: m.MinVRAMGB, Images: m.Images}
	}
	return pins
}
