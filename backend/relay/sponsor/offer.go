package sponsor

import (
	"fmt"
	"math/big"
	"time"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/store"
)

// Offer is what is sponsored, and what is left of today.
func (s *Sponsor) Offer() (wire.SponsorOffer, error) {
	if s.limits.off() {
		return wire.SponsorOffer{Why: "this relay's sponsor gives nothing at present"}, nil
	}
	now := s.cfg.Now().UTC()
	var day spent
	err := s.cfg.Store.View(func(tx *store.Tx) (err error) {
		day, err = orNew(s.rows.days.Get(tx, dayOf(now)))
		return err
	})
	if err != nil {
		return wire.SponsorOffer{}, fmt.Errorf("read what the sponsor has spent: %w", err)
	}
	left := leftOf(s.limits.Day, day.total())
	forNodes := least(left, leftOf(s.limits.standingShare(), day.standing()))
	offer := wire.SponsorOffer{
		On: true, Address: s.Address(),
		MaxGasPrice: wei(s.limits.GasPrice), Day: wei(s.limits.Day),
		Left: wei(left), LeftForNodes: wei(forNodes),
		LeftForJoins: wei(least(forNodes, leftOf(s.limits.joinShare(), day.joins()))),
		ResetsAt:     now.Truncate(24 * time.Hour).Add(24 * time.Hour).Unix(),

		JoinsPerAccount: s.limits.Joins, MovesPerAccount: s.limits.Moves, PayoutsPerAccount: s.limits.Payouts,
		StepsPerAccount: s.limits.Steps, PerAddressAnHour: s.limits.Hour, LeastPayout: s.limits.LeastPayout,
	}
	for _, k := range kinds() {
		offer.Kinds = append(offer.Kinds, k.name)
	}
	return offer, nil
}

// Counts are what happened since the sponsor was opened.
type Counts struct {
	// Sent is in a block; Reverted is the part of it that a contract refused.
	Sent     uint64 `json:"sent"`
	Reverted uint64 `json:"reverted"`
	// Refused was not sent.
	Refused uint64 `json:"refused"`
}

// Counts are for whoever watches the relay.
func (s *Sponsor) Counts() Counts {
	return Counts{Sent: s.sent.Load(), Reverted: s.reverted.Load(), Refused: s.refused.Load()}
}

func leftOf(most, used *big.Int) *big.Int {
	left := new(big.Int).Sub(most, used)
	if left.Sign() < 0 {
		return new(big.Int)
	}
	return left
}

func least(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// wei is an amount that is not negative.
func wei(n *big.Int) protocol.Wei {
	w, err := protocol.WeiOf(n)
	if err != nil {
		panic(err) // what is left is never less than nothing
	}
	return w
}
