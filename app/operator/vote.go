package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/validator"
)

// ShowValidators prints who agrees on the chain, and what each votes for.
func ShowValidators(ctx context.Context, url string, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	rpc, _, err := dialChain(ctx, url)
	if err != nil {
		return err
	}
	defer rpc.Close()
	members, err := register(ctx, rpc)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tKEY\tACCOUNT\tPOWER\tVOTES FOR")
	for _, m := range members {
		fmt.Fprintf(w, "%s\t%x\t%s\t%d\t%s\n", seatName(m.Seat), m.Seat.Key, m.Seat.Account, m.Seat.Power, ballot(m.Ballot))
	}
	return w.Flush()
}

func ballot(b contracts.ValidatorSeat) string {
	switch {
	case b.Key == [32]byte{}:
		return "-"
	case b.Power == 0:
		return "removing " + seatName(b)
	}
	return fmt.Sprintf("power %d for %s (%x, %s)", b.Power, seatName(b), b.Key, b.Account)
}

// seatName keeps what strangers wrote from doing anything to a terminal.
func seatName(s contracts.ValidatorSeat) string {
	return strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return '?'
		}
		return r
	}, strings.TrimRight(string(s.Name[:]), "\x00"))
}

func register(ctx context.Context, rpc *ethclient.Client) ([]contracts.ValidatorRecord, error) {
	at := validator.RegisterAddress()
	code, err := rpc.CodeAt(ctx, at, nil)
	if err != nil {
		return nil, fmt.Errorf("look for the validators: %w", err)
	}
	if len(code) == 0 {
		return nil, errors.New("this chain's genesis names no validators: whoever runs it is its only one")
	}
	c := contracts.NewValidators()
	return view(ctx, rpc, at, c.PackMembers(), c.UnpackMembers)
}

// voteGas is enough for a vote among as many validators as there can be.
const voteGas = 6_000_000

// Vote has the validator whose folder it is stand for giving another, or itself, a
// power; 0 removes it. who is the name or the key of a validator, or the line of a
// machine that is to be one.
func Vote(ctx context.Context, dataDir, url, who string, power uint64, out io.Writer) error {
	key, err := validator.Account(chainDir(dataDir))
	if err != nil {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	rpc, id, err := dialChain(dialing, url)
	if err != nil {
		return err
	}
	defer rpc.Close()
	members, err := register(ctx, rpc)
	if err != nil {
		return err
	}
	seat, err := candidate(members, who)
	if err != nil {
		return err
	}
	account := crypto.PubkeyToAddress(key.PublicKey)
	balance, err := rpc.BalanceAt(ctx, account, nil)
	if err != nil {
		return fmt.Errorf("read the balance of %s: %w", account, err)
	}
	if balance.Sign() == 0 {
		return fmt.Errorf("this validator's account %s has none of the chain's coin to pay for its vote: send it some", account)
	}

	at, c := validator.RegisterAddress(), contracts.NewValidators()
	data := c.PackVote(seat.Key, seat.Name, seat.Account, power)
	_, err = rpc.CallContract(ctx, ethereum.CallMsg{From: account, To: &at, Data: data}, nil)
	if refused, ok := chain.AsRevert(err, contracts.DecodeError); ok {
		return refused
	}
	if err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	opts := bind.NewKeyedTransactor(key, new(big.Int).SetUint64(id))
	// Not estimated: it takes more if others vote meanwhile, and this vote decides.
	opts.GasLimit = voteGas
	sender := contracts.BoundSender{Backend: rpc, Opts: opts}
	receipt, err := sender.Send(ctx, &at, data)
	if err != nil {
		return fmt.Errorf("vote: %w", err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		return errors.New("vote: the transaction failed: see helium chain validators, and vote again")
	}
	for _, l := range receipt.Logs {
		if _, err := c.UnpackChangedEvent(l); err == nil {
			fmt.Fprintf(out, "Voted in block %d, and that decided it: %s has power %d.\n", receipt.BlockNumber, seatName(seat), power)
			return nil
		}
	}
	fmt.Fprintf(out, "Voted in block %d. It is decided when more than two thirds of the power vote alike; helium chain validators shows who did.\n", receipt.BlockNumber)
	return nil
}

// candidate finds whom a vote is about.
func candidate(members []contracts.ValidatorRecord, who string) (contracts.ValidatorSeat, error) {
	for _, m := range members {
		if who == seatName(m.Seat) || who == fmt.Sprintf("%x", m.Seat.Key) {
			return m.Seat, nil
		}
	}
	m, err := validator.ParseMember(who)
	if err != nil {
		return contracts.ValidatorSeat{}, fmt.Errorf("%s is no validator's name or key, and no line of one that is to be added: %w", who, err)
	}
	seat := contracts.ValidatorSeat{Key: m.Key, Account: m.Account}
	copy(seat.Name[:], m.Name)
	return seat, nil
}
