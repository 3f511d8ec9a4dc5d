package chain

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// RevertError says that a contract refused a call. Data is what it answered;
// Reason is that answer decoded, nil when nobody could.
type RevertError struct {
	Data   []byte
	Reason error
}

// Error gives the reason, or the bytes where there is none.
func (e *RevertError) Error() string {
	switch {
	case e.Reason != nil:
		return fmt.Sprintf("the contract refused: %v", e.Reason)
	case len(e.Data) == 0:
		return "the contract refused without a reason"
	default:
		return fmt.Sprintf("the contract refused with %s", hexutil.Encode(e.Data))
	}
}

// Unwrap is the decoded reason, so that errors.As finds a contract's own errors.
func (e *RevertError) Unwrap() error { return e.Reason }

// Decoder turns revert data into an error; nil when it does not know it.
type Decoder func(data []byte) error

// AsRevert turns an error of an RPC call into a RevertError when a contract
// refused; ok is false for every other error. decode may be nil.
func AsRevert(err error, decode Decoder) (revert *RevertError, ok bool) {
	if errors.As(err, &revert) {
		return revert, true
	}
	var data rpc.DataError
	if !errors.As(err, &data) {
		return nil, false
	}
	var coded rpc.Error
	text, isText := data.ErrorData().(string)
	if !isText {
		if errors.As(err, &coded) && coded.ErrorCode() == revertCode {
			return &RevertError{}, true
		}
		return nil, false
	}
	b, decodeErr := hexutil.Decode(text)
	if decodeErr != nil {
		return nil, false
	}
	return newRevert(b, decode), true
}

// revertCode is the JSON-RPC error code of "execution reverted".
const revertCode = 3

func newRevert(data []byte, decode Decoder) *RevertError {
	r := &RevertError{Data: data}
	if decode != nil {
		r.Reason = decode(data)
	}
	if r.Reason == nil {
		if text, err := abi.UnpackRevert(data); err == nil {
			r.Reason = errors.New(text)
		}
	}
	return r
}
