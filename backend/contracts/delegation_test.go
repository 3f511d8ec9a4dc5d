package contracts_test

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"helium/backend/contracts/contractstest"
)

// deployed is the code that makes a contract of code.
func deployed(code string) []byte {
	run := common.FromHex(code)
	return append([]byte{0x60, byte(len(run)), 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xf3}, run...)
}

// Why the network's own chain takes no set-code transactions, see IPlain. An account may run code until its own transaction,
// which takes the code away itself before it calls, and so is plain. Earlier in
// the block a contract that dislikes the dice has the account make a contract:
// that uses up the nonce, and the transaction never comes. The node's pool and
// miner are the usual ones.
//
// The contracts can't see it.
func TestOnAChainWithSetCodeAContractTakesOutATransaction(t *testing.T) {
	c := contractstest.New(t, nil)
	c.Join(3, contractstest.SmallClass())
	creator, attacker := c.Account(), c.Key()
	account := contractstest.Address(creator)
	ctx := context.Background()
	signer := types.LatestSignerForChainID(big.NewInt(contractstest.ChainID))
	send := func(from *ecdsa.PrivateKey, tip int64, tx func(nonce uint64, tip, most *uint256.Int) types.TxData) common.Hash {
		t.Helper()
		nonce := pooledNonce(t, c, contractstest.Address(from))
		signed := types.MustSignNewTx(from, signer, tx(nonce, uint256.NewInt(uint64(tip)*params.GWei), uint256.NewInt(100*params.GWei)))
		if err := c.Client.SendTransaction(ctx, signed); err != nil {
			t.Fatal(err)
		}
		return signed.Hash()
	}
	sign := func(code common.Address, nonce uint64) []types.SetCodeAuthorization {
		return []types.SetCodeAuthorization{c.SignDelegation(creator, code, nonce)}
	}
	deploy := func(code string) common.Address {
		hash := send(attacker, 1, func(nonce uint64, tip, most *uint256.Int) types.TxData {
			return &types.DynamicFeeTx{Nonce: nonce, Gas: 200_000, GasTipCap: tip.ToBig(), GasFeeCap: most.ToBig(), Data: deployed(code)}
		})
		c.Backend.Commit()
		return receiptOf(t, c, hash).ContractAddress
	}
	makes := deploy("5f5f5ff000")           // create(0, 0, 0)
	dislikes := deploy("4460011615601257" + // if prevrandao is odd
		"5f5f5f5f5f5f355af1505b00") // call the account that it is called with
	took, came := 0, 0
	for range 40 {
		nonce, err := c.Client.NonceAt(ctx, account, nil)
		if err != nil {
			t.Fatal(err)
		}
		send(attacker, 1, func(n uint64, tip, most *uint256.Int) types.TxData {
			return &types.SetCodeTx{ChainID: uint256.NewInt(contractstest.ChainID), Nonce: n, Gas: 200_000, GasTipCap: tip, GasFeeCap: most, AuthList: sign(makes, nonce)}
		})
		c.Backend.Commit()

		create := send(creator, 1, func(n uint64, tip, most *uint256.Int) types.TxData {
			return &types.SetCodeTx{
				ChainID: uint256.NewInt(contractstest.ChainID), Nonce: n, Gas: 3_000_000, GasTipCap: tip, GasFeeCap: most,
				To: c.Deployment.Task, Data: c.Task.PackCreateTask(contractstest.GPTRequest()), AuthList: sign(common.Address{}, n+1),
			}
		})
		send(attacker, 10, func(n uint64, tip, most *uint256.Int) types.TxData {
			return &types.DynamicFeeTx{Nonce: n, To: &dislikes, Gas: 200_000, GasTipCap: tip.ToBig(), GasFeeCap: most.ToBig(), Data: common.LeftPadBytes(account[:], 32)}
		})
		c.Backend.Commit()
		head, err := c.Client.HeaderByNumber(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		block, err := c.Client.BlockByNumber(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		odd, created := head.MixDigest[31]&1 == 1, block.Transaction(create) != nil
		if created && receiptOf(t, c, create).Status != types.ReceiptStatusSuccessful {
			t.Fatal("the task was refused: if this is closed, IPlain must not say that it is open")
		}
		if odd == created {
			t.Fatalf("the dice are odd: %v; the task was created: %v: if this is closed, IPlain must not say that it is open", odd, created)
		}
		if created {
			came++
		} else {
			took++
		}
	}
	if took == 0 || came == 0 {
		t.Errorf("%d transactions were taken out and %d came", took, came)
	}
}

// pooledNonce is the account's next nonce, when the pool knows of it too: the
// pool follows the block, and refuses a delegated account any other.
func pooledNonce(t *testing.T, c *contractstest.Chain, account common.Address) uint64 {
	t.Helper()
	for range 2000 {
		mined, err := c.Client.NonceAt(context.Background(), account, nil)
		if err != nil {
			t.Fatal(err)
		}
		pooled, err := c.Client.PendingNonceAt(context.Background(), account)
		if err != nil {
			t.Fatal(err)
		}
		if pooled == mined {
			return mined
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("the pool doesn't follow the chain for %s", account)
	return 0
}

func receiptOf(t *testing.T, c *contractstest.Chain, hash common.Hash) *types.Receipt {
	t.Helper()
	for range 2000 { // the index follows the block
		if receipt, err := c.Client.TransactionReceipt(context.Background(), hash); err == nil {
			return receipt
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("transaction %s is in no block", hash)
	return nil
}
