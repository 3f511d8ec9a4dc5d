package protocol

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// One that remembers says of every message and signature what one says that checks
// each, however often and in whatever order it is asked.
func TestWhatIsRememberedIsWhatWasChecked(t *testing.T) {
	plain := Profile{ChainID: 7, Contracts: Contracts{Task: common.Address{1}}}
	const most = 4
	remembering := plain.Remembering(NewRecall(most)).Domain()
	var all []struct {
		m   Message
		sig []byte
	}
	for i := range 3 * most {
		key, err := crypto.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		m := Commitment{TaskKey: TaskKey{byte(i / 2)}, Commitment: common.Hash{9}}
		sig, err := plain.Domain().Sign(m, key)
		if err != nil {
			t.Fatal(err)
		}
		other := Commitment{TaskKey: m.TaskKey, Commitment: common.Hash{8}}
		forged := append([]byte{}, sig...)
		forged[40] ^= 1
		all = append(all, struct {
			m   Message
			sig []byte
		}{m, sig}, struct {
			m   Message
			sig []byte
		}{other, sig}, struct {
			m   Message
			sig []byte
		}{m, forged})
	}
	for range 3 {
		for i, c := range all {
			want, wantErr := plain.Domain().Signer(c.m, c.sig)
			got, err := remembering.Signer(c.m, c.sig)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("case %d: got %s, %v, want %s, %v", i, got, err, want, wantErr)
			}
			again, err := remembering.Signer(c.m, c.sig)
			if again != want || (err == nil) != (wantErr == nil) {
				t.Errorf("case %d, again: got %s, %v, want %s, %v", i, again, err, want, wantErr)
			}
		}
	}
	kept := remembering.recall
	if n := len(kept.young) + len(kept.old); n == 0 || n > 2*most {
		t.Errorf("it remembers %d of at most %d", n, 2*most)
	}
}
