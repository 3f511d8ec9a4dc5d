package validator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	comet "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
)

// childFile in a data folder is what a child starts with, beside testConfig.
const childFile = "child.json"

type childSettings struct {
	Genesis Genesis
	P2P     string
}

func childConfig(dir string) Config {
	c := testConfig(dir)
	if b, err := os.ReadFile(filepath.Join(dir, childFile)); err == nil {
		var s childSettings
		if err := json.Unmarshal(b, &s); err != nil {
			panic(err)
		}
		c.Genesis, c.P2P = s.Genesis, s.P2P
	}
	return c
}

// cluster is a chain of several validators, each a process that can be killed,
// and a machine in this process that follows them and notes every vote it sees.
type cluster struct {
	genesis  Genesis
	machines []*machine
	observer *Validator
	votes    voteBook
	nonce    uint64
}

type machine struct {
	dir, p2p string
	member   Member
	child    *exec.Cmd
	ws       string
	client   *ethclient.Client
}

func newMachine(t *testing.T, name string) *machine {
	t.Helper()
	m := &machine{dir: t.TempDir(), p2p: freeAddress(t)}
	id, err := Identify(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	m.member = Member{Name: name, Key: id.Key, Power: DefaultPower, Account: id.Account, Address: id.Node + "@" + m.p2p}
	return m
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func startCluster(t *testing.T, size int) *cluster {
	t.Helper()
	c := &cluster{genesis: testConfig("").Genesis}
	c.votes.seen = map[voteSlot]string{}
	for i := range size {
		m := newMachine(t, fmt.Sprintf("v%d", i))
		c.machines = append(c.machines, m)
		c.genesis.Validators = append(c.genesis.Validators, m.member)
		c.genesis.Alloc[m.member.Account] = big.NewInt(1e18)
	}
	c.startAll(t, c.machines...)
	c.observe(t)
	return c
}

func (c *cluster) startAll(t *testing.T, machines ...*machine) {
	t.Helper()
	for _, m := range machines {
		c.start(t, m)
	}
}

func (c *cluster) start(t *testing.T, m *machine) {
	t.Helper()
	b, err := json.Marshal(childSettings{Genesis: c.genesis, P2P: m.p2p})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.dir, childFile), b, 0o600); err != nil {
		t.Fatal(err)
	}
	child, address := startChild(t, m.dir)
	m.child, m.ws = child, address
	if m.client, err = ethclient.Dial(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.client.Close)
}

func (m *machine) kill() {
	m.child.Process.Kill()
	m.child.Wait()
	m.client.Close()
}

func (c *cluster) observe(t *testing.T) {
	t.Helper()
	config := testConfig(t.TempDir())
	config.Genesis = c.genesis
	v, err := Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Stop() })
	sub, err := v.comet.EventBus().SubscribeUnbuffered(t.Context(), "test", comet.EventQueryVote)
	if err != nil {
		t.Fatal(err)
	}
	c.observer = v
	go func() {
		for {
			select {
			case <-sub.Canceled():
				return
			case m := <-sub.Out():
				c.votes.note(m.Data().(comet.EventDataVote).Vote)
			}
		}
	}()
}

// voteBook holds what each validator voted in each step.
type voteBook struct {
	// mu guards everything that follows.
	mu     sync.Mutex
	seen   map[voteSlot]string
	double []voteSlot
}

type voteSlot struct {
	validator string
	height    int64
	round     int32
	kind      cmtproto.SignedMsgType
}

func (b *voteBook) note(v *comet.Vote) {
	b.mu.Lock()
	defer b.mu.Unlock()
	slot := voteSlot{v.ValidatorAddress.String(), v.Height, v.Round, v.Type}
	if was, ok := b.seen[slot]; ok && was != v.BlockID.String() {
		b.double = append(b.double, slot)
	}
	b.seen[slot] = v.BlockID.String()
}

// first is the lowest height from which on a validator voted, counting from one.
func (b *voteBook) first(m *machine, from int64) (height int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for slot := range b.seen {
		if slot.validator == m.address() && slot.height >= from && (height == 0 || slot.height < height) {
			height = slot.height
		}
	}
	return height
}

// last is the greatest height at which a validator voted.
func (b *voteBook) last(m *machine) (height int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for slot := range b.seen {
		if slot.validator == m.address() {
			height = max(height, slot.height)
		}
	}
	return height
}

func (m *machine) address() string { return comet.Address(keyAddress(m.member.Key)).String() }

// pay sends from the owner through one machine, and returns what it sent.
func (c *cluster) pay(t *testing.T, m *machine) *types.Transaction {
	t.Helper()
	tx := transfer(t, testKey, c.nonce, &common.Address{9}, nil)
	if err := m.client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatalf("%s: %v", m.member.Name, err)
	}
	c.nonce++
	return tx
}

// patience is how long anything may take here before it counts as never.
const patience = 60 * time.Second

// await asks a machine for a receipt until it has it.
func await(t *testing.T, m *machine, tx *types.Transaction) *types.Receipt {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		r, err := m.client.TransactionReceipt(ctx, tx.Hash())
		if err == nil {
			return r
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s has no receipt of %s: %v", m.member.Name, tx.Hash(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// proposers of all blocks that hold transactions, by the observer's books.
func (c *cluster) proposers() map[string]int {
	count := map[string]int{}
	store := c.observer.comet.BlockStore()
	for h := store.Base(); h <= store.Height(); h++ {
		if b := store.LoadBlock(h); b != nil && len(b.Txs) > 0 {
			count[b.ProposerAddress.String()]++
		}
	}
	return count
}

// sound fails when the chain holds a proof against a validator, or one was seen
// to vote twice.
func (c *cluster) sound(t *testing.T) {
	t.Helper()
	store := c.observer.comet.BlockStore()
	for h := store.Base(); h <= store.Height(); h++ {
		if b := store.LoadBlock(h); b != nil && len(b.Evidence.Evidence) > 0 {
			t.Errorf("height %d: %v", h, b.Evidence.Evidence)
		}
	}
	c.votes.mu.Lock()
	defer c.votes.mu.Unlock()
	if len(c.votes.double) > 0 {
		t.Errorf("voted twice: %+v", c.votes.double)
	}
	if len(c.votes.seen) == 0 {
		t.Error("the observer saw no vote")
	}
}

// TestFourValidators is one chain through all that can happen to its machines.
func TestFourValidators(t *testing.T) {
	c := startCluster(t, 4)
	v := c.machines

	// Whoever is asked, it is mined, and by more than one proposer.
	mined := map[common.Hash]common.Hash{}
	follow := func(through *machine, ask ...*machine) {
		t.Helper()
		tx := c.pay(t, through)
		for _, m := range ask {
			r := await(t, m, tx)
			if was, ok := mined[tx.Hash()]; ok && was != r.BlockHash {
				t.Fatalf("%s has %s in another block", m.member.Name, tx.Hash())
			}
			mined[tx.Hash()] = r.BlockHash
		}
	}
	for i := range 5 {
		follow(v[i%4], v...)
	}
	if p := c.proposers(); len(p) < 3 {
		t.Errorf("transactions are in blocks of these proposers only: %v", p)
	}
	// Through a machine that is no validator.
	near := &machine{member: Member{Name: "observer"}, client: ethclient.NewClient(c.observer.Client())}
	defer near.client.Close()
	follow(near, v[0], near)

	// One of four is killed: the chain goes on, whomever of the others one asks.
	v[3].kill()
	for i := range 4 {
		follow(v[i%3], v[0], v[1], v[2])
	}
	c.start(t, v[3])
	for tx, block := range mined {
		r := await(t, v[3], transactionOf(t, v[0], tx))
		if r.BlockHash != block {
			t.Errorf("after catching up %s is in %s", tx, r.BlockHash)
		}
	}
	follow(v[3], v...)

	// All are killed: nothing that was seen is lost.
	for _, m := range v {
		m.kill()
	}
	c.startAll(t, v...)
	for tx, block := range mined {
		for _, m := range v {
			if r, err := m.client.TransactionReceipt(t.Context(), tx); err != nil || r.BlockHash != block {
				t.Errorf("%s lost %s: %v", m.member.Name, tx, err)
			}
		}
	}
	follow(v[2], v...)

	// One loses its disk, and its key comes from a copy.
	c.wipe(t, v[1])
	lost := c.votes.last(v[1])
	c.start(t, v[1])
	begun := time.Now()
	await(t, v[1], transactionOf(t, v[0], anyOf(mined)))
	for c.votes.last(v[1]) <= lost {
		follow(v[0], v...)
		if time.Since(begun) > patience {
			t.Fatal("the validator that lost its disk never signs again")
		}
	}
	first := c.votes.first(v[1], lost+1)
	// It was silent for two heights at least that the others agreed on.
	if first < lost+3 {
		t.Errorf("it signed height %d before its disk was lost, and then %d", lost, first)
	}
	c.sound(t)
}

func anyOf(m map[common.Hash]common.Hash) common.Hash {
	for h := range m {
		return h
	}
	return common.Hash{}
}

func transactionOf(t *testing.T, m *machine, hash common.Hash) *types.Transaction {
	t.Helper()
	tx, _, err := m.client.TransactionByHash(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// wipe leaves a killed machine its keys and nothing else.
func (c *cluster) wipe(t *testing.T, m *machine) {
	t.Helper()
	m.kill()
	for _, gone := range []string{"execution", "agreement/data", "genesis.hash"} {
		if err := os.RemoveAll(filepath.Join(m.dir, gone)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestATransactionReachesPeersThatComeLater: its pool alone has it, since nobody
// was there when it came.
func TestATransactionReachesPeersThatComeLater(t *testing.T) {
	c := &cluster{genesis: testConfig("").Genesis}
	for i := range 2 {
		m := newMachine(t, fmt.Sprintf("v%d", i))
		c.machines = append(c.machines, m)
		c.genesis.Validators = append(c.genesis.Validators, m.member)
	}
	// Proposers take turns by power: the first block is the other one's.
	c.genesis.Validators[1].Power = 3 * DefaultPower
	c.start(t, c.machines[0])
	tx := c.pay(t, c.machines[0])
	c.start(t, c.machines[1])
	await(t, c.machines[1], tx)
}

func TestAMachineOfAnotherChainIsRefusedItsFolder(t *testing.T) {
	dir := t.TempDir()
	v, _ := start(t, dir)
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	c := testConfig(dir)
	c.Genesis.Time++
	if v, err := Start(t.Context(), c); err == nil {
		v.Stop()
		t.Error("it started")
	}
}

func TestALoneValidatorWithoutItsRecordDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	v, client := start(t, dir)
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "agreement/data/priv_validator_state.json")
	if err := os.Remove(record); err != nil {
		t.Fatal(err)
	}
	v, err := Start(t.Context(), testConfig(dir))
	if err == nil {
		v.Stop()
		t.Fatal("it started")
	}
	c := testConfig(dir)
	through := int64(100)
	c.SignedThrough = &through
	if v, err = Start(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	defer v.Stop()
	if last := v.app.signer.key.LastSignState.Height; last != through {
		t.Errorf("it recorded height %d", last)
	}
}

func TestABlindSignerWaitsUntilItCannotContradictItself(t *testing.T) {
	dir := t.TempDir()
	if _, err := Identify(dir); err != nil {
		t.Fatal(err)
	}
	settings, err := agreementFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(settings.PrivValidatorStateFile()); err != nil {
		t.Fatal(err)
	}
	open := func() *signer {
		key, recorded, err := openKey(settings)
		if err != nil {
			t.Fatal(err)
		}
		return newSigner(key, recorded, testConfig("").Log)
	}
	sign := func(s *signer, height int64) error {
		return s.SignVote("chain", &cmtproto.Vote{Type: cmtproto.PrevoteType, Height: height})
	}
	s := open()
	now := time.Now()
	if err := sign(s, 1); !errors.Is(err, errBlind) {
		t.Errorf("without a record: %v", err)
	}
	s.saw(50, now.Add(-time.Hour), true) // old blocks, with its own signatures
	s.saw(51, now.Add(-time.Minute), false)
	if err := sign(s, 52); !errors.Is(err, errBlind) {
		t.Errorf("after old blocks: %v", err)
	}
	s.saw(52, now.Add(time.Minute), true)
	if err := sign(s, 60); !errors.Is(err, errBlind) {
		t.Errorf("while another machine signs with its key: %v", err)
	}
	s.saw(53, now.Add(2*time.Minute), false)
	if err := errors.Join(sign(s, 53), sign(s, 54)); err == nil {
		t.Error("it signs what it may have signed")
	}
	s = open() // and remembers it
	if err := sign(s, 54); err == nil {
		t.Error("after a restart it signs what it may have signed")
	}
	if err := sign(s, 55); err != nil {
		t.Errorf("it does not sign again: %v", err)
	}
	// A record from an old copy.
	s.saw(70, now, true)
	if err := sign(s, 71); !errors.Is(err, errBlind) {
		t.Errorf("with an old record: %v", err)
	}
}

// A stopped validator's peers' routines outlive it by seconds, and look for blocks.
func TestWhatOutlivesAValidatorFindsNothing(t *testing.T) {
	dir := t.TempDir()
	v, client := start(t, dir)
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	store := v.comet.BlockStore()
	height := store.Height()
	if store.LoadBlockMeta(height) == nil {
		t.Fatal("a running validator has no block")
	}
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	// What is asked for lies in no cache.
	if store.LoadBlockMeta(height) != nil || store.LoadSeenCommit(height+1) != nil || store.LoadBlockCommit(height+1) != nil {
		t.Error("a stopped validator has blocks")
	}
	start(t, dir) // and whoever comes next has its folder
}
