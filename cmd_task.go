//go:build !desktop

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/app/launch"
	"helium/app/network"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/devnet"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
)

// taskCmd sends tasks, and checks documents and receipts.
type taskCmd struct {
	Run_     taskRunCmd      `cmd:"" name:"run" help:"Send one task with a wallet of its own and follow it to its receipt."`
	Check    taskCheckCmd    `cmd:"" help:"Check a task document, and print how the network reads it."`
	Prompt   taskPromptCmd   `cmd:"" help:"Print the exact text that a model gets for a task."`
	Digest   taskDigestCmd   `cmd:"" help:"Print what goes on chain for a response, or for images."`
	Verify   taskVerifyCmd   `cmd:"" help:"Check a receipt against the chain alone."`
	Withdraw taskWithdrawCmd `cmd:"" help:"Take back what the network owes the wallet that pays: refunds, and deposits that were not spent."`
}

// amountFlag reads an amount of CNX above zero; zero where there is none.
func amountFlag(name, text string) (protocol.Wei, error) {
	if text == "" {
		return protocol.Wei{}, nil
	}
	amount, err := protocol.ParseCNX(text)
	if err == nil && amount.IsZero() {
		err = errors.New("it must be more than 0")
	}
	if err != nil {
		return amount, fmt.Errorf("%s %s: %w", name, text, err)
	}
	return amount, nil
}

// withAction adds to a reason what can be done about it.
func withAction(err error) error {
	var reason protocol.Reason
	if !errors.As(err, &reason) || reason.Action == "" {
		return err
	}
	return fmt.Errorf("%w. %s", err, reason.Action)
}

type taskWithdrawCmd struct {
	Network string `help:"The network's profile, a file or an address; the local network if there is none." placeholder:"FILE|URL"`
	Data    string `help:"Folder of the wallet that pays." placeholder:"DIR"`
}

func (c taskWithdrawCmd) Run(env *environment) error {
	p, err := openPayer(env, c.Network, c.Data)
	if err != nil {
		return err
	}
	defer p.close()
	amount, err := p.creator.Withdraw(env.ctx)
	if err != nil {
		return withAction(err)
	}
	fmt.Fprintf(env.stdout, "%s went to the wallet %s.\n", amount, p.creator.Address())
	return nil
}

// payer is a creator with a wallet of its own.
type payer struct {
	creator *creator.Creator
	closers []func()
}

func (p *payer) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
}

// payerFunds is what the payer asks the local faucet for when it has less.
var payerFunds = protocol.CNX(50)

func openPayer(env *environment, from, dir string) (_ *payer, err error) {
	p := &payer{}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	ctx, cancel := context.WithTimeout(env.ctx, time.Minute)
	defer cancel()
	profile, err := network.Load(ctx, from)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		base, err := launch.DataDir()
		if err != nil {
			return nil, err
		}
		dir = filepath.Join(base, "task")
	}
	w, err := wallet.OpenOrCreate(ctx, filepath.Join(dir, "wallet"), wallet.Options{})
	if err != nil {
		return nil, err
	}
	// A store for each chain: on a new chain nothing of the old one is true.
	s, err := store.Open(filepath.Join(dir, "chain-"+profile.Contracts.Task.Hex()[2:14]), store.Options{Log: env.log})
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, func() { s.Close() })
	rpc, err := chain.Dial(ctx, env.log, profile.Sockets()...)
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, rpc.Close)
	c, err := chain.Open(ctx, rpc, chain.Options{})
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, c.Close)
	if err := fundPayer(ctx, rpc, profile, w.Address()); err != nil {
		return nil, err
	}
	sender := chain.OpenSender(c, s, w, chain.SenderOptions{Decode: contracts.DecodeError})
	p.closers = append(p.closers, sender.Close)
	relays := profile.Spread(rand.Shuffle).RelayURLs()
	link, err := client.Dial(ctx, client.Options{URL: relays[0], Others: relays[1:], Signer: w, Domain: profile.Domain()})
	if err != nil {
		return nil, err
	}
	p.closers = append(p.closers, func() { link.Close() })
	if p.creator, err = creator.New(creator.Config{Profile: *profile, Chain: rpc, Sender: sender, Relay: link, Store: s, Log: env.log}); err != nil {
		return nil, err
	}
	run, stop := context.WithCancel(context.WithoutCancel(env.ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.creator.Run(run)
	}()
	p.closers = append(p.closers, func() {
		stop()
		<-done
	})
	return p, nil
}

// fundPayer asks the network's faucet, where there is one, when little is left in
// the wallet and of what the Task contract owes it.
func fundPayer(ctx context.Context, rpc *chain.Endpoints, p *protocol.Profile, who common.Address) error {
	has, err := network.BalanceOf(ctx, rpc, p.Contracts.Token, who)
	if err != nil {
		return err
	}
	credit, err := creditOf(ctx, rpc, p.Contracts.Task, who)
	if err != nil {
		return err
	}
	if has.Add(credit).Cmp(payerFunds) >= 0 || p.Faucet == "" {
		return nil
	}
	return devnet.AskFaucet(ctx, http.DefaultClient, p.Faucet, who)
}

// creditOf is what the Task contract owes an account.
func creditOf(ctx context.Context, rpc *chain.Endpoints, at, who common.Address) (protocol.Wei, error) {
	t := contracts.NewTask()
	answer, err := rpc.CallContract(ctx, ethereum.CallMsg{To: &at, Data: t.PackCredit(who)}, nil)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read credit of %s: %w", who, err)
	}
	n, err := t.UnpackCredit(answer)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read credit of %s: %w", who, err)
	}
	return protocol.WeiOf(n)
}

type taskVerifyCmd struct {
	Receipt string   `arg:"" help:"Receipt file." type:"existingfile"`
	Network string   `help:"The network's profile, a file or an address; the local network if there is none." placeholder:"FILE|URL"`
	Offline bool     `help:"Ask no chain: check only that the receipt, and the answer, fit together."`
	Answer  string   `help:"Text of the answer as you have it, a file; checked against the receipt." type:"existingfile" placeholder:"FILE"`
	Image   []string `name:"image" help:"Image that the task made, a PNG file, in the order of the task; checked against the receipt." type:"existingfile" placeholder:"FILE"`
	JSON    bool     `name:"json" help:"Print one JSON object."`
}

func (c taskVerifyCmd) Run(env *environment) error {
	b, err := readDocument(c.Receipt)
	if err != nil {
		return err
	}
	var r protocol.Receipt
	if err := json.Unmarshal(b, &r); err != nil {
		return fmt.Errorf("read receipt: %s is not one: %w", c.Receipt, err)
	}
	found, err := c.verify(env, r)
	if err == nil {
		var own []creator.Finding
		own, err = c.files(r)
		found = append(found, own...)
	}
	if c.JSON {
		out := map[string]any{"right": err == nil, "offline": c.Offline, "found": found}
		if err != nil {
			out["problem"] = err.Error()
		}
		return errors.Join(json.NewEncoder(env.stdout).Encode(out), err)
	}
	for _, f := range found {
		fmt.Fprintf(env.stdout, "  ✓ %-22s %s\n", f.What, f.Detail)
	}
	if err != nil {
		return err
	}
	if c.Offline {
		fmt.Fprint(env.stdout, "\nThe receipt fits together. That the chain says the same takes one node of the chain: leave out --offline.\n")
		return nil
	}
	fmt.Fprintf(env.stdout, "\nThe receipt is right: the chain says the same of task %s.\n", r.TaskID)
	return nil
}

// verify checks the receipt itself.
func (c taskVerifyCmd) verify(env *environment, r protocol.Receipt) ([]creator.Finding, error) {
	if c.Offline {
		return creator.CheckReceipt(r)
	}
	ctx, cancel := context.WithTimeout(env.ctx, time.Minute)
	defer cancel()
	profile, err := network.Load(ctx, c.Network)
	if err != nil {
		return nil, fmt.Errorf("%w. Without a network, --offline checks what the receipt proves by itself", err)
	}
	rpc, err := chain.Dial(ctx, env.log, profile.Sockets()...)
	if err != nil {
		return nil, err
	}
	defer rpc.Close()
	return creator.VerifyReceipt(ctx, rpc, *profile, r)
}

// files compares what the caller has of the answer with a receipt that is right.
func (c taskVerifyCmd) files(r protocol.Receipt) (found []creator.Finding, err error) {
	if c.Answer != "" {
		if err := sameAnswer(r, c.Answer); err != nil {
			return nil, err
		}
		found = append(found, creator.Finding{What: "answer", Detail: "this is the text, to the byte"})
	}
	if len(c.Image) > 0 {
		if err := sameImages(r, c.Image); err != nil {
			return nil, err
		}
		found = append(found, creator.Finding{What: "files", Detail: "these are the images, as far as their hashes tell"})
	}
	return found, nil
}
