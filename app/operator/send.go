package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"

	"helium/app/network"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// Gift is what an owner sends to one account.
type Gift struct {
	To  common.Address
	CNX protocol.Wei
	// Coin is of the chain's own, with 18 decimals as CNX has.
	Coin protocol.Wei
}

// Send sends each gift from the owner's wallet, so that services and nodes can
// begin. It checks first that the wallet has all of it.
func Send(ctx context.Context, p protocol.Profile, from *wallet.Wallet, gifts []Gift, out io.Writer) error {
	dialing, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	rpc, id, err := dialChain(dialing, p.HTTP)
	if err != nil {
		return err
	}
	defer rpc.Close()
	if id != p.ChainID {
		return fmt.Errorf("%s is chain %d, and the profile's is %d", p.HTTP, id, p.ChainID)
	}
	if err := checkGifts(ctx, rpc, p, from, gifts); err != nil {
		return err
	}
	for _, g := range gifts {
		if !g.Coin.IsZero() {
			hash, err := sendCoin(ctx, rpc, id, from, g)
			if err != nil {
				return fmt.Errorf("send %s of the chain's coin to %s: %w", g.Coin.Decimal(), g.To, err)
			}
			fmt.Fprintf(out, "%s of the chain's coin to %s: %s\n", g.Coin.Decimal(), g.To, hash)
		}
		if !g.CNX.IsZero() {
			sender := contracts.BoundSender{Backend: rpc, Opts: ownerOpts(from, id)}
			receipt, err := sender.Send(ctx, &p.Contracts.Token, contracts.NewToken().PackTransfer(g.To, g.CNX.Big()))
			if err == nil && receipt.Status != types.ReceiptStatusSuccessful {
				err = errors.New("the transaction failed")
			}
			if err != nil {
				return fmt.Errorf("send %s to %s: %w", g.CNX, g.To, err)
			}
			fmt.Fprintf(out, "%s to %s: %s\n", g.CNX, g.To, receipt.TxHash)
		}
	}
	return nil
}

func checkGifts(ctx context.Context, rpc *ethclient.Client, p protocol.Profile, from *wallet.Wallet, gifts []Gift) error {
	var cnx, coin protocol.Wei
	for _, g := range gifts {
		cnx, coin = cnx.Add(g.CNX), coin.Add(g.Coin)
	}
	has, err := network.BalanceOf(ctx, rpc, p.Contracts.Token, from.Address())
	if err != nil {
		return err
	}
	if has.Cmp(cnx) < 0 {
		return fmt.Errorf("%s has %s, and %s are to be sent", from.Address(), has, cnx)
	}
	wei, err := rpc.BalanceAt(ctx, from.Address(), nil)
	if err != nil {
		return fmt.Errorf("read what %s has: %w", from.Address(), err)
	}
	if wei.Cmp(coin.Big()) < 0 {
		return fmt.Errorf("%s has %s of the chain's coin, and %s are to be sent", from.Address(), coins(wei), coin.Decimal())
	}
	return nil
}

func ownerOpts(w *wallet.Wallet, chainID uint64) *bind.TransactOpts {
	id := new(big.Int).SetUint64(chainID)
	return &bind.TransactOpts{From: w.Address(), Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return w.SignTx(tx, id)
	}}
}

// sendCoin pays an account, and waits for the block.
func sendCoin(ctx context.Context, rpc *ethclient.Client, chainID uint64, from *wallet.Wallet, g Gift) (common.Hash, error) {
	nonce, err := rpc.PendingNonceAt(ctx, from.Address())
	if err != nil {
		return common.Hash{}, err
	}
	tip, err := rpc.SuggestGasTipCap(ctx)
	if err != nil {
		return common.Hash{}, err
	}
	head, err := rpc.HeaderByNumber(ctx, nil)
	if err != nil {
		return common.Hash{}, err
	}
	if head.BaseFee == nil {
		return common.Hash{}, errors.New("the chain has no base fee (EIP-1559)")
	}
	id := new(big.Int).SetUint64(chainID)
	tx, err := from.SignTx(types.NewTx(&types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)),
		Gas: params.TxGas, To: &g.To, Value: g.Coin.Big(),
	}), id)
	if err != nil {
		return common.Hash{}, err
	}
	if err := rpc.SendTransaction(ctx, tx); err != nil {
		return common.Hash{}, err
	}
	receipt, err := bind.WaitMined(ctx, rpc, tx.Hash())
	if err == nil && receipt.Status != types.ReceiptStatusSuccessful {
		err = errors.New("the transaction failed")
	}
	return tx.Hash(), err
}
