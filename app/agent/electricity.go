package agent

import (
	"fmt"
	"math/big"
	"path/filepath"
	"regexp"

	"helium/app/api"
	"helium/backend/node"
	"helium/backend/protocol"
)

// electricityName is what the owner said of power and money, in the data folder.
const electricityName = "electricity.json"

// What the owner may say at most. Money is in millionths of a currency, of which
// some have small units.
const (
	mostPerKWh = 1_000_000_000_000
	mostDraw   = 10_000
	mostPerCNX = 1_000_000_000_000_000
)

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

func checkElectricity(e api.Electricity) error {
	switch {
	case e.PerKWh < 0 || e.PerKWh > mostPerKWh:
		return say("electricity_price", "The price of electricity must be between 0 and 1,000,000 for a kilowatt-hour.")
	case e.Watts < 0 || e.Watts > mostDraw:
		return say("electricity_watts", "The power at work must be between 0 and 10,000 watts.")
	case e.PerCNX < 0 || e.PerCNX > mostPerCNX:
		return say("electricity_cnx", "The price of a CNX must be between 0 and 1,000,000,000.")
	case e.Currency == "" && (e.PerKWh > 0 || e.PerCNX > 0):
		return say("electricity_currency", "A price needs a currency: choose one.")
	case e.Currency != "" && !currencyCode.MatchString(e.Currency):
		return say("electricity_code", "“{currency}” is not the code of a currency: it has three capital letters, as EUR has.", fmt.Sprintf("%.10s", e.Currency))
	}
	return nil
}

// readElectricity reads what was kept. What can't be read is as if it had never
// been there, and put aside.
func (a *Agent) readElectricity() (e api.Electricity) {
	path := filepath.Join(a.cfg.DataDir, electricityName)
	err := readKept(path, func(b []byte) error {
		if _, err := strictly(b, &e); err != nil {
			return err
		}
		return checkElectricity(e)
	})
	if err != nil {
		a.log.Warn("what was said of electricity can't be read, and is asked for again", "file", path, "err", err)
		return api.Electricity{}
	}
	return e
}

func (a *Agent) writeElectricity(e api.Electricity) error {
	if err := keepFile(filepath.Join(a.cfg.DataDir, electricityName), e); err != nil {
		return fmt.Errorf("keep the price of electricity: %w", err)
	}
	return nil
}

const (
	microjoulesPerWattSecond = 1_000_000
	microjoulesPerKWh        = 3_600_000 * microjoulesPerWattSecond
)

// energyOf says what work took and cost at the owner's prices. All of it is exact
// but for the last digit, which is rounded against the owner.
func energyOf(w node.Work, earned protocol.Wei, e api.Electricity) api.Energy {
	unmeasured := w.Millis - min(w.MeasuredMillis, w.Millis)
	out := api.Energy{
		WorkedSeconds: int64(w.Millis / 1000), MeasuredSeconds: int64(w.MeasuredMillis / 1000),
	}
	taken := new(big.Int).SetUint64(w.Microjoules)
	if e.Watts > 0 {
		// Watts times milliseconds are thousandths of a watt-second.
		stated := new(big.Int).Mul(big.NewInt(1000*e.Watts), new(big.Int).SetUint64(unmeasured))
		taken.Add(taken, stated)
	} else {
		out.UncountedSeconds = int64(unmeasured / 1000)
	}
	out.WattSeconds = quotientUp(taken, big.NewInt(microjoulesPerWattSecond)).Int64()
	counted := w.Millis == 0 || taken.Sign() > 0
	var cost, value *big.Int
	if e.PerKWh > 0 && counted {
		cost = quotientUp(taken.Mul(taken, big.NewInt(e.PerKWh)), big.NewInt(microjoulesPerKWh))
		out.Cost = cost.String()
	}
	if e.PerCNX > 0 {
		value = new(big.Int).Mul(earned.Big(), big.NewInt(e.PerCNX))
		value.Quo(value, protocol.CNX(1).Big())
		out.Value = value.String()
	}
	if cost != nil && value != nil {
		out.Net = new(big.Int).Sub(value, cost).String()
	}
	return out
}

// quotientUp is n/d, rounded up.
func quotientUp(n, d *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(n, d, new(big.Int))
	if rest.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}
