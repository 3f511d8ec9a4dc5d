//go:build linux && !desktop

package main

import (
	"fmt"
	"math/big"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

// TestChainOfFour starts a chain as four operators do, each on a machine of its
// own, and a fifth that follows: one genesis file is all that they share.
func TestChainOfFour(t *testing.T) {
	o := openOperated(t)
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	init := []string{"chain", "init", "--out", o.path("genesis.json"), "--chain-id", "4712", "--alloc", crypto.PubkeyToAddress(key.PublicKey).Hex() + "=1"}
	for i := range 4 {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("v%d", i)
		init = append(init, "--validator", o.line(t, "chain", "key", "--data", o.path(name), "--name", name, "--at", free.Addr().String()))
		free.Close()
	}
	said := o.line(t, init...)
	hash := regexp.MustCompile(`0x[0-9a-f]{64}`).FindString(said)

	names := []string{"v0", "v1", "v2", "v3", "follower"}
	clients := make([]*ethclient.Client, len(names))
	for _, name := range names {
		o.start(t, name, "chain", "run", "--data", o.path(name), "--genesis", o.path("genesis.json"), "--http", "127.0.0.1:0", "--ws", "127.0.0.1:0")
	}
	for i, name := range names {
		role := o.awaitLine(t, name, `serves at .*\. (This .*)`)
		if !strings.Contains(role, hash) || strings.Contains(role, "no validator") != (name == "follower") {
			t.Errorf("%s says %s", name, role)
		}
		if clients[i], err = ethclient.DialContext(t.Context(), o.awaitLine(t, name, `and (ws\S+)\. `)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(clients[i].Close)
	}

	// What one is given, all have.
	chainID := big.NewInt(4712)
	for nonce, through := range []int{4, 2} {
		tx, err := types.SignNewTx(key, types.LatestSignerForChainID(chainID), &types.DynamicFeeTx{
			ChainID: chainID, Nonce: uint64(nonce), To: &common.Address{1}, Gas: 21_000, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := clients[through].SendTransaction(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
		var in common.Hash
		for i, c := range clients {
			await(t, names[i]+" to have the transaction", func() bool {
				r, err := c.TransactionReceipt(t.Context(), tx.Hash())
				if err != nil {
					return false
				}
				if in != (common.Hash{}) && r.BlockHash != in {
					t.Fatalf("%s has it in block %s, another in %s", names[i], r.BlockHash, in)
				}
				in = r.BlockHash
				return true
			})
		}
	}

	// Three of the four give the follower a vote.
	rpc := o.awaitLine(t, "v0", `serves at (\S+) and`)
	line := o.line(t, "chain", "key", "--data", o.path("follower"), "--name", "fifth", "--at", "127.0.0.1:1")
	for i, want := range []string{"more than two thirds", "more than two thirds", "decided it: fifth has power 10"} {
		if said := o.line(t, "chain", "vote", line, "10", "--data", o.path(names[i]), "--rpc", rpc); !strings.Contains(said, want) {
			t.Errorf("vote %d: %s", i, said)
		}
	}
	if list := o.line(t, "chain", "validators", "--rpc", rpc); strings.Count(list, "\n") != 5 || !strings.Contains(list, "fifth") {
		t.Errorf("the validators are %s", list)
	}
	if out, err := o.helium(t, "chain", "vote", "fifth", "10", "--data", o.path("v3"), "--rpc", rpc); err == nil || !strings.Contains(out, "has power 10 already") {
		t.Errorf("%v: %s", err, out)
	}
	for _, name := range names {
		o.stop(t, name)
	}
}
