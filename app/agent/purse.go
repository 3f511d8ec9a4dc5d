package agent

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

func walletDir(dir string) string { return filepath.Join(dir, "wallet") }

// errNotTheWords says that the two words are not those of the draft.
var errNotTheWords = say("wallet_not_the_words", "These are not the words that were asked for. Look at what you wrote down.")

// say is an error that is a phrase for the person who asked.
func say(code, text string, values ...any) error { return protocol.Say(code, text, values...) }

// asked are two places in a phrase, counted from 1, in their order.
func asked(words int) []int {
	pick := func(n int) int {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
		if err != nil {
			panic(err) // crypto/rand never fails
		}
		return int(i.Int64()) + 1
	}
	first, second := pick(words), pick(words-1)
	if second >= first {
		second++
	}
	return []int{min(first, second), max(first, second)}
}

// DraftPhrase makes a phrase, or gives the one that was not used yet.
func (a *Agent) DraftPhrase(context.Context) (api.DraftPhrase, error) {
	if wallet.Exists(walletDir(a.cfg.DataDir)) {
		return api.DraftPhrase{}, plain(wallet.ErrExists)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.draft.Words() == nil {
		phrase, err := wallet.NewPhrase()
		if err != nil {
			return api.DraftPhrase{}, err
		}
		a.draft, a.ask = phrase, asked(12)
	}
	return api.DraftPhrase{Words: a.draft.Words(), Ask: slices.Clone(a.ask)}, nil
}

// CreateWallet makes the wallet of the draft when its owner knows two of its words.
func (a *Agent) CreateWallet(ctx context.Context, c api.CreateWallet) error {
	a.mu.Lock()
	draft, ask := a.draft, a.ask
	a.mu.Unlock()
	words := draft.Words()
	if words == nil {
		return say("wallet_new_words", "Helium was started again meanwhile, and there are new words. Write those down.")
	}
	if len(c.Words) != len(ask) {
		return errNotTheWords
	}
	for i, at := range ask {
		if !strings.EqualFold(strings.TrimSpace(c.Words[i]), words[at-1]) {
			return errNotTheWords
		}
	}
	return a.take(func(o wallet.Options) (*wallet.Wallet, error) {
		o.Passphrase = c.Passphrase
		return wallet.Create(ctx, walletDir(a.cfg.DataDir), draft, o)
	})
}

// ImportWallet makes the wallet of what another wallet gave.
func (a *Agent) ImportWallet(ctx context.Context, i api.ImportWallet) error {
	if wallet.Exists(walletDir(a.cfg.DataDir)) {
		return plain(wallet.ErrExists)
	}
	key, err := keyOf(i)
	if err != nil {
		return plain(err)
	}
	return a.take(func(o wallet.Options) (*wallet.Wallet, error) {
		o.Passphrase = i.Passphrase
		return wallet.Import(ctx, walletDir(a.cfg.DataDir), key, o)
	})
}

func keyOf(i api.ImportWallet) (*ecdsa.PrivateKey, error) {
	switch i.Kind {
	case "phrase":
		phrase, err := wallet.ParsePhrase(i.Text)
		if err != nil {
			return nil, err
		}
		return phrase.Key()
	case "key":
		return wallet.KeyFromHex(i.Text)
	case "keystore":
		return wallet.KeyFromKeystore([]byte(i.Text), i.FilePassphrase)
	default:
		return nil, fmt.Errorf("kind %.20q is none of phrase, key and keystore", i.Kind)
	}
}

// UnlockWallet opens a wallet whose passphrase its owner keeps.
func (a *Agent) UnlockWallet(ctx context.Context, passphrase string) error {
	return a.take(func(o wallet.Options) (*wallet.Wallet, error) {
		return wallet.Unlock(ctx, walletDir(a.cfg.DataDir), passphrase, o)
	})
}

// take gets the wallet, and wakes whoever waits for it.
func (a *Agent) take(get func(wallet.Options) (*wallet.Wallet, error)) error {
	w, err := get(a.cfg.Wallet)
	if err != nil {
		return plain(err)
	}
	a.mu.Lock()
	a.wallet, a.draft, a.ask = w, wallet.Phrase{}, nil
	a.mu.Unlock()
	a.showWallet(w)
	a.log.Info("the wallet is open", "wallet", w)
	if a.runStep() == api.SetupWallet {
		if err := a.step(context.Background(), eventWallet); err != nil {
			return err
		}
	}
	a.wake()
	return nil
}

func (a *Agent) runStep() api.SetupStep {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.run.Step
}

// wake ends a wait for the person.
func (a *Agent) wake() {
	select {
	case a.again <- struct{}{}:
	default:
	}
}

// ShowPhrase gives the words again.
func (a *Agent) ShowPhrase(ctx context.Context, passphrase string) ([]string, error) {
	phrase, err := wallet.ShowPhrase(ctx, walletDir(a.cfg.DataDir), passphrase, a.cfg.Wallet)
	if err != nil {
		return nil, plain(err)
	}
	return phrase.Words(), nil
}

// ExportWallet gives a keystore file.
func (a *Agent) ExportWallet(ctx context.Context, passphrase string) (string, error) {
	b, err := wallet.Export(ctx, walletDir(a.cfg.DataDir), passphrase, a.cfg.Wallet)
	if err != nil {
		return "", plain(err)
	}
	return string(b), nil
}

// plain says an error of the wallet in a sentence for its owner.
func plain(err error) error {
	var word *wallet.WordError
	var tries *wallet.TooManyTriesError
	switch {
	case errors.As(err, &word) && word.Like != "":
		return say("wallet_word_like", "Word {at}, “{word}”, is no recovery word. Is it “{like}”?", word.At, word.Word, word.Like)
	case errors.As(err, &word):
		return say("wallet_word", "Word {at}, “{word}”, is no recovery word. Look at what you wrote down.", word.At, word.Word)
	case errors.As(err, &tries):
		return say("wallet_tries", "{wrong} wrong passphrases were given. Wait {wait}, then try again.", tries.Wrong, tries.Wait)
	case errors.Is(err, wallet.ErrPhraseLength):
		return say("wallet_phrase_length", "A recovery phrase has 12, 15, 18, 21 or 24 words. Some are missing, or there are too many.")
	case errors.Is(err, wallet.ErrPhraseChecksum):
		return say("wallet_phrase_order", "These are recovery words, but not of one phrase: one is another word, or two have changed places.")
	case errors.Is(err, wallet.ErrNoKey):
		return say("wallet_key", "This is no private key. One has 64 digits, 0 to 9 and a to f.")
	case errors.Is(err, wallet.ErrPassphraseWrong):
		return say("wallet_passphrase", "This is not the passphrase.")
	case errors.Is(err, wallet.ErrPassphraseShort):
		return say("wallet_passphrase_short", "Choose a passphrase of at least {n} characters.", wallet.MinPassphrase)
	case errors.Is(err, wallet.ErrExists):
		return say("wallet_there", "There is a wallet on this computer already. It was left as it is.")
	case errors.Is(err, wallet.ErrNoPhrase):
		return say("wallet_no_words", "Helium has no words for this wallet: it was imported, or made without them. Save the wallet file instead.")
	default:
		return err
	}
}

// openWallet opens the wallet. In the first run it waits for one, and it waits for
// the passphrase that an owner keeps; otherwise it makes one where there is none.
func (a *Agent) openWallet(ctx context.Context, p *parts) error {
	for {
		a.mu.Lock()
		p.wallet = a.wallet
		a.mu.Unlock()
		if p.wallet != nil {
			return nil
		}
		if a.settingUp() && !wallet.Exists(walletDir(a.cfg.DataDir)) {
			a.hub.change(func(s *api.State) { s.Node.Status, s.Node.Reason = api.NodeStarting, nil })
		} else {
			w, err := wallet.OpenOrCreate(ctx, walletDir(a.cfg.DataDir), a.cfg.Wallet)
			if err == nil {
				a.mu.Lock()
				a.wallet = w
				a.mu.Unlock()
				a.showWallet(w)
				continue
			}
			if !errors.Is(err, wallet.ErrLocked) {
				return protocol.Reason{Code: string(api.ReasonWallet), Title: "The wallet can't be opened", Detail: err.Error(), Action: "Unlock this computer's keychain; Helium tries again by itself."}
			}
			a.hub.change(func(s *api.State) {
				s.Node.Status = api.NodeBlocked
				s.Node.Reason = &protocol.Reason{Code: string(api.ReasonLocked), Title: "The wallet is locked", Detail: "Only your passphrase opens it.", Action: "Enter it here."}
				s.Wallet.PassphraseIn = string(wallet.Given)
			})
		}
		if err := a.awaitPerson(ctx); err != nil {
			return err
		}
	}
}

func (a *Agent) awaitPerson(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-a.again:
		return nil
	}
}

func (a *Agent) showWallet(w *wallet.Wallet) {
	a.hub.change(func(s *api.State) {
		s.Wallet.Address = w.Address().Hex()
		s.Wallet.PassphraseIn, s.Wallet.Notice = string(w.PassphraseIn()), w.Notice()
		if s.Node.Reason != nil && s.Node.Reason.Code == string(api.ReasonLocked) {
			s.Node.Status, s.Node.Reason = api.NodeStarting, nil
		}
	})
}
