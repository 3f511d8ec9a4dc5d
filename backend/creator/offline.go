package creator

import (
	"bytes"
	"fmt"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// CheckReceipt checks what a receipt proves by itself, and asks nobody: that each
// opening is of its commitment, that the nodes which agree opened the result, that
// the answer is that result, and that no more was paid than the fee. It can't show
// that any of it stands on a chain, which is for VerifyReceipt. Images are compared
// by the distance that a new network has, as the receipt doesn't say another. It
// returns what it found right and the first thing that wraps ErrWrong.
func CheckReceipt(r protocol.Receipt) (found []Finding, err error) {
	for _, step := range []func(protocol.Receipt) (*Finding, error){checkVersion, checkOpenings, checkSelfAgreement, checkSelfMoney, checkSelfAnswer} {
		f, err := step(r)
		if err != nil {
			return found, err
		}
		if f != nil {
			found = append(found, *f)
		}
	}
	return found, nil
}

func checkVersion(r protocol.Receipt) (*Finding, error) {
	if r.Version != protocol.ReceiptVersion {
		return nil, wrong("version %d is not %d, which this program reads", r.Version, protocol.ReceiptVersion)
	}
	return nil, nil
}

func checkOpenings(r protocol.Receipt) (*Finding, error) {
	opened := 0
	for i, n := range r.Nodes {
		if n.Kind == protocol.KindNone {
			if n.Agrees || len(n.Result) > 0 {
				return nil, wrong("nodes[%d] has a result, or agrees, and opened nothing", i)
			}
			continue
		}
		if own := protocol.CommitmentHash(r.TaskKey, n.Address, n.Kind, n.Result, n.Nonce); own != n.Commitment {
			return nil, wrong("nodes[%d].commitment is %s, what it opened is of %s", i, n.Commitment, own)
		}
		opened++
	}
	if opened == 0 {
		return nil, nil
	}
	return &Finding{"commitments", fmt.Sprintf("%d nodes opened a result, each the one it had committed to", opened)}, nil
}

// checkSelfAgreement takes the receipt's word neither for who agrees nor for how many.
func checkSelfAgreement(r protocol.Receipt) (*Finding, error) {
	like := likeness{images: r.Type == protocol.StableDiffusion && r.Kind == protocol.KindResult, below: int(contracts.DefaultParams().MatchDistance)}
	matching, err := matchingNodes(r, like)
	if err != nil || r.Outcome != protocol.OutcomeAgreed {
		return nil, err
	}
	for i, n := range r.Nodes {
		if agrees := n.Kind == r.Kind && like.same(n.Result, r.Result); n.Agrees && !agrees {
			return nil, wrong("nodes[%d] is said to agree, and opened another result", i)
		}
	}
	f := agreement(r, like, matching)
	return &f, nil
}

func checkSelfMoney(r protocol.Receipt) (*Finding, error) {
	sum := r.Refunded.Add(r.Rewards)
	for _, n := range r.Nodes {
		sum = sum.Add(n.Paid)
	}
	return payments(r, sum)
}

func checkSelfAnswer(r protocol.Receipt) (*Finding, error) {
	return provenAnswer(r, func(digest []byte) bool {
		for _, n := range r.Nodes {
			if n.Agrees && n.Kind == r.Kind && bytes.Equal(n.Result, digest) {
				return true
			}
		}
		return false
	})
}
