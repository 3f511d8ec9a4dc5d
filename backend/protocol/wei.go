package protocol

import (
	"fmt"
	"math/big"
	"strings"
)

// Decimals is the number of decimal places of CNX.
const Decimals = 18

var oneCNX = new(big.Int).Exp(big.NewInt(10), big.NewInt(Decimals), nil)

// Wei is an amount of CNX in its smallest unit, 10^-18 CNX. The zero value is
// zero. It is never negative: every function that could make it so reports an
// error instead. In JSON it is a string of decimal digits, so that no reader
// rounds it.
type Wei struct{ v big.Int }

// WeiOf copies n. It reports an error for nil and for negative numbers.
func WeiOf(n *big.Int) (Wei, error) {
	if n == nil || n.Sign() < 0 {
		return Wei{}, fmt.Errorf("amount %v is not a whole number of wei, zero or more", n)
	}
	var w Wei
	w.v.Set(n)
	return w, nil
}

// CNX is n whole CNX.
func CNX(n uint64) Wei {
	var w Wei
	w.v.Mul(new(big.Int).SetUint64(n), oneCNX)
	return w
}

// ParseCNX reads an amount such as "400" or "0.25", in CNX. It refuses more
// decimals than CNX has rather than round them.
func ParseCNX(s string) (Wei, error) {
	whole, frac, _ := strings.Cut(s, ".")
	digits := whole + frac
	if digits == "" || strings.Trim(digits, "0123456789") != "" || len(frac) > Decimals || whole == "" {
		return Wei{}, fmt.Errorf("amount %q is not a number of CNX with at most %d decimals, such as 12.5", s, Decimals)
	}
	return ParseWei(digits + strings.Repeat("0", Decimals-len(frac)))
}

// ParseWei reads decimal digits, in wei.
func ParseWei(s string) (Wei, error) {
	if s == "" || len(s) > 78 || strings.Trim(s, "0123456789") != "" {
		return Wei{}, fmt.Errorf("amount %q is not a whole number of wei", s)
	}
	var w Wei
	w.v.SetString(s, 10)
	return w, nil
}

// Big returns a copy for use with the chain's bindings.
func (w Wei) Big() *big.Int { return new(big.Int).Set(&w.v) }

// Cmp is -1, 0 or 1 for w less than, equal to or more than o.
func (w Wei) Cmp(o Wei) int { return w.v.Cmp(&o.v) }

// IsZero reports whether the amount is nothing.
func (w Wei) IsZero() bool { return w.v.Sign() == 0 }

// Add is w + o.
func (w Wei) Add(o Wei) Wei {
	var r Wei
	r.v.Add(&w.v, &o.v)
	return r
}

// Sub is w - o; it reports an error when o is more than w.
func (w Wei) Sub(o Wei) (Wei, error) {
	if w.Cmp(o) < 0 {
		return Wei{}, fmt.Errorf("%s is less than %s", w, o)
	}
	var r Wei
	r.v.Sub(&w.v, &o.v)
	return r, nil
}

// MulDivDown is w * num / den, rounded down. den must not be zero.
func (w Wei) MulDivDown(num, den uint64) Wei {
	var r Wei
	r.v.Mul(&w.v, new(big.Int).SetUint64(num))
	r.v.Quo(&r.v, new(big.Int).SetUint64(den))
	return r
}

// String is the exact amount in CNX, without trailing zeros: "0.25 CNX".
func (w Wei) String() string { return w.Decimal() + " CNX" }

// Decimal is the exact amount in CNX as a number without unit: "0.25".
func (w Wei) Decimal() string {
	whole, frac := new(big.Int).QuoRem(&w.v, oneCNX, new(big.Int))
	if frac.Sign() == 0 {
		return whole.String()
	}
	return whole.String() + "." + strings.TrimRight(fmt.Sprintf("%018s", frac), "0")
}

// MarshalText encodes the amount in wei as decimal digits.
func (w Wei) MarshalText() ([]byte, error) { return []byte(w.v.String()), nil }

// UnmarshalText decodes decimal digits, in wei.
func (w *Wei) UnmarshalText(b []byte) error {
	r, err := ParseWei(string(b))
	if err != nil {
		return err
	}
	*w = r
	return nil
}
