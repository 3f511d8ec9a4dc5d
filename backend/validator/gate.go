package validator

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// errSetCode refuses transactions by which an account runs code (EIP-7702). The
// network's contracts let only plain accounts change what draws depend on. With
// such a transaction an account is plain when it calls, and a contract earlier in
// the block, which knows the randomness, could still make it never call.
var errSetCode = errors.New("transactions that set an account's code (EIP-7702) are not taken on this chain; send an ordinary one")

func refuseSetCode(txs ...*types.Transaction) error {
	for _, tx := range txs {
		if tx.Type() == types.SetCodeTxType {
			return errSetCode
		}
	}
	return nil
}

// submitter is geth's own service for signed transactions.
type submitter interface {
	SendRawTransaction(ctx context.Context, input hexutil.Bytes) (common.Hash, error)
	SendRawTransactionSync(ctx context.Context, input hexutil.Bytes, timeoutMs *uint64) (map[string]any, error)
}

// gate is where transactions come in: in front of geth's service.
type gate struct{ inner submitter }

// newGate finds the service among geth's.
func newGate(apis []rpc.API) (*gate, error) {
	for _, api := range apis {
		if inner, ok := api.Service.(submitter); ok && api.Namespace == "eth" {
			return &gate{inner}, nil
		}
	}
	return nil, errors.New("geth has no service that takes transactions")
}

// SendRawTransaction is eth_sendRawTransaction.
func (g *gate) SendRawTransaction(ctx context.Context, input hexutil.Bytes) (common.Hash, error) {
	if _, err := admit(input); err != nil {
		return common.Hash{}, err
	}
	return g.inner.SendRawTransaction(ctx, input)
}

// SendRawTransactionSync is eth_sendRawTransactionSync.
func (g *gate) SendRawTransactionSync(ctx context.Context, input hexutil.Bytes, timeoutMs *uint64) (map[string]any, error) {
	if _, err := admit(input); err != nil {
		return nil, err
	}
	return g.inner.SendRawTransactionSync(ctx, input, timeoutMs)
}

// admit decodes what comes in, from the RPC or from another validator.
func admit(input []byte) (*types.Transaction, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(input); err != nil {
		return nil, err
	}
	return tx, refuseSetCode(tx)
}
