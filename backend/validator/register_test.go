package validator

import (
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/chain"
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

// TestTheRegisterRefuses what would leave a chain without validators, or with ones
// that nobody can tell apart, and is read from storage as it speaks.
func TestTheRegisterRefuses(t *testing.T) {
	m := newMachine(t, "v0")
	config := testConfig(m.dir)
	config.Genesis.Validators = []Member{m.member}
	config.Genesis.Alloc[m.member.Account] = big.NewInt(1e18)
	v, err := Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Stop() })
	m.client = ethclient.NewClient(v.Client())
	t.Cleanup(m.client.Close)
	c := &cluster{}

	other := newMachine(t, "v1").member
	to := RegisterAddress()
	name := [32]byte{'v', '1'}
	pack := contracts.NewValidators().PackVote
	for want, try := range map[string]struct {
		from common.Address
		data []byte
	}{
		"NotAValidator":  {other.Account, pack(other.Key, name, other.Account, 10)},
		"LastValidator":  {m.member.Account, pack(m.member.Key, name, m.member.Account, 0)},
		"NothingChanges": {m.member.Account, pack(m.member.Key, name, m.member.Account, DefaultPower)},
		"TooMuchPower":   {m.member.Account, pack(m.member.Key, name, m.member.Account, maxPower+1)},
		"NotACandidate":  {m.member.Account, pack(other.Key, [32]byte{}, other.Account, 10)},
		"AccountTaken":   {m.member.Account, pack(other.Key, name, m.member.Account, 10)},
	} {
		_, err := m.client.CallContract(t.Context(), ethereum.CallMsg{From: try.from, To: &to, Data: try.data}, nil)
		refused, _ := chain.AsRevert(err, contracts.DecodeError)
		var why *contracts.Refusal
		if !errors.As(refused, &why) || why.Name != want {
			t.Errorf("want %s, got %v", want, err)
		}
	}

	// The only member may have more power: nobody else is asked.
	if !c.vote(t, m, m.member, 25) {
		t.Error("the only validator did not decide")
	}
	read, err := v.exec.members(v.exec.head())
	want := m.member
	want.Power, want.Address = 25, ""
	if err != nil || !slices.Equal(read, []Member{want}) || !slices.Equal(members(t, m.client), []string{"v0"}) {
		t.Errorf("storage says %+v, %v", read, err)
	}
	mine(t, t.Context(), m.client, transfer(t, testKey, 0, &common.Address{1}, nil))
	env, err := v.comet.ConfigureRPC()
	if err != nil {
		t.Fatal(err)
	}
	set, err := env.StateStore.LoadValidators(v.comet.BlockStore().Height() + 1)
	if err != nil || set.Size() != 1 || set.Validators[0].VotingPower != 25 {
		t.Errorf("the agreement is of %v, %v", set, err)
	}
}
