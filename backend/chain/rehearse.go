package chain

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum"
)

// Rehearse calls what a transaction would call, in a block made now and with the
// gas that the transaction would have. The error is a *RevertError when the
// contract refuses, or when the gas is too little. The newest block would not
// do: on an idle chain its time is long past, and deadlines are judged by it.
func Rehearse(ctx context.Context, c Client, call ethereum.CallMsg, decode Decoder) error {
	_, err := c.PendingCallContract(ctx, call)
	if revert, ok := AsRevert(err, decode); ok {
		return revert
	}
	if err != nil { // not every node has a block in the making
		_, err = c.CallContract(ctx, call, nil)
	}
	if revert, ok := AsRevert(err, decode); ok {
		return revert
	}
	if err != nil && strings.Contains(strings.ToLower(err.Error()), "out of gas") {
		return &RevertError{Reason: fmt.Errorf("it takes more than %d gas", call.Gas)}
	}
	if err != nil {
		return fmt.Errorf("rehearse call: %w", err)
	}
	return nil
}
