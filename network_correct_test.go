//go:build linux && !desktop

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/protocol"
)

// longQuestion has an answer of no sense that takes a second to make, so that its
// stream is well before it.
func longQuestion() map[string]any {
	q := question(streamedPrompt, true)
	q["temperature"], q["max_tokens"] = 50, 250
	return q
}

// TestAWrongStreamIsCorrected runs a network of which no node streams what it
// should. Three are of one card and answer rightly none the less; of the three of the
// other card the first of a task commits to the lie that it streams.
func TestAWrongStreamIsCorrected(t *testing.T) {
	l := openTrios(t, "stray", "stray", "stray", "front", "front", "front")
	liars, asked := l.addresses(3, 4, 5), 0
	var liar common.Address
	for ; liar == (common.Address{}); asked++ {
		s := l.listen(t, longQuestion(), nil)
		s.inOrder(t, "drawn", "text", "replaced", "verified", "done")
		if len(s.replaced) != 1 || s.matches == nil || *s.matches || s.failure != nil {
			t.Fatalf("after %q came %q (%v, %v)", s.text, s.replaced, s.matches, s.failure)
		}
		if first := s.drawn[0][0]; slices.Contains(liars, first) {
			liar = first
		}
		l.testCorrected(t, s.id, s.text, s.replaced[0], liar)
	}
	t.Logf("request %d was the first to be lied to", asked)

	t.Run("without named events", func(t *testing.T) {
		id, lines := l.overhear(t, longQuestion(), nil)
		replaced, verified := commented(lines, "replaced"), commented(lines, "verified")
		if len(replaced) != 1 || len(verified) != 1 || lines[len(lines)-2] != "data: [DONE]" {
			t.Fatalf("the stream is %q", lines)
		}
		var right struct{ Content string }
		if err := json.Unmarshal([]byte(replaced[0]), &right); err != nil {
			t.Fatal(err)
		}
		l.testCorrected(t, id, textOf(t, lines), right.Content, common.Address{})
	})
	t.Run("official client", func(t *testing.T) { l.runClient(t, "corrected.mjs") })

	l.awaitIdle(t)
	b := l.readBook(t)
	b.check(t, l)
	stake := contracts.DevnetParams().Stake
	if b.slashed[liar] == nil || b.slashed[liar].Cmp(stake) != 0 || len(b.slashed) != 1 {
		t.Errorf("slashed were %v, want %s of %s", b.slashed, stake, liar)
	}
	if info := l.nodeInfo(t, liar); protocol.NodeStatus(info.Status) != protocol.NodeQuit || info.Stake.Sign() != 0 {
		t.Errorf("the liar is %s with a stake of %s", protocol.NodeStatus(info.Status), info.Stake)
	}
}

// testCorrected holds a text that was streamed, and the one that came in its place,
// against what the nodes committed to, one of which may have lied.
func (l *lab) testCorrected(t *testing.T, id, streamed, right string, liar common.Address) {
	t.Helper()
	r := l.receipt(t, id)
	// The end of a stream may be overtaken by the answer.
	if len(streamed) <= len("No. ") || !strings.HasPrefix("No. "+right, streamed) {
		t.Errorf("streamed was %q, the right text is %q", streamed, right)
	}
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
	if out, err := l.verifyText(t, r, right); err != nil {
		t.Errorf("the right text is refused: %v\n%s", err, out)
	}
	if out, err := l.verifyText(t, r, streamed); err == nil {
		t.Errorf("what was streamed is taken for the answer:\n%s", out)
	}
	for _, n := range r.Nodes {
		if lies := n.Address == liar; n.Slashed != lies || n.Agrees == lies || n.Paid.IsZero() != lies {
			t.Errorf("the receipt says of %s (it lied: %t): slashed %t, agrees %t, paid %s", n.Address, lies, n.Slashed, n.Agrees, n.Paid)
		}
	}
}
