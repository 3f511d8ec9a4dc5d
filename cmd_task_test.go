//go:build !desktop

package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
)

func TestOrdinals(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 102: "102nd", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestWhenATaskStartsIsSaid(t *testing.T) {
	for want, e := range map[string]creator.Estimate{
		"It starts at once.": {Start: creator.StartNow},
		"Fewer than three nodes that could run it have joined, so it would be refused.": {Start: creator.StartNever},
		"The queue is full, so it would be refused; --fee 12 gets in.":                  {Start: creator.StartFull, Enter: protocol.CNX(12)},
		"It would be 3rd in the queue, for about 40s.":                                  {Start: creator.StartQueued, Place: 3, Wait: 40 * time.Second},
		"It would be 2nd in the queue, for about 1m30s. --fee 15 starts at once.":       {Start: creator.StartQueued, Place: 2, Wait: 90 * time.Second, AtOnce: protocol.CNX(15)},
	} {
		if got := whenItStarts(e); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSettlementsAreToldByTheWayTheyTook(t *testing.T) {
	fast := &protocol.Receipt{Fast: true, Fee: protocol.CNX(10), Rewards: protocol.CNX(1), SettleTx: common.Hash{3}, SettledBy: common.Address{0xcc}}
	for i := range fast.Nodes {
		fast.Nodes[i] = protocol.ReceiptNode{Address: common.Address{byte(i + 1)}, Agrees: true, Paid: protocol.CNX(3), RevealTx: fast.SettleTx}
	}
	court := *fast
	court.Fast, court.Refunded = false, protocol.CNX(2)
	for i := range 2 {
		court.Nodes[i].CommitTx = common.Hash{4}
	}
	court.Nodes[1].Slashed, court.Nodes[1].Agrees, court.Nodes[1].Paid = true, false, protocol.Wei{}
	court.Nodes[2] = protocol.ReceiptNode{Address: common.Address{3}}

	for name, c := range map[string]struct {
		receipt *protocol.Receipt
		says    []string
		not     string
	}{
		"fast": {fast, []string{
			"everything in one transaction, 0x03", "sent by 0xCc000000…", "10 CNX  was the fee", "3 CNX  to 0x02000000…\n", "1 CNX  to who sent", "0 CNX  came back",
		}, "pool"},
		"court": {&court, []string{
			"by the court, with 2 commitments and 2 openings on chain; ended by 0x03", "0 CNX  to 0x02000000…, which deviated and lost its stake",
			"0 CNX  to 0x03000000…, which was silent", "2 CNX  came back", "4 CNX  to the network's pool",
		}, "one transaction"},
	} {
		var out bytes.Buffer
		fmt.Fprintln(&out, howSettled(c.receipt))
		(&steps{w: &out}).payments(c.receipt)
		for _, want := range c.says {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", name, want, out.String())
			}
		}
		if strings.Contains(out.String(), c.not) {
			t.Errorf("%s: %q is in\n%s", name, c.not, out.String())
		}
	}
}

func TestAmountsOfFlagsAreRefusedByName(t *testing.T) {
	for _, bad := range []string{"0", "-1", "ten", "1e3", "0.0000000000000000001"} {
		if _, err := amountFlag("--fee", bad); err == nil || !strings.Contains(err.Error(), "--fee "+bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if w, err := amountFlag("--fee", "2.5"); err != nil || w.Decimal() != "2.5" {
		t.Errorf("2.5 is %s, %v", w, err)
	}
	if w, err := amountFlag("--fee", ""); err != nil || !w.IsZero() {
		t.Errorf("nothing is %s, %v", w, err)
	}
}

func TestAReasonIsPrintedWithItsAction(t *testing.T) {
	err := withAction(fmt.Errorf("send: %w", protocol.Reason{Title: "Too dear", Detail: "it costs 2 CNX", Action: "Pay more."}))
	if err.Error() != "send: Too dear: it costs 2 CNX. Pay more." {
		t.Errorf("got %q", err)
	}
	plain := errors.New("plain")
	if withAction(plain) != plain || withAction(nil) != nil {
		t.Error("other errors are changed")
	}
}
