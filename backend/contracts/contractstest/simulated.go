package contractstest

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// maxKeys is how many keys of a simulated chain have coins for gas.
const maxKeys = 256

// simulatedEngine is go-ethereum's simulated backend with the network's forks.
type simulatedEngine struct {
	tb      testing.TB
	backend *simulated.Backend
	client  simulated.Client
	nonces  map[common.Address]uint64
}

func newSimulated(tb testing.TB) *simulatedEngine {
	tb.Helper()
	alloc := types.GenesisAlloc{Forwarder: {Code: forwarderCode(), Balance: new(big.Int)}}
	for i := range maxKeys {
		alloc[Address(nthKey(i+1))] = types.Account{Balance: ether(1_000_000)}
	}
	backend := simulated.NewBackend(alloc, func(_ *node.Config, eth *ethconfig.Config) {
		eth.Genesis.Config = Config()
		eth.Genesis.GasLimit = 60_000_000
		eth.Miner.GasCeil = 60_000_000
	})
	tb.Cleanup(func() { _ = backend.Close() })
	return &simulatedEngine{tb, backend, backend.Client(), map[common.Address]uint64{}}
}

func (s *simulatedEngine) CodeAt(ctx context.Context, account common.Address, block *big.Int) ([]byte, error) {
	return s.client.CodeAt(ctx, account, block)
}

func (s *simulatedEngine) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	return s.client.CallContract(ctx, call, block)
}

func (s *simulatedEngine) now() uint64 {
	head, err := s.client.HeaderByNumber(context.Background(), nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	return head.Time
}

func (s *simulatedEngine) advance(d time.Duration) {
	s.tb.Helper()
	var err error
	for range 2000 { // the pool forgets the transactions of a block a moment after it
		if err = s.backend.AdjustTime(d); err == nil {
			return
		}
		time.Sleep(time.Millisecond)
	}
	s.tb.Fatalf("advance time: %v", err)
}

func (s *simulatedEngine) transact(from *ecdsa.PrivateKey, to *common.Address, data []byte) (*types.Receipt, []byte) {
	s.tb.Helper()
	ctx := context.Background()
	signed, err := types.SignNewTx(from, types.LatestSignerForChainID(big.NewInt(ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(ChainID), Nonce: s.nonces[Address(from)], To: to, Data: data, Gas: gasLimit,
		GasTipCap: big.NewInt(params.GWei), GasFeeCap: big.NewInt(20 * params.GWei),
	})
	if err != nil {
		s.tb.Fatal(err)
	}
	s.nonces[Address(from)]++
	if err := s.client.SendTransaction(ctx, signed); err != nil {
		s.tb.Fatalf("send transaction: %v", err)
	}
	s.backend.Commit()
	receipt := s.receipt(signed.Hash())
	if receipt.Status == types.ReceiptStatusSuccessful {
		return receipt, nil
	}
	// Run again on the state that it failed on, for its reason.
	_, err = s.client.CallContract(ctx, ethereum.CallMsg{From: Address(from), To: to, Data: data, Gas: gasLimit}, receipt.BlockNumber)
	if refused, ok := err.(rpc.DataError); ok {
		text, _ := refused.ErrorData().(string)
		return receipt, common.FromHex(text)
	}
	return receipt, nil
}

// receipt waits for the index of transactions, which follows the block.
func (s *simulatedEngine) receipt(hash common.Hash) *types.Receipt {
	s.tb.Helper()
	for range 2000 {
		receipt, err := s.client.TransactionReceipt(context.Background(), hash)
		if err == nil {
			return receipt
		}
		time.Sleep(time.Millisecond)
	}
	s.tb.Fatalf("transaction %s is in no block", hash)
	return nil
}
