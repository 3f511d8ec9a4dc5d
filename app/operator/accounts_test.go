package operator

import (
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/backend/wallet"
)

func TestAccountsAreFilledUpToAnEvenShare(t *testing.T) {
	for _, c := range []struct {
		name string
		have []int64
		want map[int]int64
	}{
		{"all is at the main one", []int64{900, 0, 0}, map[int]int64{1: 300, 2: 300}},
		{"nobody has less than half a share", []int64{400, 160, 340}, nil},
		{"one has", []int64{700, 100, 400}, map[int]int64{1: 300}},
		{"the main one keeps its own share", []int64{320, 0, 580}, map[int]int64{1: 20}},
		{"the main one has none to give", []int64{100, 0, 800}, nil},
		{"what is too little stays", []int64{305, 0, 595}, nil},
		{"there is nothing", []int64{0, 0, 0}, nil},
		{"a single account", []int64{900}, nil},
	} {
		have, sum := make([]*big.Int, len(c.have)), int64(0)
		for i, h := range c.have {
			have[i] = big.NewInt(h)
			sum += h
		}
		got := shares(have, big.NewInt(10))
		if len(got) != len(c.want) {
			t.Errorf("%s: gives %v, want %v", c.name, got, c.want)
		}
		left := c.have[0]
		for i, amount := range got {
			if amount.Int64() != c.want[i] {
				t.Errorf("%s: gives %s to %d, want %d", c.name, amount, i, c.want[i])
			}
			left -= amount.Int64()
		}
		if even := sum / int64(len(have)); len(got) > 0 && left < even {
			t.Errorf("%s: the main one is left with %d of a share of %d", c.name, left, even)
		}
	}
}

func TestAWalletPaysForOneBridge(t *testing.T) {
	open := func(dir string) *wallet.Wallet {
		t.Helper()
		w, err := wallet.OpenOrCreate(t.Context(), dir, wallet.Options{FileOnly: true, LightScrypt: true})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	dir := t.TempDir()
	unlock, err := holdWallet(open(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holdWallet(open(dir)); err == nil || !strings.Contains(err.Error(), "a wallet of its own") {
		t.Errorf("a second bridge with the same wallet: %v", err)
	}
	other, err := holdWallet(open(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	other()
	unlock()
	if unlock, err = holdWallet(open(dir)); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestNoAccountIsLostByCountingLess(t *testing.T) {
	dir := t.TempDir()
	open := func(count int) (addresses []string) {
		t.Helper()
		all, err := BridgeAccounts(t.Context(), dir, count)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range all {
			addresses = append(addresses, w.Address().Hex())
		}
		return addresses
	}
	if none := open(1); len(none) != 0 {
		t.Errorf("one account has %d others", len(none))
	}
	three := open(3)
	if len(three) != 2 || three[0] == three[1] {
		t.Fatalf("three accounts have the others %v", three)
	}
	if again := open(1); !slices.Equal(again, three) {
		t.Errorf("counting less opens %v, want %v", again, three)
	}
	main, err := wallet.OpenOrCreate(t.Context(), filepath.Join(dir, "wallet"), wallet.Options{FileOnly: true, LightScrypt: true})
	if err != nil || slices.Contains(three, main.Address().Hex()) {
		t.Errorf("the main wallet is an account, %v", err)
	}
	for _, count := range []int{0, -1, MaxAccounts + 1} {
		if _, err := BridgeAccounts(t.Context(), dir, count); err == nil {
			t.Errorf("%d accounts are taken", count)
		}
	}
}
