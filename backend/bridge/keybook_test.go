package bridge

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"helium/backend/protocol"
	"helium/backend/store"
)

// listed is the key of a name.
func listed(t *testing.T, s *store.Store, name string) Key {
	t.Helper()
	all, err := ListKeys(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range all {
		if k.Name == name {
			return k
		}
	}
	t.Fatalf("no key of %s among %d", name, len(all))
	return Key{}
}

func TestAKeyIsListedChangedAndRevoked(t *testing.T) {
	b, _ := open(t)
	secret, err := CreateKey(b.store, KeyOptions{Name: "app", Budget: protocol.CNX(5), MaxFee: protocol.CNX(2), PerMinute: 30}, time.Now().Add(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	status := func() (int, string) {
		resp, body := b.call(t, call{"GET", "/v1/models", "", bearer(secret)})
		return resp.StatusCode, body
	}
	k := listed(t, b.store, "app")
	if strings.Contains(secret, k.ID) || k.Budget.Cmp(protocol.CNX(5)) != 0 || k.MaxFee.Cmp(protocol.CNX(2)) != 0 || k.PerMinute != 30 || !k.Spent.IsZero() {
		t.Errorf("listed as %+v", k)
	}
	who, err := b.callerOfKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.charge(who, "one", protocol.CNX(3), [32]byte{}, plan{}); err != nil {
		t.Fatal(err)
	}
	more, rate := protocol.CNX(9), 7
	changed, err := ChangeKey(b.store, k.ID[:leastID], KeyChange{Budget: &more, MaxFee: new(protocol.Wei), PerMinute: &rate})
	if err != nil || changed.Budget.Cmp(more) != 0 || !changed.MaxFee.IsZero() || changed.PerMinute != rate || changed.Spent.Cmp(protocol.CNX(3)) != 0 {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	if got, body := status(); got != http.StatusOK {
		t.Errorf("status %d: %s", got, body)
	}
	first, err := RevokeKey(b.store, k.ID, time.Unix(1000, 0))
	if err != nil || !first.Revoked.Equal(time.Unix(1000, 0)) {
		t.Errorf("revoked as %+v, %v", first, err)
	}
	if again, err := RevokeKey(b.store, k.ID, time.Unix(2000, 0)); err != nil || !again.Revoked.Equal(first.Revoked) {
		t.Errorf("revoked twice as %+v, %v", again, err)
	}
	if got, body := status(); got != http.StatusUnauthorized || !strings.Contains(body, "revoked") {
		t.Errorf("status %d: %s", got, body)
	}
}

func TestAKeyEndsWhenItExpires(t *testing.T) {
	b, _ := open(t)
	now := time.Unix(10_000, 0)
	b.now = func() time.Time { return now }
	secret, err := CreateKey(b.store, KeyOptions{Name: "guest", Expires: now.Add(time.Hour)}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.callerOfKey(secret); err != nil {
		t.Errorf("before: %v", err)
	}
	now = now.Add(time.Hour)
	if _, err := b.callerOfKey(secret); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after: %v", err)
	}
	never := time.Time{}
	if _, err := ChangeKey(b.store, listed(t, b.store, "guest").ID, KeyChange{Expires: &never}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.callerOfKey(secret); err != nil {
		t.Errorf("when it has no end any more: %v", err)
	}
}

func TestAnIdMustNameOneKey(t *testing.T) {
	b, _ := open(t)
	for _, id := range []string{"", "abc", "zzzzzz"} {
		if _, err := RevokeKey(b.store, id, time.Now()); !errors.Is(err, ErrNoKey) {
			t.Errorf("%q: %v", id, err)
		}
	}
	// Two keys whose ids begin alike.
	for _, last := range []byte{1, 2} {
		hash := [32]byte{0xab, 0xcd, 0xef, last}
		err := b.store.Update(func(tx *store.Tx) error { return keys.Put(tx, hash, keyRow{Name: "twin", PerMinute: 1}) })
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := RevokeKey(b.store, "abcdef", time.Now()); !errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "2 have") {
		t.Errorf("got %v", err)
	}
	if k, err := RevokeKey(b.store, "ABCDEF02", time.Now()); err != nil || k.Name != "twin" {
		t.Errorf("got %+v, %v", k, err)
	}
	none := 0
	if _, err := ChangeKey(b.store, "abcdef01", KeyChange{PerMinute: &none}); err == nil || !strings.Contains(err.Error(), "revoke") {
		t.Errorf("no requests at all: %v", err)
	}
}

func TestARateThatWasChangedCountsAtOnce(t *testing.T) {
	b, _ := open(t)
	now := time.Unix(10_000, 0)
	c := caller{id: "key:x", perMinute: 6}
	if wait := b.limiters.take(c, now); wait != 0 {
		t.Fatalf("the first waits %s", wait)
	}
	if wait := b.limiters.take(c, now); wait == 0 {
		t.Fatal("a second one in the same moment doesn't wait")
	}
	c.perMinute = 6000
	if wait := b.limiters.take(c, now); wait > time.Second/100 {
		t.Errorf("with a hundred a second it waits %s", wait)
	}
}

// Every charge and every refund of a key is there to read, in the order of their
// times, and they come to what it has spent.
func TestALedgerComesToWhatItsKeyHasSpent(t *testing.T) {
	b, _ := open(t)
	now := time.Now()
	var ids []string
	for _, name := range []string{"one", "other"} {
		if _, err := CreateKey(b.store, KeyOptions{Name: name}, now); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, listed(t, b.store, name).ID)
	}
	b.now = func() time.Time { now = now.Add(time.Second); return now }
	for i := range 9 {
		id := fmt.Sprint("req_", 9-i)
		if err := b.charge(caller{id: "key:" + ids[i%2]}, id, protocol.CNX(uint64(i+1)), [32]byte{}, plan{}); err != nil {
			t.Fatal(err)
		}
		if i < 6 {
			if err := b.settle(id, protocol.CNX(uint64(i/2))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, id := range ids {
		k, all, err := KeyLedger(b.store, id[:8])
		if err != nil || k.ID != id || len(all) != 5-n {
			t.Fatalf("%d charges of %s, %v", len(all), k.ID, err)
		}
		var sum protocol.Wei
		for i, c := range all {
			if i > 0 && c.At.Before(all[i-1].At) || c.Ended != (i < 3) {
				t.Errorf("charge %d is %+v", i, c)
			}
			kept, err := c.Fee.Sub(c.Refunded)
			if err != nil {
				t.Fatal(err)
			}
			sum = sum.Add(kept)
		}
		if sum.IsZero() || sum.Cmp(k.Spent) != 0 {
			t.Errorf("the charges of %s come to %s, and it has spent %s", id, sum, k.Spent)
		}
	}
	if _, _, err := KeyLedger(b.store, "ffffffff"); !errors.Is(err, ErrNoKey) {
		t.Errorf("the ledger of nobody: %v", err)
	}
}

func TestHealthSaysWhatIsLow(t *testing.T) {
	b, _ := open(t)
	if _, body := b.call(t, call{"GET", "/healthz", "", nil}); strings.Contains(body, "low") {
		t.Errorf("got %s", body)
	}
	b.low = func() []string { return []string{"gas"} }
	if resp, body := b.call(t, call{"GET", "/healthz", "", nil}); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"low":["gas"]`) || !strings.Contains(body, `"tasks_left":`) {
		t.Errorf("got %s", body)
	}
}
