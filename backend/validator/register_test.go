package validator

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/contracts"
)

// vote has a machine stand for a change, and returns whether that decided it.
func (c *cluster) vote(t *testing.T, voter *machine, about Member, power uint64) bool {
	t.Helper()
	key, err := Account(voter.dir)
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := voter.client.NonceAt(t.Context(), voter.member.Account, nil)
	if err != nil {
		t.Fatal(err)
	}
	to := RegisterAddress()
	var name [32]byte
	copy(name[:], about.Name)
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(testChain)), &types.DynamicFeeTx{
		ChainID: big.NewInt(testChain), Nonce: nonce, To: &to, Gas: 1_000_000, Data: contracts.NewValidators().PackVote(about.Key, name, about.Account, power),
		GasTipCap: big.NewInt(minGasPrice), GasFeeCap: big.NewInt(10_000_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := voter.client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	r := await(t, voter, tx)
	if r.Status != 1 {
		t.Fatalf("the vote of %s failed", voter.member.Name)
	}
	return len(r.Logs) == 2
}

// members asks the contract itself.
func members(t *testing.T, client *ethclient.Client) (names []string) {
	t.Helper()
	to, c := RegisterAddress(), contracts.NewValidators()
	answer, err := client.CallContract(t.Context(), ethereum.CallMsg{To: &to, Data: c.PackMembers()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	records, err := c.UnpackMembers(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		names = append(names, string(r.Seat.Name[:2]))
	}
	slices.Sort(names)
	return names
}

// TestValidatorsComeAndGo: a fifth is voted in and signs, the first is voted out
// and is not missed, and a restart of all forgets neither.
func TestValidatorsComeAndGo(t *testing.T) {
	c := startCluster(t, 4)
	v := c.machines
	fifth := newMachine(t, "v4")
	c.start(t, fifth)

	if c.vote(t, v[0], fifth.member, 10) || c.vote(t, v[1], fifth.member, 10) {
		t.Fatal("half of the power decided")
	}
	if !c.vote(t, v[2], fifth.member, 10) {
		t.Fatal("three of four did not decide")
	}
	begun := time.Now()
	for c.votes.last(fifth) == 0 {
		await(t, v[0], c.pay(t, v[0]))
		if time.Since(begun) > patience {
			t.Fatal("the fifth validator never signs")
		}
	}

	for i, voter := range []*machine{v[1], v[2], v[3], fifth} {
		if voter == fifth {
			c.fund(t, fifth)
		}
		if decided := c.vote(t, voter, v[0].member, 0); decided != (i == 3) {
			t.Fatalf("vote %d of four among five: decided %v", i+1, decided)
		}
	}
	await(t, v[1], c.pay(t, v[1]))
	await(t, v[1], c.pay(t, v[1]))
	gone := c.observer.comet.BlockStore().Height() + 1

	// All restart but the one that was removed, and of the four one fails: three of
	// four go on. With the old set it would be two of four.
	left := []*machine{v[1], v[2], v[3], fifth}
	for _, m := range append(left, v[0]) {
		m.kill()
	}
	c.startAll(t, left...)
	if got := members(t, fifth.client); !slices.Equal(got, []string{"v1", "v2", "v3", "v4"}) {
		t.Errorf("the validators are %v", got)
	}
	await(t, fifth, c.pay(t, fifth))
	v[1].kill()
	await(t, fifth, c.pay(t, v[2]))
	await(t, fifth, c.pay(t, fifth))
	if first := c.votes.first(v[0], gone+1); first > 0 {
		t.Errorf("the removed validator voted at height %d", first)
	}
	c.sound(t)
}

// fund gives a machine's account coin for a vote.
func (c *cluster) fund(t *testing.T, m *machine) {
	t.Helper()
	tx, err := types.SignNewTx(testKey, types.LatestSignerForChainID(big.NewInt(testChain)), &types.DynamicFeeTx{
		ChainID: big.NewInt(testChain), Nonce: c.nonce, To: &m.member.Account, Gas: 21_000, Value: big.NewInt(1e17),
		GasTipCap: big.NewInt(minGasPrice), GasFeeCap: big.NewInt(10_000_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.nonce++
	if err := m.client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	await(t, m, tx)
}
