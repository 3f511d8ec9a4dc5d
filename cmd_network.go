//go:build !desktop

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/term"

	"helium/app/network"
	"helium/app/operator"
	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// networkCmd: a network of one's own.
type networkCmd struct {
	Key    networkKeyCmd    `cmd:"" help:"Make the owner's wallet, and print its address."`
	Params networkParamsCmd `cmd:"" help:"Print the parameters that a network starts with, to change them for --params."`
	Class  networkClassCmd  `cmd:"" help:"Print what nodes of this computer are, for --classes."`
	Init   networkInitCmd   `cmd:"" help:"Deploy the contracts to a chain and write the network's profile; or register what is new."`
	Show   networkShowCmd   `cmd:"" help:"Print a network's profile and check it against the chain."`
	Send   networkSendCmd   `cmd:"" help:"Send CNX and the chain's coin, so that bridges and nodes can begin."`
}

type networkKeyCmd struct {
	Data string `required:"" help:"Folder to keep the wallet in." placeholder:"DIR"`
}

func (c networkKeyCmd) Run(env *environment) error {
	w, err := wallet.OpenOrCreate(env.ctx, c.Data, wallet.Options{FileOnly: true})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.stdout, w.Address())
	env.log.Info("the owner's wallet", "key", w.KeyFile(), "notice", w.Notice())
	return nil
}

type networkParamsCmd struct {
	Small bool `help:"Those for a network of a few nodes whose owner doesn't want to wait."`
}

func (c networkParamsCmd) Run(env *environment) error {
	p := contracts.DefaultParams()
	if c.Small {
		p = contracts.DevnetParams()
	}
	return printJSON(env.stdout, operator.ParamsOf(p))
}

type networkClassCmd struct{}

func (networkClassCmd) Run(env *environment) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	class, err := node.ClassHere(env.ctx, self, env.log)
	if err != nil {
		return err
	}
	return printJSON(env.stdout, []contracts.RegisteredClass{class})
}

// ownerKey opens the owner's wallet. A passphrase is never an argument, which
// everybody on the machine could read.
type ownerKey struct {
	Key            string `required:"" help:"Key file of the owner's wallet. Its passphrase comes from the file beside it that helium network key made, from --passphrase-file, from HELIUM_PASSPHRASE, or is asked for." placeholder:"FILE"`
	PassphraseFile string `help:"File with the passphrase." placeholder:"FILE"`
}

func (k ownerKey) open() (*wallet.Wallet, error) {
	return wallet.OpenFile(k.Key, func() (string, error) { return askPassphrase(k.PassphraseFile, k.Key) })
}

// maxPassphrase bounds what is read as a passphrase, in bytes.
const maxPassphrase = 4096

func askPassphrase(file, key string) (string, error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("read passphrase: %w", err)
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxPassphrase))
		return strings.TrimRight(string(b), "\r\n"), err
	}
	if text, ok := os.LookupEnv("HELIUM_PASSPHRASE"); ok {
		return text, nil
	}
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return "", fmt.Errorf("%s needs its passphrase: give --passphrase-file or HELIUM_PASSPHRASE, or run this in a terminal", key)
	}
	fmt.Fprintf(os.Stderr, "Passphrase of %s: ", key)
	b, err := term.ReadPassword(in)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	return string(b), nil
}

type networkInitCmd struct {
	ownerKey
	Name      string        `default:"a Helium network" help:"Name of the network, for people."`
	RPC       string        `name:"rpc" required:"" help:"The chain's address for HTTP, as everybody reaches it." placeholder:"URL"`
	WS        []string      `name:"ws" required:"" help:"Its address for WebSocket; given again, another node of the chain, for when the first does not answer." placeholder:"URL"`
	Block     time.Duration `default:"1s" help:"Shortest time between the chain's blocks."`
	Params    string        `help:"File with the parameters that differ from the usual ones; see helium network params." placeholder:"FILE"`
	Small     bool          `help:"Start from the parameters for a network of a few nodes."`
	Relay     []string      `required:"" help:"A relay's address on the web and the one that it signs with; helium relay key prints that. May be repeated." placeholder:"URL=ADDRESS"`
	Classes   []string      `help:"File of classes that take tasks of texts; helium network class prints them. May be repeated." placeholder:"FILE"`
	Release   string        `help:"Newest version of Helium that nodes should have; they tell their owners." placeholder:"VERSION"`
	Downloads string        `help:"Page where that is." placeholder:"URL"`
	Delay     time.Duration `default:"${delay}" help:"How long changes of the rules are announced; 0 for a network of one's own."`
	Out       string        `default:"network.json" help:"File to write the profile to." placeholder:"FILE"`
	Record    string        `help:"File that says what of the network is on the chain; beside the profile if not given." placeholder:"FILE"`
	DryRun    bool          `help:"Say what it costs, and send nothing."`
}

// Help is what the command says of itself beyond one line.
func (networkInitCmd) Help() string {
	return "A run that was cut goes on when it is called again: what is done stands in the record. For a network that stands, relays and classes " +
		"that are new are announced, and registered by the same command once the delay has passed; the profile is written anew."
}

func (c networkInitCmd) Run(env *environment) error {
	plan := operator.Plan{
		Name: c.Name, HTTP: c.RPC, WS: c.WS[0], AlsoWS: c.WS[1:], Block: c.Block, Delay: c.Delay, Params: contracts.DefaultParams(),
		Release: c.Release, Downloads: c.Downloads, Profile: c.Out, Record: c.Record, DryRun: c.DryRun, Out: env.stdout,
	}
	if plan.Record == "" {
		plan.Record = strings.TrimSuffix(c.Out, ".json") + ".record.json"
	}
	var err error
	if c.Small {
		plan.Params = contracts.DevnetParams()
	}
	if c.Params != "" {
		if plan.Params, err = operator.ReadParams(c.Params, plan.Params); err != nil {
			return err
		}
	}
	for _, text := range c.Relay {
		r, err := parseRelay(text)
		if err != nil {
			return err
		}
		plan.Relays = append(plan.Relays, r)
	}
	if plan.Classes, err = operator.ReadClasses(c.Classes); err != nil {
		return err
	}
	if plan.Owner, err = c.open(); err != nil {
		return err
	}
	return operator.Init(env.ctx, plan)
}

// parseRelay reads URL=ADDRESS.
func parseRelay(text string) (protocol.RelayInfo, error) {
	at := strings.LastIndex(text, "=")
	if at <= 0 || !common.IsHexAddress(text[at+1:]) {
		return protocol.RelayInfo{}, fmt.Errorf("--relay %s: it must be like https://relay.example.org=0x…, with the address that helium relay key prints", text)
	}
	return protocol.RelayInfo{URL: strings.TrimSuffix(text[:at], "/"), Address: common.HexToAddress(text[at+1:])}, nil
}

type networkShowCmd struct {
	Profile string `arg:"" help:"The network's profile, a file or an address." placeholder:"FILE|URL"`
}

func (c networkShowCmd) Run(env *environment) error {
	p, err := network.Load(env.ctx, c.Profile)
	if err != nil {
		return err
	}
	return operator.Show(env.ctx, *p, env.stdout)
}

type networkSendCmd struct {
	ownerKey
	Profile string   `arg:"" help:"The network's profile, a file or an address." placeholder:"FILE|URL"`
	To      []string `required:"" help:"Who gets it. May be repeated." placeholder:"ADDRESS"`
	CNX     string   `name:"cnx" help:"How much CNX each gets." placeholder:"AMOUNT"`
	Coin    string   `help:"How much of the chain's own coin each gets." placeholder:"AMOUNT"`
}

func (c networkSendCmd) Run(env *environment) error {
	if c.CNX == "" && c.Coin == "" {
		return errors.New("say how much to send, with --cnx, --coin or both")
	}
	cnx, err := amountFlag("--cnx", c.CNX)
	if err != nil {
		return err
	}
	coin, err := amountFlag("--coin", c.Coin)
	if err != nil {
		return err
	}
	var gifts []operator.Gift
	for _, text := range c.To {
		if !common.IsHexAddress(text) {
			return fmt.Errorf("--to %s: it is not an address", text)
		}
		gifts = append(gifts, operator.Gift{To: common.HexToAddress(text), CNX: cnx, Coin: coin})
	}
	p, err := network.Load(env.ctx, c.Profile)
	if err != nil {
		return err
	}
	owner, err := c.open()
	if err != nil {
		return err
	}
	return operator.Send(env.ctx, *p, owner, gifts, env.stdout)
}

func printJSON(w io.Writer, v any) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	return out.Flush()
}
