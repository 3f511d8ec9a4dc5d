package sponsor

import (
	"bytes"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/store"
)

// samples are one call of each kind.
func samples() map[string][]byte {
	node, task := contracts.NewNode(), contracts.NewTask()
	who, id := common.Address{1}, big.NewInt(1<<20|3)
	signature := bytes.Repeat([]byte{7}, 65)
	statement := contracts.Statement{
		Opening: contracts.Reveal{
			CommitmentsHash: [32]byte{1}, Order: 36, Kind: 1, Result: bytes.Repeat([]byte{2}, 32), Nonce: [32]byte{3}, CiphertextHash: [32]byte{4},
		},
		Signature: signature, Proof: signature,
	}
	join := contracts.JoinRequest{
		Card: "Test Card", VramGB: 8, Runtime: "cpu-test/1", Fingerprint: [32]byte{1}, SealKey: [32]byte{2}, Payout: who, Models: 7,
	}
	permit := contracts.StakePermit{Value: contractstest.CNX(400), Deadline: big.NewInt(9), V: 27, R: [32]byte{1}, S: [32]byte{2}}
	return map[string][]byte{
		"join":                    node.PackJoinFor(who, join, 9, signature, permit),
		"move":                    node.PackMoveFor(who, 3, 7, 9, signature),
		"return_stake":            node.PackReturnStake(who),
		"withdraw":                task.PackWithdraw(who),
		"commit":                  task.PackCommit(id, 2, [32]byte{5}, signature),
		"reveal":                  task.PackReveal(id, 1, statement),
		"settle":                  task.PackSettle(id, [3]contracts.Statement{statement, statement, statement}),
		"close":                   task.PackClose(id),
		"close_without_arguments": task.PackCloseWithoutArguments(id, [3][]byte{signature, nil, signature}),
		"decline":                 task.PackDecline(id, 0, signature, [32]byte{6}, big.NewInt(8)),
		"slash_double_commitment": task.PackSlashDoubleCommitment(who, [32]byte{1}, [2][32]byte{{2}, {3}}, [2][]byte{signature, signature}),
		"slash_refusal":           task.PackSlashRefusal(who, [32]byte{1}, [32]byte{2}, true, [2][]byte{signature, signature}),
	}
}

func TestEachKindIsReadAndEncodedTheSame(t *testing.T) {
	r, err := newReader()
	if err != nil {
		t.Fatal(err)
	}
	all := samples()
	for _, k := range kinds() {
		data, ok := all[k.name]
		if !ok {
			t.Errorf("there is no sample of %s", k.name)
			continue
		}
		c, err := r.read(data)
		if err != nil || c.kind != k.name || !bytes.Equal(c.data, data) || (c.gas == contracts.TaskGas) != k.onTask || c.group != k.group {
			t.Errorf("%s: read %+v, %v", k.name, c, err)
		}
		if about := c.task != 0; about != (c.about == common.Address{}) || about && c.subject() != "task/1048579" {
			t.Errorf("%s is about %s", k.name, c.subject())
		}
		for name, other := range map[string][]byte{
			"cut": data[:len(data)-1], "with more behind": append(bytes.Clone(data), 0), "of selector only": data[:4],
		} {
			if _, err := r.read(other); err == nil {
				t.Errorf("%s %s was read", k.name, name)
			}
		}
	}
	if len(all) != len(kinds()) {
		t.Errorf("%d samples of %d kinds", len(all), len(kinds()))
	}
	join, err := r.read(all["join"])
	if err != nil || join.join == nil || join.join.request.Card != "Test Card" || join.join.deadline != 9 || join.about != (common.Address{1}) {
		t.Errorf("the join was read as %+v, %v", join.join, err)
	}
	move, err := r.read(all["move"])
	if err != nil || move.move == nil || move.move.move != protocol.MoveAnnounce || move.move.models != 7 {
		t.Errorf("the move was read as %+v, %v", move.move, err)
	}
}

// FuzzRead: whatever comes in, what is read is one of the kinds, in the one
// spelling that the contract's interface gives it.
func FuzzRead(f *testing.F) {
	for _, data := range samples() {
		f.Add(data)
		f.Add(append(data[:len(data):len(data)], 1))
	}
	f.Add([]byte{})
	r, err := newReader()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := r.read(data)
		if err != nil {
			return
		}
		if !bytes.Equal(c.data, data) || c.gas == 0 || c.group == "" {
			t.Errorf("%x was read as %+v", data, c)
		}
		if (c.task == 0) == (c.about == common.Address{}) && c.task != 0 {
			t.Errorf("%x is about two things", data)
		}
	})
}

// TestADayNeverCostsMoreThanItsLimit books at random, as calls begin and end.
func TestADayNeverCostsMoreThanItsLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{Day: big.NewInt(1000), GasPrice: big.NewInt(1)}
		var day spent
		type under struct {
			g    group
			most int64
		}
		var open []under
		groups := []group{groupJoin, groupMove, groupPayout, groupCourt}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(open) > 0 && rapid.Bool().Draw(t, "end") {
				u := open[0]
				open = open[1:]
				day = day.add(u.g, big.NewInt(rapid.Int64Range(0, u.most).Draw(t, "cost")-u.most))
			} else {
				u := under{rapid.SampledFrom(groups).Draw(t, "group"), rapid.Int64Range(0, 300).Draw(t, "most")}
				if !day.fits(l, u.g, big.NewInt(u.most)) {
					continue
				}
				day = day.add(u.g, big.NewInt(u.most))
				open = append(open, u)
			}
			if day.total().Cmp(l.Day) > 0 || day.standing().Cmp(l.standingShare()) > 0 || day.joins().Cmp(l.joinShare()) > 0 {
				t.Fatalf("booked %s, %s, %s", day.total(), day.standing(), day.joins())
			}
			if day.joins().Sign() < 0 || day.standing().Cmp(day.joins()) < 0 || day.total().Cmp(day.standing()) < 0 {
				t.Fatalf("the parts are more than the whole: %s, %s, %s", day.total(), day.standing(), day.joins())
			}
		}
	})
}

// countRows counts what the books keep, besides what is under way.
func (w *world) countRows(rows *int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		*rows = 0
		t := w.sponsor.rows
		one := func() error { *rows++; return nil }
		if err := t.days.Scan(tx, func(string, spent) error { return one() }); err != nil {
			return err
		}
		if err := t.accounts.Scan(tx, func(string, uint64) error { return one() }); err != nil {
			return err
		}
		return t.places.Scan(tx, func(string, uint64) error { return one() })
	}
}

// FuzzRequest reads what comes over the network, as a relay does.
func FuzzRequest(f *testing.F) {
	for _, data := range samples() {
		body, err := json.Marshal(wire.SponsorRequest{Key: "key", Call: data})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"key":"a","call":"0x"}`))
	f.Add([]byte(`{"call":"0x00","key":null}`))
	r, err := newReader()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var q wire.SponsorRequest
		if wire.DecodeStrict(body, &q) != nil {
			return
		}
		if c, err := r.read(q.Call); err == nil && !bytes.Equal(c.data, q.Call) {
			t.Errorf("%s was read as %+v", body, c)
		}
	})
}
