package protocol

import (
	"encoding/json"
	"math/big"
	"testing"
)

func TestParseCNXIsExact(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "400": "400000000000000000000", "0.25": "250000000000000000",
		"0.000000000000000001": "1", "12.50": "12500000000000000000", "007": "7000000000000000000",
	} {
		w, err := ParseCNX(in)
		if err != nil || w.Big().String() != want {
			t.Errorf("%q: got %s, %v, want %s wei", in, w.Big(), err, want)
		}
	}
	for _, in := range []string{"", ".", ".5", "1e3", "-1", "+1", "1,5", "1.2.3", "0.0000000000000000001", " 1", "0x1"} {
		if w, err := ParseCNX(in); err == nil {
			t.Errorf("%q: accepted as %s", in, w)
		}
	}
}

func TestWeiPrintsAndReadsBackExactly(t *testing.T) {
	for in, want := range map[string]string{"1": "0.000000000000000001 CNX", "0": "0 CNX", "1500000000000000000": "1.5 CNX"} {
		w, err := ParseWei(in)
		if err != nil || w.String() != want {
			t.Errorf("%s: got %s, %v, want %s", in, w, err, want)
		}
		b, err := json.Marshal(w)
		if err != nil || string(b) != `"`+in+`"` {
			t.Errorf("%s: encoded as %s, %v", in, b, err)
		}
		var back Wei
		if err := json.Unmarshal(b, &back); err != nil || back.Cmp(w) != 0 {
			t.Errorf("%s: came back as %s, %v", in, back, err)
		}
	}
}

func TestWeiIsNeverNegative(t *testing.T) {
	if _, err := WeiOf(big.NewInt(-1)); err == nil {
		t.Error("a negative number was taken")
	}
	if _, err := CNX(1).Sub(CNX(2)); err == nil {
		t.Error("1 - 2 was taken")
	}
	if got := CNX(50).MulDivDown(20, 50); got.Cmp(CNX(20)) != 0 {
		t.Errorf("20 of 50 is %s", got)
	}
	one, _ := ParseWei("1")
	if got := one.MulDivDown(20, 50); !got.IsZero() {
		t.Errorf("rounded up to %s", got)
	}
}

func FuzzParseCNX(f *testing.F) {
	for _, s := range []string{"0.1", "400", "", "1.", ".1", "99999999999999999999.999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := ParseCNX(s)
		if err != nil {
			return
		}
		back, err := ParseCNX(w.Decimal())
		if err != nil || back.Cmp(w) != 0 {
			t.Errorf("%q became %s became %s, %v", s, w.Decimal(), back.Decimal(), err)
		}
	})
}
