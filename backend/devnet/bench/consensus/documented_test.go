package consensus

import (
	"fmt"
	"math"
	"testing"
)

// The documents' table (network-protocol.md §2.8) comes out with a gain of
// 1 CNX, a third of its task price. Its total stakes are those of a stake that
// is rounded up to 0.00001 CNX for each node: two of the eight differ by a cent
// from the formula's own value.
func TestDocumentsTableIsReproduced(t *testing.T) {
	c := HeliumExample()
	for _, row := range documentsTable() {
		got := c.Wait(row.Honest, row.Own)
		if stake := roundedUpStake(c, row.Honest, row.Own); stake != row.Stake {
			t.Errorf("%d honest, %d own: total stake want %s, got %s", row.Honest, row.Own, row.Stake, stake)
		}
		if annual := fmt.Sprintf("%.2f", 100*got.Annual); annual != row.APR {
			t.Errorf("%d honest, %d own: APR want %s %%, got %s %%", row.Honest, row.Own, row.APR, annual)
		}
	}
	for _, row := range DefaultRules().documentsRows() {
		if !row.same() {
			t.Errorf("row %+v: the formula gives %g CNX and %g", row.Printed, row.Formula.Capital, row.Formula.Annual)
		}
	}
}

// roundedUpStake counts in 0.00001 CNX, and rounds the total to cents.
func roundedUpStake(c Documented, honest, own int) string {
	const unit = 100_000
	each := int(math.Ceil(BreakEvenStake(MajorityProbability(honest, own), c.Gain)*unit)) + int(c.Stake)*unit
	cents := (each*own + unit/200) / (unit / 100)
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// The published figures for the whole price as gain.
func TestDocumentsPriceAsGainGivesTheOtherFigures(t *testing.T) {
	c := Documented{Gain: 3, Stake: 5000, Fast: 60, Timeout: 300}
	for _, row := range []struct {
		honest, own int
		annual      string
	}{{7, 3, "1354.88"}, {9500, 500, "45.91"}} {
		if got := fmt.Sprintf("%.2f", 100*c.Wait(row.honest, row.own).Annual); got != row.annual {
			t.Errorf("%d honest, %d own: APR want %s %%, got %s %%", row.honest, row.own, row.annual, got)
		}
	}
}

// Without an extra stake the daily return has a form of its own.
func TestDailyReturnWithoutExtraStake(t *testing.T) {
	c := Documented{Gain: 3, Fast: 60, Timeout: 300}
	for _, n := range [][2]int{{7, 3}, {70, 3}, {700, 30}} {
		p := MajorityProbability(n[0], n[1])
		want := secondsPerDay * (1 - p) / (c.Fast*p + c.Timeout*(1-p))
		w := c.Wait(n[0], n[1])
		if got := w.Income / w.Capital; math.Abs(got/want-1) > 1e-12 {
			t.Errorf("%v: want %g, got %g", n, want, got)
		}
	}
}

func TestMajorityProbabilityByHand(t *testing.T) {
	for _, c := range []struct {
		honest, own int
		want        float64
	}{
		{7, 3, 22.0 / 120}, {3, 3, 0.5}, {1, 2, 1}, {0, 3, 1}, {10, 1, 0}, {10, 0, 0}, {2, 2, 0.5},
	} {
		if got := MajorityProbability(c.honest, c.own); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("p(%d,%d): want %g, got %g", c.honest, c.own, c.want, got)
		}
	}
}
