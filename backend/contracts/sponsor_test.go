package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// A sponsored node has CNX, and no coins and no allowance: whatever it does is
// brought by a sponsor.
type sponsored struct {
	*contractstest.Chain
	node, sponsor *ecdsa.PrivateKey
}

func newSponsored(t *testing.T) *sponsored {
	t.Helper()
	c := contractstest.NewEVM(t, nil)
	c.Register(contractstest.SmallClass())
	s := &sponsored{Chain: c, node: c.Key(), sponsor: c.Key()}
	c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(contractstest.Address(s.node), contractstest.CNX(1000)))
	t.Cleanup(func() {
		if !t.Failed() {
			c.CheckBooks()
		}
	})
	return s
}

func (s *sponsored) branch() *sponsored {
	copied := *s
	copied.Chain = s.Branch()
	return &copied
}

func (s *sponsored) request() contracts.JoinRequest {
	return contractstest.SmallClass().JoinRequest(s.node)
}

func (s *sponsored) permit() contracts.StakePermit {
	return s.SignPermit(s.node, s.Params.Stake, 0, s.later())
}

func (s *sponsored) later() uint64 { return s.Now() + 3600 }

func (s *sponsored) joinFor(r contracts.JoinRequest, deadline uint64, signature []byte, permit contracts.StakePermit) error {
	s.TB.Helper()
	_, err := s.Try("joinFor", s.sponsor, s.Deployment.Node, s.Node.PackJoinFor(contractstest.Address(s.node), r, deadline, signature, permit))
	return err
}

// join joins the node with a permit, and has it resume.
func (s *sponsored) join() {
	s.TB.Helper()
	deadline := s.later()
	if err := s.joinFor(s.request(), deadline, s.SignJoin(s.node, s.request(), s.info().Nonce, deadline), s.permit()); err != nil {
		s.TB.Fatal(err)
	}
	if err := s.move(contractstest.MoveResume, 0); err != nil {
		s.TB.Fatal(err)
	}
}

func (s *sponsored) info() contracts.NodeInfo { return s.NodeInfo(contractstest.Address(s.node)) }

func (s *sponsored) moveFor(move uint8, models uint64, deadline uint64, signature []byte) error {
	s.TB.Helper()
	_, err := s.Try("moveFor", s.sponsor, s.Deployment.Node, s.Node.PackMoveFor(contractstest.Address(s.node), move, models, deadline, signature))
	return err
}

// move signs and brings a move.
func (s *sponsored) move(move uint8, models uint64) error {
	s.TB.Helper()
	deadline := s.later()
	return s.moveFor(move, models, deadline, s.SignMove(s.node, move, models, s.info().Nonce, deadline))
}

func TestANodeJoinsWithoutATransactionOfItsOwn(t *testing.T) {
	s := newSponsored(t)
	request := s.request()
	request.Models, request.Payout = 7, contractstest.Address(s.Key())
	deadline := s.later()
	if err := s.joinFor(request, deadline, s.SignJoin(s.node, request, 0, deadline), s.permit()); err != nil {
		t.Fatal(err)
	}
	info := s.info()
	if protocol.NodeStatus(info.Status) != protocol.NodePaused || info.Nonce != 1 || info.ClassId != contractstest.SmallClass().ID() ||
		info.Payout != request.Payout || info.Models != 7 || info.SealKey != request.SealKey {
		t.Errorf("got %+v, want it joined as it signed", info)
	}
	wantAmount(t, "stake", info.Stake, s.Params.Stake)
	wantAmount(t, "balance", s.Balance(contractstest.Address(s.node)), contractstest.CNX(600))
	if err := s.move(contractstest.MoveResume, 0); err != nil {
		t.Fatal(err)
	}
	if info := s.info(); protocol.NodeStatus(info.Status) != protocol.NodeAvailable || info.Nonce != 2 {
		t.Errorf("got %+v, want it available", info)
	}
}

func TestAStandingAllowanceNeedsNoPermit(t *testing.T) {
	s := newSponsored(t)
	deadline := s.later()
	signature := s.SignJoin(s.node, s.request(), 0, deadline)
	wantRefused(t, s.joinFor(s.request(), deadline, signature, contractstest.NoPermit()), "ERC20InsufficientAllowance")
	s.Send("approve", s.node, s.Deployment.Token, s.Token.PackApprove(s.Deployment.Node, s.Params.Stake))
	if err := s.joinFor(s.request(), deadline, signature, contractstest.NoPermit()); err != nil {
		t.Error(err) // what failed above used up nothing
	}
}

// TestAPermitThatSomebodyUsedBeforeDoesNoHarm: whoever sees it in the pool of
// transactions can bring it to the token first.
func TestAPermitThatSomebodyUsedBeforeDoesNoHarm(t *testing.T) {
	s := newSponsored(t)
	p := s.permit()
	call := s.Token.PackPermit(contractstest.Address(s.node), s.Deployment.Node, p.Value, p.Deadline, p.V, p.R, p.S)
	s.Send("permit", s.Key(), s.Deployment.Token, call)
	deadline := s.later()
	if err := s.joinFor(s.request(), deadline, s.SignJoin(s.node, s.request(), 0, deadline), p); err != nil {
		t.Error(err)
	}
}

func TestAPermitThatIsNoneJoinsNobody(t *testing.T) {
	s := newSponsored(t)
	deadline := s.later()
	signature := s.SignJoin(s.node, s.request(), 0, deadline)
	for name, permit := range map[string]contracts.StakePermit{
		"too little":           s.SignPermit(s.node, contractstest.CNX(399), 0, deadline),
		"by somebody else":     s.SignPermit(s.sponsor, s.Params.Stake, 0, deadline),
		"with a used-up nonce": s.SignPermit(s.node, s.Params.Stake, 1, deadline),
		"expired":              s.SignPermit(s.node, s.Params.Stake, 0, s.Now()),
		"empty":                {Value: s.Params.Stake, Deadline: big.NewInt(int64(deadline))},
	} {
		if err := s.joinFor(s.request(), deadline, signature, permit); !refused(err, "ERC20InsufficientAllowance") {
			t.Errorf("%s: got %v, want ERC20InsufficientAllowance", name, err)
		}
	}
}

// TestASponsorChangesNothingOfAJoin changes each thing that the node signed.
func TestASponsorChangesNothingOfAJoin(t *testing.T) {
	s := newSponsored(t)
	good, deadline := s.request(), s.later()
	signature, permit := s.SignJoin(s.node, good, 0, deadline), s.permit()
	for name, change := range map[string]func(*contracts.JoinRequest){
		"card":        func(r *contracts.JoinRequest) { r.Card = "Better Card" },
		"vramGB":      func(r *contracts.JoinRequest) { r.VramGB = 80 },
		"runtime":     func(r *contracts.JoinRequest) { r.Runtime = "cpu-test/2" },
		"fingerprint": func(r *contracts.JoinRequest) { r.Fingerprint[31] ^= 1 },
		"sealKey":     func(r *contracts.JoinRequest) { r.SealKey[31] ^= 1 },
		"payout":      func(r *contracts.JoinRequest) { r.Payout = contractstest.Address(s.sponsor) },
		"models":      func(r *contracts.JoinRequest) { r.Models = 1 },
	} {
		changed := good
		change(&changed)
		if err := s.joinFor(changed, deadline, signature, permit); !refused(err, "WrongNodeSigner") {
			t.Errorf("another %s: got %v, want WrongNodeSigner", name, err)
		}
	}
	wantRefused(t, s.joinFor(good, deadline+1, signature, permit), "WrongNodeSigner")
	wantRefused(t, s.joinFor(good, deadline, s.SignJoin(s.node, good, 1, deadline), permit), "WrongNodeSigner")
	wantRefused(t, s.joinFor(good, deadline, s.SignJoin(s.sponsor, good, 0, deadline), permit), "WrongNodeSigner")
	wantRefused(t, s.joinFor(good, deadline, nil, permit), "ECDSAInvalidSignatureLength")
	wantRefused(t, s.joinFor(good, deadline, make([]byte, 65), permit), "ECDSAInvalidSignature")
	other := s.Account()
	_, err := s.Try("joinFor", s.sponsor, s.Deployment.Node, s.Node.PackJoinFor(contractstest.Address(other), good, deadline, signature, permit))
	wantRefused(t, err, "WrongNodeSigner")
	elsewhere := *s.Chain
	elsewhere.Deployment.Node = s.Deployment.Task
	wantRefused(t, s.joinFor(good, deadline, elsewhere.SignJoin(s.node, good, 0, deadline), permit), "WrongNodeSigner")
	if info := s.info(); info.Nonce != 0 || protocol.NodeStatus(info.Status) != protocol.NodeQuit {
		t.Errorf("got %+v, want nothing used up", info)
	}
	if err := s.joinFor(good, deadline, signature, permit); err != nil {
		t.Error(err)
	}
	wantRefused(t, s.joinFor(good, deadline, signature, permit), "WrongNodeSigner")
}

func TestSignaturesExpire(t *testing.T) {
	s := newSponsored(t)
	deadline := s.Now() + 100
	join := s.SignJoin(s.node, s.request(), 0, deadline)
	permit := s.permit()
	late := s.branch()
	at(late.Chain, deadline+1)
	wantRefused(t, late.joinFor(s.request(), deadline, join, permit), "SignatureExpired")
	at(s.Chain, deadline)
	if err := s.joinFor(s.request(), deadline, join, permit); err != nil {
		t.Errorf("at the deadline: %v", err)
	}
	deadline = s.Now() + 100
	resume := s.SignMove(s.node, contractstest.MoveResume, 0, 1, deadline)
	late = s.branch()
	at(late.Chain, deadline+1)
	wantRefused(t, late.moveFor(contractstest.MoveResume, 0, deadline, resume), "SignatureExpired")
	at(s.Chain, deadline)
	if err := s.moveFor(contractstest.MoveResume, 0, deadline, resume); err != nil {
		t.Errorf("at the deadline: %v", err)
	}
}

// TestAUsedSignatureIsWorthNothing brings each again, as soon as it would do
// something, and after leaving.
func TestAUsedSignatureIsWorthNothing(t *testing.T) {
	s := newSponsored(t)
	s.Send("approve", s.node, s.Deployment.Token, s.Token.PackApprove(s.Deployment.Node, contractstest.CNX(1000)))
	deadline := s.Now() + 1_000_000
	join := s.SignJoin(s.node, s.request(), 0, deadline)
	if err := s.joinFor(s.request(), deadline, join, contractstest.NoPermit()); err != nil {
		t.Fatal(err)
	}
	resume := s.SignMove(s.node, contractstest.MoveResume, 0, 1, deadline)
	pause := s.SignMove(s.node, contractstest.MovePause, 0, 2, deadline)
	wantRefused(t, s.moveFor(contractstest.MovePause, 0, deadline, pause), "WrongNodeSigner") // not its turn
	for _, c := range []struct {
		move      uint8
		signature []byte
	}{{contractstest.MoveResume, resume}, {contractstest.MovePause, pause}} {
		if err := s.moveFor(c.move, 0, deadline, c.signature); err != nil {
			t.Fatal(err)
		}
	}
	wantRefused(t, s.moveFor(contractstest.MoveResume, 0, deadline, resume), "WrongNodeSigner")
	quit := s.SignMove(s.node, contractstest.MoveQuit, 0, 3, deadline)
	if err := s.moveFor(contractstest.MoveQuit, 0, deadline, quit); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Hour)
	wantRefused(t, s.joinFor(s.request(), deadline, join, contractstest.NoPermit()), "WrongNodeSigner")
	again := s.SignJoin(s.node, s.request(), 4, deadline)
	if err := s.joinFor(s.request(), deadline, again, contractstest.NoPermit()); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, s.moveFor(contractstest.MoveQuit, 0, deadline, quit), "WrongNodeSigner")
	if info := s.info(); info.Nonce != 5 || protocol.NodeStatus(info.Status) != protocol.NodePaused {
		t.Errorf("got %+v, want it paused, five messages used", info)
	}
}

// TestWhatWasSignedAndNeverBroughtIsVoidOnceTheNodeMovesItself: nobody keeps a
// signature for a better time.
func TestWhatWasSignedAndNeverBroughtIsVoidOnceTheNodeMovesItself(t *testing.T) {
	s := newSponsored(t)
	s.Send("approve", s.node, s.Deployment.Token, s.Token.PackApprove(s.Deployment.Node, contractstest.CNX(1000)))
	deadline := s.Now() + 1_000_000
	kept := s.SignJoin(s.node, s.request(), 0, deadline)
	s.JoinAs(s.node, contractstest.SmallClass())
	for name, c := range map[string]struct{ call, back []byte }{
		"pause":    {s.Node.PackPause(), s.Node.PackResume()},
		"announce": {s.Node.PackAnnounce(1), nil},
	} {
		nonce := s.info().Nonce
		signature := s.SignMove(s.node, contractstest.MoveQuit, 0, nonce, deadline)
		s.Send(name, s.node, s.Deployment.Node, c.call)
		if c.back != nil {
			s.Send(name, s.node, s.Deployment.Node, c.back)
		}
		if err := s.moveFor(contractstest.MoveQuit, 0, deadline, signature); !refused(err, "WrongNodeSigner") {
			t.Errorf("signed before %s: got %v, want WrongNodeSigner", name, err)
		}
	}
	s.Send("quit", s.node, s.Deployment.Node, s.Node.PackQuit())
	wantRefused(t, s.joinFor(s.request(), deadline, kept, contractstest.NoPermit()), "WrongNodeSigner")
	if got := s.info().Nonce; got != 6 {
		t.Errorf("after six moves of its own the nonce is %d", got)
	}
}

func TestANodeMovesWithoutATransactionOfItsOwn(t *testing.T) {
	s := newSponsored(t)
	wantRefused(t, s.moveFor(contractstest.MovePause, 0, s.later(), nil), "IllegalStatus") // it never joined
	s.join()
	for _, c := range []struct {
		move   uint8
		models uint64
		err    string
		want   protocol.NodeStatus
	}{
		{contractstest.MoveResume, 0, "IllegalStatus", protocol.NodeAvailable},
		{contractstest.MovePause, 0, "", protocol.NodePaused},
		{contractstest.MovePause, 0, "IllegalStatus", protocol.NodePaused},
		{contractstest.MoveResume, 0, "", protocol.NodeAvailable},
		{contractstest.MoveAnnounce, 1<<33 - 1, "TooManyModels", protocol.NodeAvailable},
		{contractstest.MoveAnnounce, 0xff, "", protocol.NodeAvailable},
		{contractstest.MoveQuit, 0, "", protocol.NodeQuit},
		{contractstest.MoveQuit, 0, "IllegalStatus", protocol.NodeQuit},
		{contractstest.MovePause, 0, "IllegalStatus", protocol.NodeQuit},
		{contractstest.MoveAnnounce, 1, "IllegalStatus", protocol.NodeQuit},
	} {
		nonce := s.info().Nonce
		err := s.move(c.move, c.models)
		if c.err != "" {
			wantRefused(t, err, c.err)
		} else if err != nil {
			t.Errorf("move %d: %v", c.move, err)
		} else {
			nonce++
		}
		info := s.info()
		if protocol.NodeStatus(info.Status) != c.want || info.Nonce != nonce {
			t.Errorf("after move %d: got %+v, want it %s with nonce %d", c.move, info, c.want, nonce)
		}
		if c.move == contractstest.MoveAnnounce && c.err == "" && info.Models != c.models {
			t.Errorf("it announced %x, the contract has %x", c.models, info.Models)
		}
	}
	// It has just joined: its stake stays for a while.
	wantAmount(t, "balance", s.Balance(contractstest.Address(s.node)), contractstest.CNX(600))
	at(s.Chain, s.info().StakeFrom)
	s.Send("returnStake", s.sponsor, s.Deployment.Node, s.Node.PackReturnStake(contractstest.Address(s.node)))
	wantAmount(t, "balance", s.Balance(contractstest.Address(s.node)), contractstest.CNX(1000))
}

// TestASponsorChangesNothingOfAMove changes each thing that the node signed.
func TestASponsorChangesNothingOfAMove(t *testing.T) {
	s := newSponsored(t)
	s.join()
	deadline := s.later()
	nonce := s.info().Nonce
	signature := s.SignMove(s.node, contractstest.MoveAnnounce, 3, nonce, deadline)
	for name, err := range map[string]error{
		"another move":      s.moveFor(contractstest.MoveQuit, 3, deadline, signature),
		"other models":      s.moveFor(contractstest.MoveAnnounce, 4, deadline, signature),
		"a later deadline":  s.moveFor(contractstest.MoveAnnounce, 3, deadline+1, signature),
		"another's":         s.moveFor(contractstest.MoveAnnounce, 3, deadline, s.SignMove(s.sponsor, contractstest.MoveAnnounce, 3, nonce, deadline)),
		"a join's":          s.moveFor(contractstest.MoveAnnounce, 3, deadline, s.SignJoin(s.node, s.request(), nonce, deadline)),
		"a task's":          s.moveFor(contractstest.MoveAnnounce, 3, deadline, s.Sign(protocol.Ready{TaskKey: common.Hash{1}}, s.node)),
		"of another's node": s.moveOther(contractstest.MoveAnnounce, 3, deadline, signature),
	} {
		if !refused(err, "WrongNodeSigner") {
			t.Errorf("%s: got %v, want WrongNodeSigner", name, err)
		}
	}
	if _, err := s.Try("moveFor", s.sponsor, s.Deployment.Node, s.Node.PackMoveFor(contractstest.Address(s.node), 4, 3, deadline, signature)); err == nil {
		t.Error("a move that there is not was made")
	}
	if err := s.moveFor(contractstest.MoveAnnounce, 3, deadline, signature); err != nil {
		t.Error(err)
	}
}

// moveOther brings a move to a node that did not sign it.
func (s *sponsored) moveOther(move uint8, models, deadline uint64, signature []byte) error {
	s.TB.Helper()
	other := s.Account()
	s.JoinAs(other, contractstest.SmallClass())
	_, err := s.Try("moveFor", s.sponsor, s.Deployment.Node, s.Node.PackMoveFor(contractstest.Address(other), move, models, deadline, signature))
	return err
}

// TestASponsoredNodeNeedsNoGasForAWholeTask: it joins, is paid and withdraws, and
// never sends anything.
func TestASponsoredNodeNeedsNoGasForAWholeTask(t *testing.T) {
	s := newSponsored(t)
	s.join()
	nodes := append(s.Join(2, contractstest.SmallClass()), s.node)
	th := &theatre{Chain: s.Chain, nodes: nodes, creator: s.Account(), courier: s.sponsor}
	th.give(s.node, 20)
	account := contractstest.Address(s.node)
	s.Send("withdraw", s.sponsor, s.Deployment.Task, s.Task.PackWithdraw(account))
	wantAmount(t, "balance", s.Balance(account), contractstest.CNX(620))
	if err := s.move(contractstest.MoveQuit, 0); err != nil {
		t.Fatal(err)
	}
	s.Advance(time.Hour)
	s.Send("returnStake", s.sponsor, s.Deployment.Node, s.Node.PackReturnStake(account))
	wantAmount(t, "balance", s.Balance(account), contractstest.CNX(1020))
}
