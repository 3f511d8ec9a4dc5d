//go:build !desktop

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"helium/app/network"
	"helium/app/operator"
	"helium/backend/bridge"
	"helium/backend/protocol"
	"helium/backend/wallet"
	"helium/frontend"
)

// bridgeCmd: a bridge to a network.
type bridgeCmd struct {
	Run_   bridgeRunCmd    `cmd:"" name:"run" default:"withargs" help:"Run a bridge."`
	Wallet bridgeWalletCmd `cmd:"" help:"Make the wallet of a bridge, and print its address."`
	Pins   bridgePinsCmd   `cmd:"" help:"Print the exact files of models that are here, for bridges that hold none."`
	Key    bridgeKeyCmd    `cmd:"" help:"API keys of a bridge, whether it runs or not."`

	Accounts bridgeAccountsCmd `cmd:"" help:"Say how the wallets of a bridge that runs stand: what they have, and what is under way."`
}

type bridgeWalletCmd struct {
	Data     string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	Accounts int    `default:"1" help:"How many wallets the bridge is to pay from; all are printed, the one to fund first." placeholder:"N"`
}

func (c bridgeWalletCmd) Run(env *environment) error {
	w, err := operator.BridgeWallet(env.ctx, c.Data)
	if err != nil {
		return err
	}
	others, err := operator.BridgeAccounts(env.ctx, c.Data, c.Accounts)
	if err != nil {
		return fmt.Errorf("--accounts: %w", err)
	}
	for _, w := range append([]*wallet.Wallet{w}, others...) {
		fmt.Fprintln(env.stdout, w.Address())
	}
	return nil
}

type bridgeAccountsCmd struct {
	Data string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	JSON bool   `name:"json" help:"Print all there is to know, amounts in wei."`
}

func (c bridgeAccountsCmd) Run(env *environment) error {
	all, err := operator.Accounts(env.ctx, c.Data)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env.stdout, all)
	}
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ACCOUNT\tADDRESS\tCNX\tGAS\tUNDER WAY\tIN NO BLOCK YET\tSTATE")
	for _, a := range all {
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\t%d\t%d\t%s\n", a.Number, a.Address, knownAmount(a.CNX), knownAmount(a.Gas), a.Open, a.Waiting, accountState(a, time.Now()))
	}
	return out.Flush()
}

func knownAmount(w *protocol.Wei) string {
	if w == nil {
		return "unknown"
	}
	return w.Decimal()
}

// accountState is what is to be said of a wallet, the worst first.
func accountState(a bridge.Account, now time.Time) string {
	var says []string
	for _, s := range []struct {
		is   bool
		text string
	}{
		{!a.Ready, "starting"},
		{a.NoGas, "has no gas"},
		{a.LowGas && !a.NoGas, "low gas"},
		{a.Stuck, fmt.Sprintf("stuck for %s", now.Sub(a.Since).Round(time.Second))},
		{!a.Relay, "no relay"},
		{a.Behind > 0, fmt.Sprintf("%d blocks behind", a.Behind)},
		{!a.Used, "not used"},
	} {
		if s.is {
			says = append(says, s.text)
		}
	}
	if len(says) == 0 {
		return "well"
	}
	return strings.Join(says, ", ")
}

type bridgePinsCmd struct {
	Models []string `arg:"" optional:"" help:"Models of helium model list; all if none is given." placeholder:"ID"`
}

func (c bridgePinsCmd) Run(env *environment) error {
	library, err := openModels(env)
	if err != nil {
		return err
	}
	offers, err := operator.OffersOf(library, c.Models, env.log)
	if err != nil {
		return err
	}
	return printJSON(env.stdout, operator.Pins(offers))
}

type bridgeRunCmd struct {
	Config         kong.ConfigFlag `help:"JSON file of flags, by their names." placeholder:"FILE"`
	Data           string          `required:"" help:"Folder of the bridge: its wallet, its keys and its requests." placeholder:"DIR"`
	Profile        string          `required:"" help:"The network's profile, a file or an address." placeholder:"FILE|URL"`
	Listen         string          `default:"127.0.0.1:7403" help:"Where to listen; what encrypts for the web stands before it." placeholder:"ADDRESS:PORT"`
	Key            string          `help:"Key file of the wallet that pays; the one in the folder if not given." placeholder:"FILE"`
	Accounts       int             `default:"1" help:"Pay from so many wallets, of which the bridge fills up the others from the first: tasks of one don't wait for another's transactions." placeholder:"N"`
	PassphraseFile string          `help:"File with the passphrase of --key, or else HELIUM_PASSPHRASE." placeholder:"FILE"`
	Models         []string        `help:"Models to offer, of those that are here, the first one first; all if none is given." placeholder:"ID"`
	Pins           []string        `help:"File of models to offer, which needn't be here; helium bridge pins prints one. May be repeated." placeholder:"FILE"`
	Price          string          `default:"${second_value}" help:"What to offer for a second of a node's time, in CNX." placeholder:"CNX"`
	MaxFee         string          `help:"The most that one request may cost, in CNX; no limit if not given." placeholder:"CNX"`
	Page           bool            `default:"true" negatable:"" help:"Serve the chat page, which needs no API key."`
	PageBudget     string          `default:"100" help:"What one session of the page may spend, in CNX." placeholder:"CNX"`
	Operator       string          `help:"Where to tell how the bridge is: /healthz, /readyz and /metrics, for its operator only; nowhere if not given." placeholder:"ADDRESS:PORT"`
	LowCNX         string          `name:"low-cnx" default:"100" help:"Warn when the wallet has less, in CNX." placeholder:"CNX"`
}

func (c bridgeRunCmd) Run(env *environment) error {
	b := operator.Bridge{DataDir: c.Data, Listen: c.Listen, Operator: c.Operator, Out: env.stdout, Log: env.log}
	for _, each := range []struct {
		name, text string
		to         *protocol.Wei
	}{
		{"--price", c.Price, &b.Value}, {"--max-fee", c.MaxFee, &b.MaxFee},
		{"--page-budget", c.PageBudget, &b.PageBudget}, {"--low-cnx", c.LowCNX, &b.LowCNX},
	} {
		var err error
		if *each.to, err = amountFlag(each.name, each.text); err != nil {
			return err
		}
	}
	if err := c.offers(env, &b); err != nil {
		return err
	}
	p, err := network.Load(env.ctx, c.Profile)
	if err != nil {
		return err
	}
	b.Profile = *p
	if b.Page, err = c.page(); err != nil {
		return err
	}
	if b.Wallet, err = c.wallet(env); err != nil {
		return err
	}
	if b.Others, err = operator.BridgeAccounts(env.ctx, c.Data, c.Accounts); err != nil {
		return fmt.Errorf("--accounts: %w", err)
	}
	b.Accounts = c.Accounts
	return b.Run(env.ctx)
}

// offers are the models of files first, then those that are here, where any were
// named or no file was.
func (c bridgeRunCmd) offers(env *environment, b *operator.Bridge) (err error) {
	for _, path := range c.Pins {
		pinned, err := operator.ReadPins(path)
		if err != nil {
			return err
		}
		b.Offers = append(b.Offers, pinned...)
	}
	if b.Library, err = openModels(env); err != nil {
		return err
	}
	if len(c.Pins) > 0 && len(c.Models) == 0 {
		return nil
	}
	here, err := operator.OffersOf(b.Library, c.Models, env.log)
	if err != nil {
		return err
	}
	for _, m := range here {
		twice := func(o bridge.Model) bool { return o.Pin.ID == m.Pin.ID }
		if slices.ContainsFunc(b.Offers, twice) {
			return fmt.Errorf("the model %s is named twice, by --pins and by --models", m.Pin.ID)
		}
		b.Offers = append(b.Offers, m)
	}
	return nil
}

// page is the chat page, unless it is not wanted.
func (c bridgeRunCmd) page() (fs.FS, error) {
	if !c.Page {
		return nil, nil
	}
	return frontend.Chat()
}

func (c bridgeRunCmd) wallet(env *environment) (*wallet.Wallet, error) {
	if c.Key != "" {
		return wallet.OpenFile(c.Key, func() (string, error) { return askPassphrase(c.PassphraseFile, c.Key) })
	}
	return operator.BridgeWallet(env.ctx, c.Data)
}

// bridgeKeyCmd: API keys.
type bridgeKeyCmd struct {
	Create bridgeKeyCreateCmd `cmd:"" help:"Make an API key and print it, once: it is kept nowhere."`
	List   bridgeKeyListCmd   `cmd:"" help:"List the keys by their ids, with what they spent."`
	Revoke bridgeKeyRevokeCmd `cmd:"" help:"End a key at once, for good."`
	Ledger bridgeKeyLedgerCmd `cmd:"" help:"Print every charge and refund of a key, as CSV or JSON, amounts in wei."`
	Budget bridgeKeyBudgetCmd `cmd:"" help:"Change what a key may spend, and its other limits."`
}

type bridgeKeyCreateCmd struct {
	Name      string `arg:"" help:"Whose it is, for people."`
	Data      string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	Budget    string `help:"What the key may ever spend, in CNX; no limit if not given." placeholder:"CNX"`
	MaxFee    string `help:"The most that one request may cost, in CNX; no limit if not given." placeholder:"CNX"`
	PerMinute int    `default:"600" help:"How many requests it may make in a minute." placeholder:"N"`
	Expires   string `help:"When it ends by itself: a day, as 2030-12-31, or how long from now, as 720h." placeholder:"WHEN"`
}

func (c bridgeKeyCreateCmd) Run(env *environment) error {
	k := operator.NewKey{Name: c.Name, PerMinute: c.PerMinute}
	if c.PerMinute < 1 {
		return fmt.Errorf("--per-minute %d: it must be at least 1", c.PerMinute)
	}
	var err error
	if k.Budget, err = amountFlag("--budget", c.Budget); err != nil {
		return err
	}
	if k.MaxFee, err = amountFlag("--max-fee", c.MaxFee); err != nil {
		return err
	}
	if k.Expires, err = whenFlag(c.Expires, time.Now()); err != nil {
		return err
	}
	keys, err := operator.OpenKeys(env.ctx, c.Data, env.log)
	if err != nil {
		return err
	}
	defer keys.Close()
	secret, err := keys.Create(env.ctx, k)
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, secret)
	return nil
}

type bridgeKeyListCmd struct {
	Data string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	JSON bool   `name:"json" help:"Print all there is to know, amounts in wei."`
}

func (c bridgeKeyListCmd) Run(env *environment) error {
	keys, err := operator.OpenKeys(env.ctx, c.Data, env.log)
	if err != nil {
		return err
	}
	defer keys.Close()
	all, err := keys.List(env.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env.stdout, all)
	}
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tNAME\tSPENT\tBUDGET\tPER REQUEST\tPER MINUTE\tENDS")
	for _, k := range all {
		printKey(out, k)
	}
	return out.Flush()
}

func printKey(out *tabwriter.Writer, k bridge.Key) {
	ends := "never"
	switch {
	case !k.Revoked.IsZero():
		ends = "revoked " + k.Revoked.Local().Format(time.DateOnly)
	case !k.Expires.IsZero():
		ends = k.Expires.Local().Format(time.DateTime)
	}
	fmt.Fprintf(out, "%.12s\t%s\t%s\t%s\t%s\t%d\t%s\n", k.ID, k.Name, k.Spent.Decimal(), limitOf(k.Budget), limitOf(k.MaxFee), k.PerMinute, ends)
}

func limitOf(w protocol.Wei) string {
	if w.IsZero() {
		return "any"
	}
	return w.Decimal()
}

type bridgeKeyRevokeCmd struct {
	ID   string `arg:"" help:"Id of the key, or how it begins."`
	Data string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
}

func (c bridgeKeyRevokeCmd) Run(env *environment) error {
	keys, err := operator.OpenKeys(env.ctx, c.Data, env.log)
	if err != nil {
		return err
	}
	defer keys.Close()
	k, err := keys.Revoke(env.ctx, c.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "The key %.12s of %s is revoked. It spent %s.\n", k.ID, k.Name, k.Spent)
	return nil
}

type bridgeKeyLedgerCmd struct {
	ID   string `arg:"" help:"Id of the key, or how it begins."`
	Data string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	JSON bool   `name:"json" help:"Print JSON, with what the key has spent, and not CSV."`
}

func (c bridgeKeyLedgerCmd) Run(env *environment) error {
	keys, err := operator.OpenKeys(env.ctx, c.Data, env.log)
	if err != nil {
		return err
	}
	defer keys.Close()
	l, err := keys.Ledger(env.ctx, c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(env.stdout, l)
	}
	out := csv.NewWriter(env.stdout)
	out.Write([]string{"at", "request", "fee_wei", "refunded_wei", "ended"}) // errors stay until Error
	for _, e := range l.Charges {
		out.Write([]string{e.At.UTC().Format(time.RFC3339), e.Request, e.Fee.Big().String(), e.Refunded.Big().String(), strconv.FormatBool(e.Ended)})
	}
	out.Flush()
	return out.Error()
}

type bridgeKeyBudgetCmd struct {
	ID        string `arg:"" help:"Id of the key, or how it begins."`
	Budget    string `arg:"" optional:"" help:"What it may ever spend, in CNX, what it has spent included; or none for no limit."`
	Data      string `required:"" help:"Folder of the bridge." placeholder:"DIR"`
	MaxFee    string `help:"The most that one request may cost, in CNX, or none for no limit." placeholder:"CNX"`
	PerMinute *int   `help:"How many requests it may make in a minute." placeholder:"N"`
	Expires   string `help:"When it ends by itself: a day, how long from now, or never." placeholder:"WHEN"`
}

func (c bridgeKeyBudgetCmd) Run(env *environment) error {
	change, err := c.change(time.Now())
	if err != nil {
		return err
	}
	keys, err := operator.OpenKeys(env.ctx, c.Data, env.log)
	if err != nil {
		return err
	}
	defer keys.Close()
	k, err := keys.Change(env.ctx, c.ID, change)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	printKey(out, k)
	return out.Flush()
}

func (c bridgeKeyBudgetCmd) change(now time.Time) (change bridge.KeyChange, err error) {
	if change.Budget, err = limitFlag("budget", c.Budget); err != nil {
		return change, err
	}
	if change.MaxFee, err = limitFlag("--max-fee", c.MaxFee); err != nil {
		return change, err
	}
	change.PerMinute = c.PerMinute
	if c.Expires != "" {
		var ends time.Time
		if c.Expires != "never" {
			if ends, err = whenFlag(c.Expires, now); err != nil {
				return change, err
			}
		}
		change.Expires = &ends
	}
	if change == (bridge.KeyChange{}) {
		return change, errors.New("say what to change: a budget, --max-fee, --per-minute or --expires")
	}
	return change, nil
}

// limitFlag is nil for nothing given, and zero for no limit.
func limitFlag(name, text string) (*protocol.Wei, error) {
	switch text {
	case "":
		return nil, nil
	case "none":
		return new(protocol.Wei), nil
	}
	amount, err := amountFlag(name, text)
	return &amount, err
}

// whenFlag reads a day, at whose end it is, or how long from now; zero for none.
func whenFlag(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		if end := day.AddDate(0, 0, 1); end.After(now) {
			return end, nil
		}
		return time.Time{}, fmt.Errorf("--expires %s: that day is over", text)
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf("--expires %s: it must be a day, as 2030-12-31, or how long from now, as 720h", text)
	}
	return now.Add(d), nil
}
