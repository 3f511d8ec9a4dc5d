package chain

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/params"
)

func TestARehearsalTellsWhatATransactionWouldComeTo(t *testing.T) {
	w := newWorld(t)
	w.Commit()
	decoded := errors.New("dead beef")
	decode := func([]byte) error { return decoded }
	for name, c := range map[string]struct {
		call    ethereum.CallMsg
		refused bool
		reason  error
	}{
		"taken":          {ethereum.CallMsg{To: &counter, Gas: 100_000}, false, nil},
		"refused":        {ethereum.CallMsg{To: &refuser, Gas: 100_000}, true, decoded},
		"too little gas": {ethereum.CallMsg{To: &counter, Gas: params.TxGas + 100}, true, nil},
	} {
		err := Rehearse(t.Context(), w.Client(), c.call, decode)
		var revert *RevertError
		if errors.As(err, &revert) != c.refused || !c.refused && err != nil {
			t.Errorf("%s: got %v", name, err)
		}
		if c.reason != nil && !errors.Is(err, c.reason) {
			t.Errorf("%s: got %v, want the decoded reason", name, err)
		}
	}
	if got := w.count(); got != 0 {
		t.Errorf("rehearsing counted %d", got)
	}
}

func TestASenderNeverOffersMoreThanItMay(t *testing.T) {
	w := newWorld(t)
	w.run()
	most := big.NewInt(10_000_000) // a hundredth of the first base fee, which every block lowers
	s := OpenSender(w.open(w.Client()), w.store(), w.key, SenderOptions{MaxGasPrice: most})
	defer s.Close()
	receipt, err := s.Submit(t.Context(), Intent{Key: "a", To: counter})
	if err != nil {
		t.Fatal(err)
	}
	tx, _, err := w.Client().TransactionByHash(t.Context(), receipt.TxHash)
	if err != nil {
		t.Fatal(err)
	}
	if tx.GasFeeCap().Cmp(most) != 0 {
		t.Errorf("it offered %s, may offer %s", tx.GasFeeCap(), most)
	}
	if f := s.capped(fee{tip: big.NewInt(2_000_000_000), cap: big.NewInt(3_000_000_000)}); f.tip.Cmp(most) != 0 || f.cap.Cmp(most) != 0 {
		t.Errorf("a tip above the limit becomes %s of %s", f.tip, f.cap)
	}
	e := entry{key: "a", row: row{State: Signed, Address: w.key.Address(), To: counter, Gas: params.TxGas, Value: nil}}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	e.Signed = append(e.Signed, raw)
	if err := s.raise(t.Context(), &e); err != nil || len(e.Signed) != 1 {
		t.Errorf("raising what is at the limit: %v, %d versions", err, len(e.Signed))
	}
}
